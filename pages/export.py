"""The Export page: the Python, the project, the trained model and the picture, to take home."""

from __future__ import annotations

import re
from types import ModuleType

import streamlit as st

from builder import plugins
from builder.runs import child, jobs
from builder.spec import Run, TrainingSpec
from pages.widgets import codepane, codescript, page, picker, session

MIME = {
    ".py": "text/x-python",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}


def main() -> None:
    """The page."""
    left, right = st.columns([7, 5], gap="large")
    with left, page.guard():
        _script()
    with right:
        with page.guard():
            _project_files()
        with page.guard():
            _model_files()


def _script() -> None:
    st.subheader("Python", anchor=False)
    st.caption("The whole project as a Keras script: run it anywhere Keras is installed.")
    training = session.training()
    with page.guard():
        chosen = codescript.style(training)
        text = codescript.written(training, chosen).text
        _download(plugins.exporters()["script"], text.encode(), "primary")
    codepane.show(training, session.selected())


def _project_files() -> None:
    st.subheader("Project", anchor=False)
    st.caption("The picture of the model, and the file that Layerwise opens again.")
    for name in ("svg", "project"):
        _download(plugins.exporters()[name], _made(name, session.training(), None))
    drawing = _made("svg", session.training(), None).decode()
    with st.container(key="architecture", border=True):
        st.image(drawing, alt="The layers of the model, from input to output", width="stretch")


def _model_files() -> None:
    st.subheader("Trained model", anchor=False)
    run = picker.choose("export")
    if run is None:
        st.caption("Train the model first; then it can be saved with its weights.")
        page.link("train", "Go to Train")
        return
    for exporter in plugins.exporters().values():
        if exporter.NEEDS == "run":
            with page.guard():
                _model_file(exporter, run)
    st.caption("`keras.models.load_model(file)` gives the same predictions as here.")


def _model_file(exporter: ModuleType, run: Run) -> None:
    artefact = str(jobs.artefact(run.id))
    st.download_button(
        exporter.TITLE,
        data=lambda: child.call("export.run", exporter.NAME, run.training, artefact),
        file_name=_name() + exporter.SUFFIX,
        key=f"export-{exporter.NAME}",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )


def _download(exporter: ModuleType, data: bytes, kind: str = "secondary") -> None:
    st.download_button(
        exporter.TITLE,
        data=data,
        file_name=_name() + exporter.SUFFIX,
        mime=MIME.get(exporter.SUFFIX),
        key=f"export-{exporter.NAME}",
        icon=":material/download:",
        type=kind,  # type: ignore[arg-type]
        on_click="ignore",
        width="stretch",
    )


def _made(name: str, training: TrainingSpec, artefact: str | None) -> bytes:
    """An export of the project, remembered by value: the same spec gives the same file."""
    title = session.title()

    def make() -> bytes:
        made: bytes = child.call("export.run", name, training, artefact, title=title)
        return made

    return session.cached(("export", name, training, title), make)


def _name() -> str:
    """The project's title as a file name."""
    return re.sub(r"[^a-z0-9]+", "_", session.title().lower()).strip("_") or "model"


with page.frame("export"):
    main()
