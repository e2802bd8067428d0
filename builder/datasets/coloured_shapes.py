"""Small pictures of discs, squares, triangles and crosses in colour, drawn by a program."""

from __future__ import annotations

from builder.catalog.entry import Param
from builder.datasets import _program
from builder.datasets.contract import Contents, Program, Raw, entry, resolve_settings
from builder.spec import Config

TITLE = "Coloured shapes"
OFFLINE = True
CLASSES = ("disc", "square", "triangle", "cross")
ENTRY = entry(
    "Shapes",
    2,
    "Images",
    {"pictures": 1200, "labels": "integers"},
    params={"pictures": Param("int", "How many are drawn, as many of each kind.", 40, 20_000, 4)},
    summary=(
        "Small pictures in colour: a disc, a square, a triangle or a cross of any size, colour and"
        " turn. A small program draws them. Their colours go from 0 to 255, as those of photos do;"
        " layers of the model scale and change them."
    ),
    analogy="A child's box of wooden pieces: the shape counts, not the paint.",
    url="https://keras.io/guides/preprocessing_layers/",
)
CONTENTS = Contents.of_x_and_y("image", (32, 32, 3), len(CLASSES))
PROGRAM = Program(("_shapes.draw_shape", "_shapes.shapes"))


def load(config: Config) -> Raw:
    """x uint8 (n, 32, 32, 3); y (n,) numbers of ``CLASSES``."""
    from builder.datasets._shapes import shapes

    (x, y), (x_test, y_test) = shapes(resolve_settings(ENTRY, config)["pictures"])
    return Raw.of_x_and_y("image", (x, y, x_test, y_test), CLASSES)


def source(config: Config) -> str:
    """The same in a script standing alone."""
    count = resolve_settings(ENTRY, config)["pictures"]
    return (
        f"import numpy as np\n\n\n{_program.functions_source(*PROGRAM.functions)}\n\n"
        f"(x_train, y_train), (x_test, y_test) = shapes({count})\n"
    )
