"""The same verbs from a terminal: what is printed, where, and the exit status."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image

from builder import document, starters
from builder.cli import main
from builder.runs.store import database, housekeeping, run_store, worker_rows
from builder.spec import chain
from tests import broken, zoo

ROOT = Path(__file__).resolve().parents[2]
Output = pytest.CaptureFixture[str]

OF_RUNS = ("show", "pause", "resume", "stop")
"""The verbs that are about one run."""


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace for these tests alone."""
    before = os.environ.get("LAYERWISE_HOME")
    folder = tmp_path_factory.mktemp("workspace")
    database.close()
    os.environ["LAYERWISE_HOME"] = str(folder)
    yield folder
    database.close()
    os.environ.pop("LAYERWISE_HOME")
    if before is not None:
        os.environ["LAYERWISE_HOME"] = before


def terminal(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """The program as a person starts it."""
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "builder", *arguments]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


def write(path: Path, training: Any) -> str:
    path.write_text(document.to_json(training, title="Mine"), "utf-8")
    return str(path)


def test_a_backup_is_a_store_and_never_replaces_one(tmp_path: Path, capsys: Output) -> None:
    assert main(["backup", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert str(tmp_path / "runs.db") in said and "remove runs.db-wal" in said
    with closing(sqlite3.connect(tmp_path / "runs.db")) as copy:
        assert copy.execute("SELECT count(*) FROM runs").fetchone() is not None
    assert main(["backup", str(tmp_path)]) == 2
    assert "is there already" in capsys.readouterr().err


# --- training, and what can be done with a run --------------------------------------------------


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory, home: Path) -> tuple[Path, dict[str, Any]]:
    """A digit reader trained for two epochs from a project file: the folder and the last line."""
    folder = tmp_path_factory.mktemp("project")
    dataset = zoo.DIGITS.with_(variants=2)
    project = write(folder / "digits.json", zoo.training(zoo.TUTORIAL, dataset))
    done = terminal("train", project, "--epochs", "3", "--seed", "5", "-o", str(folder / "out"))
    assert done.returncode == 0, done.stderr
    said = done.stderr.splitlines()
    assert "epoch 3/3" in said
    assert all(line.startswith(("epoch", "queued", "running")) for line in said)  # no chatter
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return folder, result


def test_train_ends_with_one_json_object(digits: tuple[Path, dict[str, Any]]) -> None:
    folder, result = digits
    assert list(result) == ["run", "artefact", "history", "test"]
    assert set(result["history"]) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert {len(values) for values in result["history"].values()} == {3}
    assert set(result["test"]) == {"loss", "accuracy"} and result["test"]["accuracy"] > 0.5
    assert Path(result["artefact"]) == folder / "out" / "model.keras"
    model = keras.models.load_model(result["artefact"])
    assert model.input_shape == (None, 28, 28)


def test_the_run_is_kept_with_its_seed(digits: tuple[Path, dict[str, Any]], capsys: Output) -> None:
    from builder.runs.scheduler import jobs

    _, result = digits
    assert main(["runs"]) == 0
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith(result["run"]) and "finished" in line and "accuracy" in line
    training = jobs.get(result["run"]).training
    assert (training.seed, training.fit["epochs"]) == (5, 3)


def test_evaluate_tells_scores_and_simple_models(
    digits: tuple[Path, dict[str, Any]], tmp_path: Path, capsys: Output
) -> None:
    from builder.runs.queries import baseline_scores
    from builder.runs.scheduler import jobs

    result = digits[1]
    model = {"name": "Guess", "word": "guessing", "is_guess": True, "accuracy": 0.1}
    kept = {"models": [model], "tested": 300}
    training = jobs.get(result["run"]).training
    baseline_scores.train_baselines(training, compare=lambda *asked: kept)
    assert main(["evaluate", result["run"], "--importance"]) == 0
    said = json.loads(capsys.readouterr().out)
    (output,) = said["outputs"]
    assert said["test"] == pytest.approx(result["test"], rel=1e-4)
    assert output["accuracy"] == pytest.approx(result["test"]["accuracy"], abs=1e-6)
    assert sum(map(sum, output["confusion"])) == said["rows"]
    assert output["simple_models"] == [model] and "guessing gets 0.1" in output["verdict"]
    assert 0.5 < output["auc"] <= 1 and len(output["auc_by_class"]) == 10
    assert "no columns to shuffle" in output["importance"]
    alone = tmp_path / "alone.keras"
    alone.write_bytes(Path(result["artefact"]).read_bytes())
    assert main(["evaluate", str(alone)]) == 2
    assert "not known which data" in capsys.readouterr().err


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A one as a person draws it, dark on light and large; an empty page; and no picture."""
    ink = np.full((300, 240, 3), 255, np.uint8)
    ink[40:260, 110:135] = 20
    Image.fromarray(ink).save(tmp_path / "one.png")
    Image.fromarray(np.full((50, 50), 255, np.uint8)).save(tmp_path / "page.jpg")
    (tmp_path / "notes.txt").write_text("no picture")
    return tmp_path


@pytest.mark.parametrize("by", ["run", "artefact"])
def test_predict_answers_a_line_a_file(
    by: str, digits: tuple[Path, dict[str, Any]], pictures: Path, capsys: Output
) -> None:
    assert main(["predict", digits[1][by], str(pictures)]) == 0
    said = capsys.readouterr()
    assert "skipped what is not among its pictures: notes.txt." in said.err
    one, page = map(json.loads, said.out.splitlines())
    assert list(one) == ["file", "class", "probabilities", "sure"]
    assert one["file"] == str(pictures / "one.png")
    assert one["class"] in list("0123456789") and isinstance(one["sure"], bool)
    assert len(one["probabilities"]) == 10
    assert sum(one["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert (page["class"], page["sure"]) == (None, False)


def test_predict_goes_on_after_a_bad_file(
    digits: tuple[Path, dict[str, Any]], pictures: Path, capsys: Output
) -> None:
    files = [str(pictures / name) for name in ("notes.txt", "gone.png", "one.png")]
    assert main(["predict", digits[1]["run"], *files]) == 2
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 1 and json.loads(said.out)["file"] == files[2]
    assert "notes.txt" in said.err and "gone.png" in said.err
    assert "Traceback" not in said.err


def test_a_run_is_exported(digits: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    run = digits[1]["run"]
    for form, name in (("keras", "m.keras"), ("h5", "m.h5"), ("script", "m.py"), ("svg", "m.svg")):
        assert main(["export", run, "--to", form, "-o", str(tmp_path / name)]) == 0
    assert "keras.Sequential" in (tmp_path / "m.py").read_text("utf-8")
    same = [keras.models.load_model(tmp_path / name) for name in ("m.keras", "m.h5")]
    x = np.random.default_rng(0).random((3, 28, 28))
    np.testing.assert_array_equal(*(m.predict(x, verbose=0) for m in same))


def start(*arguments: str) -> subprocess.Popen[str]:
    """The program as a person starts it, while it goes; its own process group, as in a shell."""
    command = [sys.executable, "-m", "builder", *arguments]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=ROOT, start_new_session=True, **streams)  # type: ignore[call-overload,no-any-return]


def trains(process: subprocess.Popen[str]) -> None:
    """Waits until it has trained an epoch."""
    assert process.stderr
    told = (line for line in process.stderr if line.startswith("epoch"))
    assert any(not line.startswith("epoch 1/") for line in told), "it ended before it began"


def test_a_train_that_is_paused_or_interrupted_says_how_it_goes_on(capsys: Output) -> None:
    with start("train", "xor", "--epochs", "100000") as train:
        trains(train)
        run = run_store.list_runs()[0].id
        resume = f"To resume it: python -m builder resume {run}"
        assert main(["pause", run]) == 0
        said = capsys.readouterr().out.splitlines()
        assert said[0].startswith("The run is paused in epoch ") and said[1] == resume
        out, err = train.communicate()
        assert (train.returncode, out) == (2, "")
        assert err.splitlines()[-1].startswith("The run is paused in epoch ")
        assert err.strip().endswith(resume)
    with start("resume", run) as resumed:
        trains(resumed)
        resumed.send_signal(signal.SIGINT)
        out, err = resumed.communicate()
        assert resumed.returncode == 0 and json.loads(out)["run"] == run
        assert f"Stopping; what was learned is kept. {resume}" in err.splitlines()
        assert err.splitlines()[-1] == resume
    assert main(["show", run]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "status    stopped in epoch " in "\n".join(said) and said[-1].strip() == resume


def test_show_tells_what_was_said_of_a_run(capsys: Output) -> None:
    run = run_store.add(starters.find_starter("iris").training, None, "anna", None, None)
    assert run_store.claim(run, 1, 1.0, 99)
    worker_rows.add_remark(run, "The newest snapshot is missing. The run went on.")
    run_store.end(run, 1, "failed", "Training broke off: no luck.")
    assert main(["show", run]) == 0
    said = dict(line.split(None, 1) for line in capsys.readouterr().out.splitlines())
    assert (said["run"], said["status"], said["data"]) == (run, "failed", "Iris")
    assert said["error"] == "Training broke off: no luck."
    assert said["remark"] == "The newest snapshot is missing. The run went on."
    assert main(["stop", run]) == 0
    assert capsys.readouterr().out.startswith("The run is failed.")
    housekeeping.delete(run)


# --- check and summary --------------------------------------------------------------------------


def test_check_is_content_with_a_starter(capsys: Output) -> None:
    assert main(["check", "circles"]) == 0
    assert capsys.readouterr().out == "No problem found.\n"


@pytest.mark.parametrize("name", ["units", "no_channel_axis", "raw_pixels", "wrong_type"])
def test_check_prints_place_problem_and_remedy(name: str, tmp_path: Path, capsys: Output) -> None:
    row = broken.BROKEN[name]
    assert main(["check", write(tmp_path / "p.json", row.training)]) == 1
    out = capsys.readouterr().out
    kind = "" if row.severe else "advice: "
    assert out.startswith(f"{row.where}: {kind}")
    assert "    Fix: " in out and len(out.splitlines()) >= 3


def test_check_prints_every_problem(tmp_path: Path, capsys: Output) -> None:
    training = broken.BROKEN["units"].training.with_fit(epochs=0, batch_size=10**6)
    assert main(["check", write(tmp_path / "p.json", training)]) == 1
    places = {line.partition(":")[0] for line in capsys.readouterr().out.splitlines()}
    assert places >= {"model.dense", "fit.epochs", "fit.batch_size"}


def test_an_unknown_dataset_is_a_problem_like_any_other(tmp_path: Path, capsys: Output) -> None:
    training = zoo.training(zoo.TUTORIAL, zoo.layer("Digitz"))
    assert main(["check", write(tmp_path / "p.json", training)]) == 1
    assert "There is no dataset called 'Digitz'." in capsys.readouterr().out


def test_summary_shows_what_keras_says(capsys: Output) -> None:
    assert main(["summary", "digits_dense"]) == 0
    out = capsys.readouterr().out
    rows = {line.split()[0]: line for line in out.splitlines() if line}
    assert "(None, 784)" in rows["flatten"]
    assert "(None, 128)" in rows["dense"] and "100,480" in rows["dense"]
    assert "101,770 parameters" in out and "of memory" in out


def test_summary_of_a_wrong_model_goes_as_far_as_it_can(tmp_path: Path, capsys: Output) -> None:
    path = write(tmp_path / "p.json", broken.BROKEN["no_channel_axis"].training)
    assert main(["summary", path]) == 1
    said = capsys.readouterr()
    assert "input_layer" in said.out and broken.BROKEN["no_channel_axis"].message in said.err


def test_summary_never_fails_without_a_sentence(tmp_path: Path, capsys: Output) -> None:
    """Words counted without end before a Dense: the Dense is refused for another layer's sake."""
    layers = (
        zoo.layer("InputLayer", shape=(1,), dtype="string"),
        zoo.layer("TextVectorization", output_mode="multi_hot"),
        zoo.layer("Dense", units=1),
    )
    training = zoo.training(chain("m", *layers), zoo.layer("ReviewTexts"))
    assert main(["summary", write(tmp_path / "p.json", training)]) == 1
    assert "nobody knows before training" in capsys.readouterr().err


# --- import, export, starters -------------------------------------------------------------------


@pytest.fixture(scope="module")
def model() -> keras.Model:
    layers = [keras.Input((4,)), keras.layers.Dense(5, "tanh"), keras.layers.Dense(3, "softmax")]
    made = keras.Sequential(layers)
    made.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return made


@pytest.mark.parametrize("suffix", ["keras", "json"])
def test_import_makes_a_project(
    suffix: str, model: keras.Model, tmp_path: Path, capsys: Output
) -> None:
    source, project = tmp_path / f"flowers.{suffix}", tmp_path / "project.json"
    source.write_text(model.to_json()) if suffix == "json" else model.save(source)
    assert main(["import", str(source), "-o", str(project)]) == 0
    assert "3 layers read" in capsys.readouterr().out
    title, training = document.read_document(project.read_bytes())
    assert title == "flowers" and training.dataset.class_name == "Iris"
    assert [v.class_name for v in training.model.layers.values()] == [
        "InputLayer",
        "Dense",
        "Dense",
    ]
    if suffix == "keras":
        assert training.compile["loss"].class_name == "SparseCategoricalCrossentropy"
        assert training.dataset.config["labels"] == "integers"
    assert main(["check", str(project)]) == 0


def test_export_writes_to_the_screen_or_a_file(tmp_path: Path, capfdbinary: Any) -> None:
    assert main(["export", "iris", "--to", "project"]) == 0
    sys.stdout.flush()
    assert (
        document.from_json(capfdbinary.readouterr().out) == starters.find_starter("iris").training
    )
    assert main(["export", "iris", "--to", "script", "-o", str(tmp_path / "iris.py")]) == 0
    compile((tmp_path / "iris.py").read_text("utf-8"), "iris.py", "exec")


def test_starters_are_listed_with_file_and_title(capsys: Output) -> None:
    assert main(["starters"]) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [title for _, title in lines] == [s.title for s in starters.all_starters()]
    for path, title in lines:
        assert document.read_document(Path(path).read_bytes())[0] == title


# --- what goes wrong ----------------------------------------------------------------------------


def test_an_exported_script_is_imported_again(tmp_path: Path, capsys: Output) -> None:
    script, project = tmp_path / "flowers.py", tmp_path / "project.json"
    assert main(["export", "iris", "--to", "script", "-o", str(script)]) == 0
    assert main(["import", str(script), "-o", str(project)]) == 0
    _, training = document.read_document(project.read_bytes())
    iris = starters.find_starter("iris").training
    assert training.model.layers == iris.model.layers
    assert training.dataset.class_name == "Iris"
    assert (training.compile, training.fit, training.seed) == (iris.compile, iris.fit, iris.seed)
    script.rename(tmp_path / "tutorial.txt")
    assert main(["import", str(tmp_path / "tutorial.txt"), "-o", str(project)]) == 0
    assert document.read_document(project.read_bytes())[1].model == training.model
    (tmp_path / "notes.py").write_text("print('no model here')")
    assert main(["import", str(tmp_path / "notes.py")]) == 2
    assert "No Keras model was found" in capsys.readouterr().err


def declare_much(path: Path) -> None:
    """A small archive whose layer would take 63 GB as soon as Keras made it."""
    layers = [keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(1)]
    keras.Sequential(layers).save(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["config.json"] = members["config.json"].replace(b'"units": 1', b'"units": 20000000')
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["check", "gone.json"], "gone.json cannot be read: No such file or directory."),
        (["check", "digit_dense"], "called 'digit_dense'. Did you mean digits_dense?"),
        (["check", "{tmp}/torn.json"], "This is not a JSON document"),
        (["check", "{tmp}/newer.json"], "written by a newer Layerwise"),
        (["summary", "{tmp}"], "cannot be read"),
        (["check", "/dev/zero"], "/dev/zero is too large"),
        (["predict", "{tmp}/empty.keras", "x.png"], "empty.keras is empty."),
        (["train", "iris", "--seed", "-1"], "The seed must be from 0 to 4,294,967,295"),
        (["import", "gone.keras"], "There is no file gone.keras."),
        (["train", "{tmp}/wrong.json"], "gives 12 numbers"),
        *((([verb, "nobody"], "There is no run nobody in this workspace.")) for verb in OF_RUNS),
        (["predict", "nobody", "x.png"], "nobody is neither a model file nor a run"),
        (["export", "iris", "--to", "keras"], "'keras' needs trained weights"),
        (["export", "iris", "--to", "svg", "-o", "{tmp}/no/where.svg"], "Make that folder first"),
        (["train", "iris", "-o", "{tmp}/torn.json"], "torn.json: it is a file."),
        (["import", "{tmp}"], "is a folder."),
        (["predict", "{tmp}/huge.keras", "x.png"], "has 15,700,000,000 parameters"),
        (["check", "{tmp}/code.py"], "code.py is code, not a project. Import it first: `python"),
        (["train", "{tmp}/tutorial.txt"], "tutorial.txt is text, not a project. If it holds Keras"),
        (["check", "{tmp}/tutorial"], "tutorial is text, not a project. If it holds Keras"),
        (["train", "{tmp}/iris.csv"], "iris.csv is a table of data, not a project. Choose data"),
        (["summary", "{tmp}/book"], "book is a notebook, not a project. Import it first"),
        (["export", "{tmp}/m.json", "--to", "svg"], "m.json is a Keras model, not a project."),
        (["import", "{tmp}/iris.csv"], "iris.csv is a table of data, not a model."),
        (["export", "iris", "--to", "svg", "-o", "/dev/full"], "/dev/full is a device, not a file"),
        (["export", "iris", "--to", "svg", "-o", "{tmp}"], "is a folder, not a file"),
        (["train", "iris", "-o", "{tmp}/linked"], "model.keras is a device, not a file"),
    ],
)
def test_a_mistake_is_one_sentence_and_status_2(
    arguments: list[str], sentence: str, tmp_path: Path, capsys: Output
) -> None:
    (tmp_path / "torn.json").write_text('{"layerwise": 1, "trai')
    (tmp_path / "newer.json").write_text('{"layerwise": 99}')
    (tmp_path / "empty.keras").touch()
    declare_much(tmp_path / "huge.keras")
    for name in ("code.py", "tutorial.txt", "tutorial"):
        (tmp_path / name).write_text("Import Keras:\n\nimport keras\n")
    (tmp_path / "iris.csv").write_text("sepal,petal\n1,2\n")
    (tmp_path / "book").write_text('{"cells": [], "nbformat": 4}')
    (tmp_path / "m.json").write_text('{"class_name": "Functional", "config": {}}')
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "model.keras").symlink_to("/dev/full")
    write(tmp_path / "wrong.json", broken.BROKEN["units"].training)
    assert main([a.replace("{tmp}", str(tmp_path)) for a in arguments]) == 2
    said = capsys.readouterr()
    assert said.out == "" and sentence in said.err
    assert len(said.err.splitlines()) == 1 and "Traceback" not in said.err


def test_a_reader_that_leaves_is_no_mistake() -> None:
    command = f"{sys.executable} -m builder starters | true"
    done = subprocess.run(
        command, shell=True, cwd=ROOT, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.stderr == ""


def test_numbers_that_are_none_are_null_in_the_last_line(tmp_path: Path, capsys: Output) -> None:
    training = starters.find_starter("diabetes").training.with_fit(epochs=5, callbacks=())
    wild = training.with_compile(optimizer=zoo.layer("SGD", learning_rate=1.0))
    assert main(["train", write(tmp_path / "wild.json", wild)]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    result = json.loads(last, parse_constant=pytest.fail)
    assert result["history"]["loss"][-1] is None and result["test"]["loss"] is None
    assert main(["runs"]) == 0
    assert "loss not a number" in capsys.readouterr().out


def test_a_folder_without_pictures_says_so(
    digits: tuple[Path, dict[str, Any]], tmp_path: Path, capsys: Output
) -> None:
    (tmp_path / "folder.png").mkdir()
    assert main(["predict", digits[1]["run"], str(tmp_path)]) == 0
    assert "holds no pictures" in capsys.readouterr().err


def test_help_explains_itself() -> None:
    done = terminal("--help")
    assert done.returncode == 0
    for verb in (
        "import",
        "check",
        "summary",
        "train",
        "evaluate",
        "predict",
        "export",
        "starters",
        "runs",
        "backup",
        *OF_RUNS,
    ):
        assert f"\n    {verb}" in done.stdout
    assert "LAYERWISE_HOME" in done.stdout
    number = terminal("train", "iris", "--epochs", "many")
    assert number.returncode == 2 and "must be a whole number but is 'many'" in number.stderr
    wrong = terminal("fly")
    assert wrong.returncode == 2 and "invalid choice" in wrong.stderr
