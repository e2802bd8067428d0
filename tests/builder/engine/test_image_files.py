"""Pictures of any kind, size and origin are read as a drawing is, or refused in words."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from builder.engine.data import loading
from builder.engine.inference import predict_image
from builder.errors import FileError
from builder.spec import ObjectSpec
from tests.builder.engine.drawings import canvas, dense, enlarged, png, saved


@pytest.mark.parametrize("side", [28, 63, 280, 1500])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF"])
def test_files_of_any_size_and_kind_give_the_drawings_answer(trained, digits, tmp_path, side, kind):
    artefact, spec = trained
    page = 255 - np.pad(digits[0][1], 4 if side != 28 else 0)
    how = Image.Resampling.BICUBIC
    pixels = np.asarray(Image.fromarray(page).resize((side, side), how))
    path = tmp_path / f"digit.{kind.lower()}"
    path.write_bytes(png(pixels, kind))
    said = predict_image.predict_file(artefact, spec, path)
    drawing = predict_image.predict_drawing(artefact, spec, canvas(digits[0][1]))
    assert said["class"] == drawing["class"]
    # a compressor's ringing around a stroke is as wide as the stroke in a picture this small
    limit = 25 if kind in ("JPEG", "WEBP") and side < 100 else 15
    assert np.abs(said["seen"].astype(int) - drawing["seen"]).mean() < limit
    assert predict_image.predict_file(artefact, spec, path.read_bytes())["class"] == said["class"]


def test_modes_and_rotation_are_understood(trained, digits):
    artefact, spec = trained
    small = digits[0][1]
    expected = predict_image.predict_drawing(artefact, spec, canvas(small))["seen"].astype(int)
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
        seen = predict_image.predict_file(artefact, spec, content)["seen"].astype(int)
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
        right += predict_image.predict_file(artefact, spec, content)["class"] == str(label)
        clean += predict_image.predict_drawing(artefact, spec, canvas(small))["class"] == str(label)
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
        predict_image.predict_file(*trained, content)
    assert words in caught.value.message and caught.value.hint


def test_missing_files_and_folders_are_named(trained, tmp_path):
    with pytest.raises(FileError, match=r"nowhere\.png cannot be read: No such file"):
        predict_image.predict_file(*trained, tmp_path / "nowhere.png")
    with pytest.raises(FileError, match="Is a directory"):
        predict_image.predict_file(*trained, tmp_path)


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
    said = predict_image.predict_file(
        artefact, spec, png(rng.integers(0, 255, (40, 60, 3)).astype("uint8"))
    )
    assert said["seen"].shape == (12, 10, 3) and said["classes"] == ["0", "1"]
    assert abs(sum(said["probabilities"]) - 1) < 1e-6
    loading.forget()
