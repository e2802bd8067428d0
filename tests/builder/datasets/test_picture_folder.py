"""A person's own pictures: decoded once, split, and read the same by a script of Keras."""

from __future__ import annotations

import contextlib
import io

import keras
import numpy as np
import pytest
from PIL import Image, ImageOps

from builder.datasets import _decoded_examples, _decoded_pictures, picture_folder
from builder.datasets.contract import resolve_settings
from builder.engine.data import loading
from builder.errors import DataError
from builder.media.picture_overview import overview_file
from builder.runs.disk import data_files
from builder.suggest.media import picture_dataset
from tests.builder.media.small_pictures import archive, drawn, heic, saved, shapes, turned


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path / "home"))
    loading.forget()


def dataset(tmp_path, data: bytes, **settings):
    path = tmp_path / "shapes.zip"
    path.write_bytes(data)
    file = data_files.keep("shapes.zip", data)
    made = picture_dataset.picture_dataset(file, "shapes.zip", overview_file(str(path)))
    return made.with_(**settings)


def run_source(spec, folder, monkeypatch):
    """What the script's own lines make of the archive that lies beside it."""
    monkeypatch.chdir(folder)
    names: dict = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(loading.source(spec), "script", "exec"), names)  # noqa: S102 - our own lines
    return names


def in_parts():
    """Discs and bars in folders for training, validation and test."""
    return {
        f"data/{part}/{shape}/{n}.png": saved(drawn(shape, 1000 * i + n))
        for i, part in enumerate(("train", "val", "test"), 1)
        for shape in ("bar", "disc")
        for n in range(6 + i)
    }


ODD = {
    "shapes/bar/lying.jpg": turned(drawn("bar", 5)),
    "shapes/bar/seen.png": saved(drawn("bar", 6).convert("RGBA")),
    "shapes/disc/deep.png": saved(Image.fromarray(np.full((20, 20), 60_000, np.uint16))),
    "shapes/disc/ink.jpg": saved(drawn("disc", 7).convert("CMYK"), "JPEG"),
    "shapes/disc/web.webp": saved(drawn("disc", 8), "WEBP"),
    "shapes/disc/phone.heic": heic(drawn("disc", 10)),
    "shapes/disc/half.png": saved(drawn("disc", 9))[:300],
    "shapes/disc/again.png": shapes()["shapes/disc/000.png"],
}

CASES = {
    "cropped": (shapes(), {"aspect": "crop"}),
    "padded and grey": (shapes(), {"aspect": "pad", "color_mode": "grayscale"}),
    "one-hot": (shapes(), {"aspect": "stretch", "labels": "one_hot"}),
    "at the top": (shapes(top=""), {}),
    "in parts": (in_parts(), {}),
    "cleaned": (shapes() | ODD, {}),
}


@pytest.mark.parametrize("case", CASES)
def test_a_script_reads_the_same_numbers(case, tmp_path, monkeypatch):
    members, settings = CASES[case]
    spec = dataset(tmp_path, archive(members), height=24, width=24, **settings)
    ours, script = loading.load(spec), run_source(spec, tmp_path, monkeypatch)
    for name, column in (("x", ours.input), ("y", ours.target)):
        for part in ("train", "test"):
            mine, theirs = getattr(column, part), script[f"{name}_{part}"]
            np.testing.assert_array_equal(mine, theirs)
            assert mine.dtype == theirs.dtype or name == "y"  # one-hot ones are float64 in Keras


def test_keras_reads_the_same_folder(tmp_path):
    """By itself, without a line of ours."""
    spec = dataset(tmp_path, archive(), height=24, width=24)
    _decoded = decoded(spec)
    import zipfile

    with zipfile.ZipFile(tmp_path / "shapes.zip") as file:
        file.extractall(tmp_path)
    loader = keras.utils.image_dataset_from_directory(
        *(tmp_path / "shapes",),
        batch_size=None,
        image_size=(24, 24),
        shuffle=False,
        crop_to_aspect_ratio=True,
        verbose=False,
    )
    pictures, labels = zip(*loader.as_numpy_iterator(), strict=True)
    np.testing.assert_array_equal(_decoded.examples, np.rint(pictures))
    np.testing.assert_array_equal(_decoded.labels, labels)


def decoded(spec):
    settings = resolve_settings(picture_folder.ENTRY, spec.config)
    return _decoded_examples.read_decoded(
        _decoded_pictures.PICTURES, settings, data_files.find_file(spec.config["file"])
    )


def test_they_are_decoded_once_and_again_when_the_array_is_damaged(tmp_path, monkeypatch):
    spec = dataset(tmp_path, archive(), height=16, width=16)
    first = np.array(decoded(spec).examples)
    (kept,) = (tmp_path / "home" / "decoded").glob("*.npy")
    written = kept.stat().st_ino
    decoded(spec)
    assert kept.stat().st_ino == written
    kept.write_bytes(kept.read_bytes()[:-50])
    np.testing.assert_array_equal(decoded(spec).examples, first)
    assert sorted(p.suffix for p in kept.parent.iterdir()) == [".json", ".npy"]


def test_each_class_has_its_share_of_the_test_and_parts_stay_as_they_are(tmp_path):
    data = loading.load(dataset(tmp_path, archive(), test_split=0.25))
    assert np.bincount(data.target.test).tolist() == [3, 3]
    parts = loading.load(dataset(tmp_path, archive(in_parts())))
    assert (len(parts.target.train), len(parts.target.test)) == (14 + 16, 18)
    # the validation folder is the end of the training, cut off by Keras's own rule
    share = dataset(tmp_path, archive(in_parts())).config["validation"]
    assert int(30 * (1 - share)) == 14


def test_a_photo_is_seen_upright_and_what_is_broken_or_twice_is_left_out(tmp_path):
    spec = dataset(tmp_path, archive(shapes() | ODD), height=40, width=40, aspect="stretch")
    assert spec.config["clean"] is True
    made = decoded(spec)
    names = {path.rpartition("/")[2]: i for i, path in enumerate(made.paths)}
    assert "half.png.png" not in names and len({*names} & {"again.png.png", "000.png.png"}) == 1
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(ODD["shapes/bar/lying.jpg"])))
    assert upright.size == (40, 32)
    seen = made.examples[names["lying.jpg.png"]]
    rows = np.asarray(upright, "float32").mean(axis=(1, 2))
    assert (
        np.corrcoef(seen.mean(axis=(1, 2)), np.interp(np.arange(40) * 0.8, range(32), rows))[0, 1]
        > 0.95
    )
    assert made.examples[names["deep.png.png"]].min() > 200


def test_a_picture_that_cannot_be_decoded_is_named_with_the_way_out(tmp_path):
    broken = shapes() | {"shapes/disc/half.png": saved(drawn("disc", 9))[:300]}
    with pytest.raises(DataError) as caught:
        loading.load(dataset(tmp_path, archive(broken), clean=False))
    assert caught.value.message == "half.png cannot be decoded."
    assert caught.value.where == "dataset.clean"
    assert not list((tmp_path / "home" / "decoded").glob("*.npy"))


def test_a_picture_damaged_in_its_archive_is_named(tmp_path):
    data = bytearray(archive())
    at = data.index(b"IDAT", data.index(b"shapes/disc/003.png")) + 20
    data[at] ^= 255
    with pytest.raises(DataError, match=r"003\.png (cannot be opened|is damaged)"):
        loading.load(dataset(tmp_path, bytes(data), clean=False))
    cleaned = loading.load(dataset(tmp_path, bytes(data), clean=True))
    assert cleaned.facts.n_train + cleaned.facts.n_test == 23


def test_one_class_is_refused(tmp_path):
    alone = {p: c for p, c in shapes().items() if "bar" in p}
    with pytest.raises(DataError, match="only one class, 'bar'"):
        dataset(tmp_path, archive(alone))


@pytest.mark.parametrize("place", ["../up", "/etc"])
def test_settings_cannot_lead_out_of_the_archive(place, tmp_path):
    with pytest.raises(DataError, match="no folder of the archive"):
        loading.load(dataset(tmp_path, archive(), directory=place))


def test_one_more_picture_is_read_as_those_of_the_folder(tmp_path):
    for settings in ({}, {"aspect": "pad", "color_mode": "grayscale"}, {"clean": True}):
        spec = dataset(tmp_path, archive(), height=24, width=24, **settings)
        made = decoded(spec)
        whole = resolve_settings(picture_folder.ENTRY, spec.config)
        for row in (5, 6, 20):
            data = shapes()[made.paths[row].removesuffix(".png").removesuffix(".png") + ".png"]
            seen = _decoded_pictures.read_picture(whole, data)
            np.testing.assert_array_equal(seen, made.examples[row])
