"""Stacks without a beginning or an end, unknown names, impossible values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from builder import edit
from builder.document import from_json, to_json
from builder.spec import Config, ModelSpec, Node, ObjectSpec, TrainingSpec, chain
from tests.broken.make import FLAT, OUT, Broken, digits
from tests.zoo import DIGITS, SHARED, STACKS, TUTORIAL, dense, given, layer, training


def graph(
    layers: Mapping[str, ObjectSpec | ModelSpec],
    nodes: Mapping[str, tuple[str, ...]],
    *outputs: str,
) -> TrainingSpec:
    """A graph over the four numbers of Iris; ``nodes`` says who reads whom."""
    table = {"input": given(4), **layers}
    rows = [Node("input", "input"), *(Node(n, n, inbound) for n, inbound in nodes.items())]
    model = ModelSpec("broken", Config(table), tuple(rows), outputs or ("out",))
    return training(model, layer("Iris"))


def named(old: str, new: str) -> TrainingSpec:
    """The tutorial with another name, as only a file can bring it."""
    tutorial = to_json(training(TUTORIAL, DIGITS))
    return from_json(tutorial.replace(f'"{old}"', f'"{new}"'))


END = dense(3, "softmax")
PAIR = replace(SHARED, layers=SHARED.layers.with_(left=given(4), right=given(4)))

GRAPHS: Mapping[str, Broken] = {
    "name_of_a_model": Broken(
        named(TUTORIAL.name, "моя модель 2"),
        "model",
        "The model is named 'моя модель 2', which TensorFlow cannot take as a name.",
    ),
    "name_of_a_layer": Broken(
        named("dense_1", "dänse 🚀"),
        "model.dänse 🚀",
        "A layer is named 'dänse 🚀', which TensorFlow cannot take as a name.",
    ),
    "graph_circle": Broken(
        graph(
            {"a": dense(4, "relu"), "b": dense(4, "relu"), "sum": layer("Add"), "out": END},
            {"a": ("sum",), "b": ("input",), "sum": ("a", "b"), "out": ("sum",)},
        ),
        "model.a",
        "'a' reads 'sum', which waits for it: a circle.",
    ),
    "graph_dangling_wire": Broken(
        graph(
            {"a": dense(4, "relu"), "sum": layer("Add"), "out": END},
            {"a": ("input",), "sum": ("a", "gone"), "out": ("sum",)},
        ),
        "model.sum",
        "'sum' reads 'gone', which does not exist.",
    ),
    "graph_loose_layer": Broken(
        graph(
            {"a": dense(4, "relu"), "b": dense(4, "relu"), "sum": layer("Add"), "out": END},
            {"a": ("input",), "b": (), "sum": ("a", "b"), "out": ("sum",)},
        ),
        "model.b",
        "'b' (Dense) reads nothing: no layer leads to it.",
    ),
    "graph_missing_output": Broken(
        graph({"a": dense(4, "relu"), "out": END}, {"a": ("input",), "out": ("a",)}, "out", "gone"),
        "model",
        "The model returns 'gone', which does not exist.",
    ),
    "merge_of_one": Broken(
        graph(
            {"a": dense(4, "relu"), "sum": layer("Add"), "out": END},
            {"a": ("input",), "sum": ("a",), "out": ("sum",)},
        ),
        "model.sum",
        "'sum' (Add) takes at least 2 inputs, but reads 1.",
    ),
    "subtract_of_three": Broken(
        graph(
            {"a": dense(4, "relu"), "b": dense(4, "relu"), "rest": layer("Subtract"), "out": END},
            {"a": ("input",), "b": ("input",), "rest": ("a", "b", "input"), "out": ("rest",)},
        ),
        "model.rest",
        "'rest' (Subtract) takes 2 inputs, but reads 3.",
    ),
    "operation_of_one": Broken(
        graph(
            {"a": dense(4, "relu"), "product": layer("ops.multiply"), "out": END},
            {"a": ("input",), "product": ("a",), "out": ("product",)},
        ),
        "model.product",
        "'product' (ops.multiply) takes 2 inputs, but reads 1.",
    ),
    "two_wires_into_one_layer": Broken(
        graph(
            {"a": dense(4, "relu"), "b": dense(4, "relu"), "out": END},
            {"a": ("input",), "b": ("input",), "out": ("a", "b")},
        ),
        "model.out",
        "'out' (Dense) takes 1 input, but reads 2.",
    ),
    "nested_model_without_its_second_input": Broken(
        graph(
            {"pair": PAIR, "out": END},
            {"pair": ("input",), "out": ("pair",)},
        ),
        "model.pair",
        "'pair' (model) takes 2 inputs, but reads 1.",
    ),
    "operation_called_twice": Broken(
        replace(
            STACKS["nested_choices"],
            model=ModelSpec(
                "broken",
                Config(input=given(4), half=layer("ops.multiply", x2=0.5), out=END),
                (
                    Node("input", "input"),
                    Node("half", "half", ("input",)),
                    Node("quarter", "half", ("half",)),
                    Node("out", "out", ("quarter",)),
                ),
                ("out",),
            ),
        ),
        "model.quarter",
        "'quarter' (ops.multiply) shares its operation with another node; operations have no"
        " weights to share.",
    ),
}
"""What is wrong with the wires of a graph."""

WIRING: Mapping[str, Broken] = {
    **GRAPHS,
    "empty": Broken(
        training(ModelSpec("empty"), DIGITS),
        "model",
        "The model is empty: there is no layer yet to read Handwritten digits (built in).",
    ),
    "only_input": Broken(
        digits(given(28, 28)),
        "model",
        "There is no layer after the Input, so there is nothing to train.",
    ),
    "no_input": Broken(
        digits(layer("Flatten"), OUT),
        "model",
        "The model has no Input: 'flatten' (Flatten) stands first and nothing says which shape"
        " it reads.",
    ),
    "all_off": Broken(
        replace(
            STACKS["toy"],
            model=edit.switch(edit.switch(STACKS["toy"].model, "dense", True), "dense_1", True),
        ),
        "model",
        "Every layer after the Input is switched off, so there is nothing to train.",
    ),
    "same_name": Broken(
        replace(
            STACKS["toy"],
            model=replace(
                STACKS["toy"].model,
                nodes=(*STACKS["toy"].model.nodes, Node("dense", "dense", ("dense_1",))),
            ),
        ),
        "model.dense",
        "2 layers are named 'dense'; every layer needs its own name.",
    ),
    "reads_nothing": Broken(
        replace(
            STACKS["toy"],
            model=replace(
                STACKS["toy"].model,
                nodes=(
                    *STACKS["toy"].model.nodes[:2],
                    Node("dense_1", "dense_1", ("gone",)),
                ),
            ),
        ),
        "model.dense_1",
        "'dense_1' reads 'gone', which does not exist.",
    ),
    "unknown_layer": Broken(
        digits(*FLAT, layer("Dens", units=10, activation="softmax")),
        "model.dens",
        "'dens': there is no layer called 'Dens'.",
    ),
    "unknown_argument": Broken(
        digits(*FLAT, dense(10, "softmax", unit=3)),
        "model.dense",
        "'dense': Dense has no argument 'unit'.",
    ),
    "wrong_type": Broken(
        digits(*FLAT, dense("ten", "softmax")),
        "model.dense",
        "'dense': Dense's 'units' must be a whole number from 1 to 100,000,000 but is 'ten'.",
    ),  # type: ignore[arg-type]
    "out_of_range": Broken(
        digits(*FLAT, dense(-5, "relu"), OUT),
        "model.dense",
        "'dense': Dense's 'units' must be a whole number from 1 to 100,000,000 but is -5.",
    ),
    "unknown_nested": Broken(
        digits(*FLAT, dense(10, "softmax", kernel_initializer=layer("HeNormals"))),
        "model.dense",
        "'dense': kernel_initializer: there is no initializer called 'HeNormals'.",
    ),
    "missing_argument": Broken(
        digits(*FLAT, layer("Dense", activation="softmax")),
        "model.dense",
        "'dense': Dense needs 'units', which is missing.",
    ),
    "units_of_a_planet": Broken(
        digits(*FLAT, dense(10**12, "relu"), OUT),
        "model.dense",
        "'dense': Dense's 'units' must be a whole number from 1 to 100,000,000 but is"
        " 1000000000000.",
    ),
    "half_a_unit": Broken(
        digits(*FLAT, dense(31.5, "relu"), OUT),  # type: ignore[arg-type]
        "model.dense",
        "'dense': Dense's 'units' must be a whole number from 1 to 100,000,000 but is 31.5.",
    ),
    "no_bins_at_all": Broken(
        training(
            chain("broken", given(4), layer("Discretization", num_bins=0), dense(3, "softmax")),
            layer("Iris"),
        ),
        "model.discretization",
        "'discretization': Discretization's 'num_bins' must be a whole number from 1 to 1,000,000"
        " but is 0.",
    ),
    "unknown_last_layer": Broken(
        digits(*FLAT, dense(8, "relu"), layer("Answer")),
        "model.answer",
        "'answer': there is no layer called 'Answer'.",
    ),
}
