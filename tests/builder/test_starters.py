"""Every starter opens without a problem and trains to the score on its card."""

from __future__ import annotations

import json
import os
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from builder import catalog, check, document, edit, starters
from builder.datasets.contract import resolve_settings
from builder.datasets.registry import find_dataset
from builder.engine.build import keras_model
from builder.engine.data import loading
from builder.engine.training import train_run
from builder.engine.training.reporting import NullSink
from builder.errors import SpecError
from builder.spec import Config, chain
from builder.starters import Starter
from tests import forks, zoo

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"
FASHION = next(
    (
        folder
        for given in (os.environ.get("LAYERWISE_DATA", ""), str(SHARED))
        if given and (folder := Path(given) / "fashion-mnist").is_dir()
    ),
    None,
)
"""Fashion-MNIST's four files, when somebody has put them there."""

OFFLINE = [s for s in starters.all_starters() if s.name != "fashion_dense"]

SHORTER = {"digits_cnn": 2, "digits_patches": 5, "digit_pairs": 6, "reviews": 4,
           "fashion_dense": 4, "museum": 20, "digits_autoencoder": 6, "digits_denoiser": 3,
           "discs_unet": 5, "shapes": 18}  # fmt: skip
"""Epochs after which a score is reached already; the card trains longer."""


def reached(starter: Starter, test: Mapping[str, float]) -> bool:
    value = test[starter.metric]
    if starter.at_most is not None:
        return value <= starter.at_most
    return starter.at_least is not None and value >= starter.at_least


@pytest.mark.parametrize("starter", starters.all_starters(), ids=lambda s: s.name)
def test_a_card_has_all_it_needs(starter: Starter) -> None:
    assert starter.title and starter.task and starter.sentence.endswith((".", "?"))
    assert (starter.at_least is None) != (starter.at_most is None)
    picture = ROOT / "assets" / "pictures" / f"{starter.picture}.svg"
    assert ET.parse(picture).getroot().attrib["viewBox"] == "0 0 320 180"
    text = (starters.FOLDER / f"{starter.name}.json").read_text("utf-8")
    assert document.read_document(text) == (starter.title, starter.training)
    assert edit.is_chain(starter.training.model) or starter.training.columns


@pytest.fixture(scope="module", params=OFFLINE, ids=lambda starter: starter.name)
def offline(request: pytest.FixtureRequest) -> Starter:
    """One starter after the other, so that its data are drawn once for all tests of it."""
    return request.param


def test_a_starter_opens_without_a_problem(offline: Starter) -> None:
    training = offline.training
    facts = loading.describe(training.dataset)
    assert facts.offline
    model = keras_model.summary(training.model)
    assert check.problems(training, facts, model, 2 * 10**9) == ()


def test_a_starter_reaches_its_score(offline: Starter, tmp_path: Path) -> None:
    epochs = SHORTER.get(offline.name, offline.training.fit["epochs"])
    training = offline.training.with_fit(epochs=epochs)
    result = train_run.train(training, tmp_path, NullSink(), lambda: None)
    assert reached(offline, result["test"]), result["test"]


RUN = """
import json, sys, tempfile
from pathlib import Path
from builder.document import from_json
from builder.engine.training import train_run
from builder.engine.training.reporting import NullSink
training = from_json(open(sys.argv[1]).read())
result = train_run.train(training, Path(tempfile.mkdtemp()), NullSink(), lambda: None)
print(json.dumps(result["test"]))
"""


def test_fashion_dense_reaches_its_score(tmp_path: Path) -> None:
    """Without the clothes the digits wear their model."""
    starter = starters.find_starter("fashion_dense")
    assert starter.at_least is not None
    if not FASHION:
        digits = replace(starter.training, dataset=zoo.DIGITS.with_(labels="integers"))
        result = train_run.train(digits, tmp_path, NullSink(), lambda: None)
        assert result["test"]["accuracy"] >= 0.88
        return
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "fashion-mnist").symlink_to(FASHION)
    training = starter.training.with_fit(epochs=SHORTER[starter.name])
    (tmp_path / "project.json").write_text(document.to_json(training), "utf-8")
    env = os.environ | {"KERAS_HOME": str(tmp_path)}
    said = forks.run("-c", RUN, str(tmp_path / "project.json"), cwd=ROOT, env=env)
    assert json.loads(said.splitlines()[-1])["accuracy"] >= starter.at_least


def test_the_tutorial_is_the_tutorial() -> None:
    training = starters.find_starter("digits_dense").training
    layers = [edit.layer_of(training.model, n) for n in edit.topological_order(training.model)]
    assert layers == [edit.layer_of(zoo.TUTORIAL, n) for n in edit.topological_order(zoo.TUTORIAL)]
    assert training.compile["optimizer"].class_name == "Adam"
    assert training.compile["loss"].class_name == "CategoricalCrossentropy"
    assert [m.class_name for m in training.compile["metrics"]] == ["accuracy"]
    assert training.fit == {"epochs": 10, "batch_size": 64, "validation_split": 0.2}


def test_an_unknown_starter_is_named_with_near_ones() -> None:
    with pytest.raises(SpecError, match="no starter 'digits_dens'") as caught:
        starters.find_starter("digits_dens")
    assert "digits_dense" in caught.value.hint


def test_a_model_that_came_alone_gets_data_it_can_read() -> None:
    loss = Config(loss=zoo.layer("MeanSquaredError"))
    project = starters.project_for_model(zoo.NESTED_CHOICES, loss)
    assert project.dataset.class_name == "Iris" and project.model == zoo.NESTED_CHOICES
    assert project.compile["loss"].class_name == "MeanSquaredError"
    assert starters.project_for_model(zoo.CNN).dataset.config["channel_axis"]
    assert starters.project_for_model(zoo.RESIDUAL).model == zoo.RESIDUAL
    ten = chain("ten", zoo.given(10), zoo.dense(3, "softmax"))  # the amounts of Diabetes have ten
    loss = Config(loss=zoo.layer("CategoricalCrossentropy"))
    assert starters.project_for_model(ten, loss).dataset.class_name == "Iris"
    words = chain("words", zoo.given(20), zoo.layer("Embedding", input_dim=500, output_dim=2))
    assert starters.project_for_model(words).dataset.config == {"num_words": 500, "maxlen": 20}


@pytest.mark.parametrize("shape", starters.OTHER_DATASETS, ids=str)
def test_a_model_of_a_shape_without_starter_gets_the_dataset_of_that_shape(
    shape: tuple[int, ...],
) -> None:
    _, dataset = starters.OTHER_DATASETS[shape]
    given = zoo.layer("InputLayer", shape=shape)
    project = starters.project_for_model(chain("alone", given, zoo.layer("Flatten"), zoo.dense(10)))
    assert project.dataset == dataset
    entry = find_dataset(dataset.class_name).ENTRY
    loss = catalog.entry("losses", project.compile["loss"].class_name)
    assert set(entry.tasks) & set(loss.tasks)
    assert (
        not loss.labels
        or resolve_settings(entry, dataset.config).get("labels", "values") in loss.labels
    )
