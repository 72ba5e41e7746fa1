"""Rules about the instructions for coding agents: CLAUDE.md and AGENTS.md."""
