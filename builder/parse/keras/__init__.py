"""Read Keras code: layers, models, compile and fit."""
