"""Which column an Input or output stands for: the bound one, its namesake, or plain x and y."""

from __future__ import annotations

from dataclasses import replace

from builder import binding
from builder.spec import Config, Node
from tests import zoo
from tests.zoo import layer


def test_one_input_and_one_output_are_x_and_y() -> None:
    training = zoo.STACKS["tutorial"]
    assert binding.is_single_column(training)
    assert set(binding.input_columns(training).values()) == {"x"}
    assert set(binding.output_columns(training).values()) == {"y"}


def test_several_take_their_namesakes_unless_bound() -> None:
    training = replace(zoo.training(zoo.MULTI, zoo.DIGITS), columns=Config(words="text"))
    assert binding.input_columns(training) == {"words": "text", "numbers": "numbers"}
    assert binding.output_columns(training) == {"kind": "kind", "amount": "amount"}


def test_what_is_switched_off_hands_its_place_on() -> None:
    off = Node("drop", "drop", ("both",), off=True)
    model = replace(
        zoo.MULTI,
        layers=zoo.MULTI.layers.with_(drop=layer("Dropout", rate=0.5)),
        nodes=(*zoo.MULTI.nodes, off),
        outputs=("drop", "amount"),
    )
    assert binding.outputs(model) == ("both", "amount")
