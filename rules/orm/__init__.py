"""Mapped classes: what SQLAlchemy refuses when mappers are defined and configured."""
