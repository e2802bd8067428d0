"""The frozen values of a project: Config, ObjectSpec, Node, ModelSpec, TrainingSpec, Run."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


MAX_LAYERS = 5_000
"""Calls of layers in a model, those in blocks counted in, at most: the same for files, projects and
code. The largest of Keras's applications have about 800."""


class Config(Mapping[str, Any]):
    """An immutable, hashable mapping; lists become tuples: equal JSON gives equal values."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, Any] | None = None, /, **more: Any) -> None:
        merged = {**(items or {}), **more}
        object.__setattr__(self, "_items", {str(k): freeze(v) for k, v in merged.items()})

    def __getitem__(self, key: str) -> Any:
        return self._items[key]  # type: ignore[attr-defined]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)  # type: ignore[attr-defined]

    def __len__(self) -> int:
        return len(self._items)  # type: ignore[attr-defined]

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a Config is frozen; use .with_() or .without()")

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))  # type: ignore[attr-defined]

    def __repr__(self) -> str:
        return f"Config({self._items!r})"  # type: ignore[attr-defined]

    def __reduce__(self) -> tuple[Any, ...]:
        return (Config, (dict(self._items),))  # type: ignore[attr-defined]

    def with_(self, **changes: Any) -> Config:
        """A copy with these entries set."""
        return Config(self, **changes)

    def without(self, *names: str) -> Config:
        """A copy lacking these entries."""
        return Config({k: v for k, v in self.items() if k not in names})


def freeze(value: Any) -> Any:
    """``value`` with every list a tuple and every dict a Config, so that it can never change."""
    if isinstance(value, Config | ObjectSpec | ModelSpec):
        return value
    if isinstance(value, Mapping):
        return Config(value)
    if isinstance(value, list | tuple):
        return tuple(freeze(v) for v in value)
    return value


def equal_values(a: Any, b: Any) -> bool:
    """Whether two values are the same to Keras: 1 and 1.0 are, 1 and True are not."""
    return bool(a == b) and isinstance(a, bool) == isinstance(b, bool)


@dataclass(frozen=True, slots=True)
class ObjectSpec:
    """Any Keras object (layer, optimizer, loss, metric, callback, dataset) by name.

    Args:
        class_name: Keras's class name, e.g. ``"Dense"``.
        config: constructor arguments by Keras's names; only what differs from the default.
            Values are JSON scalars, tuples, Configs or nested ObjectSpecs.
    """

    class_name: str
    config: Config = field(default_factory=Config)

    def __post_init__(self) -> None:
        object.__setattr__(self, "config", freeze(self.config))

    def with_(self, **changes: Any) -> ObjectSpec:
        """A copy with these config entries set."""
        return replace(self, config=self.config.with_(**changes))


@dataclass(frozen=True, slots=True)
class Node:
    """One *call* of a layer.

    Args:
        name: unique in its model.
        layer: the key in ``ModelSpec.layers``; two nodes naming one layer share its weights.
        inbound: names of the nodes it reads, in order; ``"lstm:1"`` is a second output.
        off: the call is skipped and its first input handed on; the layer is kept.
        call: keyword arguments of this call, e.g. ``training=False``. ``{"wire": 3}`` is the
            tensor of ``inbound[3]``, ``{"wires": (2, 3)}`` a list of such; what they name is no
            positional input.
    """

    name: str
    layer: str
    inbound: tuple[str, ...] = ()
    off: bool = False
    call: Config = field(default_factory=Config)

    def __post_init__(self) -> None:
        object.__setattr__(self, "inbound", tuple(self.inbound))
        object.__setattr__(self, "call", freeze(self.call))


class Recent(Generic[P, T]):
    """What a function gave for the last few values asked about: checks ask again for every node.

    Values are told apart by identity, for they are frozen and their hash takes as long as the work.
    """

    def __init__(self, work: Callable[P, T]) -> None:
        self._work = work
        self._known: tuple[tuple[tuple[Any, ...], T], ...] = ()  # replaced whole: threads share it

    def __call__(self, *values: P.args, **none: P.kwargs) -> T:
        """The same for the same values, not to be changed."""
        for seen, result in self._known:
            if all(map(operator.is_, seen, values)):
                return result
        result = self._work(*values, **none)
        self._known = ((values, result), *self._known[:3])
        return result


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A graph of layer calls; half-wired graphs are representable, because people pause mid-edit.

    Args:
        name: the model's name in Keras.
        layers: by name; an ObjectSpec, or a ModelSpec for a nested model. Inputs are
            ``ObjectSpec("InputLayer", {"shape": ...})``; the shape is without the batch axis.
        nodes: the calls, in the order a person put them.
        outputs: names of the nodes the model returns.
    """

    name: str = "model"
    layers: Config = field(default_factory=Config)
    nodes: tuple[Node, ...] = ()
    outputs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", freeze(self.layers))
        object.__setattr__(self, "nodes", tuple(self.nodes))
        object.__setattr__(self, "outputs", tuple(self.outputs))

    @property
    def by_name(self) -> Mapping[str, Node]:
        """The nodes by name, of two of one name the first."""
        return _by_name(self.nodes)

    @property
    def calls(self) -> Mapping[str, Sequence[str]]:
        """Layer → the nodes that call it, as they were put."""
        return _calls(self.nodes)

    def node(self, name: str) -> Node:
        """The node of that name; KeyError if there is none."""
        return self.by_name[name]


@Recent
def _by_name(nodes: tuple[Node, ...]) -> Mapping[str, Node]:
    return {n.name: n for n in reversed(nodes)}


@Recent
def _calls(nodes: tuple[Node, ...]) -> Mapping[str, Sequence[str]]:
    calls: dict[str, list[str]] = {}
    for node in nodes:
        calls.setdefault(node.layer, []).append(node.name)
    return calls


@dataclass(frozen=True, slots=True)
class TrainingSpec:
    """The whole experiment in one document.

    Args:
        model: what is trained.
        dataset: a catalogue or plugin dataset and how it is prepared.
        columns: names of the model's Inputs and outputs → dataset columns; where nothing is said,
            a name that is a column's means that one, and x and y where there is but one of each.
        compile: ``optimizer``, ``loss`` (ObjectSpec) and ``metrics`` (tuple of ObjectSpec). A model
            of several outputs has a Config by output name for each of ``loss``, ``metrics`` and
            ``loss_weights`` (numbers).
        fit: ``epochs``, ``batch_size``, ``validation_split``, ``class_weight``, ``callbacks`` …
        seed: for ``keras.utils.set_random_seed``; None trains unseeded.
        weights: what the model begins with instead of chance: ``file``, the SHA-256 of a stored
            weights file, ``name``, what it was called, and ``names``, layers that the file knows
            by another name (``{"mine": "dense"}``, in a block ``"block/mine"``); empty begins anew.
        tuner, distribution: an ObjectSpec, when there is one.
    """

    model: ModelSpec
    dataset: ObjectSpec
    columns: Config = field(default_factory=Config)
    compile: Config = field(default_factory=Config)
    fit: Config = field(default_factory=Config)
    seed: int | None = 0
    tuner: ObjectSpec | None = None
    distribution: ObjectSpec | None = None
    weights: Config = field(default_factory=Config)

    def __post_init__(self) -> None:
        for name in ("columns", "compile", "fit", "weights"):
            object.__setattr__(self, name, freeze(getattr(self, name)))

    def with_compile(self, **changes: Any) -> TrainingSpec:
        """A copy with these entries of ``compile`` set."""
        return replace(self, compile=self.compile.with_(**changes))

    def with_fit(self, **changes: Any) -> TrainingSpec:
        """A copy with these entries of ``fit`` set."""
        return replace(self, fit=self.fit.with_(**changes))


@dataclass(frozen=True, slots=True)
class Run:
    """What happened.

    Args:
        id: unique in the workspace.
        training: exactly what was trained.
        parent: the run this one came from.
        status: ``queued``, ``running``, ``paused``, ``finished``, ``stopped``, ``failed`` or
            ``interrupted``.
        error: one plain sentence when it failed or was interrupted.
        times: seconds since the epoch by event: ``created``, ``started``, ``ended``.
    """

    id: str
    training: TrainingSpec
    parent: str | None = None
    status: str = "queued"
    error: str | None = None
    times: Config = field(default_factory=Config)

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", freeze(self.times))


def chain(name: str, *layers: ObjectSpec) -> ModelSpec:
    """A ModelSpec that is a stack: each layer reads the one before; names as Keras gives them."""
    counts: dict[str, int] = {}
    nodes: list[Node] = []
    table: dict[str, ObjectSpec] = {}
    for layer in layers:
        given = unique_name(snake_case(layer.class_name), table, counts)
        table[given] = layer
        nodes.append(Node(given, given, (nodes[-1].name,) if nodes else ()))
    return ModelSpec(name, Config(table), tuple(nodes), (nodes[-1].name,) if nodes else ())


def active(model: ModelSpec) -> ModelSpec:
    """``model`` without its switched-off calls, each reader wired to what the skipped call read."""
    return _skip_off(model) if _any_off(model.nodes) else model


@Recent
def _any_off(nodes: tuple[Node, ...]) -> bool:
    return any(n.off for n in nodes)


@Recent
def _skip_off(model: ModelSpec) -> ModelSpec:
    model = bypass_nodes(model, {n.name: n.inbound[0] for n in model.nodes if n.off and n.inbound})
    nodes = tuple(n for n in model.nodes if not n.off)
    used = {n.layer for n in nodes}
    layers = Config({k: v for k, v in model.layers.items() if k in used})
    return ModelSpec(model.name, layers, nodes, model.outputs)


def bypass_nodes(model: ModelSpec, bypass: Mapping[str, str]) -> ModelSpec:
    """``model`` with every reader of a node in ``bypass`` wired to what stands there for it."""

    ends: dict[str, str] = {}

    def follow(ref: str) -> str:
        seen: dict[str, None] = {}
        while ref in bypass and ref not in seen and ref not in ends:
            seen[ref] = None
            ref = bypass[ref]
        if ref in seen:  # a circle: each in it ends at itself, what leads there where it enters
            path = list(seen)
            at = path.index(ref)
            ends.update(dict.fromkeys(path[:at], ref) | {name: name for name in path[at:]})
        else:
            ref = ends.get(ref, ref)
            ends.update(dict.fromkeys(seen, ref))
        return ref

    nodes = tuple(replace(n, inbound=tuple(follow(r) for r in n.inbound)) for n in model.nodes)
    return replace(model, nodes=nodes, outputs=tuple(follow(r) for r in model.outputs))


def snake_case(class_name: str) -> str:
    """``"Conv2D"`` → ``"conv2d"``, ``"MaxPooling2D"`` → ``"max_pooling2d"``.

    The rule of ``keras.src.utils.naming.to_snake_case``.
    """
    name = re.sub(r"\W+", "", class_name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def unique_name(base: str, used: Collection[str], counts: dict[str, int] | None = None) -> str:
    """``base``, or ``base_1``, ``base_2`` … : the first that is not in ``used``.

    Args:
        counts: the number to begin with by base; kept by who names many, for ``used`` only grows.
    """
    number = counts.get(base, 0) if counts else 0
    name = f"{base}_{number}" if number else base
    while name in used:
        number += 1
        name = f"{base}_{number}"
    if counts is not None:
        counts[base] = number
    return name
