"""Plain text end to end: learned words, training, resuming, a typed sentence, what files keep."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from builder import parse, starters
from builder.cli import main
from builder.engine.build import keras_model
from builder.engine.data import loading
from builder.engine.files import model_files
from builder.engine.inference import evaluation, predict_text
from builder.engine.training import train_run
from builder.engine.training.reporting import NullSink
from builder.errors import DataError, FileError
from builder.exporters.contract import ExportRequest
from builder.exporters.registry import all_exporters
from builder.spec import ObjectSpec, TrainingSpec, chain
from tests import zoo
from tests.zoo import dense, given, layer

SENTENCES = (
    zoo.STACKS["sentences"]
    .with_fit(epochs=6)
    .with_compile(optimizer=layer("Adam", learning_rate=0.03))
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("sentences")
    return train_run.train(SENTENCES, folder, NullSink(), lambda: None)


def test_our_loop_trains_it(trained: dict[str, Any]) -> None:
    assert trained["path"].startswith("Trained by the fast loop")


class Until:
    """Lets so many questions pass, then answers with an order."""

    def __init__(self, many: int, order: str) -> None:
        self.left, self.order = many, order

    def __call__(self) -> str | None:
        self.left -= 1
        return self.order if self.left < 0 else None


def test_a_paused_run_goes_on_with_the_very_numbers(
    trained: dict[str, Any], tmp_path: Path
) -> None:
    paused = train_run.train(SENTENCES, tmp_path, NullSink(), Until(1, "pause"))
    assert paused["ended"] == "paused"
    again = train_run.train(SENTENCES, tmp_path, NullSink(), lambda: None)
    assert again["history"] == trained["history"] and again["test"] == trained["test"]


def test_a_saved_model_reads_sentences_as_before(trained: dict[str, Any]) -> None:
    model = keras.models.load_model(trained["artefact"])
    layer = model.get_layer("text_vectorization")
    assert layer.get_vocabulary()[:3] == ["", "[UNK]", "was"]
    loaded = loading.load(SENTENCES.dataset)
    found = model.evaluate(loaded.input.test, loaded.target.test, verbose=0, return_dict=True)
    assert found == pytest.approx(trained["test"])


def test_a_model_file_opened_as_a_project_brings_its_words(
    trained: dict[str, Any], tmp_path: Path
) -> None:
    opened = model_files.open_model(trained["artefact"], tmp_path / "weights.npz")
    words = opened["model"].layers["text_vectorization"].config["vocabulary"]
    assert opened["weights"] and len(words) == 28 and words[0] == "was"
    training = TrainingSpec(
        opened["model"], SENTENCES.dataset, compile=SENTENCES.compile, weights={"file": "x"}
    )
    again = keras_model.build_compiled(training)
    from builder.engine.files import initial_weights

    initial_weights.load_weights(again, tmp_path / "weights.npz")
    texts = loading.load(SENTENCES.dataset).input.test
    before = keras.models.load_model(trained["artefact"])
    np.testing.assert_array_equal(*(m.predict(texts, verbose=0) for m in (again, before)))


def test_the_exam_shows_sentences(trained: dict[str, Any]) -> None:
    found = evaluation.report(trained["artefact"], SENTENCES)
    assert found["style"] == "texts"
    assert found["test"] == pytest.approx(trained["test"], abs=1e-6)
    cell = evaluation.cell(trained["artefact"], SENTENCES, 1, 1)
    assert all(isinstance(row, str) and row.endswith(".") for row in cell["parts"][0]["texts"])


def said(trained: dict[str, Any], text: str) -> dict[str, Any]:
    return predict_text.predict_text(trained["artefact"], SENTENCES, text)


def test_a_typed_sentence_is_answered(trained: dict[str, Any]) -> None:
    answer = said(trained, "Soup was LOVELY and waiter was wonderful!")
    assert answer["class"] == "positive" and answer["sure"]
    assert sum(answer["probabilities"]) == pytest.approx(1)
    assert all(known for _, known in answer["words"])
    assert said(trained, "music was awful and kitchen was dirty")["class"] == "negative"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Nothing is typed yet."),
        ("   ", "Nothing is typed yet."),
        ("Quark strangeness", "The model knows none of these words."),
        ("the food was superb", "The model does not know 3 of these 4 words."),
    ],
)
def test_what_it_cannot_know_is_not_sure(trained: dict[str, Any], text: str, why: str) -> None:
    answer = said(trained, text)
    assert (answer["sure"], answer["why"]) == (False, why)


def test_rows_of_words_know_their_words_too(tmp_path: Path) -> None:
    rows = zoo.STACKS["which_words"].with_fit(epochs=1)
    run = train_run.train(rows, tmp_path, NullSink(), lambda: None)
    answer = predict_text.predict_text(run["artefact"], rows, "soup xyzzy")
    assert answer["words"] == [("soup", True), ("xyzzy", False)]


def test_lines_of_a_file_are_answered_in_a_terminal(
    trained: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.txt"
    file.write_text("music was awful\n\nQuark\n", "utf-8")
    assert main(["predict", trained["artefact"], str(file)]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["text"], first["class"], first["sure"]) == ("music was awful", "0", True)
    assert second["why"] == "The model knows none of these words."


def test_too_long_a_text_is_refused(trained: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="at most 20,000 are read"):
        said(trained, "a " * 20_000)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("h5", "no place for the vocabulary that 'text_vectorization' learned"),
        ("onnx", "ONNX has no operations on plain text, which 'text_vectorization' reads."),
        ("tflite", "LiteRT .* has no operations on plain text, which 'text_vectorization' reads."),
    ],
)
def test_forms_that_cannot_hold_text_say_so(trained: dict[str, Any], name: str, words: str) -> None:
    with pytest.raises(FileError, match=words):
        all_exporters()[name].export(ExportRequest(SENTENCES, trained["artefact"]))


def test_the_preview_counts_words() -> None:
    found = loading.preview(SENTENCES.dataset)
    assert found["frequent"][0][0] == "was" and found["different"] == 28
    assert sum(found["lengths"][1]) == 500 and sum(n for _, n in found["counts"]) == 500
    assert found["labels"][0] in ("negative", "positive")


# --- a person's own file -----------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("LAYERWISE_DATA", str(tmp_path))
    loading.forget()
    yield tmp_path
    loading.forget()


def kept(folder: Path, x: Any) -> ObjectSpec:
    y = np.arange(len(x)) % 2
    np.savez(folder / "mine.npz", x_train=x, y_train=y, x_test=x[:2], y_test=y[:2])
    return ObjectSpec("NpzFile", {"file": "mine.npz"})


@pytest.mark.parametrize("column", [False, True])
def test_strings_in_a_file_are_texts(folder: Path, column: bool) -> None:
    x = np.array(["good soup", "bad", "a bad day", "gut: ä ö ü"])
    dataset = kept(folder, x[:, None] if column else x)
    loaded = loading.load(dataset)
    assert loaded.facts.input.kind == "text" and loaded.input.train.tolist() == x.tolist()
    names: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        exec(loading.source(dataset), names)  # noqa: S102 - our own lines, as a script would
    assert names["x_train"].tolist() == x.tolist() and names["x_train"].dtype == object


def test_a_text_like_a_book_is_refused(folder: Path) -> None:
    with pytest.raises(DataError, match="at most 20,000 are accepted"):
        loading.load(kept(folder, np.array(["a" * 20_001, "b"])))


# --- code that people paste --------------------------------------------------------------------

TUTORIAL = """
import keras
from keras import layers
max_features = 5000
vectorize_layer = layers.TextVectorization(
    max_tokens=max_features, output_mode="int", output_sequence_length=250)
vectorize_layer.adapt(x_train)
model = keras.Sequential()
model.add(keras.Input(shape=(1,), dtype="string"))
model.add(vectorize_layer)
model.add(layers.Embedding(max_features, 16))
model.add(layers.GlobalAveragePooling1D())
model.add(layers.Dense(1, activation="sigmoid"))
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=3)
"""

MODEL = chain(
    "sequential",
    given(1, dtype="string"),
    layer("TextVectorization", max_tokens=5000, output_sequence_length=250),
    layer("Embedding", input_dim=5000, output_dim=16),
    layer("GlobalAveragePooling1D"),
    dense(1, "sigmoid"),
)


@pytest.mark.parametrize("dtype", ['"string"', "tf.string"])
def test_a_tutorial_is_read_and_awaits_its_texts(dtype: str) -> None:
    text = TUTORIAL.replace('"string"', dtype)
    found = parse.parse("import tensorflow as tf" + text if "tf" in dtype else text)
    assert found.training is not None
    layers = list(found.training.model.layers.values())
    assert layers == list(MODEL.layers.values())
    assert found.training.dataset.class_name == "DataToCome"
    (texts,) = found.training.dataset.config["inputs"].values()
    assert texts["kind"] == "text"


def test_a_model_of_text_that_came_alone_gets_the_sentences() -> None:
    for shape in ((), (1,)):
        entrance = given(*shape, dtype="string")
        model = chain("alone", entrance, layer("StringLookup"), dense(1, "sigmoid"))
        assert starters.project_for_model(model).dataset.class_name == "ReviewTexts"
