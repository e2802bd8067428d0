"""Data that code reads and that are not here: what the code says of them."""
