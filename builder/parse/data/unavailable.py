"""Data loaders that are not offered, and the remark on each."""

from __future__ import annotations

INSTEAD = {
    "boston_housing": "The Boston housing data is no longer offered; California housing is",
    "load_boston": "The Boston housing data is no longer offered; California housing is",
    "load_digits": "scikit-learn's 8×8 digits are not offered; Digits, the same ones at 28×28, are",
    "fetch_california_housing": "scikit-learn's California housing has other columns; Keras's is",
    "make_moons": "scikit-learn's moons are not offered; Circles, Spiral and Xor are",
    "make_circles": "scikit-learn's circles are not offered; our own Circles are alike",
    "make_blobs": "scikit-learn's blobs are not offered; our own Gaussians are alike",
    "make_classification": "made-up data are not offered; Gaussians are alike",
    "make_regression": "made-up data are not offered; Diabetes is a small regression",
    "fetch_openml": "data from OpenML are not offered",
    "load_files": "folders of files are not read",
}
"""Loaders of what we do not have → what to say."""

FILES = "your own data come as an .npz file with x_train, y_train, x_test and y_test"
SEARCH = "a search is not read: train with some settings and compare them on the Runs page"
READERS = {
    "numpy.fromfile": FILES,
    "tensorflow_datasets.load": FILES,
    "keras.ops.arange": "positions are counted by the layer PositionEmbedding: add it behind the"
    " Embedding",
    "tensorflow.range": "positions are counted by the layer PositionEmbedding: add it behind the"
    " Embedding",
    "keras_tuner.RandomSearch": SEARCH,
    "keras_tuner.Hyperband": SEARCH,
    "keras_tuner.BayesianOptimization": SEARCH,
    "keras_tuner.GridSearch": SEARCH,
}
"""Other sources of data → why they are left out."""
