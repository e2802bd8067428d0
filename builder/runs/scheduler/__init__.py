"""Which run trains next, in which worker process, and what happens when a worker dies."""
