"""Facts about a spec that Keras and the data give: frozen records that cross process boundaries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, overload

from builder.binding import has_own_names
from builder.spec import Recent, TrainingSpec

Shape = tuple[int | None, ...]
"""Sizes by axis, batch axis included as None."""


START = "start.npz"
"""In a run's folder: the weights its model begins with, where it does not begin by chance."""

SNAPSHOTS = ("snapshot.npz", "snapshot.older.npz")
"""In a run's folder: its newest snapshot, and the one before it, for when that is damaged."""


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
class Range:
    """How far a number goes in the examples.

    Args:
        low, high: the least and the largest.
        middle: as many are below as above.
        whole: all are whole numbers.
        mean, deviation: of those that are there.
        missing: how many are not.
        quarters: a quarter are below the first, and a quarter above the second.
    """

    low: float
    middle: float
    high: float
    whole: bool
    mean: float = 0.0
    deviation: float = 1.0
    missing: int = 0
    quarters: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column of a dataset as the model will see it.

    Args:
        name: ``"x"`` and ``"y"`` in a dataset of one input and one target.
        role: ``input``, ``target``, or ``weight``: how much each example counts in training.
        kind: one of ``builder/kinds``, which alone knows what follows from it.
        shape: of one example, without the batch axis; ``()`` is one value.
        dtype: NumPy's name; ``object`` for strings.
        low, high: range over the training examples, after scaling.
        whole: every number is a whole one.
        task: of a target: ``classification`` or ``regression``; else "".
        labels: of a target: ``one_hot``, ``integers`` or ``values``; else "".
        classes: class names by index.
        features: names of the numbers of one example.
        ranges: of each number before scaling, where a form may ask for it.
        steps: of the series that the rows are windows over, which lies in memory once; 0: each row
            lies there by itself.
        counts: of a target with classes: how many training examples each has.
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
    ranges: tuple[Range, ...] = ()
    steps: int = 0
    counts: tuple[int, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether its values are strings, which some layer must turn into numbers."""
        return self.dtype == "object"

    @property
    def is_shares(self) -> bool:
        """Whether an answer has several axes of numbers from 0 to 1, such as pixels or a mask: a
        sigmoid can give them, and a crossentropy compare them."""
        return self.labels == "values" and len(self.shape) > 1 and 0 <= self.low <= self.high <= 1


@dataclass(frozen=True, slots=True)
class DataFacts:
    """A dataset as the model will see it, after scaling and label encoding.

    Args:
        title: for people.
        columns: at least one input and one target.
        n_train, n_test: number of examples.
        bytes: of all arrays in memory.
        offline: it needs no network.
        warning: one sentence when something was found or repaired (missing values …), else "".
    """

    title: str
    columns: tuple[ColumnFacts, ...]
    n_train: int
    n_test: int
    bytes: int = 0
    offline: bool = True
    warning: str = ""

    @property
    def is_named(self) -> bool:
        """Whether columns go by names of their own, other than one x and one y."""
        return has_own_names(c.name for c in self.columns)

    @property
    def inputs(self) -> tuple[ColumnFacts, ...]:
        """The columns a model can read."""
        return tuple(c for c in self.columns if c.role == "input")

    @property
    def targets(self) -> tuple[ColumnFacts, ...]:
        """The columns a model can learn to answer."""
        return tuple(c for c in self.columns if c.role == "target")

    @property
    def input(self) -> ColumnFacts:
        """The first input; the one a ``view`` was made for."""
        return self.inputs[0]

    @property
    def target(self) -> ColumnFacts:
        """The first target; the one a ``view`` was made for."""
        return self.targets[0]

    def column(self, name: str) -> ColumnFacts | None:
        """The column of that name."""
        return next((c for c in self.columns if c.name == name), None)

    def view(self, column: ColumnFacts) -> DataFacts:
        """The dataset as if this column were the only one of its role; its title says so."""
        if not self.is_named and column in self.columns:
            return self
        rest = tuple(c for c in self.columns if c.role != column.role)
        return replace(self, title=f"the column '{column.name}'", columns=(column, *rest))


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
