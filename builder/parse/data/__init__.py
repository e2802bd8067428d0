"""Datasets and arrays while code is read."""
