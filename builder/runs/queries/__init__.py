"""What pages and programs read of runs: lists of them, and the numbers of their charts."""
