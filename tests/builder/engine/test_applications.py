"""Known architectures: the table tells the truth, they come back exactly, and they get a head."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from builder.catalog.applications import ARCHITECTURES, BY_NAME, CAFFE, TORCH, UNIT
from builder.engine import applications, build, convert, files, weights
from builder.engine.backend import keras
from builder.errors import FileError
from builder.spec import ObjectSpec, chain
from tests.benchmarks.applications import differs, names, record
from tests.zoo import given

IN_CI = ("MobileNetV3Small", "EfficientNetV2B0", "ResNet50V2", "VGG16", "InceptionV3")
"""One of each kind and not too deep; ``tests.benchmarks.applications`` tries them all."""

SMALL = {"MobileNetV2": 32, "EfficientNetB0": 32, "DenseNet121": 32}
"""Those whose weights are really made here, and the side of their pictures."""


def test_the_table_names_every_architecture_of_keras() -> None:
    assert sorted(BY_NAME) == names()
    assert all(a.sentence.endswith(".") and 2012 < a.year < 2027 for a in ARCHITECTURES)


@pytest.mark.parametrize("name", IN_CI)
def test_an_architecture_comes_back_exactly(name: str) -> None:
    written = record(name)
    assert differs(name, written) == ""
    facts = build.summary(convert.from_record(written)[0])
    assert facts.params == BY_NAME[name].params
    assert BY_NAME[name].size == (facts.nodes[0].outputs[0][1] or 224)


@pytest.mark.parametrize("name", SMALL)
def test_an_architecture_predicts_the_same_after_opening(name: str, tmp_path: Path) -> None:
    side = SMALL[name]
    model = getattr(keras.applications, name)(
        weights=None, include_top=False, input_shape=(side, side, 3)
    )
    x = np.random.default_rng(0).uniform(0, 255, (2, side, side, 3)).astype("float32")
    before = np.asarray(model(x))
    model.save(tmp_path / "model.keras")
    found = files.open_model(tmp_path / "model.keras", tmp_path / "kept.npz")
    assert found["notes"] == () and found["weights"]
    again = build.build(found["model"])
    assert again.count_params() == model.count_params()
    assert weights.load(again, tmp_path / "kept.npz") == ()
    assert np.array_equal(np.asarray(again(x)), before)


def test_a_template_with_a_head_of_ones_own() -> None:
    found = applications.template(
        "MobileNetV2", shape=(32, 32, 3), classes=10, freeze=True, largest=1.0
    )
    spec = found["model"]
    assert [n.layer for n in spec.nodes] == [
        "input_layer",
        "rescaling",
        "mobilenetv2_1.00_32",
        "global_average_pooling2d",
        "dropout",
        "dense",
    ] or spec.nodes[2].layer.startswith("mobilenetv2")
    facts = build.summary(spec)
    assert facts.failure is None and not found["weights"]
    assert facts.trainable == 1280 * 10 + 10
    model = build.build(spec)
    assert convert.to_spec(model)[0].outputs == spec.outputs


@pytest.mark.parametrize("reads", [UNIT, CAFFE, TORCH])
@pytest.mark.parametrize("largest", [1.0, 255.0])
def test_pictures_are_scaled_as_keras_scales_them(reads: str, largest: float) -> None:
    modes = {UNIT: "tf", CAFFE: "caffe", TORCH: "torch"}
    x = np.random.default_rng(0).uniform(0, 255, (1, 4, 4, 3)).astype("float32")
    from keras.src.applications import imagenet_utils

    wanted = imagenet_utils.preprocess_input(x.copy(), mode=modes[reads])
    flat = (ObjectSpec("Flatten"),)
    spec = chain("m", given(4, 4, 3), *applications.scaling(reads, largest, 3), *flat)
    got = np.asarray(build.build(spec)(x * (largest / 255))).reshape(x.shape)
    assert np.allclose(got, wanted, atol=1e-3)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"name": "Nope"}, "There is no architecture 'Nope'"),
        ({"name": "Xception", "shape": (8, 8, 3), "classes": 3}, "Xception cannot read such"),
    ],
)
def test_what_cannot_be_is_said(arguments: dict, said: str) -> None:
    with pytest.raises(FileError, match=said) as caught:
        applications.template(**arguments)
    assert caught.value.hint
