"""The choices about how a training is run: XLA, mixed precision, the order of the examples."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from builder import starters
from builder.runs.disk import projects
from builder.runs.scheduler import capacity
from pages.widgets.train import performance_form

Visit = Callable[..., AppTest]


def kept(token: str, part: str, name: str) -> Any:
    return getattr(projects.load(token).training, part).get(name)


@pytest.mark.parametrize(
    ("name", "part", "word", "value", "usual"),
    [
        ("jit_compile", "compile", "Fast (XLA)", True, "Plain"),
        ("dtype_policy", "compile", "Mixed precision", "mixed_bfloat16", "float32"),
        ("shuffle", "fit", "Mixed every epoch", "epoch", "Mixed once"),
        ("shuffle", "fit", "As they stand", False, "Mixed once"),
    ],
)
def test_a_choice_is_kept_and_taken_back(
    visit: Visit, name: str, part: str, word: str, value: Any, usual: str
) -> None:
    token = projects.create("local", "Mine", starters.find_starter("xor").training).token
    at = visit("train", token)
    at.segmented_control(key=f"speed-{name}").set_value(word).run()
    assert not at.exception and kept(token, part, name) == value
    assert any(e.label == "Speed and order (1 changed)" for e in at.expander)
    at.segmented_control(key=f"speed-{name}").set_value(usual).run()
    assert name not in getattr(projects.load(token).training, part)


@pytest.mark.parametrize(("flags", "slow"), [("fma avx2", True), ("avx512_bf16 fma", False)])
def test_mixed_precision_is_advised_against_where_the_processor_lacks_it(
    visit: Visit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, flags: str, slow: bool
) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\nflags\t\t: fpu {flags}\nbugs\t\t:\n")
    monkeypatch.setattr(capacity, "PROCESSOR", tmp_path / "cpuinfo")
    capacity.bfloat16.cache_clear()
    token = projects.create("local", "Mine", starters.find_starter("xor").training).token
    at = visit("train", token)
    assert performance_form.SLOW_HALVES not in [w.value for w in at.warning], "it is not chosen"
    at.segmented_control(key="speed-dtype_policy").set_value("Mixed precision").run()
    assert (performance_form.SLOW_HALVES in [w.value for w in at.warning]) == slow
    monkeypatch.setattr(capacity, "PROCESSOR", tmp_path / "none")
    capacity.bfloat16.cache_clear()
    assert capacity.bfloat16() is None
    capacity.bfloat16.cache_clear()


def test_xla_with_convolutions_is_advised_against_with_a_button(visit: Visit) -> None:
    training = starters.find_starter("digits_cnn").training.with_compile(jit_compile=True)
    token = projects.create("local", "Mine", training).token
    at = visit("train", token)
    (off,) = [b for b in at.button if b.label == "Turn Fast (XLA) off"]
    off.click().run()
    assert kept(token, "compile", "jit_compile") is None
