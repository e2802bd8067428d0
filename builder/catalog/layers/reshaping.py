"""Reshaping layers: the same values in another order, or fewer or more of them."""

from __future__ import annotations

from functools import partial

from builder.catalog.layers.layer_table import layer

_row = partial(layer, group="Reshaping", section="reshaping_layers", values="moved")
_stretch = partial(_row, shape="last_axis")

ENTRIES = (
    _row(
        "Flatten(data_format=None)",
        "Lays all values of an example out in one long row: (28, 28) becomes 784. It stands "
        "before the first Dense layer when the input is a picture, and has no weights.",
        "Laying all ingredients side by side on the board before the sandwich is stacked.",
        one_row=True,
        precomputes="moves",
    ),
    _row(
        "Reshape(target_shape)",
        "Gives the values of an example another shape with the same number of values, for "
        "instance (28, 28) → (28, 28, 1) to add the channel axis a Conv2D needs. One entry may be "
        "-1: whatever is left over.",
        "The same chocolate in a different mold.",
        start={"target_shape": (-1, 1)},
        precomputes="moves",
    ),
    _row(
        "Permute(dims)",
        "Swaps the axes of an example: (2, 1) turns rows into columns.",
        "Turning the tray by a quarter so that the rows become columns.",
        ndim=(3, 4, 5, 6),
        start={"dims": (2, 1)},
    ),
    _stretch(
        "RepeatVector(n)",
        "Repeats a row of values n times and so makes a sequence of it, for instance to feed a "
        "recurrent layer that writes several steps.",
        "The same slice, n times on top of itself.",
        ndim=(2,),
        start={"n": 3},
    ),
    _stretch(
        "ZeroPadding2D(padding=(1, 1), data_format=None)",
        "Adds a frame of zeros around a picture.",
        "Baking paper that stands out on all sides.",
        ndim=(4,),
    ),
    _stretch(
        "ZeroPadding1D(padding=1, data_format=None)",
        "Adds zeros before and after a sequence.",
        "A moment of silence before and after the song.",
        ndim=(3,),
    ),
    _stretch(
        "ZeroPadding3D(padding=((1, 1), (1, 1), (1, 1)), data_format=None)",
        "Adds zeros on all six sides of a volume.",
        "A cake box that is a little larger than the cake.",
        ndim=(5,),
    ),
    _stretch(
        "Cropping2D(cropping=((0, 0), (0, 0)), data_format=None)",
        "Cuts off the edges of a picture.",
        "Cutting the crusts off.",
        ndim=(4,),
        start={"cropping": 2},
    ),
    _stretch(
        "Cropping1D(cropping=(1, 1))",
        "Cuts off the beginning and the end of a sequence.",
        "Trimming both ends of a cucumber.",
        ndim=(3,),
    ),
    _stretch(
        "Cropping3D(cropping=((1, 1), (1, 1), (1, 1)), data_format=None)",
        "Cuts off all six sides of a volume.",
        "Trimming a cake until it fits the box.",
        ndim=(5,),
    ),
    _stretch(
        "UpSampling2D(size=(2, 2), data_format=None, interpolation='nearest')",
        "Makes a picture larger by repeating or smoothly filling in pixels. It has no weights.",
        "A photo put under a magnifying glass: larger, but nothing new to see.",
        ndim=(4,),
        values="new",
    ),
    _stretch(
        "UpSampling1D(size=2)",
        "Makes a sequence longer by repeating every step.",
        "Saying every word twice.",
        ndim=(3,),
    ),
    _stretch(
        "UpSampling3D(size=(2, 2, 2), data_format=None)",
        "Makes a volume larger by repeating every value along all three axes.",
        "Every brick replaced by eight of the same kind.",
        ndim=(5,),
    ),
)
"""In palette order."""
