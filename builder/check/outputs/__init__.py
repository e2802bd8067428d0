"""Checks of the outputs: last layer, loss, labels, metrics and column bindings."""
