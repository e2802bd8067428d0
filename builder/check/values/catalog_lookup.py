"""Look up what a name in a spec means: the catalogue entry, near matches, words for its kind."""

from __future__ import annotations

import difflib
from typing import Any

from builder import catalog
from builder.catalog.layers import CARRY_CODE, NOT_IN_A_STACK, UNEXPORTED
from builder.spec import ObjectSpec

SINGULAR = {"losses": "loss", "activations": "activation", "epoch_schedules": "schedule"}
"""Catalogue kind → what one of them is called; the others just lose their ``s``."""


def resolve(kind: str, value: Any) -> ObjectSpec | None:
    """The object a spec means: itself, what a short string stands for, or None."""
    if isinstance(value, ObjectSpec):
        return value
    if not isinstance(value, str):
        return None
    entry = catalog.by_alias(kind, value) or catalog.find(kind, value)
    return ObjectSpec(entry.class_name) if entry else None


def kind_noun(kind: str) -> str:
    """``"optimizers"`` → ``"optimizer"``."""
    return SINGULAR.get(kind, kind.removesuffix("s"))


def near_matches(kind: str, class_name: str) -> list[str]:
    """Up to two class names of that kind that look like ``class_name``."""
    names = {e.class_name.lower(): e.class_name for e in catalog.entries(kind)}
    close = difflib.get_close_matches(class_name.lower(), names, n=2, cutoff=0.6)
    return [names[c] for c in close]


def known_to_keras(class_name: str) -> bool:
    """Whether Keras knows a layer of that name though the catalogue has no form for it.

    Which of the rarer functions of ``keras.ops`` there are only Keras can say.
    """
    known = {**NOT_IN_A_STACK, **UNEXPORTED}.keys() - CARRY_CODE
    return class_name in known or catalog.ops.is_op(class_name)
