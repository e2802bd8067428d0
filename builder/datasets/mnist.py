"""MNIST: 70,000 handwritten digits, from Keras or from the datasets folder."""

from __future__ import annotations

from builder.datasets import _folders, _keras, _npz
from builder.datasets.contract import Contents, Raw, entry, resolve_settings
from builder.spec import Config

TITLE = "MNIST digits"
OFFLINE = False
LOADER = "keras.datasets.mnist.load_data"
FILE = "mnist.npz"
CONTENTS = Contents.of_x_and_y("image", (28, 28), 10, rows=60_000)
ENTRY = entry(
    "Mnist",
    40,
    "Images",
    {"scale": "unit", "labels": "one_hot", "channel_axis": False},
    summary=(
        "70,000 handwritten digits, 28×28, the classic first dataset. A file mnist.npz in the"
        " datasets folder is used when it is there; else Keras downloads it once."
    ),
    analogy="The scales every apprentice plays.",
    url="https://keras.io/api/datasets/mnist/",
    extra={"megabytes": 11.5, "upright": True},
)

CLASSES = tuple(str(digit) for digit in range(10))


def load(config: Config) -> Raw:
    """x uint8 (n, 28, 28); y (n,) 0 to 9.

    Raises:
        DataError: it is not here and cannot be downloaded.
    """
    resolve_settings(ENTRY, config)
    if not (_folders.datasets() / FILE).is_file():
        return _keras.images(LOADER, TITLE, CLASSES)
    parts = _npz.read_arrays(_npz.path_of(FILE))
    x_train, y_train, x_test, y_test = (parts[key] for key in _npz.KEYS)
    return Raw.of_x_and_y("image", (x_train, y_train, x_test, y_test), CLASSES)


def source(config: Config) -> str:
    """The tutorial's own lines."""
    return _keras.image_source(LOADER)
