"""A file in, the same file with predictions out."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from builder import formatting
from builder.datasets._folders import find_file
from builder.errors import FileError
from builder.runs.disk import workspace
from builder.runs.engine_process import client
from builder.runs.scheduler import jobs
from builder.spec import Run
from pages.widgets.code import lazy_download
from pages.widgets.session import tab_state
from pages.widgets.shared import drop_zone
from pages.widgets.shared.drop_zone import DroppedFile

MEMORY = 4 * 2**30
TIMEOUT = 900.0
"""Bytes and seconds that answering a file may take."""

HINT = "CSV, Excel, Parquet or JSON with the columns that the model reads"


def show(run: Run) -> None:
    """The place for the file, and what came of the last one."""
    if not run.training.dataset.config.get("inputs"):
        return
    st.subheader("A whole file", anchor=False)
    st.caption(
        "Every row gets its answer in new columns at the end; rows stay in their order. Columns the"
        " model does not read are carried along."
    )
    drop_zone.show("predict-files", HINT, lambda dropped: _predict(run, dropped))
    answered = tab_state.recall(f"predicted-{run.id}")
    if not answered:
        return
    import pandas as pd  # not for those who answer no file

    name, path, result = answered
    st.markdown(f"{formatting.number(result['rows'])} rows answered; the first ones:")
    st.dataframe(pd.DataFrame(result["first"], columns=result["columns"]), hide_index=True)
    lazy_download.button(
        "Download with predictions", Path(path).read_bytes, name, "predicted-file", mime="text/csv"
    )


def _predict(run: Run, dropped: DroppedFile) -> None:
    source = find_file(dropped.file)
    if source is None:
        raise FileError(f"{dropped.name} is no longer here.", "Drop it again.")
    out = workspace.folder("predictions") / f"{run.id}-{dropped.file[:16]}.csv"
    artefact = str(jobs.artefact(run.id))
    with st.spinner(f"Answering {dropped.name} …"):
        result = client.call_guarded(
            *("predict_file.predict_file", artefact, run.training, str(source), str(out)),
            reads=(workspace.home(), *workspace.linked_folders()),
            writes=(out.parent,),
            memory_bytes=MEMORY,
            timeout=TIMEOUT,
        )
    name = f"{Path(dropped.name).stem}-predicted.csv"
    tab_state.remember(f"predicted-{run.id}", (name, str(out), result))
