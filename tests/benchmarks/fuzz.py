"""Gives every reader files that somebody made hostile, and looks at what comes of it.

    python -m tests.benchmarks.fuzz [--minutes 60] [--seed 0] [--reader NAME …] [--case N]

Small valid files are damaged by chance, once to four times, by their bytes or by what they are
made of. Each must end within a bound of time and memory in a result or in one of our own errors:
no other exception, no dead process, no word of the server (its folders, its environment, a file
nobody may read) and nothing written elsewhere. Case N of a reader and seed is always the same. A
failure is one line, told once a kind; the smallest file that brings it about is kept in ``--keep``.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import importlib
import itertools
import json
import os
import random
import resource
import selectors
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil

from tests import hostile
from tests.hostile_corpus import CORPORA, File

SECRET = "canary-7d1f-of-the-environment"
CONTENT = "canary-93ab-of-a-file"

CPU_SECONDS, WEB_SECONDS = 30.0, 10.0
"""Of the processor, for one file: in a child, which the product ends after a minute or more, and in
the web process. A machine at work counts more than the file takes."""

WALL_SECONDS = 300.0

MEMORY = 2 * 2**30
"""Bytes beyond what Keras itself takes, as guarded children have."""

SLICE_SECONDS = 60.0
"""How long one reader is at work before the next one is."""

LIGHT = ("project", "code", "notebook", "npz", "table")
"""They are read without Keras."""

ROOT = Path(__file__).parents[2]

WEB = LIGHT[:3]
"""They are read in the web process."""

Read = Callable[[Path, Path], Any]
"""A file and a folder to write in → what a person would be shown."""


# --- the readers ---------------------------------------------------------------------------------


def use(training: Any) -> Any:
    """What follows the opening of a project: its checks, their fixes, its scripts."""
    from builder import check, code, compare
    from builder.errors import LayerwiseError

    found = check.problems(training)
    fixes = [fix for problem in found[:5] for fix in problem.fixes]
    said: list[Any] = [found, list(compare.changes(training, training))]
    for style in code.styles(training):
        with contextlib.suppress(LayerwiseError):
            said.append(
                code.script(training, "x_train = y_train = x_test = y_test = None", "", style)
            )
    return said, fixes


def open_model(path: Path, folder: Path) -> Any:
    from builder.engine.files import model_files
    from builder.runs.engine_process import wire
    from builder.spec import ObjectSpec, TrainingSpec

    opened = model_files.open_model(path, folder / "kept.h5")
    wire.pieces((True, opened))
    return opened["notes"], use(TrainingSpec(opened["model"], ObjectSpec("Digits")))


def open_project(path: Path, _: Path) -> Any:
    from builder.document import read_document, to_json

    title, training = read_document(path.read_bytes())
    to_json(training, title=title)
    return title, use(training)


def ask_engine(path: Path, _: Path) -> Any:
    """What the engine says of a project's data and model, and what is checked by it."""
    from builder import check
    from builder.document import read_document
    from builder.engine.build import keras_model
    from builder.engine.data import loading
    from builder.errors import LayerwiseError
    from builder.runs.disk import data_files
    from tests.zoo import tables

    data_files.keep(tables.NAME, tables.text().encode())
    training = read_document(path.read_bytes())[1]
    facts, said = keras_model.summary(training.model), []
    data = None
    try:
        data = loading.describe(training.dataset)
        loading.preview(training.dataset)
    except LayerwiseError as error:
        said.append((error.message, error.hint))
    found = check.problems(training, data, facts, 10**9)
    with contextlib.suppress(LayerwiseError):
        keras_model.build_compiled(training)
    return said, facts, found


def parse_code(path: Path, _: Path) -> Any:
    from builder import parse

    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    parsed = parse.add_seed(parse.parse(text))
    return parsed.notes, parsed.title, parsed.training and use(parsed.training)


def parse_notebook(path: Path, _: Path) -> Any:
    from builder import parse

    parsed = parse.add_seed(parse.parse_notebook(path.read_bytes()))
    return parsed.notes, parsed.title, parsed.training and use(parsed.training)


def read_npz(path: Path, _: Path) -> Any:
    from builder.engine.data import loading
    from builder.runs.disk import data_files
    from builder.spec import ObjectSpec

    loading.forget()
    file = data_files.keep(path.name, path.read_bytes())
    said = []
    for labels in ("integers", "values"):
        dataset = ObjectSpec("NpzFile", {"file": file, "name": path.name, "labels": labels})
        said.append(loading.describe(dataset))
        loading.preview(dataset)
    return said


def read_image(path: Path, _: Path) -> Any:
    from builder.engine.inference import predict_image

    said = [predict_image.predict_file(_artefact("digits")[0], _artefact("digits")[1], path)]
    return [{k: v for k, v in s.items() if k != "seen"} for s in said]


def read_table(path: Path, _: Path) -> Any:
    from builder.runs.engine_process import wire
    from builder.tables import table_overview

    seen = table_overview.preview(path)
    wire.pieces((True, seen))
    names = [column.name for column in seen.columns]
    whole = table_overview.overview(path, targets=names[-1:])
    wire.pieces((True, whole))
    return seen, whole


def predict_table(path: Path, folder: Path) -> Any:
    from builder.engine.inference import predict_file

    artefact, training = _artefact("guests")
    return predict_file.predict_file(artefact, training, path, str(folder / "out.csv"))


def _artefact(name: str) -> tuple[str, Any]:
    """A model trained for a moment, once a run of this command."""
    from builder import starters
    from builder.engine.training import train_run
    from builder.engine.training.reporting import NullSink
    from builder.runs.disk import data_files
    from tests.zoo import tables

    if name == "guests":
        training = tables.GUESTS.with_fit(epochs=1)
    else:
        training = starters.find_starter("digits_dense").training.with_fit(epochs=1)
    folder = Path(os.environ["LAYERWISE_HOME"]) / name
    if not (folder / "done").exists():
        data_files.keep(tables.NAME, tables.text().encode())
        folder.mkdir(parents=True, exist_ok=True)
        made = train_run.train(training, folder, NullSink(), lambda: None)
        (folder / "done").write_text(str(made["artefact"]))
    return (folder / "done").read_text(), training


READERS: Mapping[str, Read] = {
    "keras": open_model,
    "h5": open_model,
    "model_json": open_model,
    "project": open_project,
    "engine": ask_engine,
    "code": parse_code,
    "notebook": parse_notebook,
    "npz": read_npz,
    "image": read_image,
    "table": read_table,
    "predict": predict_table,
}


# --- one case ------------------------------------------------------------------------------------


def recipe(reader: str, seed: int, case: int, files: list[File]) -> tuple[File, list[int]]:
    """The valid file of a case and a number for each damage."""
    chance = random.Random(f"{reader} {seed} {case}")
    return chance.choice(files), [chance.randrange(2**32) for _ in range(chance.randint(1, 4))]


def damage(file: File, numbers: list[int]) -> bytes:
    """The file after these damages."""
    name, data = file
    for number in numbers:
        data = hostile.damage_for(name)(random.Random(number), data)
    return data


class Case:
    """One file in a reader.

    Args:
        reader: its name.
        folder: of the case, all it may write in beside the workspace.
    """

    def __init__(self, reader: str, folder: Path) -> None:
        self._reader, self._folder = reader, folder
        self._secrets = (SECRET, CONTENT)
        home = os.environ["LAYERWISE_HOME"]
        self._places = (
            str(folder),
            home,
            str(ROOT),
            sys.prefix,
            "site-packages",
            "Traceback (most",
        )
        self.touched: list[str] = []

    def failure(self, name: str, data: bytes) -> str:
        """What is wrong with the reader's answer, as a kind; "" when nothing is."""
        from builder.errors import LayerwiseError

        self.touched.clear()
        path = self._folder / f"file{''.join(Path(name).suffixes)}"
        path.write_bytes(data)
        try:
            told = repr(READERS[self._reader](path, self._folder))
        except LayerwiseError as error:
            told = f"{error.message}\n{error.hint}\n{error.where}"
            if type(error).__name__ == "ChildError":
                return f"ChildError: {told[:150]}"
        except MemoryError:
            return "MemoryError in the web process" if self._reader in WEB else ""
        except BaseException as error:
            return f"{type(error).__name__} at {_place(error)}: {str(error)[:150]!r}"
        return self._slips(told)

    def _slips(self, told: str) -> str:
        if self.touched:
            return f"touched {self.touched[0]}"
        for word in self._secrets:
            if word in told:
                return f"told {word}"
        for place in self._places:
            if place in told:
                at = told.index(place)
                return f"told a place: {told[max(0, at - 80) : at + 40]!r}"
        return ""

    def watch(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Notes what no reader may do; an audit hook."""
        if event == "open" and isinstance(arguments[0], str):
            path, mode, flags = arguments
            writes = set(mode or "") & set("wax+") or flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if path.startswith(f"{Path(hostile.CANARY).parent}/") or (
                writes and not self._may_write(path)
            ):
                self.touched.append(f"{path} {mode}")
        elif event in ("subprocess.Popen", "os.system", "socket.connect", "pickle.find_class"):
            self.touched.append(f"{event} {arguments!r}"[:200])

    def _may_write(self, path: str) -> bool:
        homes = (str(self._folder), os.environ["LAYERWISE_HOME"], os.devnull, "/proc/self")
        return os.path.abspath(path).startswith(homes)


def _place(error: BaseException) -> str:
    """Where in our own files it was last."""
    ours = [f for f in traceback.extract_tb(error.__traceback__) if "/builder/" in f.filename]
    last = (ours or traceback.extract_tb(error.__traceback__))[-1]
    return f"{last.filename.rpartition('/builder/')[2]}:{last.lineno}"


def smallest(case: Case, file: File, numbers: list[int], kind: str) -> bytes:
    """The file of the fewest damages that still fails in this way."""
    for number in list(numbers):
        fewer = [n for n in numbers if n != number]
        if fewer and case.failure(file[0], damage(file, fewer))[:60] == kind[:60]:
            numbers = fewer
    return damage(file, numbers)


# --- the process that reads ----------------------------------------------------------------------


def serve(reader: str, seed: int, first: int, keep: Path) -> None:
    """Reads case after case, telling of each on standard output; ended from outside."""
    sink = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    if reader not in LIGHT:
        importlib.import_module("builder.engine.build.backend")
    folder = Path(tempfile.mkdtemp(dir=os.environ["LAYERWISE_HOME"], prefix="case-"))
    files = stored(keep.parent / "corpus" / reader, lambda: CORPORA[reader](folder))
    if reader in ("image", "predict"):
        _artefact("digits" if reader == "image" else "guests")
    _bound()
    os.chdir(folder)
    tempfile.tempdir = str(folder)  # as in guarded children
    case = Case(reader, folder)
    watching = True
    sys.addaudithook(lambda event, arguments: case.watch(event, arguments) if watching else None)
    for number in itertools.count(first):
        file, numbers = recipe(reader, seed, number, files)
        print(json.dumps([number, "begins"]), file=sink, flush=True)
        data = damage(file, numbers)
        (keep.parent / "last").write_bytes(data)
        if kind := case.failure(file[0], data):
            with contextlib.suppress(MemoryError):
                data = smallest(case, file, numbers, kind)
        print(json.dumps([number, kind, file[0]]), file=sink, flush=True)
        if kind:
            name = f"{reader}-{seed}-{number}{''.join(Path(file[0]).suffixes)}"
            (keep / name).write_bytes(data)
        _empty(folder)


def stored(folder: Path, make: Callable[[], Iterator[File]]) -> list[File]:
    """The valid files, made once for all processes."""
    if not folder.is_dir():
        new = folder.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        for number, (name, data) in enumerate(make()):
            (new / f"{number:04} {name}").write_bytes(data)
        new.rename(folder)
    return [(path.name[5:], path.read_bytes()) for path in sorted(folder.iterdir())]


def _bound() -> None:
    mapped = psutil.Process().memory_info().vms
    resource.setrlimit(resource.RLIMIT_AS, (mapped + MEMORY, mapped + MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    files = Path(os.environ["LAYERWISE_HOME"]) / "files"
    if files.is_dir() and len(list(files.iterdir())) > 500:
        shutil.rmtree(files)


# --- the one that watches ------------------------------------------------------------------------


class Fuzz:
    """All readers by turns, and what they failed at."""

    def __init__(self, seed: int, keep: Path) -> None:
        self._seed, self._keep = seed, keep
        self._next: collections.Counter[str] = collections.Counter()
        self.cases: collections.Counter[str] = collections.Counter()
        self.kinds: dict[str, str] = {}

    def run(self, reader: str, seconds: float, first: int | None = None, most: int = 0) -> None:
        """Some time of one reader; a process that dies or hangs is a failure, another begins."""
        until = time.monotonic() + seconds
        if first is not None:
            self._next[reader] = first
        done = 0
        while time.monotonic() < until and (not most or done < most):
            before = self.cases[reader]
            self._serve(reader, until, most - done if most else 0)
            done += self.cases[reader] - before

    def _serve(self, reader: str, until: float, most: int) -> None:
        command = [
            sys.executable, "-m", "tests.benchmarks.fuzz", "--serve", reader, "--seed",
            str(self._seed), "--case", str(self._next[reader]), "--keep", str(self._keep),
        ]  # fmt: skip
        log = open(self._keep.parent / f"{reader}.log", "ab")  # noqa: SIM115
        with log, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log) as process:
            try:
                for message in self._messages(process, until):
                    number, kind, *name = message
                    self._next[reader] = number + 1
                    if kind != "begins":
                        self.cases[reader] += 1
                        if kind:
                            self._tell(reader, number, kind, *name)
                        if time.monotonic() > until or self.cases[reader] == most:
                            break
            finally:
                process.kill()

    def _messages(self, process: subprocess.Popen[bytes], until: float) -> Iterator[Any]:
        assert process.stdout
        reader = process.args[4]  # type: ignore[index]
        begun, cpu, wall = None, 0.0, time.monotonic()
        most = WEB_SECONDS if reader in WEB else CPU_SECONDS
        with selectors.DefaultSelector() as waits:
            waits.register(process.stdout, selectors.EVENT_READ)
            while True:
                if waits.select(1.0):
                    line = process.stdout.readline()
                    if not line:
                        if begun is not None:
                            self._lost(str(reader), begun, f"the process ended: {process.wait()}")
                        elif process.wait() and not self.cases[str(reader)]:
                            raise SystemExit(f"{reader} does not start: see {self._keep.parent}")
                        return
                    message = json.loads(line)
                    begun = message[0] if message[1] == "begins" else None
                    cpu, wall = _seconds(process), time.monotonic()
                    yield message
                elif begun is not None and (
                    _seconds(process) - cpu > most or time.monotonic() - wall > WALL_SECONDS
                ):
                    self._lost(str(reader), begun, f"slower than {most:.0f} s")
                    return

    def _lost(self, reader: str, number: int, why: str) -> None:
        self.cases[reader] += 1
        last = self._keep.parent / "last"
        shutil.copy(last, self._keep / f"{reader}-{self._seed}-{number}.lost")
        self._tell(reader, number, why)

    def _tell(self, reader: str, number: int, kind: str, name: str = "") -> None:
        words = f"{reader} {kind.partition(': ')[0].partition(' /')[0]}"
        if words not in self.kinds:
            self.kinds[words] = f"{reader} --case {number} {name}: {kind}"
            print(self.kinds[words], flush=True)


def _seconds(process: subprocess.Popen[bytes]) -> float:
    with contextlib.suppress(psutil.Error):
        times = psutil.Process(process.pid).cpu_times()
        return float(times.user + times.system)
    return 0.0


def main() -> None:
    """Prints the kinds of failure, and how many cases were tried."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--minutes", type=float, default=60)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--reader", nargs="*", choices=list(READERS), default=list(READERS))
    options.add_argument("--case", type=int, help="only this one of each reader")
    options.add_argument("--keep", type=Path, default=Path("/tmp/layerwise-fuzz/failures"))
    options.add_argument("--serve", choices=list(READERS), help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.serve:
        serve(given.serve, given.seed, given.case or 0, given.keep)
    shutil.rmtree(given.keep.parent / "corpus", ignore_errors=True)
    given.keep.mkdir(parents=True, exist_ok=True)
    canary = Path(hostile.CANARY)
    canary.parent.mkdir(exist_ok=True)
    canary.write_text(CONTENT + "\n" + CONTENT + "\n")
    with tempfile.TemporaryDirectory(prefix="layerwise-canary-home-") as home:
        os.environ |= {"API_KEY": SECRET, "LAYERWISE_HOME": home, "PYTHONDONTWRITEBYTECODE": "1"}
        os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "OMP_NUM_THREADS": "1"}
        began, fuzz = time.monotonic(), Fuzz(given.seed, given.keep)
        until = began + given.minutes * 60
        if given.case is not None:
            for reader in given.reader:
                fuzz.run(reader, 600, given.case, most=1)
        else:
            for reader in itertools.cycle(given.reader):
                if (left := until - time.monotonic()) <= 0:
                    break
                fuzz.run(reader, min(left, SLICE_SECONDS, given.minutes * 60 / len(given.reader)))
    tried = ", ".join(f"{reader} {n:,}" for reader, n in fuzz.cases.items())
    print(f"{sum(fuzz.cases.values()):,} files in {time.monotonic() - began:.0f} s ({tried}):")
    print(f"{len(fuzz.kinds)} kinds of failure")


if __name__ == "__main__":
    main()
