"""Handwritten digits, built in: scikit-learn's 8×8 digits brought to MNIST's convention."""

from __future__ import annotations

from builder.catalog.entry import Param
from builder.datasets._drawing import PARTS, drawing_source
from builder.datasets.contract import Contents, Program, Raw, entry, resolve_settings
from builder.spec import Config

TITLE = "Handwritten digits (built in)"
OFFLINE = True
ENTRY = entry(
    "Digits",
    0,
    "Images",
    {
        "variants": 8,
        "distortion": 1.0,
        "drawn": 0,
        "scale": "unit",
        "labels": "one_hot",
        "channel_axis": False,
    },
    params={
        "variants": Param(
            "int",
            "How many times each training digit is drawn, each time slanted, turned and bent a"
            " little differently; those of the last fifth, which validation takes, half as much."
            " Test digits are drawn once, as they are.",
            1,
            16,
            1,
        ),
        "drawn": Param(
            "int",
            "How many digits a program writes besides for each one written by hand, in the ways in"
            " which people write it, and bent and turned like them.",
            0,
            24,
            1,
        ),
        "distortion": Param(
            "float",
            "How strongly the variants differ: 0 not at all, 1 as much as people's hands do.",
            0.0,
            1.0,
            0.1,
        ),
    },
    summary=(
        "1,797 digits written by hand, redrawn as 28×28 pictures the way MNIST was made: white"
        " ink on black, in a 20×20 box, centred by mass. Works without any network."
    ),
    analogy="A primary-school copybook.",
    url="https://scikit-learn.org/stable/modules/generated/sklearn.datasets.load_digits.html",
    extra={"upright": True},
)

CONTENTS = Contents.of_x_and_y(
    "image",
    (28, 28),
    10,
    rows=lambda values: 1440 * (int(values["variants"]) + int(values["drawn"])),
)
PROGRAM = Program(PARTS)


def load(config: Config) -> Raw:
    """x uint8 (n, 28, 28), 0 black to 255 ink; y (n,) 0 to 9."""
    from builder.datasets import _digits

    (x_train, y_train), (x_test, y_test) = _digits.digits(*_drawing_settings(config))
    classes = tuple(str(n) for n in range(10))
    return Raw.of_x_and_y("image", (x_train, y_train, x_test, y_test), classes)


def source(config: Config) -> str:
    """The same in a script standing alone."""
    variants, distortion, drawn = _drawing_settings(config)
    more = f", drawn={drawn}" if drawn else ""
    call = f"digits({variants}, distortion={distortion!r}{more})"
    return f"{drawing_source(PROGRAM)}\n(x_train, y_train), (x_test, y_test) = {call}\n"


def _drawing_settings(config: Config) -> tuple[int, float, int]:
    values = resolve_settings(ENTRY, config)
    return values["variants"], float(values["distortion"]), values["drawn"]
