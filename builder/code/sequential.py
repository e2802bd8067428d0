"""A stack as ``keras.Sequential``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from builder import catalog, edit
from builder.catalog import ops
from builder.code import layer_calls
from builder.code.blocks import Blocks, without_name
from builder.code.fragment import Row
from builder.code.syntax import Call, Comment, Name, render
from builder.code.variable_names import explicit_names
from builder.errors import SpecError
from builder.spec import ModelSpec, ObjectSpec

REMEDY = "Choose the Functional style, which can say any model."


def is_stack(model: ModelSpec) -> bool:
    """Whether ``keras.Sequential`` can say it: a chain of layers with one input and one output."""
    return edit.is_chain(model) and not _obstacle(model)


def _obstacle(model: ModelSpec) -> tuple[str, str] | None:
    """The first node that cannot stand in a stack, and why."""
    for number, name in enumerate(edit.topological_order(model)):
        layer = model.layers.get(model.node(name).layer)
        if model.node(name).call:
            return name, "it is called with arguments of its own"
        kind = layer.class_name if isinstance(layer, ObjectSpec) else ""
        if catalog.traits_of(kind).call != "one":
            return name, f"{kind} reads several inputs"
        if ops.is_op(kind):
            return name, "an operation is no layer"
        if (kind == edit.INPUT) != (number == 0):
            return name, "a stack begins with its only Input"
        if layer is not None and (
            len(layer_calls.result_suffixes(layer)) > 1 or layer_calls.returns_list(layer)
        ):
            return name, "it has several outputs"
    return None


def require_stack(model: ModelSpec) -> None:
    """Raises SpecError when the model is no stack, or is empty."""
    if not edit.is_chain(model):
        raise SpecError(
            "The Sequential style is for stacks, and this model has branches, several inputs or"
            " shared layers.",
            REMEDY,
        )
    edit.last_layer(model)
    if obstacle := _obstacle(model):
        raise SpecError(
            f"'{obstacle[0]}' cannot stand in a Sequential: {obstacle[1]}.", REMEDY, obstacle[0]
        )


def sequential(
    model: ModelSpec, learners: Mapping[str, str], title: Any = None, made_by: Blocks | None = None
) -> Call:
    """``keras.Sequential([…])``; switched-off layers are comments.

    Args:
        learners: node → variable of a layer that was made before.
        title: the model's name, None for Keras's own.
        made_by: what makes the models inside.
    """
    rows: list[tuple[str, Any]] = []
    for name, layer in _layers(model, made_by or {}):
        if name in learners:
            rows.append(("", Name(learners[name])))
        elif model.node(name).off:
            for line in render("", layer).splitlines():
                rows.append(("", Comment(f"# {line}")))
            rows[-1] = ("", Comment(f"{rows[-1][1].text},  # switched off"))
        else:
            rows.append(("", layer))
    stack = Call("", tuple(rows), "[", "]", split=True)
    named = () if title is None else (("name", title),)
    return Call("keras.Sequential", (("", stack), *named), split=True)


def rows(
    model: ModelSpec, learners: Mapping[str, str], title: Any = None, made_by: Blocks | None = None
) -> Iterator[Row]:
    """``model = keras.Sequential([…])``, layer by layer."""
    lines = render("model = ", sequential(model, learners, title, made_by)).split("\n")
    first = 2
    yield (), "\n".join(lines[:first])
    for name, layer in _layers(model, made_by or {}):
        shown = "" if name in learners or model.node(name).off else render("", layer, 8, ",")
        many = 1 + (render("", layer) if model.node(name).off else shown).count("\n")
        yield (name,), "\n".join(lines[first : first + many])
        first += many
    yield (), "\n".join(lines[first:])


def _layers(model: ModelSpec, made_by: Blocks) -> Iterator[tuple[str, Any]]:
    """Every node and the call that makes its layer, named where Keras would name it otherwise."""
    titles = explicit_names(model, [model.node(n).layer for n in edit.topological_order(model)])
    for name in edit.topological_order(model):
        key = model.node(name).layer
        layer = model.layers.get(key)
        if isinstance(layer, ModelSpec):
            yield name, Call(made_by[without_name(layer)], (("", key),))
        elif isinstance(layer, ObjectSpec):
            yield name, layer_calls.constructor(layer, titles[key])
        else:
            raise SpecError(f"'{name}' calls a layer that is missing.", "Remove it.", name)
