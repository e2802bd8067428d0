"""Predict for every row of a file: the same table, with columns of answers beside its own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from builder import binding
from builder.engine.data.loading import load
from builder.engine.inference.predict_example import predict_columns
from builder.errors import DataError
from builder.kinds.contract import Array
from builder.kinds.registry import find_kind
from builder.spec import TrainingSpec

CHUNK = 50_000
"""Rows that are answered together."""

SHOWN = 20
"""Rows that a page shows."""


def predict_file(
    artefact: str, training: TrainingSpec, path: str | os.PathLike[str], out: str
) -> dict[str, Any]:
    """Writes the table of ``path`` with the answers as CSV to ``out``, rows in their order.

    Answers are ``predicted_NAME``, and of classes ``probability_NAME`` of the one that is named.

    Args:
        artefact: path of the ``.keras``.
        training: what it was trained on: a table.

    Returns:
        ``rows``: how many; ``columns``, ``first``: names and the first rows of what was written.

    Raises:
        DataError: the file is no table, or lacks a column that the model reads.
        FileError: the artefact cannot be read.
    """
    kinds = read_kinds(training)
    table = _read(path, training, kinds)
    shown, rows = None, 0
    for part in _answer(artefact, training, table, kinds):
        part.to_csv(out, mode="w" if shown is None else "a", header=shown is None, index=False)
        rows += len(part)
        shown = part.head(SHOWN) if shown is None else shown
    assert shown is not None
    first = shown.astype(object).where(shown.notna(), None).astype(str)
    return {"rows": rows, "columns": list(first.columns), "first": first.values.tolist()}


def read_kinds(training: TrainingSpec) -> dict[str, str]:
    """The columns that the model of a table reads, each with its kind.

    Raises:
        DataError: it was trained on something else than a table.
    """
    inputs = training.dataset.config.get("inputs")
    read = binding.read_columns(training)
    if not isinstance(inputs, Mapping) or not set(read) <= set(inputs):
        raise DataError(
            "This model did not learn from a table, so no table can be given to it.",
            "Choose a run that was trained on a table of your own.",
            "dataset",
        )
    return {name: str(inputs[name]) for name in read}


def _read(path: str | os.PathLike[str], training: TrainingSpec, kinds: Mapping[str, str]) -> Any:
    from builder.tables.reading.read_table import read_table

    table = read_table(Path(path), kinds=kinds).data
    if missing := [name for name in kinds if name not in table.column_names]:
        raise DataError(
            f"The file has no column '{missing[0]}', which the model reads.",
            f"It reads {', '.join(kinds)}; the file has {', '.join(table.column_names[:20])}.",
            "file",
        )
    return table


def _answer(
    artefact: str, training: TrainingSpec, table: Any, kinds: Mapping[str, str]
) -> Iterator[Any]:
    from builder.datasets import _table_program as program

    data = load(training.dataset)
    targets = [data.answer(n) for n in binding.output_columns(training).values()]
    for start in range(0, max(table.num_rows, 1), CHUNK):
        part = table.slice(start, CHUNK).to_pandas()
        columns = {}
        for name, kind in kinds.items():
            facts = data.column(name).facts
            if find_kind(kind).named and not facts.is_text:
                numbers = {known: float(i) for i, known in enumerate(facts.classes)}
                columns[name] = part[name].map(numbers).to_numpy("float32")
            else:
                columns[name] = getattr(program, kind)(part[name])
        answers: list[Array] = predict_columns(artefact, training, data, columns)
        for target, scores in zip(targets, answers, strict=True):
            name = target.facts.name
            if target.facts.task != "classification":
                part[f"predicted_{name}"] = scores
                continue
            names = np.array(target.facts.classes, "object")
            part[f"predicted_{name}"] = names[scores.argmax(axis=1)]
            part[f"probability_{name}"] = scores.max(axis=1)
        yield part
