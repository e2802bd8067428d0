"""Pooling layers: many values become one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from builder.catalog.entry import Entry, Param
from builder.catalog.layers.layer_table import layer

_row = partial(layer, group="Pooling", section="pooling_layers", shape="last_axis")

_STRIDES = Param(
    "ints",
    "How far the window moves each time; empty means its own size, so that none overlap.",
    min=1,
    max=1000,
    optional=True,
)

_RANKS = (
    (2, "picture", "window", "(height, width, channels)"),
    (1, "sequence", "stretch", "(steps, features)"),
    (3, "volume", "box", "(depth, height, width, channels)"),
)
"""Axes to pool over, what the input is called, what the window is called, one example's shape."""


def _window_entries(
    name: str, what: str, analogy: str, formula: str, default: bool
) -> tuple[Entry, ...]:
    """A pooling layer with a window, for 2, 1 and 3 axes; ``default``: Keras knows a size."""
    rows = []
    for rank, thing, window, shape in _RANKS:
        sizes = "2" if rank == 1 else str((2,) * rank)
        size = f"pool_size={sizes}" if default else "pool_size"
        rows.append(
            _row(
                f"{name}Pooling{rank}D({size}, strides=None, padding='valid', data_format=None)",
                f"Makes a {thing} smaller: of every {window} it keeps {what}. With size 2 each "
                f"axis is halved. One example is {shape}. It has no weights.",
                analogy,
                formula=formula,
                ndim=(rank + 2,),
                start={"pool_size": 2},
                same={"strides": "pool_size"},
                params={"strides": replace(_STRIDES, length=rank)},
            )
        )
    return tuple(rows)


def _global(name: str, what: str, analogy: str, formula: str) -> tuple[Entry, ...]:
    return tuple(
        _row(
            f"Global{name}Pooling{rank}D(data_format=None, keepdims=False)",
            f"Reduces a whole {thing} to {what} of each channel. It often stands, instead of "
            "Flatten, before the last Dense layers: far fewer weights, and any size fits.",
            analogy,
            formula=formula,
            ndim=(rank + 2,),
            one_row=True,
        )
        for rank, thing, _, _ in _RANKS
    )


def _adaptive(name: str, what: str, analogy: str) -> tuple[Entry, ...]:
    return tuple(
        _row(
            f"Adaptive{name}Pooling{rank}D(output_size, data_format=None)",
            f"Divides a {thing} evenly into as many parts as you ask for and keeps {what} of "
            "each: the output has this size whatever comes in.",
            analogy,
            page="",
            ndim=(rank + 2,),
            start={"output_size": 4},
        )
        for rank, thing, _, _ in _RANKS
    )


_MAX = r"y_{i,c} = \max_{k} x_{s i+k,\,c}"
_MEAN = r"y_{i,c} = \frac{1}{K}\sum_{k} x_{s i+k,\,c}"

ENTRIES = (
    *_window_entries(
        "Max",
        "the largest value",
        "Of every handful of berries only the ripest goes on the sandwich.",
        _MAX,
        True,
    ),
    *_window_entries(
        "Average",
        "the average",
        "Every handful of berries is stirred into one spoonful of jam.",
        _MEAN,
        False,
    ),
    *_global(
        "Average",
        "the average",
        "One spoonful from the well stirred pot tells how the whole soup tastes.",
        r"y_c = \frac{1}{N}\sum_{i} x_{i,c}",
    ),
    *_global(
        "Max",
        "the largest value",
        "Only the loudest voice of each group is heard, wherever it stood.",
        r"y_c = \max_{i} x_{i,c}",
    ),
    *_adaptive("Average", "the average", "A cake cut into twelve pieces, however large it is."),
    *_adaptive("Max", "the largest value", "From every piece of the cake only the cherry."),
)
"""In palette order."""
