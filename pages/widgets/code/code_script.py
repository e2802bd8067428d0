"""The script of a training with its data's lines, and the style it is shown in."""

from __future__ import annotations

from builder import code
from builder.code import Script
from builder.datasets.registry import find_dataset
from builder.errors import LayerwiseError
from builder.runs.engine_process import client
from builder.spec import TrainingSpec
from pages.widgets.data import npz_upload
from pages.widgets.session import current_project


def style(training: TrainingSpec) -> str:
    """The style chosen last, or the usual one where it cannot say this model."""
    there = code.styles(training)
    wanted = current_project.recall("code-style")
    return wanted if wanted in there else there[0]


def written(training: TrainingSpec, chosen: str) -> Script:
    """The script with its data, remembered by value.

    Raises:
        LayerwiseError: the model cannot be written in this style.
    """
    title, source = current_project.title(), data_source(training)
    key = ("code", training, title, chosen, source)
    return current_project.cached(key, lambda: code.written(training, source, title, chosen))


def data_source(training: TrainingSpec) -> str:
    """The lines that load and prepare the data; without preparation where it is not here yet."""
    dataset = training.dataset

    def make() -> str:
        try:
            return str(client.call("loading.source", dataset))
        except LayerwiseError as error:
            lines = str(find_dataset(dataset.class_name).source(dataset.config)).rstrip("\n")
            reason = " ".join(error.message.split())
            return f"{lines}\n\n# Not prepared, because the data is not here: {reason}\n"

    return npz_upload.as_given(current_project.cached(("data source", dataset), make), dataset)
