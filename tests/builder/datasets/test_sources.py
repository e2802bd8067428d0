"""The lines a script gets give exactly the arrays the app trains on."""

from __future__ import annotations

import json
import os
import tarfile
from pathlib import Path

import numpy as np
import pytest

from builder import code, parse
from builder.code import data_source
from builder.datasets import _keras
from builder.datasets.contract import resolve_settings
from builder.datasets.registry import all_datasets, find_dataset
from builder.engine.data import loading
from builder.spec import Config, ObjectSpec
from tests import forks, zoo
from tests.zoo import clothes

ROOT = Path(__file__).parents[3]
OFFLINE = [n for n, p in all_datasets().items() if p.OFFLINE and not p.CONTENTS.is_guess]


def ran(dataset: ObjectSpec) -> dict[str, object]:
    names: dict[str, object] = {}
    exec(loading.source(dataset), names)  # noqa: S102 - our own lines, as a script would run them
    return names


def same(dataset: ObjectSpec) -> None:
    loaded, names = loading.load(dataset), ran(dataset)
    for column in loaded.columns:
        for part in ("train", "test"):
            side = "x" if column.facts.role == "input" else "y"
            given = names[f"{side}_{part}"]
            given = given[column.facts.name] if loaded.facts.is_named else given
            gaps = given.dtype.kind == "f"  # a missing number is NaN on both sides
            same = np.array_equal(getattr(column, part), given, equal_nan=gaps)
            assert same, (column.facts.name, part)
            # to_categorical answers in float64, which Keras makes float32 when it trains
            assert side == "y" or getattr(column, part).dtype == given.dtype


DRAWN = ("Digits", "CoveredDigits", "DigitPairs")
"""Those that take a second to draw."""


@pytest.mark.parametrize(
    "dataset",
    [
        ObjectSpec("CoveredDigits", {"variants": 1, "labels": "one_hot", "channel_axis": True}),
        ObjectSpec("DigitPairs", {"pairs": 500, "scale": "none"}),
    ],
)
def test_sources_of_drawn_columns_give_the_same_arrays(dataset):
    same(dataset)


@pytest.mark.parametrize("scale", ["none", "unit", "standard"])
@pytest.mark.parametrize("name", [n for n in OFFLINE if n not in DRAWN])
def test_offline_sources_give_the_same_arrays(name, scale):
    same(ObjectSpec(name, {"scale": scale}))


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"scale": "standard", "labels": "integers", "channel_axis": True},
        {"scale": "none", "distortion": 0.0},
    ],
)
def test_the_digits_source_stands_alone(config):
    same(ObjectSpec("Digits", {"variants": 1, **config}))


def test_other_choices_reach_the_source():
    same(ObjectSpec("Circles", {"samples": 333, "noise": 0.3, "test_split": 0.35}))
    same(ObjectSpec("Iris", {"labels": "integers", "test_split": 0.4}))


@pytest.mark.parametrize("labels", ["integers", "one_hot", "values"])
@pytest.mark.parametrize("dtype", ["uint8", "float64", "int64"])
def test_a_persons_file_gives_the_same_arrays(tmp_path, monkeypatch, labels, dtype):
    rng = np.random.default_rng(0)
    parts = {
        f"x_{p}": rng.integers(0, 9, (n, 6, 5)).astype(dtype)
        for p, n in (("train", 9), ("test", 4))
    }
    parts |= {f"y_{p}": np.arange(n)[:, None] % 3 for p, n in (("train", 9), ("test", 4))}
    np.savez(tmp_path / "mine.npz", **parts)
    monkeypatch.setenv("LAYERWISE_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for scale in ("none", "unit", "standard"):
        same(ObjectSpec("NpzFile", {"file": "mine.npz", "labels": labels, "scale": scale}))
    loading.forget()


@pytest.mark.parametrize("name", [n for n, p in all_datasets().items() if not p.OFFLINE])
def test_sources_of_downloads_are_the_tutorials_lines(name):
    source = find_dataset(name).source(ObjectSpec(name).config)
    compile(source, name, "exec")
    assert "from keras.datasets import" in source
    assert "(x_train, y_train), (x_test, y_test) =" in source


KERAS_FOLDER = """
import json, os, pathlib
import numpy as np
from builder.datasets.registry import find_dataset
from builder.engine.data import loading as data
from builder.errors import DataError
from builder.spec import ObjectSpec
home = pathlib.Path(os.environ["KERAS_HOME"])
o = ObjectSpec("FashionMnist", {"labels": "one_hot"})
d, names = data.load(o), {}
exec(data.source(o), names)
both = ((d.input, "x"), (d.target, "y"))
same = all(np.array_equal(getattr(c, p), names[f"{k}_{p}"]) for c, k in both
           for p in ("train", "test"))
said = {}
for name in ("Cifar10", "Imdb", "Reuters", "CaliforniaHousing", "Mnist"):
    try:
        find_dataset(name).load(ObjectSpec(name).config)
    except DataError as error:
        said[name] = [error.message, error.hint]
(home / "datasets" / "mnist.npz").write_bytes(b"another file")
try:
    data.load(ObjectSpec("Mnist"))
except DataError as error:
    unasked = error.message
cut = home / "datasets" / "fashion-mnist" / "train-images-idx3-ubyte.gz"
cut.write_bytes(cut.read_bytes()[:-100])
damaged = []
for load in (data.load, lambda o: find_dataset(o.class_name).load(o.config)):
    try:
        data.forget()
        load(o)
    except DataError as error:
        damaged.append(error.message)
print(json.dumps({"same": same, "shape": d.input.train.shape, "max": float(d.input.train.max()),
                  "classes": d.facts.target.classes, "said": said, "unasked": unasked,
                  "damaged": damaged, "cut": cut.exists()}))
"""


def test_keras_own_loaders_read_their_folder_and_say_so_when_offline(tmp_path):
    """Fashion-MNIST's four files, made small here, are read by Keras's own loader; the others are
    not there and the network is unreachable."""
    clothes.write(tmp_path, 30, 10)
    env = dict.fromkeys(("http_proxy", "https_proxy", "HTTPS_PROXY"), "http://127.0.0.1:9")
    env |= {"KERAS_HOME": str(tmp_path), "LAYERWISE_DATA": str(tmp_path)}
    said = forks.run("-c", KERAS_FOLDER, cwd=ROOT, env=os.environ | env)
    found = json.loads(said.strip().splitlines()[-1])
    assert found["same"] and found["shape"] == [30, 28, 28] and found["max"] == 1.0
    assert found["classes"][9] == "Ankle boot"
    assert len(found["said"]) == 5
    # describing asks no network, and leaves alone a file that Keras would replace
    assert found["unasked"] == "The copy of MNIST digits on this computer is damaged."
    assert (tmp_path / "datasets" / "mnist.npz").read_bytes() == b"another file"
    # what Keras has no hash for is noticed, too; only who may download it removes it
    said, tried = found["damaged"]
    assert said == "The copy of Fashion-MNIST on this computer is damaged."
    assert "the network does not answer" in tried and not found["cut"]
    for message, hint in found["said"].values():
        assert "the network does not answer" in message
        assert "built in" in hint


def test_what_is_unpacked_is_only_read(tmp_path):
    """Keras unpacks an archive at every load; who may not write there reads what there is."""
    from keras.utils import get_file

    (tmp_path / "datasets").mkdir()
    (tmp_path / "part").write_text("old")
    with tarfile.open(tmp_path / "datasets" / "tiny_archive", "w") as archive:
        archive.add(tmp_path / "part", "part")
    given = {"origin": "http://nowhere/tiny", "untar": True, "cache_dir": str(tmp_path)}
    for text in ("old", "new"):
        with _keras.forbid_downloads():
            folder = Path(get_file("tiny", **given))
        assert (folder / "part").read_text() == text
        (folder / "part").write_text("new")


def test_class_names_are_keras_own():
    from keras.datasets import reuters

    from builder.datasets import cifar100
    from builder.datasets import reuters as ours

    assert reuters.get_label_names() == ours.CLASSES
    assert len(set(cifar100.CLASSES)) == 100 and list(cifar100.CLASSES) == sorted(cifar100.CLASSES)


@pytest.mark.parametrize("name", [n for n, m in all_datasets().items() if not m.OFFLINE])
def test_a_download_that_is_not_here_is_written_with_its_preparation(name):
    """Nothing is loaded, and the whole script says the same dataset when it is read back."""
    entry = find_dataset(name).ENTRY
    choices = [{}, {"labels": "one_hot"}, {"scale": "none"}, {"channel_axis": True}]
    for config in (c for c in choices if c.keys() <= entry.args.keys()):
        dataset = ObjectSpec(name, Config(config))
        script = code.script(zoo.training(zoo.TUTORIAL, dataset), loading.source(dataset))
        read = parse.parse(script).training
        assert read is not None
        given = (resolve_settings(entry, d.config) for d in (read.dataset, dataset))
        assert next(given) == next(given), config


FEWEST = {"variants": 1, "pairs": 500, "reviews": 500, "samples": 50}
"""Settings that decide how much is drawn."""


def fewest(name: str) -> ObjectSpec:
    """A dataset with as few rows as it can have, one-hot and with a channel axis if it can."""
    asked = FEWEST | {"labels": "one_hot", "channel_axis": True}
    args = find_dataset(name).ENTRY.args
    return ObjectSpec(name, Config({k: v for k, v in asked.items() if k in args}))


@pytest.mark.parametrize("name", OFFLINE)
def test_a_dataset_holds_what_its_module_says(name):
    dataset = fewest(name)
    says, raw = find_dataset(name).CONTENTS, find_dataset(name).load(dataset.config)
    inputs = {c.name: (c.kind, c.train.shape[1:]) for c in raw.columns if c.role == "input"}
    assert inputs == says.inputs
    targets = [c for c in raw.columns if c.role == "target"]
    assert {c.name for c in targets} == says.targets.keys()
    for column in targets:
        kind, classes, shape = says.target(column.name)
        assert (column.kind, len(column.classes)) == (kind, classes)
        assert not shape or column.train.shape[1:] == shape  # settings may decide it
    given = resolve_settings(find_dataset(name).ENTRY, dataset.config)
    rows = says.rows(given) if callable(says.rows) else says.rows
    column = raw.columns[0]
    many = len(column.train) + (0 if says.is_split else len(column.test))
    assert rows in (None, many)


@pytest.mark.parametrize("name", OFFLINE)
def test_a_script_is_the_same_without_the_data(name):
    """The web process writes it from what the module says, the engine from what it loaded."""
    dataset = fewest(name)
    foreseen = data_source.source(dataset, data_source.expected_facts(dataset))
    assert foreseen == data_source.source(dataset, loading.describe(dataset))
