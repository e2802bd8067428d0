"""Give layers the weights that a file keeps by name, as TensorFlow.js and SavedModels do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.engine.build.backend import keras
from builder.engine.files import initial_weights, older_weights
from builder.facts import Note

Array = Any

SECOND = "backward"
"""What stands in the path of a weight that belongs to the way back."""


def fill_named(
    model: keras.Model, arrays: Mapping[str, Array], origin: older_weights.Origin
) -> tuple[set[str], tuple[Note, ...]]:
    """Give every layer the arrays whose path names it: ``"block/dense/kernel"``, in place.

    Returns:
        The names of the layers that got theirs (as ``initial_weights.leaves``), and remarks.
    """
    filled: set[str] = set()
    notes: list[Note] = []
    paths = {tuple(key.split("/")): value for key, value in arrays.items()}
    for name, layer in initial_weights.leaves(model):
        own = _belonging(paths, name.split("/"))
        said = older_weights.fill_layer(layer, _ordered(layer, own), origin)
        if said is not None:
            filled.add(name)
            notes += [Note(name, said)] if said else []
    return filled, tuple(notes)


def _belonging(
    paths: Mapping[tuple[str, ...], Array], parts: list[str]
) -> dict[tuple[str, ...], Array]:
    """The arrays below a layer: whose folders are all its names, else those that hold its own."""
    whole = {k: v for k, v in paths.items() if _begins(k[:-1], parts)}
    return whole or {k: v for k, v in paths.items() if parts[-1] in k[:-1]}


def _begins(folders: tuple[str, ...], parts: list[str]) -> bool:
    return list(folders[: len(parts)]) == parts


def _ordered(layer: Any, arrays: Mapping[tuple[str, ...], Array]) -> list[Array]:
    """In the order of old: first what is trained; as the file has them where names do not say."""
    order: dict[str, int] = {}
    for weight in (*layer.trainable_weights, *layer.non_trainable_weights):
        order.setdefault(weight.name, len(order))
    order |= {k: order[v] for k, v in OLDER_NAMES.items() if v in order and k not in order}
    if any(key[-1] not in order for key in arrays):
        return list(arrays.values())
    keys = sorted(arrays, key=lambda k: (any(SECOND in part for part in k), order[k[-1]]))
    return [arrays[key] for key in keys]


OLDER_NAMES = {"depthwise_kernel": "kernel"}
"""Name of a weight in older files → its name today."""
