"""The layers of the architectures of ``keras.applications``, row by row, without Keras."""

from __future__ import annotations

import functools
import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builder import document
from builder.spec import Config, ObjectSpec

FILE = Path(__file__).with_suffix(".json.gz")
"""Written from Keras itself by ``python -m tests.architecture_layers``."""

VALID_STEM = ("NASNetLarge", "NASNetMobile")
"""Architectures whose first convolution takes no padding, so that it halves one less."""


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One layer of an architecture, called once.

    Args:
        name: Keras's.
        spec: its record; the Input's has no shape.
        inbound: the rows it reads.
    """

    name: str
    spec: ObjectSpec
    inbound: tuple[str, ...]


def layer_rows(architecture: str, top: bool, side: int | None) -> tuple[LayerRow, ...]:
    """The layers of an architecture in order, the Input first.

    Args:
        architecture: as in ``keras.applications``.
        top: with its own head of 1000 classes.
        side: height and width of the pictures, which some padding follows; None where it is open.
    """
    made = []
    for name, class_name, config, inbound in table()[architecture]["top" if top else "base"]:
        values = document.decode(config)
        if "follows" in values:
            window, steps = values["follows"]
            values = Config(padding=_padding(window, side_after(architecture, side, steps)))
        made.append(LayerRow(name, ObjectSpec(class_name, values), tuple(inbound)))
    return tuple(made)


def side_after(architecture: str, side: int | None, steps: int) -> int | None:
    """The side of what is left of a picture after so many halvings."""
    if side is None:
        return None
    for step in range(steps):
        valid = step == 0 and architecture in VALID_STEM
        side = (side - 3) // 2 + 1 if valid else -(-side // 2)
    return side


def _padding(window: int, side: int | None) -> tuple[tuple[int, int], tuple[int, int]]:
    """``keras.src.applications.imagenet_utils.correct_pad`` for one side."""
    before = window if side is not None and side % 2 else window - 1
    return ((before, window), (before, window))


@functools.cache
def table() -> dict[str, Any]:
    """Architecture → ``base`` or ``top`` → rows as they are written."""
    result: dict[str, Any] = json.loads(gzip.decompress(FILE.read_bytes()))
    return result
