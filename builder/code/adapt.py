"""Script lines for preprocessing layers that learn from the data before training (``adapt``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from builder import edit
from builder.catalog.layers import needs_adapt
from builder.code import layer_calls
from builder.code.blocks import layer_order
from builder.code.fragment import Row
from builder.code.syntax import render
from builder.code.variable_names import explicit_names
from builder.errors import SpecError
from builder.spec import ModelSpec, ObjectSpec, active, snake_case, unique_name

Learners = Mapping[str, str]
"""Node → the variable that holds its layer, for layers whose table comes from the data."""


def learners(model: ModelSpec, ending: str = "") -> Learners:
    """The layers that have to see the training data first, in the order the data flows.

    Raises:
        SpecError: one of them is inside a nested model.
    """
    variables: dict[str, str] = {}
    for name in edit.topological_order(model):
        layer = model.layers.get(model.node(name).layer)
        if model.node(name).off:
            continue
        if isinstance(layer, ModelSpec) and _any(layer):
            raise SpecError(
                f"'{name}' holds a layer that learns from the data, which a script cannot reach"
                " inside a model.",
                "Move that layer out of the inner model.",
                name,
            )
        if isinstance(layer, ObjectSpec) and needs_adapt(layer.class_name, layer.config):
            variables[name] = unique_name(
                snake_case(layer.class_name) + ending, set(variables.values())
            )
    return variables


def _any(model: ModelSpec) -> bool:
    for layer in active(model).layers.values():
        if isinstance(layer, ModelSpec):
            if _any(layer):
                return True
        elif needs_adapt(layer.class_name, layer.config):
            return True
    return False


def first_learner(model: ModelSpec, learned: Learners) -> Iterator[Row]:
    """The learner that reads the data itself: made and adapted before the model, as people do."""
    for name, line in _construct(model, learned, first=True):
        variable = learned[name]
        text = f"# Let the first layer learn from the data\n{line}\n{variable}.adapt(x_train)"
        yield (name,), text


def make_later_learners(model: ModelSpec, learned: Learners) -> Iterator[Row]:
    """The lines that make the other learners, so that they have a name to be adapted by."""
    return (((name,), line) for name, line in _construct(model, learned, first=False))


def adapt_later_learners(model: ModelSpec, learned: Learners, is_wide: bool) -> Iterator[Row]:
    """The lines that feed the other learners with what the layers before them give.

    Args:
        is_wide: those layers give 32-bit numbers; narrower ones are widened for adding up.
    """
    for name, _ in _construct(model, learned, first=False):
        variable = learned[name]
        cast = "" if is_wide else '.astype("float32")'
        yield (
            (name,),
            (
                f"# Let {variable} learn from what reaches it\n"
                f"before = keras.Model(model.inputs, {variable}.input)\n"
                f"{variable}.adapt(before.predict(x_train){cast})"
            ),
        )


def reads_the_data(model: ModelSpec, name: str) -> bool:
    """Whether a node stands right behind the only Input."""
    shown = active(model)
    inbound = shown.node(name).inbound
    entries = [n.name for n in shown.nodes if edit.is_input(shown, n.name)]
    return len(entries) == 1 and inbound == (entries[0],)


def _construct(model: ModelSpec, learned: Learners, first: bool) -> Iterator[tuple[str, str]]:
    titles = explicit_names(model, layer_order(model))
    for name, variable in learned.items():
        if reads_the_data(model, name) is first:
            key = model.node(name).layer
            layer = model.layers[key]
            assert isinstance(layer, ObjectSpec)
            yield name, render(f"{variable} = ", layer_calls.constructor(layer, titles[key]))
