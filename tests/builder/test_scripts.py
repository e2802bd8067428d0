"""Exported scripts leave nothing for a linter or a formatter; ``test_histories`` runs them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from builder import code, edit, starters
from builder.spec import TrainingSpec
from tests import zoo
from tests.builder.parse.test_parse_laws import script_source

SCRIPTED: Mapping[str, TrainingSpec] = {
    **{name: zoo.STACKS[name] for name in zoo.OFFLINE},
    "reshuffled": zoo.STACKS["tutorial"].with_fit(shuffle="epoch", batch_size=30),
    **{
        s.name: s.training
        for s in starters.all_starters()
        if s.name != "fashion_dense" and edit.is_chain(s.training.model)
    },
}


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scripts")
    for name, training in SCRIPTED.items():
        text = code.script(training, script_source(training))
        (folder / f"{name}.py").write_text(text, "utf-8")
    return folder


def test_scripts_satisfy_a_linter(scripts: Path) -> None:
    ruff = [sys.executable, "-m", "ruff"]
    options = ["--isolated", "--no-cache", str(scripts)]
    subprocess.run([*ruff, "check", "--select", "F,E9", *options], check=True)


def test_what_we_write_is_formatted(tmp_path: Path) -> None:
    """Nothing is left for a formatter to change; the data's lines are each dataset's own."""
    for name, training in SCRIPTED.items():
        (tmp_path / f"{name}.py").write_text(
            code.script(training, "x_train = y_train = x_test = y_test = []\n", name), "utf-8"
        )
    ruff = [sys.executable, "-m", "ruff", "format", "--isolated", "--no-cache", "--diff"]
    done = subprocess.run([*ruff, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
