"""Any graph as ``keras.Model(inputs, outputs)``; models inside it as functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from builder import edit
from builder.code import blocks, layer_calls, sequential
from builder.code.blocks import Blocks, layer_order, without_name
from builder.code.body import Body, Head, shared_layers
from builder.code.fragment import Row
from builder.code.syntax import Call, Name, render, render_flat
from builder.code.variable_names import Names, explicit_names, identifier
from builder.spec import ModelSpec, Node, ObjectSpec, active

USUAL_INPUTS = ("input_layer", "input", "inputs")
"""Names of an only Input whose variable is ``inputs``, as people write."""


class Graph:
    """One model as functional code.

    Args:
        model: finished; every nested model is in ``made_by``.
        names: of the function, or script, it stands in.
        learners: node → variable of a layer that was made before.
        says: layers whose name is written even where Keras finds the same.
    """

    def __init__(
        self,
        model: ModelSpec,
        names: Names,
        made_by: Blocks,
        learners: Mapping[str, str] | None = None,
        says: tuple[str, ...] = (),
        indent: int = 0,
    ) -> None:
        self.model, self.names, self.made_by, self.indent = model, names, made_by, indent
        self.learners = dict(learners or {})
        self.titles = explicit_names(model, layer_order(model), says)
        self.several = shared_layers(model)
        self.layers: dict[str, str] = {}
        self.inputs: list[str] = []
        self.body = Body(model, names, self._head, self._ahead, indent)

    def rows(self) -> Iterator[Row]:
        """The statements, Inputs first; the tensors are then in ``inputs`` and ``outputs``."""
        entries = [n for n in edit.topological_order(self.model) if edit.is_input(self.model, n)]
        for name in entries:
            lone = len(entries) == 1 and name in USUAL_INPUTS
            variable = self.names.claim("inputs") if lone else self.names.new(name)
            self.body.variables[name] = (variable,)
            self.inputs.append(variable)
            layer = self.model.layers[self.model.node(name).layer]
            assert isinstance(layer, ObjectSpec)
            made = layer_calls.constructor(layer, self.titles[self.model.node(name).layer])
            yield (name,), render(f"{variable} = ", made, self.indent)
        for name, variable in self.learners.items():
            self.layers[self.model.node(name).layer] = variable
        yield from self.body.rows()

    def model_call(self, name: str) -> Call:
        """``keras.Model(inputs, outputs, name=…)``; ``name`` is source text."""
        outputs = self.body.outputs()
        items = [("", _ends(self.inputs)), ("", _ends(list(outputs)))]
        return Call("keras.Model", (*items, *((("name", Name(name)),) if name else ())))

    def _constructor(self, key: str) -> Call:
        layer = self.model.layers[key]
        if isinstance(layer, ModelSpec):
            return Call(self.made_by[without_name(layer)], (("", key),))
        return layer_calls.constructor(layer, self.titles[key])

    def _ahead(self, node: Node) -> Iterator[Row]:
        if node.layer in self.several and node.layer not in self.layers:
            ending = "_layer" if self._is_node(node) else ""
            variable = self.names.beside(f"{node.layer}{ending}")
            self.layers[node.layer] = variable
            nodes = tuple(self.model.calls[node.layer])
            yield nodes, render(f"{variable} = ", self._constructor(node.layer), self.indent)

    def _is_node(self, node: Node) -> bool:
        return node.layer in self.model.by_name

    def _head(self, node: Node) -> Head:
        return self.layers.get(node.layer) or self._constructor(node.layer)


def _ends(variables: list[str]) -> Name | Call:
    if len(variables) == 1:
        return Name(variables[0])
    return Call("", tuple(("", Name(v)) for v in variables), "[", "]")


def functions(
    model: ModelSpec, made_by: Blocks, taken: frozenset[str]
) -> Iterator[tuple[ModelSpec, str]]:
    """A function for each model inside, the innermost first: it makes a new one of that name."""
    for inner, function in made_by.items():
        blocks.require_finished(inner)
        head = f"def {function}(name):\n"
        if sequential.is_stack(inner):
            call = sequential.sequential(inner, {}, Name("name"), made_by)
            yield inner, head + render("return ", call, 4)
        else:
            graph = Graph(inner, Names(taken | set(made_by.values())), made_by, indent=4)
            lines = "\n".join(text for _, text in graph.rows())
            yield inner, head + lines + "\n" + render("return ", graph.model_call("name"), 4)


def function_names(model: ModelSpec, names: Names) -> Blocks:
    """The functions that make the models inside this one."""
    return blocks.blocks(active(model), names, lambda key: f"build_{identifier(key)}")


def definition(
    model: ModelSpec,
    taken: frozenset[str],
    learners: Mapping[str, str],
    made_by: Blocks,
    says: tuple[str, ...] = (),
) -> Iterator[Row]:
    """The statements that define ``model``."""
    names = Names(taken | set(learners.values()) | set(made_by.values()))
    graph = Graph(model, names, made_by, learners, says)
    yield from graph.rows()
    name = render_flat(model.name) if model.name != "model" else ""
    yield (), render("model = ", graph.model_call(name))
