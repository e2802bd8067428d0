"""ModelSpec to keras.Model, and what Keras says of a spec."""
