"""Find the exporters: every module of this folder but the ones that serve them all."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from pathlib import Path

from builder.errors import CatalogError
from builder.exporters.contract import Exporter, read_exporter, source_file

NO_EXPORTERS = ("contract", "export_run", "registry")


@functools.cache
def all_exporters() -> dict[str, Exporter]:
    """Name → exporter, in the order the Export page shows them.

    Raises:
        CatalogError: a module that does not keep to the contract, or a name given twice.
    """
    path = str(Path(__file__).parent)
    files = (m.name for m in pkgutil.iter_modules([path]) if not m.name.startswith("_"))
    modules = [
        importlib.import_module(f"{__package__}.{name}")
        for name in files
        if name not in NO_EXPORTERS
    ]
    exporters: dict[str, Exporter] = {}
    for module in modules:
        exporter = read_exporter(module)
        if exporter.name in exporters:
            raise CatalogError(
                f"The exporter {source_file(module)} has the NAME of another, '{exporter.name}'.",
                "Give it another NAME.",
            )
        exporters[exporter.name] = exporter
    return dict(sorted(exporters.items(), key=lambda item: (item[1].order, item[0])))
