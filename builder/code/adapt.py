"""Script lines for preprocessing layers that learn from the data before training (``adapt``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from builder import binding, edit
from builder.catalog.layers import needs_adapt
from builder.code import layer_calls
from builder.code.blocks import layer_order
from builder.code.fragment import Row
from builder.code.syntax import render, render_flat
from builder.code.variable_names import Names, explicit_names
from builder.errors import SpecError
from builder.spec import ModelSpec, ObjectSpec, active, snake_case, unique_name

Learners = Mapping[str, str]
"""Node → the variable that holds its layer, for layers whose table comes from the data."""


def learners(model: ModelSpec, ending: str = "") -> Learners:
    """The layers that have to see the training data first, in the order the data flows.

    Those of a block that reads the Inputs are not among them: ``adapt_blocks`` writes their lines.

    Raises:
        SpecError: one of them is inside a block that does not read the Inputs under their names.
    """
    variables: dict[str, str] = {}
    names = Names()
    for name in edit.topological_order(model):
        layer = model.layers.get(model.node(name).layer)
        if model.node(name).off:
            continue
        if isinstance(layer, ModelSpec) and _any(layer) and not _reads_inputs(model, name, layer):
            raise SpecError(
                f"'{name}' holds a layer that learns from the data, which a script cannot reach"
                " inside a model.",
                "Move that layer out of the inner model.",
                name,
            )
        if isinstance(layer, ObjectSpec) and needs_adapt(layer.class_name, layer.config):
            variables[name] = names.new(snake_case(layer.class_name) + ending)
    return variables


def _reads_inputs(model: ModelSpec, name: str, block: ModelSpec) -> bool:
    """Whether a block reads nothing but Inputs of the model, each under its own name, and holds no
    model that learns: a script can then hand it the training data."""
    inner = [n.layer for n in active(block).nodes if edit.is_input(block, n.name)]
    names = {n.name for n in model.nodes}
    read = [model.node(ref) for ref in model.node(name).inbound if ref in names]
    outer = [n.layer for n in read if edit.is_input(model, n.name)]
    nested = any(isinstance(x, ModelSpec) and _any(x) for x in block.layers.values())
    return inner == outer and len(outer) == len(model.node(name).inbound) and not nested


def learning_blocks(model: ModelSpec) -> Iterator[tuple[str, ModelSpec]]:
    """The blocks that hold a layer which learns from the data, with the node that calls each."""
    for name in edit.topological_order(active(model)):
        block = model.layers.get(model.node(name).layer)
        if isinstance(block, ModelSpec) and _any(block):
            yield name, active(block)


def adapt_blocks(model: ModelSpec, is_wide: bool) -> Iterator[Row]:
    """The lines that let the layers of a block at the front of the model learn.

    Args:
        is_wide: as in ``adapt_later_learners``.
    """
    several = len([n for n in active(model).nodes if edit.is_input(model, n.name)]) > 1
    cast = "" if is_wide else '.astype("float32")'
    for name, block in learning_blocks(model):
        title = model.node(name).layer
        variable = unique_name(snake_case(title), {"model", "before", "x_train"})
        lines = [
            f"# Let the layers of {title!r} learn from what reaches them",
            f"{variable} = model.get_layer({render_flat(title)})",
        ]
        for inner in edit.topological_order(block):
            key, layer = block.node(inner).layer, edit.layer_of(block, inner)
            if not needs_adapt(layer.class_name, layer.config):
                continue
            learner = f"{variable}.get_layer({render_flat(key)})"
            source = block.node(inner).inbound[0]
            rows = f"before.predict(x_train){cast}"
            if edit.is_input(block, source):
                rows = f"x_train[{render_flat(block.node(source).layer)}]" if several else "x_train"
            else:
                lines.append(f"before = keras.Model({variable}.inputs, {learner}.input)")
            lines.append(f"{learner}.adapt({rows})")
        yield (name,), "\n".join(lines)


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
    entries = binding.inputs(model)
    return len(entries) == 1 and active(model).node(name).inbound == entries


def _construct(model: ModelSpec, learned: Learners, first: bool) -> Iterator[tuple[str, str]]:
    titles = explicit_names(model, layer_order(model))
    for name, variable in learned.items():
        if reads_the_data(model, name) is first:
            key = model.node(name).layer
            layer = model.layers[key]
            assert isinstance(layer, ObjectSpec)
            yield name, render(f"{variable} = ", layer_calls.constructor(layer, titles[key]))
