"""Give pasted code the data that it awaits: the author's model stays."""
