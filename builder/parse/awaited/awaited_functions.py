"""Functions of NumPy, pandas, scikit-learn and Keras applied to data that are not here."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from builder.parse.awaited import (
    awaited_array,
    awaited_index,
    awaited_scalers,
    awaited_shapes,
    positions,
    tokenizer,
)
from builder.parse.awaited.awaited_array import Awaited, as_awaited
from builder.parse.awaited.awaited_readers import READERS
from builder.parse.data.arrays import Batches, Length, Measure, Scaler, split_array
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import (
    Args,
    Keywords,
    Opaque,
    Unknown,
    resolve_number,
)

Handler = Callable[[Interpreter, ast.Call, Args, Keywords], Any]


def read_call(interp: Interpreter, node: ast.Call, path: str, args: Args, kw: Keywords) -> Any:
    """A call that reads data which are not here, or does something to them; None for any other."""
    if path == tokenizer.NAME:
        return tokenizer.read_call(args, kw)
    if path in READERS and (made := READERS[path](interp, node, args, kw)) is not None:
        return made
    if path.startswith(awaited_scalers.TRANSFORMERS):
        return Scaler(path.rpartition(".")[2])
    if path == "pandas.DataFrame" and (table := awaited_index.made_table(args, kw)) is not None:
        return table
    if path in ("builtins.range", "numpy.arange"):
        return positions.read_range(interp, node, args, kw)
    if path in FUNCTIONS:
        args = [as_awaited(a) for a in args]
    first = awaited_array.find(args, kw)
    if first is None:
        return _unseen(interp, node, path, args, kw)
    if path in FUNCTIONS:
        return FUNCTIONS[path](interp, node, args, kw)
    if path.startswith(("sklearn.preprocessing.", "keras.layers.", "keras.Input", "keras.models")):
        return None
    if path.startswith(OTHERS) and not path.startswith(SHOWN):
        return first if path.startswith("keras.") else replace(first, sizes=None)
    return None


RESHAPES = ("numpy.reshape", "tensorflow.reshape")


def _unseen(interp: Interpreter, node: ast.Call, path: str, args: Args, kw: Keywords) -> Any:
    """What gives data that nobody has seen a shape, or makes classes of them."""
    if path in RESHAPES:
        return awaited_shapes.reshape_unseen(node, args, kw)
    if (
        FUNCTIONS.get(path) is awaited_scalers.one_hot
        and args
        and awaited_shapes.is_unseen(args[0])
    ):
        return awaited_scalers.one_hot(
            interp, node, [awaited_array.new_array(node.lineno, ()), *args[1:]], kw
        )
    return None


LETTERS = 60
"""So many different letters a text has, about."""

OTHERS = ("numpy.", "pandas.", "sklearn.", "scipy.", "keras.utils.", "keras.preprocessing.",
          "keras.applications.", "tensorflow.")  # fmt: skip
"""Packages whose further functions change data in a way that is not followed."""

SHOWN = ("numpy.save", "numpy.random.", "numpy.print", "sklearn.metrics", "pandas.plotting")
"""What only looks at them."""


def _same(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``np.array(x)``; of rows that a loop put into a list, all rows."""
    value = args[0] if args else next(iter(kw.values()), None)
    if isinstance(value, list):
        first = awaited_array.find(value, {})
        if first is None:
            return None
        if first.part != "row":
            return replace(first, sizes=None) if len(value) > 1 else first
        return replace(first, part=first.of_part)
    return value


def _same_length(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``math.ceil(len(rows) * 0.8)``: about as many rows; of an array, other numbers."""
    if args and isinstance(args[0], Length):
        return args[0]
    return _lost(interp, node, args, kw)


def _mixed(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``np.random.permutation(len(x))``: all rows, in another order."""
    return slice(None) if args and isinstance(args[0], Length) else _same(interp, node, args, kw)


def _lost(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``np.log1p(prices)``, which nobody does to the real data."""
    awaited_array.tell_lost(interp, node, interp.page.text(node.func).rpartition(".")[2][:40])
    return _same(interp, node, args, kw)


def _split(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``train_test_split(x, y, test_size=0.2, stratify=y, random_state=0)``."""
    arrays = [a for a in args if isinstance(a, Awaited)]
    size, rest = resolve_number(kw.get("test_size")), resolve_number(kw.get("train_size"))
    share: Any = size if size is not None else (0.25 if rest is None else rest)
    share = 1 - share if size is None and rest is not None and isinstance(rest, float) else share
    share = share if isinstance(share, float) and 0 < share < 1 else 0.25
    result: list[Any] = []
    first = arrays[0]
    if first.part == "all":
        said: dict[str, Any] = {"test_split": round(share, 6)}
        if isinstance(size, int) and not isinstance(size, bool):
            said = {"test_rows": size}
        said["stratified"] = kw.get("stratify") is not None
        seed = resolve_number(kw.get("random_state"))
        said |= {"random_state": seed} if isinstance(seed, int) else {}
        said |= {"in_order": True} if kw.get("shuffle") is False else {}
        for array in arrays:
            array.said.update({k: v for k, v in said.items() if v is not False})
    for value in args:
        if not isinstance(value, Awaited):
            result += [Opaque(), Opaque()]
        elif value.part == "all":
            result += split_array(value, share)
        else:
            held = round(value.share * share, 10)
            result += [
                replace(value, share=round(value.share * (1 - share), 10), end="random"),
                replace(value, part="val", share=held, end="random"),
            ]
    return result


def _join(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``pd.concat([a, b], axis=1)`` and its like: how many columns it has nobody can say."""
    parts = [a for a in args[0] if isinstance(a, Awaited)] if isinstance(args[0], list) else []
    if not parts:
        return awaited_array.find(args, kw)
    axis = resolve_number(kw.get("axis", args[1] if len(args) > 1 else 0))
    sizes = parts[0].sizes
    if axis in (1, -1) and all(p.sizes is not None and len(p.sizes) == 1 for p in parts):
        sizes = (sum(p.sizes[0] for p in parts if p.sizes),)
    elif axis in (1, -1):
        sizes = None
    return replace(parts[0], sizes=sizes, part=parts[0].part)


def _different(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``np.unique(y)``, ``set(text)``."""
    array = args[0] if args else None
    if not isinstance(array, Awaited):
        return None
    names = replace(array, is_names=True)
    asked = [k for k in ("return_counts", "return_inverse", "return_index") if kw.get(k)]
    return [names, *(replace(array) for _ in asked)] if asked else names


def _length(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``len(x)``; of different values, their number."""
    array = args[0] if args else None
    if isinstance(array, list) and array and isinstance(array[0], Awaited):
        rows = array[0]  # a loop put them there, one by one
        return Length(replace(rows, part=rows.of_part)) if rows.part == "row" else None
    if not isinstance(array, Awaited):
        return None
    if array.is_columns:
        return awaited_array.width(interp, node, array)
    if array.is_names:
        if array.classes or array.words:
            return array.classes or array.words - 1
        if array.is_text:
            array.said["letters"] = True
            return awaited_array.count(interp, node, array, "different letters", LETTERS)
        return awaited_array.count(interp, node, array, "classes")
    if array.part == "row":
        return array.shape[0] if array.shape else Unknown()
    return Length(array)


def _measure(name: str) -> Handler:
    def handle(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
        array = args[0] if args else None
        return Measure(array, name) if isinstance(array, Awaited) else None

    return handle


def _places(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    array = args[0] if args else None
    return Opaque(array) if isinstance(array, Awaited) else None


def _slices(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``tf.data.Dataset.from_tensor_slices((x, y))``."""
    pair = args[0] if args else None
    if isinstance(pair, list) and len(pair) == 2:
        return Batches(pair[0], pair[1])
    return Batches(pair, None)


def _different_letters(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    array = args[0] if args else None
    return (
        array if isinstance(array, Awaited) and array.is_names else _places(interp, node, args, kw)
    )


def _nothing(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    return Opaque()


FUNCTIONS: dict[str, Handler] = {
    **{
        f"numpy.{n}": _same
        for n in ("array", "asarray", "squeeze", "ravel", "float32", "ascontiguousarray", "copy",
                  "nan_to_num", "asfarray", "round", "stack", "vstack", "float64", "int32")
    },
    **{
        f"numpy.{n}": _lost
        for n in ("log", "log1p", "log10", "log2", "sqrt", "exp", "abs", "clip", "flip", "diff")
    },
    **dict.fromkeys(("math.ceil", "math.floor", "numpy.ceil", "numpy.floor"), _same_length),
    "numpy.random.permutation": _mixed,
    "tensorflow.random.shuffle": _mixed,
    "builtins.float": _same,
    "builtins.int": _same,
    "builtins.str": _same,
    **{f"tensorflow.{n}": _same for n in ("cast", "convert_to_tensor", "constant", "squeeze")},
    "pandas.DataFrame": _same,
    "pandas.Series": _same,
    "pandas.to_numeric": _same,
    "pandas.to_datetime": _same,
    "pandas.concat": _join,
    "pandas.merge": _join,
    "numpy.concatenate": _join,
    "numpy.hstack": lambda i, n, args, kw: _join(i, n, args, {**kw, "axis": 1}),
    "numpy.column_stack": lambda i, n, args, kw: _join(i, n, args, {**kw, "axis": 1}),
    "numpy.c_": _join,
    "sklearn.model_selection.train_test_split": _split,
    "sklearn.utils.shuffle": lambda i, n, args, kw: args if len(args) > 1 else args[0],
    "keras.utils.to_categorical": awaited_scalers.one_hot,
    "keras.ops.one_hot": awaited_scalers.one_hot,
    "tensorflow.one_hot": awaited_scalers.one_hot,
    "tensorflow.keras.utils.to_categorical": awaited_scalers.one_hot,
    "pandas.get_dummies": awaited_scalers.dummies,
    "keras.utils.pad_sequences": tokenizer.pad,
    "keras.utils.normalize": _lost,
    "sklearn.preprocessing.normalize": _lost,
    "sklearn.preprocessing.scale": awaited_scalers.scaled("standard"),
    "sklearn.preprocessing.minmax_scale": awaited_scalers.scaled("unit"),
    "sklearn.preprocessing.label_binarize": awaited_scalers.one_hot,
    "numpy.expand_dims": awaited_shapes.expand,
    "tensorflow.expand_dims": awaited_shapes.expand,
    "keras.ops.expand_dims": awaited_shapes.expand,
    "numpy.reshape": awaited_shapes.reshape,
    "tensorflow.reshape": awaited_shapes.reshape,
    "tensorflow.data.Dataset.from_tensor_slices": _slices,
    "numpy.unique": _different,
    "builtins.set": _different,
    "builtins.list": _different_letters,
    "builtins.sorted": _different_letters,
    "builtins.tuple": _different_letters,
    "builtins.len": _length,
    "builtins.min": _measure("min"),
    "builtins.max": _measure("max"),
    **{f"builtins.{n}": _places for n in ("enumerate", "zip", "reversed", "iter", "next", "map",
                                          "filter", "sum", "any", "all")},
    **{f"numpy.{n}": _measure(n) for n in ("mean", "std", "min", "max")},
    "numpy.amax": _measure("max"),
    "numpy.amin": _measure("min"),
    **{f"numpy.{n}": _nothing for n in ("argmax", "where", "argsort", "bincount", "sum", "isnan",
                                        "corrcoef", "percentile", "median", "histogram")},
    "numpy.prod": _nothing,
}  # fmt: skip
"""By canonical name; None where it is nothing of ours."""
