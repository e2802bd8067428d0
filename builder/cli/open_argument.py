"""Open what a command line names: a project, a starter, a model file or a run."""

from __future__ import annotations

import contextlib
from pathlib import Path

from builder import starters
from builder.cli import file_kinds
from builder.document import read_document
from builder.errors import FileError, LayerwiseError, SpecError, TrainingError
from builder.facts import DataFacts, ModelFacts, Problem
from builder.spec import Run, TrainingSpec

LARGEST = 20_000_000
"""Bytes of a project file; what is larger is none."""


def open_project(name: str) -> tuple[str, TrainingSpec]:
    """Title and spec of a project file or of a starter.

    Raises:
        FileError, SpecError: no such file or starter, or it is no project.
    """
    path = Path(name)
    if path.suffix == "" and not path.exists():
        try:
            starter = starters.find_starter(name)
        except SpecError as error:
            message = f"There is neither a file nor a starter called '{name}'."
            raise SpecError(message, error.hint) from None
        return starter.title, starter.training
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise FileError(f"{name} cannot be read: {error.strerror}.") from None
    try:
        if len(content) > LARGEST:
            raise SpecError(f"{name} is too large: a project has at most {LARGEST:,} bytes.")
        title, training = read_document(content)
    except SpecError as error:
        raise _no_project(path, content, error) from None
    return title or path.stem, training


def _no_project(path: Path, content: bytes, error: SpecError) -> SpecError:
    """The error of a damaged project, or what the file is instead of one."""
    if b'"layerwise"' not in content[: file_kinds.HEAD] and (
        other := file_kinds.explain(path, content)
    ):
        return SpecError(*other)
    return SpecError(f"{path}: {error.message}", error.hint, error.where)


def ask_facts(training: TrainingSpec) -> tuple[DataFacts | None, ModelFacts, list[Problem]]:
    """What data and Keras say of a project; data that cannot be had is a Problem."""
    from builder.engine.build import keras_model
    from builder.engine.data import loading

    found, said = [], None
    try:
        said = loading.describe(training.dataset)
    except LayerwiseError as error:
        found.append(Problem(error.where or "dataset", error.message, error.hint))
    return said, keras_model.summary(training.model), found


def find_problems(training: TrainingSpec) -> tuple[list[Problem], DataFacts | None, ModelFacts]:
    """Everything that is wrong with a project, and the facts it was seen by."""
    from builder import check
    from builder.runs.disk import workspace

    data, model, problems = ask_facts(training)
    problems += check.problems(training, data, model, workspace.memory_bytes())
    return problems, data, model


def open_trained(name: str) -> tuple[str, TrainingSpec | None]:
    """The model file, and what it was trained on when a run or a project beside it tells.

    A file that no run of this workspace wrote is looked through before Keras may load it.

    Raises:
        FileError, TrainingError, SpecError: there is no such model, or it is refused.
    """
    path = Path(name)
    if path.is_file():
        return _model_file(path)
    from builder.runs.scheduler import jobs

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


def open_run(name: str) -> Run:
    """The run of that id; FileError when this workspace has none."""
    from builder.runs.scheduler import jobs

    try:
        return jobs.get(name)
    except TrainingError:
        raise FileError(
            f"There is no run {name} in this workspace.", "`python -m builder runs` lists the runs."
        ) from None


def _model_file(path: Path) -> tuple[str, TrainingSpec | None]:
    from builder.runs.engine_process import open_model
    from builder.runs.scheduler import jobs

    path = path.resolve()
    with contextlib.suppress(LayerwiseError):
        if jobs.artefact(path.parent.name) == path:
            return str(path), jobs.get(path.parent.name).training
    open_model.read_guarded(path)
    beside = path.with_name("project.json")
    return str(path), open_project(str(beside))[1] if beside.is_file() else None
