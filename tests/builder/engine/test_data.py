"""Datasets as a model sees them: shapes, scaling by training rows, labels, and the preview."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from builder.datasets.contract import Raw
from builder.datasets.registry import all_datasets, find_dataset
from builder.engine.data import loading
from builder.engine.data.prepare import prepare
from builder.errors import CatalogError, DataError
from builder.runs.engine_process import wire
from builder.spec import ObjectSpec

OFFLINE = [n for n, p in all_datasets().items() if p.OFFLINE and not p.CONTENTS.is_guess]
PLAIN = [n for n in OFFLINE if find_dataset(n).ENTRY.group not in ("Several columns", "Text")]
"""Datasets of one x, of numbers, and one y; test_several and test_texts look at the others."""


def spec(name: str, **config) -> ObjectSpec:
    small = {"variants": 1} if name == "Digits" else {}
    return ObjectSpec(name, {**small, **config})


def texts(**changes) -> Raw:
    rng = np.random.default_rng(0)
    parts = {
        "x_train": rng.integers(0, 50, (30, 12)),
        "y_train": np.arange(30) % 2,
        "x_test": rng.integers(0, 50, (10, 12)),
        "y_test": np.arange(10) % 2,
    }
    return Raw.of_x_and_y("sequence", tuple((parts | changes).values()), ("no", "yes"))


CLASSES = {"Shapes": 4, "Digits": 10, "Iris": 3, "Wine": 3, "Diabetes": 0, "Museum": 0}
KINDS = {"Shapes": "image", "Digits": "image", "Museum": "series"}


@pytest.mark.parametrize("name", PLAIN)
def test_facts_say_what_the_arrays_are(name):
    found = loading.load(spec(name))
    facts = loading.describe(spec(name))
    assert facts == found.facts and facts.offline and not facts.warning
    for column in found.columns:
        assert column.train.shape == (facts.n_train, *column.facts.shape)
        assert column.test.shape == (facts.n_test, *column.facts.shape)
        assert str(column.train.dtype) == column.facts.dtype
        train = np.asarray(column.train)
        assert (train.min(), train.max()) == (column.facts.low, column.facts.high)
    assert facts.input.dtype == {"Shapes": "uint8"}.get(name, "float32")
    assert len(facts.target.classes) == CLASSES.get(name, 2)
    assert facts.input.kind == KINDS.get(name, "vector")
    assert facts.bytes >= found.input.train.nbytes


def test_tables_are_scaled_as_scikit_learn_scales_by_training_rows():
    raw = loading.load(spec("Wine", scale="none"))
    for scale, scaler in (("standard", StandardScaler()), ("unit", MinMaxScaler())):
        ours = loading.load(spec("Wine", scale=scale))
        theirs = scaler.fit(raw.input.train.astype("float64"))
        assert np.allclose(ours.input.train, theirs.transform(raw.input.train), atol=2e-4)
        assert np.allclose(ours.input.test, theirs.transform(raw.input.test), atol=2e-4)


def test_images_are_scaled_and_shaped_as_tutorials_do():
    raw = loading.load(spec("Digits", scale="none"))
    assert raw.input.train.max() == 255 and raw.input.train.shape[1:] == (28, 28)
    unit = loading.load(spec("Digits"))
    assert np.array_equal(unit.input.train, raw.input.raw.train.astype("float32") / 255.0)
    standard = loading.load(spec("Digits", scale="standard", channel_axis=True))
    assert standard.input.train.shape[1:] == (28, 28, 1)
    assert abs(standard.input.train.mean()) < 1e-4 and abs(standard.input.train.std() - 1) < 1e-4


def test_labels_are_encoded_as_asked():
    one_hot, integers = loading.load(spec("Iris")), loading.load(spec("Iris", labels="integers"))
    assert one_hot.target.train.shape == (120, 3) and one_hot.target.train.dtype == np.float32
    assert np.array_equal(one_hot.target.train.argmax(axis=1), integers.target.train)
    assert np.bincount(integers.target.test).tolist() == [10, 10, 10]  # split with equal shares
    assert loading.load(spec("Diabetes")).target.train.dtype == np.float32


def test_asking_again_costs_nothing_and_memory_is_bounded(monkeypatch):
    loading.forget()
    first = loading.load(spec("Iris"))
    assert loading.load(ObjectSpec("Iris")) is first
    monkeypatch.setattr(loading, "CACHE_BYTES", 1)
    loading.load(spec("Wine"))
    assert loading.load(spec("Iris")) is not first


def test_errors_are_of_the_family():
    with pytest.raises(CatalogError):
        loading.load(ObjectSpec("Irish"))
    with pytest.raises(DataError):
        loading.load(ObjectSpec("Iris", {"scale": "big"}))


def test_preview_of_images():
    found = loading.preview(spec("Digits", scale="standard"), per_class=5)
    assert found["style"] == "gallery" and found["images"].shape == (10, 5, 28, 28)
    assert found["images"].dtype == np.uint8 and found["images"].max() == 255
    assert [name for name, _ in found["counts"]] == [str(n) for n in range(10)]
    assert sum(n for _, n in found["counts"]) == 1440
    assert found["raw"] == {"shape": [1440, 28, 28], "dtype": "uint8", "min": 0, "max": 255}
    assert found["prepared"]["dtype"] == "float32"
    assert sum(found["y_after"]) == 1 and found["y_after"][found["y_before"]] == 1
    loaded = loading.load(spec("Digits"))
    threes = loaded.input.raw.train[loaded.target.raw.train == 3]
    assert np.array_equal(found["images"][3], threes[:5])


def test_preview_of_tables_points_and_values():
    table = loading.preview(spec("Iris"))
    assert table["columns"][0] == "sepal length (cm)" and np.shape(table["rows"]) == (50, 4)
    edges, counts = table["histograms"]["sepal length (cm)"]
    assert sum(counts) == 120 and len(edges) == len(counts) + 1
    assert edges[0] == load_iris().data[:, 0].min()
    points = loading.preview(spec("Spiral"))
    assert points["x"].shape == (800, 2) and set(points["y"].tolist()) == {0, 1}
    assert loading.preview(spec("Diabetes"))["counts"] == []


@pytest.mark.parametrize("name", OFFLINE)
def test_previews_and_facts_cross_to_another_process(name):
    facts = loading.describe(spec(name))
    assert wire.loads(wire.dumps(facts)) == facts
    shown = loading.preview(spec(name))
    back = wire.loads(wire.dumps(shown))
    assert back.keys() == shown.keys() and back.get("raw") == shown.get("raw")


def test_texts_stay_word_numbers():
    found = prepare(ObjectSpec("Imdb"), texts())
    assert found.input.train.dtype == np.int32 and found.facts.input.shape == (12,)
    assert found.facts.input.kind == "sequence" and found.facts.target.labels == "integers"


def test_whole_numbers_are_known_for_what_they_are():
    assert prepare(ObjectSpec("Imdb"), texts()).facts.input.whole
    assert loading.describe(spec("Digits", scale="none")).input.whole
    assert not loading.describe(spec("Digits")).input.whole
    assert not loading.describe(spec("Iris", scale="none")).input.whole


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"y_train": np.arange(29) % 2}, "30 examples but y_train has 29"),
        ({"y_test": np.arange(10)}, "0 to 9"),
        ({"x_test": np.zeros((10, 9), "int64")}, "(12,) but test examples (9,)"),
        ({"x_train": np.full((30, 12), np.nan)}, "no finite number"),
    ],
)
def test_damaged_data_is_refused_whatever_its_source(changes, words):
    with pytest.raises(DataError) as caught:
        prepare(ObjectSpec("Imdb"), texts(**changes))
    assert words in caught.value.message and caught.value.hint
