"""A person's own file: read when it is sound, refused in words when it is not, never executed."""

from __future__ import annotations

import contextlib
import hashlib
import io
import struct
import zipfile

import numpy as np
import pytest

from builder.datasets import _npz
from builder.datasets.registry import find_dataset
from builder.engine.data import loading
from builder.errors import DataError
from builder.runs.disk import data_files
from builder.spec import Config, ObjectSpec

KEYS = ("x_train", "y_train", "x_test", "y_test")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERWISE_DATA", str(tmp_path))
    loading.forget()
    return tmp_path


def sound(**changes):
    rng = np.random.default_rng(1)
    parts = {
        "x_train": rng.random((20, 4)),
        "y_train": np.arange(20) % 3,
        "x_test": rng.random((6, 4)),
        "y_test": np.arange(6) % 3,
    }
    return parts | changes


def load(file="mine.npz", **config):
    return loading.load(ObjectSpec("NpzFile", {"file": file, **config}))


def refused(file="mine.npz", **config):
    with pytest.raises(DataError) as caught:
        load(file, **config)
    assert caught.value.hint
    return caught.value.message


def member(array) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asarray(array))
    return file.getvalue()


def archive(path, members, how=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", how) as file:
        for name, content in members.items():
            file.writestr(name, content)


def test_a_table_with_a_column_of_labels(folder):
    np.savez(folder / "mine.npz", **sound(y_train=np.arange(20.0)[:, None] % 3))
    found = load()
    assert found.facts.input.kind == "vector" and found.facts.target.classes == ("0", "1", "2")
    assert found.facts.input.features == ("x1", "x2", "x3", "x4")
    assert found.target.train.shape == (20,) and found.input.train.max() == 1.0


def test_amounts_make_a_regression(folder):
    np.savez_compressed(folder / "mine.npz", **sound(y_train=np.linspace(0, 1, 20)))
    target = load(labels="values").facts.target
    assert (target.task, target.labels, target.classes) == ("regression", "values", ())


@pytest.mark.parametrize(
    ("shape", "kind"), [((2,), "vector"), ((8, 9), "image"), ((8, 9, 3), "image")]
)
def test_the_shape_tells_the_kind(folder, shape, kind):
    bytes_ = {k: sound()[k].astype("uint8") for k in ("y_train", "y_test")}
    parts = sound(x_train=np.ones((20, *shape)), x_test=np.ones((6, *shape)), **bytes_)
    np.savez(folder / "mine.npz", **parts)
    assert load(scale="none").facts.input.kind == kind
    assert np.isfinite(load(scale="standard").input.train).all()


def test_a_very_wide_table_shows_some_of_its_columns(folder):
    np.savez(folder / "mine.npz", **sound(x_train=np.ones((20, 3000)), x_test=np.ones((6, 3000))))
    found = loading.preview(ObjectSpec("NpzFile", {"file": "mine.npz"}))
    assert len(found["histograms"]) == len(found["columns"]) == len(found["rows"][0]) == 100


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../mine.npz",
        "/etc/passwd",
        "a/b.npz",
        "mine",
        ".npz",
        "..",
        "mine.npy",
        "a\\b.npz",
        "a\0.npz",
    ],
)
def test_only_plain_names_are_opened(name):
    assert "plain name" in refused(name)


def test_a_link_out_of_the_folder_is_not_followed(folder, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "other.npz"
    np.savez(outside, **sound())
    (folder / "mine.npz").symlink_to(outside)
    assert "no file mine.npz" in refused()


def test_a_missing_file():
    assert "no file mine.npz" in refused()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"y_train": np.arange(19) % 3}, "20 examples but y_train has 19 labels"),
        ({"x_test": np.ones((6, 5))}, "(4,) but test examples (5,)"),
        ({"y_test": np.array([0, 1, 2, 3, 0, 1])}, "label 3, of which y_train has no example"),
        ({"y_train": -np.ones(20, int)}, "label 0, 1, 2, of which y_train has no example"),
        ({"y_train": np.eye(3)[np.arange(20) % 3]}, "one-hot: it has the shape (20, 3)"),
        ({"y_train": np.ones((20, 2))}, "(20, 2): 2 numbers for each example, no class"),
        ({"y_train": np.ones((20, 4, 4))}, "pictures or masks for each example"),
        ({"y_train": np.linspace(0, 1, 20)}, "fractions"),
        ({"y_train": np.full(20, np.nan)}, "fractions or gaps"),
        ({"y_train": np.arange(20) * 1000}, "has no example"),
        ({"y_train": np.full(20, 1e300)}, "has no example"),
        ({"y_train": np.full(20, 2**64 - 1, "uint64")}, "has no example"),
        ({"x_train": np.full((20, 4), -1e300)}, "as large as 1e+300"),
        ({"y_train": np.array(["a"] * 20)}, "y_train holds words but y_test numbers"),
        ({"x_train": np.full((20, 4), "a")}, "must hold numbers"),
        ({"x_train": np.ones((20, 4), "complex64")}, "must hold numbers"),
        ({"x_train": np.where(np.eye(20, 4), np.nan, 1)}, "4 entries that are no finite number"),
        ({"x_test": np.full((6, 4), np.inf)}, "x_test has 24 entries"),
        ({"x_train": np.ones((0, 4)), "y_train": np.ones(0)}, "no examples"),
        ({"x_train": np.ones(20)}, "neither a table nor pictures"),
        ({"x_train": np.ones((20, 4, 4, 4, 4))}, "neither a table nor pictures"),
        ({"x_train": np.float64(1)}, "neither a table nor pictures"),
        ({"x_test": np.float64(1)}, "x_test has 1 examples but y_test has 6"),
        ({"x_train": np.array([None] * 20)}, "Python objects"),
    ],
)  # fmt: skip
def test_arrays_that_do_not_fit_are_named(folder, changes, words):
    np.savez(folder / "mine.npz", **sound(**changes))
    assert words in refused()


@pytest.mark.parametrize(
    ("names", "classes"),
    [
        ([1, 2, 3], ("1", "2", "3")),
        ([3, 7, 9], ("3", "7", "9")),
        ([-1, 0, 1], ("-1", "0", "1")),
        (["cat", "dog", "eel"], ("cat", "dog", "eel")),
        ([0.0, 1.0, 2.0], ("0", "1", "2")),
    ],
)
def test_labels_are_numbered_and_keep_their_names(folder, names, classes):
    labels = np.array(names)
    parts = {k: labels[np.arange(n) % 3] for k, n in (("y_train", 20), ("y_test", 6))}
    np.savez(folder / "mine.npz", **sound(**parts))
    found = load()
    assert found.facts.target.classes == classes
    np.testing.assert_array_equal(found.target.train, np.arange(20) % 3)
    numbers = Config({c: i for i, c in enumerate(classes)})
    source = find_dataset("NpzFile").source(Config(file="mine.npz", classes=numbers))
    said = {"np": np}
    with contextlib.chdir(folder):
        exec(source, said)  # noqa: S102 - it is what the app itself wrote
    np.testing.assert_array_equal(said["y_train"], np.arange(20) % 3)


def test_windows_of_a_series_are_scaled_by_column(folder):
    rng = np.random.default_rng(0)
    x = rng.normal([100, -5], [10, 1], (26, 60, 2))
    np.savez(folder / "mine.npz", **sound(x_train=x[:20], x_test=x[20:]))
    found = load(scale="standard")
    assert found.facts.input.kind == "steps" and found.facts.input.shape == (60, 2)
    np.testing.assert_allclose(found.input.train.mean(axis=(0, 1)), 0, atol=1e-4)
    np.testing.assert_allclose(found.input.train.std(axis=(0, 1)), 1, atol=1e-4)


@pytest.mark.parametrize("shape", [(2,), (8, 8), (8, 8, 1)])
def test_several_amounts_and_masks_are_targets_as_they_are(folder, shape):
    parts = {"y_train": np.ones((20, *shape)), "y_test": np.ones((6, *shape))}
    np.savez(folder / "mine.npz", **sound(**parts))
    target = load(labels="values").facts.target
    assert target.kind == "array" and target.shape == shape[:2] and target.task == "regression"


def test_missing_arrays_are_named(folder):
    np.savez(folder / "mine.npz", x_train=np.ones(3), y=np.ones(3))
    message = refused()
    assert "lacks y_train, x_test, y_test" in message and "x_train, y" in message


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nothing", b"\x93NUMPY\x01\x00", b"\0" * 999])
def test_what_is_no_archive_is_refused(folder, content):
    (folder / "mine.npz").write_bytes(content)
    assert "damaged or no NumPy" in refused()


def test_a_truncated_archive_is_refused(folder):
    np.savez(folder / "mine.npz", **sound())
    whole = (folder / "mine.npz").read_bytes()
    for cut in (10, len(whole) // 2, len(whole) - 5):
        (folder / "mine.npz").write_bytes(whole[:cut])
        assert "mine.npz" in refused()


def test_a_damaged_member_is_refused(folder):
    np.savez_compressed(folder / "mine.npz", **sound())
    whole = bytearray((folder / "mine.npz").read_bytes())
    for at in range(40, len(whole) - 400, 97):
        bent = bytearray(whole)
        bent[at] ^= 0xFF
        (folder / "mine.npz").write_bytes(bent)
        with contextlib.suppress(DataError):
            load()
        loading.forget()


def test_a_header_that_promises_more_than_there_is_allocates_nothing(folder):
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 100000), }"
    header = header.ljust(118) + b"\n"
    lie = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + b"\0" * 64
    members = {f"{k}.npy": member(v) for k, v in sound().items()} | {"x_train.npy": lie}
    archive(folder / "mine.npz", members)
    assert "disagree" in refused()


def test_an_archive_that_unpacks_to_too_much_is_refused(folder, monkeypatch):
    monkeypatch.setattr(_npz, "MAX_BYTES", 10_000)
    np.savez_compressed(folder / "mine.npz", **sound(x_train=np.zeros((20, 400))))
    assert (folder / "mine.npz").stat().st_size < 10_000
    assert "at most" in refused()


def test_pickles_are_never_opened(folder):
    class Loud:
        def __reduce__(self):
            return (open, (str(folder / "opened"), "w"))

    np.savez(folder / "mine.npz", **sound(x_train=np.array([Loud()] * 20, dtype=object)))
    assert "could run code" in refused()
    assert not (folder / "opened").exists()


def test_mnist_npz_in_the_folder_is_used_without_a_network(folder):
    parts = {"x_train": np.zeros((20, 28, 28), "uint8"), "x_test": np.zeros((6, 28, 28), "uint8")}
    parts["x_train"][:, 3, 3] = 255
    np.savez(folder / "mnist.npz", **sound(**parts))
    found = loading.load(ObjectSpec("Mnist"))
    assert found.facts.input.shape == (28, 28) and found.facts.n_train == 20
    assert found.target.train.shape == (20, 10) and found.input.train.max() == 1.0
    assert _npz.names() == ("mnist.npz",)


def test_a_dropped_file_is_found_by_its_hash_and_called_by_its_name(folder, monkeypatch):
    monkeypatch.setenv("LAYERWISE_HOME", str(folder / "home"))
    np.savez(folder / "mine.npz", **sound())
    data = (folder / "mine.npz").read_bytes()
    dropped = {"file": hashlib.sha256(data).hexdigest(), "name": "my flowers.npz"}
    assert refused(dropped["file"], name="my flowers.npz") == (
        "The file my flowers.npz is not in this workspace."
    )
    assert data_files.keep("my flowers.npz", data) == dropped["file"]
    assert load(dropped["file"], name="my flowers.npz").facts.n_train == 20
    assert "np.load('my flowers.npz')" in find_dataset("NpzFile").source(dropped)
    worse = data_files.keep("worse.npz", b"no archive")
    assert refused(worse, name="worse.npz").startswith("worse.npz is damaged")
