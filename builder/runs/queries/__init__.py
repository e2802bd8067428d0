"""Read-only queries over runs: the list, comparisons, the rows of charts."""
