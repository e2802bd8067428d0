"""Train a compiled model: the loop, its snapshots and what it reports."""
