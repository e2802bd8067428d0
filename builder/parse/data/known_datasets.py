"""The datasets code may name, and which of ours each of them is."""

from __future__ import annotations

import ast
import functools
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from builder.code import custom_layer_source, reshuffle


@dataclass(frozen=True, slots=True)
class Known:
    """A dataset both sides know.

    Args:
        name: of our plugin.
        kind: ``images``, ``table``, ``points``, ``sequences`` or ``texts``.
        shape: of one example; () when the settings decide.
        classes: how many; 0 for amounts.
        rows: in training; for tables and points before any split.
        split: it comes in training and test already.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    classes: int
    rows: int | None
    split: bool = False


KERAS = {
    "mnist": Known("Mnist", "images", (28, 28), 10, 60_000, True),
    "fashion_mnist": Known("FashionMnist", "images", (28, 28), 10, 60_000, True),
    "cifar10": Known("Cifar10", "images", (32, 32, 3), 10, 50_000, True),
    "cifar100": Known("Cifar100", "images", (32, 32, 3), 100, 50_000, True),
    "imdb": Known("Imdb", "sequences", (), 2, 25_000, True),
    "reuters": Known("Reuters", "sequences", (), 46, 8_982, True),
    "california_housing": Known("CaliforniaHousing", "table", (8,), 0, 16_512, True),
}
"""``keras.datasets.<name>.load_data()``."""

SKLEARN = {
    "load_iris": Known("Iris", "table", (4,), 3, 150),
    "load_wine": Known("Wine", "table", (13,), 3, 178),
    "load_breast_cancer": Known("BreastCancer", "table", (30,), 2, 569),
    "load_diabetes": Known("Diabetes", "table", (10,), 0, 442),
}
"""``sklearn.datasets.<name>()``."""

NPZ = Known("NpzFile", "images", (), 10, None, True)
"""A person's own file; nothing is known of what is inside."""

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
MADE_UP = "made-up numbers are no dataset"
SEARCH = "a search is not read: train with some settings and compare them on the Runs page"
READERS = {
    "pandas.read_csv": FILES,
    "pandas.read_excel": FILES,
    "keras.utils.timeseries_dataset_from_array": "windows of a series are not cut here; cut them"
    " beforehand and save them as an .npz file",
    "numpy.loadtxt": FILES,
    "numpy.genfromtxt": FILES,
    "numpy.fromfile": FILES,
    "tensorflow_datasets.load": FILES,
    "keras.utils.image_dataset_from_directory": FILES,
    "keras.utils.text_dataset_from_directory": FILES,
    "keras.preprocessing.image_dataset_from_directory": FILES,
    "keras.preprocessing.text.Tokenizer": "texts become numbers in the layer TextVectorization",
    "keras.ops.arange": "positions are counted by the layer PositionEmbedding: add it behind the"
    " Embedding",
    "tensorflow.range": "positions are counted by the layer PositionEmbedding: add it behind the"
    " Embedding",
    "keras_tuner.RandomSearch": SEARCH,
    "keras_tuner.Hyperband": SEARCH,
    "keras_tuner.BayesianOptimization": SEARCH,
    "keras_tuner.GridSearch": SEARCH,
    "numpy.random.rand": MADE_UP,
    "numpy.random.random": MADE_UP,
    "numpy.random.randn": MADE_UP,
    "numpy.random.randint": MADE_UP,
    "numpy.random.normal": MADE_UP,
    "numpy.random.uniform": MADE_UP,
    "numpy.linspace": MADE_UP,
    "tensorflow.random.normal": MADE_UP,
}
"""Other sources of data → why they are left out."""

POINTS = {"circles": "Circles", "gaussians": "Gaussians", "spiral": "Spiral", "xor": "Xor"}
"""Function of our own scripts → its dataset."""

PRINTS = {
    "circles": "c6634d5f14ee",
    "gaussians": "7009908bf6ee",
    "spiral": "a0701b9f51f6",
    "xor": "82ff23c8d471",
    "digits": "012cfabeadf0",
    "outlines": "1ce4b675331e",
    "redraw": "d79bbd41cf79",
    "measures": "f2d1367fb3d4",
    "note": "cd1bb7a44709",
    "covered": "0965b3347df7",
    "paired": "f4927f3e843b",
    "written": "4a617631c987",
    "reviews": "12211e046092",
    "review_texts": "4a21ac04b0c0",
}
"""Function of our own scripts → the fingerprint of its body: only an unchanged one is ours."""

REVIEW_WORDS = "2f549b3a7947"
"""Fingerprint of the words that the sentences of our own scripts are made of."""

DIGITS_PARTS = ("outlines", "redraw", "digits")
"""The functions that together draw our digits."""


def fingerprint(node: ast.AST) -> str:
    """Twelve signs that change with anything the code does, not with its words or hints."""
    text = " ".join(_words(node))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def _words(node: ast.AST) -> Iterator[str]:
    """Kinds and names of all nodes in order; docstrings and type hints left out."""
    todo: list[ast.AST] = [node]
    while todo:
        node = todo.pop()
        yield type(node).__name__
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "type_comment", "type_params", "ctx", "kind"):
                continue
            if name == "body" and _has_words(node):
                value = value[1:]
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, ast.AST):
                    todo.append(item)
                elif item is not None:
                    yield repr(item)[:200]


def _has_words(node: ast.AST) -> bool:
    described = isinstance(node, ast.FunctionDef | ast.ClassDef)
    return described and bool(ast.get_docstring(node, clean=False))  # type: ignore[arg-type]


RESHUFFLED = fingerprint(ast.parse(reshuffle.CLASS).body[0])
"""Of the class with which our own scripts reshuffle every epoch."""


@functools.cache
def is_own_layer(name: str, printed: str) -> bool:
    """Whether a class of that name and fingerprint is a layer of our own, as scripts carry it."""
    text = custom_layer_source.sources().get(name)
    return text is not None and fingerprint(ast.parse(text).body[0]) == printed
