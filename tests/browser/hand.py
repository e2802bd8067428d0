"""What a hand does on the canvas: finds, chooses, wires, adds and names layers."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from builder.runs.disk import projects
from builder.spec import TrainingSpec


def saved(page: Page) -> TrainingSpec:
    """The project on this page as the server saved it."""
    found = re.search(r"p=([A-Za-z0-9_-]+)", page.url)
    assert found
    return projects.load(found[1]).training


def node(page: Page, name: str) -> Locator:
    return page.locator(f'.react-flow__node[data-id="{name}"]')


def nodes(page: Page) -> Locator:
    return page.locator(".react-flow__node")


def wires(page: Page) -> Locator:
    return page.locator(".react-flow__edge")


def wire(page: Page, source: str, target: str) -> Locator:
    return page.get_by_label(re.compile(f"^Wire from {source} to {target}"))


def settled(page: Page) -> None:
    """No script has run for a while: whatever was asked for is on the page."""
    page.evaluate("window.calmSince = 0")
    page.wait_for_function("""() => {
      const busy = document.querySelector('[data-test-script-state=running]');
      const now = performance.now();
      window.calmSince = busy ? 0 : window.calmSince || now;
      return !busy && now - window.calmSince > 250;
    }""")


def still(place: Locator) -> None:
    """It stands where it stood some pictures ago."""
    place.wait_for()
    place.evaluate("""element => new Promise(done => {
      let last = '', calm = 0;
      const look = () => {
        const box = JSON.stringify(element.getBoundingClientRect());
        calm = box === last ? calm + 1 : 0;
        last = box;
        calm > 12 ? done() : requestAnimationFrame(look);
      };
      look();
    })""")


def choose(page: Page, name: str) -> None:
    """A click, and the inspector shows it."""
    node(page, name).click()
    shown(page, name)


def shown(page: Page, name: str) -> None:
    """The inspector speaks of this layer."""
    expect(page.get_by_role("textbox", name="Layer name").first).to_have_value(name)


def choose_also(page: Page, name: str) -> None:
    """Ctrl+click, as slowly as a hand: the key first."""
    page.keyboard.down("Control")
    page.wait_for_timeout(120)
    node(page, name).click()
    page.keyboard.up("Control")


def push_beyond(page: Page, name: str, key: str, x: float) -> None:
    """Press a key on the layer until it stands right of x: one is lost while a canvas is drawn."""
    for _ in range(100):
        node(page, name).press(key)
        page.wait_for_timeout(150)
        if middle(node(page, name))[0] > x:
            return
    raise AssertionError(f"{name} stays left of {x}")


def verb(page: Page, name: str) -> None:
    bar = page.get_by_role("toolbar", name="Selection")
    bar.get_by_role("button", name=name, exact=True).click()


def middle(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, start: Locator, end: Locator | tuple[float, float]) -> None:
    page.mouse.move(*middle(start))
    page.mouse.down()
    page.mouse.move(*(end if isinstance(end, tuple) else middle(end)), steps=8)
    page.mouse.up()


def lead(page: Page, source: str, target: str) -> None:
    """A wire pulled from the one's output to the other's last place."""
    drag(page, node(page, source).locator(".source"), node(page, target).locator(".target").last)
    expect(wire(page, source, target)).to_be_attached()


def add(page: Page, words: str, name: str) -> None:
    """The layer that the palette finds first; it is selected then."""
    page.get_by_role("button", name="Add layer").click()
    find(page, words, name)


def find(page: Page, words: str, name: str) -> None:
    page.get_by_label("Find a layer").fill(words)
    page.keyboard.press("Enter")
    expect(node(page, name)).to_be_visible()
    shown(page, name)


def name(page: Page, new: str) -> None:
    """The selected layer gets another name."""
    field = page.get_by_role("textbox", name="Layer name").first
    field.fill(new)
    field.press("Enter")
    expect(node(page, new)).to_be_visible()


def number(page: Page, label: str, value: float, within: Locator | None = None) -> None:
    field = (within or page).get_by_role("spinbutton", name=label).first
    field.fill(f"{value:g}")
    field.press("Enter")


def pick(page: Page, label: str, words: str, within: Locator | None = None) -> None:
    """An option of a select box, found by typing."""
    (within or page).get_by_role("combobox", name=label).first.click()
    page.keyboard.type(words)
    page.get_by_role("option").filter(has_text=words).first.click()


def fit(page: Page) -> None:
    page.get_by_role("button", name="Fit View").click()
    page.wait_for_timeout(350)


def go(page: Page, step: str) -> None:
    page.get_by_role("link", name=step, exact=True).first.click()
    page.locator(f".st-key-page-{step.lower()}").wait_for()


def target(page: Page, name: str) -> Locator:
    """The last place for a wire of this layer."""
    return node(page, name).locator(".target").last


def beside(place: Locator, right: float) -> tuple[float, float]:
    """A point so many pixels to the right of the middle of something."""
    x, y = middle(place)
    return x + right, y


def end_of(page: Page, source: str, target: str) -> Locator:
    """The end of a wire, by which it is led elsewhere."""
    return wire(page, source, target).locator(".react-flow__edgeupdater-target")
