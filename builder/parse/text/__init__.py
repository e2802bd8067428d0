"""Text, page or notebook to a Python syntax tree."""
