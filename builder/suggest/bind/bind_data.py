"""Give pasted code the file it awaits, whichever kind of data that is."""

from __future__ import annotations

from collections.abc import Sequence

from builder import binding
from builder.datasets import data_to_come
from builder.datasets.registry import find_dataset
from builder.facts import DataFacts
from builder.spec import ObjectSpec, TrainingSpec
from builder.suggest.bind import bind_series, bind_table
from builder.suggest.bind.bind_table import BoundData
from builder.suggest.series_dataset import CLASS_NAME as SERIES
from builder.tables.table_records import TableProfile


def awaits_file(training: TrainingSpec) -> bool:
    """Whether the data to come are a table, texts or a series, so that a file can be bound."""
    config = training.dataset.config
    if not hasattr(find_dataset(training.dataset.class_name), "awaits"):
        return False
    if not data_to_come.is_file(config):
        return False
    ends = binding.inputs(training.model), binding.outputs(training.model)
    return config["said"]["form"] != "windows" or [len(names) for names in ends] == [1, 1]


def awaited_datasets(
    training: TrainingSpec, file: str, name: str, profile: TableProfile
) -> tuple[ObjectSpec, ...]:
    """The file as the code reads it, in one way or several, of which ``choose`` takes the best.

    Args:
        training: for which ``awaits_file``.
        file, name: SHA-256 of the file, and what its owner calls it.

    Raises:
        DataError: a column is not there, or is not what the code takes it for.
    """
    if training.dataset.config["said"]["form"] == "windows":
        return bind_series.awaited_series(training, file, name, profile)
    return (bind_table.awaited_table(training, file, name, profile),)


def choose(facts: Sequence[DataFacts | None]) -> int | None:
    """Which of those ways it is: the first that has the most examples; None where none can be."""
    sizes = [f.n_train + f.n_test if f else 0 for f in facts]
    return sizes.index(max(sizes)) if any(sizes) else None


def bind(training: TrainingSpec, dataset: ObjectSpec, facts: DataFacts) -> BoundData:
    """The author's training with that file as its data.

    Args:
        training: for which ``awaits_file``.
        dataset: one of ``awaited_datasets``.
        facts: of ``dataset``.
    """
    if dataset.class_name == SERIES:
        return bind_series.bind_series(training, dataset, facts)
    return bind_table.bind_table(training, dataset, facts)
