"""A Keras model dropped on Home: seen whole and folded, edited, frozen, taken home again."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from builder import edit, starters
from builder.runs.engine_process import client
from tests.browser import hand

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]


@pytest.fixture
def mobilenet(tmp_path: Path) -> Path:
    """A MobileNetV2 for small pictures, made by the installed Keras."""
    found = client.call("application_specs.template", "MobileNetV2", side=32, timeout=120)
    made = client.call(
        "export_run.export_untrained", starters.project_for_model(found["model"]), timeout=120
    )
    client.close()
    path = tmp_path / "MobileNetV2.keras"
    path.write_bytes(made)
    return path


def test_a_dropped_mobilenet_is_seen_edited_and_taken_home(
    open_page: Opener,
    mobilenet: Path,
    tmp_path: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LAYERWISE_HOME", str(home))
    page = open_page("/")
    _dropped(page, mobilenet)
    _folded(page)
    _edited(page)
    before = hand.saved(page)
    hand.go(page, "Export")
    script = _taken(page, "script", tmp_path).read_text("utf-8")
    ast.parse(script)
    assert "trainable=False" in script and "block_16_project" in script
    file = _taken(page, "begun", tmp_path)
    hand.go(page, "Home")
    _dropped(page, file)
    after = hand.saved(page)
    assert after.model.layers == before.model.layers
    assert after.model.outputs == before.model.outputs


def _dropped(page: Page, path: Path) -> None:
    page.locator("input[type=file]").first.set_input_files(path)
    page.locator(".st-key-page-model").wait_for(timeout=120_000)
    expect(page.get_by_role("button", name="Fold repeats")).to_be_visible(timeout=120_000)


def _folded(page: Page) -> None:
    """Equal runs as a card each, chosen as the layers it stands for, and unfolded; the model and
    its saved form never change."""
    model = hand.saved(page).model
    page.get_by_role("button", name="Fold repeats").click()
    expect(page.get_by_label("block_3, 9 layers folded")).to_be_attached()
    folded = hand.nodes(page).count()
    assert folded < 40 < len(model.nodes)
    hand.fit(page)
    page.get_by_label("block_3, 9 layers folded").click()
    expect(page.locator(".lwg-count")).to_have_text("9 layers")
    page.keyboard.press("Control+a")
    expect(page.locator(".lwg-count")).to_have_text(f"{len(model.nodes)} layers")
    page.get_by_label("block_3, 9 layers folded").dblclick()
    expect(hand.node(page, "block_3_expand")).to_be_attached()
    expect(hand.nodes(page)).to_have_count(folded + 8)
    page.reload()  # the tab remembers
    expect(hand.node(page, "block_3_expand")).to_be_attached()
    expect(hand.nodes(page)).to_have_count(folded + 8)
    assert hand.saved(page).model == model


def _edited(page: Page) -> None:
    """The opened block is frozen as one, and the head gets other units."""
    hand.fit(page)
    hand.choose(page, "block_3_expand")
    hand.choose_also(page, "block_3_project")
    hand.verb(page, "Freeze")
    expect(hand.node(page, "block_3_project")).to_contain_text("frozen")
    hand.choose(page, "predictions")
    hand.number(page, "Units", 7)
    expect(hand.node(page, "predictions")).to_contain_text("Dense · 7")
    model = hand.saved(page).model
    frozen = [name for name, layer in model.layers.items() if edit.is_frozen(layer)]
    assert frozen == ["block_3_expand", "block_3_project"]


def _taken(page: Page, kind: str, folder: Path) -> Path:
    with page.expect_download() as found:
        page.locator(f".st-key-export-{kind} button").first.click()
    path = folder / f"taken-{found.value.suggested_filename}"
    found.value.save_as(path)
    return path
