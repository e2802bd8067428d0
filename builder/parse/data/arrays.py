"""Arrays while code is interpreted: which part of which dataset, and how it was prepared."""

from __future__ import annotations

import ast
import math
from dataclasses import dataclass, field, replace
from typing import Any

from builder.kinds.contract import Kind
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import (
    CannotEvaluate,
    Counted,
    Hidden,
    Measured,
    Opaque,
    Origin,
    Unknown,
    opaque_of,
    resolve_number,
)
from builder.spec import ObjectSpec


@dataclass(eq=False, slots=True)
class LoadedData:
    """One loading of a dataset; all its arrays share it.

    Args:
        dataset: class name of our dataset.
        kind: of the examples, or of this column.
        classes: of the labels, or of this column; 0 for amounts.
        is_guess: nothing of this is certain, because it is a person's own file.
        config: its settings, as far as the loading says them.
        shape: of one example, as far as known.
        rows: before any split; None when it comes split.
        train: in training.
        column: of a dataset that has several by name.
        named: columns that the code puts beside it in a table of pandas.
    """

    dataset: str
    kind: Kind
    classes: int
    is_guess: bool = False
    config: dict[str, Any] = field(default_factory=dict)
    shape: tuple[int, ...] = ()
    rows: int | None = None
    train: int | None = None
    line: int = 0
    column: str = ""
    named: dict[str, Any] = field(default_factory=dict)


@dataclass(eq=False, frozen=True, slots=True)
class DataArray(Origin):
    """Examples (``x``) or labels (``y``).

    Args:
        part: ``all``, ``train``, ``test``, ``val`` (split off the training) or ``row`` (one).
        done: what was done to every number, in order: (sign, number or Stat).
        channel: a last axis of one was added.
        flat: each example was made one row of numbers.
        one_hot: labels as rows of a one among zeros.
        share: of its part's examples.
        end: ``head`` or ``tail`` where it is only a share, "" where nobody knows which.
    """

    data: LoadedData
    what: str
    part: str
    done: tuple[tuple[str, Any], ...] = ()
    channel: bool = False
    flat: bool = False
    one_hot: bool = False
    share: float = 1.0
    end: str = ""

    @property
    def is_row(self) -> bool:
        """Whether it is only one example."""
        return self.part == "row"

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one example."""
        if self.what == "y":
            return (self.data.classes,) if self.one_hot else ()
        shape = self.data.shape
        if self.flat and shape:
            return (math.prod(shape),)
        return (*shape, 1) if self.channel else shape

    @property
    def rows(self) -> int | None:
        """How many examples, if that is known."""
        total = self.data.rows if self.part == "all" else self.data.train
        return None if total is None or self.part == "test" else round(total * self.share)


@dataclass(eq=False, frozen=True, slots=True)
class Measure(Measured):
    """A number, or one a column, measured on an array: ``mean``, ``std``, ``min``, ``max``,
    ``span`` (max - min)."""

    array: DataArray
    name: str


@dataclass(eq=False, frozen=True, slots=True)
class Length(Counted):
    """``len(x)``, or a share of it."""

    array: DataArray
    share: float = 1.0

    @property
    def number(self) -> int | None:
        """As a whole number, if that is known."""
        rows = self.array.rows
        return None if rows is None else int(rows * self.share)


@dataclass(eq=False, frozen=True, slots=True)
class Eye:
    """``np.eye(10)``, which an index of labels makes one-hot."""


@dataclass(eq=False, frozen=True, slots=True)
class Scaler:
    """One of scikit-learn's scalers: what it was fitted to, and which range it scales to."""

    name: str
    on: DataArray | None = None
    to: tuple[float, ...] = ()


@dataclass(eq=False, slots=True)
class Bunch:
    """What scikit-learn's loaders give, or an opened file: arrays by name."""

    arrays: dict[str, Any]


@dataclass(eq=False, frozen=True, slots=True)
class Batches(Hidden):
    """Arrays handed over in batches: ``tf.data``, a generator, or our own Reshuffled."""

    x: Any
    y: Any
    batch_size: Any = None
    every_epoch: bool = False


def scale_array(array: DataArray, sign: str, value: Any) -> DataArray:
    """The array after ``array <sign> value``."""
    if len(array.done) >= 20:
        raise CannotEvaluate("too much is done to the data")
    return replace(array, done=(*array.done, (sign, value)))


def apply_rescaling(array: DataArray, layer: ObjectSpec | None) -> DataArray | None:
    """What the layer Rescaling makes of an array; None for every other layer."""
    if layer is None or layer.class_name != "Rescaling":
        return None
    scale, offset = layer.config.get("scale", 1.0), layer.config.get("offset", 0.0)
    if not isinstance(scale, int | float) or not isinstance(offset, int | float):
        return None
    bigger = scale_array(array, "*", scale)
    return scale_array(bigger, "+", offset) if offset else bigger


_SIGNS: dict[type, str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/",
                           ast.FloorDiv: "//"}  # fmt: skip


def operate_data(interp: Interpreter, node: Any, a: Any, b: Any) -> Any:
    """``a op b`` where one of them stands for data; ``node`` is the BinOp or AugAssign."""
    if isinstance(a, Opaque) or isinstance(b, Opaque):
        return opaque_of(*(v for v in (a, b) if isinstance(v, Opaque | DataArray)))
    for value, other in ((a, b), (b, a)):
        if isinstance(value, Unknown):
            if isinstance(other, DataArray):
                interp.report_unknown(node, "what is done to the data here is left out")
            return other if isinstance(other, DataArray) else value
    labels = next((v for v in (a, b) if isinstance(v, DataArray) and v.what == "y"), None)
    if labels is not None and labels.data.classes and not labels.one_hot:
        text = "Labels are numbers of classes, not amounts: this line is a mistake, left out."
        if isinstance(node.op, ast.Mod | ast.FloorDiv):
            text = "Other classes are made of the labels here; ours keep the classes they have."
        interp.report_different(node, text)
        return labels
    return _calculate(node.op, a, b)


def _calculate(op: ast.operator, a: Any, b: Any) -> Any:
    """``a op b`` where one of them is an array, a measure of one, or a length."""
    sign = _SIGNS.get(type(op), "?")
    if isinstance(a, Length) or isinstance(b, Length):
        return _length(sign, a, b)
    if isinstance(a, Measure) and isinstance(b, Measure):
        if (sign, a.name, b.name) == ("-", "max", "min"):
            return Measure(a.array, "span")
        raise CannotEvaluate("it is no measure we know")
    if isinstance(a, Measure) and isinstance(b, int | float):
        if sign in "+-" and abs(b) < 0.01:  # against a division by zero
            return a
        raise CannotEvaluate("it is no measure we know")
    if isinstance(a, DataArray) and isinstance(b, int | float | Measure) and sign in "+-*/":
        return scale_array(a, sign, b)
    if isinstance(b, DataArray) and isinstance(a, int | float) and sign in "+*":
        return scale_array(b, sign, a)
    raise CannotEvaluate("this calculation with the data is not one we know")


def _length(sign: str, a: Any, b: Any) -> Any:
    if isinstance(a, Length) and isinstance(b, float) and sign in "*/" and b:
        return Length(a.array, a.share * b if sign == "*" else a.share / b)
    if isinstance(b, Length) and isinstance(a, float) and sign == "*":
        return Length(b.array, b.share * a)
    if isinstance(a, Length) and isinstance(b, Length) and a.array is b.array and sign in "+-":
        return Length(a.array, a.share + (b.share if sign == "+" else -b.share))
    a, b = resolve_number(a), resolve_number(b)
    if not (isinstance(a, int | float) and isinstance(b, int | float)):
        return Unknown()
    try:
        results = {"+": a + b, "-": a - b, "*": a * b} | (
            {"/": a / b, "//": a // b} if b else {}
        )  # fmt: skip
    except ArithmeticError:
        raise CannotEvaluate("the number is too large") from None
    if sign not in results:
        raise CannotEvaluate("it cannot be worked out")
    return results[sign]


def slice_rows(array: DataArray, low: Any, high: Any) -> DataArray:
    """``array[low:high]``: the head or the tail of it.

    Raises:
        CannotEvaluate: a piece out of the middle, or of unknown length.
    """
    if low in (None, 0) and high is None:
        return array
    if low not in (None, 0) and high is not None:
        raise CannotEvaluate("it takes a piece out of the middle")
    where = low if high is None else high
    if array.part == "test" and isinstance(where, int):  # a few to look at: how many is all one
        return replace(array, end="head" if high is not None else "tail")
    share = _share(array, where)
    at = min(max(share if share >= 0 else 1 + share, 0.0), 1.0)
    part = at if high is not None else 1 - at
    end = "head" if high is not None else "tail"
    return _piece(array, round(part, 10), end)


def _share(array: DataArray, where: Any) -> float:
    if isinstance(where, Length):
        return where.share if where.array.part == array.part else 0.0
    rows = array.rows
    if not isinstance(where, int) or rows is None or rows <= 0:
        raise CannotEvaluate("how much of the data it takes cannot be worked out")
    return where / rows


def _piece(array: DataArray, share: float, end: str) -> DataArray:
    if array.part != "all":
        return replace(array, share=round(array.share * share, 10), end=end)
    # the first rows are for training, the last the test
    split = round(1 - share if end == "head" else share, 10)
    return split_array(array, split)[0 if end == "head" else 1]


def split_array(array: DataArray, split: float) -> tuple[DataArray, DataArray]:
    """All examples as those for training and, a share of ``split``, for the test."""
    data = array.data
    data.config["test_split"] = split
    data.train = None if data.rows is None else data.rows - math.ceil(round(data.rows * split, 6))
    return replace(array, part="train"), replace(array, part="test")
