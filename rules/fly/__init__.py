"""Fly.io: what the configuration says, and what the code that it deploys expects."""
