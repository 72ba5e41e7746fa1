"""The built-in pack: rules by family, and the catalogs of library knowledge."""
