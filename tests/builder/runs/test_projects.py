"""Projects: saved at once, never overwritten unseen, never lost."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from builder import document
from builder.errors import FileError, SpecError, StaleError
from builder.runs.disk import projects, workspace
from builder.spec import TrainingSpec

pytestmark = pytest.mark.usefixtures("own_home")


def path(token: str) -> Path:
    return workspace.home() / "projects" / f"{token}.json"


def test_a_project_comes_back_as_it_was(training: TrainingSpec) -> None:
    made = projects.create("anna", "Ziffern ✍", training)
    assert projects.load(made.token) == made
    assert made.rev == 1
    assert document.from_json(path(made.token).read_text()) == training


def test_saving_counts_and_refuses_what_is_stale(training: TrainingSpec) -> None:
    made = projects.create("anna", "one", training)
    saved = projects.save(made.token, made.rev, "two", training)
    assert (saved.rev, saved.title, saved.owner) == (2, "two", "anna")
    with pytest.raises(StaleError, match="you have version 1, version 2 is saved"):
        projects.save(made.token, made.rev, "three", training)
    assert projects.load(made.token).title == "two"


def test_of_many_writers_at_once_one_wins(training: TrainingSpec) -> None:
    made = projects.create("anna", "start", training)

    def save(i: int) -> bool:
        try:
            projects.save(made.token, made.rev, f"writer {i}", training)
        except StaleError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(save, range(8))) == 1
    assert projects.load(made.token).rev == 2


def test_mine_are_mine_newest_first(training: TrainingSpec) -> None:
    first = projects.create("anna", "first", training)
    second = projects.create("anna", "second", training)
    projects.create("bert", "other", training)
    projects.save(first.token, 1, "first again", training)
    assert [p.title for p in projects.list_projects("anna")] == ["first again", "second"]
    projects.delete(second.token)
    projects.delete(second.token)
    assert [p.title for p in projects.list_projects("anna")] == ["first again"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"layerwise": 1}', b"\xff\xfe", b"[" * 9999]
)
def test_a_damaged_file_is_kept_aside_and_said(training: TrainingSpec, content: bytes) -> None:
    good, bad = (projects.create("anna", title, training) for title in ("good", "bad"))
    path(bad.token).write_bytes(content)
    path(bad.token).with_suffix(projects.COPY).write_bytes(content)
    assert [p.title for p in projects.list_projects("anna")] == ["good"]
    (found,) = projects.list_damaged()
    assert found.token == bad.token
    assert found.path.read_bytes() == content
    with pytest.raises(FileError, match="kept aside"):
        projects.load(bad.token)
    assert projects.load(good.token) == good


def test_a_newer_project_is_left_alone(training: TrainingSpec) -> None:
    made = projects.create("anna", "from the future", training)
    content = json.loads(path(made.token).read_text()) | {"layerwise": document.VERSION + 1}
    path(made.token).write_text(json.dumps(content))
    with pytest.raises(SpecError, match="newer Layerwise"):
        projects.load(made.token)
    assert path(made.token).exists()


@pytest.mark.parametrize("token", ["", "../../../../etc/passwd", "a" * 22 + "/", "é" * 22])
def test_an_address_that_is_none_never_becomes_a_path(token: str) -> None:
    with pytest.raises(FileError, match="not a project address"):
        projects.load(token)
    with pytest.raises(FileError, match="not a project address"):
        projects.delete(token)


def test_an_unknown_project_is_said(training: TrainingSpec) -> None:
    with pytest.raises(FileError, match="no project at this address"):
        projects.load(workspace.token())
    with pytest.raises(FileError, match="no project at this address"):
        projects.save(workspace.token(), 1, "title", training)
