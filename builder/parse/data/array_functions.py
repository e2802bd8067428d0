"""Read functions that prepare data: of NumPy, Keras, pandas and scikit-learn."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from builder.parse.data import dataframes, splits
from builder.parse.data.arrays import (
    Batches,
    Bunch,
    DataArray,
    Eye,
    Length,
    Measure,
    Scaler,
    scale_array,
)
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import Args, Keywords, Opaque, Unknown, resolve_number
from builder.parse.text.remarks import shorten

Handler = Callable[[Interpreter, ast.Call, Args, Keywords], Any]


def encode_one_hot(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``to_categorical(y, 10)`` and what does the same."""
    array = args[0] if args else next(iter(kw.values()), None)
    if isinstance(array, DataArray) and array.what == "y":
        many = args[1] if len(args) > 1 else kw.get("num_classes", kw.get("depth"))
        have = array.data.classes
        many = resolve_number(many)
        if isinstance(many, int) and have and many != have and not array.data.is_guess:
            interp.report_different(node, f"{many} classes are asked for, but the data has {have}.")
        return replace(array, one_hot=True)
    return Opaque() if isinstance(array, Opaque) else Unknown()


def pad(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``pad_sequences(x, maxlen=200)``."""
    array = args[0] if args else kw.get("sequences")
    length = resolve_number(args[1] if len(args) > 1 else kw.get("maxlen"))
    if not isinstance(array, DataArray):
        return Unknown()
    if isinstance(length, int):
        array.data.config["maxlen"] = length
        array.data.shape = (length,)
    for name, usual in (("padding", "pre"), ("truncating", "pre")):
        if kw.get(name, usual) != usual:
            interp.report_different(
                node, f"{name}={kw[name]!r}: ours fill and cut at the beginning."
            )
    return array


def _same(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    return args[0] if args else next(iter(kw.values()), Unknown())


def _normalize(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``keras.utils.normalize(x, axis=1)``."""
    array = args[0] if args else kw.get("x")
    if not isinstance(array, DataArray):
        return Opaque()
    if array.data.kind.has_pixels:
        text = "Rows of pixels are not brought to one length here: pixels are divided by 255."
        interp.report_different(node, text)
        return scale_array(array, "/", 255.0)
    interp.report_different(node, "Rows are not brought to one length here: they stay as they are.")
    return array


def _axis(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    array = args[0] if args else kw.get("a")
    axis = args[1] if len(args) > 1 else kw.get("axis")
    if isinstance(array, DataArray) and axis in (-1, 3, len(array.data.shape) + 1):
        return add_channel(interp, node, array)
    return array if isinstance(array, DataArray) and array.part == "row" else Opaque()


def add_channel(interp: Interpreter, node: ast.AST, array: DataArray) -> Any:
    """The array with a last axis of one."""
    if array.what == "y" or array.part == "row":
        return array
    if not array.data.kind.has_pixels or len(array.data.shape) == 3:
        interp.report_different(node, "The added axis is left out: only grey pictures get one.")
        return array
    return replace(array, channel=True, flat=False)


def reshape(interp: Interpreter, node: ast.AST, array: DataArray, sizes: list[Any]) -> Any:
    """``array.reshape(n, 28, 28, 1)``: a channel axis, a flat row, or nothing new."""
    if len(sizes) == 1 and isinstance(sizes[0], list | tuple):
        sizes = list(sizes[0])
    if array.what == "y" or array.part == "row":
        return array
    tail = tuple(resolve_number(s) for s in sizes[1:])
    shape = array.data.shape
    known_tail = all(isinstance(n, int) for n in tail)
    if tail == (-1,) or (len(tail) == 1 and shape and tail == (math.prod(shape),)):
        return replace(array, flat=len(shape) != 1, channel=False)
    if known_tail and shape and tail == (*shape, 1) and len(shape) == 2:
        return replace(array, channel=True, flat=False)
    if known_tail and shape and tail in (shape, array.shape):
        return replace(array, flat=False, channel=False) if tail == shape else array
    if not shape and len(tail) == 3 and tail[-1] == 1:
        return replace(array, channel=True, flat=False)
    shown = shorten(str(tuple(tail)))
    interp.report_different(node, f"The data keep their shape; they are not brought to {shown}.")
    return array


def _reshape(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    sizes = args[1] if len(args) > 1 else kw.get("newshape", kw.get("shape", []))
    if args and isinstance(args[0], DataArray):
        return reshape(interp, node, args[0], list(sizes) if isinstance(sizes, list) else [sizes])
    return Unknown()


def measure(array: Any, name: str) -> Any:
    """``x.mean(…)`` and its like; of labels, the number of classes is known."""
    if isinstance(array, DataArray) and array.what == "y" and array.data.classes:
        return {"max": array.data.classes - 1, "min": 0}.get(name, Opaque())
    return Measure(array, name) if isinstance(array, DataArray) else Opaque()


def _measure_handler(name: str) -> Handler:
    def handle(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
        return measure(args[0] if args else None, name)

    return handle


def _classes(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    array = args[0] if args else None
    if isinstance(array, DataArray) and array.what == "y" and array.data.classes:
        return list(range(array.data.classes))
    return Opaque()


def _concatenate(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    parts = args[0] if args else None
    if not isinstance(parts, list) or not all(isinstance(p, DataArray) for p in parts):
        return Opaque()
    if len({id(p.data) for p in parts}) != 1:
        return Opaque()
    interp.report_different(node, "Training and test are joined here; ours stay apart.")
    return parts[0]


def _batches(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    pair = args[0] if args else None
    if isinstance(pair, list) and len(pair) == 2:
        return Batches(pair[0], pair[1])
    return Batches(pair, None)


def _scaler(name: str) -> Handler:
    def handle(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
        given = kw.get("feature_range", args[0] if args else None)
        ends = [resolve_number(n) for n in given] if isinstance(given, list) else []
        known = len(ends) == 2 and all(isinstance(n, int | float) for n in ends)
        return Scaler(name, to=tuple(map(float, ends)) if known and ends != [0, 1] else ())

    return handle


OVER_DATA = frozenset(
    ("enumerate", "zip", "reversed", "sorted", "list", "tuple", "iter", "next", "map", "filter",
     "sum", "any", "all")
)  # fmt: skip
"""Functions that go through data example by example, which nobody can see here."""


def _hidden(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    if args and isinstance(args[0], splits.Folds) and interp.page.text(node.func) == "enumerate":
        return [[0, pair] for pair in splits.follow_once(args[0])]
    return Opaque() if any(isinstance(a, DataArray | Batches | Bunch) for a in args) else None


def _length(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    array = args[0] if args else None
    if not isinstance(array, DataArray) or _has_opaque(args):
        return None
    return (array.shape or (1,))[0] if array.is_row else Length(array)


def _extreme(name: str) -> Handler:
    def handle(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
        own = args and isinstance(args[0], DataArray)
        return measure(args[0], name) if own and not _has_opaque(args) else None

    return handle


def _labels(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    own = args and isinstance(args[0], DataArray)
    return _classes(interp, node, args, kw) if own else None


def _has_opaque(args: Args) -> bool:
    return any(isinstance(a, Opaque) for a in args)


def _reshuffle_class(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """The class with which our own scripts shuffle anew in every epoch."""
    arguments = dict(zip(("x", "y", "batch_size", "seed"), args, strict=False)) | kw
    return Batches(arguments.get("x"), arguments.get("y"), arguments.get("batch_size"), True)


FUNCTIONS: dict[str, Handler] = {
    "layerwise.Reshuffled": _reshuffle_class,
    "pandas.DataFrame": dataframes.read_frame,
    "pandas.Series": dataframes.read_frame,
    "sklearn.model_selection.train_test_split": splits.split_arrays,
    "keras.utils.to_categorical": encode_one_hot,
    "tensorflow.one_hot": encode_one_hot,
    "keras.ops.one_hot": encode_one_hot,
    "pandas.get_dummies": encode_one_hot,
    "keras.utils.pad_sequences": pad,
    "keras.utils.normalize": _normalize,
    "sklearn.preprocessing.normalize": _normalize,
    "numpy.expand_dims": _axis,
    "tensorflow.expand_dims": _axis,
    "keras.ops.expand_dims": _axis,
    "numpy.reshape": _reshape,
    "tensorflow.reshape": _reshape,
    "numpy.concatenate": _concatenate,
    "numpy.vstack": _concatenate,
    "numpy.hstack": _concatenate,
    "tensorflow.data.Dataset.from_tensor_slices": _batches,
    "numpy.unique": _classes,
    "numpy.eye": lambda interp, node, args, kw: Eye(),
    "numpy.identity": lambda interp, node, args, kw: Eye(),
    **{f"builtins.{name}": _hidden for name in OVER_DATA},
    "builtins.len": _length,
    "builtins.min": _extreme("min"),
    "builtins.max": _extreme("max"),
    "builtins.set": _labels,
    **{
        f"numpy.{n}": _same
        for n in ("array", "asarray", "squeeze", "ravel", "float32", "ascontiguousarray", "copy",
                  "nan_to_num", "asfarray")
    },
    **{f"tensorflow.{n}": _same for n in ("cast", "convert_to_tensor", "constant")},
    **{f"numpy.{n}": _measure_handler(n) for n in ("mean", "std", "min", "max")},
    **{"numpy.amax": _measure_handler("max"), "numpy.amin": _measure_handler("min")},
    **{
        f"sklearn.preprocessing.{n}": _scaler(n)
        for n in ("StandardScaler", "MinMaxScaler", "RobustScaler", "Normalizer", "LabelEncoder",
                  "OneHotEncoder", "LabelBinarizer", "MaxAbsScaler")
    },
}  # fmt: skip
"""By canonical name."""
