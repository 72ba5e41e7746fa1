"""Readers of syntax: LibCST by statement, TOML with spans, dotenv, Dockerfile, Markdown."""
