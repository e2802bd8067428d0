"""Find the exporters: every module of this folder that has a ``NAME``."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from importlib import metadata
from pathlib import Path
from types import ModuleType

NO_EXPORTERS = ("export_run", "registry")


@functools.cache
def all_exporters() -> dict[str, ModuleType]:
    """Name → exporter module."""
    path = str(Path(__file__).parent)
    names = sorted(m.name for m in pkgutil.iter_modules([path]) if not m.name.startswith("_"))
    modules = (
        importlib.import_module(f"{__package__}.{name}")
        for name in names
        if name not in NO_EXPORTERS
    )
    return {m.NAME: m for m in modules}


def missing_packages(exporter: ModuleType) -> tuple[str, ...]:
    """The packages an exporter needs that are not installed here."""
    return tuple(name for name in getattr(exporter, "REQUIRES", ()) if not _is_installed(name))


def _is_installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True
