"""Rules about credentials in the repository."""
