"""Photos and whole archives are answered by a model of a person's own pictures, strangers too."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from builder.engine.analysis import saliency
from builder.engine.data import loading
from builder.engine.inference import familiarity, predict_picture
from builder.engine.training import train_run
from builder.engine.training.reporting import NullSink
from builder.errors import DataError, FileError
from builder.media.picture_overview import overview_file
from builder.runs.disk import data_files
from builder.suggest import table_model
from builder.suggest.media import picture_dataset
from tests.builder.media.small_pictures import archive, drawn, saved, shapes, turned


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The model suggested for discs and bars, trained for a while: its file and training."""
    folder: Path = tmp_path_factory.mktemp("pictures")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAYERWISE_HOME", str(folder / "home"))
        loading.forget()
        data = archive(shapes(40))
        (folder / "shapes.zip").write_bytes(data)
        seen = overview_file(str(folder / "shapes.zip"))
        assert seen is not None
        file = data_files.keep("shapes.zip", data)
        dataset = picture_dataset.picture_dataset(file, "shapes.zip", seen)
        facts = picture_dataset.expected_facts(dataset)
        training = table_model.suggest(facts, dataset).with_fit(epochs=25, callbacks=())
        # what was expected before a picture was decoded is what a model is suggested for
        assert training.model == table_model.suggest(loading.describe(dataset), dataset).model
        result = train_run.train(training, folder, NullSink(), lambda: None)
        assert result["test"]["accuracy"] >= 0.8
        yield str(result["artefact"]), training


def test_a_photo_is_answered_also_when_its_camera_lay_on_its_side(trained):
    for shape in ("bar", "disc"):
        answer = predict_picture.predict_bytes(*trained, saved(drawn(shape, 777)))
        assert answer["class"] == shape and len(answer["probabilities"]) == 2
        assert answer["seen"].shape == (32, 32, 3)
    lying = predict_picture.predict_bytes(*trained, turned(drawn("disc", 777)))
    assert lying["class"] == "disc"


def test_two_pictures_after_each_other_are_two_pictures(trained):
    seen = [predict_picture.predict_bytes(*trained, saved(drawn("bar", n)))["seen"] for n in (1, 2)]
    assert not np.array_equal(*seen)


def test_a_picture_of_another_kind_is_not_sure(trained):
    white = saved(Image.new("RGB", (64, 64), "white"))
    answer = predict_picture.predict_bytes(*trained, white)
    assert not answer["sure"] and answer["why"] == predict_picture.STRANGE
    likely = [predict_picture.predict_bytes(*trained, saved(drawn("disc", n))) for n in range(20)]
    assert sum(a["why"] == predict_picture.STRANGE for a in likely) <= 2


NAMES, INSIDE = ("b.png", "=d.png"), (("bar", 3), ("disc", 4))
BROKEN = {"x.png": b"?"}


def test_an_archive_comes_back_as_a_table(trained, tmp_path):
    (tmp_path / "in.zip").write_bytes(
        archive({n: saved(drawn(*s)) for n, s in zip(NAMES, INSIDE, strict=True)}, **BROKEN)
    )
    out = tmp_path / "out.csv"
    found = predict_picture.predict_archive(*trained, str(tmp_path / "in.zip"), str(out))
    rows = list(csv.DictReader(out.read_text("utf-8").splitlines()))
    assert [row["file"] for row in rows] == ["b.png", "'=d.png"]
    alone = [predict_picture.predict_bytes(*trained, saved(drawn(*s))) for s in INSIDE]
    assert [row["answer"] for row in rows] == [answer["class"] for answer in alone]
    assert abs(float(rows[0]["bar"]) + float(rows[0]["disc"]) - 1) < 1e-5
    assert found["rows"] == 2 and found["failed"] == [("x.png", "The picture cannot be opened.")]


@pytest.mark.parametrize("data", [b"", b"no picture", saved(drawn("bar", 1))[:200]])
def test_what_is_no_picture_is_refused_in_a_sentence(trained, data):
    with pytest.raises(FileError) as caught:
        predict_picture.predict_bytes(*trained, data)
    assert caught.value.message.startswith("The picture cannot be") and caught.value.hint


def test_an_archive_without_pictures_is_refused(trained, tmp_path):
    (tmp_path / "in.zip").write_bytes(archive({"a.txt": b"x"}))
    with pytest.raises(DataError, match="holds no picture"):
        predict_picture.predict_archive(*trained, str(tmp_path / "in.zip"), str(tmp_path / "o"))


def test_what_moves_the_answer_is_the_shape_and_not_the_page(trained):
    column = loading.load(trained[1].dataset).input
    heat = saliency.explain_pictures(*trained, np.arange(8))
    assert heat.shape == (8, 32, 32) and heat.max() == 1 and heat.min() >= 0
    bright = column.test[:8].mean(axis=-1)
    inside = bright > 110
    assert heat[inside].mean() > heat[~inside].mean()


def test_it_answers_also_where_its_pictures_are_gone(trained, tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path))
    loading.forget()
    familiarity._kept.clear()
    assert predict_picture.predict_bytes(*trained, saved(drawn("disc", 777)))["class"] == "disc"
    loading.forget()
