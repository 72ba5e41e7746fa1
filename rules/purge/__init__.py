"""Maintenance scripts that delete: whom they aim at."""
