"""Which column an Input or output stands for: the bound one, its namesake, or plain x and y."""

from __future__ import annotations

from dataclasses import replace

from builder import binding
from builder.spec import Config, Node
from tests import zoo
from tests.zoo import layer


def test_one_input_and_one_output_are_x_and_y() -> None:
    training = zoo.STACKS["tutorial"]
    assert binding.is_plain(training)
    assert set(binding.inputs_of(training).values()) == {"x"}
    assert set(binding.outputs_of(training).values()) == {"y"}


def test_several_take_their_namesakes_unless_bound() -> None:
    training = replace(zoo.training(zoo.MULTI, zoo.DIGITS), columns=Config(words="text"))
    assert binding.inputs_of(training) == {"words": "text", "numbers": "numbers"}
    assert binding.outputs_of(training) == {"kind": "kind", "amount": "amount"}


def test_what_is_switched_off_hands_its_place_on() -> None:
    off = Node("drop", "drop", ("both",), off=True)
    model = replace(
        zoo.MULTI,
        layers=zoo.MULTI.layers.with_(drop=layer("Dropout", rate=0.5)),
        nodes=(*zoo.MULTI.nodes, off),
        outputs=("drop", "amount"),
    )
    assert binding.outputs(model) == ("both", "amount")
