"""A stack as ``keras.Sequential``, and the layers in it that learn from the data beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from builder import edit
from builder.catalog.layers import NOT_IN_A_STACK, learns
from builder.code.objects import argument, construct
from builder.code.source import Call, Comment, Name, render
from builder.errors import SpecError
from builder.spec import ModelSpec, ObjectSpec, snake, unique

Learners = Mapping[str, str]
"""Node → the variable that holds its layer, for layers whose table comes from the data."""


def check(model: ModelSpec) -> None:
    """Raises SpecError when the model is no stack, is empty, or holds what no script can."""
    if not edit.is_chain(model):
        raise SpecError(
            "The script is written for stacks, and this model has branches, several inputs or"
            " shared layers.",
            "Export it as a project or as a .keras file instead.",
        )
    edit.last(model)
    for name, layer in model.layers.items():
        if isinstance(layer, ObjectSpec) and layer.class_name in NOT_IN_A_STACK:
            raise SpecError(
                f"'{name}' ({layer.class_name}) cannot stand in a script for a stack:"
                f" {NOT_IN_A_STACK[layer.class_name]}",
                "Export the model as a project or as a .keras file instead.",
                name,
            )


def sequential(model: ModelSpec, learners: Learners) -> Call:
    """``keras.Sequential([…])``; switched-off layers are comments, learners their variables."""
    rows: list[tuple[str, Any]] = []
    for name, layer in _layers(model):
        if name in learners:
            rows.append(("", Name(learners[name])))
        elif model.node(name).off:
            for line in render("", layer).splitlines():
                rows.append(("", Comment(f"# {line}")))
            rows[-1] = ("", Comment(f"{rows[-1][1].text},  # switched off"))
        else:
            rows.append(("", layer))
    stack = Call("", tuple(rows), "[", "]", split=True)
    return Call("keras.Sequential", (("", stack),), split=True)


def _layers(model: ModelSpec) -> Iterator[tuple[str, Any]]:
    """Every node and the call that makes its layer, named where Keras would name it otherwise."""
    used: set[str] = set()
    for name in edit.order(model):
        layer = edit.layer_of(model, name)
        auto = unique(snake(layer.class_name), used)
        used.add(name)
        yield name, _layer(layer, "" if name == auto else name)


def _layer(layer: ObjectSpec, name: str) -> Any:
    if layer.class_name == edit.INPUT:
        items = tuple(layer.config.items()) + ((("name", name),) if name else ())
        return Call("keras.Input", tuple((k, argument("layers", v)) for k, v in items))
    return construct("layers", layer, {"name": name} if name else {})


# --- layers that learn from the data ------------------------------------------------------------


def learners(model: ModelSpec) -> Learners:
    """The layers that have to see the training data first, in the order the data flows."""
    found: dict[str, str] = {}
    for name in edit.order(model):
        layer = edit.layer_of(model, name)
        if not model.node(name).off and learns(layer.class_name, layer.config):
            found[name] = unique(snake(layer.class_name), set(found.values()))
    return found


def adapted_first(model: ModelSpec, learners: Learners) -> Iterator[str]:
    """The learner that reads the data itself: made and adapted before the model, as people do."""
    for name, made in _made(model, learners, first=True):
        variable = learners[name]
        yield f"# Let the first layer learn from the data\n{made}{variable}.adapt(x_train)"


def made_for_later(model: ModelSpec, learners: Learners) -> str:
    """The lines that make the other learners, so that they have a name to be adapted by."""
    return "".join(made for _, made in _made(model, learners, first=False))


def adapted_later(model: ModelSpec, learners: Learners, is_wide: bool) -> Iterator[str]:
    """The lines that feed the other learners with what the layers before them give.

    Args:
        is_wide: those layers give 32-bit numbers; narrower ones are widened for adding up.
    """
    for name, _ in _made(model, learners, first=False):
        variable = learners[name]
        cast = "" if is_wide else '.astype("float32")'
        yield (
            f"# Let {variable} learn from what reaches it\n"
            f"before = keras.Model(model.inputs, {variable}.input)\n"
            f"{variable}.adapt(before.predict(x_train){cast})"
        )


def _made(model: ModelSpec, learners: Learners, first: bool) -> Iterator[tuple[str, str]]:
    for name, layer in _layers(model):
        if name in learners:
            before = edit.source(model, name)
            if (before is not None and edit.is_input(model, before)) is first:
                yield name, render(f"{learners[name]} = ", layer) + "\n"
