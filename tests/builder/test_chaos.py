"""Workers and servers killed at random: nothing is lost, and every number is as if nothing was.

A short one; ``python -m tests.benchmarks.chaos`` kills fifty times.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from builder.runs.store import database
from tests.benchmarks.chaos import Chaos

SEED = 293
"""A worker, the server, then both, some three seconds apart, where each is met alive."""


@pytest.fixture
def chaos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chaos]:
    database.close()
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path))
    monkeypatch.setenv("LAYERWISE_MAX_RUNS", "2")
    made = Chaos(epochs=300, seed=SEED)
    yield made
    made.close()
    database.close()


@pytest.mark.long
def test_killed_runs_end_with_the_numbers_of_an_undisturbed_one(chaos: Chaos) -> None:
    chaos.run(kills=3)
    # on a slow machine chance may meet no worker, or servers only
    while not (chaos.kills["worker"] and chaos.kills["server"] + chaos.kills["both"]):
        chaos.run(kills=sum(chaos.kills.values()) + 1)
    assert chaos.finished >= 2
