"""Layers of our own: what they compute, how scripts carry them, how texts and files are known."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from builder import code, edit, parse
from builder.catalog.layers import own
from builder.code import custom_layer_source
from builder.custom_layers.registry import custom_layer_classes
from builder.engine.build import keras_model
from builder.engine.build.backend import keras
from builder.engine.files import model_files
from builder.errors import BuildError
from builder.spec import ModelSpec, TrainingSpec, chain, snake_case
from tests import zoo
from tests.zoo import given, layer

OWN = custom_layer_classes()
ROWS = "x_train = y_train = x_test = y_test = 0"
PATCHED = zoo.STACKS["patched"]


def test_patches_are_the_squares_of_the_picture() -> None:
    pictures = np.random.default_rng(0).random((2, 6, 9, 2)).astype("float32")
    rows = np.asarray(OWN["Patches"](3)(pictures))
    assert rows.shape == (2, 6, 18)
    np.testing.assert_array_equal(rows[1, 4].reshape(3, 3, 2), pictures[1, 3:6, 3:6])


def test_a_position_embedding_adds_one_vector_a_position_and_keeps_the_mask() -> None:
    words = keras.layers.Embedding(9, 4, mask_zero=True)(np.array([[1, 2, 0]]))
    made = OWN["PositionEmbedding"]()
    added = made(words)
    np.testing.assert_array_equal(added, np.asarray(words) + made.weights[0].numpy())
    assert np.asarray(added._keras_mask).tolist() == [[True, True, False]]


def test_sampling_draws_in_training_only_and_adds_the_distance_from_a_bell_curve() -> None:
    mean, log_var = np.full((5000, 2), 3.0, "float32"), np.full((5000, 2), np.log(4.0), "float32")
    made = OWN["Sampling"](kl_weight=0.5, seed=1)
    np.testing.assert_array_equal(made([mean, log_var]), mean)
    kl = 2 * 0.5 * (9 + 4 - np.log(4.0) - 1)
    assert float(made.losses[0]) == pytest.approx(0.5 * kl, rel=1e-5)
    drawn = np.asarray(made([mean, log_var], training=True))
    assert drawn.mean() == pytest.approx(3, abs=0.1) and drawn.std() == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize(
    ("shape", "new", "said"),
    [
        ((28, 27, 1), layer("Patches", patch_size=4), "28×27 do not split into patches of 4×4"),
        ((None, 28, 1), layer("Patches", patch_size=4), "None×28 do not split"),
        ((None, 4), layer("PositionEmbedding"), "must be of one fixed length"),
    ],
)
def test_what_does_not_fit_is_said(shape: tuple[int | None, ...], new: Any, said: str) -> None:
    failure = keras_model.summary(chain("m", given(*shape), new)).failure
    assert failure is not None and said in failure.message


def test_a_file_is_its_class_and_one_import_for_scripts_carry_no_more() -> None:
    for name, text in custom_layer_source.sources().items():
        tree = ast.parse((custom_layer_source.FOLDER / f"{snake_case(name)}.py").read_text("utf-8"))
        words, imported, found = tree.body
        assert ast.get_docstring(tree) and isinstance(words, ast.Expr)
        assert ast.unparse(imported) == "import keras"
        assert ast.unparse(found) == ast.unparse(ast.parse(text))


@pytest.mark.parametrize("style", code.STYLES)
def test_a_script_brings_each_class_once_and_only_when_used(style: str) -> None:
    text = code.script(PATCHED, ROWS, style=style)
    assert [text.count(f"class {name}(") for name in own.BY_NAME] == [1, 1, 0]
    assert "register" not in code.script(zoo.STACKS["tutorial"], ROWS, style=style)


def off(training: TrainingSpec) -> TrainingSpec:
    model = edit.switch(training.model, "position_embedding", True)
    return TrainingSpec(model, training.dataset, compile=training.compile, fit=training.fit)


def test_a_switched_off_one_comes_back_from_its_comment() -> None:
    text = code.script(off(PATCHED), ROWS)
    assert "# PositionEmbedding(),  # switched off" in text
    assert "class PositionEmbedding(" in text
    read = parse.parse(text).training
    assert read is not None and read.model == off(PATCHED).model


def test_names_of_nodes_and_models_make_way_for_the_classes() -> None:
    model = edit.rename(PATCHED.model, "dense", "Patches")
    model = ModelSpec("position_embedding", model.layers, model.nodes, model.outputs)
    training = TrainingSpec(model, PATCHED.dataset, compile=PATCHED.compile, fit=PATCHED.fit)
    for style in code.styles(training):
        read = parse.parse(code.script(training, ROWS, style=style)).training
        assert read is not None and read.model == model, style


def test_the_same_class_is_known_however_it_is_written_and_no_other() -> None:
    text = code.script(PATCHED, ROWS)
    other = text.replace("patch_size, **kwargs", "patch_size,\n        **kwargs,\n   ")
    other = other.replace("size = self.patch_size\n", "size = (self.patch_size)  # pixels\n")
    assert other != text
    read = parse.parse(other)
    assert read.training is not None and read.training.model == PATCHED.model
    changed = parse.parse(text.replace("(0, 1, 3, 2, 4, 5)", "(0, 3, 1, 2, 4, 5)"))
    assert any("Patches is taken apart" in n.message for n in changed.notes)
    assert changed.training is not None
    classes = [getattr(layer, "class_name", "") for layer in changed.training.model.layers.values()]
    assert "Patches" not in classes and "ops.transpose" in classes


def test_a_class_of_others_that_calls_itself_ours_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text(
        keras_model.build(PATCHED.model).to_json().replace("layerwise>Pat", "layerwise>Mat")
    )
    found = model_files.open_model(path)
    assert "is a custom class (layerwise>Matches)" in found["notes"][0].message
    with pytest.raises(BuildError, match="layerwise>Matches"):
        keras_model.build(found["model"])
