"""Suggest a model and its training for the columns of a dataset."""
