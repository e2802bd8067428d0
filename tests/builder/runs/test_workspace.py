"""The workspace folder, tokens and safe writing."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.datasets import _folders
from builder.errors import FileError
from builder.runs.disk import workspace


def test_the_workspace_is_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path / "new" / "home"))
    monkeypatch.delenv("LAYERWISE_DATA", raising=False)
    assert workspace.home() == tmp_path / "new" / "home"
    assert workspace.home().is_dir()
    assert _folders.datasets() == workspace.home() / "datasets"
    monkeypatch.setenv("LAYERWISE_DATA", str(tmp_path))
    assert _folders.datasets() == tmp_path


def test_a_workspace_that_cannot_be_made_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(FileError, match="cannot be used") as caught:
        workspace.home()
    assert "LAYERWISE_HOME" in caught.value.hint


def test_a_folder_that_may_only_be_read_is_said(tmp_path: Path) -> None:
    """A folder in the lock's place: nothing can be written, even by root."""
    (tmp_path / "runs.lock").mkdir()
    with (
        pytest.raises(FileError, match="cannot be written to") as caught,
        workspace.lock(tmp_path / "runs.lock"),
    ):
        pass
    assert "LAYERWISE_HOME" in caught.value.hint


def test_tokens_are_22_characters_and_never_the_same() -> None:
    tokens = {workspace.token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(workspace.is_token(t) for t in tokens)


@pytest.mark.parametrize("text", ["", "a" * 21, "a" * 23, "../" + "a" * 19, "a" * 21 + "\n", None])
def test_what_is_no_token_is_refused(text: object) -> None:
    assert not workspace.is_token(text)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "project.json"
    workspace.write(path, b"old")

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(FileError, match="the disk is full") as caught:
        workspace.write(path, b"new")
    assert "Free some disk space" in caught.value.hint
    assert [p.name for p in tmp_path.iterdir()] == ["project.json"]
    assert path.read_bytes() == b"old"
