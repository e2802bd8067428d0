"""Child processes that hold Keras, and how to call them."""
