"""Read calls that load one of our datasets."""

from __future__ import annotations

import ast
import functools
import re
from dataclasses import replace
from types import ModuleType
from typing import Any

from builder.datasets.contract import COMMON
from builder.datasets.registry import all_datasets
from builder.kinds.registry import find_kind
from builder.parse.data import array_functions, unavailable
from builder.parse.data.arrays import Batches, Bunch, DataArray, LoadedData
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import Args, Keywords, Opaque, resolve_number

NUMBERS = ("keras.metrics.Mean", "keras.metrics.Sum", "keras.random.SeedGenerator",
           "keras.datasets.imdb.get_word_index", "keras.datasets.reuters.get_word_index",
           "keras.datasets.reuters.get_label_names")  # fmt: skip
"""What loops of one's own count with, and what is for looking at words."""

FILE_LOADER = "numpy.load"
"""Opens a person's own file, or the file that a dataset is too."""


@functools.cache
def datasets_by_loader() -> dict[str, ModuleType]:
    """Function of a library → the dataset it gives."""
    named = ((getattr(module, "LOADER", ""), module) for module in all_datasets().values())
    return {loader: module for loader, module in named if loader}


def load_dataset(
    module: ModuleType, config: dict[str, Any], line: int, settings: dict[str, Any] | None = None
) -> LoadedData:
    """One loading of a dataset with these settings; ``settings`` where they differ for the rows."""
    contents, rows = module.CONTENTS, module.CONTENTS.rows
    if callable(rows):
        rows = None if settings is None else rows(settings)
    in_all, train = (None, rows) if contents.is_split else (rows, None)
    kind, shape = next(iter(contents.inputs.values()))
    _, classes, _ = contents.target(next(iter(contents.targets)))
    about = (find_kind(kind), classes, contents.is_guess)
    return LoadedData(module.ENTRY.class_name, *about, config, shape, in_all, train, line)


def read_call(interp: Interpreter, node: ast.Call, path: str, args: Args, kw: Keywords) -> Any:
    """A function that loads or prepares data; None for any other."""
    if (data := _load(interp, node, path, args, kw)) is not None:
        return data
    functions = array_functions.FUNCTIONS
    return functions[path](interp, node, args, kw) if path in functions else None


def _load(interp: Interpreter, node: ast.Call, path: str, args: Args, kw: Keywords) -> Any:
    if path == FILE_LOADER:
        return _open_file(interp, node, args, kw)
    if module := datasets_by_loader().get(path):
        split = module.CONTENTS.is_split
        return _split(interp, node, module, args, kw) if split else _whole(node, module, args, kw)
    if path == "tensorflow_datasets.load" and (found := _from_catalog(interp, node, args, kw)):
        return found
    if path in unavailable.READERS:
        interp.report_unknown(node, unavailable.READERS[path])
        return Opaque()
    if path in NUMBERS:
        return Opaque()
    if path.startswith(("keras.datasets.", "tensorflow_datasets.", "sklearn.datasets.")):
        named = next((p for p in reversed(path.split(".")) if p in unavailable.INSTEAD), "")
        if named:
            return interp.report_unknown(node, f"{unavailable.INSTEAD[named]} on the Data page.")
    return None


def _catalog_part(node: ast.Call, name: str, split: str) -> Batches | None:
    """``tfds.load("mnist", split="train[:80%]")``, of the datasets that Keras loads as well."""
    module = datasets_by_loader().get(f"keras.datasets.{name}.load_data")
    found = PART.fullmatch(split)
    if module is None or found is None:
        return None
    data = load_dataset(module, {}, node.lineno)
    begin, end = (int(found[n] or usual) / 100 for n, usual in (("begin", 0), ("end", 100)))
    part = "val" if found["part"] == "train" and begin > 0 else found["part"]
    where = "tail" if begin > 0 else "head" if end < 1 else ""
    x = DataArray(data, "x", part, share=round(end - begin, 4), end=where)
    grey = data.kind.has_pixels and len(data.shape) == 2
    return Batches(replace(x, channel=grey), replace(x, what="y"))


PART = re.compile(r"(?P<part>train|test)(\[(?P<begin>\d+)?%?:(?P<end>\d+)?%?\])?")
"""A part of a dataset of TensorFlow's catalogue, in per cent."""


def _from_catalog(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``tfds.load("mnist", split=["train", "test"], as_supervised=True, with_info=True)``."""
    name, split = args[0] if args else kw.get("name"), kw.get("split", ["train", "test"])
    parts = [
        _catalog_part(node, str(name), str(one))
        for one in (split if isinstance(split, list) else [split])
    ]
    if None in parts:
        return None
    found: Any = parts if isinstance(split, list) else parts[0]
    if "split" not in kw:
        found = dict(zip(("train", "test"), parts, strict=True))
    return [found, Opaque()] if kw.get("with_info") is True else found


def _split(
    interp: Interpreter, node: ast.Call, module: ModuleType, args: Args, kw: Keywords
) -> Any:
    """``((x_train, y_train), (x_test, y_test))``; arguments called like settings are those."""
    arguments = dict(zip(("path", "num_words"), args, strict=False)) | kw
    entry = module.ENTRY
    own = [name for name in entry.args if name not in COMMON or name == "test_split"]
    values = {name: resolve_number(arguments.get(name)) for name in own}
    config = {k: v for k, v in values.items() if isinstance(v, int | float | str)}
    data = load_dataset(module, config, node.lineno)
    if "maxlen" in config:
        text = "maxlen here leaves longer texts out; ours are cut to that length."
        interp.report_different(node, text)
    return [[DataArray(data, what, part) for what in "xy"] for part in ("train", "test")]


def _whole(node: ast.Call, module: ModuleType, args: Args, kw: Keywords) -> Any:
    """All examples and labels: as a pair, or under the names scikit-learn gives them."""
    data = load_dataset(module, {}, node.lineno)
    x, y = DataArray(data, "x", "all"), DataArray(data, "y", "all")
    if kw.get("return_X_y") is True or args[:1] == [True]:
        return [x, y]
    more: dict[str, Any] = {
        "target_names": list(range(data.classes)),
        "feature_names": list(range(data.shape[0])),
    }
    return Bunch({"data": x, "target": y} | more)


def _open_file(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``np.load("file.npz")``."""
    name = args[0] if args else kw.get("file")
    if not isinstance(name, str) or not name.endswith(".npz"):
        return interp.report_unknown(
            node, "only .npz files with x_train, y_train, x_test, y_test are read"
        )
    plain = name.replace("\\", "/").rpartition("/")[2]
    if plain != name:
        interp.report_different(node, f"The file is looked for as {plain} in the datasets folder.")
    same = (m for m in all_datasets().values() if getattr(m, "FILE", "") == plain)
    module = next(same, datasets_by_loader()[FILE_LOADER])
    config = {"file": plain} if "file" in module.ENTRY.args else {}
    data = load_dataset(module, config, node.lineno)
    names = [(w, p) for w in "xy" for p in ("train", "test")]
    return Bunch({f"{w}_{p}": DataArray(data, w, p) for w, p in names})
