"""Model files of other forms than Keras's own: opened where its layers are in them, else named."""
