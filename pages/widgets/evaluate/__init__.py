"""Parts of the Evaluate and Draw pages."""
