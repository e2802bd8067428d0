"""The project document itself, which Layerwise opens again."""

from __future__ import annotations

from builder.document import to_json
from builder.facts import ModelFacts
from builder.spec import TrainingSpec

NAME = "project"
TITLE = "Layerwise project"
SUFFIX = ".json"
NEEDS = "project"


def export(
    training: TrainingSpec,
    artefact: str | None = None,
    facts: ModelFacts | None = None,
    title: str = "",
) -> bytes:
    """UTF-8 JSON."""
    return to_json(training, title=title).encode()
