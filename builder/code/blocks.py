"""Nested models in a script: each is written once, as a function or class of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from builder import edit
from builder.code.variable_names import Names
from builder.errors import SpecError
from builder.spec import ModelSpec, active

Blocks = dict[ModelSpec, str]
"""A nested model, its own name left out → the function or class that makes it."""

MAX_DEPTH = 20
"""Models inside each other."""


def blocks(model: ModelSpec, names: Names, called: Callable[[str], str]) -> Blocks:
    """Every model inside this one, the innermost first; equal ones share an entry.

    Raises:
        SpecError: nested too deeply.
    """
    named_blocks: Blocks = {}
    for key, inner in _inside(model, 0):
        if without_name(inner) not in named_blocks:
            named_blocks[without_name(inner)] = names.new(called(key))
    return named_blocks


def _inside(model: ModelSpec, depth: int) -> Iterator[tuple[str, ModelSpec]]:
    if depth > MAX_DEPTH:
        raise SpecError(f"Models are nested more than {MAX_DEPTH} deep.", "Take some apart.")
    shown = active(model)
    for name in layer_order(shown):
        layer = shown.layers.get(name)
        if isinstance(layer, ModelSpec):
            yield from _inside(layer, depth + 1)
            yield name, layer


def without_name(model: ModelSpec) -> ModelSpec:
    """The model without its name: two of them are then written once."""
    return replace(model, name="")


def layer_order(model: ModelSpec) -> tuple[str, ...]:
    """The layers in the order of their first call: a seed then gives the weights it gives us."""
    return tuple(dict.fromkeys(model.node(name).layer for name in edit.topological_order(model)))


def require_finished(model: ModelSpec) -> None:
    """Raises SpecError where the model is not finished: no layers, loose ends or a circle."""
    edit.last_layer(model)
    names = {n.name for n in model.nodes}
    done: set[str] = set()
    if not model.outputs:
        raise SpecError("The model has no output.", "Mark a layer as the output.")
    for name in edit.topological_order(model):
        node = model.node(name)
        if node.layer not in model.layers:
            raise SpecError(f"'{name}' calls a layer that is missing.", "Remove it.", name)
        for ref in node.inbound:
            source = source_of(ref, names)
            if source not in done:
                what = "waits for itself" if source in names else f"reads '{ref}', which is missing"
                raise SpecError(f"'{name}' {what}.", "Connect it to another layer.", name)
        if not node.inbound and not edit.is_input(model, name):
            raise SpecError(f"'{name}' has no input.", "Connect it to a layer.", name)
        done.add(name)
    for ref in model.outputs:
        if source_of(ref, names) not in names:
            raise SpecError(f"The output '{ref}' is missing.", "Mark another layer.")


def source_of(ref: str, names: set[str]) -> str:
    """The node a reference names; ``"lstm:1"`` → ``"lstm"``."""
    return ref if ref in names else ref.rpartition(":")[0]
