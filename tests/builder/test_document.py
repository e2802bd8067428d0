"""The project file: what is written is read back, and what is damaged is named."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from builder import document
from builder.errors import SpecError
from builder.spec import MAX_LAYERS, Config, ObjectSpec
from tests import zoo

GOOD = document.to_json(zoo.STACKS["nested_choices"], title="Iris “quick” \u2603")


def test_title_and_spec_come_back() -> None:
    title, training = document.read_document(GOOD)
    assert title == "Iris “quick” \u2603"
    assert training == zoo.STACKS["nested_choices"]


def test_nested_objects_are_plain_json() -> None:
    doc = json.loads(GOOD)
    layers = doc["training"]["model"]["layers"]
    assert layers["dense"]["config"]["kernel_initializer"] == {
        "class_name": "HeNormal",
        "config": {},
    }
    assert doc["layerwise"] == document.VERSION


def test_nested_models_come_back() -> None:
    for model in zoo.GRAPHS.values():
        assert document.decode_model(document.encode(model)) == model


def edited(**changes: Any) -> str:
    doc = json.loads(GOOD)
    for path, value in changes.items():
        place = doc
        *parts, last = path.split("__")
        for part in parts:
            place = place[part]
        if value is None:
            place.pop(last)
        else:
            place[last] = value
    return json.dumps(doc)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "This is not a JSON document"),
        ("{", "This is not a JSON document"),
        ("[" * 100_000, "This is not a JSON document"),
        ("[]", "not a Layerwise project"),
        ('{"class_name": "Sequential"}', "not a Layerwise project"),
        ('{"layerwise": NaN}', "the number NaN is not allowed"),
        (edited(layerwise="1"), "version must be a whole number but is '1'"),
        (edited(layerwise=True), "version must be a whole number but is True"),
        (edited(layerwise=document.VERSION + 1), "written by a newer Layerwise (format 3"),
        (edited(title=3), "'title' must be text"),
        (edited(training=None), "'training' must be an object"),
        (edited(training__model__nodes="x"), "'training.model.nodes' must be a list"),
        (edited(training__model__outputs=[1]), "'training.model.outputs[0]' must be text"),
        (edited(training__fit__epochs=[1]), "'training.fit.epochs' must be a whole number."),
        (edited(training__fit__epochs=1e308), "'training.fit.epochs' must be a whole number."),
        (edited(training__fit__callbacks=["rm -rf"]), "'training.fit.callbacks' must be a list of"),
        (edited(training__fit__class_weight=3), "'training.fit.class_weight' must be an object"),
        (edited(training__compile__metrics={"class_name": "x", "config": {}}), "must be a list or"),
        (edited(training__seed="0"), "'training.seed' must be a whole number"),
        (edited(training__dataset__class_name=3), "'training.dataset.class_name' must be text"),
        (edited(training__dataset={"config": {}}), "'training.dataset' must have exactly"),
        (edited(training__fit=[1]), "'training.fit' must be an object"),
        (edited(training__fit__epochs=10**400), "'training.fit.epochs' is too large a number"),
        (edited(training__seed=-(10**30)), "'training.seed' is too large a number"),
        (
            edited(training__fit__epochs="BIG").replace('"BIG"', "1e999"),
            "'training.fit.epochs' is too large a number",
        ),
        (edited(title="half \ud83d"), "text that is no Unicode"),
    ],
)
def test_damage_is_named(text: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        document.from_json(text)
    assert message in caught.value.message


def test_too_deep_is_refused() -> None:
    deep: Any = 1
    for _ in range(document.MAX_DEPTH + 5):
        deep = {"a": deep}
    with pytest.raises(SpecError, match="nested more than"):
        document.from_json(edited(training__fit=deep))


def test_config_named_like_an_object_is_an_object() -> None:
    value = document.decode({"class_name": "L2", "config": {"l2": 0.1}})
    assert value == ObjectSpec("L2", Config(l2=0.1))


def test_a_project_of_version_1_opens_and_new_fields_come_back() -> None:
    training = zoo.STACKS["toy"]
    old = json.loads(document.to_json(training)) | {"layerwise": 1}
    assert document.from_json(json.dumps(old)) == training
    node = replace(training.model.nodes[1], call=Config(training=False, mask={"wire": 1}))
    model = replace(training.model, nodes=(training.model.nodes[0], node))
    new = replace(training, model=model, weights=Config(file="a" * 64, name="m.keras"))
    assert document.from_json(document.to_json(new)) == new


def test_several_inputs_and_outputs_survive_the_file() -> None:
    training = replace(
        zoo.training(zoo.MULTI, ObjectSpec("Reviews")),
        columns=Config(words="text", kind="mood"),
        compile=Config(
            loss=Config(kind=ObjectSpec("BinaryCrossentropy"), amount=ObjectSpec("Huber")),
            loss_weights=Config(kind=1.0, amount=0.25),
            metrics=Config(kind=(ObjectSpec("accuracy"),), amount=()),
        ),
    )
    assert document.from_json(document.to_json(training)) == training


def test_a_project_of_endless_layers_is_refused_before_anything_is_checked() -> None:
    layers: Any = {"inputs": {"class_name": "InputLayer", "config": {"shape": [4]}}}
    nodes = [{"name": "inputs", "layer": "inputs"}]
    nodes += [{"name": f"n{i}", "layer": "inputs"} for i in range(MAX_LAYERS)]
    doc = json.loads(GOOD)
    doc["training"]["model"] |= {"layers": layers, "nodes": nodes, "outputs": ["inputs"]}
    with pytest.raises(SpecError, match="5,001 layers; at most 5,000 are opened"):
        document.read_document(json.dumps(doc))
