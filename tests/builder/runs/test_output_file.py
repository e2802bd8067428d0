"""Files written where a person wants them: links, devices, modes, owners, half-written files."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from builder.errors import FileError
from builder.runs.disk import output_file

OTHER = 12345
"""A user and a group that this process is not of."""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file of some mode of its own."""
    path = tmp_path / "old.json"
    path.write_bytes(b"what was there before, and longer")
    path.chmod(0o640)
    return path


def names(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir()}


def test_a_new_file_is_shared_as_the_user_shares_files(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        output_file.write(tmp_path / "new", b"content")
    finally:
        os.umask(mask)
    assert (tmp_path / "new").read_bytes() == b"content"
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640
    assert names(tmp_path) == {"new"}


def test_a_file_keeps_its_mode_and_its_owner(old: Path) -> None:
    if os.geteuid() == 0:
        os.chown(old, OTHER, OTHER)
    before = old.stat()
    output_file.write(old, b"new")
    after = old.stat()
    assert old.read_bytes() == b"new"
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode,
        before.st_uid,
        before.st_gid,
    )


def test_a_link_stays_one_and_its_file_is_written(old: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    link, ahead = tmp_path / "folder" / "link", tmp_path / "folder" / "ahead"
    link.symlink_to(old)
    ahead.symlink_to(tmp_path / "not yet")
    output_file.write(link, b"new")
    output_file.write(ahead, b"made")
    assert link.is_symlink() and old.read_bytes() == b"new"
    assert ahead.is_symlink() and (tmp_path / "not yet").read_bytes() == b"made"
    assert names(tmp_path) == {"folder", "old.json", "not yet"}


@pytest.mark.parametrize("content", [b"new", b"new and so much longer than the other one was"])
def test_a_second_name_of_a_file_shows_the_new_content(
    content: bytes, old: Path, tmp_path: Path
) -> None:
    os.link(old, tmp_path / "second")
    output_file.write(old, content)
    assert old.read_bytes() == (tmp_path / "second").read_bytes() == content
    assert old.samefile(tmp_path / "second")
    assert names(tmp_path) == {"old.json", "second"}


@pytest.mark.parametrize("where", ["/dev/full", "/dev/null", "link", "pipe", "folder"])
def test_what_is_no_file_is_refused_and_stays(where: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("/dev/full")
    os.mkfifo(tmp_path / "pipe")
    path = tmp_path / where
    before, there = path.stat().st_mode, names(tmp_path)
    with pytest.raises(FileError, match=r"is a (device|pipe|folder), not a file") as caught:
        output_file.write(path, b"new")
    assert caught.value.hint
    assert path.stat().st_mode == before and names(tmp_path) == there


def test_a_file_that_breaks_off_is_never_seen(old: Path, tmp_path: Path) -> None:
    before = old.read_bytes()
    with pytest.raises(ZeroDivisionError), output_file.replacement(old) as file:
        file.write(b"half")
        raise ZeroDivisionError
    assert old.read_bytes() == before and names(tmp_path) == {"old.json"}


@pytest.mark.parametrize(("twice", "at"), [(False, 1), (True, 1), (True, 2)])
def test_a_full_disk_leaves_the_old_file(
    twice: bool, at: int, old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of two names is written in place, once the new content is safe beside it."""
    if twice:
        os.link(old, tmp_path / "second")
    before, there, calls = old.read_bytes(), names(tmp_path), iter(range(1, 10))

    def full(fd: int) -> None:
        if next(calls) == at:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(FileError, match="the disk is full"):
        output_file.write(old, b"new" * 100)
    assert old.read_bytes() == before and names(tmp_path) == there


def test_a_circle_of_links_is_said(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(FileError, match="could not be saved"):
        output_file.write(tmp_path / "a", b"new")
