"""Known architectures: the table tells the truth, they come back exactly, and they get a head."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from keras.src.applications import imagenet_utils

from builder import check
from builder.catalog.applications import ARCHITECTURES, BY_NAME, CAFFE, TORCH, UNIT
from builder.engine.build import keras_model
from builder.engine.files import application_specs
from builder.engine.files.records import convert
from builder.errors import FileError
from builder.spec import ObjectSpec
from tests import zoo
from tests.benchmarks.applications import differs, moves, names, record
from tests.zoo import given

IN_CI = ("MobileNetV3Small", "EfficientNetV2B0", "VGG16")
"""One of each kind and not too deep; ``tests.benchmarks.applications`` tries them all."""


def test_the_table_names_every_architecture_of_keras() -> None:
    assert sorted(BY_NAME) == names()
    assert all(a.sentence.endswith(".") and 2012 < a.year < 2027 for a in ARCHITECTURES)


@pytest.mark.parametrize("name", IN_CI)
def test_an_architecture_comes_back_exactly(name: str) -> None:
    written = record(name)
    assert differs(name, written) == ""
    facts = keras_model.summary(convert.from_record(written)[0])
    assert facts.params == BY_NAME[name].params
    assert BY_NAME[name].size == (facts.nodes[0].outputs[0][1] or 224)


def test_an_architecture_predicts_the_same_after_opening(tmp_path: Path) -> None:
    assert moves("MobileNetV2", 32, tmp_path) == ""  # the benchmark tries more of them


def test_a_template_with_a_head_of_ones_own_on_small_gray_pictures() -> None:
    found = application_specs.template(
        "MobileNetV2", side=32, classes=10, reads=(28, 28), largest=1.0, freeze=True
    )
    spec = found["model"]
    names = [n.layer for n in spec.nodes]
    assert names[:5] == ["input_layer", "reshape", "resizing", "repeat", "rescaling"]
    assert names[5].startswith("mobilenetv2")
    assert names[6:] == ["global_average_pooling2d", "dropout", "dense"]
    facts = keras_model.summary(spec)
    assert facts.failure is None and not found["weights"]
    assert facts.of("repeat").outputs == ((None, 32, 32, 3),)
    assert facts.trainable == 1280 * 10 + 10
    training = zoo.training(spec, zoo.DIGITS)
    data = zoo.facts(zoo.DIGITS)
    assert not [p for p in check.problems(training, data, facts, 10**11) if p.severe]


@pytest.mark.parametrize("reads", [UNIT, CAFFE, TORCH])
@pytest.mark.parametrize("largest", [1.0, 255.0])
def test_pictures_are_scaled_as_keras_scales_them(reads: str, largest: float) -> None:
    modes = {UNIT: "tf", CAFFE: "caffe", TORCH: "torch"}
    x = np.random.default_rng(0).uniform(0, 255, (1, 4, 4, 3)).astype("float32")
    wanted = imagenet_utils.preprocess_input(x.copy(), mode=modes[reads])
    flat = (ObjectSpec("Flatten"),)
    spec = application_specs.chain_layers(
        "m", given(4, 4, 3), *application_specs.scaling(reads, largest), *flat
    )
    got = np.asarray(keras_model.build(spec)(x * (largest / 255))).reshape(x.shape)
    assert np.allclose(got, wanted, atol=1e-3)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"name": "VGG16", "side": 32, "classes": 3, "reads": (4,)}, "are no pictures"),
        ({"name": "Nope"}, "There is no architecture 'Nope'"),
        ({"name": "Xception", "side": 8, "classes": 3}, "Xception cannot read such"),
    ],
)
def test_what_cannot_be_is_said(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(FileError, match=said) as caught:
        application_specs.template(**arguments)
    assert caught.value.hint


def test_without_a_network_the_weights_are_told_honestly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # nobody answers there
    keep = tmp_path / "kept.npz"
    with pytest.raises(FileError, match="weights of MobileNetV3Small could not be fetched"):
        application_specs.template("MobileNetV3Small", imagenet=True, keep=keep)
    assert not keep.exists()
