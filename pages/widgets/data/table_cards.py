"""Cards of a table's columns: kind, values at a glance, what is odd about them; as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from builder import formatting
from builder.tables.table_records import ColumnProfile

FREQUENT = 4
"""Values of a category that a card names."""


def facts_html(column: ColumnProfile, rows: int) -> str:
    """How the values lie, in a small picture and a line of words.

    Args:
        rows: of the table, for the share of missing values.
    """
    picture = _histogram(column) if column.counts else _frequent(column)
    return f'<div class="lw-card">{picture}<p>{escape(_words(column, rows))}</p></div>'


def _histogram(column: ColumnProfile) -> str:
    """Bars of the numbers' histogram; its ends are written below."""
    most = max(column.counts) or 1
    bars = "".join(f'<i style="height:{100 * n / most:.0f}%"></i>' for n in column.counts)
    low, high = (_end(value) for value in (column.low, column.high))
    label = escape(f"How the values of {column.name} lie, from {low} to {high}")
    return (
        f'<div class="lw-histogram" role="img" aria-label="{label}">{bars}</div>'
        f"<small><span>{escape(low)}</span><span>{escape(high)}</span></small>"
    )


def _end(value: float | str | None) -> str:
    return value[:10] if isinstance(value, str) else formatting.digits(value or 0.0)


def _frequent(column: ColumnProfile) -> str:
    """Bars of the commonest values."""
    shown: Sequence[tuple[str, int]] = column.frequent[:FREQUENT]
    if not shown:
        return ""
    most = shown[0][1] or 1
    rows = "".join(
        f'<tr><th scope="row">{escape(value[:24])}</th>'
        f'<td><i style="width:{100 * n / most:.0f}%"></i></td><td>{formatting.number(n)}</td></tr>'
        for value, n in shown
    )
    return f"<table>{rows}</table>"


def _words(column: ColumnProfile, rows: int) -> str:
    words = [f"{formatting.number(column.distinct)} different"]
    if column.missing:
        share = column.missing / max(rows, 1)
        words.append(f"{formatting.number(column.missing)} missing ({100 * share:.0f} %)")
    if column.mean is not None:
        words.append(f"mean {formatting.digits(column.mean)}")
    return ", ".join(words)
