"""Weights in the workspace: kept once, found by their hash alone, lent to runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from builder.errors import TrainingError
from builder.facts import START
from builder.runs import weights, workspace
from builder.spec import Config
from tests import zoo


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path / "home"))


def test_the_same_weights_are_kept_once_and_lent_without_a_copy(tmp_path: Path) -> None:
    file = tmp_path / "w.npz"
    file.write_bytes(b"numbers")
    name = weights.keep(file)
    assert weights.keep(file) == name
    assert [p.name for p in workspace.folder("weights").iterdir()] == [f"{name}.npz"]
    training = replace(zoo.STACKS["toy"], weights=Config(file=name))
    weights.lend(training, tmp_path)
    weights.lend(training, tmp_path)  # a run that is resumed
    assert (tmp_path / START).read_bytes() == b"numbers"
    weights.lend(zoo.STACKS["toy"], tmp_path / "nowhere")


@pytest.mark.parametrize("file", ["../../etc/passwd", "0" * 64, None, 3, "A" * 64])
def test_what_is_not_there_is_not_lent(file: object, tmp_path: Path) -> None:
    assert weights.where(file) is None
    training = replace(zoo.STACKS["toy"], weights=Config(file=file, name="big.keras"))
    with pytest.raises(TrainingError, match=r"weights of 'big\.keras' are not in this"):
        weights.lend(training, tmp_path)
