"""Bind a dataset's columns to a model's inputs and outputs, as arrays or dicts of arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from builder import binding
from builder.engine.data.prepare import Data
from builder.errors import DataError
from builder.spec import Config, TrainingSpec


@dataclass(frozen=True, slots=True, eq=False)
class Arrays:
    """What ``model.fit`` and ``model.evaluate`` are given.

    Args:
        x_train, x_test: an array where the model has one Input, else a dict by Input.
        y_train, y_test: an array where it has one output, else a dict by output.
    """

    x_train: Any
    y_train: Any
    x_test: Any
    y_test: Any


def bind_arrays(training: TrainingSpec, data: Data) -> Arrays:
    """The columns that this model's Inputs and outputs are bound to, by Keras's names.

    Raises:
        DataError: an Input or output is bound to no column, or to one of the wrong side.
    """
    y = _columns(training, data, binding.output_columns(training), "target")
    parts = []
    for p in PARTS:
        names = binding.read_columns(training)
        parts.append(bind_inputs(training, {n: getattr(data.column(n), p) for n in names}))
        parts.append(_pack({k: getattr(c, p) for k, c in y.items()}))
    return Arrays(*parts)


def bind_inputs(training: TrainingSpec, columns: Mapping[str, Any]) -> Any:
    """TEMP What the model reads, of prepared columns."""
    x = {}
    for node, names in binding.bound_columns(training).items():
        key = binding.keras_name(training.model, node)
        if len(names) == 1:
            x[key] = columns[names[0]]
        else:
            x[key] = np.stack([columns[n] for n in names], axis=1)
    return _pack(x)


PARTS = ("train", "test")


def _columns(
    training: TrainingSpec, data: Data, columns: Mapping[str, str], role: str
) -> dict[str, Any]:
    found = {}
    for node, name in columns.items():
        column = data.column(name)
        if column.facts.role != role:
            raise DataError(
                f"'{node}' is bound to '{name}', which is an {column.facts.role} of the dataset."
                if column.facts.role == "input"
                else f"'{node}' is bound to '{name}', which is a target of the dataset.",
                f"Bind it to one of the dataset's {role}s.",
                f"columns.{node}",
            )
        found[binding.keras_name(training.model, node)] = column
    return found


def _pack(arrays: dict[str, Any]) -> Any:
    return arrays if len(arrays) > 1 else next(iter(arrays.values()))


def compile_by_keras_names(training: TrainingSpec) -> Config:
    """``compile`` with losses, weights and metrics by Keras's output names."""
    renamed = {
        key: Config({binding.keras_name(training.model, ref): v for ref, v in value.items()})
        for key in binding.PER_OUTPUT
        if isinstance(value := training.compile.get(key), Mapping)
    }
    return training.compile.with_(**renamed)
