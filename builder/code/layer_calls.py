"""How a script calls layers: what stands in the brackets, and how many results come back."""

from __future__ import annotations

from typing import Any

from builder import catalog
from builder.catalog import ops
from builder.code.constructor_calls import argument, construct
from builder.code.syntax import Applied, Call, Name
from builder.errors import SpecError
from builder.spec import Config, ModelSpec, ObjectSpec

Layer = ObjectSpec | ModelSpec


def result_suffixes(layer: Layer, call: Config | None = None) -> tuple[str, ...]:
    """The endings of the variables of a call's results; ``("",)`` for the usual single one.

    Args:
        call: keyword arguments of the call.
    """
    if call and call.get("return_attention_scores"):
        return ("", "_scores")
    if isinstance(layer, ModelSpec):
        return ("", *(f"_{i}" for i in range(1, len(layer.outputs))))
    return ("", *(f"_{ending}" for ending in catalog.second_outputs(layer)))


def call_arguments(layer: Layer, reads: tuple[str, ...], call: Config | None = None) -> Call:
    """The brackets of ``layer(…)`` with the variables it reads, as its class wants them.

    Args:
        call: keyword arguments; ``{"wire": 3}`` is the variable ``reads[3]``.

    Raises:
        SpecError: a keyword argument reads an input that is not there.
    """
    named, used = _keyword_arguments(reads, call or Config())
    names = [Name(r) for i, r in enumerate(reads) if i not in used]
    return Call("", (*_positional(layer, names), *named), bare=True)


def _positional(layer: Layer, names: list[Name]) -> list[tuple[str, Any]]:
    """What stands in the brackets before the keyword arguments of the call."""
    traits = catalog.traits_of(layer.class_name if isinstance(layer, ObjectSpec) else "")
    if traits.recurrent and len(names) > 1:
        return [("", names[0]), ("initial_state", _list(names[1:]))]
    if traits.call in ("pair", "query_value"):
        several = names * 2 if len(names) == 1 else names
        return [("", _list(several))] if traits.call == "pair" else [("", n) for n in several]
    lone = len(names) == 1 and traits.call != "list"
    return [("", names[0] if lone else _list(names))]


def _keyword_arguments(
    reads: tuple[str, ...], call: Config
) -> tuple[list[tuple[str, Any]], set[int]]:
    """The keyword arguments, and which of the variables are among them."""
    items: list[tuple[str, Any]] = []
    used: set[int] = set()
    for name, value in call.items():
        if not isinstance(value, Config) or not set(value) <= {"wire", "wires"}:
            items.append((name, argument("", value)))
            continue
        several = value.get("wires")
        places = several if isinstance(several, tuple) else (value.get("wire"),)
        if not all(type(i) is int and 0 <= i < len(reads) for i in places):
            raise SpecError(f"'{name}' reads an input that is not there.", "Connect it anew.")
        wires = [Name(reads[i]) for i in places]
        items.append((name, _list(wires) if isinstance(several, tuple) else wires[0]))
        used.update(places)
    return items, used


def _list(names: list[Name]) -> Call:
    return Call("", tuple(("", n) for n in names), "[", "]")


def constructor(layer: ObjectSpec, name: str = "") -> Call:
    """The constructor of a layer, or of an Input; ``name`` where Keras needs to be told.

    Raises:
        SpecError: no such call can be written.
        CatalogError: the catalogue does not know the class.
    """
    if layer.class_name == "InputLayer":
        items = (*layer.config.items(), *((("name", name),) if name else ()))
        return Call("keras.Input", tuple((k, argument("layers", v)) for k, v in items))
    call = construct("layers", layer, {"name": name} if name else {})
    if not isinstance(call, Call):
        raise SpecError(f"{layer.class_name[:80]!r} cannot be written into a script.")
    return call


def apply_layer(head: Call, layer: Layer, reads: tuple[str, ...], call: Config) -> Any:
    """``head`` called on what the variables ``reads`` hold."""
    return Applied(head, call_arguments(layer, reads, call))


def returns_list(layer: Layer) -> bool:
    """Whether a call gives a list of results, asked for by place: ``parts[1]``."""
    if not isinstance(layer, ObjectSpec):
        return False
    entry = ops.BY_NAME.get(layer.class_name)
    return bool(entry and entry.extra["outputs"])
