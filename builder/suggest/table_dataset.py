"""The dataset that a person's table becomes: which columns are read, which are predicted."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from builder.datasets.contract import weight_column
from builder.errors import DataError
from builder.kinds.registry import find_kind
from builder.spec import Config, ObjectSpec
from builder.tables.profiling.task_guess import guess_task
from builder.tables.table_records import LEFT_OUT, ColumnProfile, TableProfile

CLASS_NAME = "TableFile"

PART_NAME = re.compile(r"(?i)^(part|split|set|subset|partition|fold|usage)$")
TRAIN = {"train", "training"}
TEST = {"test", "testing", "validation", "valid", "val", "dev"}
"""Names of a column that says which rows are for the test, and what it says."""


def table_dataset(
    file: str, name: str, profile: TableProfile, targets: Sequence[str], inputs: Sequence[str] = ()
) -> ObjectSpec:
    """The dataset that predicts these columns from those, or from all that can be learned from.

    Args:
        file, name: SHA-256 of the file, and what its owner calls it.
        profile: of the file.

    Raises:
        DataError: no such column, one that cannot be predicted, or none to predict from.
    """
    wanted = [_card(profile, n) for n in targets]
    part = find_part(profile)
    read = [_card(profile, n) for n in guess_task(profile, targets, inputs).inputs]
    chosen = [c for c in read if c not in wanted and (inputs or c.name != part)]
    if not chosen:
        why = next((c.left_out for c in profile.columns if c.left_out and c not in wanted), "")
        raise DataError(
            f"No column is left to predict from.{f' {why}' if why else ''}",
            "Say which columns to predict from, or give a table with more of them.",
            "dataset.inputs",
        )
    form = dataclasses.asdict(profile.format)
    return ObjectSpec(
        CLASS_NAME,
        Config(
            file=file,
            name=name,
            format={key: value for key, value in form.items() if value is not None},
            inputs={c.name: input_kind(c) for c in chosen},
            targets={c.name: target_kind(c) for c in wanted},
            **({"split": "column", "by": part} if part else {}),
        ),
    )


def find_part(profile: TableProfile) -> str:
    """The column that says which rows are for training and which for the test; "": none does."""
    for column in profile.columns:
        said = {value.lower() for value, _ in column.frequent}
        known = said & TRAIN and said & TEST and said <= TRAIN | TEST
        if known and PART_NAME.match(column.name):
            return column.name
    return ""


def input_kind(column: ColumnProfile) -> str:
    """The kind as which a column is read, even where it would rather be left out."""
    if column.kind not in LEFT_OUT:
        return column.kind
    return "text" if column.words > 1 else "category"


def target_kind(column: ColumnProfile) -> str:
    """The kind as which a column is predicted.

    Raises:
        DataError: it cannot be.
    """
    if kind := find_kind(input_kind(column)).as_target:
        return kind
    raise DataError(
        f"'{column.name}' holds {find_kind(input_kind(column)).title.lower()}, which no model here"
        " predicts.",
        "Choose a column of numbers or categories, or say that it is one.",
        "dataset.targets",
    )


def set_kind(dataset: ObjectSpec, column: str, kind: str) -> ObjectSpec:
    """The dataset with a column read or predicted as that kind; "" leaves it out."""
    inputs, targets = dict(dataset.config["inputs"]), dict(dataset.config["targets"])
    if column in targets:
        if kind and find_kind(kind).as_target:
            targets[column] = find_kind(kind).as_target
        return dataset.with_(targets=targets)
    inputs.pop(column, None)
    if column == weight_column(dataset):
        dataset = dataset.with_(weight="")
    return dataset.with_(inputs={**inputs, column: kind} if kind else inputs)


def split_labels(dataset: ObjectSpec, profile: TableProfile, column: str) -> ObjectSpec:
    """The dataset that reads or predicts yes or no for each label which the cells of a column name.

    Args:
        profile: of the file read with these ``labels`` in its format.
    """
    answers = [c.name for c in profile.columns if c.name.startswith(f"{column}: ")]
    sides = {}
    for side, kind in (("inputs", "yes_no"), ("targets", "category")):
        named = dict(dataset.config[side])
        if named.pop(column, None):
            named |= dict.fromkeys(answers, kind)
        sides[side] = named
    form = dataclasses.asdict(profile.format)
    form = {key: value for key, value in form.items() if value is not None}
    return dataset.with_(format=form, **sides)


def set_weight(dataset: ObjectSpec, column: str) -> ObjectSpec:
    """The dataset whose rows count in training as that column says, which is then not read; ""
    lets them count the same."""
    inputs = {name: kind for name, kind in dataset.config["inputs"].items() if name != column}
    return dataset.with_(inputs=inputs, weight=column)


def set_targets(dataset: ObjectSpec, profile: TableProfile, targets: Sequence[str]) -> ObjectSpec:
    """The dataset that predicts these columns; one no longer predicted is read again.

    Raises:
        DataError: as ``table_dataset``.
    """
    old = dict(dataset.config["targets"])
    kinds = {n: old.get(n) or target_kind(_card(profile, n)) for n in targets}
    inputs = {n: k for n, k in dataset.config["inputs"].items() if n not in kinds}
    if (weight := weight_column(dataset)) in kinds and weight:
        dataset = dataset.with_(weight="")
    freed = [_card(profile, n) for n in old if n not in kinds]
    inputs |= {c.name: input_kind(c) for c in freed if not c.left_out}
    return dataset.with_(targets=kinds, inputs=inputs)


def _card(profile: TableProfile, name: str) -> ColumnProfile:
    card = profile.column(name)
    if card is None:
        known = ", ".join(c.name for c in profile.columns[:20])
        raise DataError(
            f"The table has no column '{name}'.", f"Its columns are {known}.", "dataset.targets"
        )
    return card
