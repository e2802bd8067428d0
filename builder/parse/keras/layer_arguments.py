"""Read a layer's name and input shape, which stand beside its own arguments."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from builder import catalog
from builder.parse.data.arrays import Length
from builder.parse.interpreter.imports import tidy_name
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import Args, Keywords, Unknown, resolve_number
from builder.parse.keras.symbolic_model import Layer, input_layer
from builder.spec import ObjectSpec

SHAPES = ("input_shape", "batch_input_shape", "batch_shape", "input_dim", "input_length")
"""Older ways to say in the first layer what the model reads."""


VOCABULARY = ("vocabulary", "idf_weights")
"""What ``set_vocabulary`` takes, in its order."""

COUNTED_OTHERWISE = {"output_mode", "num_oov_indices", "mask_token"}
"""Settings with which other numbers than usual stand before a vocabulary."""


def make_layer(
    interp: Interpreter,
    node: ast.Call,
    spec: ObjectSpec,
    about: dict[str, Any],
    wrapped: list[Layer],
) -> Layer:
    """The layer of a record, with what its call says beside: ``about`` has name and shapes."""
    made = Layer(spec, _layer_name(interp, node, about.pop("name")), line=node.lineno)
    made.depth = 1 + max((w.depth for w in wrapped), default=0)
    inner = next((w for w in wrapped if w.shape is not None), None)
    if inner is not None and catalog.traits_of(spec.class_name).wraps:
        made.shape, made.batch, made.said = inner.shape, inner.batch, inner.said
    shapes = [name for name in SHAPES if about.get(name) is not None]
    if not shapes:
        return made
    if spec.class_name == "InputLayer":
        return _input(interp, node, made, about)
    shape, batch = read_shape(interp, node, about)
    if shape is not None:
        made.shape, made.batch, made.said = shape, batch, shapes[0]
    return made


def _input(interp: Interpreter, node: ast.AST, layer: Layer, about: dict[str, Any]) -> Layer:
    shape, batch = read_shape(interp, node, about)
    if shape is None:
        return layer
    if "input_shape" in about:
        interp.report_translation(node, "input_shape of an InputLayer is called shape today.")
    return input_layer(shape, batch, layer.name)


def read_shape(
    interp: Interpreter, node: ast.AST, about: dict[str, Any]
) -> tuple[tuple[int | None, ...] | None, int | None]:
    """(shape without batch, batch size) of any of ``SHAPES``; (None, None) when it is unclear."""
    whole = about.get("batch_shape", about.get("batch_input_shape"))
    if whole is not None:
        shape = read_sizes(interp, node, whole)
        return (shape[1:], shape[0]) if shape else (None, None)
    if "input_shape" in about:
        return read_sizes(interp, node, about["input_shape"]), None
    if "input_dim" in about:
        length = about.get("input_length")
        axes = [about["input_dim"]] if length is None else [length, about["input_dim"]]
        return read_sizes(interp, node, axes), None
    return read_sizes(interp, node, [about["input_length"]]), None


def read_sizes(interp: Interpreter, node: ast.AST, value: Any) -> tuple[int | None, ...] | None:
    """A shape as a tuple; a single number is a shape of one axis."""
    value = resolve_number(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = [value]
    items: Iterable[Any] = value if isinstance(value, list | tuple) else [Unknown()]
    result = [resolve_number(v) for v in items]
    if all(v is None or (isinstance(v, int) and not isinstance(v, bool)) for v in result):
        return tuple(result) if len(result) <= 16 else None
    if any(isinstance(v, Length) for v in result) or result:
        interp.report_unknown(node, "the shape could not be worked out")
    return None


def set_vocabulary(
    interp: Interpreter, node: ast.Call, layer: Layer, args: Args, kw: Keywords
) -> None:
    """``layer.set_vocabulary(words)``: the same as the argument ``vocabulary``."""
    given = dict(zip(VOCABULARY, args, strict=False)) | kw
    words = given.get("vocabulary")
    known = isinstance(words, list | tuple) and not any(isinstance(w, Unknown) for w in words)
    if not known or layer.spec is None or not catalog.traits_of(layer.class_name).looks_up:
        interp.report_unknown(node, "the vocabulary could not be worked out: it is learned anew")
        return
    said = {name: tuple(given[name]) for name in VOCABULARY if given.get(name) is not None}
    layer.spec = layer.spec.with_(**said)


def vocabulary_size(interp: Interpreter, node: ast.AST, layer: Layer) -> Any:
    """How many words a layer knows: those it is given, else its ``max_tokens``."""
    config = layer.spec.config if layer.spec else {}
    words = config.get("vocabulary")
    if isinstance(words, tuple) and not COUNTED_OTHERWISE & config.keys():
        return len(words) + catalog.traits_of(layer.class_name).reserved
    most = config.get("max_tokens")
    if not isinstance(most, int):
        why = "how many words it learns is not known before: give it max_tokens and write that here"
        return interp.report_unknown(node, why)
    text = f"As many words as max_tokens allows are taken: {most}."
    interp.report_different(node, text)
    return most


def _layer_name(interp: Interpreter, node: ast.AST, name: Any) -> str:
    if name is None:
        return ""
    if not isinstance(name, str):
        interp.report_unknown(node, "the name could not be worked out")
        return ""
    tidied = tidy_name(name)
    if tidied != name:
        interp.report_translation(node, f"The name {name[:60]!r} became {tidied!r}.")
    return tidied
