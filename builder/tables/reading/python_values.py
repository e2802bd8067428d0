"""Columns of Python values, as workbooks and JSON give them, into arrays of one type."""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Sequence
from typing import Any

EXACT = 2**53
"""Whole numbers that a floating point number holds."""


def array_of(values: Sequence[Any]) -> Any:
    """A ``pyarrow`` array: numbers, truth values or timestamps where all are; else strings."""
    import pyarrow as pa

    known = [v for v in values if not _is_nothing(v)]
    plain = [None if _is_nothing(v) else v for v in values]
    if known and all(isinstance(v, bool) for v in known):
        return pa.array(plain, pa.bool_())
    if known and all(isinstance(v, int | float) and not isinstance(v, bool) for v in known):
        if all(abs(v) <= EXACT and v == int(v) for v in known):
            return pa.array([None if v is None else int(v) for v in plain], pa.int64())
        if all(abs(v) <= EXACT or isinstance(v, float) for v in known):
            return pa.array([None if v is None else float(v) for v in plain], pa.float64())
    if known and all(isinstance(v, datetime.date) for v in known):
        return pa.array([_moment(v) for v in plain], pa.timestamp("us"))
    return pa.array([None if v is None else text_of(v) for v in plain], pa.string())


def _is_nothing(value: Any) -> bool:
    if isinstance(value, float):
        return not math.isfinite(value)
    return value is None or (isinstance(value, str) and not value.strip())


def _moment(value: Any) -> datetime.datetime | None:
    if value is None or isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None) if value is not None else None
    return datetime.datetime(value.year, value.month, value.day)


def text_of(value: Any) -> str:
    """One value as it would stand in a CSV."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, float) and value.is_integer() and abs(value) <= EXACT:
        return str(int(value))
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, list | dict):
        return text_of(json.dumps(value, ensure_ascii=False))
    return str(value)
