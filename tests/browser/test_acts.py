"""Acts of a hand on the canvas: drag, drop, lead elsewhere, carry between tabs, move, tidy."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from builder.spec import ModelSpec
from tests import zoo
from tests.browser import hand

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]


def test_layers_are_dragged_from_the_palette_and_wires_led_elsewhere(
    save: Callable[[ModelSpec], str], open_page: Opener
) -> None:
    page = open_page(save(zoo.RESIDUAL))
    expect(hand.nodes(page)).to_have_count(5)
    hand.fit(page)
    _drag_in(page, "Dropout", hand.middle(hand.wire(page, "deep", "sum").locator(".lwg-shape")))
    expect(hand.node(page, "dropout")).to_be_visible()
    assert hand.saved(page).model.node("sum").inbound == ("input", "dropout")
    _drag_in(page, "ReLU", hand.beside(hand.node(page, "wide"), 180))
    expect(hand.node(page, "re_lu")).to_be_visible()
    assert hand.saved(page).model.node("re_lu").inbound == ()

    page.get_by_role("button", name="Close the list").click()
    hand.fit(page)
    hand.drag(page, hand.end_of(page, "wide", "deep"), hand.middle(hand.target(page, "re_lu")))
    expect(hand.wire(page, "wide", "re_lu")).to_be_attached()
    model = hand.saved(page).model
    assert model.node("re_lu").inbound == ("wide",) and model.node("deep").inbound == ()


def _drag_in(page: Page, name: str, place: tuple[float, float]) -> None:
    """From the open list of layers to a point of the window."""
    if not page.get_by_label("Find a layer").count():
        page.get_by_role("button", name="Add layer").click()
    page.get_by_label("Find a layer").fill(name)
    box = page.locator(".lwg-frame").bounding_box()
    assert box
    point = {"x": place[0] - box["x"], "y": place[1] - box["y"]}
    row = page.get_by_role("option", name=name).first
    row.drag_to(page.locator(".lwg-frame"), target_position=point, force=True)  # type: ignore[arg-type]


def test_layers_are_carried_from_one_tab_to_another(
    save: Callable[[ModelSpec], str], open_page: Opener
) -> None:
    page = open_page(save(zoo.SHARED))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    hand.choose(page, "tower")
    hand.choose_also(page, "tower_again")
    page.keyboard.press("Control+c")
    page.wait_for_function("navigator.clipboard.readText().then(t => t.includes('layerwise-part'))")
    other = page.context.new_page()
    other.goto(page.url.split("/model")[0] + save(zoo.RESIDUAL))
    hand.choose(other, "wide")
    other.keyboard.press("Control+v")
    expect(hand.nodes(other)).to_have_count(7)
    expect(hand.node(other, "tower_again")).to_contain_text("shared")
    model = hand.saved(other).model
    assert model.node("tower").layer == model.node("tower_again").layer


def test_a_layer_is_moved_and_wired_by_keyboard_and_all_is_tidied(
    save: Callable[[ModelSpec], str], open_page: Opener
) -> None:
    page = open_page(save(zoo.MULTI))
    hand.node(page, "words").focus()
    page.keyboard.press("Enter")
    expect(hand.node(page, "words")).to_have_class(re.compile(r"\bselected\b"))
    before = hand.middle(hand.node(page, "words"))
    hand.push_beyond(page, "words", "ArrowRight", before[0] + 20)
    page.wait_for_timeout(600)  # it is told after a pause
    moved = hand.middle(hand.node(page, "words"))
    page.keyboard.press("c")
    hand.node(page, "both").focus()
    page.keyboard.press("Enter")
    expect(hand.wires(page)).to_have_count(len(wires_of(zoo.MULTI)) + 1)
    assert abs(hand.middle(hand.node(page, "words"))[0] - moved[0]) < 2
    page.get_by_role("button", name="Tidy").click()
    page.wait_for_timeout(900)
    tidy = hand.middle(hand.node(page, "words"))
    page.reload()
    hand.fit(page)
    assert abs(hand.middle(hand.node(page, "words"))[0] - tidy[0]) < 3


def wires_of(model: ModelSpec) -> list[str]:
    return [ref for n in model.nodes for ref in n.inbound]
