"""Writes ``architecture_layers.json.gz``: ``python -m tests.architecture_layers [NAME …]``.

Every architecture of ``keras.applications`` is built by Keras, without weights, and its layers are
written as rows; the reader of pasted code has them without Keras.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from typing import Any

from builder import document
from builder.catalog import architecture_layers
from builder.catalog.applications import ARCHITECTURES, Architecture
from builder.engine.build import keras_model
from builder.engine.build.backend import keras
from builder.engine.files.records import convert
from builder.spec import ModelSpec, ObjectSpec

FOLLOWING = ("EfficientNetB", "MobileNetV2", "MobileNetV3", "NASNet")
"""Beginnings of the names whose padding follows the size (``imagenet_utils.correct_pad``)."""


def rows(architecture: Architecture, top: bool) -> list[list[Any]]:
    """``[name, class, config, inbound]`` of every layer, as Keras builds it today.

    Built for sides that are even and that are odd at every step down, so that padding which
    follows the size shows itself. A block's layers stand in its place.
    """
    valid = architecture.name in architecture_layers.VALID_STEM
    even, odd = (257, 259) if valid else (256, 257)
    sides = (even, odd) if architecture.name.startswith(FOLLOWING) else (even, even)
    built = {side: list(_flat(_built(architecture, top, side))) for side in set(sides)}
    flat = [built[side] for side in sides]
    made = []
    for (name, layer, inbound), (_, other, _) in zip(*flat, strict=True):
        config = document.encode(layer.config) if layer.class_name != "InputLayer" else {}
        if config and layer != other:
            config = {"follows": _window(layer)}
        made.append([name, layer.class_name, config, inbound])
    _count_steps(made)
    return made


def _built(architecture: Architecture, top: bool, side: int) -> ModelSpec:
    with keras_model.without_allocating():
        keras.backend.clear_session()
        make = getattr(keras.applications, architecture.name)
        made = make(include_top=top, weights=None, input_shape=(side, side, 3))
    return convert.from_record(json.loads(made.to_json()))[0]


def _flat(spec: ModelSpec) -> Iterator[tuple[str, ObjectSpec, list[str]]]:
    ends: dict[str, str] = {}
    for node in spec.nodes:
        layer, inbound = spec.layers[node.layer], [ends.get(n, n) for n in node.inbound]
        if isinstance(layer, ObjectSpec):
            yield node.name, layer, inbound
            continue
        entrance = {layer.nodes[0].name: inbound[0]}
        for inner in layer.nodes[1:]:
            reads = [entrance.get(n, n) for n in inner.inbound]
            yield inner.name, layer.layers[inner.layer], reads
        ends[node.name] = layer.outputs[0]


def _window(layer: ObjectSpec) -> int:
    (before, after), _ = layer.config["padding"]
    assert layer.class_name == "ZeroPadding2D" and before == after - 1
    return int(after)


def _count_steps(made: list[list[Any]]) -> None:
    """Write behind each ``follows`` how often the picture was halved before it."""
    steps: dict[str, int] = {}
    for name, class_name, config, inbound in made:
        read = max((steps[n] for n in inbound), default=0)
        if "follows" in config:
            config["follows"] = [config["follows"], read]
        pools = config.get("pool_size", 2) if class_name == "MaxPooling2D" else 1
        steps[name] = read + (config.get("strides", pools) == 2)


def main() -> None:
    """Write the file."""
    names = sys.argv[1:]
    table = architecture_layers.table() if names else {}
    for known in ARCHITECTURES:
        if not names or known.name in names:
            table[known.name] = {"base": rows(known, top=False), "top": rows(known, top=True)}
    text = json.dumps(table, separators=(",", ":"), sort_keys=True).encode()
    architecture_layers.FILE.write_bytes(gzip.compress(text, 9, mtime=0))
    print(f"{len(text):,} bytes, {architecture_layers.FILE.stat().st_size:,} packed")


if __name__ == "__main__":
    main()
