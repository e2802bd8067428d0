"""A person at the node canvas: sees a graph, adds, wires, cuts, deletes, undoes, groups."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import zoo
from tests.browser.hand import choose_also, drag, fit, node, nodes, saved, verb, wires

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]


def test_a_graph_is_edited_with_the_mouse_and_undone(save, open_page: Opener) -> None:
    page = open_page(save(zoo.RESIDUAL))
    expect(nodes(page)).to_have_count(5, timeout=120_000)
    expect(wires(page)).to_have_count(5)
    expect(node(page, "wide")).to_contain_text("Dense · 8 · relu")
    node(page, "wide").click()
    expect(page.get_by_role("textbox", name="Layer name")).to_have_value("wide")

    page.keyboard.press("/")
    page.get_by_label("Find a layer").fill("dropo")
    page.keyboard.press("Enter")
    expect(node(page, "dropout")).to_be_visible()
    expect(page.get_by_role("textbox", name="Layer name")).to_have_value("dropout")
    assert saved(page).model.node("deep").inbound == ("dropout",)

    drag(page, node(page, "dropout").locator(".source"), node(page, "sum").locator(".target").last)
    expect(wires(page)).to_have_count(7)
    expect(page.get_by_label(re.compile("Wire from dropout to sum"))).to_be_attached()
    assert saved(page).model.node("sum").inbound == ("input", "deep", "dropout")

    fit(page)
    drag(page, node(page, "out").locator(".source"), node(page, "wide").locator(".target"))
    expect(page.get_by_role("status").filter(has_text="circle")).to_be_visible()
    _cut_deleted_and_undone(page)


def _cut_deleted_and_undone(page: Page) -> None:
    page.get_by_label(re.compile("Wire from dropout to sum")).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Delete")
    expect(wires(page)).to_have_count(6)
    node(page, "dropout").click()
    page.keyboard.press("Delete")
    expect(nodes(page)).to_have_count(5)
    expect(wires(page)).to_have_count(5)
    assert saved(page).model == zoo.RESIDUAL
    for count in (6, 7, 6, 5):
        page.get_by_role("button", name="Undo").click()
        expect(wires(page)).to_have_count(count)
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    assert saved(page).model == zoo.RESIDUAL


def test_a_graph_is_edited_with_the_keyboard_alone(save, open_page: Opener) -> None:
    page = open_page(save(zoo.MULTI))
    node(page, "numbers").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("c")
    expect(page.get_by_role("status")).to_contain_text("Where does numbers go?")
    node(page, "kind").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("'kind' (Dense) reads one input")
    node(page, "both").focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(node(page, "kind")).to_be_focused()
    page.keyboard.press("o")
    expect(node(page, "kind")).not_to_contain_text("output")
    assert saved(page).model.outputs == ("amount",)
    page.keyboard.press("Delete")
    expect(nodes(page)).to_have_count(6)


def test_layers_become_a_block_that_is_opened_and_dissolved(save, open_page: Opener) -> None:
    page = open_page(save(zoo.RESIDUAL))
    node(page, "wide").click()
    choose_also(page, "deep")
    verb(page, "Group")
    expect(node(page, "block")).to_contain_text("3 layers")
    verb(page, "Open")
    expect(page.get_by_role("navigation", name="Open block")).to_contain_text("block")
    expect(nodes(page)).to_have_count(3)
    node(page, "wide").click()
    expect(page.get_by_role("textbox", name="Layer name")).to_have_value("wide")
    page.get_by_role("spinbutton", name="Units").fill("12")
    page.keyboard.press("Enter")
    expect(node(page, "wide")).to_contain_text("Dense · 12 · relu")
    page.get_by_role("navigation", name="Open block").get_by_role("button").first.click()
    node(page, "block").click()
    verb(page, "Ungroup")
    expect(nodes(page)).to_have_count(5)
    assert saved(page).model.layers["wide"].config["units"] == 12
    assert saved(page).model.node("sum").inbound == ("input", "deep")


def test_many_quick_edits_are_all_there(save, open_page: Opener) -> None:
    page = open_page(save(zoo.RESIDUAL))
    node(page, "wide").click()
    for _ in range(8):
        page.keyboard.press("Control+d")
        page.wait_for_timeout(15)
    expect(nodes(page)).to_have_count(13)
    assert len(saved(page).model.nodes) == 13


def test_copied_layers_are_pasted_with_weights_of_their_own(save, open_page: Opener) -> None:
    page = open_page(save(zoo.SHARED))
    expect(node(page, "tower_again")).to_contain_text("shared")
    node(page, "tower").click()
    choose_also(page, "tower_again")
    page.keyboard.press("Control+c")
    page.keyboard.press("Control+v")
    expect(nodes(page)).to_have_count(8)
    model = saved(page).model
    assert len({n.layer for n in model.nodes}) == len(model.nodes) - 2
    assert model.layers[model.nodes[-1].layer] == model.layers["tower"]


def test_on_a_phone_a_value_is_read_and_changed(save, open_page: Opener) -> None:
    page = open_page(save(zoo.RESIDUAL), width=390, dark=True, touch=True)
    node(page, "wide").tap()
    expect(page.get_by_role("textbox", name="Layer name")).to_have_value("wide")
    page.get_by_role("spinbutton", name="Units").fill("5")
    page.keyboard.press("Enter")
    expect(node(page, "wide")).to_contain_text("Dense · 5 · relu")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
