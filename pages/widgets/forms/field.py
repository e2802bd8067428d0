"""One input widget for one argument, by the type of its ``Param``.

Every function returns what stands in the widget now. Text that cannot be read yet stays in its
widget with a sentence under it, and the value stays the old.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from builder import formatting
from builder.catalog.entry import Param
from pages.widgets.forms import text_values
from pages.widgets.session import widget_sync
from pages.widgets.shared.page_frame import escape_md

LARGEST = 2**53 - 1
"""The largest whole number a browser keeps exactly."""


def select(key: str, label: str, value: Any, options: Sequence[Any], help: str | None) -> Any:
    """One of ``options``, found by typing."""
    offered = list(options)
    at = widget_sync.sync_choice(key, value, offered)
    chosen = st.selectbox(label, offered, at, key=key, help=help, format_func=formatting.short)
    widget_sync.record_value(key, chosen)
    return chosen


def _choice(key: str, label: str, value: Any, param: Param, help: str) -> Any:
    options = list(param.choices)
    if param.optional and None not in options:
        options.insert(0, None)
    if value not in options:
        options.append(value)
    return select(key, label, value, options, help)


def _bool(key: str, label: str, value: Any, param: Param, help: str) -> bool:
    current = widget_sync.sync_widget(key, bool(value), bool(value))
    new = st.toggle(label, bool(current), key=key, help=help)
    widget_sync.record_value(key, new)
    return new


def _int(key: str, label: str, value: Any, param: Param, help: str) -> Any:
    return number(key, label, value, param, help, int)


def _float(key: str, label: str, value: Any, param: Param, help: str) -> Any:
    return number(key, label, value, param, help, float)


def number(
    key: str, label: str, value: Any, param: Param, help: str, kind: type, *, empty: str = ""
) -> Any:
    """A number of ``kind`` (int or float); what a number field cannot hold is typed as JSON."""
    if value is not None and not _fits(value, kind):
        return _json(key, label, value, param, help)
    value = None if value is None else kind(value)
    shown = None if value is None else float(value)
    current = widget_sync.sync_widget(key, value, shown)
    # No bounds here: a browser drops a number beyond them without a word; the checker says the
    # range, what it would cost, and offers the fix. A field for whole numbers alone would cut 2.5.
    new = st.number_input(
        label,
        key=key,
        value=None if param.optional else current,  # None: the field can be emptied
        step=float(param.step or (1 if kind is int else _step(param))),
        format="%g",
        help=help,
        placeholder=empty or (formatting.NONE if param.optional else "a number"),
    )
    if new is None and not param.optional:
        if value is not None:
            _show_hint(f"{label} needs a number; it is still {formatting.short(value)}.")
        return value
    if new is not None and not _fits(new, kind):
        still = formatting.NONE if value is None else formatting.short(value)
        _show_hint(f"{label} takes whole numbers, and {new:g} is none; it is still {still}.")
        return value
    new = None if new is None else kind(new)
    widget_sync.record_value(key, new)
    return new


def _fits(value: Any, kind: type) -> bool:
    """Whether a field for that kind of number can show the value as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > LARGEST:
        return False
    return kind is float or value == int(value)


def _step(param: Param) -> float:
    fraction = param.max is not None and param.max <= 1
    return 0.05 if fraction else 0.1


def _text(
    key: str,
    label: str,
    value: Any,
    param: Param,
    help: str,
    read: Callable[[str], Any],
    shown: str,
) -> Any:
    current = widget_sync.sync_widget(key, value, shown)
    text = st.text_input(
        label, current, key=key, help=help, placeholder=formatting.NONE if param.optional else ""
    )
    try:
        new = read(text or "")
    except ValueError as error:
        _show_hint(f"{error} It is still {shown or formatting.NONE}.")
        return value
    widget_sync.record_value(key, new)
    return new


def _str(key: str, label: str, value: Any, param: Param, help: str) -> Any:
    def read(text: str) -> str | None:
        return text if text or not param.optional else None

    return _text(key, label, value, param, help, read, "" if value is None else str(value))


def _ints(key: str, label: str, value: Any, param: Param, help: str) -> Any:
    def read(text: str) -> Any:
        return text_values.parse_numbers(text, param, int, one=not isinstance(value, tuple))

    return _text(key, label, value, param, help, read, text_values.format_numbers(value))


def _floats(key: str, label: str, value: Any, param: Param, help: str) -> Any:
    def read(text: str) -> Any:
        return text_values.parse_numbers(text, param, float, one=not isinstance(value, tuple))

    return _text(key, label, value, param, help, read, text_values.format_numbers(value))


def _json(key: str, label: str, value: Any, param: Param, help: str) -> Any:
    return _text(
        key, label, value, param, help, text_values.parse_json, text_values.format_json(value)
    )


def _show_hint(text: str) -> None:
    st.caption(f":material/edit_off: {escape_md(text)}")


DRAW: dict[str, Callable[[str, str, Any, Param, str], Any]] = {
    "int": _int,
    "float": _float,
    "bool": _bool,
    "str": _str,
    "choice": _choice,
    "ints": _ints,
    "floats": _floats,
    "json": _json,
}
"""Param.type → the function that draws it; what is nested draws itself (``form``)."""
