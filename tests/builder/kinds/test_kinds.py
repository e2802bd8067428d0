"""Every kind of data keeps what its contract says, seen through columns of each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from builder.errors import CatalogError, DataError
from builder.facts import ColumnFacts
from builder.kinds._windows import Windows
from builder.kinds.contract import Column
from builder.kinds.registry import all_kinds, find_kind

RNG = np.random.default_rng(0)
WORDS = np.array(["a warm soup", "a cold soup", "friendly and quick"], "object")
TOWNS = np.array(["Ulm", "Jena", "Ulm"] * 5, "object")

WINDOWS = Windows(RNG.normal(3, 2, (18, 2)).astype("float32"), 4, 15)
LAID = np.asarray(WINDOWS)


def column(kind: str, rows: Any, role: str = "input", **more: Any) -> Column:
    return Column("it", kind, role, rows[:10], rows[10:], **more)


COLUMNS = {
    "image": column("image", RNG.integers(0, 255, (15, 4, 5)).astype("uint8")),
    "vector": column("vector", RNG.normal(3, 2, (15, 3)), features=("a", "b", "c")),
    "same numbers": column("vector", np.ones((15, 2))),
    "number": column("number", RNG.normal(90, 20, 15)),
    "same number": column("number", np.full(15, 7)),
    "amount": column("number", RNG.normal(90, 20, 15), "target"),
    "sequence": column("sequence", RNG.integers(0, 30, (15, 6))),
    "text": column("text", np.resize(WORDS, 15)),
    "category": column("category", np.arange(15) % 3, "target", classes=("x", "y", "z")),
    "cut": column("steps", RNG.normal(0, 1, (15, 6, 2)), features=("a", "b")),
    "steps": column("array", RNG.normal(0, 1, (15, 6, 2))),
    "mask": column("array", RNG.integers(0, 2, (15, 4, 4, 1)), "target"),
    "town": column("category", TOWNS, classes=("Jena", "Ulm")),
    "house number": column("category", np.arange(15) + 100),
    "smokes": column("yes_no", np.arange(15.0) % 2, classes=("no", "yes")),
    "day": column("date", np.arange(15.0) + 19_000),
    "heartbeat": column("series", LAID, features=("a", "b")),
    "heartbeats to come": column("series", LAID[:, :3, 0], "target"),
    "word": column("sound", RNG.uniform(-1, 1, (15, 400)).astype("float32")),
    "windows": Column("it", "series", "input", WINDOWS[:10], WINDOWS[10:]),
}
INPUTS = [n for n, c in COLUMNS.items() if c.role == "input"]
SETTINGS = [
    {"scale": scale, "labels": labels, "channel_axis": axis}
    for scale, labels, axis in (
        ("unit", "one_hot", False),
        ("standard", "integers", True),
        ("none", "integers", False),
    )
]


def prepared(raw: Column, settings: dict[str, Any]) -> tuple[ColumnFacts, Any, Any]:
    """What is said of the column beforehand, and both parts of it for the model."""
    kind = find_kind(raw.kind)
    said = ColumnFacts(
        raw.name,
        raw.role,
        raw.kind,
        raw.train.shape[1:],
        str(raw.train.dtype),
        classes=raw.classes,
        features=raw.features,
        ranges=kind.ranges(raw),
    )
    scaling = kind.scaling(raw, settings)
    rows = (kind.prepare(part, raw, scaling, settings) for part in (raw.train, raw.test))
    return kind.expect(said, settings), *rows


def test_every_kind_is_among_the_columns() -> None:
    assert {raw.kind for raw in COLUMNS.values()} == set(all_kinds())
    with pytest.raises(CatalogError, match="no kind of data called 'colour'"):
        find_kind("colour")


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("name", COLUMNS)
def test_a_script_prepares_what_the_engine_prepares(name: str, settings: dict[str, Any]) -> None:
    raw = COLUMNS[name]
    kind = find_kind(raw.kind)
    facts, train, test = prepared(raw, settings)
    assert train.shape[1:] == facts.shape
    assert facts.is_text or np.isfinite(train).all()
    for given in ("{}", '{}["it"]'):
        names: dict[str, Any] = {p: {"it": getattr(raw, p)} for p in ("train", "test")}
        if "[" not in given:
            names = {p: getattr(raw, p) for p in ("train", "test")}
        where = (given.format("train"), given.format("test"))
        lines = [*kind.imports(facts, settings), *kind.source(*where, facts, settings)]
        exec("\n".join(lines), names)  # noqa: S102 - our own lines
        for variable, ours in zip(where, (train, test), strict=True):
            theirs = eval(variable, names)  # noqa: S307
            assert np.array_equal(theirs, ours), lines


def test_photos_stay_whole_numbers_which_an_input_reads_as_decimals() -> None:
    facts, train, _ = prepared(COLUMNS["image"], {"labels": "integers"})
    assert train is COLUMNS["image"].train
    assert "dtype" not in find_kind("image").input_layer(facts).config


@pytest.mark.parametrize("name", INPUTS)
def test_its_input_reads_it(name: str) -> None:
    raw = COLUMNS[name]
    kind = find_kind(raw.kind)
    facts, train, _ = prepared(raw, SETTINGS[0])
    shape = kind.input_layer(facts).config["shape"]
    assert kind.fits(shape, facts) and not kind.fits((*shape, 7), facts)
    assert np.prod(shape, dtype=int) == np.prod(train.shape[1:], dtype=int)


@pytest.mark.parametrize("name", INPUTS)
def test_scikit_learn_reads_it(name: str) -> None:
    raw = COLUMNS[name]
    kind = find_kind(raw.kind)
    _, train, test = prepared(raw, SETTINGS[1])
    first = {
        "numbers": [],
        "texts": [CountVectorizer(token_pattern=r"\S+")],
        "categories": [OneHotEncoder(handle_unknown="ignore")],
    }[kind.baseline_reads]
    model = make_pipeline(*first, LogisticRegression())
    model.fit(kind.baseline(train), np.arange(10) % 2)
    assert model.predict(kind.baseline(test)).shape == (5,)


@pytest.mark.parametrize("name", INPUTS)
def test_what_a_form_asks_for_is_an_example(name: str) -> None:
    raw = COLUMNS[name]
    kind = find_kind(raw.kind)
    facts, train, _ = prepared(raw, SETTINGS[0])
    fields = kind.fields(facts)
    if not fields:
        assert raw.kind in ("image", "sound", "sequence", "category", "series", "array", "steps")
        return
    start = {"str": "a soup" if facts.is_text else "2024-05-31"}
    values = [f.choices[0] if f.choices else start.get(f.type, f.start) for f in fields.values()]
    for field in fields.values():
        assert field.min is None or field.min <= field.start <= field.max
    rows = kind.read_fields(values, facts)[None]
    row = kind.prepare(rows, raw, kind.scaling(raw, SETTINGS[0]), SETTINGS[0])
    assert row.shape[1:] == train.shape[1:]


@pytest.mark.parametrize("name", COLUMNS)
def test_people_can_look_at_it(name: str) -> None:
    raw = COLUMNS[name]
    kind = find_kind(raw.kind)
    facts, _, _ = prepared(raw, SETTINGS[0])
    assert kind.describe(facts) and kind.describe_example(facts) and kind.title
    assert {"shape", "dtype", "min", "max"} <= kind.measure(raw.train).keys()
    shown = kind.examples(raw.train[:4], facts, kind.scaling(raw, {}), None)
    part = next(k for k in ("images", "texts", "rows", "values") if k in shown)
    assert len(shown[part]) == 4


@pytest.mark.parametrize("name", INPUTS)
def test_a_page_can_draw_it_beside_a_target(name: str) -> None:
    raw, answer = COLUMNS[name], COLUMNS["category"]
    kind = find_kind(raw.kind)
    facts, target = (prepared(c, SETTINGS[0])[0] for c in (raw, answer))
    assert kind.style(facts, target) in ("gallery", "points", "table", "texts", "lines")
    kind.preview(raw, answer, kind.scaling(raw, {}), None, 2)


@pytest.mark.parametrize(
    ("name", "rows", "words"),
    [
        ("number", np.full(10, np.inf), "no finite number"),
        ("number", np.ones((10, 2)), "one number an example"),
        ("vector", np.full((10, 3), 1e300), "as large as"),
        ("image", np.full((10, 4, 5), "a"), "must hold numbers"),
        ("text", np.zeros(10), "one text an example"),
        ("text", np.array(["a" * 20_001], "object"), "20,001 letters"),
        ("category", np.full(10, 3), "whole numbers from 0 to 2"),
        ("town", np.array(["a" * 201], "object"), "201 letters"),
        ("town", np.array([None], "object"), "one text an example"),
    ],
)
def test_what_no_model_can_learn_from_is_refused(name: str, rows: Any, words: str) -> None:
    raw = replace(COLUMNS[name], train=rows)
    with pytest.raises(DataError) as caught:
        find_kind(raw.kind).validate("it_train", rows, raw)
    assert words in caught.value.message and caught.value.hint


@pytest.mark.parametrize("name", ["vector", "number", "text", "town", "smokes", "day"])
def test_a_form_can_be_filled_with_any_row(name: str) -> None:
    """What is written into its fields is read as that row again, gaps too."""
    one = COLUMNS[name]
    kind, row = find_kind(one.kind), one.train[3]
    about = ColumnFacts("it", "input", one.kind, one.train.shape[1:], "", classes=one.classes)
    again = kind.read_fields(kind.write_fields(row, about), about)
    assert np.asarray(again).tolist() == np.asarray(row, again.dtype).tolist()
    if name in ("number", "smokes", "day"):
        assert kind.write_fields(np.float32("nan"), about) == [None]
    if name == "town":
        assert kind.write_fields(np.array("?", "object"), about) == [None]
