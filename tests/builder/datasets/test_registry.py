"""Datasets are found by folder, complete, cheap to import, and named when asked for wrongly."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from builder.catalog.entry import Entry, Param
from builder.datasets import circles, imdb
from builder.datasets.contract import resolve_settings
from builder.datasets.registry import all_datasets, find_dataset, validate
from builder.errors import CatalogError, DataError

ROOT = Path(__file__).parents[3]
NAMES = (
    *("Digits", "Circles", "Xor", "Gaussians", "Spiral", "Iris", "Wine", "BreastCancer"),
    *("Diabetes", "Mnist", "FashionMnist", "Cifar10", "Cifar100", "CaliforniaHousing", "Imdb"),
    *("Reuters", "CoveredDigits", "DigitPairs", "Reviews", "ReviewTexts", "Passengers"),
    *("FilmRatings", "NpzFile", "TableFile", "SeriesFile", "Museum", "Discs"),
    *("PictureFolder", "SoundFolder", "Shapes"),
    *("DataToCome", "NumbersInCode"),
)


def test_every_dataset_of_the_contract_is_there():
    assert set(all_datasets()) == set(NAMES)
    assert next(iter(all_datasets())) == "Digits"


@pytest.mark.parametrize("name", NAMES)
def test_a_plugin_is_complete(name):
    plugin = find_dataset(name)
    entry = plugin.ENTRY
    assert isinstance(entry, Entry) and entry.kind == "datasets" and entry.class_name == name
    assert plugin.TITLE and isinstance(plugin.OFFLINE, bool) and entry.summary and entry.analogy
    assert entry.url.startswith("https://")
    # the form finds each setting's widget, range and help
    assert set(entry.extra["params"]) == set(entry.args)
    assert all(isinstance(p, Param) and p.help for p in entry.extra["params"].values())
    assert resolve_settings(entry, entry.args) == dict(entry.args)
    assert callable(plugin.load) and callable(plugin.source)


def test_listing_the_datasets_imports_nothing_heavy():
    code = (
        "import sys; from builder.datasets.registry import all_datasets; all_datasets();"
        "heavy = {'keras', 'tensorflow', 'sklearn', 'pandas', 'scipy', 'streamlit'};"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


def test_an_unknown_dataset_is_answered_with_near_ones():
    with pytest.raises(CatalogError, match="'Digit'") as caught:
        find_dataset("Digit")
    assert "Digits" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "config", "words"),
    [
        ("Iris", {"test_split": 0.9}, "between 0.05 and 0.5"),
        ("Iris", {"test_split": float("nan")}, "between 0.05 and 0.5"),
        ("Iris", {"test_split": "half"}, "a number"),
        ("Iris", {"scale": "huge"}, "one of unit, standard, none"),
        ("Digits", {"variants": 2.5}, "a whole number"),
        ("Digits", {"variants": True}, "a whole number"),
        ("Digits", {"channel_axis": 1}, "true or false"),
        ("Digits", {"colour": "red"}, "no setting 'colour'"),
        ("NpzFile", {"file": 3}, "text"),
    ],
)
def test_impossible_settings_are_refused_in_words(name, config, words):
    with pytest.raises(DataError) as caught:
        find_dataset(name).load(config)
    assert words in caught.value.message
    assert caught.value.hint and caught.value.where == f"dataset.{next(iter(config))}"


def test_common_settings_that_do_not_apply_are_ignored():
    """Changing the dataset of a project keeps its preparation."""
    entry = find_dataset("Diabetes").ENTRY
    assert "labels" not in resolve_settings(entry, {"labels": "one_hot", "channel_axis": True})


def copied(module: ModuleType, **changed: object) -> ModuleType:
    """A dataset module of another name; None takes a part away."""
    copy = ModuleType("builder.datasets.made_up")
    parts = {k: v for k, v in vars(module).items() if not k.startswith("__")} | changed
    vars(copy).update({k: v for k, v in parts.items() if v is not None})
    return copy


@pytest.mark.parametrize(
    ("module", "changed", "words"),
    [
        (circles, {"TITLE": ""}, "lacks TITLE: its name for people."),
        (circles, {"OFFLINE": None}, "lacks OFFLINE: True or False: whether it needs no network."),
        (circles, {"ENTRY": None}, "lacks ENTRY: made by contract.entry."),
        (circles, {"CONTENTS": (28, 28)}, "lacks CONTENTS: a Contents: what it holds."),
        (circles, {"load": None}, "lacks load: a function of the config"),
        (circles, {"source": 3}, "lacks source: a function of the config"),
        (circles, {"PROGRAM": None}, "lacks how code gets it, as LOADER"),
        (circles, {"PROGRAM": replace(circles.PROGRAM, functions=("circles.ring",))},
         "lacks the function circles.ring that its PROGRAM names."),
        (imdb, {"decode": None}, "lacks decode: word numbers as text."),
        (imdb, {"ENTRY": replace(imdb.ENTRY, extra=imdb.ENTRY.extra.with_(params={}))},
         "lacks a Param for its setting"),
    ],
)  # fmt: skip
def test_a_module_that_lacks_a_part_is_named_with_it(module, changed, words):
    validate(copied(module))
    with pytest.raises(CatalogError) as caught:
        validate(copied(module, **changed))
    assert caught.value.message.startswith("builder/datasets/made_up.py lacks ")
    assert words in caught.value.message and "\n" not in caught.value.message
