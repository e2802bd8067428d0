"""Bind each Input and each output of a model to a column of the dataset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from builder.spec import Config, ModelSpec, Node, ObjectSpec, Recent, TrainingSpec, active

X, Y = "x", "y"
"""The columns of a dataset of one input and one target."""


def has_own_names(columns: Iterable[str]) -> bool:
    """Whether a dataset's columns are other than one x and one y."""
    return set(columns) != {X, Y}


PER_OUTPUT = ("loss", "metrics", "weighted_metrics", "loss_weights")
"""Arguments of ``compile`` that a model of several outputs has by output."""


def inputs(model: ModelSpec) -> tuple[str, ...]:
    """The model's Input nodes, in the order Keras takes them."""
    return _inputs(active(model).nodes, model.layers)


@Recent
def _inputs(nodes: tuple[Node, ...], layers: Config) -> tuple[str, ...]:
    return tuple(n.name for n in nodes if _is_input(layers.get(n.layer)))


def _is_input(record: object) -> bool:
    return isinstance(record, ObjectSpec) and record.class_name == "InputLayer"


def outputs(model: ModelSpec) -> tuple[str, ...]:
    """What the model returns, as ``ModelSpec.outputs`` names it once switched-off nodes are out."""
    return active(model).outputs


def is_single_column(training: TrainingSpec) -> bool:
    """Whether x and y are meant: one Input, one output, and nothing bound."""
    model = training.model
    return not training.columns and len(inputs(model)) <= 1 and len(outputs(model)) <= 1


@Recent
def input_columns(training: TrainingSpec) -> Mapping[str, str]:
    """Input node → the column it reads, the first of several: the bound one, else the one of its
    own name."""
    plain = is_single_column(training)
    return {n: X if plain else _column(training, n) for n in inputs(training.model)}


@Recent
def bound_columns(training: TrainingSpec) -> Mapping[str, tuple[str, ...]]:
    """Input node → every column it reads, in the order in which their numbers stand there."""
    return {
        node: _several(training, node) or (name,) for node, name in input_columns(training).items()
    }


def read_columns(training: TrainingSpec) -> tuple[str, ...]:
    """Every column the model reads, each once."""
    return tuple(dict.fromkeys(c for names in bound_columns(training).values() for c in names))


@Recent
def output_columns(training: TrainingSpec) -> Mapping[str, str]:
    """Output → the column it learns to answer: the bound one, else the one of its own name."""
    plain = is_single_column(training)
    return {n: Y if plain else _column(training, n) for n in outputs(training.model)}


def _column(training: TrainingSpec, node: str) -> str:
    column = next(iter(_several(training, node)), training.columns.get(node))
    return column if isinstance(column, str) else node


def _several(training: TrainingSpec, node: str) -> tuple[str, ...]:
    """The columns of an Input that several are bound to; () where one is, or none."""
    columns = training.columns.get(node)
    if isinstance(columns, tuple) and all(isinstance(c, str) for c in columns):
        return columns
    return ()


def keras_name(model: ModelSpec, ref: str) -> str:
    """Keras's name of an Input or output: that of the layer which gives it; ``ref`` itself where
    there is no such layer."""
    nodes = active(model).by_name
    node = nodes.get(ref) or nodes.get(ref.rpartition(":")[0])
    return node.layer if node else ref
