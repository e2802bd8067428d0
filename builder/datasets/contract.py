"""What a module of this folder has to have to be a dataset, and the settings all of them share.

    TITLE       its name for people
    OFFLINE     whether it needs no network
    ENTRY       its catalogue entry, made by ``entry``
    CONTENTS    what it holds: ``Contents``
    LOADER      the function of a library that code calls for it: "keras.datasets.mnist.load_data";
      or PROGRAM    where it is made by functions of our own, which a script carries: ``Program``
      or WRITTEN    True where code writes its numbers down itself
    load(config)      its arrays: ``Raw``
    source(config)    the Python lines that give the same arrays in a script standing alone
    decode(config, rows)    only where a column's kind has words: rows of word numbers as text
    FILE        only where a file of that name in the datasets folder is the same
    columns(config)   only where its settings say all of it: its columns, without loading it
    series_to_continue(config, steps, path)    only where its windows are over series that can be
                continued: the settings of a ``SeriesFile``, and the series as ``OrderedSeries``
    awaits(config), remedy(config)    only where the data are not here yet: a sentence that says
                so, and one on what to do

A module is imported to be listed, so it imports Keras, scikit-learn and pandas only in ``load``.
``registry.validate`` says which module lacks what. Reading code back asks no more than this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from builder.binding import X, Y, has_own_names
from builder.catalog.entry import Entry, Param
from builder.errors import DataError
from builder.kinds.contract import Array, Column
from builder.spec import Config, ObjectSpec


@dataclass(frozen=True, slots=True, eq=False)
class Raw:
    """A dataset as its source gives it, before scaling and label encoding.

    Args:
        columns: at least one input and one target.
        warning: one sentence for the learner when something was found, else "".
    """

    columns: tuple[Column, ...]
    warning: str = ""

    @classmethod
    def of_x_and_y(
        cls,
        kind: str,
        arrays: tuple[Array, Array, Array, Array],
        classes: Sequence[str] = (),
        features: Sequence[str] = (),
    ) -> Raw:
        """An ordinary dataset: one input ``x`` of that kind and one target ``y``.

        Args:
            arrays: ``x_train, y_train, x_test, y_test``.
            classes: class names by number; () where y are amounts.
            features: names of the numbers of one x.
        """
        x_train, y_train, x_test, y_test = arrays
        answer = "category" if classes else "number"
        x = Column(X, kind, "input", x_train, x_test, features=tuple(features))
        return cls((x, Column(Y, answer, "target", y_train, y_test, tuple(classes))))


@dataclass(frozen=True, slots=True)
class Contents:
    """What a dataset holds, known without loading it.

    Args:
        inputs: by name: kind, and shape of one example as its source gives it; () where the
            settings decide.
        targets: by name: kind, and how many classes it has; 0 for amounts.
        rows: how many examples for training, or in all where it does not come split; from the
            settings where they say it; None: nobody asks.
        is_split: it comes in training and test already.
        is_guess: nothing of it is certain, because it is a person's own file.
    """

    inputs: Mapping[str, tuple[str, tuple[int, ...]]]
    targets: Mapping[str, tuple[str, int]]
    rows: int | Callable[[Mapping[str, Any]], int] | None = None
    is_split: bool = True
    is_guess: bool = False

    @property
    def is_named(self) -> bool:
        """Whether columns go by names of their own, other than one x and one y."""
        return has_own_names((*self.inputs, *self.targets))

    @classmethod
    def of_x_and_y(
        cls, kind: str, shape: tuple[int, ...] = (), classes: int = 0, **more: Any
    ) -> Contents:
        """One input ``x`` and one target ``y``; ``more`` as above."""
        answer = ("category" if classes else "number", classes)
        return cls({X: (kind, shape)}, {Y: answer}, **more)


@dataclass(frozen=True, slots=True)
class Program:
    """Functions of our own by which a script makes a dataset.

    Code is read as this dataset where it carries the very same functions, whatever their words and
    hints, and hands the last of them what ``source`` hands it, the settings aside.

    Args:
        functions: ``"file.function"`` of this folder in the order of a script; the last is called.
        settings: argument of that call → setting; an argument that is called like a setting need
            not be named.
        gives: what the call returns: ``split``: ((x_train, y_train), (x_test, y_test)); ``whole``:
            (x, y), which the script splits; ``part``: (x, y) of the part it is made from, or for
            training when it is called first and for the test when it is called again.
    """

    functions: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=dict)
    gives: str = "split"


COMMON: Mapping[str, Param] = {
    "scale": Param(
        "choice",
        "unit: squeeze every value between 0 and 1. standard: mean 0 and deviation 1, measured on"
        " the training examples. none: leave them.",
        choices=("unit", "standard", "none"),
    ),
    "labels": Param(
        "choice",
        "one_hot: a 1 in the place of the class (for categorical_crossentropy). integers: the"
        " class number (for the sparse loss, or a yes-or-no answer).",
        choices=("one_hot", "integers"),
    ),
    "channel_axis": Param(
        "bool", "Give grey images a last axis of 1, as convolution layers want: 28×28 → 28×28×1."
    ),
    "test_split": Param(
        "float",
        "Share of the examples set aside for the final exam; the model never trains on them.",
        min=0.05,
        max=0.5,
        step=0.05,
    ),
}
"""The preparation every dataset understands; one that does not apply to a dataset is ignored."""


def entry(
    class_name: str,
    order: int,
    group: str,
    args: Mapping[str, Any],
    *,
    params: Mapping[str, Param] | None = None,
    task: str = "classification",
    extra: Mapping[str, Any] | None = None,
    **more: Any,
) -> Entry:
    """A ``datasets`` Entry.

    Args:
        args: setting → default, own and common ones.
        params: how to ask for its own settings; kept with the common ones in
            ``extra["params"]``, so that a form finds every argument there.
        extra: ``megabytes`` to download; ``box``, how large a drawing is made for its models.
        more: ``summary``, ``analogy``, ``url`` … of ``Entry``.
    """
    asked = {k: v for k, v in COMMON.items() if k in args} | dict(params or {})
    return Entry(
        kind="datasets",
        class_name=class_name,
        args=Config(args),
        group=group,
        tasks=(task,),
        extra=Config(extra, order=order, params=Config(asked)),
        **more,
    )


def weight_column(dataset: ObjectSpec) -> str:
    """The column that says how much each example counts in training; "": none does."""
    return str(dataset.config.get("weight") or "")


def resolve_settings(entry: Entry, config: Mapping[str, Any]) -> dict[str, Any]:
    """Every setting of a dataset: the defaults, with ``config`` laid over them.

    Raises:
        DataError: an unknown setting, or a value of the wrong type or out of range.
    """
    values = dict(entry.args)
    for name, value in config.items():
        if name not in entry.args:
            if name in COMMON:
                continue
            raise DataError(
                f"{entry.class_name} has no setting '{name}'.",
                f"Its settings are {', '.join(entry.args)}.",
                f"dataset.{name}",
            )
        values[name] = _check_setting(entry, name, value)
    return values


def _check_setting(entry: Entry, name: str, value: Any) -> Any:
    param: Param = entry.extra["params"][name]
    if value is None and param.optional:
        return value
    if expected := _describe_expected(param, value):
        raise DataError(
            f"The setting '{name}' of {entry.class_name} must be {expected} but is {value!r}.",
            "Choose another value.",
            f"dataset.{name}",
        )
    return value


def _describe_expected(param: Param, value: Any) -> str:
    """What ``value`` should have been; "" when it is that."""
    if param.type == "choice":
        return "" if value in param.choices else f"one of {', '.join(map(str, param.choices))}"
    kind: Any = {
        "int": int, "float": int | float, "bool": bool, "str": str, "json": Mapping
    }[param.type]  # fmt: skip
    if not isinstance(value, kind) or (isinstance(value, bool) and param.type != "bool"):
        words = {
            "int": "a whole number",
            "float": "a number",
            "bool": "true or false",
            "json": "an object",
        }
        return words.get(param.type, "text")
    number: Any = value
    low, high = param.min, param.max
    if low is None or high is None or low <= number <= high:
        return ""
    return f"between {low:g} and {high:g}"
