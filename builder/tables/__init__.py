"""A file of a table into typed columns, and what is in them; only child processes read."""
