"""A second file beside a table: what it may be for, and the dataset that has it as that."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from builder.datasets.contract import weight_column
from builder.errors import DataError
from builder.kinds.registry import find_kind
from builder.spec import ObjectSpec
from builder.suggest.table_dataset import CLASS_NAME
from builder.tables.table_records import ColumnProfile, TableProfile

TESTS = re.compile(r"(?i)(^|[^a-z])(test|testing|valid|validation|val|dev|holdout|eval)([^a-z]|$)")
"""Names of files whose rows are for the test."""


def is_test(name: str) -> bool:
    """Whether a file of that name is one for the test."""
    return TESTS.search(PurePath(name).stem) is not None


def used_columns(dataset: ObjectSpec) -> dict[str, str]:
    """Every column that a table's dataset needs → its kind; "" where it has none."""
    config = dataset.config
    others = [weight_column(dataset), config.get("by") or ""]
    used = {**config["inputs"], **config["targets"]}
    return {**dict.fromkeys((n for n in others if n), ""), **used}


def may_follow(dataset: ObjectSpec, profile: TableProfile) -> bool:
    """Whether a file has all that a table's dataset reads, so that its rows could be among it."""
    if dataset.class_name != CLASS_NAME:
        return False
    return all(profile.column(name) for name in used_columns(dataset))


def lacks_answers(dataset: ObjectSpec, profile: TableProfile) -> bool:
    """Whether a file has all that a table's dataset reads but what is to be predicted."""
    if dataset.class_name != CLASS_NAME:
        return False
    there = {name for name in used_columns(dataset) if profile.column(name)}
    return set(dataset.config["inputs"]) <= there and not there & set(dataset.config["targets"])


def add_file(
    dataset: ObjectSpec, file: str, name: str, profile: TableProfile, part: str
) -> ObjectSpec:
    """The dataset with a further file.

    Args:
        file, name: SHA-256 of the file, and what its owner calls it.
        profile: of it.
        part: what its rows are for: ``train`` or ``test``.

    Raises:
        DataError: it lacks a column, or one is of another kind there.
    """
    _check_columns(dataset, name, profile)
    form = dataclasses.asdict(profile.format)
    form = {key: value for key, value in form.items() if value is not None}
    more = dict(dataset.config.get("more") or {})
    more[_free_name(name, (str(dataset.config["name"]), *more))] = {
        "file": file, "format": form, "part": part
    }  # fmt: skip
    return _with_more(dataset, more)


def remove_file(dataset: ObjectSpec, name: str) -> ObjectSpec:
    """The dataset without that further file."""
    return _with_more(dataset, {k: v for k, v in dataset.config["more"].items() if k != name})


def _with_more(dataset: ObjectSpec, more: Mapping[str, Any]) -> ObjectSpec:
    has_test = any(one["part"] == "test" for one in more.values())
    split = dataset.config.get("split", "random")
    if has_test:
        split = "file"
    elif split == "file":
        split = "random"
    by = "" if split == "file" else str(dataset.config.get("by") or "")
    return dataset.with_(more=more, split=split, by=by)


def _check_columns(dataset: ObjectSpec, name: str, profile: TableProfile) -> None:
    used = used_columns(dataset)
    if missing := [f"'{n}'" for n in used if profile.column(n) is None]:
        raise DataError(
            f"{name} lacks {' and '.join(missing[:5])}, which this project reads.",
            "Give a file with the same columns, or drop it on Predict to have it filled in.",
            "dataset.more",
        )
    for column, kind in used.items():
        card = profile.column(column)
        assert card is not None
        if kind and find_kind(kind).reads_numbers and not _holds_numbers(card):
            raise DataError(
                f"'{column}' holds numbers in {dataset.config['name']}, but not in {name}.",
                "Give a file with the same columns.",
                "dataset.more",
            )


def _holds_numbers(card: ColumnProfile) -> bool:
    return card.mean is not None or any(
        value.lstrip("+-").replace(".", "", 1).isdigit() for value, _ in card.frequent
    )


def _free_name(name: str, taken: tuple[str, ...]) -> str:
    """The name, numbered where another file of the dataset has it."""
    stem, dot, suffix = name.rpartition(".")
    number, free = 2, name
    while free in taken:
        free = f"{stem or suffix} ({number}){dot}{suffix if stem else ''}"
        number += 1
    return free
