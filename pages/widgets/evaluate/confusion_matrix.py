"""The confusion matrix: a table whose cells are chosen with mouse, finger or arrow keys."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.widgets.session import widget_sync
from pages.widgets.shared.asset_files import ASSETS

_mount = st.components.v2.component(
    "layerwise_matrix",
    html='<div class="lw-matrix"></div>',
    css=(ASSETS / "matrix.css").read_text("utf-8"),
    js=(ASSETS / "matrix.js").read_text("utf-8"),
    isolate_styles=False,  # the focus ring is the page's own
)


def choose(
    counts: Sequence[Sequence[int]], names: Sequence[str], key: str
) -> tuple[int, int] | None:
    """Draw the matrix; returns the chosen cell as (true, predicted) class numbers.

    Args:
        counts: how many examples of each true class (row) got each answer (column).
        names: of the classes, in that order.
        key: the same for the same run.
    """
    chosen = _cell(widget_sync.widget_value(key), len(names))
    data = {
        "names": [str(name) for name in names],
        "counts": [[int(n) for n in row] for row in counts],
        "chosen": chosen,
    }
    # In a list, because Streamlit searches a dict for data frames and loads pandas for it.
    answer = _mount(key=key, data=[data], on_cell_change=_ignore_event)
    return _cell(answer, len(names))


def _cell(answer: object, classes: int) -> tuple[int, int] | None:
    """What the browser says is chosen, if it is a cell."""
    cell = answer.get("cell") if isinstance(answer, dict) else None
    match cell:
        case [int(true), int(said)] if 0 <= true < classes and 0 <= said < classes:
            return true, said
    return None


def _ignore_event() -> None:
    """The cell needs a listener; the rerun itself is all we want."""
