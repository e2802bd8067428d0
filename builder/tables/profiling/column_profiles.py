"""Count and measure one column: distinct values, range, histogram, frequent values, what is odd."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import numpy as np

from builder.tables.profiling import column_kinds
from builder.tables.profiling.column_kinds import Counts
from builder.tables.profiling.suspicious_values import stray_texts, suspicious_numbers
from builder.tables.reading.cell_values import Strays
from builder.tables.reading.label_columns import find_mark
from builder.tables.table_records import ColumnProfile

BINS = 20
FREQUENT = 10
FEW = 1_000
"""Different numbers, at most, for some to be called frequent."""

LONGEST = 80
"""Characters of a value that a card shows."""

WORD_SAMPLE = 5_000

FEWEST_STEPS = 10
"""From one date to the next, for them to be called even."""

NEARLY = 0.2
"""A step may be longer or shorter by this share."""

WORD = re.compile(r"\w[\w'’-]*")


def profile_column(name: str, column: Any, strays: Strays = (), kind: str = "") -> ColumnProfile:
    """The card of a column.

    Args:
        column: a ``pyarrow`` array of int64, float64, bool, timestamp or string.
        strays: texts that stood among its numbers or dates, by row.
        kind: what a person said it is; "" guesses.
    """
    import pyarrow as pa

    typed = column.type
    if pa.types.is_integer(typed) or pa.types.is_floating(typed):
        return _numbers(name, column, strays, kind)
    if pa.types.is_timestamp(typed):
        return _dates(name, column, strays, kind)
    return _texts(name, column, kind)


def _finish(name: str, kind: str, seen: Counts, **measured: Any) -> ColumnProfile:
    guess = column_kinds.guess_kind(name, seen)
    suggestion, reason = column_kinds.suggest_kind(name, kind or guess, seen)
    return ColumnProfile(
        *(name, kind or guess, guess, seen.missing, seen.distinct),
        left_out=column_kinds.reason_left_out(name, kind or guess, seen, bool(kind)),
        suggestion=suggestion,
        reason=reason,
        words=seen.words,
        **measured,
    )


def _numbers(name: str, column: Any, strays: Strays, kind: str) -> ColumnProfile:
    import pyarrow as pa

    missing, known = column.null_count, len(column) - column.null_count
    if not known:
        return _finish(name, kind, Counts("number", 0, missing, 0))
    values = column.cast(pa.float64(), safe=False).to_numpy()
    good = values[~np.isnan(values)]
    whole = pa.types.is_integer(column.type) or bool((good == np.floor(good)).all())
    distinct, common = _frequent(column)
    low, high = float(good.min()), float(good.max())
    seen = Counts(
        *("number", known, missing, distinct, low, high, whole),
        rising=whole and not missing and known > 1 and bool((np.diff(good) == 1).all()),
        values=tuple(v.lower() for v, _ in common) if distinct == 2 else (),
    )
    if (kind or column_kinds.guess_kind(name, seen)) != "number":
        return _finish(name, kind, seen, whole=whole, frequent=common)
    edges, bars = histogram(good)
    quartiles = tuple(float(q) for q in np.quantile(good, (0.25, 0.75)))
    return _finish(
        *(name, kind, seen),
        low=low,
        mean=float(good.mean()),
        high=high,
        whole=whole,
        edges=edges,
        counts=bars,
        frequent=common if distinct <= FEW else (),
        suspicious=(
            *stray_texts(strays, "numbers"),
            *suspicious_numbers(values, (quartiles[0], quartiles[1])),
        ),
    )


def histogram(numbers: Any) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Edges and counts of at most ``BINS`` equal bins; whole numbers get bins of whole width."""
    low, high = float(numbers.min()), float(numbers.max())
    if high - low <= 0 or not np.isfinite(high - low):
        return (low, high), (len(numbers),)
    bins = BINS
    if high - low < BINS and bool((numbers[:10_000] == np.floor(numbers[:10_000])).all()):
        low, high = np.floor(low) - 0.5, np.floor(high) + 0.5
        bins = round(high - low)
    places = np.clip(((numbers - low) * (bins / (high - low))).astype(np.int64), 0, bins - 1)
    counts = np.bincount(places, minlength=bins)
    return tuple(np.linspace(low, high, bins + 1).tolist()), tuple(counts.tolist())


def _dates(name: str, column: Any, strays: Strays, kind: str) -> ColumnProfile:
    import pyarrow as pa
    import pyarrow.compute as pc

    missing, known = column.null_count, len(column) - column.null_count
    seen = Counts("date", known, missing, int(pc.count_distinct(column).as_py()))
    if not known:
        return _finish(name, kind, seen)
    seconds = column.drop_null().cast(pa.int64()).to_numpy() / 1e6
    edges, bars = histogram(seconds)
    ends = pc.min_max(column)
    return _finish(
        *(name, kind, seen),
        low=_iso(ends["min"].as_py()),
        high=_iso(ends["max"].as_py()),
        even=_are_even(seconds),
        edges=edges,
        counts=bars,
        suspicious=stray_texts(strays, "dates"),
    )


def _are_even(seconds: Any) -> bool:
    """Whether most steps from one time to the next have one length, give or take what months do."""
    steps = np.diff(np.unique(seconds))
    if len(steps) < FEWEST_STEPS:
        return False
    usual = np.quantile(steps, 0.5, method="lower")
    return bool((np.abs(steps - usual) < NEARLY * usual).mean() > 0.5)


def _iso(moment: Any) -> str:
    return str(moment.isoformat()).removesuffix("T00:00:00")


def _texts(name: str, column: Any, kind: str) -> ColumnProfile:
    import pyarrow as pa

    missing, known = column.null_count, len(column) - column.null_count
    is_bool = pa.types.is_boolean(column.type)
    distinct, common = _frequent(column)
    sample = [] if is_bool else _sample(column)
    seen = Counts(
        *("bool" if is_bool else "text", known, missing, distinct),
        values=tuple(v.lower() for v, _ in common) if distinct == 2 else (),
        words=round(sum(map(_words, sample)) / len(sample), 1) if sample else 0.0,
    )
    mark = find_mark(sample)
    as_text = (kind or column_kinds.guess_kind(name, seen)) == "text"
    return _finish(
        *(name, kind, seen), frequent=_word_counts(sample) if as_text else common, mark=mark
    )


def _frequent(column: Any) -> tuple[int, tuple[tuple[str, int], ...]]:
    """How many different values, and the commonest with their counts; equally common ones in the
    order they first stand in."""
    import pyarrow as pa
    import pyarrow.compute as pc

    pairs = pc.value_counts(column.drop_null())
    counts = pairs.field("counts").to_numpy()
    places = np.arange(len(counts))
    if len(counts) > FREQUENT:
        least = np.partition(counts, -FREQUENT)[-FREQUENT]
        places = np.flatnonzero(counts >= least)
    places = places[np.argsort(-counts[places], kind="stable")][:FREQUENT]
    kept = pairs.take(pa.array(places, pa.int64())).to_pylist()
    return len(counts), tuple((_shown(row["values"]), int(row["counts"])) for row in kept)


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)[:LONGEST]


def _sample(column: Any) -> list[str]:
    known = column.drop_null()
    step = max(1, len(known) // WORD_SAMPLE)
    texts = known.take(list(range(0, len(known), step))).to_pylist() if len(known) else []
    return [t[:10_000] for t in texts]


def _words(text: str) -> int:
    """Words, or characters by three where a language writes none apart."""
    words = len(text.split())
    unspaced = sum("\u3040" <= c <= "\u9fff" or "\u0e00" <= c <= "\u0e7f" for c in text)
    return max(words, unspaced // 2)


def _word_counts(sample: list[str]) -> tuple[tuple[str, int], ...]:
    counts = Counter(word for text in sample for word in WORD.findall(text.lower()))
    return tuple((word[:LONGEST], n) for word, n in counts.most_common(FREQUENT))
