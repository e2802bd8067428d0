"""Validate the arrays of a dataset: shapes, NaN, labels."""

from __future__ import annotations

import numpy as np

from builder.datasets.contract import Array, Column, Raw
from builder.errors import DataError

MAX_CLASSES = 1000
"""More different labels than this are taken for a mistake: numbers where classes were meant."""

LARGEST = 1e18
"""A number whose square a model, which calculates with float32, can still hold."""

MAX_LETTERS = 20_000  # of one text: some ten pages


def validate_arrays(raw: Raw) -> None:
    """Raises DataError when the arrays do not fit together, or hold NaN or impossible labels."""
    for part in ("train", "test"):
        _check_rows(raw, part)
        for column in raw.columns:
            checked = _check_texts if column.kind == "texts" else _check_numbers
            checked(f"{column.name}_{part}", getattr(column, part))
            if column.role == "target":
                _check_single(f"{column.name}_{part}", getattr(column, part))
    for column in raw.columns:
        if column.train.shape[1:] != column.test.shape[1:]:
            raise _bad(
                f"Training examples have the shape {column.train.shape[1:]} but test examples"
                f" {column.test.shape[1:]}.",
                "Give both the same shape.",
            )
        if column.kind == "classes":
            _check_labels(column)


def _check_rows(raw: Raw, part: str) -> None:
    first, *others = raw.columns
    name, count = f"{first.name}_{part}", len(getattr(first, part))
    if count == 0:
        raise _bad(f"{name} holds no examples.", "Give at least one example.")
    for other in others:
        many = len(getattr(other, part))
        if many != count:
            what = "rows" if raw.named else "labels"
            raise _bad(
                f"{name} has {count:,} examples but {other.name}_{part} has {many:,} {what}.",
                "Every example needs exactly one label.",
            )


def _check_single(name: str, y: Array) -> None:
    if y.ndim != 1:
        raise _bad(
            f"{name} must hold one number an example but has the shape {y.shape}.",
            "If it is one-hot, save np.argmax(y, axis=1) instead.",
        )


def _check_numbers(name: str, array: Array) -> None:
    if array.dtype.kind not in "iufb":
        raise _bad(
            f"{name} must hold numbers but holds {array.dtype}.",
            "Convert it with astype('float32').",
        )
    if array.dtype.kind == "f" and not (np.isfinite(array.sum()) or np.isfinite(array).all()):
        bad = int(np.size(array) - np.isfinite(array).sum())
        entries = "1 entry that is" if bad == 1 else f"{bad:,} entries that are"
        raise _bad(
            f"{name} has {entries} no finite number (NaN or infinite).",
            "Remove those rows or fill the gaps before saving the file.",
        )
    if array.dtype.kind == "f" and array.size:
        _check_size(name, float(max(abs(array.min()), abs(array.max()))))


def _check_size(name: str, top: float) -> None:
    if top > LARGEST:
        raise _bad(
            f"{name} has numbers as large as {top:.2g}; models calculate with up to {LARGEST:.0e}.",
            "Save them in a larger unit.",
        )


def _check_texts(name: str, array: Array) -> None:
    if array.ndim != 1 or not all(isinstance(text, str) for text in array):
        raise _bad(f"{name} must hold one text an example.", "Give an array of strings, one a row.")
    longest = max(map(len, array), default=0)
    if longest > MAX_LETTERS:
        raise _bad(
            f"{name} has a text of {longest:,} letters; at most {MAX_LETTERS:,} are accepted.",
            "Cut the texts, or split them.",
        )


def _check_labels(raw: Column) -> None:
    count = len(raw.classes)
    if count > MAX_CLASSES:
        raise _bad(
            f"The labels name {count:,} classes; at most {MAX_CLASSES:,} are accepted.",
            "If they are amounts rather than classes, set labels to 'values'.",
            "dataset.labels",
        )
    for part, y in (("train", raw.train), ("test", raw.test)):
        name = f"{raw.name}_{part}"
        if y.min() < 0:
            raise _bad(
                f"{name} has labels from {y.min()} to {y.max()}; classes are numbered from 0, so"
                " no label may be below 0.",
                "Number the classes from 0 without gaps, or set labels to 'values' if they are"
                " amounts.",
            )
        if y.dtype.kind not in "iu" or y.max() >= count:
            raise _bad(
                f"{name} has labels from {y.min()} to {y.max()}; with {count}"
                f" class{'' if count == 1 else 'es'} they must be whole numbers from 0 to"
                f" {count - 1}.",
                "Number the classes from 0 without gaps, the same in training and test.",
            )


def _bad(message: str, hint: str, where: str = "dataset") -> DataError:
    return DataError(message, hint, where)
