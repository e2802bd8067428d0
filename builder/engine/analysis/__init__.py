"""Look closer at a trained model: its probabilities, its errors, and what its answers hang on."""
