"""The three READMEs tell the truth: what they name exists, and what there is they name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from builder import cli, starters
from builder.datasets.registry import all_datasets
from builder.exporters.registry import all_exporters
from tests.laws.house import LADDERS
from tests.laws.tree import Source, read

ROOT = Path(__file__).parents[2]
USERS, ENGINEERS, FIGURES = "README.md", "builder/README.md", "tests/benchmarks/README.md"
TEXTS = {name: (ROOT / name).read_text("utf-8") for name in (USERS, ENGINEERS, FIGURES)}

each = pytest.mark.parametrize("name", TEXTS)


def section(title: str) -> str:
    """The text under that heading of the users' README, up to the next one."""
    after = TEXTS[USERS].split(f"### {title}\n", 1)[1]
    return re.split(r"^#+ ", after, maxsplit=1, flags=re.M)[0]


@pytest.mark.parametrize(
    ("title", "there"),
    [
        ("Starters", [s.name for s in starters.all_starters()]),
        ("Datasets", all_datasets()),
        ("Exports", all_exporters()),
    ],
)
def test_it_names_all_there_is_and_no_other(title: str, there: Iterable[str]) -> None:
    prose = {"LAYERWISE_DATA", "x_train", "assets"}
    named = set(re.findall(r"`(\w+)`", section(title)))
    assert named - prose == set(there)


@each
def test_every_path_and_link_leads_somewhere(name: str) -> None:
    text, here = TEXTS[name], (ROOT / name).parent
    paths = re.findall(r"`((?:builder|pages|tests|assets)/[\w/.]*|\w+\.(?:py|txt))`", text)
    links = re.findall(r"(?:src=\"|\]\()(?!https?:)([^\")#]+)", text)
    assert links
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert [link for link in links if not (here / link).exists()] == []


OTHERS = {"model", "keras", "runs"}
"""What is meant by `model.fit`, `keras.layers` and `runs.db`, not files of ours."""


@each
def test_every_name_of_a_module_of_ours_is_there(name: str) -> None:
    files: dict[str, list[Source]] = {}
    for file in read(ROOT).files:
        files.setdefault(file.module.rpartition(".")[2], []).append(file)
    told = re.findall(r"`(\w+)\.(?!py`|js`)(\w+)(?:\([^`]*)?`", TEXTS[name])
    ours = [(stem, word) for stem, word in told if stem in files and stem not in OTHERS]
    assert [
        f"{stem}.{word}"
        for stem, word in ours
        if not any(word in {*f.defined, *f.imported} for f in files[stem])
    ] == []


@each
def test_every_command_exists(name: str) -> None:
    modules = re.findall(r"python -m (tests[.\w]+)", TEXTS[name])
    modules = [m.rstrip(".") for m in modules if not m.endswith("NAME")]
    assert [m for m in modules if not (ROOT / f"{m.replace('.', '/')}.py").exists()] == []
    verbs = re.findall(r"python -m builder (\w+)", TEXTS[name])
    assert set(verbs) <= {verb.name for verb in cli.VERBS}
    scripts = re.findall(r"python3? (tests/[\w/]+\.py)", TEXTS[name])
    assert [script for script in scripts if not (ROOT / script).exists()] == []


def test_the_settings_of_the_environment_are_all_named_for_users() -> None:
    sources = (path.read_text("utf-8") for path in (ROOT / "builder").rglob("*.py"))
    read = {found for text in sources for found in re.findall(r"\"(LAYERWISE_\w+)\"", text)}
    named = {name: set(re.findall(r"`(LAYERWISE_\w+)`", text)) for name, text in TEXTS.items()}
    assert named[USERS] == read
    assert all(names <= read for names in named.values())


def test_the_floors_of_engineers_are_the_floors_of_the_law() -> None:
    rows = re.findall(r"^\| F(\d) \| (.*?) \|", TEXTS[ENGINEERS], flags=re.M)
    told = [set(re.findall(r"`(\w+)`", rooms)) for _, rooms in rows]
    assert told == [floor - {"__main__"} for floor in LADDERS["builder"] if floor != {"__main__"}]
    assert [int(number) for number, _ in rows] == list(range(len(rows)))


def test_every_benchmark_is_told_with_its_command() -> None:
    there = {f"python -m tests.benchmarks.{p.stem}" for p in ROOT.glob("tests/benchmarks/*.py")}
    told = re.findall(r"python -m tests\.benchmarks\.\w+", TEXTS[FIGURES])
    assert set(told) - {"python -m tests.benchmarks.NAME"} == there


def test_every_figure_has_a_command_or_says_that_it_has_none() -> None:
    rows = re.findall(r"^\| (?!what|command|---)(.+) \|$", TEXTS[FIGURES], flags=re.M)
    last = [row.rsplit(" | ", 1)[-1] for row in rows if not row.startswith("`python")]
    assert last and all(cell == "as above" or cell == "by hand" or "`" in cell for cell in last)
