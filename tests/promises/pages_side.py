"""Runs in the copy, through its pages as AppTest sees them: gallery, forms, navigation; tells JSON.

python pages_side.py FOLDER    (the current folder is the copy)
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from builder.runs.engine_process import client
from pages.widgets.model import layer_palette

OUT = Path(sys.argv[1])
PAGES = Path.cwd() / "pages"
TOLD: dict[str, Any] = {}


def visit(step: str) -> AppTest:
    app = AppTest.from_file(str(PAGES / "shell.py"), default_timeout=300).run()
    if step != "home":
        app.switch_page(str(PAGES / f"{step}.py")).run()
    assert not app.exception, app.exception[0].message
    return app


def rows(app: AppTest) -> dict[str, str]:
    return {b.key: b.label for b in app.button if b.key and b.key.startswith("row-")}


def widgets(app: AppTest, prefix: str) -> dict[str, Any]:
    """The widgets of a form: key → help and choices."""
    found = [w for kind in ("number_input", "selectbox", "slider") for w in app.get(kind)]
    there = (w for w in found if w.key and w.key.startswith(prefix))
    return {w.key: [w.help, getattr(w, "options", None)] for w in there}


def layer() -> dict[str, Any]:
    app = visit("model")
    app.button(key="row-flatten").click().run()
    app.selectbox(key=layer_palette.PICK).set_value("Blur").run()
    assert not app.exception
    return {
        "rows": rows(app),
        "form": widgets(app, "layer-blur"),
        "errors": [e.value for e in app.error],
    }


def optimizer() -> dict[str, Any]:
    app = visit("train")
    box = next(b for b in app.selectbox if b.key and "Wanderer" in b.options)
    box.set_value("Wanderer").run()
    assert not app.exception
    prefix = box.key.removesuffix("-class")
    return {"form": widgets(app, prefix), "errors": [e.value for e in app.error]}


def dataset() -> dict[str, Any]:
    app = visit("data")
    app.selectbox(key="dataset-class").set_value("Moons").run()
    assert not app.exception
    return {
        "gallery": list(app.selectbox(key="dataset-class").options),
        "said": " ".join(str(m.value) for m in app.markdown),
        "form": widgets(app, "dataset-Moons"),
        "errors": [e.value for e in app.error],
    }


def exporter() -> dict[str, Any]:
    app = visit("export")
    return {"offered": [b.proto.label for b in app.get("download_button")]}


def page() -> dict[str, Any]:
    links = [link.proto.page for link in visit("home").get("page_link")]
    return {"links": links, "said": " ".join(str(m.value) for m in visit("hello").markdown)}


def tell(name: str, work: Callable[[], Any]) -> None:
    """What came of it, or the error: one thing that fails leaves the others."""
    try:
        TOLD[name] = work()
    except Exception:
        TOLD[name] = {"error": traceback.format_exc()}


for _work in (layer, optimizer, dataset, exporter, page):
    tell(_work.__name__, _work)
client.close()
(OUT / "pages_side.json").write_text(json.dumps(TOLD, default=str), "utf-8")
