"""Copies of one training picture as augmentation layers change them while training."""

from __future__ import annotations

from typing import Any

import numpy as np

from builder import edit
from builder.edit.naming import drop_unused_layers
from builder.engine.build import keras_model
from builder.engine.build.backend import keras
from builder.engine.data.loading import load
from builder.errors import DataError
from builder.kinds.contract import Array
from builder.kinds.registry import find_kind
from builder.spec import ModelSpec, ObjectSpec

COPIES = 9


def augment(
    model: ModelSpec, node: str, dataset: ObjectSpec, column: str, example: int, seed: int
) -> dict[str, Any]:
    """What a layer makes of a picture, nine times, each time by other chances.

    Args:
        model: the model, or a block of it, that holds the node.
        node: the layer; those before it have their turn first.
        dataset: where the picture comes from.
        column: the column of pictures that the model's Input reads.
        example: which training example; it is counted round.
        seed: of all chances.

    Returns:
        ``plain`` uint8 (h, w[, 3]), as the layer passes the picture on when predicting; and
        ``images`` uint8 (9, h, w[, 3]) in the same shades.

    Raises:
        DataError: what the layer gives is no picture, or the column holds none.
        BuildError: the layers before it cannot be built.
    """
    pictures = load(dataset).column(column)
    if not find_kind(pictures.facts.kind).has_pixels:
        raise DataError("The dataset holds no pictures.", "Choose a dataset of pictures.")
    keras.utils.set_random_seed(seed)
    part = keras_model.build(_until(model, node))
    row = np.asarray(pictures.train[example % len(pictures.train)])
    shape = part.inputs[0].shape[1:]
    if len(part.inputs) != 1 or len(shape) != len(row.shape) or len(part.outputs) != 1:
        raise DataError(
            f"The layers up to '{node}' do not read one picture of this dataset.",
            "Choose a layer that stands behind the picture's Input alone.",
        )
    plain = np.asarray(part(row[None], training=False))
    copies = np.asarray(part(np.repeat(row[None], COPIES, axis=0), training=True))
    if copies.ndim != 4 or copies.shape[-1] not in (1, 3):
        raise DataError(
            f"'{node}' gives no picture any more.", "Choose a layer that stands before it."
        )
    low, high = float(plain.min()), float(plain.max())
    return {"plain": _shades(plain, low, high)[0], "images": _shades(copies, low, high)}


def _until(model: ModelSpec, node: str) -> ModelSpec:
    """The part of a model that ends with that node."""
    needed = edit.dependencies(model, node) | {node}
    nodes = tuple(n for n in model.nodes if n.name in needed)
    return drop_unused_layers(ModelSpec(model.name, model.layers, nodes, (node,)))


def _shades(pictures: Array, low: float, high: float) -> Array:
    """0 for what is ``low``, 255 for what is ``high``; without a channel axis where it is grey."""
    shades = np.clip((pictures - low) * (255 / ((high - low) or 1)), 0, 255).astype("uint8")
    return shades[..., 0] if shades.shape[-1] == 1 else shades
