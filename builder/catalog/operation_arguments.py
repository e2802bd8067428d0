"""How each argument of an operation is asked for: by (operation, name), or by ("", name)."""

from __future__ import annotations

from builder.catalog.entry import Param

NUMBER = Param(
    "json",
    "A fixed number, or a list of them, in place of a wire; empty reads a wire.",
    optional=True,
    advanced=True,
)
"""A tensor argument for which a number may stand."""

_AXIS = Param("json", "Which axis, counted from 0 (the batch) or from the end: -1 is the last.")
_DTYPES = ("float32", "float16", "float64", "int32", "int64", "uint8", "bool")
_WINDOW = Param("ints", "The size of the window along each axis.", min=1, start=2)

PARAMS: dict[tuple[str, str], Param] = {
    ("", "axis"): Param(
        "json",
        "Which axis, counted from 0 (the batch) or from the end: -1 is the last; empty takes all.",
        optional=True,
    ),
    ("expand_dims", "axis"): _AXIS,
    ("", "axis1"): _AXIS,
    ("", "axis2"): _AXIS,
    ("", "source"): _AXIS,
    ("", "destination"): Param("json", "The place the axis moves to."),
    ("transpose", "axes"): Param(
        "json", "The axes in their new order, the batch axis (0) included.", optional=True
    ),
    ("tensordot", "axes"): Param("json", "How many axes, or which of each, are summed over."),
    ("", "nan"): Param(
        "json", "The number in the place of a missing one, or a list: one a column."
    ),
    ("", "posinf"): Param("float", "In the place of infinity.", optional=True, advanced=True),
    ("", "neginf"): Param("float", "In the place of minus infinity.", optional=True, advanced=True),
    ("", "keepdims"): Param("bool", "Keep the reduced axis, with length 1."),
    ("", "initial"): Param(
        "float", "The result where there is nothing to compare.", optional=True, advanced=True
    ),
    ("", "dtype"): Param(
        "choice",
        "The type of the values; empty keeps the usual one.",
        choices=(None, *_DTYPES),
        optional=True,
        advanced=True,
    ),
    ("cast", "dtype"): Param("choice", "The type the values become.", choices=_DTYPES),
    ("", "decimals"): Param("int", "How many digits stay after the point.", min=-20, max=20),
    ("", "x_min"): Param("float", "The smallest value that passes; smaller ones become this."),
    ("", "x_max"): Param("float", "The largest value that passes; larger ones become this."),
    ("", "negative_slope"): Param("float", "How steep the line is below 0.", min=0, max=100),
    ("", "alpha"): Param("float", "How far negative values bend down.", min=0, max=100),
    ("", "approximate"): Param("bool", "Calculate it quicker, with tanh instead of erf."),
    ("", "ord"): Param("json", "Which length: 1, 2 or the largest; empty is 2.", optional=True),
    ("", "order"): Param("float", "Which length: 2 is the usual one.", min=0, max=100),
    ("", "epsilon"): Param(
        "float", "A tiny number against a division by 0.", optional=True, advanced=True
    ),
    ("", "newshape"): Param("json", "The new shape, the batch axis first; one entry may be -1."),
    ("", "shape"): Param("json", "The shape to fill, the batch axis first."),
    ("", "repeats"): Param("json", "How many times, one number or one per axis."),
    ("", "shift"): Param("json", "By how many places."),
    ("", "pad_width"): Param("json", "A pair (before, after) for each axis, batch axis included."),
    ("pad", "mode"): Param(
        "choice",
        "What fills the new places: a constant, or the values mirrored or repeated.",
        choices=("constant", "reflect", "symmetric"),
    ),
    ("", "constant_values"): Param(
        "float", "The value that fills the new places; empty is 0.", optional=True
    ),
    ("", "key"): Param(
        "json",
        "One entry per axis: a number picks one place, {start, stop, step} a part of the axis.",
    ),
    ("", "indices_or_sections"): Param(
        "json", "How many equal parts, or a list of the places where it is cut."
    ),
    ("", "num"): Param(
        "int", "How many places the axis has; empty asks the shape.", min=1, optional=True
    ),
    ("", "indexing"): Param(
        "choice", "In which order the axes come out.", choices=("xy", "ij"), advanced=True
    ),
    ("", "subscripts"): Param(
        "str", "Which axes meet, one letter each, as in Einstein notation: bij,bjk->bik."
    ),
    **dict.fromkeys(
        (("tril", "k"), ("triu", "k")),
        Param("int", "Which diagonal; 0 is the main one.", min=-1000, max=1000),
    ),
    ("top_k", "k"): Param("int", "How many values are picked.", min=1, max=1_000_000),
    ("", "sorted"): Param("bool", "Give the largest first."),
    ("", "num_classes"): Param("int", "How many classes there are.", min=1, max=1_000_000),
    ("", "sparse"): Param("bool", "Store only what is not zero.", advanced=True),
    ("", "pool_size"): _WINDOW,
    ("", "strides"): Param(
        "ints", "How far the window moves at a time; empty is its own size.", min=1, optional=True
    ),
    ("", "padding"): Param(
        "choice", "'valid' shrinks at the edges, 'same' does not.", choices=("valid", "same")
    ),
    ("", "data_format"): Param(
        "choice",
        "Where the channels stand; empty takes Keras's setting.",
        choices=(None, "channels_last", "channels_first"),
        optional=True,
        advanced=True,
    ),
    ("", "block_size"): Param("int", "The side of a block of pixels.", min=2, max=64),
    ("", "size"): Param("ints", "Height and width of the result, two numbers.", min=1),
    ("", "interpolation"): Param(
        "choice",
        "How pixels in between are made up.",
        choices=("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"),
    ),
    ("", "antialias"): Param("bool", "Smooth before making it smaller."),
    ("", "crop_to_aspect_ratio"): Param("bool", "Cut the edges off rather than distort."),
    ("", "pad_to_aspect_ratio"): Param("bool", "Add a frame rather than distort."),
    ("", "fill_mode"): Param(
        "choice", "What the frame is made of.", choices=("constant",), advanced=True
    ),
    ("", "fill_value"): Param("float", "The value of the frame.", advanced=True),
}
