"""Databases: which one a process talks to, and with how many connections."""
