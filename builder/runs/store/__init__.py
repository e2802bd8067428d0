"""The run store: runs, metrics and the queries over them, in SQLite."""
