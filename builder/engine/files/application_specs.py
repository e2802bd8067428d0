"""Specs of ``keras.applications``, whole or with a new head for transfer learning."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

from builder import edit
from builder.catalog.applications import BY_NAME, Architecture, scaling
from builder.edit import naming
from builder.engine.build import keras_model, keras_objects
from builder.engine.build.backend import keras
from builder.engine.files import initial_weights
from builder.engine.files.records import convert
from builder.errors import FileError
from builder.spec import Config, ModelSpec, Node, ObjectSpec, unique_name


def template(
    name: str,
    *,
    side: int | None = None,
    classes: int | None = None,
    reads: tuple[int, ...] | None = None,
    largest: float | None = None,
    freeze: bool = False,
    imagenet: bool = False,
    keep: str | os.PathLike[str] | None = None,
) -> dict[str, Any]:
    """An architecture of ``keras.applications`` as a model.

    Args:
        name: as in ``keras.applications``.
        side: height and width of the pictures it works on; None is what it was made for.
        classes: None keeps its own head of 1000 classes; else the architecture without its head
            becomes a nested model, and pooling, Dropout and a softmax of so many classes follow.
            What follows here matters only then.
        reads: shape of one example of the data: layers that make pictures of ``side`` with three
            colors of it are put first; None takes such pictures as they are.
        largest: the largest number in the data, 1 or 255: what scales it for the architecture is
            put first; None puts nothing.
        freeze: training leaves the nested model's weights as they are.
        imagenet: take the weights trained on ImageNet, which are fetched from the network.
        keep: where those weights are written, as ``initial_weights.write_weights`` does.

    Returns:
        ``model`` (ModelSpec) and ``weights`` (whether ``keep`` was written).

    Raises:
        FileError: no such architecture, pictures it cannot read, or no network.
    """
    known = BY_NAME.get(name)
    if known is None:
        raise FileError(f"There is no architecture '{name}'.", "Choose one from the list.")
    own = classes is None
    size = side or known.size
    make = _maker(known, (size, size, 3), own)
    with keras_model.without_allocating():
        inner = convert.from_record(json.loads(_make_application(known, make, None).to_json()))[0]
    if imagenet and keep is not None:
        live = _make_application(known, make, "imagenet")
        initial_weights.write_weights(live, keep, prefix="" if own else f"{live.name}/")
    if classes is not None:
        base = edit.freeze(inner, [n.name for n in inner.nodes], True) if freeze else inner
        inner = _add_head(known, base, reads or (size, size, 3), size, largest, classes)
    return {"model": inner, "weights": bool(imagenet and keep)}


def _add_head(
    known: Architecture,
    base: ModelSpec,
    reads: tuple[int, ...],
    side: int,
    largest: float | None,
    classes: int,
) -> ModelSpec:
    return chain_layers(
        known.name.lower(),
        ObjectSpec("InputLayer", Config(shape=reads)),
        *pictures(reads, side),
        *scaling(known.reads, largest),
        base,
        ObjectSpec("GlobalAveragePooling2D"),
        ObjectSpec("Dropout", Config(rate=0.2)),
        ObjectSpec("Dense", Config(units=classes, activation="softmax")),
    )


def _maker(known: Architecture, size: tuple[int, int, int], own: bool) -> Callable[[Any], Any]:
    made = getattr(keras.applications, known.name)
    return lambda source: made(include_top=own, weights=source, input_shape=size)


def _make_application(known: Architecture, make: Callable[[Any], Any], source: str | None) -> Any:
    try:
        return make(source)
    except Exception as error:  # URL errors come as plain Exceptions, bad shapes as ValueErrors
        reason = keras_objects.reason(error)
        if source and not isinstance(error, ValueError):
            raise FileError(
                f"The weights of {known.name} could not be fetched: this machine has no way to"
                f" Google's store. ({reason[:120]})",
                "Take the architecture without weights, or try again with a network.",
            ) from None
        raise FileError(
            f"{known.name} cannot read such pictures: {reason}",
            f"Give it pictures of at least {known.least} × {known.least}.",
        ) from None


def chain_layers(name: str, *layers: ObjectSpec | ModelSpec) -> ModelSpec:
    """``spec.chain`` for operations and nested models too."""
    table: dict[str, ObjectSpec | ModelSpec] = {}
    nodes: list[Node] = []
    for layer in layers:
        given = unique_name(naming.base_name(layer), set(table))
        table[given] = layer
        nodes.append(Node(given, given, (nodes[-1].name,) if nodes else ()))
    return ModelSpec(name, Config(table), tuple(nodes), (nodes[-1].name,))


def pictures(shape: tuple[int, ...], side: int) -> tuple[ObjectSpec, ...]:
    """The layers that make color pictures of that side from examples of this shape.

    Raises:
        FileError: the examples are no pictures.
    """
    if len(shape) not in (2, 3) or (len(shape) == 3 and shape[2] not in (1, 3)):
        raise FileError(
            f"Examples of shape {shape} are no pictures.",
            "Choose data of shape (height, width), (height, width, 1) or (height, width, 3).",
        )
    layers: list[ObjectSpec] = []
    if len(shape) == 2:
        layers.append(ObjectSpec("Reshape", Config(target_shape=(*shape, 1))))
    if shape[:2] != (side, side):
        layers.append(ObjectSpec("Resizing", Config(height=side, width=side)))
    if shape[2:] != (3,):  # the same gray as red, green and blue
        layers.append(ObjectSpec("ops.repeat", Config(repeats=3, axis=3)))
    return tuple(layers)
