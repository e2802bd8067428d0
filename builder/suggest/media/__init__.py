"""Suggest a dataset and a model for pictures or sounds in folders."""
