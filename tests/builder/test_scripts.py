"""Exported scripts are run: the very numbers of our own training, and nothing for a linter."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from builder import code, edit, starters
from builder.engine import data, train
from builder.engine.record import Silence
from builder.spec import TrainingSpec
from tests import zoo
from tests.builder.parse.test_parse_laws import script_source

RUN_STACKS = (
    *("nested_choices", "regression", "two_softmax"),
    *("normalized", "binned", "half_precision", "compiled"),
)
"""Each with something in its script that the starters lack."""

LOOSE = {"compiled": 1e-3}
"""How far numbers may be apart: XLA joins operations differently in our loop than in Keras's."""

ROWS = "x_train = y_train = x_test = y_test = []\n"

STARTERS = ("digits_dense", "circles", "diabetes", "reviews")
RUN: Mapping[str, TrainingSpec] = {
    **{name: zoo.STACKS[name] for name in RUN_STACKS},
    **{name: starters.get(name).training for name in STARTERS},
    "reshuffled": zoo.STACKS["tutorial"].with_fit(shuffle="epoch", batch_size=30),
}
SCRIPTED: Mapping[str, TrainingSpec] = {
    **{name: zoo.STACKS[name] for name in zoo.OFFLINE},
    "reshuffled": RUN["reshuffled"],
    **{
        s.name: s.training
        for s in starters.all()
        if s.name != "fashion_dense" and edit.is_chain(s.training.model)
    },
}


def source_of(training: TrainingSpec) -> str:
    return code.script(training, data.source(training.dataset))


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scripts")
    for name, training in SCRIPTED.items():
        text = code.script(training, script_source(training))
        (folder / f"{name}.py").write_text(text, "utf-8")
    return folder


def test_scripts_satisfy_a_linter(scripts: Path) -> None:
    ruff = [sys.executable, "-m", "ruff"]
    options = ["--isolated", "--no-cache", str(scripts)]
    subprocess.run([*ruff, "check", "--select", "F,E9", *options], check=True)


def test_what_we_write_is_formatted(tmp_path: Path) -> None:
    """Nothing is left for a formatter to change; the data's lines are each dataset's own."""
    for name, training in SCRIPTED.items():
        (tmp_path / f"{name}.py").write_text(
            code.script(training, "x_train = y_train = x_test = y_test = []\n", name), "utf-8"
        )
    ruff = [sys.executable, "-m", "ruff", "format", "--isolated", "--no-cache", "--diff"]
    done = subprocess.run([*ruff, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


RUNNER = """
import json, os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
histories = {}
for path in sys.argv[1:]:
    scope = {"__name__": "__main__"}
    keras.config.set_dtype_policy("float32")
    exec(compile(open(path).read(), path, "exec"), scope)
    histories[path] = scope["history"].history
print(json.dumps(histories))
"""


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[float]]]:
    """The histories that the scripts themselves give, in a fresh interpreter."""
    folder = tmp_path_factory.mktemp("run")
    for name, training in RUN.items():
        (folder / f"{name}.py").write_text(source_of(training.with_fit(epochs=2)), "utf-8")
    paths = [f"{name}.py" for name in RUN]
    command = [sys.executable, "-c", RUNNER, *paths]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert (folder / "model.keras").is_file()
    found = json.loads(done.stdout.splitlines()[-1])
    return {path.removesuffix(".py"): history for path, history in found.items()}


@pytest.mark.parametrize("name", RUN)
def test_the_script_trains_to_the_very_same_numbers(
    name: str, histories: dict[str, dict[str, list[float]]], tmp_path: Path
) -> None:
    training = RUN[name].with_fit(epochs=2)
    ours = train.train(training, tmp_path, Silence(), lambda: None)["history"]
    theirs = histories[name]
    assert set(ours) == set(theirs)
    for metric, values in theirs.items():
        assert ours[metric] == pytest.approx(values, rel=LOOSE.get(name, 1e-6)), metric
