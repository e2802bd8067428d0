"""Whatever is done with a model takes steps and memory in proportion to its size, or n log n."""

from __future__ import annotations

import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

import builder
from tests.zoo import growth

ROOT = str(Path(builder.__file__).parent)

SMALL, LARGE = 20, 80

MOST = 10.0
"""Times the steps of a function when a model has four times the nodes: n log n gives 5.9, n² 16."""

FEW = 8 * LARGE
"""Steps that are no matter."""


def steps(act: Callable[[], None]) -> Counter[CodeType]:
    """Lines of our own that were run, by function."""
    counts: Counter[CodeType] = Counter()

    def line(frame: FrameType, event: str, _: Any) -> Any:
        counts[frame.f_code] += 1
        return line

    def call(frame: FrameType, event: str, _: Any) -> Any:
        # what dataclasses write for a record has no file
        ours = frame.f_code.co_filename.startswith((ROOT, "<string>"))
        return line(frame, event, None) if ours else None

    before = sys.gettrace()
    sys.settrace(call)
    try:
        act()
    finally:
        sys.settrace(before)
    return counts


def too_steep(verb: str, small: Any, large: Any) -> list[str]:
    """The functions whose steps grow faster than n log n."""
    few, many = (steps(lambda m=m: growth.use(verb, m)) for m in (small, large))
    return [
        f"{Path(code.co_filename).name} {code.co_name}: {few[code]} -> {count}"
        for code, count in many.items()
        if count > FEW and count > MOST * max(few[code], 1)
    ]


@pytest.mark.parametrize("name", growth.MODELS)
def test_steps_grow_no_faster_than_n_log_n(name: str) -> None:
    small, large = (growth.MODELS[name](n) for n in (SMALL, LARGE))
    steep = {verb: found for verb in growth.VERBS if (found := too_steep(verb, small, large))}
    assert not steep


def peak(verb: str, model: Any) -> int:
    """Bytes taken at most at once."""
    tracemalloc.start()
    try:
        growth.use(verb, model)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", ["residual", "many inputs", "loose"])
def test_memory_grows_no_faster_than_n_log_n(name: str) -> None:
    small, large = (growth.MODELS[name](n) for n in (SMALL, LARGE))
    for verb in growth.VERBS:
        growth.use(verb, small)  # what is kept for good is no growth
        few, many = peak(verb, small), peak(verb, large)
        assert many < max(MOST * few, 200_000), verb


def test_a_steep_function_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_through(model: Any) -> None:
        for _ in model.nodes:
            for _ in model.nodes:
                pass

    monkeypatch.setattr(growth, "VERBS", {"look": look_through})
    monkeypatch.setattr(sys.modules[__name__], "ROOT", str(Path(__file__).parent))
    assert too_steep("look", growth.stack(SMALL), growth.stack(LARGE))
