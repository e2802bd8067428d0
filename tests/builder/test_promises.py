"""Our promises, done: a layer, a dataset, a kind of data, an exporter …, each by one file.

They are added to a copy of the product; two processes then use them as people would.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import promises
from tests.promises import additions

ROOT = Path(__file__).parents[2]
SIDES = Path(promises.__file__).parent

Told = dict[str, dict[str, Any]]


def digest(root: Path) -> dict[str, str]:
    """Every source file → its fingerprint."""
    files = (p for p in root.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    return {str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def copied(root: Path) -> Path:
    """The product in that folder."""
    for name in ("builder", "pages", "assets", ".streamlit"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "app.py", root)
    return root


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, set[str]]]:
    """The product with all of them added, and what files each of them touched."""
    root, touched = copied(tmp_path_factory.mktemp("copy")), {}
    before = digest(root)
    for name in additions.PROMISES:
        additions.add(root, name)
        after = digest(root)
        touched[name] = {path for path in after if after[path] != before.get(path)}
        before = after
    return root, touched


@pytest.fixture(scope="module")
def told(copy: tuple[Path, dict[str, set[str]]], tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What both processes told of each of the five."""
    out = tmp_path_factory.mktemp("told")
    environment = {
        **os.environ,
        "PYTHONPATH": f"{copy[0]}{os.pathsep}{SIDES / 'new_keras'}",
        "LAYERWISE_HOME": str(out / "home"),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "KERAS_BACKEND": "tensorflow",
    }
    for side in ("builder_side", "pages_side"):
        command = [sys.executable, "-W", "ignore", str(SIDES / f"{side}.py"), str(out)]
        subprocess.run(command, cwd=copy[0], env=environment, check=True, timeout=600)
    below = json.loads((out / "builder_side.json").read_text("utf-8"))
    above = json.loads((out / "pages_side.json").read_text("utf-8"))
    return {
        name: {**below.get(name, {}), "page": above.get(name, {})} for name in additions.PROMISES
    }


def ok(made: dict[str, Any]) -> dict[str, Any]:
    """Fails with the traceback of whichever process met an error."""
    for part in (made, made["page"]):
        if "error" in part:
            pytest.fail(part["error"], pytrace=False)
    return made


def test_each_touches_one_file_and_a_page_one_line_more(
    copy: tuple[Path, dict[str, set[str]]],
) -> None:
    _, touched = copy
    assert {name: len(paths) for name, paths in touched.items()} == {
        **dict.fromkeys(("layer", "unusual layer", "dataset", "kind", "exporter", "optimizer"), 1),
        "page": 2,
    }
    (line,) = additions.PROMISES["page"][1]
    assert line.text.count("\n") == 1


def walked(made: dict[str, Any]) -> None:
    """Nothing is wrong with it; its script says it, is read back as it was, and runs."""
    assert made["problems"] == [] and made["failure"] is None
    assert made["lost"] == [], made["remarks"]
    assert made["layers"] == made["script's layers"]


def test_a_layer_of_a_new_keras(told: Told) -> None:
    made = ok(told["layer"])
    walked(made)
    assert 'layers.Blur(0.5, mode="hard")' in made["script"]
    assert "Blur" in made["layers"]
    assert made["asked"]["mode"] == "hard blurs twice."
    page = made["page"]
    assert page["errors"] == [] and "row-blur" in page["rows"]
    help_text, choices = page["form"]["layer-blur-mode"]
    assert help_text.startswith("hard blurs twice.") and choices == ["soft", "hard"]
    assert page["form"]["layer-blur-strength"][0].startswith("How much of the mean comes in.")


def test_a_layer_that_is_called_in_an_unusual_way(told: Told) -> None:
    made = ok(told["unusual layer"])
    walked(made)
    assert "layers.Glance(power=2" in made["script"]
    assert "Glance" in made["layers"]


def test_an_optimizer_of_a_new_keras(told: Told) -> None:
    made = ok(told["optimizer"])
    walked(made)
    assert "optimizers.Wanderer(momentum=0.25)" in made["script"]
    assert made["optimizer"] == "Wanderer"
    kept, like = made["memory"]
    assert kept == like, "with momentum it keeps as much as SGD with momentum"
    assert made["page"]["errors"] == []
    assert "optimizer-Wanderer-learning_rate-value" in made["page"]["form"]


def test_a_dataset(told: Told) -> None:
    made = ok(told["dataset"])
    walked(made)
    assert "def moons(samples, noise, rng):" in made["script"] and made["rows"] == 200
    page = made["page"]
    assert page["errors"] == [] and "Two moons · points" in page["gallery"]
    assert "examples to learn from" in page["said"]
    assert "dataset-Moons-samples" in page["form"]


def test_a_kind_of_data(told: Told) -> None:
    made = ok(told["kind"])
    assert made["problems"] == [] and made["failure"] is None
    assert "np.sin(np.radians(x_train))" in made["lines"]
    assert made["same"] == [True, [2]] and made["said"] == "a direction"


def test_an_exporter_that_needs_only_the_project(told: Told) -> None:
    made = ok(told["exporter"])
    assert made["status"] == 0 and made["text"].endswith("the loss is quiet")
    assert "haiku" in made["help"]
    assert "Haiku" in made["page"]["offered"]


def test_a_page(told: Told) -> None:
    made = ok(told["page"])["page"]
    assert "hello" in made["links"]
    assert made["said"].startswith("Hello, ") or "Hello, " in made["said"]


@pytest.mark.parametrize("name", additions.BROKEN)
def test_the_start_of_the_app_says_which_file_lacks_what(name: str, tmp_path: Path) -> None:
    additions.add_broken(copied(tmp_path), name)
    command = [sys.executable, "-W", "ignore", "-c", "import app; app._warm()"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "LAYERWISE_HOME": str(tmp_path)}
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode != 0
    said = done.stderr.strip().splitlines()[-1]
    assert additions.BROKEN[name][2] in said and said.endswith("."), said
