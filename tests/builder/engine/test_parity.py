"""Our loop gives ``model.fit``'s numbers, bit for bit, also when it was paused and went on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builder import catalog
from tests.builder.engine.parity_cases import CASES

PARITY = Path(__file__).with_name("parity.py")
SHARED = ("convolution", "convolution_short", "augmentation")
"""Cases with convolutions: their last bits depend on the number of threads, so both sides have
all; the others run on one, as workers and exported scripts do: on some processors sums by several
threads end in other bits."""

ROUNDED = "xla"
"""The case that equals ``fit`` up to rounding only: the loop is compiled as a whole."""

EXACT = tuple(name for name in CASES if name != ROUNDED)
ALONE = tuple(name for name in CASES if name not in SHARED)

Results = dict[str, dict[str, Any]]


def started(how: str, folder: Path, threads: int, names: tuple[str, ...]) -> subprocess.Popen[str]:
    command = [sys.executable, str(PARITY), how, str(folder), str(threads), *names]
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=subprocess.DEVNULL, text=True, env=quiet)


def said(process: subprocess.Popen[str]) -> Results:
    out, _ = process.communicate(timeout=600)
    assert process.returncode == 0
    return dict(json.loads(out.splitlines()[-1]))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Results]]:
    """What each way gave, every one in fresh processes, two or three at a time."""
    home = tmp_path_factory.mktemp("parity")
    alone, shared = (started("fit", home / "fit", *of) for of in ((1, ALONE), (0, SHARED)))
    found: dict[str, Results] = {}
    for how, folder in (("loop", "loop"), ("pause", "halves"), ("loop", "halves")):
        one = said(started(how, home / folder, 1, ALONE))
        found["resumed" if how == "loop" and folder == "halves" else how] = one | said(
            started(how, home / folder, 0, SHARED)
        )
    yield {**found, "fit": said(alone) | said(shared)}


@pytest.mark.parametrize("name", EXACT)
def test_history_batches_weights_and_files_are_those_of_fit(
    trained: dict[str, Results], name: str
) -> None:
    assert trained["loop"][name] == trained["fit"][name]


@pytest.mark.parametrize("name", EXACT)
def test_paused_and_resumed_in_another_process_it_ends_the_same(
    trained: dict[str, Results], name: str
) -> None:
    before, after = trained["pause"][name], trained["resumed"][name]
    together = {**after, "losses": before["losses"] | after["losses"]}
    assert together == trained["fit"][name]


def test_xla_gives_the_numbers_of_fit_under_xla_up_to_rounding(trained: dict[str, Results]) -> None:
    ours, fit = (trained[how][ROUNDED]["history"] for how in ("loop", "fit"))
    assert ours.keys() == fit.keys()
    for name, values in fit.items():
        assert ours[name] == pytest.approx(values, rel=1e-3, abs=1e-4), name


def test_the_pauses_came_in_the_middle(trained: dict[str, Results]) -> None:
    paused = [r for r in trained["pause"].values() if r["ended"] == "paused"]
    assert len(paused) >= len(CASES) - 3
    assert len({len(r["losses"]) for r in paused}) > 5


def test_every_callback_on_offer_is_compared(tmp_path: Path) -> None:
    made = {type(c).__name__ for case in CASES.values() for c in case.make(tmp_path)[1]}
    assert made >= {entry.class_name for entry in catalog.entries("callbacks")}
    served = {e.class_name for e in catalog.entries("callbacks") if e.traits.loop != "fit"}
    assert made == served
