"""Calls: what is called decides whether a layer is made, data are prepared, or it is left out."""

from __future__ import annotations

import ast
from typing import Any

from builder.parse.data import array_methods, loaders
from builder.parse.data.arrays import Array, Batches, Bunch, Generator, Scaler, Stat
from builder.parse.interpreter import imports, python_builtins, user_functions
from builder.parse.interpreter.interpreter import State
from builder.parse.interpreter.values import (
    After,
    Bound,
    Class,
    Function,
    Instance,
    Made,
    Options,
    Ref,
    Super,
    Unknown,
    after,
)
from builder.parse.keras import constructors, legacy, model_calls, symbolic_calls
from builder.parse.keras.symbolic_model import Layer, Model, Tensor

SEEDS = {"keras.utils.set_random_seed": "", "tensorflow.random.set_seed": "TensorFlow's",
         "tensorflow.set_random_seed": "TensorFlow's", "numpy.random.seed": "NumPy's",
         "tensorflow.compat.v1.set_random_seed": "TensorFlow's",
         "tensorflow.compat.v1.random.set_random_seed": "TensorFlow's"}  # fmt: skip
"""Functions that set a seed, and whose."""

FORMULAS = ("math.", "numpy.", "tensorflow.exp", "tensorflow.math.", "keras.ops.")
"""Where functions of plain numbers come from."""

CALCULATES = ("numpy.", "scipy.", "pandas.")
"""Packages whose further functions are not read: what comes of it is told where it is used."""

NOTHING = {"os.path.exists": False, "os.path.isfile": False, "os.path.isdir": False}
"""What these say of a computer where nothing is kept yet."""


def is_aside(path: str) -> bool:
    """Whether a call of it has no part in the project."""
    return path == "builtins.print" or bool(imports.aside(path))


def meet(state: State, node: ast.AST, path: str, what: str = "") -> None:
    """Remember that something of another framework was used."""
    found = imports.foreign(path)
    if found:
        used = state.foreign.setdefault(found, {})
        if len(used) < 50:
            used.setdefault(what or path, getattr(node, "lineno", 0))


def call(state: State, node: ast.Call, target: Any, args: list[Any], kw: dict[str, Any]) -> Any:
    """``target(args)``."""
    match target:
        case Ref():
            return _reference(state, node, target.path, args, kw)
        case Function():
            return user_functions.call_function(state, target, args, kw)
        case Class():
            return user_functions.instance(state, node, target, args, kw)
        case Layer():
            return symbolic_calls.call(state, node, target, args, kw)
        case Model():
            return _model(state, node, target, args, kw)
        case Instance():
            return user_functions.followed(state, node, target, args, kw)
        case Bound():
            return _method(state, node, target.value, target.name, args, kw)
        case Unknown():
            tensors = [a for a in args if isinstance(a, Tensor)]
            if tensors:
                state.unknown(node, "left out; what follows reads what it read")
                return tensors[0]
            return target
    return After()


def _reference(state: State, node: ast.Call, path: str, args: list[Any], kw: dict[str, Any]) -> Any:
    if path.startswith("builtins."):
        return python_builtins.call(state, node, path.removeprefix("builtins."), args, kw)
    if path in NOTHING:
        return NOTHING[path]
    if path in SEEDS:
        return _seed(state, node, path, args, kw)
    special = _special(state, node, path, args, kw)
    if special is not None:
        return special
    if imports.foreign(path):
        meet(state, node, path)
        return Unknown()
    what = imports.aside(path)
    if what:
        state.aside(node, what)
        return After()
    if any(isinstance(v, After) for v in (*args, *kw.values())):
        return after(*(v for v in (*args, *kw.values()) if isinstance(v, After | Array)))
    if any(isinstance(v, Unknown) for v in (*args, *kw.values())) and not path.startswith("keras"):
        return Unknown()
    if path.startswith(CALCULATES):
        return After(next((a for a in args if isinstance(a, Array)), None))
    return state.unknown(node, "not understood: left out")


def _special(state: State, node: ast.Call, path: str, args: list[Any], kw: dict[str, Any]) -> Any:
    """Keras, and the data functions; None for everything else."""
    home = imports.kind_of(path)
    if home and home[0] == "layers" and home[1] in (*legacy.FUNCTIONS, "merge"):
        return model_calls.merge(state, node, home[1], args, kw)
    if path in _SPECIAL:
        return _SPECIAL[path](state, node, args, kw)
    name = path.rpartition(".")[2]
    tensors = any(symbolic_calls.is_tensor(v) for v in (*args, *kw.values()))
    if path.startswith(FORMULAS) and name in python_builtins.FORMULAS and not tensors:
        return python_builtins.formula(name, args)
    if tensors and (home is None or home[0] == "activations"):
        return symbolic_calls.operation(state, node, path, args, kw)
    loaded = loaders.load(state, node, path, args, kw)
    if loaded is not None:
        return loaded
    if path in loaders.FUNCTIONS:
        return loaders.FUNCTIONS[path](state, node, args, kw)
    if home and home[0] == "activations":
        return After()
    return constructors.make(state, node, home, args, kw) if home else None


def _opened(state: State, node: ast.Call, args: list[Any], kw: dict[str, Any]) -> Any:
    state.noted(node, "A saved model is opened on the Home page: nothing to do here.")
    return After()


def _seed(state: State, node: ast.Call, path: str, args: list[Any], kw: dict[str, Any]) -> Any:
    value = args[0] if args else kw.get("seed")
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**32:
        return state.unknown(node, "the seed could not be worked out")
    if state.seed is not None and state.seed != value:
        state.different(node, f"One seed is kept: {value}.")
    state.seed = value
    if SEEDS[path]:
        state.translated(node, f"{SEEDS[path]} seed became the seed of everything: {value}.")
    return After()


def _policy(state: State, node: ast.Call, args: list[Any], kw: dict[str, Any]) -> Any:
    value = args[0] if args else next(iter(kw.values()), None)
    if value == "mixed_float16":
        state.different(node, "mixed_bfloat16 is taken: mixed_float16 wants a graphics card.")
        value = "mixed_bfloat16"
    if value not in ("float32", "mixed_bfloat16"):
        return state.unknown(node, "float32 and mixed_bfloat16 are offered: left out")
    state.policy = str(value)
    return After()


def _lambda(state: State, node: ast.Call, args: list[Any], kw: dict[str, Any]) -> Any:
    """A Lambda whose function is one operation of Keras becomes that layer."""
    function = args[0] if args else kw.get("function")
    start = Tensor(symbolic_calls.made(state, Layer(None), []).call)
    result: Any = None
    if isinstance(function, Function):
        with state.hushed():
            result = user_functions.call_function(state, function, [start], {})
    if isinstance(result, Tensor) and [t.call for t in result.call.reads] == [start.call]:
        layer = result.call.layer
        state.translated(node, f"The Lambda became the layer {layer.class_name}.")
        return layer
    return state.unknown(node, "a Lambda holds code of your own, which is never run: left out")


def _model(state: State, node: ast.Call, model: Model, args: list[Any], kw: dict[str, Any]) -> Any:
    if model.kind == "instance":
        return user_functions.followed(state, node, model.instance, args, kw)
    if not any(symbolic_calls.is_tensor(v) for v in (*args, *kw.values())):
        return After()
    return model_calls.again(state, node, model, args, kw)


def _method(
    state: State, node: ast.Call, value: Any, name: str, args: list[Any], kw: dict[str, Any]
) -> Any:
    match value:
        case Super() | After():
            return After()
        case Model():
            return model_calls.method(state, node, value, name, args, kw)
        case Layer():
            return model_calls.layer_method(state, node, value, name, args, kw)
        case Instance():
            if name in value.of.methods:
                return user_functions.call_function(
                    state, value.of.methods[name], [value, *args], kw
                )
            if name == "add_weight":
                return state.unknown(node, "a layer with weights of its own is not read")
            return After()
        case Class():
            return After()
        case Array() | Bunch() | Scaler() | Batches() | Stat() | Generator():
            return array_methods.method(state, node, value, name, args, kw)
        case Made():
            return After()
        case Tensor():
            state.unknown(node, "no layer does this; what follows reads what it read")
            return value
    return python_builtins.method(state, node, value, name, args, kw)


_SPECIAL: dict[str, loaders.Handler] = {
    "keras.Sequential": model_calls.sequential,
    "keras.Model": model_calls.functional,
    "keras.Input": model_calls.input_tensor,
    "keras.layers.Lambda": _lambda,
    "keras.config.set_dtype_policy": _policy,
    "os.path.join": lambda s, n, args, kw: (
        "/".join(args) if all(isinstance(a, str) for a in args) else After()
    ),
    "argparse.ArgumentParser": lambda s, n, args, kw: Options(),
    "keras.models.load_model": _opened,
    "keras.saving.load_model": _opened,
    "keras.utils.get_file": lambda s, n, args, kw: args[0] if args else kw.get("fname", Unknown()),
    "keras.backend.image_data_format": lambda s, n, args, kw: "channels_last",
    "numpy.random.default_rng": lambda s, n, args, kw: After(),
    "numpy.prod": lambda s, n, args, kw: python_builtins.call(s, n, "prod", args, kw),
    "math.prod": lambda s, n, args, kw: python_builtins.call(s, n, "prod", args, kw),
}
"""What is done by a hand of its own, by canonical name."""
