"""One spelling for each value: the form in which specs keep the objects and arguments of Keras."""

from __future__ import annotations

from typing import Any

from builder.catalog.entry import REQUIRED, Entry, Param
from builder.catalog.lookup import KINDS, by_alias, find, find_param
from builder.catalog.params import SPELLINGS
from builder.spec import Config, ObjectSpec, equal_values, freeze


def minimal(kind: str, obj: ObjectSpec) -> ObjectSpec:
    """``obj`` in the form a spec keeps: one spelling for each value, and no defaults.

    A nested object's short string becomes its ObjectSpec (``"he_normal"`` →
    ``ObjectSpec("HeNormal")``), equal sizes on all axes one number (``(3, 3)`` → ``3``), what
    Keras writes for a default the default. What the catalogue does not know stays as it is.
    """
    row = find(kind, obj.class_name) if kind in KINDS else None
    return ObjectSpec(row.class_name, minimal_config(row, obj.config)) if row else obj


def minimal_config(row: Entry, config: Config) -> Config:
    """The config of ``minimal`` for any entry, a plugin's too."""
    normalized = {k: canonical_argument(row, k, v) for k, v in config.items() if k in row.args}
    usual = {k: canonical_argument(row, k, v) for k, v in row.args.items() if v is not REQUIRED}
    same = row.extra.get("same", {})

    def said(name: str, value: Any) -> bool:
        if name in usual and equal_values(value, usual[name]):
            return False
        other = same.get(name)
        return other is None or not equal_values(value, normalized.get(other, usual.get(other)))

    return Config(
        {
            k: normalized.get(k, v)
            for k, v in config.items()
            if k not in normalized or said(k, normalized[k])
        }
    )


def canonical_argument(row: Entry, name: str, value: Any) -> Any:
    """Of all the spellings Keras takes for a value of this argument the one that specs keep."""
    for place in (row.kind, row.class_name):
        spelled = SPELLINGS.get((place, name))
        value = spelled.get(value, value) if spelled else value
    asked = find_param(row, name)
    return canonical(asked, value, row.extra.get("pair", {}).get(name)) if asked else value


def canonical(asked: Param, value: Any, low: Any = None) -> Any:
    """Of all the spellings Keras takes for a value the one that specs keep.

    Args:
        asked: the argument.
        value: any value of it.
        low: with ``"-f"``, 0 or 1 the pair (low, f) is written as the number f.
    """
    value = freeze(value)
    if asked.kind == "initializers" and value is None and not asked.optional:
        return ObjectSpec("GlorotUniform")  # what Keras takes for None
    if asked.kind and asked.type != "choice":
        return _canonical_items(asked.kind, value)
    if asked.kind == "activations" and asked.optional and value == "linear":
        return None
    if isinstance(value, tuple) and asked.length and asked.type in ("ints", "json"):
        return _collapse(value)
    if low is not None and isinstance(value, tuple) and len(value) == 2:
        start = -value[1] if low == "-f" else low
        return value[1] if value[0] == start else value
    return value


def _canonical_items(kind: str, value: Any) -> Any:
    if isinstance(value, str):
        known = by_alias(kind, value) or find(kind, value)
        return ObjectSpec(known.class_name) if known else value
    return minimal(kind, value) if isinstance(value, ObjectSpec) else value


def _collapse(value: Any) -> Any:
    """``((1, 1), (2, 2))`` → ``(1, 2)``, ``(3, 3)`` → ``3``: one number where all are equal."""
    if not isinstance(value, tuple):
        return value
    inner = tuple(_collapse(v) for v in value)
    if any(isinstance(v, tuple) for v in inner):
        return value
    return inner[0] if len(set(inner)) == 1 else inner
