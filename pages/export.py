"""The Export page: the Python, the project, the trained model and the picture, to take home."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress

import streamlit as st

from builder import code
from builder.code import custom_layer_source
from builder.datasets.registry import find_dataset
from builder.errors import LayerwiseError
from builder.exporters.contract import Exporter, missing_packages
from builder.exporters.registry import all_exporters
from builder.runs.disk import weight_files
from builder.runs.engine_process import client
from builder.runs.scheduler import jobs
from builder.spec import Run, TrainingSpec
from pages.widgets.code import code_pane, code_script, lazy_download
from pages.widgets.session import current_project, engine_facts, tab_state
from pages.widgets.shared import page_frame, problem_list, run_picker
from pages.widgets.shared.page_frame import plain


def main() -> None:
    """The page."""
    left, right = st.columns([7, 5], gap="large")
    with left, page_frame.guard():
        _script()
    with right:
        with page_frame.guard():
            _project_files()
        with page_frame.guard():
            _model_files()
    lazy_download.refusals()


def _script() -> None:
    st.subheader("Python", anchor=False)
    st.caption("The whole project as a Keras script: run it anywhere Keras is installed.")
    training = current_project.training()
    if wrong := problem_list.severe(current_project.problems()):
        said = plain(wrong[0].message)
        st.caption(f":orange[:material/error:] It stops where the project does: {said}")
    with suppress(LayerwiseError):  # the pane below says why there is none
        chosen, title = code_script.style(training), current_project.title()
        text = code_script.written(training, chosen).text
        known = all_exporters()
        _download(known["script"], text.encode(), "primary")
        _later(known["notebook"], lambda: _notebook(training, chosen, title))
    code_pane.show(training, current_project.selected(()))


def _notebook(training: TrainingSpec, style: str, title: str) -> bytes:
    source = code_script.data_source(training)
    about = find_dataset(training.dataset.class_name).ENTRY.summary
    return code.notebook(training, source, title, style, about).encode()


def _project_files() -> None:
    st.subheader("Project", anchor=False)
    st.caption("The picture of the model, and the file that Layerwise opens again.")
    training, title = current_project.training(), current_project.title()
    known, drawing = all_exporters(), _made("svg", training, title)
    _download(known["svg"], drawing)
    _later(known["png"], lambda: _made("png", training, title))
    _download(known["project"], _made("project", training, title))
    _begun(training)
    with st.container(key="architecture", border=True):
        st.image(
            drawing.decode(), alt="The layers of the model, from input to output", width="stretch"
        )


def _begun(training: TrainingSpec) -> None:
    """The model before any training: what an opened and edited file is taken home as."""
    kept = weight_files.where(training.weights.get("file"))
    name = str(training.weights.get("name", ""))
    lazy_download.button(
        f"Keras model with the weights of {plain(name)}" if kept else "Keras model, not trained",
        lambda: client.call("export_run.begun", training, str(kept) if kept else None, timeout=120),
        f"{_name()}.keras",
        "export-begun",
        help="The model as it stands, before this project's training."
        f" {custom_layer_source.needed(training.model)}",
    )


def _model_files() -> None:
    st.subheader("Trained model", anchor=False)
    run = run_picker.choose("export")
    if run is None:
        st.caption("Train the model first; then it can be saved with its weights.")
        page_frame.link("train", "Go to Train")
        return
    found = [e for e in all_exporters().values() if e.kind == "run"]
    for exporter in found:
        with page_frame.guard():
            _model_file(exporter, run)
    same = "`keras.models.load_model(file)` gives the same predictions as here."
    st.caption(f"{same} {custom_layer_source.needed(run.training.model)}")


def _model_file(exporter: Exporter, run: Run) -> None:
    artefact = str(jobs.artefact(run.id))
    if missing := missing_packages(exporter):
        st.markdown(f"**{plain(exporter.title)}** needs packages that are not installed here.")
        st.code(f"pip install {' '.join(missing)}", language="bash")
    elif exporter.slow:
        _conversion(exporter, run, artefact)
    elif exporter.run_facts:
        title = current_project.title()
        _later(exporter, lambda: _card(run, artefact, title))
    else:
        _later(
            exporter, lambda: client.call("export_run.run", exporter.name, run.training, artefact)
        )
    if about := exporter.about:
        st.caption(about)


def _card(run: Run, artefact: str, title: str) -> bytes:
    result = jobs.result(run.id)
    made: bytes = client.call(
        "export_run.run",
        "card",
        run.training,
        artefact,
        title=title,
        history=result.get("history") or {},
        test=result.get("test") or {},
        versions=jobs.versions(run.id),
    )
    return made


def _conversion(exporter: Exporter, run: Run, artefact: str) -> None:
    """A format that takes seconds and may refuse: made on request, then offered."""
    options = {}
    if exporter.name == "tflite":
        options["int8"] = st.checkbox(
            "In 8 bits",
            key="export-int8",
            help="A quarter of the size; ranges are measured on training examples, and predictions"
            " differ a little.",
        )
    wanted = (exporter.name, run.id, *options.values())
    if st.button(
        f"Prepare {exporter.title}",
        key=f"prepare-{exporter.name}",
        icon=":material/settings:",
        width="stretch",
    ):
        tab_state.remember(f"prepared:{exporter.name}", wanted)
    if tab_state.recall(f"prepared:{exporter.name}") != wanted:
        return

    def make() -> bytes:
        verb, name = "export_run.run", exporter.name
        made: bytes = client.call(verb, name, run.training, artefact, timeout=300, **options)
        return made

    with st.spinner("Converting …", show_time=False):
        content = engine_facts.cached(("prepared", *wanted), make)
    _download(exporter, content)


def _later(exporter: Exporter, make: Callable[[], bytes]) -> None:
    name, suffix = exporter.name, exporter.suffix
    file = _name() + suffix
    lazy_download.button(exporter.title, make, file, f"export-{name}", mime=exporter.mime)


def _download(exporter: Exporter, data: bytes, kind: str = "secondary") -> None:
    st.download_button(
        exporter.title,
        data=data,
        file_name=_name() + exporter.suffix,
        mime=exporter.mime,
        key=f"export-{exporter.name}",
        icon=":material/download:",
        type=kind,  # type: ignore[arg-type]
        on_click="ignore",
        width="stretch",
    )


def _made(name: str, training: TrainingSpec, title: str) -> bytes:
    """An export of the project, remembered by value: the same spec gives the same file."""

    def make() -> bytes:
        made: bytes = client.call("export_run.run", name, training, None, title=title)
        return made

    return engine_facts.cached(("export", name, training, title), make)


def _name() -> str:
    """The project's title as a file name."""
    return re.sub(r"[^a-z0-9]+", "_", current_project.title().lower()).strip("_") or "model"


with page_frame.frame("export"):
    main()
