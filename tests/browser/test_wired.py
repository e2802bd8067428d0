"""From an empty canvas: a picture and a note, a shared encoder, two answers, trained and kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from builder import document
from tests.browser import hand

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]


def test_a_model_is_wired_from_nothing_bound_trained_saved_and_opened(
    open_page: Opener, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERWISE_HOME", str(home))
    page = open_page("/")
    page.get_by_role("button", name="Begin with an empty canvas").click()
    _data(page)
    _towers(page)
    _answers(page)
    _bind(page)
    _train(page)
    _again(page, tmp_path)


def _data(page: Page) -> None:
    hand.pick(page, "Dataset", "covered")
    expect(page.get_by_text("A model can read")).to_be_visible(timeout=120_000)
    hand.number(page, "Variants", 1)
    hand.go(page, "Model")


def _towers(page: Page) -> None:
    """Each Input takes its shape from its column; one encoder is called on both."""
    page.get_by_role("button", name="Input image").click()
    expect(hand.node(page, "image")).to_contain_text("28 × 28")
    hand.add(page, "flatten", "flatten")
    hand.add(page, "dense", "dense")
    hand.add(page, "dense", "dense_1")
    hand.name(page, "encoder")
    hand.add(page, "input note", "note")
    expect(hand.node(page, "note")).to_contain_text("14 · dtype int32")
    hand.add(page, "embedding", "embedding")
    hand.add(page, "conv1d", "conv1d")
    hand.number(page, "Filters", 64)
    expect(hand.node(page, "conv1d")).to_contain_text("Conv1D · 64")
    hand.add(page, "globalmaxpooling1d", "global_max_pooling1d")
    hand.fit(page)
    hand.choose(page, "encoder")
    hand.verb(page, "Call again")
    hand.shown(page, "dense_1")
    hand.name(page, "read")
    hand.fit(page)
    hand.lead(page, "global_max_pooling1d", "read")
    expect(hand.node(page, "read")).to_contain_text("shared")


def _answers(page: Page) -> None:
    """Both calls are joined; from the layer after, one answer in line and one pulled beside it."""
    hand.choose(page, "encoder")
    hand.choose_also(page, "read")
    hand.add(page, "concatenate", "concatenate")
    hand.add(page, "dense", "dense_1")
    hand.name(page, "head")
    hand.add(page, "dense", "dense_1")
    hand.name(page, "which")
    hand.number(page, "Units", 10)
    expect(hand.node(page, "which")).to_contain_text("Dense · 10")
    hand.fit(page)
    x, y = hand.middle(hand.node(page, "which"))
    hand.drag(page, hand.node(page, "head").locator(".source"), (x + 200, y))
    hand.find(page, "dense", "dense_1")
    hand.name(page, "blackness")
    hand.number(page, "Units", 1)
    hand.fit(page)
    hand.choose(page, "blackness")
    hand.verb(page, "Output")
    expect(hand.node(page, "blackness")).to_contain_text("output 2")


def _bind(page: Page) -> None:
    hand.go(page, "Data")
    hand.pick(page, "Output which", "digit")
    hand.pick(page, "Output blackness", "ink")
    page.get_by_role("button", name="Set the activation to softmax").click()
    expect(page.get_by_role("button", name="Set the activation to softmax")).to_have_count(0)


def _train(page: Page) -> None:
    hand.go(page, "Train")
    blackness = page.locator(".st-key-settings-output-blackness")
    hand.pick(page, "Loss", "MeanAbs", blackness)
    expect(blackness.get_by_text("Usual here is MeanSquaredError")).to_be_visible()
    hand.number(page, "Loss weight", 5, blackness)
    hand.number(page, "Epochs", 1)
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_text("Finished 1 epoch").wait_for(timeout=120_000)


def _again(page: Page, folder: Path) -> None:
    """The project file and the trained model, opened again, are the same model."""
    before = hand.saved(page)
    losses = {output: loss.class_name for output, loss in before.compile["loss"].items()}
    assert losses == {"which": "SparseCategoricalCrossentropy", "blackness": "MeanAbsoluteError"}
    assert dict(before.compile["loss_weights"]) == {"which": 1.0, "blackness": 5.0}
    bound = {"image": "image", "note": "note", "which": "digit", "blackness": "ink"}
    assert dict(before.columns) == bound
    hand.go(page, "Export")
    files = {}
    for kind in ("project", "keras"):
        with page.expect_download() as found:
            page.locator(f".st-key-export-{kind} button").first.click()
        files[kind] = folder / found.value.suggested_filename
        found.value.save_as(files[kind])
    assert document.from_json(files["project"].read_text("utf-8")) == before
    for path in files.values():
        hand.go(page, "Home")
        page.locator("input[type=file]").first.set_input_files(path)
        page.locator(".st-key-page-model").wait_for()
        expect(hand.nodes(page)).to_have_count(13)
        after = hand.saved(page).model
        assert {n.name: n for n in after.nodes} == {n.name: n for n in before.model.nodes}
        assert after.layers == before.model.layers and after.outputs == before.model.outputs
