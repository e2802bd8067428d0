"""Data files in the workspace: kept once, within limits, found by their hash, deleted with care."""

from __future__ import annotations

import hashlib
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from builder.datasets import _folders
from builder.errors import DataError, FileError
from builder.runs.disk import data_files, file_users, projects, workspace
from builder.runs.store import housekeeping, run_store
from builder.spec import ObjectSpec, TrainingSpec
from tests.builder.runs.conftest import tiny


def reads(file: str, name: str = "mine.npz") -> TrainingSpec:
    """A training on that data file."""
    return replace(tiny(), dataset=ObjectSpec("NpzFile", {"file": file, "name": name}))


def stored() -> list[str]:
    return [path.name for path in workspace.folder("files").iterdir()]


def age() -> None:
    for path in workspace.folder("files").iterdir():
        os.utime(path, (1, 1))


def test_a_file_is_kept_once_under_the_hash_of_what_it_holds(own_home: Path) -> None:
    with data_files.Upload("a.csv") as upload:
        for part in (b"a,b\n", b"", b"1,2\n"):
            upload.write(part)
        file = upload.keep()
    assert file == hashlib.sha256(b"a,b\n1,2\n").hexdigest()
    assert data_files.keep("called otherwise.csv", b"a,b\n1,2\n") == file
    assert stored() == [file]
    path = _folders.find_file(file)
    assert path and path.read_bytes() == b"a,b\n1,2\n"
    path.write_bytes(b"a,b")  # what a damaged disk kept of it
    data_files.keep("a.csv", b"a,b\n1,2\n")
    assert path.read_bytes() == b"a,b\n1,2\n"


def test_what_breaks_off_leaves_nothing(own_home: Path) -> None:
    with pytest.raises(RuntimeError), data_files.Upload("a.csv") as upload:
        upload.write(b"half")
        raise RuntimeError
    with data_files.Upload("a.csv") as upload:
        upload.write(b"nobody keeps it")
    assert stored() == []


@pytest.mark.parametrize(
    ("text", "size"),
    [("", 2_000_000_000), ("500 MB", 500_000_000), ("1.5GB", 1_500_000_000), ("2e9", 2 * 10**9)],
)
def test_the_limit_is_said_by_the_environment(
    monkeypatch: pytest.MonkeyPatch, text: str, size: int
) -> None:
    monkeypatch.setenv("LAYERWISE_MAX_UPLOAD", text)
    assert data_files.limit() == size
    monkeypatch.setenv("LAYERWISE_MAX_UPLOAD", "plenty")
    with pytest.raises(FileError, match="must be a size such as '500 MB' but is 'plenty'"):
        data_files.limit()


def test_a_file_over_the_limit_is_refused_when_it_says_so_and_when_it_does_not(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERWISE_MAX_UPLOAD", "10 bytes")
    with pytest.raises(FileError, match=r"a\.csv is larger than 10 bytes") as told:
        data_files.Upload("a.csv", 11)
    assert told.value.where == data_files.TOO_LARGE
    with data_files.Upload("a.csv") as upload:
        upload.write(b"0123456789")
        with pytest.raises(FileError, match="larger"):
            upload.write(b"x")
    assert stored() == []


def test_room_for_trainings_stays_free(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "NEEDED_BYTES", workspace.free_bytes() - 10_000_000)
    data_files.keep("small.csv", b"1")
    with pytest.raises(FileError, match=r"no room for large\.csv: .* are left"):
        data_files.Upload("large.csv", 500_000_000)
    monkeypatch.setattr(workspace, "NEEDED_BYTES", 2**60)
    monkeypatch.setattr(data_files, "LOOK_BYTES", 4)
    with pytest.raises(FileError, match="no room"):
        data_files.keep("small.csv", b"2")


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """The system refuses to write more, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_refuses_in_the_middle_is_said_and_nothing_stays(own_home: Path) -> None:
    workspace.folder("files")
    with (
        files_of_at_most(100_000),
        pytest.raises(FileError, match=r"a\.csv could not be kept: File too large"),
        data_files.Upload("a.csv") as upload,
    ):
        for _ in range(30):
            upload.write(b"x" * 10_000)
        upload.keep()
    assert stored() == []


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("titanic.csv", "titanic.csv"),
        ("C:\\data\\my table.csv", "my table.csv"),
        ("../../etc/passwd", "passwd"),
        ("a\u202egnp.csv\n\x00", "agnp.csv"),
        ("Cafe\u0301.csv", "Café.csv"),
        ("/", "file"),
        ("x" * 300 + ".parquet", "x" * 112 + ".parquet"),
        ("y" * 300, "y" * 120),
    ],
)
def test_a_name_is_a_label_of_one_line(given: str, name: str) -> None:
    assert data_files.clean_name(given) == name


def test_a_missing_file_is_said_by_its_name_and_taken_again(own_home: Path) -> None:
    missing = hashlib.sha256(b"from another machine").hexdigest()
    with pytest.raises(DataError, match=r"The file mine\.npz is not in this workspace") as told:
        _folders.data_file(missing, "mine.npz")
    assert "Drop it" in told.value.hint and told.value.where == "dataset.file"
    assert data_files.keep("mine.npz", b"from another machine") == missing
    assert _folders.data_file(missing, "mine.npz").read_bytes() == b"from another machine"
    for name in ("../../etc/passwd", missing[:-1], missing.upper(), 3, None, f"{missing}\n"):
        assert _folders.find_file(name) is None


def test_files_nobody_needs_go_after_a_day(own_home: Path) -> None:
    ran, saved, dropped = (data_files.keep("a", part) for part in (b"1", b"2", b"3"))
    run = run_store.add(reads(ran), None, "anna", None, None)
    project = projects.create("anna", "Mine", reads(saved))
    half = workspace.folder("files") / ".new-left-by-a-crash"
    half.touch()
    housekeeping.tidy()
    assert {*stored()} == {ran, saved, dropped, half.name}, "somebody may have it open"
    age()
    housekeeping.tidy()
    assert {*stored()} == {ran, saved}
    projects.save(project.token, project.rev, "Mine", tiny())
    run_store.order_stop(run)
    housekeeping.delete(run)
    assert stored() == [saved], "Undo may want it back"
    age()
    housekeeping.tidy()
    assert stored() == []


def test_deleting_knows_which_projects_need_the_file(own_home: Path) -> None:
    file = data_files.keep("mine.npz", b"1")
    for owner, title, training in (
        ("anna", "One", reads(file)),
        ("anna", "Two", reads(file, "called otherwise.npz")),
        ("anna", "Else", tiny()),
        ("ben", "His", reads(file)),
    ):
        projects.create(owner, title, training)
    assert {p.title for p in file_users.list_users(file, "anna")} == {"One", "Two"}
    with pytest.raises(FileError, match="somebody else on this server needs the same file"):
        file_users.delete(file, "anna")
    assert stored() == [file]
    projects.delete(file_users.list_users(file, "ben")[0].token)
    file_users.delete(file, "anna")
    file_users.delete(file, "anna")
    assert stored() == [] and len(file_users.list_users(file, "anna")) == 2
