"""Layers, tensors and models while code is interpreted, and their ModelSpec."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from builder.catalog.ops import PREFIX
from builder.code.variable_names import original_name
from builder.parse.interpreter.imports import NAME, tidy_name
from builder.parse.interpreter.values import CannotEvaluate, Symbol
from builder.spec import MAX_LAYERS, Config, ModelSpec, Node, ObjectSpec, snake_case, unique_name

NOISE, POSITIONS = "__noise__", "__positions__"
STAND_INS = (NOISE, POSITIONS)
"""Classes of what stands for numbers drawn by chance and for counted positions, while a layer of
the text's own is followed: a layer of Layerwise does what follows of them, or nothing."""

MAX_NESTING = 20
"""Models or wrappers inside each other."""


@dataclass(eq=False, slots=True)
class Layer(Symbol):
    """One layer object: called twice, it shares its weights.

    Args:
        spec: its record, or None for a model used as a layer.
        name: as the code gives it; "" lets Keras name it.
        inner: the model it is.
        shape: of ``input_shape=`` and its like, without the batch.
        off: our own script carries it as a comment.
        depth: how many wrappers and models are inside it.
        said: the argument that told ``shape``.
        last_call: of its calls.
    """

    spec: ObjectSpec | None
    name: str = ""
    inner: Model | None = None
    shape: tuple[int | None, ...] | None = None
    batch: int | None = None
    off: bool = False
    depth: int = 0
    line: int = 0
    said: str = ""
    last_call: LayerCall | None = None

    @property
    def class_name(self) -> str:
        """Keras's class, ``""`` for a model."""
        return self.spec.class_name if self.spec else ""

    @property
    def is_input(self) -> bool:
        """Whether it is where data enters."""
        return self.class_name == "InputLayer"


@dataclass(eq=False, slots=True)
class LayerCall:
    """One call of a layer.

    Args:
        number: counts calls over the whole text.
        last: the size of the result's last axis, where the layer alone says it.
        shape: of the result, without the batch, as far as the records say it.
        marks: the stand-ins that have a part in the result.
        title: the variable that holds the result, where it holds nothing else.
        off: our own script carries the call as a comment.
        named: keyword arguments, as ``Node.call`` has them.
    """

    layer: Layer
    reads: tuple[Tensor, ...] = ()
    number: int = 0
    last: int | None = None
    title: str = ""
    off: bool = False
    named: Config = field(default_factory=Config)
    shape: tuple[int | None, ...] | None = None
    marks: frozenset[str] = frozenset()


@dataclass(eq=False, slots=True)
class Tensor:
    """What a call returns; ``index`` for its further outputs."""

    call: LayerCall
    index: int = 0


@dataclass(eq=False, slots=True)
class Shape:
    """``tensor.shape``, the batch included, as far as it is known.

    Args:
        last: the last axis.
        sides: all axes but the batch.
    """

    last: int | None
    sides: tuple[int | None, ...] | None = None


def shape_of(tensor: Tensor) -> Shape:
    """The shape of a tensor; only first outputs are known."""
    call = tensor.call
    return Shape(call.last, call.shape) if tensor.index == 0 else Shape(None)


@dataclass(eq=False, slots=True)
class KerasObject(Symbol):
    """An optimizer, loss, metric, callback … : anything of the catalogue but a layer.

    Args:
        kind: of its catalogue entry: ``optimizers``, ``losses`` …
        spec: its record.
        name: as the code gives it.
    """

    kind: str
    spec: ObjectSpec
    name: str = ""


@dataclass(eq=False, slots=True)
class Model(Symbol):
    """A model of the text.

    Args:
        kind: ``sequential``, ``functional``, ``instance`` for an object of a class, or ``open`` for
            a block in a stack, whose one input is what stands before it.
        stack: the layers of a Sequential.
        inputs, outputs: of a functional model.
        shape: from ``build``, without the batch.
        compiled, fitted: what the calls of those methods came to.
        aside: made from another model's inside, to look at it.
        used: it is part of another model.
        as_layer: the layer it is there.
        base: the ready-made network that it is, which a head is put on.
        title: the first variable that held it.
        then: layer → its record when the model was compiled: what is frozen later is not, there.
    """

    kind: str
    name: str = ""
    line: int = 0
    stack: list[Layer] = field(default_factory=list)
    inputs: list[Tensor] = field(default_factory=list)
    outputs: list[Tensor] = field(default_factory=list)
    shape: tuple[int | None, ...] | None = None
    instance: Any = None
    compiled: Config | None = None
    fitted: Any = None
    aside: bool = False
    used: bool = False
    as_layer: Layer | None = None
    base: str = ""
    title: str = ""
    then: dict[int, ObjectSpec] = field(default_factory=dict)


def model_spec(
    model: Model, name: str = "model", depth: int = 0, then: dict[int, ObjectSpec] | None = None
) -> tuple[ModelSpec, int]:
    """The record of a Sequential or functional model, and how many layers it has in all.

    Args:
        then: the records that count for layers, where they are others than today's.

    Raises:
        CannotEvaluate: too many layers, or models too deep inside each other.
    """
    if depth > MAX_NESTING:
        raise CannotEvaluate("models are nested too deeply")
    then = model.then if then is None else then
    if model.kind == "sequential":
        layers = list(_with_input(model))
        if len(layers) > MAX_LAYERS:
            raise CannotEvaluate(f"the model has more than {MAX_LAYERS:,} layers")
        return _model_spec(model.name or name, list(_chain_calls(layers)), None, depth, then)
    return _model_spec(model.name or name, reachable_calls(model), model.outputs, depth, then)


def _with_input(model: Model) -> Iterator[Layer]:
    """The stack, an Input put before it where its shape is known from elsewhere."""
    first = model.stack[0] if model.stack else None
    if first is not None and not first.is_input:
        shape = input_shape(model)
        if shape is not None:
            yield input_layer(shape, first.batch)
    yield from model.stack


def input_shape(model: Model, depth: int = 0) -> tuple[int | None, ...] | None:
    """The shape a model is told to read, by itself or by the model it begins with."""
    if depth > MAX_NESTING:
        return None
    if model.kind == "functional":
        first = model.inputs[0].call.layer if len(model.inputs) == 1 else None
    else:
        first = model.stack[0] if model.stack else None
    if first is None:
        return model.shape
    if first.is_input and first.spec is not None:
        shape = first.spec.config.get("shape")
        return shape if isinstance(shape, tuple) else None
    if first.shape is not None or first.inner is None:
        return first.shape if first.shape is not None else model.shape
    return model.shape if model.shape is not None else input_shape(first.inner, depth + 1)


def input_layer(shape: tuple[int | None, ...], batch: int | None = None, name: str = "") -> Layer:
    """An Input of that shape."""
    config = {"shape": shape} | ({"batch_size": batch} if batch else {})
    return Layer(ObjectSpec("InputLayer", Config(config)), name)


def _chain_calls(layers: Iterable[Layer]) -> Iterator[LayerCall]:
    before: LayerCall | None = None
    number = 0
    for layer in layers:
        if layer.inner is not None and layer.inner.kind == "open" and before is not None:
            for call in graft(layer.inner, Tensor(before), number):
                yield call
                before, number = call, number + 1
            continue
        before = LayerCall(layer, (Tensor(before),) if before else (), number)
        yield before
        number += 1


def graft(block: Model, start: Tensor, number: int) -> Iterator[LayerCall]:
    """The calls of an open block, read from ``start`` on; the last is what the block gives."""
    made = {id(block.inputs[0].call): start.call}
    for call in reachable_calls(block)[1:]:
        reads = tuple(Tensor(made[id(t.call)], t.index) for t in call.reads)
        made[id(call)] = replace(call, reads=reads, number=number, title="")
        number += 1
        yield made[id(call)]


def reachable_calls(model: Model) -> list[LayerCall]:
    """The calls the outputs depend on: the Inputs in the model's order, the rest as written."""
    first = [t.call for t in model.inputs]
    result: dict[int, LayerCall] = {id(c): c for c in first}
    todo = [t.call for t in model.outputs]
    while todo:
        call = todo.pop()
        if id(call) not in result:
            result[id(call)] = call
            todo += [t.call for t in call.reads]
            if len(result) > MAX_LAYERS:
                raise CannotEvaluate(f"the model has more than {MAX_LAYERS:,} layers")
    ahead = {id(c) for c in first}
    rest = [c for key, c in result.items() if key not in ahead]
    inputs = [c for c in rest if c.layer.is_input]
    others = [c for c in rest if not c.layer.is_input]
    return [*first, *sorted(inputs, key=_number), *sorted(others, key=_number)]


def _number(call: LayerCall) -> int:
    return call.number


def _model_spec(
    name: str,
    calls: list[LayerCall],
    outputs: list[Tensor] | None,
    depth: int,
    then: dict[int, ObjectSpec],
) -> tuple[ModelSpec, int]:
    names = layer_names(calls)
    titles = _titles(calls, names)
    table: dict[str, Any] = {}
    nodes: list[Node] = []
    count = 0
    for call in calls:
        key = names[id(call.layer)]
        if key not in table:
            table[key], many = _record(call.layer, key, depth, then)
            count += many
            if count > MAX_LAYERS:
                raise CannotEvaluate(f"the model has more than {MAX_LAYERS:,} layers")
        reads = () if call.layer.is_input else call.reads
        inbound = tuple(_ref(titles, t) for t in reads)
        nodes.append(Node(titles[id(call)], key, inbound, call.layer.off or call.off, call.named))
    ends = outputs if outputs is not None else [Tensor(c) for c in calls[-1:]]
    refs = tuple(_ref(titles, t) for t in ends)
    return ModelSpec(name, Config(table), tuple(nodes), refs), count


def _titles(calls: list[LayerCall], names: dict[int, str]) -> dict[int, str]:
    """A name for each call: its layer's; of a layer called again, the variable's of the result."""
    many = Counter(id(c.layer) for c in calls)
    titles: dict[int, str] = {}
    used: set[str] = set()
    others = set(names.values())
    for call in calls:
        key = names[id(call.layer)]
        title = title_of(call) if many[id(call.layer)] > 1 else ""
        if not title or (title in others and title != key):
            title = key
        is_free = title not in used and (title == key or title not in others)
        titles[id(call)] = title if is_free else unique_name(title, used | (others - {key}))
        used.add(titles[id(call)])
    return titles


def title_of(call: LayerCall) -> str:
    """What the variable of the result says of the call's name, ``""`` for nothing."""
    name = original_name(call.title)
    return name if NAME.fullmatch(name) else ""


def _record(layer: Layer, name: str, depth: int, then: dict[int, ObjectSpec]) -> tuple[Any, int]:
    if layer.inner is not None:
        inner, count = model_spec(layer.inner, name, depth + 1, then)
        return inner, count + 1
    if layer.class_name in STAND_INS:
        raise CannotEvaluate(f"what draws by chance or counts positions (line {layer.line}) is read"
                             " only where a layer does it")  # fmt: skip
    return then.get(id(layer), layer.spec), 1


def every_layer(model: Model, depth: int = 0) -> Iterator[Layer]:
    """The layers of a model and of the models in it."""
    if depth > MAX_NESTING:
        return
    calls = reachable_calls(model) if model.kind in ("functional", "open") else ()
    for layer in (*model.stack, *(c.layer for c in calls)):
        if layer.inner is None:
            yield layer
        else:
            yield from every_layer(layer.inner, depth + 1)


def set_trainable(layer: Layer, value: bool) -> None:
    """``layer.trainable = value``, as its record has it; of a model all its layers."""
    if layer.inner is not None:
        for inner in every_layer(layer.inner):
            set_trainable(inner, value)
    elif layer.spec is not None and not layer.is_input:
        config = layer.spec.config.without("trainable")
        more = {} if value else {"trainable": False}
        layer.spec = replace(layer.spec, config=config.with_(**more))


def _ref(titles: dict[int, str], tensor: Tensor) -> str:
    title = titles.get(id(tensor.call))
    if title is None:
        raise CannotEvaluate("it reads a layer that is not part of the model")
    return f"{title}:{tensor.index}" if tensor.index else title


def layer_names(calls: list[LayerCall]) -> dict[int, str]:
    """A name for each layer: the code's, else Keras's own ``dense``, ``dense_1`` …"""
    layers = list({id(c.layer): c.layer for c in calls}.values())
    names: dict[int, str] = {}
    used: set[str] = set()
    titles = {id(c.layer): title_of(c) for c in calls if c.layer.class_name.startswith(PREFIX)}
    for layer in layers:
        layer.name = layer.name or titles.get(id(layer), "")
        if layer.name:
            names[id(layer)] = unique_name(tidy_name(layer.name), used)
            used.add(names[id(layer)])
    counts: dict[str, int] = {}
    for layer in layers:
        if not layer.name:
            kind = layer.class_name.removeprefix(PREFIX)
            base = snake_case(kind) if layer.spec else _model_name(layer.inner)
            names[id(layer)] = _free(base, used, counts)
            used.add(names[id(layer)])
    return {key: names[key] for key in (id(layer) for layer in layers)}


def _free(base: str, used: set[str], counts: dict[str, int]) -> str:
    """``spec.unique_name``, but quick for thousands of equal names."""
    number = counts.get(base, 0)
    name = f"{base}_{number}" if number else base
    while name in used:
        number += 1
        name = f"{base}_{number}"
    counts[base] = number
    return name


def _model_name(model: Model | None) -> str:
    if model is None:
        return "layer"
    return model.name or ("sequential" if model.kind == "sequential" else "functional")
