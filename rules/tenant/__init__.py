"""Tenants: lookups, caches and the isolation between customers."""
