"""Every control says its name, and every text stands out from what is behind it, in both themes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser import hand

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]

UNNAMED = """() => {
  const text = (e) => e?.textContent ?? "";
  const byId = (e) => (e.getAttribute("aria-labelledby") ?? "").split(" ")
    .map((id) => text(document.getElementById(id))).join(" ");
  const labels = (e) => [...(e.labels ?? [])].map(text).join(" ");
  const name = (e) =>
    [e.getAttribute("aria-label") ?? "", byId(e), labels(e), text(e), e.title].join("").trim();
  const shown = (e) => e.getBoundingClientRect().width && !e.closest("[aria-hidden=true]");
  const controls = "button, a[href], input:not([type=hidden]), select, textarea, [tabindex='0']";
  return [...document.querySelectorAll(controls)].filter((e) => shown(e) && !name(e))
    .map((e) => e.outerHTML.slice(0, 200));
}"""

PALE = """() => {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = color;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (under, [r, g, b, a]) => under.map((v, i) => v * (1 - a) + [r, g, b][i] * a);
  const light = (color) => {
    const [r, g, b] = color.map((v) => v / 255)
      .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  const texts = "p, span, label, td, th, a, h1, h2, h3, h4, li, dt, dd, code";
  for (const e of document.querySelectorAll(texts)) {
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
    if (!e.getBoundingClientRect().width || e.closest("[disabled], [aria-hidden=true]")) continue;
    let opacity = 1;
    const layers = [];
    for (let n = e; n; n = n.parentElement) {
      const style = getComputedStyle(n);
      opacity *= parseFloat(style.opacity);
      layers.unshift(rgba(style.backgroundColor));
    }
    const back = layers.reduce(over, [255, 255, 255]);
    const style = getComputedStyle(e);
    const [r, g, b, a] = rgba(style.color);
    const two = [light(over(back, [r, g, b, a * opacity])), light(back)].sort((x, y) => x - y);
    const large = parseFloat(style.fontSize) >= 24;
    const contrast = (two[1] + 0.05) / (two[0] + 0.05);
    if (contrast < (large ? 3 : 4.5)) found.push(e.textContent.slice(0, 60));
  }
  return found;
}"""
"""Texts below WCAG's contrast of 4.5 to 1 (3 to 1 for large ones)."""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_controls_have_names_and_texts_stand_out(open_page: Opener, dark: bool) -> None:
    page = open_page("/", dark=dark)
    for step in ("home", "data", "model", "train", "draw", "export", "runs"):
        page.locator(".st-key-steps").get_by_role("link", name=step.title(), exact=True).click()
        page.locator(f".st-key-page-{step}").wait_for()
        page.locator(".st-key-top, .st-key-top-bare").wait_for(state="attached")
        page.mouse.move(640, 899)  # off the link, or its fading tooltip is read as well
        page.wait_for_function("!document.querySelector('[data-testid=stTooltipContent]')")
        hand.settled(page)
        assert page.evaluate(UNNAMED) == [], step
        assert page.evaluate(PALE) == [], step
        assert page.title() == f"{step.title()} · Layerwise"
