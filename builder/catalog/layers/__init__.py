"""Every layer that has one input and one output, Keras's and our own, as tables by palette group.

``Entry.traits`` says how each is called and what it does to values. ``Entry.extra`` may hold:

============ =================================================================================
``same``     {argument: other}: left out, the argument takes the other's value
``pair``     {argument: low}: one number f stands for the pair (low, f); low is ``-f``, 0 or 1
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


def needs_adapt(class_name: str, config: Mapping[str, Any]) -> bool:
    """Whether such a layer has to see the training data before it can work (``adapt``)."""
    entry = next((e for e in ENTRIES if e.class_name == class_name), None)
    table = entry.traits.adapts if entry else ""
    return bool(table) and config.get(table) is None


__all__ = ["CARRY_CODE", "ENTRIES", "NOT_ASKED", "NOT_IN_A_STACK", "UNEXPORTED", "needs_adapt"]
