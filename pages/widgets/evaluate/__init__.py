"""Parts of the Evaluate page, some of which Draw shows, too."""
