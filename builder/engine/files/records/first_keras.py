"""Records that Keras wrote before 1.0: one list of layers, their settings beside their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.errors import FileError
from builder.spec import unique_name

KERNELS_FIRST = "th"
"""The order of axes where a layer does not say it: pictures had their colors first."""


def is_first(record: Any) -> bool:
    """Whether this is a model as Keras wrote it before 1.0."""
    return isinstance(record, Mapping) and "config" not in record and "layers" in record


def translate_first(record: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Such a model as Keras 1 wrote it, and its settings of ``compile``.

    Raises:
        FileError: it is a Graph, or damaged.
    """
    rows, kind = record["layers"], record.get("name") or record.get("class_name")
    if kind != "Sequential" or not isinstance(rows, list):
        raise FileError(
            f"The model is a '{str(kind)[:40]}' as Keras wrote it before 1.0; of that time only a"
            " Sequential is opened.",
            "Rebuild it with keras.Sequential or keras.Model(inputs, outputs).",
        )
    used: set[str] = set()
    layers = [_row(row, used) for row in rows]
    model = {"class_name": "Sequential", "config": {"name": "model", "layers": layers}}
    compiled = {k: record[k] for k in ("loss", "optimizer") if record.get(k)}
    optimizer = compiled.get("optimizer")
    if isinstance(optimizer, Mapping):
        settings = {k: v for k, v in optimizer.items() if k != "name"}
        compiled["optimizer"] = {"class_name": optimizer.get("name"), "config": settings}
    return model, compiled


def _row(row: Any, used: set[str]) -> dict[str, Any]:
    if not isinstance(row, Mapping) or not isinstance(row.get("name"), str):
        raise FileError(
            "The model's record is damaged: a layer has no name.", "Save the model again."
        )
    kind = row["name"]
    name = unique_name(str(row.get("custom_name") or kind.lower()), used)
    used.add(name)
    settings = {k: v for k, v in row.items() if k not in ("name", "custom_name")}
    settings.setdefault("dim_ordering", KERNELS_FIRST)
    shape = _shape(settings)
    if shape is not None:
        settings["batch_input_shape"] = [None, *shape]
    return {"class_name": kind, "config": {**settings, "name": name}}


def _shape(settings: Mapping[str, Any]) -> list[Any] | None:
    """The shape of one example, where the layer says what it reads."""
    if isinstance(settings.get("input_shape"), list):
        return list(settings["input_shape"])
    width, length = settings.get("input_dim"), settings.get("input_length")
    if not isinstance(width, int):
        return None
    if "input_length" not in settings:
        return [width]
    return [length] if "mask_zero" in settings else [length, width]
