"""The README tells the truth: it names every starter, dataset and export there is, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from builder import starters
from builder.datasets.registry import all_datasets
from builder.exporters.registry import all_exporters

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def section(title: str) -> str:
    """The text under that heading, up to the next one."""
    return re.split(r"^#+ ", README.split(f"### {title}\n", 1)[1], maxsplit=1, flags=re.M)[0]


@pytest.mark.parametrize(
    ("title", "there"),
    [
        ("Starters", [s.name for s in starters.all()]),
        ("Datasets", all_datasets()),
        ("Exports", all_exporters()),
    ],
)
def test_it_names_all_there_is_and_no_other(title: str, there: Iterable[str]) -> None:
    prose = {"LAYERWISE_DATA", "x_train", "assets"}
    named = set(re.findall(r"`(\w+)`", section(title)))
    assert named - prose == set(there)


NAMED = (
    r"(?:src=\"|\]\()(assets/[\w/.]+)",
    r"`((?:builder|pages|tests)/[\w/]+\.py)`",
    r"`((?:builder|pages)/\w+/)`",
)


def test_every_picture_and_module_it_names_exists() -> None:
    for pattern in NAMED:
        found = re.findall(pattern, README)
        assert found
        assert [path for path in found if not (ROOT / path).exists()] == []
    modules = re.findall(r"python -m (tests[.\w]+)", README)
    assert [m for m in modules if not (ROOT / f"{m.replace('.', '/')}.py").exists()] == []


def test_it_names_every_setting_of_the_environment() -> None:
    sources = (path.read_text("utf-8") for path in (ROOT / "builder").rglob("*.py"))
    read = {name for text in sources for name in re.findall(r"\"(LAYERWISE_\w+)\"", text)}
    assert read == set(re.findall(r"`(LAYERWISE_\w+)`", README))
