"""Two-way sync between a widget and the spec: keep half-typed text, accept outside changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

import streamlit as st

from pages.widgets.session.tab_state import state

LATE_SECONDS = 0.7
"""How long a browser may go on sending what stood in a widget before we replaced it."""


@dataclass(frozen=True)
class _WidgetRecord:
    """One widget.

    Args:
        step: the page it was last drawn on.
        epoch: of the tab, when it was last drawn.
        drawn: the value it was last drawn with.
        read: the value it was last read as.
        shown: what we last made it show.
        replaced: what stood in it before, and when (in seconds) we replaced that.
    """

    step: str
    epoch: int
    drawn: Any
    read: Any
    shown: Any
    replaced: tuple[tuple[float, Any], ...] = ()


def widget_value(key: str) -> Any:
    """What stands in the widget with that key; None when it is not on screen."""
    return st.session_state.get(key)


def clear_widget(key: str) -> None:
    """Empty the widget with that key; only in its callback or before it is drawn."""
    st.session_state[key] = None


def sync_widget(key: str, value: Any, shown: Any) -> Any:
    """Make the widget ``key`` show ``shown``, the text of ``value``, if that changed elsewhere.

    Call before the widget is drawn, ``record_value`` after it was read. A half-typed text and a
    keystroke made while the script ran stay: what stands in the widget is replaced only by a
    value that is neither what it was drawn with nor what it was read as, or, after an undo or a
    fix (``epoch``), by one that is not what it was read as. What was replaced a moment ago and
    comes back is no keystroke: the browser spoke before it heard of the change.

    Returns:
        What stands in the widget; draw it with that as its default. Streamlit tells a browser only
        once what we made it show, and where that message is lost (a busy server, a script broken
        off by the next click) the browser shows the default instead.
    """
    _sync(key, value, shown)
    return st.session_state[key]


def sync_choice(key: str, value: Any, options: Sequence[Any]) -> int | None:
    """``sync_widget`` for a choice: the index of what stands there, of ``value`` if that is gone.

    A browser names the option it shows by its label. Where the label has changed meanwhile, or the
    option is offered no more, Streamlit would empty the choice.
    """
    at = option_index(options, sync_widget(key, value, value))
    if at is None and (at := option_index(options, value)) is not None:
        st.session_state[key] = value
    return at


def option_index(options: Sequence[Any], current: Any) -> int | None:
    """The index of what stands in a choice; None when nothing does."""
    return next((i for i, option in enumerate(options) if _same(option, current)), None)


def _sync(key: str, value: Any, shown: Any) -> None:
    before: _WidgetRecord | None = st.session_state.get(f"held:{key}")
    # on another page Streamlit takes it for another widget and begins with its default
    moved = before is None or before.step != state().step
    if before is None or moved or key not in st.session_state:
        st.session_state[key] = shown
        st.session_state[f"held:{key}"] = _WidgetRecord(
            state().step, state().epoch, value, value, shown
        )
        return
    now, current = monotonic(), st.session_state[key]
    recent = tuple((t, old) for t, old in before.replaced if now - t < LATE_SECONDS)
    late = not _same(current, shown) and any(_same(current, old) for _, old in recent)
    mine = _same(value, before.read) or (
        before.epoch == state().epoch and _same(value, before.drawn)
    )
    after = replace(before, epoch=state().epoch, drawn=value, replaced=recent)
    stray = current is None and before.read is not None and _is_stray(key)
    if late or stray or not mine:
        st.session_state[key] = shown
        # while it speaks of the past, all of the past is still on its way
        recent = tuple((now, old) for old in (*(old for _, old in recent), current, before.shown))
        after = replace(after, read=value, shown=shown, replaced=recent)
    st.session_state[f"held:{key}"] = after


def _is_stray(key: str) -> bool:
    """Whether a field that is empty now was not emptied by a person.

    A field that may be empty is drawn empty and then told what it shows. A browser that missed that
    message says "empty" with the next thing it says: a click on Train, or another field. A person
    empties one field, which is told alone (``assets/page.js`` lets no click overtake it).
    """
    kept = state()
    rest = ((k, v) for k, v in kept.settled.items() if k != key and k in st.session_state)
    return kept.start_pending or any(not _same(widget_value(k), v) for k, v in rest)


def record_value(key: str, value: Any) -> None:
    """The widget ``key`` was read as ``value``."""
    before: _WidgetRecord = st.session_state[f"held:{key}"]
    st.session_state[f"held:{key}"] = replace(before, read=value)


def mark_settled() -> None:
    """Every widget of this page was read, and the training says what stands in them."""
    held_now = (n for n in st.session_state if str(n).startswith("held:"))
    keys = [str(n)[5:] for n in held_now if st.session_state[n].step == state().step]
    state().settled = {k: widget_value(k) for k in keys if k in st.session_state}


def is_settled() -> bool:
    """Whether nothing was typed since ``mark_settled``: a click may be quicker than the script that
    reads what was typed before it."""
    return all(
        k in st.session_state and _same(widget_value(k), v) for k, v in state().settled.items()
    )


def _same(a: Any, b: Any) -> bool:
    return type(a) is type(b) and bool(a == b)
