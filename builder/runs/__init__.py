"""F4: the only SQLite, child processes and disk writes of Layerwise."""
