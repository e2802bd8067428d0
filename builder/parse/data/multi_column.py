"""Datasets of several columns: bind them to the model's inputs and outputs."""

from __future__ import annotations

from typing import Any

from builder.parse.data import preparation
from builder.parse.data.arrays import DataArray
from builder.parse.interpreter.interpreter import Interpreter
from builder.spec import Config, ModelSpec, ObjectSpec


def named_columns(arguments: Any) -> dict[str, DataArray]:
    """Arrays of named columns by the name they are handed over under; {} for anything else."""
    result = arguments if isinstance(arguments, dict) else {"": arguments}
    if result and all(isinstance(a, DataArray) and a.data.column for a in result.values()):
        return result
    return {}


def bind_columns(
    spec: ModelSpec, inputs: list[str], x: dict[str, DataArray], y: dict[str, DataArray]
) -> Config:
    """Inputs and outputs → columns."""
    names = {name or (inputs[0] if inputs else ""): a.data.column for name, a in x.items()}
    ends = {output_name(spec, name): a.data.column for name, a in y.items()}
    return Config(names | ends)


def output_name(spec: ModelSpec, name: str) -> str:
    """The output a script calls ``name``: by the spec's name for it, or its layer's."""
    if not name and spec.outputs:
        return spec.outputs[0]
    if name in spec.outputs:
        return name
    nodes = {n.name: n.layer for n in spec.nodes}
    return next((ref for ref in spec.outputs if nodes.get(ref.partition(":")[0]) == name), name)


def rename_outputs(spec: ModelSpec, settings: Config | None) -> Config | None:
    """The settings of each output under the spec's name for it."""
    if settings is None:
        return None
    each = {k: v for k, v in settings.items() if isinstance(v, Config)}
    return settings.with_(
        **{
            k: Config({output_name(spec, n): v for n, v in rows.items()})
            for k, rows in each.items()
        }
    )


def dataset_spec(
    interp: Interpreter, x: dict[str, DataArray], y: dict[str, DataArray]
) -> ObjectSpec:
    """The dataset with its settings, from the columns ``fit`` was given."""
    first = next(iter(x.values()))
    config = dict(first.data.config)
    scaled = [a for a in x.values() if a.data.kind.scales]
    for array in scaled[:1]:
        config["scale"] = preparation.scale_setting(interp, array)
    classes = [a for a in y.values() if a.data.classes]
    if classes:
        config["labels"] = "one_hot" if classes[0].one_hot else "integers"
    if any(a.channel for a in x.values()):
        config["channel_axis"] = True
    return ObjectSpec(first.data.dataset, Config(config))
