"""The widgets of the Draw page."""
