"""A drawing becomes what MNIST's pictures are, is answered, and doubted when it should be."""

from __future__ import annotations

import io
import os
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from builder.engine import build, data, picture, predict
from builder.engine.backend import keras
from builder.errors import DataError, FileError
from builder.spec import ObjectSpec, TrainingSpec, chain

ROOT = Path(__file__).parents[3]
MNIST = Path(os.environ.get("LAYERWISE_DATA") or ROOT.parent / "shared" / "data") / "mnist.npz"


def training(dataset: ObjectSpec, *layers: ObjectSpec) -> TrainingSpec:
    compile_ = {
        "optimizer": ObjectSpec("Adam"),
        "loss": ObjectSpec("CategoricalCrossentropy"),
        "metrics": (ObjectSpec("accuracy"),),
    }
    return TrainingSpec(chain("model", *layers), dataset, compile=compile_)


def dense(dataset: ObjectSpec, shape=(28, 28), units=10, last="softmax") -> TrainingSpec:
    return training(
        dataset,
        ObjectSpec("InputLayer", {"shape": shape}),
        ObjectSpec("Flatten"),
        ObjectSpec("Dense", {"units": 64, "activation": "relu"}),
        ObjectSpec("Dense", {"units": units, "activation": last}),
    )


def saved(spec: TrainingSpec, path: Path, epochs: int = 0) -> str:
    model = build.compiled(spec)
    if epochs:
        found = data.load(spec.dataset)
        model.fit(found.x_train, found.y_train, epochs=epochs, verbose=0)
    model.save(path)
    return str(path)


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> tuple[str, TrainingSpec]:
    spec = dense(ObjectSpec("Digits", {"variants": 3, "distortion": 0.3}))
    return saved(spec, tmp_path_factory.mktemp("run") / "model.keras", epochs=6), spec


@pytest.fixture(scope="module")
def digits():
    raw = data.load(ObjectSpec("Digits", {"variants": 3, "distortion": 0.3})).raw
    return raw.x_test, raw.y_test


def replays() -> list[np.ndarray]:
    """Sets of pictures made MNIST's way: the built-in ones, and MNIST's own where it is at hand.

    MNIST was centred to whole points and so comes back exactly; the built-in ones lie between.
    """
    builtin = data.load(ObjectSpec("Digits", {"variants": 1})).raw.x_test
    return [builtin, *([np.load(MNIST)["x_test"][:300]] if MNIST.exists() else [])]


def enlarged(small: np.ndarray, times: int = 10) -> np.ndarray:
    return np.kron(small, np.ones((times, times), small.dtype))


def canvas(small: np.ndarray) -> np.ndarray:
    """As the Draw page gives it: 280×280 RGBA, black ink on white."""
    grey = 255 - enlarged(small)
    return np.dstack([grey, grey, grey, np.full_like(grey, 255)])


def png(pixels: np.ndarray, format_: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format_, **options)
    return file.getvalue()


# --- centre ------------------------------------------------------------------------------------


def test_a_picture_made_mnists_way_comes_back_as_it_was():
    for pictures, limit in zip(replays(), (14, 0.1), strict=False):
        there_and_back = [predict.centre(enlarged(p).astype("float32") / 255) for p in pictures]
        off = np.abs(np.stack(there_and_back).astype(int) - pictures).mean(axis=(1, 2))
        assert off.mean() < limit


def test_no_ink_is_nothing():
    assert predict.centre(np.zeros((280, 280), "float32")) is None


@pytest.mark.parametrize("box", [(140, 20), (20, 140), (100, 100), (3, 3), (1, 1), (280, 280)])
def test_ink_is_scaled_to_the_box_and_centred_by_mass(box):
    ink = np.zeros((280, 280), "float32")
    ink[: box[0], -box[1] :] = 1
    seen = predict.centre(ink)
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    assert max(len(rows), len(columns)) == 20 and seen.max() == 255
    assert abs(rows.mean() - 13.5) <= 0.5 and abs(columns.mean() - 13.5) <= 0.5


def test_a_hair_line_is_not_lost():
    ink = np.zeros((400, 400), "float32")
    ink[10:390, 200] = 1
    ink[200, 100:300] = 1
    seen = predict.centre(ink)
    assert (seen > 120).sum() >= 28  # a cross of 20 and 10 points


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_any_ink_at_all_gives_a_picture(height, width, seed):
    rng = np.random.default_rng(seed)
    ink = rng.random((height, width), "float32") * (rng.random((height, width)) < rng.random())
    seen = predict.centre(ink)
    assert (seen is None) == (ink <= picture.FAINT).all()
    assert seen is None or (seen.shape == (28, 28) and seen.dtype == np.uint8 and seen.max() == 255)


# --- drawing -----------------------------------------------------------------------------------


def test_drawings_are_answered_as_well_as_the_test_set(trained, digits):
    artefact, spec = trained
    pictures, labels = digits
    answers = [predict.drawing(artefact, spec, canvas(p)) for p in pictures[:150]]
    right = np.array([a["class"] == str(y) for a, y in zip(answers, labels, strict=False)])
    model = keras.models.load_model(artefact)
    _, exam = model.evaluate(pictures / 255.0, np.eye(10)[labels], verbose=0)
    assert abs(right.mean() - exam) < 0.06 and right.mean() > 0.8
    sure = np.array([a["sure"] for a in answers])
    assert 0.2 < sure.mean() < 1
    assert right[sure].mean() > right[~sure].mean() + 0.1 and right[sure].mean() > 0.93


def test_an_answer_is_complete_and_is_what_the_model_says(trained, digits):
    artefact, spec = trained
    said = predict.drawing(artefact, spec, canvas(digits[0][0]))
    assert set(said) == {"seen", "probabilities", "classes", "class", "sure", "why"}
    assert said["classes"] == [str(n) for n in range(10)] and said["why"].endswith(".")
    assert said["seen"].shape == (28, 28) and said["seen"].dtype == np.uint8
    model = keras.models.load_model(artefact)
    expected = model.predict(said["seen"][None] / 255.0, verbose=0)[0]
    assert np.allclose(said["probabilities"], expected, atol=1e-5)
    assert said["class"] == str(expected.argmax())


def test_the_paper_may_be_of_any_colour(trained, digits):
    artefact, spec = trained
    ink = enlarged(digits[0][1])
    clear = np.zeros_like(ink)
    ways = [
        canvas(digits[0][1]),
        canvas(digits[0][1])[..., :3],
        ink,
        255 - ink,
        np.dstack([clear, clear, clear, ink]),  # black on transparent
        np.dstack([clear + 255, clear + 255, clear + 255, ink]),  # white on transparent
    ]
    seen = [predict.drawing(artefact, spec, way)["seen"] for way in ways]
    assert all(np.abs(s.astype(int) - seen[0]).max() <= 3 for s in seen)


@pytest.mark.parametrize("shade", [None, 0, 128, 255])
def test_an_empty_canvas_says_so(trained, shade):
    image = None if shade is None else np.full((280, 280, 4), shade, "uint8")
    said = predict.drawing(*trained, image)
    assert said["class"] is None and said["seen"] is None and not said["sure"]
    assert said["probabilities"] == [] and len(said["classes"]) == 10
    assert "empty" in said["why"] or "Nothing" in said["why"]


def drawn(how) -> np.ndarray:
    image = Image.new("RGBA", (280, 280), "white")
    how(ImageDraw.Draw(image))
    return np.asarray(image)


def test_a_dot_and_a_blot_are_not_sure(trained):
    for side in (12, 22):  # a speck, and one touch of the page's pen
        around = (100, 100, 100 + side, 100 + side)
        dot = predict.drawing(*trained, drawn(lambda d, a=around: d.ellipse(a, "black")))
        assert not dot["sure"] and "dot" in dot["why"] and dot["class"] is not None
    for blot in (
        lambda d: d.ellipse((60, 60, 220, 220), "black"),
        lambda d: d.rectangle((20, 20, 260, 260), "black"),
    ):
        said = predict.drawing(*trained, drawn(blot))
        assert not said["sure"] and "filled shape" in said["why"]


def test_two_likely_answers_are_both_named(trained):
    """A face is no digit; whatever the model makes of it, it must not be certain of much."""
    artefact, spec = trained
    rng = np.random.default_rng(0)
    doubts = []
    for _ in range(20):
        points = [tuple(p) for p in rng.integers(20, 260, (9, 2)).tolist()]
        said = predict.drawing(
            artefact, spec, drawn(lambda d, p=points: d.line(p, "black", 16, joint="curve"))
        )
        doubts.append(not said["sure"])
        if not said["sure"]:
            assert "could as well be" in said["why"] or "filled" in said["why"]
    assert np.mean(doubts) > 0.4


def test_calls_are_quick_and_survive_other_work(trained, digits):
    artefact, spec = trained
    image = canvas(digits[0][2])
    first = predict.drawing(artefact, spec, image)
    build.summary(spec.model)  # clears Keras's session
    times = []
    for _ in range(30):
        start = time.perf_counter()
        again = predict.drawing(artefact, spec, image)
        times.append(time.perf_counter() - start)
    assert again["probabilities"] == first["probabilities"]
    assert np.median(times) < 0.03  # 2 ms when nobody else uses the machine


def test_a_model_trained_anew_is_noticed(tmp_path):
    spec = dense(ObjectSpec("Digits", {"variants": 1}))
    image = drawn(lambda d: d.line((140, 40, 140, 240), "black", 20))
    path = tmp_path / "model.keras"
    before = predict.drawing(saved(spec, path), spec, image)
    keras.utils.set_random_seed(5)
    other = build.build(spec.model)
    other.save(path)
    os.utime(path, ns=(1, 1))
    after = predict.drawing(str(path), spec, image)
    assert before["probabilities"] != after["probabilities"]


@pytest.mark.parametrize(
    ("config", "shape", "units", "last"),
    [
        ({"scale": "standard"}, (28, 28), 10, "softmax"),
        ({"channel_axis": True}, (28, 28, 1), 10, "softmax"),
        ({"scale": "none"}, (28, 28), 10, None),
        ({}, (None, None), 10, "softmax"),
    ],
)
def test_every_preparation_is_applied_to_drawings(tmp_path, digits, config, shape, units, last):
    dataset = ObjectSpec("Digits", {"variants": 1, **config})
    spec = dense(dataset, shape, units, last)
    if None in shape:
        layers = (
            ObjectSpec("InputLayer", {"shape": (None, None, 1)}),
            ObjectSpec("Conv2D", {"filters": 4, "kernel_size": 3}),
            ObjectSpec("GlobalAveragePooling2D"),
            ObjectSpec("Dense", {"units": 10, "activation": "softmax"}),
        )
        spec = training(dataset, *layers)
    artefact = saved(spec, tmp_path / "model.keras")
    said = predict.drawing(artefact, spec, canvas(digits[0][3]))
    found = data.load(dataset)
    x = found.scaling(said["seen"][None]).reshape(1, *[s or 28 for s in spec_shape(spec)])
    scores = (
        keras.models.load_model(artefact, compile=False).predict(x, verbose=0)[0].astype("float64")
    )
    if last is None:
        scores = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
    assert np.allclose(said["probabilities"], scores, atol=1e-4)


def spec_shape(spec: TrainingSpec) -> tuple[int | None, ...]:
    shape: tuple[int | None, ...] = spec.model.layers["input_layer"].config["shape"]
    return shape


def test_without_a_project_values_run_from_0_to_1(trained, digits):
    image = canvas(digits[0][0])
    bare, full = predict.drawing(trained[0], None, image), predict.drawing(*trained, image)
    assert bare["probabilities"] == full["probabilities"] and bare["class"] == full["class"]


# --- image files -------------------------------------------------------------------------------


@pytest.mark.parametrize("side", [28, 63, 280, 1500])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF"])
def test_files_of_any_size_and_kind_give_the_drawings_answer(trained, digits, tmp_path, side, kind):
    artefact, spec = trained
    page = 255 - np.pad(digits[0][1], 4 if side != 28 else 0)
    how = Image.Resampling.BICUBIC
    pixels = np.asarray(Image.fromarray(page).resize((side, side), how))
    path = tmp_path / f"digit.{kind.lower()}"
    path.write_bytes(png(pixels, kind))
    said = predict.image_file(artefact, spec, path)
    drawing = predict.drawing(artefact, spec, canvas(digits[0][1]))
    assert said["class"] == drawing["class"]
    # a compressor's ringing around a stroke is as wide as the stroke in a picture this small
    limit = 25 if kind in ("JPEG", "WEBP") and side < 100 else 12
    assert np.abs(said["seen"].astype(int) - drawing["seen"]).mean() < limit
    assert predict.image_file(artefact, spec, path.read_bytes())["class"] == said["class"]


def test_modes_and_rotation_are_understood(trained, digits):
    artefact, spec = trained
    small = digits[0][1]
    expected = predict.drawing(artefact, spec, canvas(small))["seen"].astype(int)
    page = Image.fromarray(255 - enlarged(np.pad(small, 3)))
    deep = Image.fromarray(np.asarray(page).astype("uint16") * 257)
    exif = Image.Exif()
    exif[274] = 6  # the camera was turned: show it a quarter clockwise
    turned = io.BytesIO()
    page.transpose(Image.Transpose.ROTATE_90).save(turned, "JPEG", exif=exif, quality=95)
    files = [turned.getvalue()]
    for image in (page, page.convert("1"), page.convert("P"), page.convert("RGBA"), deep):
        file = io.BytesIO()
        image.save(file, "PNG")
        files.append(file.getvalue())
    for content in files:
        seen = predict.image_file(artefact, spec, content)["seen"].astype(int)
        assert np.abs(seen - expected).mean() < 8


def test_a_photograph_with_shadow_grain_and_specks_is_cleaned(trained, digits):
    artefact, spec = trained
    pictures, labels = digits
    rng = np.random.default_rng(0)
    right = clean = 0
    for small, label in zip(pictures[:40], labels, strict=False):
        ink = np.asarray(Image.fromarray(small).resize((200, 200), Image.Resampling.BICUBIC)) / 255
        page = np.pad(ink, 60)
        light = 200 - 70 * np.linspace(0, 1, page.shape[1])[None] + rng.normal(0, 5, page.shape)
        photo = light * (1 - 0.75 * page)
        for y, x in rng.integers(5, 310, (4, 2)):
            photo[y : y + 3, x : x + 3] = 60
        content = png(np.clip(photo, 0, 255).astype("uint8"), "JPEG", quality=80)
        right += predict.image_file(artefact, spec, content)["class"] == str(label)
        clean += predict.drawing(artefact, spec, canvas(small))["class"] == str(label)
    assert right >= clean - 5


def bomb() -> bytes:
    """A PNG of a few bytes that claims 60,000 × 60,000 points."""

    def chunk(name: bytes, content: bytes) -> bytes:
        body = name + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    data_ = zlib.compress(b"\0" * 10_000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data_) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "cannot be read as a picture"),
        (b"not a picture", "cannot be read as a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "cannot be read as a picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "cannot be read as a picture"),
        (png(np.zeros((50, 50), "uint8"))[:60], "cannot be read as a picture"),
        (bomb(), "would unpack to more"),
        (b"\xff\xd8" + b"\0" * (21 * 2**20), "has 21 MB"),
    ],
)  # fmt: skip
def test_bad_files_are_refused_in_words(trained, content, words):
    with pytest.raises(FileError) as caught:
        predict.image_file(*trained, content)
    assert words in caught.value.message and caught.value.hint


def test_missing_files_and_folders_are_named(trained, tmp_path):
    with pytest.raises(FileError, match=r"nowhere\.png cannot be read: No such file"):
        predict.image_file(*trained, tmp_path / "nowhere.png")
    with pytest.raises(FileError, match="Is a directory"):
        predict.image_file(*trained, tmp_path)


# --- models that do not fit --------------------------------------------------------------------


def test_models_that_cannot_read_a_drawing_say_so(tmp_path, trained):
    image = drawn(lambda d: d.line((140, 40, 140, 240), "black", 20))
    iris = training(
        ObjectSpec("Iris"),
        ObjectSpec("InputLayer", {"shape": (4,)}),
        ObjectSpec("Dense", {"units": 3, "activation": "softmax"}),
    )
    with pytest.raises(DataError, match="a drawing is 28×28"):
        predict.drawing(saved(iris, tmp_path / "iris.keras"), iris, image)
    few = dense(ObjectSpec("Digits", {"variants": 1}), units=7)
    with pytest.raises(DataError, match="scores 7 classes but the dataset has 10"):
        predict.drawing(saved(few, tmp_path / "few.keras"), few, image)


def test_damaged_or_missing_models_are_file_errors(tmp_path, trained):
    image = drawn(lambda d: d.line((140, 40, 140, 240), "black", 20))
    with pytest.raises(FileError, match="No such file"):
        predict.drawing(str(tmp_path / "none.keras"), trained[1], image)
    (tmp_path / "bad.keras").write_bytes(b"PK nothing")
    with pytest.raises(FileError, match=r"bad\.keras cannot be opened"):
        predict.drawing(str(tmp_path / "bad.keras"), trained[1], image)


def test_a_yes_or_no_model_and_other_picture_sizes(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    parts = {"x_train": rng.integers(0, 255, (20, 12, 10, 3)).astype("uint8")}
    parts |= {
        "x_test": parts["x_train"][:5],
        "y_train": np.arange(20) % 2,
        "y_test": np.arange(5) % 2,
    }
    np.savez(tmp_path / "small.npz", **parts)
    monkeypatch.setenv("LAYERWISE_DATA", str(tmp_path))
    spec = dense(ObjectSpec("NpzFile", {"file": "small.npz"}), (12, 10, 3), 1, "sigmoid")
    artefact = saved(spec, tmp_path / "model.keras")
    said = predict.image_file(
        artefact, spec, png(rng.integers(0, 255, (40, 60, 3)).astype("uint8"))
    )
    assert said["seen"].shape == (12, 10, 3) and said["classes"] == ["0", "1"]
    assert abs(sum(said["probabilities"]) - 1) < 1e-6
    data.forget()
