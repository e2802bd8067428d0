"""Known architectures as specs: ``keras.applications``, whole or with a head of one's own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

from builder.catalog.applications import BY_NAME, CAFFE, PIXELS, TORCH, UNIT, Architecture
from builder.engine import build, convert, objects, weights
from builder.engine.backend import keras
from builder.errors import FileError
from builder.spec import Config, ModelSpec, Node, ObjectSpec, chain

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)
IMAGENET_CAFFE = (103.939, 116.779, 123.68)
"""What PyTorch's and Caffe's models of ImageNet were trained with, and these after them."""


def template(
    name: str,
    *,
    shape: tuple[int, int, int] | None = None,
    classes: int | None = None,
    freeze: bool = False,
    largest: float | None = None,
    imagenet: bool = False,
    keep: str | os.PathLike[str] | None = None,
) -> dict[str, Any]:
    """An architecture of ``keras.applications`` as a model.

    Args:
        name: as in ``keras.applications``.
        shape: of one picture (height, width, channels); None is what it was made for.
        classes: None keeps its own head of 1000 classes; else the architecture without its head
            becomes a nested model, and pooling, Dropout and a softmax of so many classes follow.
        freeze: training leaves the nested model's weights as they are.
        largest: the largest number in the pictures, 1 or 255: what scales them for the
            architecture is put first; None puts nothing.
        imagenet: take the weights trained on ImageNet, which are fetched from the network.
        keep: where those weights are written, as ``weights.dump`` does.

    Returns:
        ``model`` (ModelSpec) and ``weights`` (whether ``keep`` was written).

    Raises:
        FileError: no such architecture, pictures it cannot read, or no network.
    """
    known = BY_NAME.get(name)
    if known is None:
        raise FileError(f"There is no architecture '{name}'.", "Choose one from the list.")
    own = classes is None
    size = shape or (known.size, known.size, 3)
    make = _maker(known, size, own)
    with build.unallocated():
        inner = convert.from_record(json.loads(_made(known, make, None).to_json()))[0]
    if imagenet and keep is not None:
        live = _made(known, make, "imagenet")
        weights.dump(live, keep, prefix="" if own else f"{live.name}/")
    model = inner if classes is None else _headed(known, inner, size, classes, freeze, largest)
    return {"model": model, "weights": bool(imagenet and keep)}


def _maker(known: Architecture, size: tuple[int, int, int], own: bool) -> Callable[[Any], Any]:
    made = getattr(keras.applications, known.name)
    return lambda source: made(include_top=own, weights=source, input_shape=size)


def _made(known: Architecture, make: Callable[[Any], Any], source: str | None) -> Any:
    try:
        return make(source)
    except Exception as error:  # URL errors come as plain Exceptions, bad shapes as ValueErrors
        reason = objects.reason(error)
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


def _headed(
    known: Architecture,
    inner: ModelSpec,
    size: tuple[int, int, int],
    classes: int,
    freeze: bool,
    largest: float | None,
) -> ModelSpec:
    """The nested architecture between what scales the pictures and a head of one's own."""
    base = _frozen(inner) if freeze else inner
    first = ObjectSpec("InputLayer", Config(shape=size))
    body = chain(
        known.name.lower(),
        first,
        *scaling(known.reads, largest, size[2]),
        ObjectSpec("GlobalAveragePooling2D"),
        ObjectSpec("Dropout", Config(rate=0.2)),
        ObjectSpec("Dense", Config(units=classes, activation="softmax")),
    )
    pool = next(n for n in body.nodes if n.layer.startswith("global"))
    nodes: list[Node] = []
    for node in body.nodes:
        if node is pool:
            nodes += [
                Node(base.name, base.name, node.inbound),
                Node(pool.name, pool.layer, (base.name,)),
            ]
        else:
            nodes.append(node)
    return ModelSpec(body.name, body.layers.with_(**{base.name: base}), tuple(nodes), body.outputs)


def _frozen(model: ModelSpec) -> ModelSpec:
    """The model with every layer's ``trainable`` False; such a BatchNormalization stands still."""
    layers: dict[str, Any] = {}
    for name, layer in model.layers.items():
        if isinstance(layer, ModelSpec):
            layers[name] = _frozen(layer)
        elif layer.class_name == "InputLayer" or layer.class_name.startswith("ops."):
            layers[name] = layer
        else:
            layers[name] = layer.with_(trainable=False)
    return ModelSpec(model.name, Config(layers), model.nodes, model.outputs)


def scaling(reads: str, largest: float | None, channels: int) -> tuple[ObjectSpec, ...]:
    """The layers between pictures of 0 to ``largest`` and what an architecture reads."""
    if largest is None:
        return ()
    to = {PIXELS: 255.0, CAFFE: 255.0, TORCH: 1.0}
    if reads == UNIT:
        return (_rescale(2 / largest, -1.0),)
    found = () if largest == to[reads] else (_rescale(to[reads] / largest, 0.0),)
    if channels != 3 or reads == PIXELS:
        return found
    if reads == TORCH:
        variance = tuple(round(d * d, 6) for d in IMAGENET_DEVIATION)
        return (*found, _normal(IMAGENET_MEAN, variance))
    flip = ObjectSpec("ops.flip", Config(axis=-1))  # red, green, blue → blue, green, red
    return (*found, flip, _normal(IMAGENET_CAFFE, (1.0, 1.0, 1.0)))


def _rescale(scale: float, offset: float) -> ObjectSpec:
    more = {"offset": offset} if offset else {}
    return ObjectSpec("Rescaling", Config({"scale": scale} | more))


def _normal(mean: tuple[float, ...], variance: tuple[float, ...]) -> ObjectSpec:
    return ObjectSpec("Normalization", Config(mean=mean, variance=variance))
