"""Going from page to page: Back, the bar of steps on a phone, what a slow page shows first."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser import hand

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]


def change_epochs(page: Page) -> None:
    """A change: the starter on screen becomes a project with an address."""
    field = page.get_by_role("spinbutton", name="Epochs")
    field.fill("5")
    field.press("Enter")
    page.wait_for_url("**/train?p=*")
    # Streamlit shows the page that is still running once more when one leaves it in that moment
    hand.settled(page)


def test_back_leaves_a_changed_starter_in_one_press(open_page: Opener) -> None:
    page = open_page("/")
    page.locator(".st-key-open-xor button").click()
    page.wait_for_url("**/train")
    change_epochs(page)
    page.go_back()
    expect(page.get_by_role("heading", name="Starters")).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("spinbutton", name="Epochs")).to_have_value("5")


def test_a_second_starter_does_not_lead_back_into_the_first(open_page: Opener) -> None:
    page = open_page("/")
    for name, title in (("xor", "Xor"), ("iris", "Iris")):
        page.locator(f".st-key-open-{name} button").click()
        field = page.get_by_role("textbox", name="Project title")
        expect(field).to_have_value(re.compile(title, re.IGNORECASE))
        change_epochs(page)
        page.go_back()
        expect(page.get_by_role("heading", name="Starters")).to_be_visible()


def test_the_bar_shows_the_step_one_is_on_on_a_phone(open_page: Opener) -> None:
    page = open_page("/runs", width=390, touch=True)
    steps = page.locator(".st-key-steps")
    here = steps.get_by_role("link", name="Runs", exact=True)
    expect(here).to_be_in_viewport(ratio=0.9)  # nobody clicked: the bar went there by itself
    for step in ("Home", "Export"):
        link = steps.get_by_role("link", name=step, exact=True)
        link.click()
        page.locator(f".st-key-page-{step.lower()}").wait_for()
        expect(link).to_be_in_viewport(ratio=0.9)


def test_a_tap_right_after_typing_goes_where_it_was_meant(open_page: Opener) -> None:
    page = open_page("/", width=390, touch=True)
    page.locator(".st-key-open-xor button").tap()
    page.wait_for_url("**/train")
    hand.settled(page)
    page.get_by_role("spinbutton", name="Epochs").fill("6")
    page.get_by_role("link", name="Model", exact=True).tap()
    page.wait_for_url("**/model*")
    hand.settled(page)
    expect(page.locator(".st-key-page-model")).to_be_visible()


def test_a_link_whose_click_got_lost_is_followed_all_the_same(open_page: Opener) -> None:
    page = open_page("/data")
    page.get_by_role("button", name="Undo").wait_for()
    # as when Streamlit drops it: the first click never gets anywhere
    page.evaluate("""document.addEventListener("click", (e) => {
      e.preventDefault();
      e.stopImmediatePropagation();
    }, { capture: true, once: true })""")
    page.get_by_role("link", name="Model", exact=True).click()
    page.wait_for_url("**/model*")


class Deaf:
    """A connection that can lose what the server says, as when a click breaks a script off."""

    def __init__(self, page: Page) -> None:
        self.loses = False
        page.route_web_socket(re.compile("_stcore/stream"), self._connect)
        page.reload()

    def _connect(self, browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()
        server.on_message(lambda message: None if self.loses else browser.send(message))


def test_a_form_that_got_lost_shows_the_values_of_its_layer(open_page: Opener) -> None:
    page = open_page("/model")
    connection = Deaf(page)
    name = page.get_by_role("textbox", name="Layer name")
    name.wait_for()
    hand.settled(page)
    row = page.locator(".st-key-row-dense button:visible").first
    connection.loses = True
    row.click()
    page.wait_for_timeout(2000)
    connection.loses = False
    row.click()
    expect(name).to_have_value("dense")
    expect(page.get_by_role("spinbutton", name="Units")).to_have_value("128")
