"""A row somebody wants to try on Predict, kept for that page's form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pages.widgets.session import tab_state
from pages.widgets.shared import page_frame


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """What a form begins with.

    Args:
        number: counts the rows of this tab, so that each begins with fields of its own.
        called: what the row is called: "test row 3".
        values: column → what the form holds for it.
    """

    number: int
    called: str
    values: Mapping[str, Sequence[Any]]


KEPT = "example-row"


def try_on_predict(called: str, values: Mapping[str, Sequence[Any]], run: str = "") -> None:
    """Leave for Predict with its form filled in; not in a callback.

    Args:
        run: the id of the run that is to answer; "" leaves it as it was chosen there.
    """
    before = kept()
    tab_state.remember(KEPT, ExampleRow(before.number + 1 if before else 1, called, dict(values)))
    if run:
        tab_state.remember("run:predict", run)
    page_frame.go("predict")


def kept() -> ExampleRow | None:
    """The row that was last sent there."""
    row: ExampleRow | None = tab_state.recall(KEPT)
    return row
