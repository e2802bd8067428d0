"""Checks of single names and values against the catalogue: known, of the right type, in range."""
