"""The rows of architectures are what Keras builds today, padding that follows the size included."""

from __future__ import annotations

import json

import pytest

from builder import catalog
from builder.catalog import architecture_layers
from builder.catalog.applications import ARCHITECTURES
from builder.engine.build import keras_model
from builder.engine.build.backend import keras
from builder.engine.files.records import convert

FEW = (("MobileNetV2", 95), ("MobileNetV2", 150), ("EfficientNetB0", 150), ("VGG16", 64))


@pytest.mark.parametrize(("name", "side"), FEW)
def test_rows_are_what_keras_builds(name: str, side: int) -> None:
    with keras_model.without_allocating():
        made = getattr(keras.applications, name)(
            include_top=False, weights=None, input_shape=(side, side, 3)
        )
    spec = convert.from_record(json.loads(made.to_json()))[0]
    rows = architecture_layers.layer_rows(name, top=False, side=side)
    for node, row in zip(spec.nodes[1:], rows[1:], strict=True):
        wanted = spec.layers[node.layer]
        assert row.name == node.name
        assert row.inbound == node.inbound or "input" in node.inbound[0]
        assert catalog.minimal("layers", row.spec) == wanted


def test_every_architecture_has_rows() -> None:
    assert set(architecture_layers.table()) == {a.name for a in ARCHITECTURES}
