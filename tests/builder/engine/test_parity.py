"""Our loop gives ``model.fit``'s numbers, bit for bit, also when it was paused and went on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from builder import catalog
from tests import forks
from tests.asked import asked, longer
from tests.builder.engine.front_cases import ALL, FRONTS
from tests.builder.engine.parity_cases import CASES

ROOT = Path(__file__).resolve().parents[3]
SHARED = ("convolution", "convolution_short", "augmentation", "pictures")
"""Cases with convolutions: their last bits depend on the number of threads, so both sides have
all; the others run on one, as workers and exported scripts do: on some processors sums by several
threads end in other bits."""

ROUNDED = "xla"
"""The case that equals ``fit`` up to rounding only: the loop is compiled as a whole."""

EXACT = tuple(name for name in ALL if name != ROUNDED)

LOOPED = ("dense", "convolution_short", "several_validated", "custom_step", "early_stopping",
          "tensorboard", "mixed_and_scaled", "no_shuffle")  # fmt: skip
"""Cases that are trained without a pause, too: what is paused and goes on runs the same programs,
so that the others do it in the long tests only."""

AGAIN = ("convolution", "gated", "one_hot", "several", "schedule", "ema_swap", "validation_batch",
         "checkpoint_batches", "noise", "one_short_batch", "no_shuffle", "augmentation",
         "regression", "own_layers", "regularized", "normalized", "sgd", "scheduler",
         "short_batch", "class_weight", "accumulation", "adamw_ema", "sample_weight",
         "validation_data", "loss_scale", "mixed_precision", "plateau", "checkpoint", "csv",
         *(name for name in FRONTS if name not in ("table", "block", "sums")))  # fmt: skip
"""Cases all of whose parts stand in others as well: paused in the long tests only."""

Results = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def trained(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> dict[str, Results]:
    """What each way gave of the cases that are asked for, every one in fresh processes, one after
    the other: other tests keep the other processor busy."""
    home = tmp_path_factory.mktemp("parity")
    looped = asked(request, "test_history_batches_weights_and_files_are_those_of_fit", "name")
    paused = asked(request, "test_paused_and_resumed_in_another_process_it_ends_the_same", "name")
    fitted = [name for name in ALL if name in {*looped, *paused}]

    def train(how: str, folder: str, names: list[str]) -> Results:
        threads = {1: [n for n in names if n not in SHARED], 0: [n for n in names if n in SHARED]}
        module, found = ("-m", "tests.builder.engine.parity", how, str(home / folder)), {}
        for number, of in threads.items():
            if of:
                said = forks.run(*module, str(number), *of, cwd=ROOT)
                found |= json.loads(said.splitlines()[-1])
        return found

    return {
        "fit": train("fit", "fit", fitted),
        "loop": train("loop", "loop", looped),
        "pause": train("pause", "halves", paused),
        "resumed": train("loop", "halves", paused),
    }


@pytest.mark.parametrize("name", [*LOOPED, *longer(n for n in EXACT if n not in LOOPED), ROUNDED])
def test_history_batches_weights_and_files_are_those_of_fit(
    trained: dict[str, Results], name: str
) -> None:
    ours, fit = (trained[how][name] for how in ("loop", "fit"))
    if name != ROUNDED:
        assert ours == fit
        return
    assert ours["history"].keys() == fit["history"].keys()
    for metric, values in fit["history"].items():
        assert ours["history"][metric] == pytest.approx(values, rel=1e-3, abs=1e-4), metric


@pytest.mark.parametrize("name", [*(n for n in EXACT if n not in AGAIN), *longer(AGAIN)])
def test_paused_and_resumed_in_another_process_it_ends_the_same(
    trained: dict[str, Results], name: str
) -> None:
    before, after = trained["pause"][name], trained["resumed"][name]
    together = {**after, "losses": before["losses"] | after["losses"]}
    assert together == trained["fit"][name]


def test_the_pauses_came_in_the_middle(trained: dict[str, Results]) -> None:
    paused = [r for r in trained["pause"].values() if r["ended"] == "paused"]
    assert len(paused) >= len(trained["pause"]) - 3
    assert len({len(r["losses"]) for r in paused}) > 5


def test_every_callback_on_offer_is_compared(tmp_path: Path) -> None:
    made = {type(c).__name__ for case in CASES.values() for c in case.make(tmp_path)[1]}
    assert made >= {entry.class_name for entry in catalog.entries("callbacks")}
    served = {e.class_name for e in catalog.entries("callbacks") if e.traits.loop != "fit"}
    assert made == served
