"""Damaged snapshots, initial weights and models: what is used instead, and that it is said."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from builder.engine.build import keras_model
from builder.engine.files import initial_weights
from builder.engine.inference import artefact, model_cache
from builder.engine.training import loop, reporting, snapshot, train_run
from builder.errors import FileError
from builder.facts import SNAPSHOTS, START
from builder.spec import Config
from tests import zoo
from tests.builder.engine.heard import ONE_HOT, SPARSE, TUTORIAL, Heard, run
from tests.damage import DAMAGES, flip
from tests.zoo import layer

NEWEST, OLDER = SNAPSHOTS
SPEC = TUTORIAL.with_fit(epochs=4, callbacks=(layer("CSVLogger", filename="log.csv"),))


def from_a_newer_version(path: Path) -> None:
    with np.load(path) as file:
        arrays = dict(file)
    head = json.loads(str(arrays["head"])) | {"format": snapshot.FORMAT + 1}
    np.savez(path, **arrays | {"head": np.array(json.dumps(head))})


SAID = {
    "cut in half": "is damaged: it is cut off",
    "a byte flipped": "is damaged: its part ",
    "empty": "is damaged: it is cut off",
    "missing": "is missing",
    "from a newer version": "was written by a newer Layerwise",
}

ALL = {**DAMAGES, "from a newer version": from_a_newer_version}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("whole")
    result, _ = run(SPEC, folder)
    return result | {"csv": (folder / "log.csv").read_text()}


@pytest.fixture(scope="module")
def broken_off(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run paused in its fourth epoch, with two snapshots."""
    folder = tmp_path_factory.mktemp("broken off")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reporting, "ORDER_SECONDS", 0)
        patch.setattr(snapshot, "REST_SECONDS", 0)
        patch.setattr(snapshot, "SHARE", 1e9)
        patch.setattr(loop, "CALL_SECONDS", 0.0)
        asked = iter(range(100))
        result, heard = run(SPEC, folder, stop=lambda: "pause" if next(asked) >= 22 else None)
    assert result["ended"] == "paused" and 21 < heard.snapshots[-1] < 28
    return folder


def same(result: dict[str, Any], whole: dict[str, Any], folder: Path) -> None:
    assert (result["history"], result["test"]) == (whole["history"], whole["test"])
    assert (folder / "log.csv").read_text() == whole["csv"]


@pytest.fixture(scope="module")
def model() -> Any:
    made = keras_model.build_compiled(SPEC)
    loop.log_names(made, (ONE_HOT.x_train, ONE_HOT.y_train))
    return made


@pytest.fixture
def folder(broken_off: Path, tmp_path: Path) -> Path:
    """The run's folder, to be damaged."""
    return shutil.copytree(broken_off, tmp_path / "run")


def load(folder: Path, model: Any) -> tuple[snapshot.Position | None, list[str]]:
    """Where the run in that folder would go on, and what is said of it."""
    remarks: list[str] = []
    return snapshot.Snapshots(folder, model, (object(),), remarks.append).load(), remarks


@pytest.mark.parametrize("damage", ALL)
def test_where_the_newest_snapshot_is_damaged_the_one_before_is_used(
    damage: str, folder: Path, model: Any
) -> None:
    newest, said = load(folder, model)
    assert newest and said == []
    ALL[damage](folder / NEWEST)
    older, (remark,) = load(folder, model)
    assert older and (older.epoch, older.step) < (newest.epoch, newest.step)
    assert remark.startswith("The newest snapshot ")
    assert remark.endswith(". The run went on from the one before, with the same numbers.")
    assert SAID[damage] in remark
    ALL[damage](folder / OLDER)
    nothing, said = load(folder, model)
    assert nothing is None
    # where nothing is there, the engine cannot know that there was something
    assert all(remark.endswith("The run began again.") for remark in said)
    assert len(said) == (damage != "missing")


def test_a_run_whose_newest_snapshot_is_damaged_ends_as_if_it_were_not(
    folder: Path, whole: dict[str, Any]
) -> None:
    flip(folder / NEWEST)
    result, heard = run(SPEC, folder)
    same(result, whole, folder)
    assert len(heard.remarks) == 1 and heard.begun == [(3, False)]
    assert heard.steps[0][0] > 21, "it did not begin again"


def test_a_run_without_a_whole_snapshot_begins_again(folder: Path, whole: dict[str, Any]) -> None:
    for name in SNAPSHOTS:
        flip(folder / name)
    result, heard = run(SPEC, folder)
    same(result, whole, folder)
    assert len(heard.remarks) == 1 and heard.begun == [(0, False)]
    assert heard.steps[0][0] == 0


def test_numbers_that_chance_made_are_told_to_be_forgotten(folder: Path) -> None:
    for name in SNAPSHOTS:
        (folder / name).write_bytes(b"PK half a file")
    _, heard = run(replace(SPEC.with_fit(epochs=1), seed=None), folder)
    assert heard.begun == [(0, True)]


def test_any_byte_may_be_another_one(folder: Path, model: Any) -> None:
    """What is read is what was written, or it is not used: no byte may change a number unseen."""
    (folder / OLDER).unlink()
    content = (folder / NEWEST).read_bytes()
    snapshots = snapshot.Snapshots(folder, model, (object(),))
    position = snapshots.load()
    assert position is not None
    snapshots.restore()
    weights = model.get_weights()
    ends = [*range(0, 200, 3), *range(len(content) - 200, len(content), 3)]
    for at in (*ends, *np.linspace(0, len(content) - 1, 50).astype(int)):
        (folder / NEWEST).write_bytes(
            content[:at] + bytes([content[at] ^ 0x40]) + content[at + 1 :]
        )
        if (found := snapshots.load()) is not None:
            snapshots.restore()
            assert found == position
            for one, other in zip(model.get_weights(), weights, strict=True):
                np.testing.assert_array_equal(one, other)


def test_a_run_goes_on_from_two_snapshots_and_never_loses_the_good_one(
    folder: Path,
) -> None:
    good = (folder / OLDER).read_bytes()
    flip(folder / NEWEST)
    _, heard = run(SPEC, folder, stop=lambda: "pause")
    assert len(heard.remarks) == 1 and (folder / OLDER).read_bytes() == good
    _, heard = run(SPEC, folder)
    assert heard.remarks == []
    assert (folder / OLDER).read_bytes() != good


def test_the_snapshot_of_another_model_means_to_begin_again(tmp_path: Path) -> None:
    run(TUTORIAL.with_fit(epochs=1), tmp_path)
    result, heard = run(zoo.STACKS["sparse_logits"].with_fit(epochs=2), tmp_path, SPARSE)
    assert result["ended"] == "finished" and len(result["history"]["loss"]) == 2
    assert "does not fit the model any more" in heard.remarks[0]


# --- the weights it begins with -----------------------------------------------------------------

OPENED = replace(zoo.STACKS["toy"].with_fit(epochs=2), weights=Config(file="0" * 64, name="t.h5"))


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_weights_are_never_begun_with(damage: str, tmp_path: Path) -> None:
    model = keras_model.build(OPENED.model)
    initial_weights.write_weights(model, tmp_path / START)
    DAMAGES[damage](tmp_path / START)
    why = "missing" if damage == "missing" else "damaged"
    with pytest.raises(FileError, match=f"cannot be read: their file is {why}"):
        initial_weights.load_weights(model, tmp_path / START)


def test_a_run_needs_its_initial_weights_only_to_begin(tmp_path: Path) -> None:
    initial_weights.write_weights(keras_model.build(OPENED.model), tmp_path / START)
    train_run.train(OPENED.with_fit(epochs=1), tmp_path, Heard(), lambda: None)
    flip(tmp_path / START)
    heard = Heard()
    result = train_run.train(OPENED, tmp_path, heard, lambda: None)
    assert len(result["history"]["loss"]) == 2
    (remark,) = heard.remarks
    assert "The weights to begin with cannot be read" in remark and "from its snapshot" in remark
    for name in SNAPSHOTS:
        (tmp_path / name).unlink(missing_ok=True)
    with pytest.raises(FileError, match="weights to begin with cannot be read") as refused:
        train_run.train(OPENED, tmp_path, Heard(), lambda: None)
    assert refused.value.hint == initial_weights.AGAIN


# --- the model it leaves ------------------------------------------------------------------------


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("read", [artefact.load_artefact, model_cache.get_model])
def test_a_damaged_model_is_never_used(
    damage: str, read: Callable[[str], Any], whole: dict[str, Any], tmp_path: Path
) -> None:
    """Keras reads weights of which a byte was flipped without a word."""
    path = tmp_path / "model.keras"
    shutil.copy(whole["artefact"], path)
    read(str(path))
    DAMAGES[damage](path)
    with pytest.raises(FileError, match="The trained model cannot be used: ") as refused:
        read(str(path))
    assert refused.value.hint.startswith("Resume its run, which makes the model again")
    assert str(tmp_path) not in refused.value.message


def test_a_finished_run_makes_its_model_again(whole: dict[str, Any], tmp_path: Path) -> None:
    folder = shutil.copytree(Path(whole["artefact"]).parent, tmp_path / "run")
    before = (folder / "model.keras").read_bytes()
    flip(folder / "model.keras")
    result, heard = run(SPEC, folder)
    same(result, whole, folder)
    assert (folder / "model.keras").read_bytes() == before
    assert heard.steps == [] and heard.remarks == []
