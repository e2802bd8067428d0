"""Layerwise from a terminal: the verbs of the pages, thin over the same functions."""

from __future__ import annotations

import argparse
import contextlib
import inspect
import io
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from builder import diagnose, starters
from builder.document import read_document, to_json
from builder.errors import FileError, LayerwiseError, SpecError, TrainingError
from builder.facts import DataFacts, ModelFacts, Note, Problem
from builder.spec import TrainingSpec

IMAGES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff"})
"""What is taken for a picture in a folder; a file named on the command line is always tried."""

LARGEST = 20_000_000
"""Bytes of a project file; what is larger is none."""

EXAMPLES = """examples:
  python -m builder starters
  python -m builder check digits_dense
  python -m builder train digits_dense --epochs 3 -o out
  python -m builder predict out/model.keras drawing.png
  python -m builder export digits_dense --to script -o digits.py

PROJECT is a project file (.json) or the name of a starter. RUN is the id that `train` printed and
`runs` lists. Runs are kept in the folder LAYERWISE_HOME names, by default in the user's data
folder. A mistake ends with one sentence on standard error and status 2."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that knows no "█" shows "?"
    given = _parser().parse_args(arguments)
    try:
        status = int(given.verb(given) or 0)
        sys.stdout.flush()
        return status
    except LayerwiseError as error:
        print(_sentence(error.message, error.hint), file=sys.stderr)
    except BrokenPipeError:  # whoever read, as `head` does, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        print(f"{error.strerror or error}{place}.", file=sys.stderr)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
    return 2


def _sentence(message: str, hint: str) -> str:
    return " ".join(f"{message} {hint}".split())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m builder",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True)

    def add(name: str, verb: Any, text: str, *positional: tuple[str, str]) -> Any:
        made = verbs.add_parser(name, help=text, description=text)
        made.set_defaults(verb=verb)
        for argument, meaning in positional:
            made.add_argument(argument.lower(), metavar=argument, help=meaning)
        return made

    project = ("PROJECT", "project file or starter name")
    out = "file to write; standard output if not given"
    made = add(
        "import", _import, "turn a model file into a project", ("FILE", ".keras, .h5, .json")
    )
    made.add_argument("-o", "--output", metavar="PROJECT", type=Path, help=out)
    add("check", _check, "print every problem; status 1 if there is one", project)
    add("summary", _summary, "print layers, output shapes, parameters and memory", project)
    made = add("train", _train, "train, and print the result as one line of JSON", project)
    made.add_argument("--epochs", type=int, metavar="N", help="instead of the project's")
    made.add_argument("--seed", type=int, metavar="N", help="instead of the project's")
    made.add_argument("-o", "--output", metavar="DIR", type=Path, help="also copy the model there")
    made = add("predict", _predict, "classify image files, one line of JSON each")
    made.add_argument("model", metavar="MODEL_OR_RUN", help="a .keras file or a run's id")
    made.add_argument("images", metavar="IMAGE_OR_FOLDER", nargs="+", type=Path)
    made = add("export", _export, "write the project or run in another form")
    made.add_argument("project", metavar="PROJECT_OR_RUN", help="project, starter name or run id")
    made.add_argument("--to", required=True, choices=_targets(), help="what to write")
    styles = ("sequential", "functional", "subclass")
    made.add_argument("--style", choices=styles, help="how script and notebook say the model")
    made.add_argument("--int8", action="store_true", help="tflite in 8 bits")
    made.add_argument("-o", "--output", metavar="FILE", type=Path, help=out)
    add("starters", _starters, "list the starters: file and title")
    add("runs", _runs, "list the runs kept in the workspace, newest first")
    text = "copy all runs and their numbers into one file, also while they go; models are not in it"
    made = add("backup", _backup, text)
    made.add_argument("file", metavar="FILE_OR_FOLDER", type=Path, help="a new file, or its folder")
    return parser


def _targets() -> list[str]:
    from builder import plugins

    return sorted(plugins.exporters())


def open_project(name: str) -> tuple[str, TrainingSpec]:
    """Title and spec of a project file or of a starter.

    Raises:
        FileError, SpecError: no such file or starter, or it is no project.
    """
    path = Path(name)
    if path.suffix == "" and not path.exists():
        starter = starters.get(name)
        return starter.title, starter.training
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise FileError(f"{name} is too large: a project has at most {LARGEST:,} bytes.")
        title, training = read_document(content)
    except OSError as error:
        raise FileError(f"{name} cannot be read: {error.strerror}.") from None
    except SpecError as error:
        raise SpecError(f"{name}: {error.message}", error.hint, error.where) from None
    return title or path.stem, training


def _import(given: argparse.Namespace) -> int:
    from builder.runs import opening

    path = Path(given.file)
    if not path.is_file():
        raise FileError(f"There is no file {path}.")
    if path.suffix.lower() in (".py", ".ipynb"):
        training, notes = _read_code(path)
    else:
        training, notes = opening.model(path.resolve(), path.name)
    _deliver(to_json(training, title=path.stem).encode() + b"\n", given.output)
    for note in notes:
        print(f"{note.where}: {note.message}" if note.where else note.message, file=sys.stderr)
    if given.output:
        print(f"{len(training.model.nodes)} layers read; written to {given.output}.")
    return 0


def _read_code(path: Path) -> tuple[TrainingSpec, Sequence[Note]]:
    """The project in a script or notebook, and what is to be said of reading it."""
    from builder import parse

    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{path} cannot be read: {error}.", "Save it as UTF-8 text.") from None
    read = parse.notebook if path.suffix.lower() == ".ipynb" else parse.parse
    found = read(text, path.stem)
    if found.training is None:
        for note in found.notes:
            print(f"{note.where}: {note.message}", file=sys.stderr)
        raise FileError(f"No Keras model was found in {path}.", "See the lines above.")
    return found.training, found.notes


def _facts(training: TrainingSpec) -> tuple[DataFacts | None, ModelFacts, list[Problem]]:
    """What data and Keras say of a project; data that cannot be had is a Problem."""
    from builder.engine import build, data

    facts, found = None, []
    try:
        facts = data.describe(training.dataset)
    except LayerwiseError as error:
        found.append(Problem(error.where or "dataset", error.message, error.hint))
    return facts, build.summary(training.model), found


def _problems(training: TrainingSpec) -> tuple[list[Problem], DataFacts | None, ModelFacts]:
    from builder import check
    from builder.runs import workspace

    data, model, found = _facts(training)
    found += check.problems(training, data, model, workspace.memory_bytes())
    return found, data, model


def _check(given: argparse.Namespace) -> int:
    _, training = open_project(given.project)
    found, _, _ = _problems(training)
    for problem in found:
        kind = "" if problem.severe else "advice: "
        print(f"{problem.where}: {kind}{problem.message}")
        for remedy in dict.fromkeys((problem.hint, *(f"Fix: {f.label}." for f in problem.fixes))):
            if remedy:
                print(f"    {remedy}")
    if not found:
        print("No problem found.")
    return 1 if found else 0


def _summary(given: argparse.Namespace) -> int:
    from builder import check
    from builder.check.memory import size

    title, training = open_project(given.project)
    data, facts, _ = _facts(training)
    rows = [("layer", "class", "output shape", "parameters", "memory")]
    for node in facts.nodes:
        shapes = ", ".join(str(s) for s in node.outputs)
        rows.append(
            (node.node, node.class_name, shapes, f"{node.params:,}", size(node.weight_bytes))
        )
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    print(title)
    for row in rows:
        cells = [
            f"{c:>{w}}" if i > 2 else f"{c:<{w}}"
            for i, (c, w) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())
    need = check.memory(training, data, facts)
    print(
        f"{facts.params:,} parameters, {facts.trainable:,} of them trainable ({size(need.weights)})"
    )
    print(f"training takes about {size(need.total)} of memory")
    for problem in check.explain(training, data, facts):
        print(f"{problem.where}: {_sentence(problem.message, problem.hint)}", file=sys.stderr)
    return 1 if facts.failure else 0


def _train(given: argparse.Namespace) -> int:
    from builder.runs import jobs, launch, store

    title, training = open_project(given.project)
    if given.epochs is not None:
        training = training.with_fit(epochs=given.epochs)
    if given.seed is not None:
        training = replace(training, seed=given.seed)
    launch.refill()  # the worker imports TensorFlow while this process checks the project
    found, data, model = _problems(training)
    severe = [p for p in found if p.severe]
    if severe:
        more = f" And {len(severe) - 1} more: see `check`." if len(severe) > 1 else ""
        raise TrainingError(f"{severe[0].where}: {severe[0].message}", severe[0].hint + more)
    run = jobs.start(training, data=data, model=model)
    progress = _follow(run.id)
    if progress.status in ("failed", "interrupted"):
        raise TrainingError(progress.error or "The run failed.")
    result = jobs.result(run.id)
    artefact = jobs.artefact(run.id)
    if given.output:
        given.output.mkdir(parents=True, exist_ok=True)
        artefact = Path(shutil.copy2(artefact, given.output / "model.keras"))
        text = to_json(training, title=title)
        (given.output / "project.json").write_text(text + "\n", "utf-8")
    line = {"run": run.id, "artefact": str(artefact.resolve())}
    line |= {"history": result["history"], "test": result["test"]}
    print(json.dumps(store.strict(line), allow_nan=False))
    return 0


def _follow(run_id: str) -> Any:
    """Shows a run's progress on standard error until it ends; Ctrl-C orders it to stop."""
    from builder.runs import jobs

    shown, stopping = "", False
    rewrite = sys.stderr.isatty()
    while True:
        with contextlib.suppress(KeyboardInterrupt):
            progress = jobs.progress(run_id)
            line = _progress_line(progress) if rewrite or progress.ended else _epoch_line(progress)
            if line != shown:
                start, end = ("\r", "" if not progress.ended else "\n") if rewrite else ("", "\n")
                print(f"{start}{line:<{len(shown)}}", end=end, file=sys.stderr, flush=True)
                shown = line
            if progress.ended:
                return progress
            time.sleep(0.1)
            continue
        if stopping:
            raise KeyboardInterrupt
        stopping = True
        jobs.stop(run_id)


def _progress_line(progress: Any) -> str:
    if not progress.steps:
        return progress.message or f"{progress.status} …"
    bar = "█" * round(24 * progress.fraction)
    line = f"epoch {progress.epoch}/{progress.epochs} {bar:░<24} {progress.fraction:4.0%}"
    if progress.ended:
        return f"{line} {progress.status}"
    return line if progress.eta_seconds is None else f"{line} {progress.eta_seconds:.0f} s left"


def _epoch_line(progress: Any) -> str:
    """For a log file, where a line cannot be written over: one line an epoch."""
    return f"epoch {progress.epoch}/{progress.epochs}" if progress.steps else progress.status


def _predict(given: argparse.Namespace) -> int:
    artefact, training = _trained(given.model)
    from builder.engine import predict

    status = 0
    for path in _pictures(given.images):
        try:
            answer = predict.image_file(artefact, training, str(path))
        except FileError as error:
            print(f"{path}: {_sentence(error.message, error.hint)}", file=sys.stderr)
            status = 2
            continue
        line = {"file": str(path), "class": answer["class"]}
        print(json.dumps(line | {"probabilities": answer["probabilities"], "sure": answer["sure"]}))
    return status


def _trained(name: str) -> tuple[str, TrainingSpec | None]:
    """The model file, and what it was trained on when a run or a project beside it tells."""
    from builder.runs import jobs

    path = Path(name)
    if path.is_file():
        beside = path.with_name("project.json")
        if beside.is_file():
            return str(path), open_project(str(beside))[1]
        with contextlib.suppress(LayerwiseError):
            if jobs.artefact(path.resolve().parent.name) == path.resolve():
                return str(path), jobs.get(path.resolve().parent.name).training
        return str(path), None
    try:
        run = jobs.get(name)
    except TrainingError:
        raise FileError(
            f"{name} is neither a model file nor a run of this workspace.",
            "`python -m builder runs` lists the runs.",
        ) from None
    if not jobs.artefact(name).is_file():
        raise TrainingError(f"Run {name} is {run.status} and has no model.", "Choose another run.")
    return str(jobs.artefact(name)), run.training


def _pictures(places: Sequence[Path]) -> Iterator[Path]:
    for place in places:
        if place.is_dir():
            found = [p for p in place.iterdir() if p.suffix.lower() in IMAGES and p.is_file()]
            if not found:
                print(f"{place} holds no pictures.", file=sys.stderr)
            yield from sorted(found)
        else:
            yield place


def _export(given: argparse.Namespace) -> int:
    from builder import plugins

    target = plugins.exporters()[given.to]
    artefact: str | None = None
    try:
        title, training = open_project(given.project)
    except SpecError as error:
        try:
            artefact, trained = _trained(given.project)
        except FileError:
            raise error from None
        if trained is None:
            raise
        title, training = "", trained
    if target.NEEDS == "run" and artefact is None:
        raise TrainingError(
            f"'{given.to}' needs trained weights, and {given.project} is a project.",
            "Train it, then give the run's id instead.",
        )
    options = {"style": given.style, "int8": given.int8}
    asked = {k: v for k, v in options.items() if v}
    for name in asked:
        if name not in inspect.signature(target.export).parameters:
            raise SpecError(f"'{given.to}' has no option --{name}.", "Leave it out.")
    _deliver(target.export(training, artefact, title=title, **asked), given.output)
    return 0


def _deliver(content: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(content)
        return
    from builder.runs import workspace

    workspace.write(output, content)


def _starters(_: argparse.Namespace) -> None:
    for starter in starters.all():
        print(f"{starters.FOLDER / starter.name}.json\t{starter.title}")


def _runs(_: argparse.Namespace) -> None:
    from builder.runs import jobs

    for run in jobs.list_runs():
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(run.times.get("created", 0)))
        test = jobs.result(run.id).get("test", {})
        score = ", ".join(f"{name} {diagnose.number(value)}" for name, value in test.items())
        print(f"{run.id}  {when}  {run.status:<8}  {run.training.model.name}  {score}".rstrip())


def _backup(given: argparse.Namespace) -> None:
    from builder.runs import jobs

    made = jobs.backup(given.file)
    print(f"{made}: put it in the workspace as runs.db, while no server runs, to restore it.")


if __name__ == "__main__":
    sys.exit(main())
