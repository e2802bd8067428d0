"""California housing: house prices of 20,640 districts, as Keras keeps them."""

from __future__ import annotations

from builder.catalog.entry import Param
from builder.datasets import _keras
from builder.datasets.contract import Contents, Raw, entry, resolve_settings
from builder.spec import Config

TITLE = "California housing"
OFFLINE = False
LOADER = "keras.datasets.california_housing.load_data"
CONTENTS = Contents.of_x_and_y("vector", (8,), rows=16_512)
ENTRY = entry(
    "CaliforniaHousing",
    44,
    "Tables",
    {"version": "large", "scale": "standard", "test_split": 0.2},
    params={
        "version": Param(
            "choice", "large: all 20,640 districts. small: 600 of them.", choices=("large", "small")
        )
    },
    task="regression",
    summary=(
        "Median house prices of California's districts in 1990, in dollars, from eight numbers"
        " such as income, rooms and place."
    ),
    analogy="An estate agent's crystal ball.",
    url="https://keras.io/api/datasets/california_housing/",
    extra={"megabytes": 0.7},
)

FEATURES = (
    "longitude",
    "latitude",
    "median age",
    "rooms",
    "bedrooms",
    "population",
    "households",
    "median income",
)


def load(config: Config) -> Raw:
    """x (n, 8) of the district, y (n,) median house price in dollars.

    Raises:
        DataError: it is not here and cannot be downloaded.
    """
    values = resolve_settings(ENTRY, config)
    chosen = {k: values[k] for k in ("version", "test_split")}
    (x_train, y_train), (x_test, y_test) = _keras.load_data(
        LOADER, TITLE, "the diabetes table", **chosen
    )
    return Raw.of_x_and_y("vector", (x_train, y_train, x_test, y_test), features=FEATURES)


def source(config: Config) -> str:
    """The tutorial's own lines."""
    values = resolve_settings(ENTRY, config)
    return (
        "from keras.datasets import california_housing\n"
        "\n"
        "(x_train, y_train), (x_test, y_test) = california_housing.load_data(\n"
        f'    version="{values["version"]}", test_split={values["test_split"]!r}\n'
        ")\n"
    )
