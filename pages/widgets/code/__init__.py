"""Parts of the Export page that show code."""
