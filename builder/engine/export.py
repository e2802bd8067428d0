"""Exporting from the warm child: the pages' way to the exporter plugins, which may need Keras."""

from __future__ import annotations

from typing import Any

from builder import plugins
from builder.errors import CatalogError
from builder.spec import TrainingSpec


def run(
    name: str,
    training: TrainingSpec,
    artefact: str | None = None,
    title: str = "",
    **options: Any,
) -> bytes:
    """The project (or the run whose ``.keras`` is ``artefact``) in the form called ``name``.

    Args:
        options: what that exporter asks beyond them, such as ``style`` or ``int8``.

    Raises:
        CatalogError: there is no exporter of that name.
        LayerwiseError: what the exporter says.
    """
    known = plugins.exporters()
    if name not in known:
        raise CatalogError(
            f"There is no export called '{name}'.", f"Use one of {', '.join(known)}."
        )
    made: bytes = known[name].export(training, artefact, title=title, **options)
    return made
