"""Functions of ``keras.ops`` as layers: called on tensors, and read back from files."""

from __future__ import annotations

import functools
import inspect
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

from builder.catalog import ops
from builder.engine.build.backend import keras
from builder.errors import BuildError
from builder.spec import Config, ObjectSpec, freeze, snake_case

REFUSED = frozenset(
    (
        # They take Python functions …
        *("associative_scan", "cond", "custom_gradient", "fori_loop", "jvp", "map", "scan"),
        *("switch", "vectorize", "vectorized_map", "while_loop"),
        # … or give no tensor that a graph could go on with.
        *("convert_to_numpy", "dtype", "is_tensor", "ndim", "shape", "view"),
        *("arange", "empty", "eye", "full", "geomspace", "identity", "linspace", "logspace"),
        *("ones", "tri", "zeros"),
    )
)

HOMES = {"": keras.ops, "image": keras.ops.image, "linalg": keras.ops.linalg, "nn": keras.ops.nn,
         "numpy": keras.ops.numpy}  # fmt: skip

SAME = {"absolute": "abs", "all_close": "allclose", "is_in": "isin", "c_dist": "cdist",
        "batch_norm": "batch_normalization", "rms_norm": "rms_normalization",
        "layer_norm": "layer_normalization", "search_sorted": "searchsorted"}  # fmt: skip
"""Snake-cased class of an operation → the function that makes it, where the two differ."""

WRITTEN: dict[str, dict[str, Any]] = {
    "ops.one_hot": {"dtype": "float32"}, "ops.multi_hot": {"dtype": "float32"},
}  # fmt: skip
"""What Keras writes into a file where an argument was left to its default."""

FILES = frozenset({"core", "einops", "image", "linalg", "math", "nn", "numpy"})

MODULES = "keras.src.ops."
"""Where the operations' classes live, as files name them."""


class FunctionLayer:
    """One operation of one node: called like a layer, without weights."""

    weights: tuple[Any, ...] = ()
    trainable_weights: tuple[Any, ...] = ()

    def __init__(self, spec: ObjectSpec, name: str) -> None:
        self.spec, self.name = spec, name
        self.function = function(spec.class_name)

    def __call__(self, inputs: list[Any]) -> Any:
        """The tensors the operation gives; BuildError when it cannot take so many inputs."""
        args, named = self._bind(inputs)
        tensors = self._tensors()
        result = self.function(
            *args, **{k: constant(v) if k in tensors else thaw(v, k) for k, v in named.items()}
        )
        if not all(isinstance(t, keras.KerasTensor) for t in keras.tree.flatten(result)):
            raise BuildError(f"keras.{self.spec.class_name} gives no tensor here.")
        self._name_nodes(result, inputs)
        return result

    def _bind(self, inputs: list[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        config = self.spec.config
        if self.spec.class_name in ops.BY_NAME:
            try:
                return ops.bind(self.spec.class_name, config, tuple(inputs))
            except ValueError as error:
                raise BuildError(str(error)) from None
        free = [n for n in inspect.signature(self.function).parameters if n not in config]
        if len(inputs) > len(free):
            raise BuildError(f"it takes {len(free)} tensors at most, not {len(inputs)}.")
        return (), {**dict(zip(free, inputs, strict=False)), **config}

    def _tensors(self) -> tuple[str, ...]:
        entry = ops.BY_NAME.get(self.spec.class_name)
        if entry is not None:
            return tuple(entry.extra["tensors"])
        constants = (k for k, v in self.spec.config.items() if isinstance(v, Mapping))
        return tuple(constants)

    def _name_nodes(self, result: Any, inputs: list[Any]) -> None:
        """Keras's operation under the node's name; what it is composed of under numbered ones."""
        given = {id(t) for t in inputs}
        todo, seen = list(keras.tree.flatten(result)), dict[int, Any]()
        while todo:
            tensor = todo.pop()
            made = getattr(tensor, "_keras_history", None)
            if id(tensor) in given or made is None or id(made.operation) in seen:
                continue
            if isinstance(made.operation, keras.layers.Layer):
                continue
            seen[id(made.operation)] = made.operation
            todo += made.operation._inbound_nodes[made.node_index].input_tensors
        for i, operation in enumerate(seen.values()):
            operation.name = f"{self.name}.{i}" if i else self.name


@functools.cache
def function(class_name: str) -> Callable[..., Any]:
    """The function of ``keras.ops`` a class name means: ``ops.reshape``, ``ops.image.resize``.

    Raises:
        BuildError: no such function, or one that takes code or gives no tensor.
    """
    home, _, name = class_name.removeprefix(ops.PREFIX).rpartition(".")
    function = getattr(HOMES.get(home), name, None) if re.fullmatch(r"[a-z]\w*", name) else None
    if name in REFUSED and not home:
        raise BuildError(f"keras.{class_name} cannot be a node of a graph.", where="layers")
    if not inspect.isfunction(function):
        raise BuildError(
            f"There is no operation keras.{class_name}.", "Choose one from the palette.", "layers"
        )
    return function


def thaw(value: Any, name: str = "") -> Any:
    """A config value as the function takes it; the parts of a ``key`` become slices."""
    if isinstance(value, Mapping):
        if set(value) == {"start", "stop", "step"}:
            return slice(value["start"], value["stop"], value["step"])
        return {k: thaw(v, name) for k, v in value.items()}
    if isinstance(value, tuple):
        return tuple(thaw(v, name) for v in value)
    return Ellipsis if name == "key" and value == "..." else value


def constant(value: Any) -> Any:
    """A tensor operand that stands in the config: a number, or a tensor of many."""
    if isinstance(value, Mapping) and "value" in value:
        return keras.ops.convert_to_tensor(_lists(value["value"]), value.get("dtype"))
    if isinstance(value, tuple):
        return keras.ops.convert_to_tensor(_lists(value))
    return value


def _lists(value: Any) -> Any:
    return [_lists(v) for v in value] if isinstance(value, tuple) else value


def module_of(class_name: str) -> str:
    """The module of the operation's class of that name, ``""`` when there is none."""
    places = (f"{MODULES}{file}" for file in sorted(FILES))
    return next((place for place in places if find_operation(place, class_name)[0]), "")


@functools.cache
def find_operation(module: str, class_name: str) -> tuple[str, tuple[str, ...]]:
    """``(ops. name, names of its call's arguments)`` of an operation's class in a file.

    ``("", ())`` when it is no operation a graph can call.
    """
    home = sys.modules.get(module) if module.removeprefix(MODULES) in FILES else None
    operation: Any = getattr(home, class_name, None)
    known = inspect.isclass(operation) and issubclass(operation, keras.Operation)
    if not known:
        return "", ()
    name = snake_case(class_name)
    name = f"{ops.PREFIX}{'image.' if module.endswith('.image') else ''}{SAME.get(name, name)}"
    try:
        function(name)
    except BuildError:
        return "", ()
    return name, tuple(inspect.signature(operation.call).parameters)[1:]


def minimal_config(class_name: str, config: Mapping[str, Any]) -> ObjectSpec:
    """The operation's record without what is the function's default."""
    signature = inspect.signature(function(class_name)).parameters
    usual = {k: freeze(p.default) for k, p in signature.items()} | WRITTEN.get(class_name, {})

    def said(name: str, value: Any) -> bool:
        default = usual.get(name, inspect.Parameter.empty)
        return default != value or isinstance(value, bool) != isinstance(default, bool)

    return ObjectSpec(class_name, Config({k: v for k, v in Config(config).items() if said(k, v)}))
