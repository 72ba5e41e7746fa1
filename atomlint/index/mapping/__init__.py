"""The mapped-model graph: what SQLAlchemy would build from a project's classes, and where it would refuse."""
