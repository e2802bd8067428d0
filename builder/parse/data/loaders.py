"""Loading and preparing data, as tutorials write it: functions of Keras, NumPy, scikit-learn."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from builder.parse.data import dataframes, generators, known_datasets, splits
from builder.parse.data.arrays import Array, Batches, Bunch, Data, Eye, Scaler, Stat
from builder.parse.data.arrays import number as as_number
from builder.parse.interpreter.interpreter import State
from builder.parse.interpreter.values import After, Unknown, is_small
from builder.parse.remarks import cut as shortened

READY_MADE = (
    "a ready-made network is not read from code; Home begins a project from a known architecture,"
    " with its weights and a head of your own"
)

NUMBERS = ("keras.metrics.Mean", "keras.metrics.Sum", "keras.random.SeedGenerator",
           "keras.datasets.imdb.get_word_index", "keras.datasets.reuters.get_word_index",
           "keras.datasets.reuters.get_label_names")  # fmt: skip
"""What loops of one's own count with, and what is for looking at words."""

Handler = Callable[[State, ast.Call, list[Any], dict[str, Any]], Any]


def load(state: State, node: ast.Call, path: str, args: list[Any], kw: dict[str, Any]) -> Any:
    """``keras.datasets.<name>.load_data(…)`` or ``sklearn.datasets.<name>(…)``; None: neither."""
    parts = path.split(".")
    if path in known_datasets.READERS:
        made_up = known_datasets.READERS[path] is known_datasets.MADE_UP
        if not made_up or is_small([*args, *kw.values()]):
            state.unknown(node, known_datasets.READERS[path])
        return After()
    if path in NUMBERS:
        return After()
    if path.startswith("keras.applications."):
        return state.unknown(node, READY_MADE)
    if path.startswith(("keras.datasets.", "tensorflow_datasets.", "sklearn.datasets.")):
        named = next((p for p in reversed(parts) if p in known_datasets.INSTEAD), "")
        if named:
            return state.unknown(node, f"{known_datasets.INSTEAD[named]} on the Data page.")
    if len(parts) == 4 and parts[1] == "datasets" and parts[3] == "load_data":
        known = known_datasets.KERAS.get(parts[2])
        return _split(state, node, known, args, kw) if known else None
    if path.startswith("sklearn.datasets.") and parts[-1] in known_datasets.SKLEARN:
        return _whole(node, known_datasets.SKLEARN[parts[-1]], args, kw)
    return None


def _split(
    state: State, node: ast.Call, known: known_datasets.Known, args: list[Any], kw: dict[str, Any]
) -> Any:
    given = dict(zip(("path", "num_words"), args, strict=False)) | kw
    config = {}
    for name in ("num_words", "maxlen", "version", "test_split"):
        value = as_number(given.get(name))
        texts = known.kind == "sequences"
        if value is None or (name in ("num_words", "maxlen")) != texts:
            continue
        if isinstance(value, int | float | str) and not (texts and name == "test_split"):
            config[name] = value
    data = Data(known, config, known.shape, None, known.rows, node.lineno)
    if "maxlen" in config:
        state.different(node, "maxlen here leaves longer texts out; ours are cut to that length.")
    pairs = [[Array(data, what, part) for what in "xy"] for part in ("train", "test")]
    return [list(pair) for pair in pairs]


def _whole(node: ast.Call, known: known_datasets.Known, args: list[Any], kw: dict[str, Any]) -> Any:
    data = Data(known, {}, known.shape, known.rows, None, node.lineno)
    x, y = Array(data, "x", "all"), Array(data, "y", "all")
    if kw.get("return_X_y") is True or args[:1] == [True]:
        return [x, y]
    names = list(range(known.classes))
    more: dict[str, Any] = {"target_names": names, "feature_names": list(range(known.shape[0]))}
    return Bunch({"data": x, "target": y} | more)


def open_file(state: State, node: ast.Call, args: list[Any], kw: dict[str, Any]) -> Any:
    """``np.load("file.npz")``."""
    name = args[0] if args else kw.get("file")
    if not isinstance(name, str) or not name.endswith(".npz"):
        return state.unknown(node, "only .npz files with x_train, y_train, x_test, y_test are read")
    plain = name.replace("\\", "/").rpartition("/")[2]
    if plain != name:
        state.different(node, f"The file is looked for as {plain} in the datasets folder.")
    known = known_datasets.KERAS["mnist"] if plain == "mnist.npz" else known_datasets.NPZ
    config = {} if known is not known_datasets.NPZ else {"file": plain}
    data = Data(known, config, known.shape, None, known.rows, node.lineno)
    names = [(w, p) for w in "xy" for p in ("train", "test")]
    return Bunch({f"{w}_{p}": Array(data, w, p) for w, p in names})


def one_hot(state: State, node: ast.Call, args: list[Any], kw: dict[str, Any]) -> Any:
    """``to_categorical(y, 10)`` and what does the same."""
    array = args[0] if args else next(iter(kw.values()), None)
    if isinstance(array, Array) and array.what == "y":
        many = args[1] if len(args) > 1 else kw.get("num_classes", kw.get("depth"))
        have = array.data.known.classes
        many = as_number(many)
        if isinstance(many, int) and have and many != have and array.data.known.name != "NpzFile":
            state.different(node, f"{many} classes are asked for, but the data has {have}.")
        return replace(array, one_hot=True)
    return After() if isinstance(array, After) else Unknown()


def pad(state: State, node: ast.Call, args: list[Any], kw: dict[str, Any]) -> Any:
    """``pad_sequences(x, maxlen=200)``."""
    array = args[0] if args else kw.get("sequences")
    length = as_number(args[1] if len(args) > 1 else kw.get("maxlen"))
    if not isinstance(array, Array):
        return Unknown()
    if isinstance(length, int):
        array.data.config["maxlen"] = length
        array.data.shape = (length,)
    for name, usual in (("padding", "pre"), ("truncating", "pre")):
        if kw.get(name, usual) != usual:
            state.different(node, f"{name}={kw[name]!r}: ours fill and cut at the beginning.")
    return array


def _same(state: State, node: ast.Call, args: list[Any], kw: dict[str, Any]) -> Any:
    return args[0] if args else next(iter(kw.values()), Unknown())


def _axis(state: State, node: ast.Call, args: list[Any], kw: dict[str, Any]) -> Any:
    array = args[0] if args else kw.get("a")
    axis = args[1] if len(args) > 1 else kw.get("axis")
    if isinstance(array, Array) and axis in (-1, 3, len(array.data.shape) + 1):
        return with_channel(state, node, array)
    return array if isinstance(array, Array) and array.part == "row" else After()


def with_channel(state: State, node: ast.AST, array: Array) -> Any:
    """The array with a last axis of one."""
    if array.what == "y" or array.part == "row":
        return array
    if array.data.known.kind != "images" or len(array.data.shape) == 3:
        state.different(node, "The added axis is left out: only grey pictures get one.")
        return array
    return replace(array, channel=True, flat=False)


def reshape(state: State, node: ast.AST, array: Array, sizes: list[Any]) -> Any:
    """``array.reshape(n, 28, 28, 1)``: a channel axis, a flat row, or nothing new."""
    if len(sizes) == 1 and isinstance(sizes[0], list | tuple):
        sizes = list(sizes[0])
    if array.what == "y" or array.part == "row":
        return array
    tail = tuple(as_number(s) for s in sizes[1:])
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
    shown = shortened(str(tuple(tail)))
    state.different(node, f"The data keep their shape; they are not brought to {shown}.")
    return array


def _reshape(state: State, node: ast.Call, args: list[Any], kw: dict[str, Any]) -> Any:
    sizes = args[1] if len(args) > 1 else kw.get("newshape", kw.get("shape", []))
    if args and isinstance(args[0], Array):
        return reshape(state, node, args[0], list(sizes) if isinstance(sizes, list) else [sizes])
    return Unknown()


def measure(array: Any, name: str) -> Any:
    """``x.mean(…)`` and its like; of labels, the number of classes is known."""
    if isinstance(array, Array) and array.what == "y" and array.data.known.classes:
        return {"max": array.data.known.classes - 1, "min": 0}.get(name, After())
    return Stat(array, name) if isinstance(array, Array) else After()


def _measured(name: str) -> Handler:
    def handle(state: State, node: ast.Call, args: list[Any], kw: dict[str, Any]) -> Any:
        return measure(args[0] if args else None, name)

    return handle


def _classes(state: State, node: ast.Call, args: list[Any], kw: dict[str, Any]) -> Any:
    array = args[0] if args else None
    if isinstance(array, Array) and array.what == "y" and array.data.known.classes:
        return list(range(array.data.known.classes))
    return After()


def _joined(state: State, node: ast.Call, args: list[Any], kw: dict[str, Any]) -> Any:
    parts = args[0] if args else None
    if not isinstance(parts, list) or not all(isinstance(p, Array) for p in parts):
        return After()
    if len({id(p.data) for p in parts}) != 1:
        return After()
    state.different(node, "Training and test are joined here; ours stay apart.")
    return parts[0]


def _batches(state: State, node: ast.Call, args: list[Any], kw: dict[str, Any]) -> Any:
    pair = args[0] if args else None
    if isinstance(pair, list) and len(pair) == 2:
        return Batches(pair[0], pair[1])
    return Batches(pair, None)


def _scaler(state: State, node: ast.Call, args: list[Any], kw: dict[str, Any]) -> Any:
    name = state.page.text(node.func).rpartition(".")[2]
    return Scaler(name)


FUNCTIONS: dict[str, Handler] = {
    "numpy.load": open_file,
    "pandas.DataFrame": dataframes.frame,
    "pandas.Series": dataframes.frame,
    "keras.preprocessing.image.ImageDataGenerator": generators.generator,
    "sklearn.model_selection.train_test_split": splits.split,
    "keras.utils.to_categorical": one_hot,
    "tensorflow.one_hot": one_hot,
    "keras.ops.one_hot": one_hot,
    "pandas.get_dummies": one_hot,
    "keras.utils.pad_sequences": pad,
    "numpy.expand_dims": _axis,
    "tensorflow.expand_dims": _axis,
    "keras.ops.expand_dims": _axis,
    "numpy.reshape": _reshape,
    "tensorflow.reshape": _reshape,
    "numpy.concatenate": _joined,
    "numpy.vstack": _joined,
    "numpy.hstack": _joined,
    "tensorflow.data.Dataset.from_tensor_slices": _batches,
    "numpy.unique": _classes,
    "numpy.eye": lambda state, node, args, kw: Eye(),
    "numpy.identity": lambda state, node, args, kw: Eye(),
    "builtins.set": _classes,
    **{
        f"numpy.{n}": _same
        for n in ("array", "asarray", "squeeze", "ravel", "float32", "ascontiguousarray", "copy",
                  "nan_to_num", "asfarray")
    },
    **{f"tensorflow.{n}": _same for n in ("cast", "convert_to_tensor", "constant")},
    **{f"numpy.{n}": _measured(n) for n in ("mean", "std", "min", "max")},
    **{"numpy.amax": _measured("max"), "numpy.amin": _measured("min")},
    **{
        f"sklearn.preprocessing.{n}": _scaler
        for n in ("StandardScaler", "MinMaxScaler", "RobustScaler", "Normalizer", "LabelEncoder",
                  "OneHotEncoder", "LabelBinarizer", "MaxAbsScaler")
    },
}  # fmt: skip
"""By canonical name."""
