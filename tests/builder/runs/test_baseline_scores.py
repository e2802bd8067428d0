"""Simple models are trained once for each dataset and target, and kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from builder import starters
from builder.runs.queries import baseline_scores
from builder.spec import ObjectSpec, TrainingSpec

XOR = starters.find_starter("xor").training


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LAYERWISE_DATA", str(tmp_path))


def test_they_are_kept_by_dataset_and_target_whatever_else_a_run_has() -> None:
    asked: list[str] = []

    def compare(training: TrainingSpec, target: str) -> dict[str, Any]:
        asked.append(training.dataset.class_name)
        return {"models": [], "number": len(asked)}

    assert baseline_scores.find_scores(XOR) is None
    first = baseline_scores.train_baselines(XOR, compare=compare)
    again = baseline_scores.train_baselines(XOR.with_fit(epochs=99), "y", compare=compare)
    assert first == again == baseline_scores.find_scores(XOR)
    other = replace(XOR, dataset=ObjectSpec("Circles"))
    assert baseline_scores.train_baselines(other, compare=compare)["number"] == 2
    assert asked == ["Xor", "Circles"]
    baseline_scores.train_baselines(XOR, "z", compare=compare)
    assert len(asked) == 3


def test_a_file_that_was_replaced_is_learned_anew(tmp_path: Path) -> None:
    mine = replace(XOR, dataset=ObjectSpec("NpzFile", {"file": "mine.npz"}))
    (tmp_path / "mine.npz").write_bytes(b"one")
    before = baseline_scores.key(mine)
    (tmp_path / "mine.npz").write_bytes(b"another")
    assert baseline_scores.key(mine) != before


def test_a_process_of_their_own_trains_them() -> None:
    scores = baseline_scores.train_baselines(XOR)
    models = {m["name"]: m["accuracy"] for m in scores["models"]}
    assert models["Gradient boosting"] > 0.8 > models["Logistic regression"]
