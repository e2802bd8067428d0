"""Read calls of Keras's and TensorFlow's functions and classes, by canonical name."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from builder import catalog
from builder.parse.awaited import awaited_readers
from builder.parse.awaited.awaited_array import Awaited
from builder.parse.data import arrays
from builder.parse.data.arrays import Batches, DataArray
from builder.parse.interpreter import imports
from builder.parse.interpreter.interpreter import Handlers, Interpreter
from builder.parse.interpreter.values import (
    Args,
    Keywords,
    Opaque,
    Reference,
    Scope,
    Unknown,
    UserFunction,
    resolve_number,
)
from builder.parse.keras import (
    constructors,
    layer_arguments,
    legacy,
    model_calls,
    symbolic_calls,
    user_classes,
)
from builder.parse.keras.symbolic_model import Layer, Model, Tensor
from builder.parse.text import syntax_tree

LEARNED = ("featurewise_center", "samplewise_center", "featurewise_std_normalization",
           "samplewise_std_normalization", "zca_whitening", "preprocessing_function")  # fmt: skip
"""Arguments of ImageDataGenerator that no layer is named for here."""


@dataclass(eq=False, frozen=True, slots=True)
class ImageGenerator:
    """Keras's ``ImageDataGenerator``: ``rescale`` and the validation split are taken over."""

    rescale: Any = None
    share: Any = None
    varied: tuple[str, ...] = ()


SEEDS = {"keras.utils.set_random_seed": "", "tensorflow.random.set_seed": "TensorFlow's",
         "tensorflow.set_random_seed": "TensorFlow's",
         "tensorflow.random.set_random_seed": "TensorFlow's", "numpy.random.seed": "NumPy's",
         "tensorflow.compat.v1.set_random_seed": "TensorFlow's",
         "tensorflow.compat.v1.random.set_random_seed": "TensorFlow's"}  # fmt: skip
"""Functions that set a seed, and whose."""


def read_call(interp: Interpreter, node: ast.Call, path: str, args: Args, kw: Keywords) -> Any:
    """A function of Keras or TensorFlow, or one called on tensors; None for any other.

    Functions that load data come between this and ``read_constructor``: some are Keras's.
    """
    if path in SEEDS:
        return _seed(interp, node, path, args, kw)
    if path in FUNCTIONS:
        return FUNCTIONS[path](interp, node, args, kw)
    if path.startswith("builtins."):
        return None
    home = imports.catalog_kind(path)
    if home and home[0] == "layers" and home[1] in (*legacy.FUNCTIONS, "merge"):
        return model_calls.merge_tensors(interp, node, home[1], args, kw)
    tensors = any(symbolic_calls.is_tensor(v) for v in (*args, *kw.values()))
    is_function = home and home[0] in ("losses", "metrics") and home[1][:1].islower()
    if is_function and (tensors or any(isinstance(v, Opaque) for v in args)):
        return Opaque()  # a loss of tensors is for add_loss, which is told where it is called
    if tensors and (home is None or home[0] == "activations"):
        return symbolic_calls.call_operation(interp, node, path, args, kw)
    return None


def read_constructor(
    interp: Interpreter, node: ast.Call, path: str, args: Args, kw: Keywords
) -> Any:
    """A class of Keras's that the catalogue has; None for anything else."""
    home = imports.catalog_kind(path)
    if home and home[0] == "activations":
        return Opaque()
    return constructors.construct(interp, node, home, args, kw) if home else None


def is_known(path: str) -> bool:
    """Whether a canonical name is one of Keras's objects in the catalogue."""
    if path in ("keras.Input", "keras.Sequential", "keras.Model"):
        return True
    home = imports.catalog_kind(path)
    if home is None:
        return False
    kind, name = home
    name = legacy.CLASSES.get(name, name)
    return catalog.find(kind, name) is not None or name in legacy.FUNCTIONS


def _load_model(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
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
    if isinstance(function, Reference):
        function = _as_function(function)
    start = Tensor(symbolic_calls.record_call(interp, Layer(None), []).call)
    result: Any = None
    if isinstance(function, UserFunction):
        with interp.silenced():
            result = interp.call(node, function, [start], {})
    if isinstance(result, Tensor) and [t.call for t in result.call.reads] == [start.call]:
        layer = result.call.layer
        interp.report_translation(node, f"The Lambda became the layer {layer.class_name}.")
        return layer
    if isinstance(function, UserFunction):
        given = kw.get("arguments")
        return user_classes.lambda_instance(
            node, function, kw.get("name"), given if isinstance(given, dict) else {}
        )
    return interp.report_unknown(
        node, "a Lambda holds code of your own, which is never run: left out"
    )


def _as_function(value: Reference) -> UserFunction:
    """``tf.nn.relu`` as ``lambda x: tf.nn.relu(x)``."""
    body = ast.parse("lambda x: f(x)", mode="eval").body
    assert isinstance(body, ast.Lambda)
    return UserFunction(body, Scope({"f": value}))


def _random_normal(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """Noise inside a layer of the text's own; chance anywhere else plays no part."""
    usual = resolve_number(kw.get("mean", 0.0)) in (0, 0.0) and resolve_number(
        kw.get("stddev", kw.get("std", 1.0))
    ) in (1, 1.0)
    if interp.inside and usual and len(args) <= 1:
        return symbolic_calls.draw_noise(interp)
    return None


def _count_positions(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``ops.arange(n)`` inside a layer of the text's own, or between layers."""
    if interp.inside or interp.scope.parent is not None or interp.calls:
        return symbolic_calls.count_positions(interp)
    return None


def _image_generator(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``ImageDataGenerator(rescale=1/255, horizontal_flip=True)``."""
    asked = [name for name in legacy.AUGMENTS if resolve_number(kw.get(name))]
    if asked:
        made = " and ".join(sorted({legacy.AUGMENTS[name] for name in asked}))
        interp.report_unknown(
            node, f"{', '.join(asked)}: left out. Add {made} behind the Input instead"
        )
    if learned := [name for name in LEARNED if kw.get(name)]:
        interp.report_unknown(node, f"{', '.join(learned)}: left out")
    rescale = resolve_number(kw.get("rescale"))
    share = resolve_number(kw.get("validation_split"))
    return ImageGenerator(
        rescale if isinstance(rescale, int | float) else None,
        share if isinstance(share, float) and 0 < share < 1 else None,
        tuple(f"{name}={resolve_number(kw[name])}" for name in asked),
    )


def _generator_method(
    interp: Interpreter, node: ast.Call, value: ImageGenerator, name: str, args: Args, kw: Keywords
) -> Any:
    """``datagen.flow(x, y, batch_size=32)`` and the generator's other methods."""
    if name in ("flow_from_directory", "flow_from_dataframe"):
        return _flow_from_files(interp, node, value, name, args, kw)
    if name != "flow":
        return Opaque()
    arguments = dict(zip(("x", "y", "batch_size"), args, strict=False)) | kw
    x = arguments.get("x")
    if isinstance(x, DataArray) and value.rescale is not None:
        x = arrays.scale_array(x, "*", value.rescale)
    _note_varied(value, x)
    size = resolve_number(arguments.get("batch_size"))
    return Batches(x, arguments.get("y"), size if isinstance(size, int) else None)


def _flow_from_files(
    interp: Interpreter, node: ast.Call, value: ImageGenerator, name: str, args: Args, kw: Keywords
) -> Any:
    """``datagen.flow_from_directory("cats", target_size=(150, 150), class_mode="binary")``."""
    folder = kw.get("directory", args[0] if args and isinstance(args[0], str) else "")
    if len(args) > 1 and isinstance(args[1], list):
        kw["target_size"] = args[1]
    more = {"label_mode": kw.get("class_mode", "categorical")}
    if value.share is not None:
        more["validation_split"] = value.share
    channels = 1 if kw.get("color_mode") == "grayscale" else 3
    size = kw.get("target_size", [256, 256])
    made = awaited_readers.folder(interp, node, str(folder)[:300], size, channels, {**kw, **more})
    _note_varied(value, made.x if isinstance(made, Batches) else None)
    if isinstance(made, Batches) and isinstance(made.x, DataArray) and value.rescale is not None:
        return replace(made, x=arrays.scale_array(made.x, "*", value.rescale))
    return made


def _note_varied(value: ImageGenerator, x: Any) -> None:
    """Keep how pictures that are not here are varied while training."""
    if value.varied and isinstance(x, Awaited):
        x.said["augmented"] = value.varied


def _length(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``len(model)``, and ``len(layer.get_vocabulary())``."""
    value = args[0] if args else None
    if isinstance(value, Opaque) and isinstance(value.origin, Layer):
        return layer_arguments.vocabulary_size(interp, node, value.origin)
    return len(value.stack) if isinstance(value, Model) else None


def _is_instance(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``isinstance(layer, layers.BatchNormalization)``; None for anything but layers."""
    if len(args) != 2 or not isinstance(args[0], Layer | Model):
        return None
    kinds = args[1] if isinstance(args[1], list) else [args[1]]
    paths = [kind.path for kind in kinds if isinstance(kind, Reference)]
    if isinstance(args[0], Model) or args[0].inner is not None:
        return "keras.Model" in paths
    names = [legacy.SHORT.get(p.rpartition(".")[2], p.rpartition(".")[2]) for p in paths]
    return args[0].class_name in names or "keras.layers.Layer" in paths


def _off(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """A layer, or the call of one, that our own script carries as a comment."""
    value = args[0] if args else Unknown()
    if isinstance(value, Layer):
        value.off = True
    if isinstance(value, Tensor):
        value.call.off = True
    return value


FUNCTIONS: dict[str, Callable[[Interpreter, ast.Call, Args, Keywords], Any]] = {
    "keras.Sequential": model_calls.make_sequential,
    "keras.Model": model_calls.make_functional,
    "keras.Input": model_calls.make_input,
    "keras.layers.Lambda": _lambda,
    "keras.config.set_dtype_policy": _policy,
    "keras.models.load_model": _load_model,
    "keras.saving.load_model": _load_model,
    "keras.utils.get_file": lambda i, n, args, kw: args[0] if args else kw.get("fname", Unknown()),
    "keras.backend.image_data_format": lambda i, n, args, kw: "channels_last",
    "keras.preprocessing.image.ImageDataGenerator": _image_generator,
    "keras.backend.random_normal": _random_normal,
    "keras.random.normal": _random_normal,
    "tensorflow.random.normal": _random_normal,
    "tensorflow.random_normal": _random_normal,
    "keras.ops.arange": _count_positions,
    "tensorflow.range": _count_positions,
    "keras.backend.arange": _count_positions,
    "keras.backend.flatten": lambda i, n, args, kw: Opaque(),
    "keras.backend.epsilon": lambda i, n, args, kw: 1e-07,
    "keras.backend.floatx": lambda i, n, args, kw: "float32",
    "builtins.len": _length,
    "builtins.isinstance": _is_instance,
    f"builtins.{syntax_tree.OFF}": _off,
}
"""What is done by a hand of its own, by canonical name."""

HANDLERS: dict[type, Handlers] = {ImageGenerator: Handlers(method=_generator_method)}
"""What can be done with Keras's ``ImageDataGenerator``."""
