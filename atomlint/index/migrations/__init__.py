"""What the Alembic revisions of a project make of a database."""
