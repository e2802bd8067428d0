"""Build the fixes a Problem offers: small edits of a TrainingSpec, each under a label."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from builder import edit
from builder.check.repair import graph_edits
from builder.errors import SpecError
from builder.facts import Fix, Shape
from builder.spec import ModelSpec, ObjectSpec, TrainingSpec

Fixes = tuple[Fix, ...]


def model(label: str, training: TrainingSpec, *changes: Callable[[ModelSpec], ModelSpec]) -> Fixes:
    """The fix that applies these edits in turn, or nothing when one of them is impossible."""
    spec = training.model
    try:
        for change in changes:
            spec = change(spec)
    except (SpecError, KeyError):
        return ()
    return () if spec == training.model else (Fix(label, replace(training, model=spec)),)


def set_arguments(node: str, **settings: Any) -> Callable[[ModelSpec], ModelSpec]:
    """The edit that sets these arguments of a node's layer."""
    return lambda m: edit.configure(m, node, edit.layer_of(m, node).with_(**settings))


def reset_arguments(node: str, *settings: str) -> Callable[[ModelSpec], ModelSpec]:
    """The edit that takes these arguments of a node's layer back to Keras's default."""

    def change(m: ModelSpec) -> ModelSpec:
        layer = edit.layer_of(m, node)
        return edit.configure(m, node, replace(layer, config=layer.config.without(*settings)))

    return change


def replace_layer(node: str, layer: ObjectSpec) -> Callable[[ModelSpec], ModelSpec]:
    """The edit that replaces a layer by one of another class, under that class's name."""

    def change(m: ModelSpec) -> ModelSpec:
        if not edit.is_chain(m):
            return graph_edits.replace_layer(m, node, layer)
        after = m.node(node).inbound
        return edit.insert(edit.remove(m, node), layer, after[0] if after else None)

    return change


def insert_before(node: str, layer: ObjectSpec) -> Callable[[ModelSpec], ModelSpec]:
    """The edit that inserts ``layer`` just before ``node``."""

    def change(m: ModelSpec) -> ModelSpec:
        read = m.node(node).inbound
        if not edit.is_chain(m):
            return graph_edits.insert_on_wire(m, node, 0, layer)
        if not read:
            raise SpecError(f"'{node}' is first; nothing can stand before it.")
        return edit.insert(m, layer, read[0])

    return change


def remove(node: str) -> Callable[[ModelSpec], ModelSpec]:
    """The edit that removes ``node``."""
    return lambda m: (edit.remove if edit.is_chain(m) else graph_edits.remove_node)(m, node)


def append(layer: ObjectSpec) -> Callable[[ModelSpec], ModelSpec]:
    """The edit that puts ``layer`` at the end."""
    return lambda m: edit.insert(m, layer)


def dataset(label: str, training: TrainingSpec, **settings: Any) -> Fixes:
    """The fix that sets these settings of the dataset."""
    return (Fix(label, replace(training, dataset=training.dataset.with_(**settings))),)


def example(value: Shape) -> str:
    """The shape of one example, ``(28, 28)``; a free axis is ``any``."""
    words = ["any" if n is None else str(n) for n in value]
    return f"({', '.join(words)}{',' if len(words) == 1 else ''})"


def units(count: int) -> str:
    """``"1 unit"``, ``"10 units"``."""
    return f"{count} unit{'s' if count != 1 else ''}"


def layer_label(spec: ModelSpec, node: str) -> str:
    """A layer as messages name it: ``'dense_1' (Dense)``."""
    layer = spec.layers.get(spec.node(node).layer)
    kind = layer.class_name if isinstance(layer, ObjectSpec) else "model"
    return f"'{node}' ({kind})"
