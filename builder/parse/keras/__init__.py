"""Keras objects while code is read: layers, models, compile and fit."""
