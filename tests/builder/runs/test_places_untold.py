"""Whatever is wrong with the server's folders, nobody is told where they are."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from builder import starters
from builder.engine.data import loading
from builder.errors import LayerwiseError, without_paths
from builder.runs.disk import data_files, projects, workspace
from builder.runs.engine_process import child_process
from builder.runs.store import database, run_store
from builder.spec import ObjectSpec
from tests.damage import DAMAGES

TRAINING = starters.find_starter("xor").training


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace in a folder of a secret name."""
    made = tmp_path / "canary" / "home"
    made.mkdir(parents=True)
    monkeypatch.setenv("LAYERWISE_HOME", str(made))
    monkeypatch.setenv("LAYERWISE_DATA", str(tmp_path / "canary" / "data"))
    database.close()
    yield made
    database.close()


def save() -> None:
    projects.create("somebody", "title", TRAINING)


def add() -> None:
    run_store.add(TRAINING, None, "somebody", None, None)


def newer(path: Path) -> None:
    with sqlite3.connect(path) as made:
        made.execute("PRAGMA user_version = 999")
    made.close()


def in_the_way(path: Path) -> None:
    path.write_text("no folder")


FAULTS: dict[str, tuple[str, Callable[[Path], object], Callable[[], object]]] = {
    "no workspace": ("", lambda p: (p.rmdir(), in_the_way(p)), save),
    "no folder of projects": ("projects", in_the_way, save),
    "no folder of data files": ("files", in_the_way, lambda: data_files.keep("a.csv", b"a\n1\n")),
    "no folder of logs": (
        "logs",
        in_the_way,
        lambda: child_process.Child("mute", ["--light"]).call("table_overview.preview", (), {}, 5),
    ),
    "a folder as the store": ("runs.db", Path.mkdir, add),
    "a newer store": ("runs.db", newer, add),
    "a lock that is a folder": (
        "x.lock",
        Path.mkdir,
        lambda: workspace.lock(workspace.home() / "x.lock").__enter__(),
    ),
    "a file that is not there": (
        "x",
        in_the_way,
        lambda: loading.load(ObjectSpec("NpzFile", {"file": "none.npz"})),
    ),
}
"""What is broken → its place in the workspace, how, and what somebody then does."""


@pytest.mark.parametrize("name", FAULTS)
def test_a_broken_workspace_is_told_without_its_place(home: Path, name: str) -> None:
    place, break_it, act = FAULTS[name]
    break_it(home / place if place else home)
    with pytest.raises(LayerwiseError) as caught:
        act()
    told = f"{caught.value} {caught.value.hint} {caught.value.where}"
    assert "canary" not in told and str(home.parent.parent) not in told


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_project_is_told_without_its_place(home: Path, how: str) -> None:
    project = projects.create("somebody", "title", TRAINING)
    for path in (home / "projects").glob(f"{project.token}*"):
        DAMAGES[how](path)
    with pytest.raises(LayerwiseError) as caught:
        projects.load(project.token)
    assert "canary" not in f"{caught.value} {caught.value.hint} {caught.value.where}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[Errno 2] No such file: '/srv/canary/home/a.csv'", "[Errno 2] No such file: 'a.csv'"),
        ("cannot open '/home/me and you/canary/x.h5' now", "cannot open 'x.h5' now"),
        ("see https://keras.io/api/layers for more", "see https://keras.io/api/layers for more"),
    ],
)
def test_what_a_library_says_is_cut(text: str, told: str) -> None:
    assert without_paths(text) == told
