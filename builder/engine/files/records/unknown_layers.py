"""Unknown layer classes in a file: their config is kept, they are never instantiated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from builder import document
from builder.catalog import older_files
from builder.engine.build import keras_objects
from builder.engine.files.records import deserialize
from builder.errors import FileError, SpecError
from builder.spec import Config, ModelSpec, ObjectSpec

LONGEST = 100_000
"""Characters of one layer's settings that are kept."""

KEPT = "It is kept as it was; nothing can be computed before another layer stands in its place."


def refusal_of(where: str, row: Mapping[str, Any]) -> str:
    """Why the class of this layer is not opened; ``""`` when it is, or when the row is damaged."""
    kind, module = row.get("class_name"), row.get("module")
    if not isinstance(kind, str) or not isinstance(module, str | None):
        return ""
    try:
        deserialize.check_source(where, row)
    except FileError as error:
        return error.message.removeprefix(f"'{where}' ")
    made = keras_objects.classes("layers")
    known = kind in {*made, *deserialize.MODELS} or any(c.__name__ == kind for c in made.values())
    if known or ">" in kind:
        return ""
    if why := older_files.LAYERS_GONE.get(kind):
        return f"is a '{kind}': {why}."
    return f"is a '{kind}', which this app does not know."


def keep_layer(where: str, row: Mapping[str, Any]) -> ObjectSpec:
    """Its settings under a name that no class of Keras has.

    Raises:
        FileError: they are too long, or no plain values.
    """
    kind, registered = str(row["class_name"]), row.get("registered_name")
    named = isinstance(registered, str) and ">" in registered
    label = registered if named else kind
    if label in keras_objects.classes("layers"):
        label = f"{row.get('module')}.{kind}"
    config = {k: v for k, v in deserialize.inner_config(row).items() if k != "name"}
    try:
        if len(json.dumps(config)) > LONGEST:
            raise SpecError(f"it has more than {LONGEST:,} characters of settings.")
        return document.decode_object({"class_name": label, "config": config}, where)
    except SpecError as error:
        raise deserialize.refusal(where, f"cannot be kept: {error.message}") from None


def replace_unknown(model: ModelSpec) -> ModelSpec:
    """``model`` with a layer that does nothing for every such one: what the others are, is seen."""
    layers: dict[str, ObjectSpec | ModelSpec] = {}
    for name, layer in model.layers.items():
        if isinstance(layer, ModelSpec):
            layers[name] = replace_unknown(layer)
        else:
            layers[name] = layer if _is_known(layer) else ObjectSpec("Identity")
    same = all(layers[name] is layer for name, layer in model.layers.items())
    return model if same else replace(model, layers=Config(layers))


def _is_known(layer: ObjectSpec) -> bool:
    return layer.class_name in keras_objects.classes("layers") or layer.class_name.startswith(
        "ops."
    )
