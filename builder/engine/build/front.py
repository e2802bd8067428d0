"""The front of a model: the calls whose results training never changes, found in its graph."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from keras.src.models.functional import Functional

from builder import catalog
from builder.catalog.traits import ORDINARY, Traits
from builder.engine.build.backend import keras
from builder.engine.build.keras_model import item_bytes
from builder.engine.build.operation_layers import find_operation

SHORT = 512
"""Bytes of a row up to which a mere calculation is worth a pass over the data: below that it is
paid back within two epochs, above it not within ten."""


@dataclass(frozen=True, slots=True, eq=False)
class GraphCall:
    """One call in a graph.

    Args:
        node: Keras's own.
        inputs, outputs: the tensors it reads and gives, by ``Graph.key``.
        traits: of its layer or operation.
        kind: ``Traits.precomputes``, "" where this call does not keep what that promises.
    """

    node: Any
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    traits: Traits
    kind: str


class Graph:
    """The calls of a model in order; those of a nested model that is called once among them.

    Args:
        model: functional or sequential.
    """

    def __init__(self, model: keras.Model) -> None:
        self.top = functional_of(model)
        self.calls: list[GraphCall] = []
        self.models: list[Any] = []
        self.tensors: dict[int, Any] = {}
        self._same: dict[int, int] = {}
        self._called = Counter(id(node.operation) for node in _all_nodes(self.top))
        self._add(self.top)
        self.inputs = tuple(map(self.key, self.top.inputs))
        self.outputs = tuple(map(self.key, self.top.outputs))

    def key(self, tensor: Any) -> int:
        """The same number for a tensor and what it is called inside a nested model."""
        return self._same.get(id(tensor), id(tensor))

    def row_bytes(self, key: int) -> int:
        """Bytes of one example of that tensor."""
        tensor = self.tensors[key]
        sizes: list[int] = [n or 1 for n in tensor.shape[1:]]
        return math.prod(sizes) * item_bytes(tensor.dtype)

    def _add(self, model: Any) -> None:
        self.models.append(model)
        self.tensors |= {self.key(t): t for t in model.inputs}
        for node in nodes(model):
            inner = functional_of(node.operation)
            if inner is not None and self._is_part(inner, node):
                self._same |= _paired(inner.inputs, map(self.key, node.input_tensors))
                self._add(inner)
                self._same |= _paired(node.outputs, map(self.key, inner.outputs))
            else:
                self.tensors |= {id(t): t for t in node.outputs}
                self.calls.append(self._call(node))

    def _is_part(self, inner: Any, node: Any) -> bool:
        """Whether a nested model can be taken apart: what enters it is not changed on the way. One
        that is frozen as a whole is computed as a whole."""
        given = node.input_tensors
        if is_frozen(inner):
            return False
        if self._called[id(node.operation)] > 1 or isinstance(inner._inputs_struct, dict):
            return False
        return [(len(t.shape), t.dtype) for t in given] == [
            (len(t.shape), t.dtype) for t in inner.inputs
        ]

    def _call(self, node: Any) -> GraphCall:
        inputs = tuple(map(self.key, node.input_tensors))
        traits = _traits(node.operation)
        kind = _kind(node.operation) if _keeps_rows_apart(node) else ""
        return GraphCall(node, inputs, tuple(map(id, node.outputs)), traits, kind)


@dataclass(frozen=True, slots=True, eq=False)
class Front:
    """What to compute once.

    Args:
        calls: in order.
        cut: the tensors that the rest of the model reads of it, or of the data itself.
        known: all tensors that are there once the calls are done.
    """

    graph: Graph
    calls: tuple[GraphCall, ...]
    cut: tuple[int, ...]
    known: frozenset[int]

    @property
    def has_weights(self) -> bool:
        """Whether layers with frozen weights are among them, whose sums may depend on how many rows
        are added up at once."""
        return any(is_frozen(call.node.operation) for call in self.calls)

    def ties(self) -> tuple[int, ...]:
        """For each of ``cut`` a number: the same for those made of the same inputs of the model,
        or of inputs that a call of the front has joined."""
        of = {key: place for place, key in enumerate(self.graph.inputs)}
        for call in self.calls:
            joined = {of[key] for key in call.inputs}
            first = min(joined)
            of = {key: first if tie in joined else tie for key, tie in of.items()}
            of |= dict.fromkeys(call.outputs, first)
        return tuple(of[key] for key in self.cut)


def find_front(model: keras.Model, rows: int, room: float) -> Front | None:
    """All that can be computed once with the very numbers of every step; None if that is nothing.

    Args:
        rows: how many examples there are.
        room: bytes its results may take.
    """
    if functional_of(model) is None:
        return None
    graph, banned = Graph(model), set[GraphCall]()
    while True:
        front = _front(graph, banned)
        found = _merging(front) or _not_worth(front) or _too_large(front, rows, room)
        if not found:
            break
        banned |= found
    return front if any(call.kind != "moves" for call in front.calls) else None


def functional_of(model: Any) -> Any:
    """Keras's graph of a functional or sequential model; None for anything else."""
    if type(model) is keras.Sequential:
        return model._functional
    return model if type(model) is Functional else None


def nodes(model: Any) -> Iterator[Any]:
    """The calls of a functional model, nested models as one, in the order in which Keras runs."""
    by_depth = model._nodes_by_depth
    ordered = (by_depth[depth] for depth in sorted(by_depth, reverse=True))
    return (node for level in ordered for node in level if not node.is_input)


def _all_nodes(model: Any) -> Iterator[Any]:
    for node in nodes(model):
        yield node
        if inner := functional_of(node.operation):
            yield from _all_nodes(inner)


def _paired(tensors: Any, keys: Any) -> dict[int, int]:
    return {id(t): key for t, key in zip(tensors, keys, strict=True)}


def _front(graph: Graph, banned: set[GraphCall]) -> Front:
    """The front without the banned calls and what follows them."""
    known, calls = set(graph.inputs), []
    for call in graph.calls:
        if call.kind and call not in banned and known.issuperset(call.inputs):
            known.update(call.outputs)
            calls.append(call)
    rest = (key for c in graph.calls if not known.issuperset(c.outputs) for key in c.inputs)
    cut = dict.fromkeys(key for key in (*rest, *graph.outputs) if key in known)
    return Front(graph, tuple(calls), tuple(cut), frozenset(known))


def _makers(front: Front) -> dict[int, GraphCall]:
    return {key: call for call in front.calls for key in call.outputs}


def _merging(front: Front) -> set[GraphCall]:
    """The calls whose sums or products TensorFlow merges with those that follow in the step, which
    rounds otherwise than one after the other."""
    makers, loose = _makers(front), set(front.graph.outputs)
    for call in front.graph.calls:
        if not front.known.issuperset(call.outputs) and call.traits.merges != "axis":
            loose.update(call.inputs[1:] if call.traits.weighs else call.inputs)
    return {makers[key] for key in loose if key in makers and _calculated(key, makers)}


def _calculated(key: int, makers: dict[int, GraphCall]) -> bool:
    call = makers.get(key)
    if call is None or call.traits.merges == "axis":
        return False
    if call.kind == "moves":
        return any(_calculated(k, makers) for k in call.inputs)
    operation = call.node.operation
    modes = (getattr(operation, name, "") for name in ("output_mode", "_output_mode"))
    return call.kind == "calculates" or "tf_idf" in modes


def _not_worth(front: Front) -> set[GraphCall]:
    """The calls that end in long rows without anything costly on the way."""
    makers, worth = _makers(front), set[int]()
    for call in front.calls:
        if call.kind == "costly" or worth.intersection(call.inputs):
            worth.update(call.outputs)
    row_bytes = front.graph.row_bytes
    return {
        makers[key]
        for key in front.cut
        if key in makers and key not in worth and row_bytes(key) > SHORT
    }


def _too_large(front: Front, rows: int, room: float) -> set[GraphCall]:
    """The call with the largest result, if all together take more than ``room`` bytes."""
    makers = _makers(front)
    sizes = {key: rows * front.graph.row_bytes(key) for key in front.cut if key in makers}
    return {makers[max(sizes, key=sizes.__getitem__)]} if sum(sizes.values()) > room else set()


def _traits(operation: Any) -> Traits:
    """Of a layer or operation of Keras's own; ordinary ones for any other."""
    cls = type(operation)
    if not cls.__module__.startswith("keras."):
        return ORDINARY
    is_layer = isinstance(operation, keras.layers.Layer)
    name = cls.__name__ if is_layer else find_operation(cls.__module__, cls.__name__)[0]
    return catalog.traits_of(name) if name else ORDINARY


def _kind(operation: Any) -> str:
    """``Traits.precomputes``; of a nested model the least of its layers; frozen is costly."""
    if is_frozen(operation):
        return "costly"
    if inner := functional_of(operation):
        kinds = {_kind(n.operation) if _keeps_rows_apart(n) else "" for n in nodes(inner)}
        return next((k for k in ("", "calculates", "costly", "moves") if k in kinds), "")
    if getattr(operation, "activity_regularizer", None) is not None:
        return ""
    return _traits(operation).precomputes


def is_frozen(operation: Any) -> bool:
    """Whether it has weights which training never changes, and gives the same for the same row in
    training and at other times."""
    inner = functional_of(operation)
    if inner is None:
        return bool(getattr(operation, "weights", ())) and _is_fixed(operation)
    each = [node.operation for node in nodes(inner)]
    return any(map(is_frozen, each)) and all(is_frozen(one) or _is_fixed(one) for one in each)


def _is_fixed(operation: Any) -> bool:
    """Whether a layer or operation of Keras's own has no chance in it, and nothing to learn."""
    own = type(operation).__module__.startswith("keras.") and functional_of(operation) is None
    if not own or getattr(operation, "activity_regularizer", None) is not None:
        return False
    if not isinstance(operation, keras.layers.Layer):
        return True
    drops = (getattr(operation, name, 0) for name in ("dropout", "recurrent_dropout"))
    chance = _traits(operation).random or any(drops)
    learns = operation.trainable and bool(operation.variables)
    return not chance and not learns and not operation.losses


def _keeps_rows_apart(node: Any) -> bool:
    """Whether each row of what it gives is made of the same row of what it reads, of one size."""
    operation, tensors = node.operation, [*node.input_tensors, *node.outputs]
    is_layer = isinstance(operation, keras.layers.Layer)
    # of operations Keras says so wherever they read a number beside a tensor
    if is_layer and any(t.sparse or t.ragged for t in node.outputs):
        return False
    if any(not t.shape or t.shape[0] is not None or None in t.shape[1:] for t in tensors):
        return False
    if is_layer and _traits(operation).merges != "axis":
        return True
    ranks = {len(t.shape) for t in node.input_tensors}
    axis = getattr(operation, "axis", -1)
    apart = isinstance(axis, int) and axis % max(len(t.shape) for t in tensors) != 0
    return apart and len(ranks) == 1 and not _reads_constants(node, max(ranks))


def _reads_constants(node: Any, rank: int) -> bool:
    """Whether it reads a fixed tensor that has a row for each example of a batch."""
    given = keras.tree.flatten((node.arguments.args, node.arguments.kwargs))
    fixed = [v for v in given if hasattr(v, "shape") and not isinstance(v, keras.KerasTensor)]
    return any(len(v.shape) >= rank and v.shape[0] != 1 for v in fixed)
