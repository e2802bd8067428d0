"""Facts about a spec that Keras and the data give: frozen records that cross process boundaries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, overload

from builder.spec import Recent, TrainingSpec

Shape = tuple[int | None, ...]
"""Sizes by axis, batch axis included as None."""


START = "start.npz"
"""In a run's folder: the weights its model begins with, where it does not begin by chance."""


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """One node as Keras built it.

    Args:
        node: the node's name.
        class_name: its layer's Keras class.
        outputs: one shape an output, batch axis first.
        dtype: of the first output.
        params, trainable: number of weights; 0 for a second call of a shared layer.
        weight_bytes: bytes of those weights.
        output_bytes: bytes of the outputs for one example (unknown axes counted as 1).
    """

    node: str
    class_name: str
    outputs: tuple[Shape, ...]
    dtype: str
    params: int
    trainable: int
    weight_bytes: int
    output_bytes: int


@dataclass(frozen=True, slots=True)
class Failure:
    """The first call Keras refused.

    Args:
        node, class_name: which call.
        received: the shapes it was given.
        message: Keras's own words, one line.
    """

    node: str
    class_name: str
    received: tuple[Shape, ...]
    message: str


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """A model as Keras built it, up to the first failure."""

    nodes: tuple[NodeFacts, ...] = ()
    failure: Failure | None = None

    @property
    def params(self) -> int:
        """Number of weights."""
        return sum(n.params for n in self.nodes)

    @property
    def trainable(self) -> int:
        """Number of weights that training changes."""
        return sum(n.trainable for n in self.nodes)

    @property
    def weight_bytes(self) -> int:
        """Bytes of all weights."""
        return sum(n.weight_bytes for n in self.nodes)

    @property
    def output_bytes(self) -> int:
        """Bytes of all layer outputs for one example."""
        return sum(n.output_bytes for n in self.nodes)

    def of(self, node: str) -> NodeFacts | None:
        """The facts of that node, if Keras got so far."""
        return _by_node(self.nodes).get(node)


@Recent
def _by_node(nodes: tuple[NodeFacts, ...]) -> Mapping[str, NodeFacts]:
    return {n.node: n for n in reversed(nodes)}


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column of a dataset as the model will see it.

    Args:
        name: ``"x"`` and ``"y"`` in a dataset of one input and one target.
        role: ``input`` or ``target``.
        kind: ``images``, ``table``, ``points``, ``sequences`` or ``texts``; a target is of kind
            ``classes`` or ``values``.
        shape: of one example, without the batch axis; ``()`` is one number.
        dtype: NumPy's name.
        low, high: range over the training examples.
        whole: every number is a whole one.
        task: of a target: ``classification`` or ``regression``; else "".
        labels: of a target: ``one_hot``, ``integers`` or ``values``; else "".
        classes: of a target: class names by index; empty for values.
        features: names of the numbers in a table.
    """

    name: str
    role: str
    kind: str
    shape: tuple[int, ...]
    dtype: str
    low: float = 0.0
    high: float = 1.0
    whole: bool = False
    task: str = ""
    labels: str = ""
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DataFacts:
    """A dataset as the model will see it, after scaling and label encoding.

    One of several columns describes its first input and its first target in the fields every
    dataset has, and all of them in ``columns``.

    Args:
        title: for people.
        task: ``classification`` or ``regression``.
        x_shape, y_shape: of one example, without the batch axis; ``()`` is one number.
        x_dtype, y_dtype: NumPy names.
        n_train, n_test: number of examples.
        classes: class names by index; empty for regression.
        features: column names of tabular data; empty for images and text.
        labels: ``one_hot``, ``integers`` or ``values``.
        kind: ``images``, ``table``, ``points`` (two features, drawable), ``sequences`` (rows of
            word numbers) or ``texts`` (plain sentences, dtype ``object``).
        x_min, x_max: range over the training examples.
        bytes: of all arrays in memory.
        offline: it needs no network.
        warning: one sentence when something was found or repaired (missing values …), else "".
        whole: every number of the examples is a whole one, such as the number of a word.
        named: the columns of a dataset that has several inputs or targets.
    """

    title: str
    task: str
    x_shape: tuple[int, ...]
    y_shape: tuple[int, ...]
    x_dtype: str
    y_dtype: str
    n_train: int
    n_test: int
    classes: tuple[str, ...]
    features: tuple[str, ...]
    labels: str
    kind: str
    x_min: float
    x_max: float
    bytes: int
    offline: bool = True
    warning: str = ""
    whole: bool = False
    named: tuple[ColumnFacts, ...] = ()

    @property
    def columns(self) -> tuple[ColumnFacts, ...]:
        """Every column; never empty: an ordinary dataset has ``x`` and ``y``."""
        if self.named:
            return self.named
        target = "values" if self.labels == "values" else "classes"
        return (
            ColumnFacts(
                *("x", "input", self.kind, self.x_shape, self.x_dtype, self.x_min, self.x_max),
                whole=self.whole,
                features=self.features,
            ),
            ColumnFacts(
                *("y", "target", target, self.y_shape, self.y_dtype),
                task=self.task,
                labels=self.labels,
                classes=self.classes,
            ),
        )

    @property
    def inputs(self) -> tuple[ColumnFacts, ...]:
        """The columns a model can read."""
        return tuple(c for c in self.columns if c.role == "input")

    @property
    def targets(self) -> tuple[ColumnFacts, ...]:
        """The columns a model can learn to answer."""
        return tuple(c for c in self.columns if c.role == "target")

    @property
    def has_texts(self) -> bool:
        """Whether the examples are plain sentences, which some layer must turn into numbers."""
        return self.kind == "texts"

    @property
    def has_tokens(self) -> bool:
        """Whether the examples are rows of the numbers of words."""
        return self.kind == "sequences"

    @property
    def has_images(self) -> bool:
        """Whether the examples are pictures, with or without a channel axis."""
        return self.kind == "images"

    def column(self, name: str) -> ColumnFacts | None:
        """The column of that name."""
        return next((c for c in self.columns if c.name == name), None)

    def seen(self, x: ColumnFacts | None, y: ColumnFacts | None) -> DataFacts:
        """The dataset as if it had only these two columns; None leaves the first one."""
        if not self.named:
            return self
        facts = self
        if x is not None:
            facts = replace(
                facts, x_shape=x.shape, x_dtype=x.dtype, features=x.features, kind=x.kind,
                x_min=x.low, x_max=x.high, whole=x.whole,
            )  # fmt: skip
        if y is not None:
            facts = replace(
                facts, task=y.task, y_shape=y.shape, y_dtype=y.dtype, classes=y.classes,
                labels=y.labels,
            )  # fmt: skip
        return replace(facts, named=())


@dataclass(frozen=True, slots=True)
class Fix:
    """A one-click repair: ``label`` for the button, ``training`` the repaired spec."""

    label: str
    training: TrainingSpec


class LazyFixes(Sequence[Fix]):
    """The fixes of a problem, made when somebody looks at them.

    Each is a whole training: made at once, those of thousands of problems would take gigabytes.
    """

    def __init__(self, make: Callable[[], Iterable[Fix]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> tuple[Fix, ...]:
        return tuple(self._make())

    @overload
    def __getitem__(self, at: int) -> Fix: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Fix, ...]: ...
    def __getitem__(self, at: int | slice) -> Fix | tuple[Fix, ...]:
        return self._made[at]

    def __len__(self) -> int:
        return len(self._made)

    def __iter__(self) -> Iterator[Fix]:
        return iter(self._made)

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, Sequence) and self._made == tuple(other)

    def __hash__(self) -> int:
        return hash(self._made)

    def __repr__(self) -> str:
        return repr(self._made)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a spec.

    Args:
        where: ``model``, ``model.<node>``, ``compile.loss``, ``fit.batch_size``, ``dataset`` …
        message: what was received and what was expected, naming the layers; one or two sentences.
        hint: the remedy, an imperative sentence.
        fixes: the mechanical remedies, best first.
        severe: False for advice: training may start all the same.
    """

    where: str
    message: str
    hint: str = ""
    fixes: Sequence[Fix] = ()
    severe: bool = True


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a file that was read: ``where`` in it, and a sentence."""

    where: str
    message: str
