"""The generated script of a training, with its data source, in the style chosen last."""

from __future__ import annotations

from builder import code
from builder.code import Script
from builder.code import data_source as data_lines
from builder.datasets.registry import find_dataset
from builder.errors import LayerwiseError
from builder.runs.engine_process import client
from builder.spec import TrainingSpec
from pages.widgets.session import current_project, engine_facts, tab_state
from pages.widgets.shared import own_files


def current_style(training: TrainingSpec) -> str:
    """The style chosen last, or the usual one where it cannot say this model."""
    there = code.styles(training)
    wanted = tab_state.recall("code-style")
    return wanted if wanted in there else there[0]


def write_script(training: TrainingSpec, chosen: str) -> Script:
    """The script with its data, remembered by value.

    Raises:
        LayerwiseError: the model cannot be written in this style.
    """
    title, source = current_project.title(), data_source(training)
    key = ("code", training, title, chosen, source)
    return engine_facts.get_or_make(
        key, lambda: code.script_with_rows(training, source, title, chosen)
    )


def data_source(training: TrainingSpec) -> str:
    """The lines that load and prepare the data; without preparation where it is not here yet."""
    dataset = training.dataset

    def make() -> str:
        try:
            facts = data_lines.expected_facts(dataset) or client.call("loading.describe", dataset)
            return data_lines.source(dataset, facts)
        except LayerwiseError as error:
            lines = str(find_dataset(dataset.class_name).source(dataset.config)).rstrip("\n")
            reason = " ".join(error.message.split())
            return f"{lines}\n\n# Not prepared, because the data is not here: {reason}\n"

    return own_files.with_owner_names(
        engine_facts.get_or_make(("data source", dataset), make), dataset
    )
