"""Validate the arrays of a dataset: rows that belong together, and what each kind asks of them."""

from __future__ import annotations

from builder.datasets.contract import Raw
from builder.kinds.contract import invalid
from builder.kinds.registry import find_kind


def validate_arrays(raw: Raw) -> None:
    """Raises DataError when the arrays do not fit together, or hold NaN or impossible labels."""
    for part in ("train", "test"):
        _check_rows(raw, part)
        for column in raw.columns:
            rows = getattr(column, part)
            find_kind(column.kind).validate(f"{column.name}_{part}", rows, column)
    for column in raw.columns:
        if column.train.shape[1:] != column.test.shape[1:]:
            raise invalid(
                f"Training examples have the shape {column.train.shape[1:]} but test examples"
                f" {column.test.shape[1:]}.",
                "Give both the same shape.",
            )


def _check_rows(raw: Raw, part: str) -> None:
    first, *others = raw.columns
    name, count = f"{first.name}_{part}", len(getattr(first, part))
    if count == 0:
        raise invalid(f"{name} holds no examples.", "Give at least one example.")
    for other in others:
        many = len(getattr(other, part))
        if many != count:
            what = "labels" if other.role == "target" else "rows"
            raise invalid(
                f"{name} has {count:,} examples but {other.name}_{part} has {many:,} {what}.",
                "Every example needs exactly one label.",
            )
