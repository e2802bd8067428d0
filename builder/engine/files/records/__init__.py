"""Records of models and layers, as Keras of any version writes them in JSON, made into specs."""
