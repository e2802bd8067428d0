"""Read data code: datasets, arrays and their preparation."""
