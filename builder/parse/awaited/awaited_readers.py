"""Calls that read files, folders and series which are not here."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from builder.parse.awaited import awaited_windows
from builder.parse.awaited.awaited_array import Awaited, load_awaited, new_array
from builder.parse.data.arrays import Batches, DataArray
from builder.parse.data.unavailable import INSTEAD
from builder.parse.interpreter import loops
from builder.parse.interpreter.interpreter import Handlers, Interpreter
from builder.parse.interpreter.values import Args, Keywords, Opaque, Unknown, resolve_number

Reader = Callable[[Interpreter, ast.Call, Args, Keywords], Any]

FORMAT = ("sep", "delimiter", "header", "encoding", "decimal", "thousands", "comment", "skiprows",
          "sheet_name", "na_values")  # fmt: skip
"""Arguments of readers that say how the file is written."""


def _name(args: Args, kw: Keywords, *names: str) -> str:
    value = args[0] if args else next((kw[n] for n in names if n in kw), "")
    return value[:300] if isinstance(value, str) else ""


def _format(kw: Keywords) -> dict[str, Any]:
    kept = {
        k: kw[k] for k in FORMAT if isinstance(kw.get(k), str | int) or (k in kw and kw[k] is None)
    }
    return {k: "none" if v is None else v for k, v in kept.items()}


def _plain(value: Any) -> list[Any]:
    values = value if isinstance(value, list) else []
    return values if all(isinstance(v, str | int) for v in values) and len(values) < 2000 else []


def _table(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``pd.read_csv("payments.csv", usecols=[1])``."""
    names, used = _plain(kw.get("names")), _plain(kw.get("usecols"))
    index = kw.get("index_col")
    index = index if isinstance(index, list) else [index]
    table = new_array(
        node.lineno,
        form="table",
        file=_name(args, kw, "filepath_or_buffer", "io", "path"),
        read_as=_format(kw),
        columns=tuple(names),
        index=tuple(n for n in _plain(index) if not isinstance(n, bool)),
    )
    if used or names:
        table = replace(table, sizes=(len(used or names),), chosen=tuple(used))
    return table


def _csv_batches(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``tf.data.experimental.make_csv_dataset("t.csv", batch_size=12, label_name="survived")``."""
    size = resolve_number(args[1] if len(args) > 1 else kw.get("batch_size"))
    data = load_awaited(node.lineno, form="table", file=_name(args, kw, "file_pattern"))
    label = kw.get("label_name")
    x = Awaited(data, "x", "train")
    if not isinstance(label, str):
        return Batches(x, None, size)
    y = replace(x, what="y", sizes=(), chosen=(label,))
    return Batches(replace(x, without=(label,)), y, size)


def _download(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``yf.download("AAPL", start="2015-01-01")``: prices by day."""
    return new_array(node.lineno, form="table", file=_name(args, kw, "tickers", "name"))


def _numbers(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``np.loadtxt("file.csv", delimiter=",")``: a table without a header."""
    used = _plain(kw.get("usecols"))
    kept = _format(kw) | {"header": "none"}
    if kw.get("skip_header", kw.get("skiprows")):
        kept.pop("header")
    table = new_array(node.lineno, form="table", file=_name(args, kw, "fname"), read_as=kept)
    return replace(table, sizes=(len(used),), chosen=tuple(used)) if used else table


def _array_file(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``np.load("images.npy")``; an ``.npz`` is a file we know."""
    name = _name(args, kw, "file")
    return None if name.endswith(".npz") else new_array(node.lineno, form="arrays", file=name)


def _pictures(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``image_dataset_from_directory("Pets", image_size=(180, 180), batch_size=32)``."""
    size = kw.get("image_size", [256, 256])
    channels = {"grayscale": 1, "rgba": 4}.get(str(kw.get("color_mode")), 3)
    return folder(interp, node, _name(args, kw, "directory"), size, channels, kw)


def folder(
    interp: Interpreter, node: ast.Call, name: str, size: Any, channels: int, kw: Keywords
) -> Any:
    """Pictures of a folder in batches: of one part, or of both."""
    sides = [resolve_number(n) for n in size] if isinstance(size, list) else []
    known = len(sides) == 2 and all(isinstance(n, int) and n > 0 for n in sides)
    sizes = (*sides, channels) if known else (256, 256, channels)
    data = load_awaited(node.lineno, form="pictures", file=name, size=sizes[:2])
    x = Awaited(data, "x", "all", sizes=sizes)
    return _batches(x, kw, 32)


def _texts(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``text_dataset_from_directory("aclImdb/train", batch_size=32)``."""
    data = load_awaited(node.lineno, form="texts", file=_name(args, kw, "directory"))
    return _batches(Awaited(data, "x", "all", sizes=(), is_text=True), kw, 32)


def _batches(x: Awaited, kw: Keywords, usual: int) -> Any:
    """Examples and labels of the part that ``subset`` names."""
    mode = kw.get("label_mode", kw.get("class_mode", "int"))
    share = resolve_number(kw.get("validation_split"))
    size = resolve_number(kw.get("batch_size", usual))
    names = kw.get("class_names", kw.get("classes"))
    classes = len(names) if isinstance(names, list) else 0
    folder_name = str(x.said.get("file", "")).rstrip("/").rpartition("/")[2].lower()

    def part(name: str) -> Any:
        here = replace(x, part=name)
        if isinstance(share, float) and 0 < share < 1:
            cut = share if name == "val" else 1 - share
            here = replace(here, share=round(cut, 10), end="tail" if name == "val" else "head")
        y = replace(here, what="y", sizes=(), is_text=False, classes=classes)
        if mode == "categorical":
            y = replace(y, one_hot=True)
        return Batches(here, None if mode in (None, "none", "input") else y, size)

    subset = kw.get("subset")
    if subset == "both":
        return [part("train"), part("val")]
    if subset in ("validation", "training"):
        return part("val" if subset == "validation" else "train")
    if folder_name.startswith(("test", "val")):
        return part("test")
    return part("train")


def _text_file(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``open("book.txt")``, of which the text is read."""
    name = _name(args, kw, "file")
    mode = args[1] if len(args) > 1 else kw.get("mode", "r")
    if not name or (isinstance(mode, str) and set(mode) & set("wax")):
        return Opaque()
    return replace(new_array(node.lineno, (), form="texts", file=name), is_text=True)


def _made_up(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``np.random.random((1000, 20))``: numbers of a shape, made up by the code itself."""
    shape = kw.get("size", kw.get("shape"))
    if shape is None:
        shape = next((a for a in args if isinstance(a, list)), None)
    sizes = shape if isinstance(shape, list) else [*args] if shape is None else [shape]
    return filled(node, sizes)


def filled(node: ast.Call, sizes: list[Any]) -> Any:
    """An array of that shape, whose first axis are its rows; what it holds nobody can see."""
    rest = tuple(resolve_number(n) for n in sizes[1:])
    if not sizes or not all(isinstance(n, int) and n > 0 for n in rest):
        return Opaque()
    first = sizes[0].origin if isinstance(sizes[0], Opaque) else getattr(sizes[0], "array", None)
    if isinstance(first, Awaited):
        return replace(first, sizes=rest, chosen=(), what="?", is_text=False)
    if isinstance(sizes[0], int) and not isinstance(sizes[0], bool) and sizes[0] > 1:
        return new_array(node.lineno, rest, form="arrays")
    return new_array(node.lineno, rest, form="arrays") if isinstance(sizes[0], Opaque) else Opaque()


def _whole(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``np.random.randint(10, size=(1000, 1))``."""
    shape = kw.get("size", args[2] if len(args) > 2 else None)
    made = filled(node, shape if isinstance(shape, list) else [shape])
    ends = [resolve_number(a) for a in args[:2] if isinstance(resolve_number(a), int)]
    if isinstance(made, Awaited) and ends and 1 < max(ends) <= 10_000:
        return replace(made, classes=max(ends))
    return made


def _blank(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``np.zeros((len(texts), 40, 60))``, which a loop fills."""
    shape = args[0] if args else kw.get("shape")
    sizes = shape if isinstance(shape, list) else [shape]
    rows = sizes[0] if sizes else None
    by_data = isinstance(rows, Opaque | Unknown) or hasattr(rows, "array")
    return filled(node, sizes) if by_data else None


def _line(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``np.linspace(0, 10, 500)``."""
    return new_array(node.lineno, (), form="arrays")


@dataclass(eq=False, frozen=True, slots=True)
class Records:
    """The rows of a file one after the other, as ``json.load`` and ``csv.reader`` give them: a loop
    over them is followed once."""

    array: Awaited


def _records(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    file = args[0] if args else None
    if not isinstance(file, Awaited) or file.said.get("form") != "texts":
        return None
    loops_here = (n for n in ast.walk(interp.page.tree) if isinstance(n, ast.For))
    if any(loops.builds_model(interp, loop) for loop in loops_here):
        return None  # followed once, it would build a part of a model
    return Records(new_array(node.lineno, form="table", file=file.said.get("file")))


def _once(value: Records) -> Iterator[Awaited]:
    yield replace(value.array, part="row", of_part="all")


def _next(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``next(reader)``: the header."""
    return Opaque() if args and isinstance(args[0], Records) else None


HANDLERS: dict[type, Handlers] = {Records: Handlers(iterate=_once)}


def _boston(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``boston_housing.load_data()``, of which the 13 numbers are known."""
    interp.report_unknown(node, f"{INSTEAD['boston_housing']} on the Data page.")
    data = load_awaited(node.lineno, form="arrays", file="boston_housing.npz")
    x, y = Awaited(data, "x", "train", sizes=(13,)), Awaited(data, "y", "train", sizes=())
    return [[x, y], [replace(x, part="test"), replace(y, part="test")]]


TABLES = ("csv", "table", "excel", "feather", "json", "parquet", "fwf", "pickle", "hdf", "sql",
          "sql_query", "html", "stata")  # fmt: skip
RANDOM = ("rand", "random", "randn", "normal", "uniform", "random_sample", "standard_normal")
READERS: dict[str, Reader] = {
    **{f"pandas.read_{kind}": _table for kind in TABLES},
    "keras.datasets.boston_housing.load_data": _boston,
    "tensorflow.data.experimental.make_csv_dataset": _csv_batches,
    "yfinance.download": _download,
    "pandas_datareader.DataReader": _download,
    "pandas_datareader.data.DataReader": _download,
    "numpy.loadtxt": _numbers,
    "numpy.genfromtxt": _numbers,
    "numpy.recfromcsv": _numbers,
    "numpy.load": _array_file,
    "keras.utils.image_dataset_from_directory": _pictures,
    "keras.preprocessing.image_dataset_from_directory": _pictures,
    "keras.utils.text_dataset_from_directory": _texts,
    "keras.preprocessing.text_dataset_from_directory": _texts,
    **awaited_windows.READERS,
    "builtins.next": _next,
    "json.load": _records,
    "json.loads": _records,
    "csv.reader": _records,
    "csv.DictReader": _records,
    "builtins.open": _text_file,
    "io.open": _text_file,
    "codecs.open": _text_file,
    **{f"numpy.random.{name}": _made_up for name in RANDOM},
    "tensorflow.random.normal": _made_up,
    "tensorflow.random.uniform": _made_up,
    "numpy.random.randint": _whole,
    "numpy.zeros": _blank,
    "numpy.ones": _blank,
    "numpy.empty": _blank,
    "numpy.linspace": _line,
}
"""By canonical name; None where the call is somebody else's."""


def is_series(array: Any) -> bool:
    """Whether it is cut into windows."""
    return (
        isinstance(array, DataArray) and array.data.config.get("said", {}).get("form") == "windows"
    )
