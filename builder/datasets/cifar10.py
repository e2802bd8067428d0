"""CIFAR-10: 60,000 small colour photographs in ten classes, as Keras keeps them."""

from __future__ import annotations

from builder.datasets import _keras
from builder.datasets.contract import Contents, Raw, entry, resolve_settings
from builder.spec import Config

TITLE = "CIFAR-10"
OFFLINE = False
LOADER = "keras.datasets.cifar10.load_data"
CONTENTS = Contents.of_x_and_y("image", (32, 32, 3), 10, rows=50_000)
ENTRY = entry(
    "Cifar10",
    42,
    "Images",
    {"scale": "unit", "labels": "integers"},
    summary=(
        "60,000 colour photographs of animals and vehicles, 32×32, in ten classes. Wants"
        " convolution layers."
    ),
    analogy="Postage stamps, seen from across the room.",
    url="https://keras.io/api/datasets/cifar10/",
    extra={"megabytes": 170.5},
)

CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)


def load(config: Config) -> Raw:
    """x uint8 (n, 32, 32, 3); y (n,) 0 to 9.

    Raises:
        DataError: it is not here and cannot be downloaded.
    """
    resolve_settings(ENTRY, config)
    return _keras.images(LOADER, TITLE, CLASSES)


def source(config: Config) -> str:
    """The tutorial's own lines."""
    return _keras.image_source(LOADER, ravel=True)
