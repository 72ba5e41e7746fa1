"""Fly.io configurations: what flyctl makes of a ``fly.toml``, and where each part of it is written."""
