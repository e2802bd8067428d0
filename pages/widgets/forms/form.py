"""The app's only form: a catalogue entry and an ObjectSpec become widgets, and those an ObjectSpec.

``edit`` asks for the arguments of one object, ``choose`` for its class too. Both return what stands
in the widgets *now*; the caller compares and pushes::

    new = form.edit("layers", layer, key=f"layer-{node}")
    if new != layer:
        open_block.replace_model(edit.configure(model, node, new))
        st.rerun()

What cannot be read yet stays in its widget with a sentence under it; the value stays the old.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from builder import catalog, formatting
from builder.catalog.entry import REQUIRED, Entry, Param
from builder.catalog.params.names import POLICY
from builder.datasets.registry import all_datasets
from builder.spec import ObjectSpec, equal_values
from pages.widgets.forms import field
from pages.widgets.shared import explanation
from pages.widgets.shared.page_frame import escape_md

CONSTANT = "constant"
"""How a plain number reads among the schedules."""


def edit(
    kind: str, obj: ObjectSpec, key: str, *, skip: Sequence[str] = (), columns: int = 2
) -> ObjectSpec:
    """Draw the form of ``obj`` and return what it says, without what equals the default.

    Args:
        kind: the catalogue kind (``layers``, ``optimizers`` …).
        obj: what stands in the spec.
        key: unique on the page, the same for the same object.
        skip: arguments not asked for.
        columns: how many short fields stand side by side.
    """
    entry = find_entry(kind, obj.class_name)
    if entry is None:
        st.caption(f"{escape_md(obj.class_name)} has no form of its own; it is kept as it is.")
        return obj
    entry = _with_policy(entry)
    arguments = [(a, catalog.param(entry, a)) for a in entry.args if a not in skip]
    usual = [(a, p) for a, p in arguments if not p.advanced]
    rare = [(a, p) for a, p in arguments if p.advanced]
    values = _fields(entry, obj, usual, key, columns)
    if rare:
        touched = sum(a in obj.config for a, _ in rare)
        label = f"More settings ({touched} changed)" if touched else "More settings"
        with st.expander(label, key=f"{key}-more"):
            values |= _fields(entry, obj, rare, key, columns)
    changed = {k: v for k, v in values.items() if not equal_values(v, _value(entry, obj, k))}
    if not changed:  # looking at an object never changes it, not even its spelling
        return obj
    return ObjectSpec(obj.class_name, catalog.minimal_config(entry, obj.config.with_(**changed)))


def choose(
    kind: str,
    obj: ObjectSpec | None,
    key: str,
    *,
    label: str = "",
    options: Sequence[str] | None = None,
    optional: bool = False,
    help: str | None = None,
    skip: Sequence[str] = (),
    columns: int = 2,
    explained: bool = True,
) -> ObjectSpec | None:
    """Ask for a class of ``kind`` and its arguments; None only when ``optional``.

    Args:
        options: class names offered, in order; None offers the whole kind.
        explained: draw the "Explain" popover beside the choice.
    """
    names = list(options) if options is not None else [e.class_name for e in list_entries(kind)]
    if obj is not None and obj.class_name not in names:
        names.append(obj.class_name)
    offered: list[str | None] = [None, *names] if optional else list(names)
    current = obj.class_name if obj else None
    row = {"horizontal": True, "vertical_alignment": "bottom", "gap": "xsmall"}
    with st.container(key=f"{key}-choice", **row):  # type: ignore[arg-type]
        chosen = field.select(
            f"{key}-class", label or formatting.label(kind), current, offered, help
        )
        entry = find_entry(kind, chosen) if chosen else None
        if explained and entry:
            explanation.show(entry, key=f"{key}-explain")
    if chosen is None:
        return None
    if obj is None or chosen != obj.class_name:
        obj = _switch_class(kind, obj, chosen)
    return edit(kind, obj, f"{key}-{chosen}", skip=skip, columns=columns)


def _switch_class(kind: str, old: ObjectSpec | None, chosen: str) -> ObjectSpec:
    """A new object of class ``chosen`` that keeps the settings both classes have."""
    entry = find_entry(kind, chosen)
    if entry is None:
        return ObjectSpec(chosen)
    fresh = ObjectSpec(chosen) if kind == "datasets" else catalog.new(kind, chosen)
    kept = {k: v for k, v in old.config.items() if k in entry.args} if old else {}
    return ObjectSpec(chosen, catalog.minimal_config(entry, fresh.config.with_(**kept)))


def find_entry(kind: str, class_name: str) -> Entry | None:
    """The entry of the catalogue or of a dataset plugin, None when there is none."""
    if kind != "datasets":
        return catalog.find(kind, class_name)
    plugin = all_datasets().get(class_name)
    return plugin.ENTRY if plugin else None


def list_entries(kind: str) -> tuple[Entry, ...]:
    """All entries of a kind, dataset plugins included."""
    if kind == "datasets":
        return tuple(m.ENTRY for m in all_datasets().values())
    return catalog.entries(kind)


def _with_policy(entry: Entry) -> Entry:
    """A layer that calculates may do so in numbers of its own; tables hold only what differs."""
    if entry.kind != "layers" or "dtype" in entry.args or "tensors" in entry.extra:
        return entry
    own = {**entry.extra.get("params", {}), "dtype": POLICY}
    return replace(entry, args=entry.args.with_(dtype=None), extra=entry.extra.with_(params=own))


# --- fields --------------------------------------------------------------------------------------


def _fields(
    entry: Entry, obj: ObjectSpec, arguments: Sequence[tuple[str, Param]], key: str, columns: int
) -> dict[str, Any]:
    """Draw these arguments, short ones side by side, and return argument → value."""
    values: dict[str, Any] = {}
    brief = [(a, p) for a, p in arguments if not _is_nested(p)]
    for i in range(0, len(brief), columns):
        cells = st.columns(columns, gap="small")
        for cell, (arg, param) in zip(cells, brief[i : i + columns], strict=False):
            with cell:
                values[arg] = _field(entry, obj, arg, param, key)
    for arg, param in arguments:
        if _is_nested(param):
            values[arg] = _field(entry, obj, arg, param, key)
    # A required argument nobody filled in stays absent: the checker names it.
    return {k: v for k, v in values.items() if v is not None or entry.args[k] is not REQUIRED}


def _is_nested(param: Param) -> bool:
    return bool(param.kind) and param.type != "choice"


def _field(entry: Entry, obj: ObjectSpec, arg: str, param: Param, key: str) -> Any:
    default = entry.args[arg]
    value = _value(entry, obj, arg)
    draw = field.DRAW.get(param.type, field.DRAW["json"])
    if _is_nested(param):
        draw = _number_or_object if param.type == "float" else _object
        if param.start is None and default is not REQUIRED:
            param = replace(param, start=default)
    return draw(f"{key}-{arg}", formatting.label(arg), value, param, _help(arg, param, default))


def _value(entry: Entry, obj: ObjectSpec, arg: str) -> Any:
    default = entry.args[arg]
    return obj.config.get(arg, None if default is REQUIRED else default)


def _help(arg: str, param: Param, default: Any) -> str:
    usual = "" if default is REQUIRED else f" Default: {escape_md(formatting.short(default))}."
    return f"{escape_md(param.help)}{usual} (`{arg}`)"


def as_object(kind: str, value: Any) -> ObjectSpec | None:
    """A nested value (ObjectSpec, Keras's short string or None) as ObjectSpec."""
    if value is None or isinstance(value, ObjectSpec):
        return value
    entry = catalog.by_alias(kind, str(value)) or catalog.find(kind, str(value))
    return ObjectSpec(entry.class_name) if entry else ObjectSpec(str(value))


def _object(key: str, label: str, value: Any, param: Param, help: str) -> Any:
    current = as_object(param.kind, value)
    with st.container(key=f"nested-{key}", gap="xsmall"):
        new = choose(
            param.kind,
            current,
            key,
            label=label,
            options=[str(c) for c in param.choices if c is not None] or None,
            optional=param.optional or value is None,
            help=help,
        )
    # An untouched short string stays one, so that an edit elsewhere changes nothing here.
    return value if new == current else new


def _number_or_object(key: str, label: str, value: Any, param: Param, help: str) -> Any:
    names = [CONSTANT, *(e.class_name for e in catalog.entries(param.kind))]
    current = value.class_name if isinstance(value, ObjectSpec) else CONSTANT
    chosen = field.select(f"{key}-how", label, current, names, help)
    if chosen == CONSTANT:
        number = param.start if isinstance(value, ObjectSpec) else value
        return field.number(f"{key}-value", f"{label}: value", number, param, help, float)
    if current != chosen:
        value = catalog.new(param.kind, chosen)
    with st.container(key=f"nested-{key}", gap="xsmall"):
        return edit(param.kind, value, f"{key}-{chosen}")
