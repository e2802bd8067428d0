"""Parts of the Model page: stack, canvas, palette, inspector."""
