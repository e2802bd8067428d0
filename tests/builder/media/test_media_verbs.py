"""Pictures and sounds from a terminal: what is in an archive, and the project that it becomes."""

from __future__ import annotations

import json

import pytest

from builder import document
from builder.cli import main
from builder.engine.data import loading
from tests.builder.media.small_pictures import archive
from tests.builder.media.small_sounds import tones
from tests.builder.tables.small_files import zipped


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path / "home"))
    loading.forget()


FILES = {
    "pictures": (archive(), {"bar": 12, "disc": 12}, "PictureFolder"),
    "sounds": (zipped(tones(), flat=True), {"high": 10, "low": 10}, "SoundFolder"),
}


@pytest.mark.parametrize("kind", FILES)
def test_data_tells_and_new_makes_a_project(kind, tmp_path, capsys):
    data, counts, dataset = FILES[kind]
    path = tmp_path / "mine.zip"
    path.write_bytes(data)
    assert main(["data", str(path)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["counts"] == counts and "shown" not in told
    assert main(["new", str(path), "-o", str(tmp_path / "project.json")]) == 0
    assert "tell" in capsys.readouterr().out
    title, training = document.read_document((tmp_path / "project.json").read_text("utf-8"))
    assert title == "mine" and training.dataset.class_name == dataset
    assert dict(training.dataset.config["classes"]) == counts


def test_a_table_still_wants_to_know_what_is_predicted(tmp_path, capsys):
    path = tmp_path / "table.csv"
    path.write_text("a,b\n1,2\n")
    assert main(["new", str(path)]) != 0
    assert "Say it with --predict COLUMN." in capsys.readouterr().err
