"""CIFAR-100: 60,000 small colour photographs in a hundred classes, as Keras keeps them."""

from __future__ import annotations

from builder.datasets import _keras
from builder.datasets.contract import Contents, Raw, entry, resolve_settings
from builder.spec import Config

TITLE = "CIFAR-100"
OFFLINE = False
LOADER = "keras.datasets.cifar100.load_data"
CONTENTS = Contents.of_x_and_y("image", (32, 32, 3), 100, rows=50_000)
ENTRY = entry(
    "Cifar100",
    43,
    "Images",
    {"scale": "unit", "labels": "integers"},
    summary=(
        "60,000 colour photographs, 32×32, in a hundred classes of 600 each: hard for any"
        " small model."
    ),
    analogy="A stamp collector's whole album.",
    url="https://keras.io/api/datasets/cifar100/",
    extra={"megabytes": 169.0},
)

_NAMES = """
apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus
butterfly camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch
crab crocodile cup dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo
keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain
mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain
plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk
skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone
television tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm
"""
CLASSES = tuple(_NAMES.split())


def load(config: Config) -> Raw:
    """x uint8 (n, 32, 32, 3); y (n,) 0 to 99.

    Raises:
        DataError: it is not here and cannot be downloaded.
    """
    resolve_settings(ENTRY, config)
    return _keras.images(LOADER, TITLE, CLASSES)


def source(config: Config) -> str:
    """The tutorial's own lines."""
    return _keras.image_source(LOADER, ravel=True)
