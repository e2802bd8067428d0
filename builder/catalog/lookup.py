"""Look up entries, argument descriptions and traits in the tables of the catalogue."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType

from builder.catalog import (
    activations,
    callbacks,
    constraints,
    epoch_schedules,
    initializers,
    layers,
    losses,
    metrics,
    ops,
    optimizers,
    params,
    params_training,
    regularizers,
    schedules,
)
from builder.catalog.cells import CELLS
from builder.catalog.entry import Entry, Param
from builder.catalog.entry import new as _new
from builder.catalog.layers import joining, own
from builder.catalog.traits import ORDINARY, Traits
from builder.errors import CatalogError
from builder.spec import ObjectSpec

_MODULES: dict[str, ModuleType] = {
    "layers": layers,
    "optimizers": optimizers,
    "schedules": schedules,
    "losses": losses,
    "metrics": metrics,
    "callbacks": callbacks,
    "initializers": initializers,
    "regularizers": regularizers,
    "constraints": constraints,
    "activations": activations,
    "epoch_schedules": epoch_schedules,
}

KINDS = tuple(_MODULES)
"""The kinds of things the catalogue holds; datasets bring their own entries."""

COMPILE_OBJECTS = {
    "optimizer": "optimizers",
    "loss": "losses",
    "metrics": "metrics",
    "weighted_metrics": "metrics",
}
"""Arguments of ``compile`` that are objects → their kinds."""

_ENTRIES: dict[str, tuple[Entry, ...]] = {k: tuple(m.ENTRIES) for k, m in _MODULES.items()}
_BY_NAME = {kind: {e.class_name: e for e in rows} for kind, rows in _ENTRIES.items()}
_BY_NAME["layers"] |= joining.BY_NAME | own.BY_NAME | ops.BY_NAME
_BY_ALIAS: dict[str, dict[str, Entry]] = {
    kind: {
        **{name: _BY_NAME[kind][c] for name, c in params.SECOND_NAMES.get(kind, {}).items()},
        **{name: e for e in rows for name in (*e.extra.get("aliases", ()), e.alias) if name},
    }
    for kind, rows in _ENTRIES.items()
}
_OVERRIDES = {**params_training.OVERRIDES, **params.OVERRIDES}
_BOOKS = params_training.BOOKS | {"layers": params.PARAMS}


def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise CatalogError(f"The catalogue has no '{kind}'; it has {', '.join(KINDS)}.")


def entries(kind: str, group: str | None = None) -> tuple[Entry, ...]:
    """All entries of a kind, or of one group of it, in palette order; CatalogError for no kind."""
    _check_kind(kind)
    return tuple(e for e in _ENTRIES[kind] if group is None or e.group == group)


def groups(kind: str) -> tuple[str, ...]:
    """The headings of a kind in palette order; CatalogError for no kind."""
    return tuple(dict.fromkeys(e.group for e in entries(kind)))


def joins() -> tuple[Entry, ...]:
    """The layers that need a graph: merging, attention and our own, in palette order.

    Not among ``entries("layers")``, whose layers fit into a stack; else they are such entries.
    """
    return (*joining.ENTRIES, *own.JOINS)


def operations() -> tuple[Entry, ...]:
    """The operations of ``keras.ops`` a graph may call (``ops.reshape`` …), in palette order.

    ``find``, ``entry``, ``new`` and ``minimal`` know them under the kind ``layers``.
    """
    return ops.ENTRIES


def palette() -> tuple[Entry, ...]:
    """All that can be a node of a graph: layers, what joins several of them, and operations."""
    return (*_ENTRIES["layers"], *joins(), *ops.ENTRIES)


def find(kind: str, class_name: str) -> Entry | None:
    """The entry of that class name, or None; CatalogError for no kind."""
    _check_kind(kind)
    return _BY_NAME[kind].get(class_name)


def why_not_offered(kind: str, class_name: str) -> str:
    """Why a public class of Keras is no entry, as a sentence; "" for an entry and a stranger."""
    if find(kind, class_name):
        return ""
    reasons = layers.NOT_IN_A_STACK if kind == "layers" else _MODULES[kind].NOT_OFFERED
    return str(reasons.get(class_name, ""))


def traits_of(class_name: str, kind: str = "layers") -> Traits:
    """What is known of a class; the ordinary case for those nobody knows. CatalogError: no kind.

    Under the kind ``layers`` also of operations and of recurrent cells.
    """
    known = find(kind, class_name) or (CELLS.get(class_name) if kind == "layers" else None)
    return known.traits if known else ORDINARY


def layer_states(layer: ObjectSpec) -> tuple[str, ...]:
    """The endings of the names of a layer's states: ``("h", "c")`` of an LSTM, () of a Dense.

    A layer that reads in both directions has them twice (``forward_h`` …).
    """
    traits = traits_of(layer.class_name)
    inner = layer.config.get(traits.states_of)
    states = traits_of(inner.class_name).states if isinstance(inner, ObjectSpec) else traits.states
    return tuple(f"{way}_{s}" for way in traits.directions for s in states) or states


def second_outputs(layer: ObjectSpec) -> tuple[str, ...]:
    """The endings of the names of what a call returns beside its first output.

    That of the way back where a layer reads in both directions and merges nothing, then the states.
    """
    back = ("backward",) if layer.config.get("merge_mode", "") is None else ()
    inner = layer.config.get(traits_of(layer.class_name).states_of)
    holders = (layer, inner) if isinstance(inner, ObjectSpec) else (layer,)
    gives = any(holder.config.get("return_state") for holder in holders)
    return back + ((layer_states(layer) or ("state",)) if gives else ())


def by_alias(kind: str, alias: str) -> Entry | None:
    """The entry a short string of Keras names (``"adam"``), or None; CatalogError for no kind."""
    _check_kind(kind)
    return _BY_ALIAS[kind].get(alias)


def entry(kind: str, class_name: str) -> Entry:
    """The entry of that class name; CatalogError naming near matches when there is none."""
    known = find(kind, class_name)
    if known:
        return known
    near = difflib.get_close_matches(class_name, _BY_NAME[kind], n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(near)}?" if near else ""
    raise CatalogError(f"'{class_name}' is not among the {kind} of the catalogue.", hint)


def param(entry: Entry, arg: str) -> Param:
    """How to ask for that argument; the most specific description wins.

    Order: ``entry.extra["params"]``, overrides for (kind, class, argument), for (kind, "*",
    argument), the kind's own book of names. A choice of a ``kind`` without choices is offered
    that kind's short names.

    Raises:
        CatalogError: nobody described the argument, or it has several meanings in this kind and
            nobody said which one this class has.
    """
    description = find_param(entry, arg)
    if description is None:
        if (entry.kind, arg) in params.SEVERAL_MEANINGS:
            several = f"'{arg}' means, which means several things among {entry.kind}"
            raise CatalogError(f"{entry.class_name} does not say what its argument {several}.")
        raise CatalogError(f"{entry.class_name} has no described argument '{arg}'.")
    if description.type == "choice" and description.kind and not description.choices:
        names = tuple(e.alias or e.class_name for e in entries(description.kind))
        return replace(description, choices=((None,) if description.optional else ()) + names)
    return description


def find_param(entry: Entry, arg: str) -> Param | None:
    """As ``param``, without a kind's short names among the choices; None if nobody described it."""
    own: Param | None = entry.extra.get("params", {}).get(arg)
    return (
        own
        or _OVERRIDES.get((entry.kind, entry.class_name, arg))
        or _OVERRIDES.get((entry.kind, "*", arg))
        or _usual(entry, arg)
    )


def _usual(entry: Entry, arg: str) -> Param | None:
    """What the name means in its kind; None for a class that may mean something else by it."""
    usual = params.SEVERAL_MEANINGS.get((entry.kind, arg))
    if "tensors" in entry.extra or (usual is not None and entry.class_name not in usual):
        return None
    return _BOOKS.get(entry.kind, {}).get(arg)


def new(kind: str, class_name: str) -> ObjectSpec:
    """A fresh object with good starting values; CatalogError if there is no such entry."""
    row = entry(kind, class_name)
    return _new(row, {name: param(row, name) for name in row.required})


def every_entry() -> Iterator[Entry]:
    """The entries of all kinds, operations too; recurrent cells are none."""
    for rows in _BY_NAME.values():
        yield from rows.values()
