"""What the catalog says, compared with what libraries really do: Redis watched by MONITOR, databases by their drivers' events."""
