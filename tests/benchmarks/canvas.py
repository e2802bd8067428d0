"""Measures the node canvas in a real browser: opening, editing and the bytes of an edit.

    python -m tests.benchmarks.canvas [nodes …]

Prints a Markdown table for graphs of 20, 60 and 500 nodes, made of residual blocks.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Locator, Page, WebSocket, sync_playwright

from builder import starters
from builder.runs.disk import projects
from builder.spec import Config, ModelSpec, Node, ObjectSpec
from tests.browser.conftest import FLAGS, chromium, serving

SIZES = (20, 60, 500)
EDITS = 12

SHOWN = """document.querySelector('input[aria-label="Layer name"]')?.value === '%s'"""
"""Whether the inspector shows that layer."""

CHOSEN = "document.querySelector('.react-flow__node.selected')?.dataset.id"
"""The selected node that is on screen."""

HEAD = "nodes | open | select → inspector | units → on screen | duplicate → on screen | down, up"


def residual(count: int) -> ModelSpec:
    """A graph of about ``count`` nodes: two Dense layers and an Add around each pair."""
    dense = ObjectSpec("Dense", {"units": 8, "activation": "relu"})  # type: ignore[arg-type]
    layers: dict[str, ObjectSpec] = {"input": ObjectSpec("InputLayer", {"shape": (8,)})}  # type: ignore[arg-type]
    nodes, last = [Node("input", "input")], "input"
    for k in range((count - 2) // 3):
        for name, reads in (
            (f"a{k}", (last,)),
            (f"b{k}", (f"a{k}",)),
            (f"add{k}", (last, f"b{k}")),
        ):
            layers[name] = ObjectSpec("Add") if len(reads) > 1 else dense
            nodes.append(Node(name, name, reads))
        last = f"add{k}"
    layers["out"] = ObjectSpec("Dense", {"units": 3, "activation": "softmax"})  # type: ignore[arg-type]
    return ModelSpec(
        f"residual{count}", Config(layers), (*nodes, Node("out", "out", (last,))), ("out",)
    )


def main() -> None:
    """One line a graph."""
    sizes = [int(a) for a in sys.argv[1:]] or SIZES
    print(f"| {HEAD} an edit |")
    print("|---|---|---|---|---|---|")
    with (
        tempfile.TemporaryDirectory() as home,
        sync_playwright() as playwright,
    ):
        os.environ["LAYERWISE_HOME"] = home
        training = starters.find_starter("iris").training
        with serving(Path(home)) as address:
            browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            for size in (sizes[0], *sizes):  # the first one also warms Keras: printed twice
                model = residual(size)
                token = projects.create(
                    "somebody", model.name, replace(training, model=model)
                ).token
                context = browser.new_context(viewport={"width": 1280, "height": 900})
                page = context.new_page()
                page.set_default_timeout(120_000)
                _measure(page, f"{address}/model?p={token}", len(model.nodes))
                context.close()
            browser.close()


class Traffic:
    """Bytes of the page's web sockets: ``down`` from the server, ``up`` to it."""

    def __init__(self, page: Page) -> None:
        self.down = self.up = 0
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: self._count("down", frame))
        socket.on("framesent", lambda frame: self._count("up", frame))

    def _count(self, way: str, frame: object) -> None:
        setattr(self, way, getattr(self, way) + len(frame))  # type: ignore[arg-type]


def _measure(page: Page, address: str, count: int) -> None:
    traffic = Traffic(page)
    began = time.perf_counter()
    page.goto(address)
    page.locator(".lwg-shape").first.wait_for()
    opened = time.perf_counter() - began
    page.wait_for_timeout(2000)
    selects, edits, adds = [], [], []
    for i in range(EDITS):
        wanted = ("b0", "a0")[i % 2]  # ends with a0, whose units any graph allows
        began = time.perf_counter()
        _choose(page, _node(page, wanted))
        page.wait_for_function(SHOWN % wanted, polling="raf")
        selects.append(time.perf_counter() - began)
        page.wait_for_timeout(250)
    field = page.get_by_role("spinbutton", name="Units")
    down, up = traffic.down, traffic.up
    for i in range(EDITS):
        units = 20 + i
        field.fill(str(units))
        began = time.perf_counter()
        field.press("Enter")
        _seen(page, f"Dense · {units} · relu")
        edits.append(time.perf_counter() - began)
        page.wait_for_timeout(250)
    down, up = (traffic.down - down) // EDITS, (traffic.up - up) // EDITS
    for _ in range(EDITS // 2):
        _choose(page, page.locator(".react-flow__node").first)
        page.wait_for_timeout(400)
        before = page.evaluate(CHOSEN)
        began = time.perf_counter()
        page.keyboard.press("Control+d")
        page.wait_for_function(f"![null, '{before}'].includes({CHOSEN} ?? null)", polling="raf")
        adds.append(time.perf_counter() - began)
        page.wait_for_timeout(400)
    cells = [str(count), f"{opened:.2f} s", *map(_median, (selects, edits, adds))]
    print(f"| {' | '.join(cells)} | {down / 1e3:.1f} kB, {up / 1e3:.1f} kB |", flush=True)


def _choose(page: Page, node: Locator) -> None:
    """By keyboard, which brings a node into view that lies beside it."""
    node.focus()
    page.keyboard.press("Enter")


def _node(page: Page, name: str):  # type: ignore[no-untyped-def]
    return page.locator(f'.react-flow__node[data-id="{name}"]')


def _seen(page: Page, text: str) -> None:
    nodes = "[...document.querySelectorAll('.lwg-node')]"
    page.wait_for_function(f"{nodes}.some((n) => n.innerText.includes('{text}'))", polling="raf")


def _median(seconds: list[float]) -> str:
    return f"{1e3 * statistics.median(seconds):.0f} ms"


if __name__ == "__main__":
    main()
