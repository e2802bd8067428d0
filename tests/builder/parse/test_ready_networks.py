"""Networks of ``keras.applications`` in pasted code, in the ways everybody writes them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from builder import parse
from builder.spec import ModelSpec, ObjectSpec, TrainingSpec

MOBILE = "keras.applications.MobileNetV2(input_shape=(96, 96, 3), include_top=False, weights=None)"
LAYERS = 154
"""Of MobileNetV2 without its head, as Keras builds it."""


def read(source: str) -> TrainingSpec:
    """The project of a text that says no word Layerwise did not understand."""
    result = parse.parse(source)
    assert not result.of(parse.UNKNOWN), result.notes
    assert result.training is not None
    return result.training


def layers(model: ModelSpec) -> Iterator[ObjectSpec]:
    for node in model.nodes:
        layer = model.layers[node.layer]
        if isinstance(layer, ModelSpec):
            yield from layers(layer)
        else:
            yield layer


def trained(model: ModelSpec) -> list[str]:
    return [s.class_name for s in layers(model) if s.config.get("trainable", True)]


HEADS = {
    "its output": "x = base.output\nx = layers.GlobalAveragePooling2D()(x)\n"
    "model = keras.Model(base.input, layers.Dense(5)(x))",
    "its inputs and outputs": "x = layers.GlobalAveragePooling2D()(base.outputs[0])\n"
    "model = keras.Model(inputs=base.inputs, outputs=[layers.Dense(5)(x)])",
    "the output of its last layer": "x = layers.GlobalAveragePooling2D()(base.layers[-1].output)\n"
    "model = keras.Model(base.input, layers.Dense(5)(x))",
    "a layer by its name": "x = base.get_layer('out_relu').output\n"
    "x = layers.GlobalAveragePooling2D()(x)\nmodel = keras.Model(base.input, layers.Dense(5)(x))",
    "Sequential": "model = keras.Sequential([base, layers.GlobalAveragePooling2D(),"
    " layers.Dense(5)])",
    "add": "model = keras.models.Sequential()\nmodel.add(base)\n"
    "model.add(layers.GlobalAveragePooling2D())\nmodel.add(layers.Dense(5))",
    "called": "i = keras.Input((96, 96, 3))\nx = base(i, training=False)\n"
    "model = keras.Model(i, layers.Dense(5)(layers.GlobalAveragePooling2D()(x)))",
    "its layers one by one": "model = keras.Sequential()\nfor v in base.layers[:0]: model.add(v)\n"
    "model.add(base)\nmodel.add(layers.GlobalAveragePooling2D())\nmodel.add(layers.Dense(5))",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_a_head_is_put_on_in_every_way(head: str) -> None:
    source = (
        f"import keras\nfrom keras import layers\nbase = {MOBILE}\nbase.trainable = False\n{head}"
    )
    model = read(source).model
    made = [s for s in layers(model) if s.class_name != "InputLayer"]
    assert len(made) == LAYERS - 1 + 2
    assert trained(model)[-2:] == ["GlobalAveragePooling2D", "Dense"]
    assert set(trained(model)) <= {"InputLayer", "GlobalAveragePooling2D", "Dense"}


FREEZES = {
    "all": ("base.trainable = False", 0),
    "each": ("for v in base.layers:\n    v.trainable = False", 0),
    "but the last": ("for v in base.layers[:-3]: v.trainable = False", 3),
    "all, then some": (
        "base.trainable = True\nfor v in base.layers[:100]:\n    v.trainable = False",
        LAYERS - 100,
    ),
    "from a name on": (
        "flag = False\nfor v in base.layers:\n    if v.name == 'block_16_project_BN':\n"
        "        flag = True\n    v.trainable = flag",
        4,
    ),
    "but the norms": (
        "for v in base.layers:\n    if not isinstance(v, layers.BatchNormalization):\n"
        "        v.trainable = False",
        52,
    ),
    "through the model": ("for v in model.layers[0].layers[:-3]: v.trainable = False", 3),
}


@pytest.mark.parametrize(("freeze", "free"), FREEZES.values(), ids=FREEZES)
def test_what_is_frozen_is_frozen(freeze: str, free: int) -> None:
    source = (
        f"import keras\nfrom keras import layers\nbase = {MOBILE}\n"
        f"model = keras.Sequential([base, layers.Flatten(), layers.Dense(5)])\n{freeze}"
    )
    left = [c for c in trained(read(source).model) if c not in ("InputLayer", "Flatten", "Dense")]
    assert len(left) == free


def test_what_is_frozen_after_compile_was_not_frozen_when_it_was_compiled() -> None:
    source = (
        "import keras\nfrom keras import layers\n"
        "model = keras.Sequential([keras.Input((4,)), layers.Dense(5)])\n"
        "model.compile('adam', 'mse')\nmodel.trainable = False"
    )
    assert "Dense" in trained(read(source).model)


def test_the_weights_that_are_not_here_are_told() -> None:
    source = "import keras\nbase = keras.applications.VGG16()\n"
    notes = parse.parse(source).notes
    assert any("weights of ImageNet are not fetched here" in n.message for n in notes)


def test_its_own_head_takes_the_classes_of_the_code() -> None:
    call = "keras.applications.MobileNet(weights=None, classes=7, input_shape=(64, 64, 3))"
    model = read(f"import keras\nmodel = {call}").model
    assert model.layers["conv_preds"].config["filters"] == 7
    assert model.layers["reshape_2"].config["target_shape"] == (7,)


@pytest.mark.parametrize(
    ("module", "made"),
    [("mobilenet_v2", ["Rescaling"]), ("vgg16", ["ops.flip", "Normalization"]),
     ("efficientnet", [])],
)  # fmt: skip
def test_preparing_pictures_inside_a_model_becomes_layers(module: str, made: list[str]) -> None:
    source = (
        "import keras\ni = keras.Input((32, 32, 3))\n"
        f"x = keras.applications.{module}.preprocess_input(i)\n"
        "model = keras.Model(i, keras.layers.Flatten()(x))"
    )
    assert [s.class_name for s in layers(read(source).model)] == ["InputLayer", *made, "Flatten"]


def test_the_answers_of_a_head_that_is_a_model_are_counted_in_it() -> None:
    top = "top = keras.Sequential([layers.Flatten(input_shape=base.output_shape[1:])])\n"
    top += "top.add(layers.Dense(4, activation='softmax'))\n"
    end = "model = keras.Model(base.input, top(base.output))"
    source = f"import keras\nfrom keras import layers\nbase = {MOBILE}\n{top}{end}"
    result = parse.parse(source)
    assert result.training is not None
    (target,) = result.training.dataset.config["targets"].values()
    assert target["classes"] == 4


def test_pictures_of_any_size_get_the_usual_one() -> None:
    base = "keras.applications.InceptionV3(include_top=False, weights=None)"
    result = parse.parse(
        f"import keras\nbase = {base}\nx = keras.layers.GlobalMaxPooling2D()(base.output)\n"
        "model = keras.Model(base.input, keras.layers.Dense(3)(x))"
    )
    assert result.training is not None
    first = result.training.model.layers[result.training.model.nodes[0].layer]
    assert first.config["shape"] == (299, 299, 3)
    assert any("size of the pictures open" in n.message for n in result.notes)
