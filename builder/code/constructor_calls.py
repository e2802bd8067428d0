"""Objects of a spec as constructor calls, or as Keras's short strings."""

from __future__ import annotations

from typing import Any

from builder import catalog
from builder.catalog import REQUIRED, Entry
from builder.catalog.cells import CELLS
from builder.code.syntax import Call, Name
from builder.spec import Config, ObjectSpec, snake_case

HOMES = {
    "layers": "layers",
    "optimizers": "keras.optimizers",
    "schedules": "keras.optimizers.schedules",
    "losses": "keras.losses",
    "metrics": "keras.metrics",
    "callbacks": "keras.callbacks",
    "initializers": "keras.initializers",
    "regularizers": "keras.regularizers",
    "constraints": "keras.constraints",
}
"""Catalogue kind → how a script reaches its classes."""


def construct(kind: str, obj: ObjectSpec, more: dict[str, Any] | None = None) -> Any:
    """A constructor call; leading required arguments by position, as people write them."""
    if kind == "epoch_schedules":
        return Name(snake_case(obj.class_name))
    if kind == "activations" or kind not in HOMES:
        return obj.class_name
    entry = find_entry(kind, obj.class_name)
    config = catalog.minimal_config(entry, obj.config)
    items: list[tuple[str, Any]] = []
    by_place = True
    names = [n for n in entry.args if n in config]
    names += [n for n in config if n not in names]
    order = list(entry.args)
    for name in names:
        required = entry.args.get(name) is REQUIRED
        by_place = by_place and required and order.index(name) == len(items)
        nested = nested_kind(entry, name) if name in entry.args else ""
        items.append(("" if by_place else name, argument(nested, config[name])))
    items += list((more or {}).items())
    home = "" if entry.extra.get("own") else f"{HOMES[kind]}."
    return Call(f"{home}{obj.class_name}", tuple(items))


def find_entry(kind: str, class_name: str) -> Entry:
    """The entry of a class, cells too; CatalogError if there is none."""
    cell = CELLS.get(class_name) if kind == "layers" else None
    return cell or catalog.entry(kind, class_name)


def nested_kind(entry: Entry, name: str) -> str:
    """The kind of object an argument holds, ``""`` for plain values."""
    if entry.class_name not in CELLS:
        return catalog.param(entry, name).kind
    kinds = ("initializers", "regularizers", "constraints", "activations")
    matching = (k for k in kinds if name.endswith(k[:-1]))
    return "layers" if name in ("cell", "cells") else next(matching, "")


def argument(kind: str, value: Any) -> Any:
    """One argument: nested objects become calls, or Keras's short strings when they can."""
    if isinstance(value, ObjectSpec):
        if value.class_name == "DTypePolicy":
            return value.config.get("name")
        entry = catalog.find(kind, value.class_name) if kind in catalog.KINDS else None
        plain = kind in ("initializers", "regularizers", "constraints") and not value.config
        return entry.alias if entry and entry.alias and plain else construct(kind, value)
    if isinstance(value, tuple):
        return Call("", tuple(("", argument(kind, v)) for v in value))
    if isinstance(value, Config):
        return Call("", tuple((k, argument(kind, v)) for k, v in value.items()), "{", "}")
    return value


def short_form(kind: str, value: Any) -> Any:
    """An optimizer, loss or metric: Keras's short string where it says the same, else a call."""
    if not isinstance(value, ObjectSpec):
        return value
    entry = catalog.find(kind, value.class_name)
    if entry and entry.alias and not value.config:
        # A metric's short string becomes its name in the history; keep Keras's own.
        key = entry.extra.get("key", entry.alias)
        if kind != "metrics" or entry.alias == key:
            return entry.alias
    return construct(kind, value)
