"""Every layer that has one input and one output, Keras's and our own, as tables by palette group.

``Entry.extra`` of a layer may hold:

============ =================================================================================
``random``   True: it acts in training only and passes values through when predicting
``same``     {argument: other}: left out, the argument takes the other's value
``pair``     {argument: low}: one number f stands for the pair (low, f); low is ``-f``, 0 or 1
``adapt``    the argument that gives it its table; without it, it must see the training data
``channels`` the number of channels it needs (3: only color pictures)
``dtypes``   the kinds of values it reads: ``string``, ``int``; any number if not given
``wraps``    True: it holds another layer in ``layer``, which decides the input it accepts
``params``   {argument: Param} for this layer alone
``own``      True: it is ours, and a script carries its class (see ``own``)
============ =================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.catalog.layers import (
    activation,
    augmentation,
    convolution,
    core,
    normalization,
    own,
    pooling,
    preprocessing,
    recurrent,
    regularization,
    reshaping,
)
from builder.catalog.layers.left_out import CARRY_CODE, NOT_ASKED, NOT_IN_A_STACK, UNEXPORTED

ENTRIES = (
    *core.ENTRIES,
    *convolution.ENTRIES,
    *pooling.ENTRIES,
    *reshaping.ENTRIES,
    *regularization.ENTRIES,
    *normalization.ENTRIES,
    *activation.ENTRIES,
    *recurrent.ENTRIES,
    *preprocessing.ENTRIES,
    *augmentation.ENTRIES,
    *own.ENTRIES,
)
"""In palette order: what a beginner needs first stands first."""


def learns(class_name: str, config: Mapping[str, Any]) -> bool:
    """Whether such a layer has to see the training data before it can work (``adapt``)."""
    entry = next((e for e in ENTRIES if e.class_name == class_name), None)
    table = entry.extra.get("adapt") if entry else None
    return table is not None and config.get(table) is None


__all__ = ["CARRY_CODE", "ENTRIES", "NOT_ASKED", "NOT_IN_A_STACK", "UNEXPORTED", "learns"]
