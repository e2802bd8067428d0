"""The project on screen, its undo history, and what a browser tab remembers."""
