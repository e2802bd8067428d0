"""What the fixes of a Problem are made of: edits, recommended layers, views of one output."""
