"""Redis: commands that happen more often than anyone meant."""
