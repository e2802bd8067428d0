"""A workspace of its own for every test of the pages, and the app as Streamlit's AppTest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from builder.runs.engine_process import client, process_policy
from builder.runs.engine_process.confinement import Policy

SHELL = Path(__file__).parents[2] / "pages" / "shell.py"


@pytest.fixture(scope="session", autouse=True)
def datasets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The datasets folder; one for all tests, because the warm child keeps the environment."""
    with pytest.MonkeyPatch.context() as patch:
        client.close()
        folder = tmp_path_factory.mktemp("datasets")
        patch.setenv("LAYERWISE_DATA", str(folder))
        for child in client._CHILDREN.values():
            # warm for all tests, it has to read the workspace of each
            patch.setattr(child, "_policy", lambda: _policy(tmp_path_factory.getbasetemp()))
        yield folder
        client.close()


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data files; in one place for all tests, for the same reason."""
    return tmp_path_factory.mktemp("files")


def _policy(workspaces: Path) -> Policy:
    policy = process_policy.reading_policy()
    return replace(policy, reads=(*policy.reads, str(workspaces)))


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, files: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "files").symlink_to(files)
    for old in files.iterdir():
        old.unlink()
    return tmp_path / "home"


@pytest.fixture
def visit() -> Callable[..., AppTest]:
    """``visit("model")``: the app freshly opened on that page; ``p`` is a project's token."""

    def open_page(step: str = "home", p: str = "") -> AppTest:
        app = AppTest.from_file(str(SHELL), default_timeout=300)
        if p:
            app.query_params["p"] = p
        app.run()
        if step != "home":
            app.switch_page(str(SHELL.parent / f"{step}.py")).run()
        assert not app.exception
        return app

    return open_page
