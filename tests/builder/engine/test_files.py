"""Files from anywhere: good ones open, hostile and damaged ones get a sentence and cost nothing."""

from __future__ import annotations

import contextlib
import io
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from builder.engine.build import keras_model
from builder.engine.build.backend import keras
from builder.engine.files import archive, model_files
from builder.engine.inference import artefact
from builder.errors import FileError
from builder.spec import ModelSpec, active
from tests import zoo
from tests.zoo import layer


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small compiled model as .keras."""
    path = tmp_path_factory.mktemp("saved") / "model.keras"
    keras_model.build_compiled(zoo.STACKS["toy"]).save(path)
    return path


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as found:
        return {name: found.read(name) for name in found.namelist()}


def packed(path: Path, parts: dict[str, bytes], how: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", how) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return path


def changed(saved: Path, path: Path, change: Callable[[Any], None]) -> Path:
    """The saved model with its record changed by hand."""
    parts = members(saved)
    record = json.loads(parts["config.json"])
    change(record)
    return packed(path, parts | {"config.json": json.dumps(record).encode()})


def refusal(path: Path) -> str:
    with pytest.raises(FileError) as caught:
        model_files.open_model(path)
    assert caught.value.hint, "a refusal says what to do"
    return caught.value.message


# --- good files -----------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["keras", "h5"])
@pytest.mark.parametrize("name", ["tutorial", "nested_choices", "text", "nested", "variational"])
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5")
def test_saved_models_open(name: str, suffix: str, tmp_path: Path) -> None:
    spec = zoo.MODELS[name]
    path = tmp_path / f"model.{suffix}"
    keras_model.build(spec).save(path)
    found = model_files.open_model(str(path))
    assert list(found["model"].layers) == list(active(spec).layers)
    assert keras_model.summary(found["model"]).params == keras_model.summary(spec).params
    assert found["compile"] is None
    assert [n.message for n in found["notes"]] == ["The weights were not taken over: train anew."]


def test_the_settings_of_a_compiled_model_come_along(saved: Path) -> None:
    assert model_files.open_model(saved)["compile"] == zoo.STACKS["toy"].compile


def test_the_content_decides_not_the_name(saved: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    path.write_bytes(saved.read_bytes())
    assert isinstance(model_files.open_model(path)["model"], ModelSpec)


@pytest.mark.parametrize("read", [model_files.open_model, model_files.read_model_json])
def test_model_json_opens(read: Callable[[Path], dict[str, Any]], tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text(keras_model.build(zoo.CNN).to_json())
    assert list(read(path)["model"].layers) == list(zoo.CNN.layers)


# --- damaged and mistaken ones --------------------------------------------------------------------


def test_a_truncated_archive(saved: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    path.write_bytes(saved.read_bytes()[:-200])
    assert refusal(path).startswith("model.keras is damaged or cut short")


def test_a_flipped_bit_in_the_weights(saved: Path, tmp_path: Path) -> None:
    data = bytearray(saved.read_bytes())
    data[data.index(b"model.weights.h5") + 5000] ^= 1
    path = tmp_path / "model.keras"
    path.write_bytes(data)
    assert refusal(path).startswith("model.keras is damaged or cut short: Bad CRC-32")


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5")
def test_a_truncated_h5(tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    keras_model.build(zoo.STACKS["toy"].model).save(path)
    path.write_bytes(path.read_bytes()[:3000])
    assert refusal(path).startswith("model.h5 is damaged or cut short")


def test_weights_alone(tmp_path: Path) -> None:
    path = tmp_path / "model.weights.h5"
    keras_model.build(zoo.STACKS["toy"].model).save_weights(path)
    assert "holds weights only" in refusal(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "file.keras is empty."),
        (b"hello", "file.keras is no Keras model: it is neither"),
        (b"\x89PNG\r\n\x1a\n....", "file.keras is a PNG picture."),
        (pickle.dumps({"a": 1}), "Pickles run code when they are read and are never opened."),
        (b"PK\x03\x04 and then nothing", "file.keras is damaged or cut short"),
        (b"{", "file.keras is no valid JSON"),
        (b"{}", "file.keras is JSON, but no Keras model: it has no 'config'."),
        (b'{"layerwise": 1}', "file.keras is a Layerwise project, not a Keras model."),
        (b'{"config": NaN}', "the number NaN is not allowed"),
        (b'{"a":' * 100_000, "file.keras is no valid JSON"),
        (b'{"class_name": "Sequential", "config": 3}', "it has no config"),
        (b'{"class_name": "Dense", "config": {"units": 3}}', "The model is a 'Dense'"),
        (b'{"class_name": 7, "config": {}}', "it has no class name"),
        (b'{"class_name": "Sequential", "config": {"layers": [1]}}', "record is damaged"),
        (b'{"class_name": "Sequential", "config": {"layers": [{}]}}', "a layer has no name"),
    ],
)
def test_what_is_no_model_says_what_it_is(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "file.keras"
    path.write_bytes(content)
    assert said in refusal(path)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in refusal(tmp_path / "gone.keras")
    assert "cannot be read: Is a directory" in refusal(tmp_path)


def test_a_zip_of_something_else(tmp_path: Path) -> None:
    path = packed(tmp_path / "model.keras", {"metadata.json": b"{}"})
    assert "config.json is missing" in refusal(path)


def test_an_unreadable_file_of_keras_2_says_so(saved: Path, tmp_path: Path) -> None:
    def change(record: Any) -> None:
        record["config"]["layers"][1]["config"]["activation"] = {"class_name": "Swish7"}

    path = changed(saved, tmp_path / "model.keras", change)
    old = members(path) | {"metadata.json": b'{"keras_version": "2.13.1"}'}
    said = refusal(packed(path, old))
    assert said.startswith("This file was written by Keras 2.13.1, and not all of it can be read")


# --- hostile ones ---------------------------------------------------------------------------------


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return (open, ("/tmp/layerwise-was-here", "w"))


def test_a_pickle_inside(saved: Path, tmp_path: Path) -> None:
    parts = members(saved) | {"assets.pkl": pickle.dumps(Evil())}
    said = refusal(packed(tmp_path / "model.keras", parts))
    assert "contains 'assets.pkl'" in said and "pickles run code" in said
    assert not Path("/tmp/layerwise-was-here").exists()


@pytest.mark.parametrize("name", ["../config.json", "/etc/passwd", "assets/../../x"])
def test_paths_that_climb_out(name: str, saved: Path, tmp_path: Path) -> None:
    path = packed(tmp_path / "model.keras", members(saved) | {name: b"x"})
    assert "does not belong into a model" in refusal(path)


def test_a_zip_bomb_is_not_unpacked(saved: Path, tmp_path: Path) -> None:
    parts = members(saved) | {"model.weights.h5": bytes(200_000_000)}
    path = packed(tmp_path / "model.keras", parts, zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 1_000_000
    before = psutil.Process().memory_info().rss
    assert "would unpack 'model.weights.h5' from 194 kB to 200 MB" in refusal(path)
    assert psutil.Process().memory_info().rss - before < 30_000_000


def test_a_bomb_in_the_record(saved: Path, tmp_path: Path) -> None:
    parts = members(saved) | {"config.json": b" " * 30_000_000}
    path = packed(tmp_path / "model.keras", parts, zipfile.ZIP_DEFLATED)
    assert "would unpack 'config.json'" in refusal(path)


def test_a_directory_that_lies_about_sizes(saved: Path, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members(saved).items():
            made.writestr(name, data)
        made.writestr("assets/a.txt", bytes(30_000_000))
    data = bytearray(buffer.getvalue())
    at = data.rindex(b"assets/a.txt") - 46
    data[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    path = tmp_path / "model.keras"
    path.write_bytes(data)
    assert "damaged or cut short" in refusal(path) or "larger than it says" in refusal(path)


def test_a_record_nested_too_deeply(saved: Path, tmp_path: Path) -> None:
    def change(record: Any) -> None:
        for _ in range(500):
            record["config"]["name"] = [record["config"]["name"]]

    assert "levels deep" in refusal(changed(saved, tmp_path / "model.keras", change))


def test_a_packed_member_that_cannot_be_unpacked(saved: Path, tmp_path: Path) -> None:
    path = packed(tmp_path / "model.keras", members(saved), zipfile.ZIP_DEFLATED)
    whole = path.read_bytes()
    for at in range(60, 260, 7):
        path.write_bytes(whole[:at] + b"\xff\xff" + whole[at + 2 :])
        with contextlib.suppress(FileError):
            model_files.open_model(path)


def test_too_many_members(saved: Path, tmp_path: Path) -> None:
    many = {f"assets/{i}": b"" for i in range(archive.MAX_MEMBERS)}
    assert "it is no Keras model" in refusal(packed(tmp_path / "m.keras", members(saved) | many))


@pytest.mark.parametrize(
    ("units", "words"), [(4_000_000_000, "parameters"), (10**30, "too large a number")]
)
def test_a_small_file_that_declares_a_huge_layer(
    units: int, words: str, saved: Path, tmp_path: Path
) -> None:
    def change(record: Any) -> None:
        for row in record["config"]["layers"]:
            if row["class_name"] == "Dense":
                row["config"]["units"] = units

    path = changed(saved, tmp_path / "model.keras", change)
    before = psutil.Process().memory_info().rss
    assert words in refusal(path)
    assert psutil.Process().memory_info().rss - before < 100_000_000


def test_more_weights_declared_than_there_are(saved: Path, tmp_path: Path) -> None:
    def change(record: Any) -> None:
        record["config"]["layers"][1]["config"]["units"] = 500_000

    said = refusal(changed(saved, tmp_path / "model.keras", change))
    assert said.startswith("The file declares 8 MB of weights but holds only")


def test_what_a_file_says_of_building_is_ignored(saved: Path, tmp_path: Path) -> None:
    def change(record: Any) -> None:
        for row in record["config"]["layers"]:
            row["build_config"] = {"input_shape": [None, 10**12]}

    path = changed(saved, tmp_path / "model.keras", change)
    assert keras_model.summary(model_files.open_model(path)["model"]).params == 33


def activation_record(record: Any) -> None:
    layer = keras.saving.serialize_keras_object(keras.layers.Lambda(lambda x: x, name="code"))
    record["config"]["layers"][1]["config"]["activation"] = layer["config"]["function"]


def function_record(record: Any) -> None:
    code = {"module": "builtins", "class_name": "function", "config": "eval"}
    record["config"]["layers"][1]["config"]["activation"] = code


def deep_record(record: Any) -> None:
    row = record["config"]["layers"][1]
    inner = dict(row)
    for _ in range(40):
        inner = {"class_name": "TimeDistributed", "config": {"layer": inner, "name": "t"}}
    record["config"]["layers"][1] = inner


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (activation_record, "is a Lambda: it carries Python code"),
        (function_record, "uses the function 'eval', which is not one of Keras's own."),
        (deep_record, "nests objects more than 30 deep."),
    ],
)
def test_code_inside_a_layer_is_refused(
    change: Any, said: str, saved: Path, tmp_path: Path
) -> None:
    assert said in refusal(changed(saved, tmp_path / "model.keras", change))


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_vocabulary_that_is_a_file_is_left_out_unread(
    wrapped: bool, saved: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("API_KEY=hunter2\nAPI_KEY=hunter2\n")

    def change(record: Any) -> None:
        words = {"class_name": "StringLookup", "config": {"vocabulary": str(secret), "name": "w"}}
        outer = {"class_name": "TimeDistributed", "config": {"layer": words, "name": "w"}}
        record["config"]["layers"][1] = outer if wrapped else words

    found = model_files.open_model(changed(saved, tmp_path / "model.keras", change))
    assert "secret" not in repr(found) and "hunter2" not in repr(found)
    note = next(n for n in found["notes"] if n.where == "w")
    assert note.message.startswith("'vocabulary' of StringLookup names a file, which is never")


def test_strange_training_settings_are_left_out_not_fatal(saved: Path, tmp_path: Path) -> None:
    def change(record: Any) -> None:
        record["compile_config"]["loss"] = {"module": "mine", "class_name": "Loss", "config": {}}

    found = model_files.open_model(changed(saved, tmp_path / "model.keras", change))
    assert found["compile"] == zoo.STACKS["toy"].compile.without("loss")
    assert found["notes"][0].where == "compile.loss"
    assert found["notes"][0].message == (
        "It was left out: 'compile.loss' is a custom class (mine.Loss)."
    )


# --- our own runs ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["cnn", "rows_as_sequence", "shared", "variational"])
def test_saving_and_loading_gives_identical_predictions(name: str, tmp_path: Path) -> None:
    model = keras_model.build(zoo.MODELS[name])
    rng = np.random.default_rng(0)
    x = [rng.random((5, *t.shape[1:])).astype("float32") for t in model.inputs]
    given = x if len(x) > 1 else x[0]
    model.save(tmp_path / "model.keras")
    artefact.save_h5(tmp_path / "model.keras", tmp_path / "model.h5")
    before = model.predict(given, verbose=0)
    for file in ("model.keras", "model.h5"):
        after = artefact.load_artefact(tmp_path / file).predict(given, verbose=0)
        assert np.array_equal(before, after)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["model.h5", "model.keras"]


def test_a_missing_or_damaged_artefact_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is missing"):
        artefact.load_artefact(tmp_path / "model.keras")
    (tmp_path / "model.keras").write_bytes(b"PK damaged")
    with pytest.raises(FileError, match="cannot be used: it is cut off"):
        artefact.load_artefact(tmp_path / "model.keras")


def test_what_h5_cannot_hold_is_said(tmp_path: Path) -> None:
    x = keras.Input((3,))
    keras.Model(x, keras.ops.sin(keras.layers.Dense(2)(x))).save(tmp_path / "model.keras")
    with pytest.raises(FileError, match=r"cannot be written as \.h5"):
        artefact.save_h5(tmp_path / "model.keras", tmp_path / "model.h5")
    assert not (tmp_path / "model.h5").exists()


def test_the_layer_record_is_all_a_project_needs(saved: Path) -> None:
    found = model_files.open_model(saved)["model"]
    assert found.layers["dense"] == layer("Dense", units=8, activation="tanh")
