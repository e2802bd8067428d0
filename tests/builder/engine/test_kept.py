"""What Keras's files do not hold, or hold of others, and we keep: calls' names, strange layers."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from builder import check, document, edit
from builder.engine.build import keras_model
from builder.engine.build.backend import keras
from builder.engine.files import call_names, model_files, reproducible_archive
from builder.engine.training import train_run
from builder.errors import BuildError
from builder.spec import ModelSpec
from tests import zoo
from tests.builder.engine.test_files import changed


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model as .keras."""
    path = tmp_path_factory.mktemp("saved") / "model.keras"
    keras_model.build(zoo.STACKS["toy"].model).save(path)
    return path


TWICE = edit.rename(edit.rename(zoo.SHARED, "tower", "mine"), "tower_again", "yours")
DOORS = {name: zoo.given(6) for name in ("left", "right")}


@pytest.mark.parametrize(
    "spec", [TWICE, edit.group(TWICE, ["mine", "yours", "difference"], DOORS), zoo.SEVERAL["twins"]]
)
def test_calls_keep_their_names_in_a_keras_file(spec: ModelSpec, tmp_path: Path) -> None:
    path = train_run.save(keras_model.build(spec), tmp_path / "model.keras", spec)
    back = model_files.open_model(path)["model"]
    assert {n.name: n for n in back.nodes} == {n.name: n for n in spec.nodes}
    assert back.outputs == spec.outputs and back.layers == spec.layers
    keras.models.load_model(path)  # plain Keras reads past it


@pytest.mark.parametrize(
    "names",
    [[], {"tower": "x"}, {"tower": ["a"]}, {"tower": ["a", "a"]}, {"tower": ["out", 3]},
     {"tower": ["left", "b"]}, {"tower": [["x"], {}]}],
    ids=repr,
)  # fmt: skip
def test_names_that_cannot_be_are_left(names: Any, tmp_path: Path) -> None:
    path = train_run.save(keras_model.build(zoo.SHARED), tmp_path / "model.keras", zoo.SHARED)
    reproducible_archive.copy(path, tmp_path / "made.keras", {call_names.ENTRY: names})
    back = model_files.open_model(tmp_path / "made.keras")["model"]
    assert [n.name for n in back.nodes if n.layer == "tower"] == ["tower", "tower_1"]


def lambda_record(record: Any) -> None:
    code = keras.saving.serialize_keras_object(keras.layers.Lambda(lambda x: x, name="code"))
    record["config"]["layers"].append(code)


def module_record(record: Any) -> None:
    record["config"]["layers"][1] |= {"module": "os", "class_name": "system"}


def registered_record(record: Any) -> None:
    record["config"]["layers"][1] |= {"registered_name": "mine>Layer", "class_name": "Layer"}


def file_record(record: Any) -> None:
    config = {"filepath": "/etc", "name": "reader"}
    record["config"]["layers"][1] |= {"class_name": "TFSMLayer", "config": config}


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        (lambda_record, "Lambda", "is a Lambda: it carries Python code, which is never run here."),
        (module_record, "system", "is a custom class (os.system)."),
        (registered_record, "mine>Layer", "is a custom class (mine>Layer)."),
        (file_record, "TFSMLayer", "is a 'TFSMLayer', which this app does not know."),
    ],
)
def test_a_layer_of_others_is_named_and_kept_but_never_made(
    change: Any, kind: str, said: str, saved: Path, tmp_path: Path
) -> None:
    path = changed(saved, tmp_path / "model.keras", change)
    found = model_files.open_model(path, tmp_path / "kept.npz")
    strange = next(n for n, x in found["model"].layers.items() if x.class_name == kind)
    assert any(note.where == strange and said in note.message for note in found["notes"])
    told = json.loads(zipfile.ZipFile(path).read("config.json"))["config"]["layers"]
    row = next(row for row in told if row["config"].get("name") == strange or kind in str(row))
    kept = document.encode(found["model"].layers[strange])["config"]
    assert kept == {k: v for k, v in row["config"].items() if k != "name"}
    training = zoo.training(found["model"], zoo.layer("Iris"))
    problems = check.problems(training, None, keras_model.summary(found["model"]))
    assert any(p.where == f"model.{strange}" and p.severe and p.fixes for p in problems)
    with pytest.raises(BuildError):
        keras_model.build(found["model"])
    assert found["weights"] == (kind == "Lambda")  # the others replace one that changed shapes
