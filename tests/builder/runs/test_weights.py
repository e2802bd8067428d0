"""Weights in the workspace: kept once, found by their hash alone, lent to runs."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from builder.facts import START
from builder.runs.disk import projects, weight_files, workspace
from builder.runs.scheduler import jobs
from builder.runs.store import housekeeping, run_store
from builder.spec import Config, TrainingSpec
from tests import zoo
from tests.builder.runs.conftest import tiny, until


def test_the_same_weights_are_kept_once_and_lent_without_a_copy(
    own_home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "w.npz"
    file.write_bytes(b"numbers")
    name = weight_files.keep_file(file)
    assert weight_files.keep_file(file) == name
    assert [p.name for p in workspace.folder("weights").iterdir()] == [f"{name}.npz"]
    training = replace(zoo.STACKS["toy"], weights=Config(file=name))
    weight_files.link_into_run(training, tmp_path)
    weight_files.link_into_run(training, tmp_path)  # a run that is resumed
    assert (tmp_path / START).read_bytes() == b"numbers"
    weight_files.link_into_run(zoo.STACKS["toy"], tmp_path / "nowhere")


def test_weights_are_removed_when_nothing_refers_to_them_any_more(
    own_home: Path, tmp_path: Path
) -> None:
    def kept(content: bytes) -> TrainingSpec:
        (tmp_path / "w.npz").write_bytes(content)
        return replace(tiny(), weights=Config(file=weight_files.keep_file(tmp_path / "w.npz")))

    def old() -> None:
        for file in workspace.folder("weights").iterdir():
            os.utime(file, (1, 1))

    def there() -> list[bool]:
        housekeeping.tidy()
        return [weight_files.find(t.weights["file"]) is not None for t in (ran, saved, opened)]

    ran, saved, opened = kept(b"a"), kept(b"b"), kept(b"c")
    run = run_store.add(ran, None, "anna", None, None)
    project = projects.create("anna", "Mine", saved)
    assert there() == [True, True, True], "a tab may have it open"
    old()
    assert there() == [True, True, False]
    run_store.order_stop(run)
    housekeeping.delete(run)
    assert there() == [False, True, False]
    project = projects.save(project.token, project.rev, "Mine", replace(saved, weights=Config()))
    assert there() == [False, True, False], "Undo may want it back"
    old()
    assert there() == [False, False, False]


@pytest.mark.parametrize("file", ["../../etc/passwd", "0" * 64, None, 3, "A" * 64])
def test_what_is_not_there_is_not_lent(file: object, tmp_path: Path) -> None:
    assert weight_files.find(file) is None
    training = replace(zoo.STACKS["toy"], weights=Config(file=file, name="big.keras"))
    weight_files.link_into_run(training, tmp_path)
    assert not (tmp_path / START).exists(), "the training says so"


def test_damaged_weights_are_never_lent_and_come_back_with_their_file(
    own_home: Path, tmp_path: Path
) -> None:
    (tmp_path / "w.npz").write_bytes(b"numbers")
    name = weight_files.keep_file(tmp_path / "w.npz")
    training = replace(zoo.STACKS["toy"], weights=Config(file=name))
    kept = workspace.folder("weights") / f"{name}.npz"
    kept.write_bytes(b"nunbers")
    weight_files.link_into_run(training, tmp_path)
    assert not (tmp_path / START).exists()
    assert weight_files.keep_file(tmp_path / "w.npz") == name  # the model is opened again
    assert kept.read_bytes() == b"numbers"
    (tmp_path / START).write_bytes(b"num")
    weight_files.link_into_run(training, tmp_path)
    assert (tmp_path / START).read_bytes() == b"numbers"


def test_an_opened_model_is_used_as_it_is(tmp_path: Path) -> None:
    """In real processes: what the run answers is what the model of the file answered."""
    import keras

    from builder.engine.build import keras_model
    from builder.engine.files import initial_weights as engine

    training = tiny(epochs=1)
    model = keras_model.build(training.model)
    engine.write_weights(model, tmp_path / "w.npz")
    begun = replace(
        training, weights=Config(file=weight_files.keep_file(tmp_path / "w.npz"), name="a.h5")
    )
    run = jobs.start(begun.with_fit(epochs=0))
    until(lambda: jobs.progress(run.id).ended)
    assert (jobs.get(run.id).status, jobs.get(run.id).error) == ("finished", None)
    kept = keras.models.load_model(jobs.artefact(run.id))
    for a, b in zip(model.get_weights(), kept.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert set(jobs.result(run.id)["test"]) == {"loss", "accuracy"}


def test_a_file_given_by_a_person_brings_its_weights_along(tmp_path: Path) -> None:
    import keras

    from pages.widgets.home import open_file

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model.save(tmp_path / "flowers.keras")
    (tmp_path / "flowers.keras").rename(tmp_path / ("0" * 64))
    training, title, notes = open_file.read_file("flowers.keras", tmp_path / ("0" * 64))
    assert (title, tuple(notes)) == ("flowers", ())
    assert training.weights["name"] == "flowers.keras"
    assert weight_files.find(training.weights["file"])
