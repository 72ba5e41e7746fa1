"""What SQLAlchemy refuses, or warns about, while classes are defined: before any mapper is configured."""
