"""Fashion-MNIST: 70,000 pictures of clothes, as Keras keeps them."""

from __future__ import annotations

from builder.datasets import _keras
from builder.datasets.contract import Contents, Raw, entry, resolve_settings
from builder.spec import Config

TITLE = "Fashion-MNIST"
OFFLINE = False
LOADER = "keras.datasets.fashion_mnist.load_data"
CONTENTS = Contents.of_x_and_y("image", (28, 28), 10, rows=60_000)
ENTRY = entry(
    "FashionMnist",
    41,
    "Images",
    {"scale": "unit", "labels": "integers", "channel_axis": False},
    summary=(
        "70,000 grey pictures of clothes and shoes in ten classes, 28×28. Made like MNIST but"
        " harder: shirts and pullovers look alike."
    ),
    analogy="Sorting the laundry.",
    url="https://keras.io/api/datasets/fashion_mnist/",
    extra={"megabytes": 30.9, "box": 28},
)

CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def load(config: Config) -> Raw:
    """x uint8 (n, 28, 28); y (n,) 0 to 9.

    Raises:
        DataError: it is not here and cannot be downloaded.
    """
    resolve_settings(ENTRY, config)
    return _keras.images(LOADER, TITLE, CLASSES)


def source(config: Config) -> str:
    """The tutorial's own lines."""
    return _keras.image_source(LOADER)
