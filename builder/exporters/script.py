"""The project as a Python script: literal Keras, standing alone, the same numbers by its seed."""

from __future__ import annotations

from builder.facts import ModelFacts
from builder.spec import TrainingSpec

NAME = "script"
TITLE = "Python script"
SUFFIX = ".py"
NEEDS = "project"


def export(
    training: TrainingSpec,
    artefact: str | None = None,
    facts: ModelFacts | None = None,
    title: str = "",
    style: str = "",
) -> bytes:
    """UTF-8 source.

    Args:
        style: a key of ``code.STYLES``; "" is the usual one for the model.

    Raises:
        SpecError: the model cannot be written in that style.
        DataError: the dataset cannot be loaded, so how it is prepared is not known.
    """
    from builder import code
    from builder.engine.data import loading

    return code.script(training, loading.source(training.dataset), title, style).encode()
