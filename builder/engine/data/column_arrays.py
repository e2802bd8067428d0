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
        w_train: how much each training example counts, (n,); None: all the same.
    """

    x_train: Any
    y_train: Any
    x_test: Any
    y_test: Any
    w_train: Any = None


def bind_arrays(training: TrainingSpec, data: Data) -> Arrays:
    """The columns that this model's Inputs and outputs are bound to, by Keras's names.

    Raises:
        DataError: an Input or output is bound to no column, or to one of the wrong side.
    """
    x = binding.bound_columns(training)
    y = binding.output_columns(training)
    for node, names in (*x.items(), *((output, (name,)) for output, name in y.items())):
        for name in names:
            _require_role(data, node, name, "input" if node in x else "target")
    parts = []
    for part in PARTS:
        read = {n: getattr(data.column(n), part) for n in binding.read_columns(training)}
        parts.append(bind_inputs(training, read))
        answers = {o: getattr(data.column(name), part) for o, name in y.items()}
        parts.append(_pack({binding.keras_name(training.model, o): a for o, a in answers.items()}))
    weights = (c.train for c in data.columns if c.facts.role == "weight")
    x, y, x_test, y_test = parts
    return Arrays(x, y, x_test, y_test, next(weights, None))


def bind_inputs(training: TrainingSpec, columns: Mapping[str, Any]) -> Any:
    """What the model reads: an array where it has one Input, else a dict by Input.

    Several columns of one Input stand side by side, in the order they are bound in.

    Args:
        columns: prepared, by column.
    """
    x = {}
    for node, names in binding.bound_columns(training).items():
        key = binding.keras_name(training.model, node)
        if len(names) == 1:
            x[key] = columns[names[0]]
        else:
            x[key] = np.stack([columns[n] for n in names], axis=1)
    return _pack(x)


PARTS = ("train", "test")


def _require_role(data: Data, node: str, name: str, role: str) -> None:
    facts = data.column(name).facts
    if facts.role != role:
        article = "an input" if facts.role == "input" else "a target"
        raise DataError(
            f"'{node}' is bound to '{name}', which is {article} of the dataset.",
            f"Bind it to one of the dataset's {role}s.",
            f"columns.{node}",
        )


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
