"""The project as a Jupyter notebook, every cell with a sentence that explains it."""

from __future__ import annotations

from builder.facts import ModelFacts
from builder.spec import TrainingSpec

NAME = "notebook"
TITLE = "Jupyter notebook"
SUFFIX = ".ipynb"
NEEDS = "project"


def export(
    training: TrainingSpec,
    artefact: str | None = None,
    facts: ModelFacts | None = None,
    title: str = "",
    style: str = "",
) -> bytes:
    """JSON of nbformat 4.5, UTF-8.

    Args:
        style: a key of ``code.STYLES``; "" is the usual one for the model.

    Raises:
        SpecError: the model cannot be written in that style.
        DataError: the dataset cannot be loaded, so how it is prepared is not known.
    """
    from builder import code
    from builder.datasets.registry import find_dataset
    from builder.engine.data import loading

    about = find_dataset(training.dataset.class_name).ENTRY.summary
    source = loading.source(training.dataset)
    return code.notebook(training, source, title, style, about).encode()
