"""Weights of opened files: they come along, they fit or are told, and they lead nowhere else."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from builder import code, edit
from builder.engine.build import keras_model
from builder.engine.build.backend import keras
from builder.engine.files import initial_weights, model_files
from builder.engine.training import train_run
from builder.engine.training.reporting import NullSink
from builder.errors import FileError
from builder.facts import START
from builder.spec import Config, ModelSpec
from tests import zoo
from tests.builder.engine.test_files import members, packed
from tests.zoo import dense

SAVED = ("nested", "cnn", "translator", "twins", "called", "normalized")
MODELS = {**zoo.MODELS, **zoo.SEVERAL}


def opened(model: keras.Model, folder: Path, suffix: str = "keras") -> tuple[dict[str, Any], Path]:
    path, keep = folder / f"model.{suffix}", folder / "kept.npz"
    model.save(path)
    return model_files.open_model(path, keep), keep


def shaken(spec: ModelSpec) -> keras.Model:
    """The model with other numbers than its initializers give."""
    model = keras_model.build(spec)
    rng = np.random.default_rng(1)
    for weight in model.weights:
        if "float" in str(weight.dtype):
            weight.assign(rng.uniform(0.1, 0.9, weight.shape))
    for _, layer in initial_weights.leaves(model):
        if hasattr(layer, "finalize_state"):  # a Normalization works with what it has learned
            layer.finalize_state()
    return model


def example(model: keras.Model) -> list[Any]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 2, (2, *t.shape[1:])).astype(t.dtype) for t in model.inputs]


@pytest.mark.parametrize("suffix", ["keras", "h5"])
@pytest.mark.parametrize("name", SAVED)
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5")
def test_an_opened_model_predicts_as_it_did(name: str, suffix: str, tmp_path: Path) -> None:
    model = shaken(MODELS[name])
    x = example(model)
    before = keras.tree.flatten(model(x if len(x) > 1 else x[0]))
    found, keep = opened(model, tmp_path, suffix)
    assert found["notes"] == () and found["weights"]
    again = keras_model.build(found["model"])
    assert initial_weights.load_weights(again, keep) == ()
    for a, b in zip(before, keras.tree.flatten(again(x if len(x) > 1 else x[0])), strict=True):
        assert np.array_equal(a, b)


def test_a_layer_that_changed_starts_fresh_and_says_so(tmp_path: Path) -> None:
    spec = zoo.NESTED
    _, keep = opened(shaken(spec), tmp_path)
    changed = edit.rename(edit.configure(spec, "out", dense(7, "softmax")), "inner", "core")
    model = keras_model.build(changed)
    before = [np.asarray(w) for w in model.weights]
    notes = initial_weights.load_weights(model, keep)
    assert [n.where for n in notes] == ["core/dense", "core/dense_1", "out"]
    assert notes[-1].message == (
        "starts with fresh weights: a part of it was 4 × 2 and is 4 × 7 now."
    )
    assert initial_weights.join_notes(notes).startswith(
        "Fresh weights in 'core/dense', 'core/dense_1', 'out': "
    )
    assert all(np.array_equal(a, w) for a, w in zip(before, model.weights, strict=True))


def test_weights_find_a_layer_under_its_new_name_and_nobody_else_takes_them(tmp_path: Path) -> None:
    spec = zoo.NESTED
    model = shaken(spec)
    _, keep = opened(model, tmp_path)
    begun = replace(zoo.training(spec, zoo.layer("Iris")), weights=Config(file="f"))
    renamed = edit.follow_edit(begun, edit.rename(edit.rename(spec, "inner", "core"), "out", "end"))
    again = keras_model.build(renamed.model)
    assert initial_weights.load_weights(again, keep, renamed.weights["names"]) == ()
    for a, b in zip(model.weights, again.weights, strict=True):
        assert np.array_equal(a, b)
    taken = edit.rename(edit.add(renamed.model, renamed.model.layers["end"]), "dense", "out")
    wired = edit.set_returned(edit.connect(taken, "core", "out"), "out", True)
    assert [
        n.where
        for n in initial_weights.load_weights(
            keras_model.build(wired), keep, renamed.weights["names"]
        )
    ] == ["out"]


def test_a_training_begins_with_them(tmp_path: Path) -> None:
    spec = zoo.STACKS["toy"]
    model = shaken(spec.model)
    initial_weights.write_weights(model, tmp_path / START)
    began = replace(spec.with_fit(epochs=0), weights=Config(file="0" * 64, name="toy.keras"))
    heard: list[str] = []

    class Ear(NullSink):
        def message(self, text: str) -> None:
            heard.append(text)

    result = train_run.train(began, tmp_path, Ear(), lambda: None)
    assert "The weights are those of toy.keras." in heard
    assert result["path"] == train_run.AS_IT_WAS and result["test"]
    kept = keras.models.load_model(result["artefact"])
    assert all(np.array_equal(a, b) for a, b in zip(model.weights, kept.weights, strict=True))


def test_weights_that_are_missing_or_damaged_say_so(tmp_path: Path) -> None:
    model = keras_model.build(zoo.STACKS["toy"].model)
    for content in (None, b"PK\x03\x04 nothing", b"\x93NUMPY"):
        path = tmp_path / START
        if content:
            path.write_bytes(content)
        with pytest.raises(FileError, match="cannot be read"):
            initial_weights.load_weights(model, path)


SECRET = [("/etc/passwd", 0, h5py.h5f.UNLIMITED)]


def external(file: h5py.File) -> None:
    del file["layers/dense/vars/0"]
    file["layers/dense/vars/0"] = h5py.ExternalLink("/etc/hostname", "/")


def soft(file: h5py.File) -> None:
    del file["layers/dense/vars/0"]
    file["layers/dense/vars/0"] = h5py.SoftLink("/layers/dense/vars/1")


def huge(file: h5py.File) -> None:
    del file["layers/dense/vars/0"]
    file.create_dataset("layers/dense/vars/0", (10**6, 10**6), "float32", chunks=(1000, 1000))


def words(file: h5py.File) -> None:
    del file["layers/dense/vars/0"]
    file.create_dataset("layers/dense/vars/0", data=["a", "b"], dtype=h5py.string_dtype())


def raw(file: h5py.File) -> None:
    """The numbers of one array are the bytes of another file of the server."""
    shape = file["layers/dense/vars/0"].shape
    del file["layers/dense/vars/0"]
    file.create_dataset("layers/dense/vars/0", shape, "float32", external=SECRET)


def twice(file: h5py.File) -> None:
    """The same, in a group that has a harmless name too, which is met first."""
    group = file["layers/dense/vars"]
    shape = group["0"].shape
    del group["0"]
    group.create_dataset("0", shape, "float32", external=SECRET)
    file["a"] = group


@pytest.mark.parametrize(
    "tamper", [external, soft, huge, words, raw, twice], ids=lambda f: f.__name__
)
def test_weights_that_lead_elsewhere_are_left(tamper: Any, tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    keras_model.build(zoo.STACKS["toy"].model).save(path)
    parts = members(path)
    (tmp_path / "w.h5").write_bytes(parts["model.weights.h5"])
    with h5py.File(tmp_path / "w.h5", "r+") as file:
        tamper(file)
    packed(path, parts | {"model.weights.h5": (tmp_path / "w.h5").read_bytes()})
    found = model_files.open_model(path, tmp_path / "kept.npz")
    assert isinstance(found["model"], ModelSpec) and not found["weights"]
    assert found["notes"][-1].message.startswith("The weights were not taken over: '")
    assert not (tmp_path / "kept.npz").exists()


def test_an_h5_file_cannot_read_other_files_through_a_name(tmp_path: Path) -> None:
    path, keep = tmp_path / "model.h5", tmp_path / "kept.npz"
    keras_model.build(zoo.STACKS["toy"].model).save(path)
    with h5py.File(path, "r+") as file:
        group = file["model_weights/dense"]
        kernel, bias = (str(n) for n in group.attrs["weight_names"])
        file.create_dataset("elsewhere/k", group[kernel].shape, "float32", external=SECRET)
        group.attrs["weight_names"] = [b"/elsewhere/k", bias.encode()]
    found = model_files.open_model(path, keep)
    assert found["notes"][-1].message.startswith("The weights were not taken over: '/elsewhere/k'")
    assert not keep.exists()


def test_a_script_says_which_weights_it_would_begin_with() -> None:
    spec = replace(zoo.STACKS["toy"], weights=Config(file="0" * 64, name='my "net".keras'))
    text = code.script(spec, "x_train = 1")
    assert '# model.load_weights("my _net_.keras", skip_mismatch=True)' in text
    assert "load_weights" not in code.script(zoo.STACKS["toy"], "x_train = 1")
    ast.parse(text)
