"""Instructions for coding agents (CLAUDE.md, AGENTS.md): what they declare, what they name, and what they are told."""
