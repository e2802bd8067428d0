"""The Export page: the Python, the project, the trained model and the picture, to take home."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Any

import streamlit as st

from builder import code, formatting
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
from pages.widgets.shared.page_frame import escape_md

CODE = ("script", "notebook")
"""Exporters that follow the style of the code beside them; all others find their own place."""

SECONDS, SLOW_SECONDS = 60, 300
"""How long an export may take, and one that a converter makes."""

Options = tuple[tuple[str, Any], ...]


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
    lazy_download.show_refusals()


def _script() -> None:
    st.subheader("Python", anchor=False)
    st.caption("The whole project as a Keras script: run it anywhere Keras is installed.")
    training = current_project.training()
    if wrong := problem_list.severe_problems(current_project.problems()):
        message = escape_md(wrong[0].message)
        st.caption(f":orange[:material/error:] It stops where the project does: {message}")
    with suppress(LayerwiseError):  # the pane below says why there is none
        chosen, title = code_script.current_style(training), current_project.title()
        text = code_script.write_script(training, chosen).text
        exporters = all_exporters()
        _download(exporters["script"], text.encode(), "primary")
        _later(exporters["notebook"], lambda: _notebook(training, chosen, title))
    code_pane.show(training, current_project.selected_node(()))


def _notebook(training: TrainingSpec, style: str, title: str) -> bytes:
    source = code_script.data_source(training)
    about = find_dataset(training.dataset.class_name).ENTRY.summary
    return code.notebook(training, source, title, style, about).encode()


def _project_files() -> None:
    st.subheader("Project", anchor=False)
    st.caption("The picture of the model, and the file that Layerwise opens again.")
    training = current_project.training()
    for exporter in all_exporters().values():
        if exporter.kind == "project" and exporter.name not in CODE:
            with page_frame.guard():
                _offer(exporter, training)
    _untrained_model(training)
    with st.container(key="architecture", border=True):
        drawing = _export(all_exporters()["svg"], training, current_project.title())
        st.image(
            drawing.decode(), alt="The layers of the model, from input to output", width="stretch"
        )


def _untrained_model(training: TrainingSpec) -> None:
    """The model before any training: what an opened and edited file is taken home as."""
    kept = weight_files.find(training.weights.get("file"))
    name = str(training.weights.get("name", ""))
    lazy_download.button(
        f"Keras model with the weights of {escape_md(name)}"
        if kept
        else "Keras model, not trained",
        lambda: client.call(
            "export_run.export_untrained", training, str(kept) if kept else None, timeout=120
        ),
        f"{_name()}.keras",
        "export-begun",
        help="The model as it stands, before this project's training."
        f" {custom_layer_source.saved_file_needs(training.model)}",
    )


def _model_files() -> None:
    st.subheader("Trained model", anchor=False)
    run = run_picker.choose("export")
    if run is None:
        st.caption("Train the model first; then it can be saved with its weights.")
        page_frame.link("train", "Go to Train")
        return
    for exporter in all_exporters().values():
        if exporter.kind == "run":
            with page_frame.guard():
                _offer(exporter, run.training, run)
    same = "`keras.models.load_model(file)` gives the same predictions as here."
    st.caption(f"{same} {custom_layer_source.saved_file_needs(run.training.model)}")


# --- one exporter --------------------------------------------------------------------------------


def _offer(exporter: Exporter, training: TrainingSpec, run: Run | None = None) -> None:
    """An exporter's button, what can be chosen of it, and a sentence about it."""
    if missing := missing_packages(exporter):
        st.markdown(f"**{escape_md(exporter.title)}** needs packages that are not installed here.")
        st.code(f"pip install {' '.join(missing)}", language="bash")
    else:
        options, title = _choose_options(exporter), current_project.title()

        def make() -> bytes:
            return _export(exporter, training, title, run, options)

        if exporter.slow:
            _prepare(exporter, (run.id if run else training, options), make)
        else:
            _later(exporter, make)
    if exporter.about:
        st.caption(exporter.about)


def _choose_options(exporter: Exporter) -> Options:
    """What a person chose of an export, by name; what was left as it is is left out."""
    chosen: dict[str, Any] = {}
    for name, option in exporter.options.items():
        key, label = f"export-{exporter.name}-{name}", option.label or formatting.label(name)
        if option.type == "bool":
            chosen[name] = st.checkbox(label, key=key, help=option.help or None)
        else:
            names = option.choices
            chosen[name] = st.selectbox(
                label, list(names), None, key=key, format_func=names.__getitem__, help=option.help
            )
    return tuple((name, value) for name, value in chosen.items() if value)


def _prepare(exporter: Exporter, wanted: Hashable, make: Callable[[], bytes]) -> None:
    """What takes seconds and may refuse: made on request, then offered."""
    kept = f"prepared:{exporter.name}"
    if st.button(
        f"Prepare {exporter.title}",
        key=f"prepare-{exporter.name}",
        icon=":material/settings:",
        width="stretch",
    ):
        tab_state.remember(kept, wanted)
    if tab_state.recall(kept) == wanted:
        with st.spinner("Converting …", show_time=False):
            content = make()
        _download(exporter, content)


def _later(exporter: Exporter, make: Callable[[], bytes]) -> None:
    file, key = _name() + exporter.suffix, f"export-{exporter.name}"
    lazy_download.button(exporter.title, make, file, key, mime=exporter.mime)


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


def _export(
    exporter: Exporter,
    training: TrainingSpec,
    title: str,
    run: Run | None = None,
    options: Options = (),
) -> bytes:
    """The bytes of an export; of a project remembered by value: the same spec, the same file."""

    def make() -> bytes:
        artefact = str(jobs.artefact(run.id)) if run else None
        facts = _run_facts(run) if run and exporter.run_facts else {}
        content: bytes = client.call(
            "export_run.export",
            exporter.name,
            training,
            artefact,
            title=title,
            timeout=SLOW_SECONDS if exporter.slow else SECONDS,
            **dict(options),
            **facts,
        )
        return content

    if run is not None and not exporter.slow:
        return make()
    key = ("export", exporter.name, run.id if run else training, title, options)
    return engine_facts.get_or_make(key, make)


def _run_facts(run: Run) -> dict[str, Any]:
    """What a run's exporter may ask to be told of it."""
    result = jobs.result(run.id)
    return {
        "history": result.get("history") or {},
        "test": result.get("test") or {},
        "versions": jobs.versions(run.id),
    }


def _name() -> str:
    """The project's title as a file name."""
    return re.sub(r"[^a-z0-9]+", "_", current_project.title().lower()).strip("_") or "model"


with page_frame.frame("export"):
    main()
