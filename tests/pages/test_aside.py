"""A damaged run store is said on Home and on Runs, once, for as long as it lies there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from builder import starters
from builder.runs.disk import projects
from builder.runs.store import database, run_store
from pages.widgets.home import damaged_store

Visit = Callable[..., AppTest]
PAGES = ("home", "runs")


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    database.close()


def warnings(at: AppTest) -> list[str]:
    return [str(w.value).replace("\\", "") for w in at.warning]


@pytest.mark.parametrize("step", PAGES)
def test_a_damaged_run_store_is_said_until_it_is_moved_away(
    visit: Visit, workspace: Path, step: str
) -> None:
    assert warnings(visit(step)) == []
    database.close()
    (workspace / "runs.db").write_bytes(b"nonsense" * 1000)
    assert run_store.by_status("queued") == []  # the sweep of the server opens it
    (damaged,) = database.damaged_files()
    earlier = damaged.with_name("runs.db.damaged-20260101-000000")
    earlier.touch()
    (said,) = warnings(visit(step))
    assert f"put aside as {earlier.name}, {damaged.name} in Layerwise's folder" in said
    assert str(workspace) not in said, "the server's paths are nobody else's affair"
    assert damaged_store.RESTORE in said
    for path in (damaged, earlier):
        path.unlink()
    assert warnings(visit(step)) == []


def test_a_damaged_project_opens_from_its_copy_and_says_so(visit: Visit, workspace: Path) -> None:
    made = projects.create("anna", "Mine", starters.find_starter("xor").training)
    (workspace / "projects" / f"{made.token}.json").write_bytes(b"{")
    at = visit("home", made.token)
    (said,) = (str(note.value) for note in at.info)
    assert said == "The file of the project 'Mine' was damaged; its copy took its place."
    assert [note.value for note in visit("home", made.token).info] == []


def test_no_other_page_speaks_of_it(visit: Visit, workspace: Path) -> None:
    run_store.by_status("queued")
    (workspace / "runs.db.damaged-20260101-000000").touch()
    assert warnings(visit("export")) == []
