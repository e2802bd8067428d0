"""Files dropped on Home and Data: by hand, by keyboard, as a folder, cancelled and tried again."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import FileChooser, Page, TimeoutError, expect

from builder.datasets import _folders
from tests.browser import hand

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]

DROP = """([name, text]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], name));
  const tell = (kind) => document.querySelector("h2, h3").dispatchEvent(
    new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  tell("dragover");
  const lit = document.querySelector(".lwd").classList.contains("lwd-lit");
  return tell("drop") === false && lit;
}"""
"""A file let go of on a heading of the page; whether the place lit up and the browser kept calm."""


TABLE = "age,fare\n" + "".join(f"{20 + i * 7 % 30},{i / 4}\n" for i in range(30))


def kept(page: Page, fits: Callable[[bytes], bool]) -> bytes:
    """What lies in the workspace, once it does and the browser knows."""
    for _ in range(600):
        files = (_folders.workspace() / "files").glob("*")
        found = next((data for f in files if fits(data := f.read_bytes())), None)
        if found is not None:
            expect(page.locator(".lwd-list li")).to_have_count(0)
            return found
        page.wait_for_timeout(100)
    raise AssertionError("it did not arrive")


def test_files_are_dropped_chosen_cancelled_and_tried_again(
    open_page: Opener, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERWISE_HOME", str(home))
    page = open_page("/")
    expect(page.get_by_text("Drop a file here or choose one")).to_be_visible()
    assert _press_enter(page).is_multiple()
    assert page.evaluate(DROP, ["titanic.csv", TABLE])
    page.locator(".st-key-page-data").wait_for()
    expect(page.get_by_role("heading", name="titanic.csv")).to_be_visible()
    expect(page.get_by_text("30 rows, 2 columns")).to_be_visible()
    expect(page.get_by_role("button", name="Two small layers")).to_be_visible()
    expect(page.locator(".lwd")).to_have_count(1)  # nothing of Home is left
    kept(page, lambda data: data == TABLE.encode())
    _two_at_once(page, tmp_path)
    _whole_folder(page, tmp_path)
    _again(page, tmp_path)


def _press_enter(page: Page) -> FileChooser:
    """The chooser that Enter opens; while the page is being drawn the focus may be lost."""
    for left in reversed(range(10)):
        page.locator(".lwd input").first.focus()
        try:
            with page.expect_file_chooser(timeout=5_000) as chooser:
                page.keyboard.press("Enter")
            return chooser.value
        except TimeoutError:
            if not left:
                raise
    raise AssertionError


def _two_at_once(page: Page, folder: Path) -> None:
    """Two files at once; arrays in Keras's layout become the project's data."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(60, 5)).astype("float32"), rng.integers(0, 3, 60)
    np.savez(folder / "mine.npz", x_train=x[:40], y_train=y[:40], x_test=x[40:], y_test=y[40:])
    (folder / "notes.txt").write_text("one\ntwo\n")
    place = page.locator(".lwd input").first
    place.set_input_files([folder / "mine.npz", folder / "notes.txt"])
    expect(page.get_by_role("heading", name="mine.npz")).to_be_visible()
    expect(page.get_by_text("40 examples to learn from")).to_be_visible()
    kept(page, lambda data: data == b"one\ntwo\n")
    expect(page.locator(".stAlert").first).to_be_visible()  # two lines are no table to learn from


def _whole_folder(page: Page, folder: Path) -> None:
    """As one ZIP, whatever the order and the dates of its files."""
    texts = {"reviews/bad/1.txt": "dull", "reviews/good/1.txt": "fün", "reviews/good/2.txt": ""}
    for path, text in {**texts, "reviews/.DS_Store": "junk"}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    page.locator(".lwd input").nth(1).set_input_files(folder / "reviews")
    whole = kept(page, lambda data: data.startswith(b"PK") and b"reviews/good" in data)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        assert {n: archive.read(n).decode() for n in archive.namelist()} == texts
        assert archive.namelist() == sorted(texts)


def _again(page: Page, folder: Path) -> None:
    """One that does not get on is cancelled; one that broke off goes on when it is tried again."""
    (folder / "late.csv").write_text("a,b\n1,2\n")
    page.route("**/lw/files*", lambda _route: None)
    page.locator(".lwd input").first.set_input_files(folder / "late.csv")
    hand.go(page, "Home")  # it goes on meanwhile
    hand.go(page, "Data")
    page.get_by_role("button", name="Cancel late.csv").click()
    expect(page.locator(".lwd-list li")).to_have_count(0)
    page.unroute_all()
    page.route("**/lw/files*", lambda route: route.abort())
    page.locator(".lwd input").first.set_input_files(folder / "late.csv")
    expect(page.get_by_role("alert").filter(has_text="The upload broke off.")).to_be_visible()
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    kept(page, lambda data: data == b"a,b\n1,2\n")
