"""Read and write model files, of our own runs and of unknown origin."""
