"""How many threads a run's worker gets: all for convolutions, wherever they hide, else one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from builder import catalog
from builder.check.training import performance
from builder.spec import ModelSpec, Node, ObjectSpec, TrainingSpec, chain
from tests import zoo
from tests.zoo import dense, given, layer

CONVOLUTION = layer("Conv2D", filters=4, kernel_size=3)
INNER = chain("inner", given(8, 8, 1), CONVOLUTION, layer("Flatten"))
STEPS = layer("ConvLSTM1D", filters=2, kernel_size=3)
WINDOWS = tuple(
    e.class_name
    for e in catalog.entries("layers")
    if e.group == "Convolution" or e.class_name.startswith("ConvLSTM")
)


def stack(*layers: ObjectSpec) -> ModelSpec:
    return chain("stack", given(8, 8, 1), *layers, dense(3))


def holding(inner: ModelSpec) -> ModelSpec:
    nodes = (Node("door", "door"), Node("inner", "inner", ("door",)))
    return ModelSpec("outer", {"door": given(8, 8, 1), "inner": inner}, nodes, ("inner",))


def threads(model: ModelSpec, cores: int | None = None) -> int:
    return performance.threads(TrainingSpec(model, ObjectSpec("Digits")), cores)


@pytest.mark.parametrize("name", WINDOWS)
def test_every_convolution_on_offer_gets_all_threads(name: str) -> None:
    assert threads(stack(layer(name))) == performance.ALL == 0


@pytest.mark.parametrize(
    "model",
    [
        holding(INNER),
        holding(holding(INNER)),
        stack(layer("TimeDistributed", layer=CONVOLUTION)),
        stack(layer("TimeDistributed", layer=INNER)),
        stack(layer("TimeDistributed", layer=layer("TimeDistributed", layer=CONVOLUTION))),
        stack(layer("Bidirectional", layer=STEPS)),
        stack(layer("Bidirectional", layer=layer("LSTM", units=2), backward_layer=STEPS)),
        stack(layer("SpectralNormalization", layer=CONVOLUTION)),
        holding(stack(layer("TimeDistributed", layer=INNER))),
    ],
    ids=["nested", "nested twice", "wrapped", "model wrapped", "wrapped twice", "both ways",
         "one way", "normalized", "wrapped and nested"],
)  # fmt: skip
def test_a_convolution_is_found_however_deep_it_is(model: ModelSpec) -> None:
    assert threads(model) == 0


@pytest.mark.parametrize(
    "model",
    [
        zoo.TUTORIAL,
        stack(layer("LSTM", units=4)),
        stack(layer("GRU", units=4), layer("SimpleRNN", units=4)),
        stack(layer("Bidirectional", layer=layer("LSTM", units=4))),
        stack(layer("TimeDistributed", layer=dense(4))),
        stack(layer("MaxPooling2D"), layer("Dropout", rate=0.5)),
        holding(stack(layer("Flatten"), dense(4))),
    ],
    ids=["dense", "LSTM", "GRU", "both ways", "each step", "pooling", "nested"],
)
def test_dense_and_recurrent_models_get_one_thread(model: ModelSpec) -> None:
    assert threads(model) == 1


def test_a_single_core_has_one_thread_for_everything() -> None:
    assert threads(stack(CONVOLUTION), cores=1) == 1
    assert threads(stack(CONVOLUTION), cores=4) == 0
    assert threads(stack(dense(4)), cores=4) == 1


def test_a_convolution_that_is_off_asks_for_nothing() -> None:
    model = stack(CONVOLUTION, layer("Flatten"))
    off = tuple(replace(n, off=n.layer == "conv2d") for n in model.nodes)
    assert threads(model) == performance.ALL
    assert threads(replace(model, nodes=off)) == 1
