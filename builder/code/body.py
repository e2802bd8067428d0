"""The layer calls of a graph as Python statements, one a node."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from builder import edit
from builder.catalog import ops
from builder.code import layer_calls
from builder.code.constructor_calls import argument
from builder.code.fragment import Row
from builder.code.syntax import WIDTH, Call, Name, render, render_flat
from builder.code.variable_names import Names
from builder.errors import SpecError
from builder.spec import Config, ModelSpec, Node, ObjectSpec, active

Head = Call | str
"""What is called: a constructor, or the name of a layer that was made before."""


@dataclass
class Body:
    """The statements of one model.

    Args:
        model: finished.
        names: of the function they stand in.
        head: node → what is called there.
        ahead: node → the statements that make its layer, where they stand before the call.
        indent: columns from the page's edge.
        variables: node → the variables of its results; one is asked for by place, ``lstm[1]``,
            where nobody knows how many there are.
        training: variable that every layer is handed as ``training`` unless it is told; "" is none.
    """

    model: ModelSpec
    names: Names
    head: Callable[[Node], Head]
    ahead: Callable[[Node], Iterator[Row]] = field(default=lambda node: iter(()))
    indent: int = 0
    variables: dict[str, tuple[str, ...]] = field(default_factory=dict)
    training: str = ""

    def rows(self) -> Iterator[Row]:
        """Statement by statement; Inputs are left to the caller, who sets their variables."""
        self.names.keep(n.name for n in self.model.nodes)
        for name in edit.topological_order(self.model):
            if edit.is_input(self.model, name):
                continue
            node = self.model.node(name)
            reads = tuple(self.ref(r) for r in node.inbound)
            if node.off:
                yield (name,), self._off(node, reads)
                continue
            yield from self.ahead(node)
            given = self._variables(node)
            yield (name,), self._assign(given, self._call(node, reads))

    def _assign(self, names: tuple[str, ...], value: Any) -> str:
        """``names = value``; names too long for a line stand under each other."""
        pad, head = " " * self.indent, f"{', '.join(names)} = "
        text = render(head, value, self.indent)
        if len(names) < 2 or len(pad + head) < WIDTH:
            return text
        each = "".join(f"{pad}    {name},\n" for name in names)
        return f"{pad}(\n{each}{pad}) = {text[len(pad + head) :]}"

    def ref(self, ref: str) -> str:
        """The variable that holds what a reference names."""
        name, _, place = ref.rpartition(":") if ref not in self.variables else (ref, "", "0")
        given = self.variables.get(name)
        if given is None or not place.isdecimal():
            raise SpecError(f"'{ref}' is read before it is there.", "Connect it anew.", name)
        if self._is_open(name):
            return f"{given[0]}[{int(place)}]"
        if int(place) >= len(given):
            raise SpecError(f"'{name}' has no output {place}.", "Connect it anew.", name)
        return given[int(place)]

    def outputs(self) -> tuple[str, ...]:
        """The variables of what the model returns."""
        return tuple(self.ref(r) for r in self.model.outputs)

    def _layer(self, node: Node) -> Any:
        return self.model.layers[node.layer]

    def _is_open(self, name: str) -> bool:
        node = self.model.node(name)
        return not node.off and layer_calls.returns_list(self._layer(node))

    def _variables(self, node: Node) -> tuple[str, ...]:
        first = self.names.new(node.name)
        ends = layer_calls.result_suffixes(self._layer(node), node.call)[1:]
        more = tuple(self.names.beside(f"{first}{end}") for end in ends)
        self.variables[node.name] = (first, *more)
        return (first, *more)

    def _call(self, node: Node, reads: tuple[str, ...]) -> Any:
        layer = self._layer(node)
        if isinstance(layer, ObjectSpec) and ops.is_op(layer.class_name):
            return operation(layer, reads, node.name)
        head = self.head(node)
        if isinstance(head, str):
            call = replace(
                layer_calls.call_arguments(layer, reads, node.call), name=head, bare=False
            )
            if self.training and "training" not in node.call:
                call = replace(call, items=(*call.items, ("training", Name(self.training))))
            return call
        return layer_calls.apply_layer(head, layer, reads, node.call)

    def _off(self, node: Node, reads: tuple[str, ...]) -> str:
        variable = self.names.new(node.name)
        self.variables[node.name] = (variable,)
        said = render_flat(self._call(node, reads))
        return f"{' ' * self.indent}{variable} = {reads[0]}  # {said}, switched off"


def operation(layer: ObjectSpec, reads: tuple[str, ...], where: str) -> Call | Name:
    """``keras.ops.reshape(x, (-1, 7))``, ``x[:, 0]``.

    Raises:
        SpecError: more or fewer wires than it takes; ``where`` is the node.
        CatalogError: no such operation.
    """
    if layer.class_name not in ops.BY_NAME:
        raise SpecError(f"There is no operation called '{layer.class_name[:60]}'.", "", where)
    if layer.class_name == "ops.get_item" and len(reads) == 1:
        return Name(f"{reads[0]}[{_place(layer.config.get('key'), where)}]")
    try:
        first, named = ops.bind(layer.class_name, layer.config, tuple(Name(r) for r in reads))
    except ValueError as error:
        raise SpecError(f"'{where}': {error}", "Connect it anew.", where) from None
    items = [("", _wire(v)) for v in first] + [(k, _wire(v)) for k, v in named.items()]
    return Call(f"keras.{layer.class_name}", tuple(items))


def _place(key: Any, where: str) -> str:
    """What stands between the brackets of ``x[:, 0]``; SpecError for anything but places."""
    match key:
        case tuple() if key and not any(isinstance(k, tuple) for k in key):
            return ", ".join(_place(k, where) for k in key) + ("," if len(key) == 1 else "")
        case Config() if set(key) <= {"start", "stop", "step"}:
            ends = [key.get(end) for end in ("start", "stop", "step")]
            if all(e is None or isinstance(e, int) for e in ends):
                shown = ":".join("" if e is None else str(int(e)) for e in ends)
                return shown.removesuffix(":") if ends[2] is None else shown
        case None | int():
            return str(key)
    raise SpecError(f"'{where}' cuts out {key!r}, which is no place.", "", where)


def _wire(value: Any) -> Any:
    if isinstance(value, list):
        return Call("", tuple(("", v) for v in value), "[", "]")
    return value if isinstance(value, Name) else argument("", value)


def shared_layers(model: ModelSpec) -> set[str]:
    """The layers that more than one node calls."""
    return {name for name, calls in active(model).calls.items() if len(calls) > 1}
