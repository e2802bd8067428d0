"""Checks of the training: ``compile`` and ``fit`` settings, memory, threads."""
