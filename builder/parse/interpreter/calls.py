"""Calls: what is called decides whether a layer is made, data are prepared, or it is left out."""

from __future__ import annotations

import ast
from typing import Any

from builder.parse.data import array_methods, loaders
from builder.parse.data.arrays import Batches, Bunch, DataArray, ImageGenerator, Measure, Scaler
from builder.parse.interpreter import imports, python_builtins, user_functions
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import (
    Args,
    BoundMethod,
    CommandLine,
    KerasObject,
    Keywords,
    Opaque,
    Reference,
    Super,
    Unknown,
    UserClass,
    UserFunction,
    UserInstance,
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


def meet(interp: Interpreter, node: ast.AST, path: str, what: str = "") -> None:
    """Remember that something of another framework was used."""
    found = imports.foreign(path)
    if found:
        used = interp.foreign.setdefault(found, {})
        if len(used) < 50:
            used.setdefault(what or path, getattr(node, "lineno", 0))


def call(interp: Interpreter, node: ast.Call, target: Any, args: Args, kw: Keywords) -> Any:
    """``target(args)``."""
    match target:
        case Reference():
            return _reference(interp, node, target.path, args, kw)
        case UserFunction():
            return user_functions.call_function(interp, target, args, kw)
        case UserClass():
            return user_functions.instance(interp, node, target, args, kw)
        case Layer():
            return symbolic_calls.call(interp, node, target, args, kw)
        case Model():
            return _model(interp, node, target, args, kw)
        case UserInstance():
            return user_functions.followed(interp, node, target, args, kw)
        case BoundMethod():
            return _method(interp, node, target.value, target.name, args, kw)
        case Unknown():
            tensors = [a for a in args if isinstance(a, Tensor)]
            if tensors:
                interp.report_unknown(node, "left out; what follows reads what it read")
                return tensors[0]
            return target
    return Opaque()


def _reference(interp: Interpreter, node: ast.Call, path: str, args: Args, kw: Keywords) -> Any:
    if path.startswith("builtins."):
        return python_builtins.call(interp, node, path.removeprefix("builtins."), args, kw)
    if path in NOTHING:
        return NOTHING[path]
    if path in SEEDS:
        return _seed(interp, node, path, args, kw)
    special = _special(interp, node, path, args, kw)
    if special is not None:
        return special
    if imports.foreign(path):
        meet(interp, node, path)
        return Unknown()
    what = imports.aside(path)
    if what:
        interp.report_aside(node, what)
        return Opaque()
    if any(isinstance(v, Opaque) for v in (*args, *kw.values())):
        return after(*(v for v in (*args, *kw.values()) if isinstance(v, Opaque | DataArray)))
    if any(isinstance(v, Unknown) for v in (*args, *kw.values())) and not path.startswith("keras"):
        return Unknown()
    if path.startswith(CALCULATES):
        return Opaque(next((a for a in args if isinstance(a, DataArray)), None))
    return interp.report_unknown(node, "not understood: left out")


def _special(interp: Interpreter, node: ast.Call, path: str, args: Args, kw: Keywords) -> Any:
    """Keras, and the data functions; None for everything else."""
    home = imports.kind_of(path)
    if home and home[0] == "layers" and home[1] in (*legacy.FUNCTIONS, "merge"):
        return model_calls.merge(interp, node, home[1], args, kw)
    if path in _SPECIAL:
        return _SPECIAL[path](interp, node, args, kw)
    name = path.rpartition(".")[2]
    tensors = any(symbolic_calls.is_tensor(v) for v in (*args, *kw.values()))
    if path.startswith(FORMULAS) and name in python_builtins.FORMULAS and not tensors:
        return python_builtins.formula(name, args)
    if tensors and (home is None or home[0] == "activations"):
        return symbolic_calls.operation(interp, node, path, args, kw)
    loaded = loaders.load(interp, node, path, args, kw)
    if loaded is not None:
        return loaded
    if path in loaders.FUNCTIONS:
        return loaders.FUNCTIONS[path](interp, node, args, kw)
    if home and home[0] == "activations":
        return Opaque()
    return constructors.make(interp, node, home, args, kw) if home else None


def _opened(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    interp.report_note(node, "A saved model is opened on the Home page: nothing to do here.")
    return Opaque()


def _seed(interp: Interpreter, node: ast.Call, path: str, args: Args, kw: Keywords) -> Any:
    value = args[0] if args else kw.get("seed")
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**32:
        return interp.report_unknown(node, "the seed could not be worked out")
    if interp.seed is not None and interp.seed != value:
        interp.report_different(node, f"One seed is kept: {value}.")
    interp.seed = value
    if SEEDS[path]:
        interp.report_translation(
            node, f"{SEEDS[path]} seed became the seed of everything: {value}."
        )
    return Opaque()


def _policy(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    value = args[0] if args else next(iter(kw.values()), None)
    if value == "mixed_float16":
        interp.report_different(
            node, "mixed_bfloat16 is taken: mixed_float16 wants a graphics card."
        )
        value = "mixed_bfloat16"
    if value not in ("float32", "mixed_bfloat16"):
        return interp.report_unknown(node, "float32 and mixed_bfloat16 are offered: left out")
    interp.policy = str(value)
    return Opaque()


def _lambda(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """A Lambda whose function is one operation of Keras becomes that layer."""
    function = args[0] if args else kw.get("function")
    start = Tensor(symbolic_calls.made(interp, Layer(None), []).call)
    result: Any = None
    if isinstance(function, UserFunction):
        with interp.silenced():
            result = user_functions.call_function(interp, function, [start], {})
    if isinstance(result, Tensor) and [t.call for t in result.call.reads] == [start.call]:
        layer = result.call.layer
        interp.report_translation(node, f"The Lambda became the layer {layer.class_name}.")
        return layer
    return interp.report_unknown(
        node, "a Lambda holds code of your own, which is never run: left out"
    )


def _model(interp: Interpreter, node: ast.Call, model: Model, args: Args, kw: Keywords) -> Any:
    if model.kind == "instance":
        return user_functions.followed(interp, node, model.instance, args, kw)
    if not any(symbolic_calls.is_tensor(v) for v in (*args, *kw.values())):
        return Opaque()
    return model_calls.again(interp, node, model, args, kw)


def _method(
    interp: Interpreter, node: ast.Call, value: Any, name: str, args: Args, kw: Keywords
) -> Any:
    match value:
        case Super() | Opaque():
            return Opaque()
        case Model():
            return model_calls.method(interp, node, value, name, args, kw)
        case Layer():
            return model_calls.layer_method(interp, node, value, name, args, kw)
        case UserInstance():
            if name in value.of.methods:
                return user_functions.call_function(
                    interp, value.of.methods[name], [value, *args], kw
                )
            if name == "add_weight":
                return interp.report_unknown(node, "a layer with weights of its own is not read")
            return Opaque()
        case UserClass():
            return Opaque()
        case DataArray() | Bunch() | Scaler() | Batches() | Measure() | ImageGenerator():
            return array_methods.method(interp, node, value, name, args, kw)
        case KerasObject():
            return Opaque()
        case Tensor():
            interp.report_unknown(node, "no layer does this; what follows reads what it read")
            return value
    return python_builtins.method(interp, node, value, name, args, kw)


_SPECIAL: dict[str, loaders.Handler] = {
    "keras.Sequential": model_calls.sequential,
    "keras.Model": model_calls.functional,
    "keras.Input": model_calls.input_tensor,
    "keras.layers.Lambda": _lambda,
    "keras.config.set_dtype_policy": _policy,
    "os.path.join": lambda s, n, args, kw: (
        "/".join(args) if all(isinstance(a, str) for a in args) else Opaque()
    ),
    "argparse.ArgumentParser": lambda s, n, args, kw: CommandLine(),
    "keras.models.load_model": _opened,
    "keras.saving.load_model": _opened,
    "keras.utils.get_file": lambda s, n, args, kw: args[0] if args else kw.get("fname", Unknown()),
    "keras.backend.image_data_format": lambda s, n, args, kw: "channels_last",
    "numpy.random.default_rng": lambda s, n, args, kw: Opaque(),
    "numpy.prod": lambda s, n, args, kw: python_builtins.call(s, n, "prod", args, kw),
    "math.prod": lambda s, n, args, kw: python_builtins.call(s, n, "prod", args, kw),
}
"""What is done by a hand of its own, by canonical name."""
