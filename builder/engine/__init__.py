"""The engine around Keras: with ``exporters`` and ``custom_layers`` the only importer of Keras."""

import os

# Before TensorFlow is imported, because it reads them once: no log chatter, no GPU probing.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
