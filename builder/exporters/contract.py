"""What an exporter module says of itself, what it is asked for, and the check that it keeps to it.

An exporter is one module of this folder with

- ``NAME``: its word, ``--to NAME``
- ``TITLE``: its name for people
- ``SUFFIX``: of the file, with the dot
- ``KIND``: a key of ``KINDS``: what it needs to be made
- ``export(request: ExportRequest) -> bytes``

and, where the usual is not right,

- ``MIME``: the media type of the file (``application/octet-stream``)
- ``ABOUT``: a sentence for people that stands below it ("")
- ``ORDER``: its place among those of its kind, then by name (100)
- ``OPTIONS``: what can be chosen of it, by name: ``Option`` (none)
- ``RUN_FACTS``: whether ``history``, ``test`` and ``versions`` of the run come as options (False)
- ``SLOW``: made in seconds, and may refuse: the page makes it on request only (False)
- ``REQUIRES``: packages that the app can do without ((); ``missing_packages``)
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

from builder.errors import CatalogError, FileError, SpecError
from builder.facts import ModelFacts
from builder.spec import TrainingSpec

KINDS: Mapping[str, str] = {
    "project": "made of the project alone",
    "run": "made of a trained model and its weights",
}

OPTION_TYPES = ("bool", "choice")

RUN_FACTS = ("history", "test", "versions")
"""Options that no person chooses: metric → its values by epoch, metric → its value on the test
examples, package → version the run was made with."""


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose about an export.

    Args:
        type: ``bool``, which is off at first, or ``choice``, which may be left open.
        summary: a few words for the command line.
        label, help: of its field on the page.
        choices: value → its name for people.
    """

    type: str
    summary: str
    label: str = ""
    help: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is to be exported.

    Args:
        training: the project, or the run's own spec.
        artefact: path of the run's ``.keras``; None for a project.
        facts: what Keras says of the model; None where nobody asked it yet.
        title: of the project.
        options: name → value, of the exporter's ``OPTIONS`` and ``RUN_FACTS``.
    """

    training: TrainingSpec
    artefact: str | None = None
    facts: ModelFacts | None = None
    title: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exporter:
    """An exporter module as it was read; the fields are the module's own, in small letters."""

    name: str
    title: str
    suffix: str
    kind: str
    write: Callable[[ExportRequest], bytes]
    mime: str = "application/octet-stream"
    about: str = ""
    order: int = 100
    options: Mapping[str, Option] = field(default_factory=dict)
    run_facts: bool = False
    slow: bool = False
    requires: tuple[str, ...] = ()

    def export(self, request: ExportRequest) -> bytes:
        """The bytes of the file.

        Raises:
            SpecError: an option that it does not have.
            FileError: it needs a run and none was given, or a package is missing.
            LayerwiseError: what the exporter says.
        """
        own = (*self.options, *(RUN_FACTS if self.run_facts else ()))
        for name in request.options:
            if name not in own:
                raise SpecError(f"'{self.name}' has no option --{name}.", "Leave it out.")
        if self.kind == "run" and not request.artefact:
            raise FileError(
                "Only a trained model has weights to save.", "Train it, then export the run."
            )
        if missing := missing_packages(self):
            raise FileError(
                f"{self.title} needs packages that are not installed: {', '.join(missing)}.",
                f"Run pip install {' '.join(missing)}, then try again.",
            )
        return self.write(request)


_REQUIRED: Mapping[str, type] = {"NAME": str, "TITLE": str, "SUFFIX": str, "KIND": str}
_PARTS: Mapping[str, type] = {
    **_REQUIRED,
    "MIME": str,
    "ABOUT": str,
    "ORDER": int,
    "OPTIONS": dict,
    "RUN_FACTS": bool,
    "SLOW": bool,
    "REQUIRES": tuple,
}


def read_exporter(module: ModuleType) -> Exporter:
    """An exporter module, checked.

    Raises:
        CatalogError: what it lacks or says wrongly, with its file, in one sentence.
    """
    parts = {k.lower(): v for k, v in vars(module).items() if k in _PARTS}
    if wrong := _fault(module, parts):
        raise CatalogError(
            f"The exporter {source_file(module)} {wrong}.",
            "builder/exporters/contract.py says what each needs.",
        )
    return Exporter(write=module.export, **parts)


def source_file(module: ModuleType) -> str:
    """Where a module of this folder stands: ``builder/exporters/onnx.py``."""
    return "/".join(Path(str(module.__file__)).parts[-3:])


def _fault(module: ModuleType, parts: Mapping[str, Any]) -> str:
    """What is wrong with it; "" when nothing is."""
    lacking = [name for name in _REQUIRED if not parts.get(name.lower())]
    lacking += [] if callable(getattr(module, "export", None)) else ["export(request)"]
    if lacking:
        return f"lacks {' and '.join(lacking)}"
    for name, kind in _PARTS.items():
        if not isinstance(parts.get(name.lower(), kind()), kind):
            return f"has a {name} that is no {kind.__name__}"
    if parts["kind"] not in KINDS:
        return f"has the unknown kind '{parts['kind']}' (there are {' and '.join(KINDS)})"
    if len(inspect.signature(module.export).parameters) != 1:
        return "has an export that does not take one ExportRequest"
    for name, option in parts.get("options", {}).items():
        if not isinstance(option, Option) or option.type not in OPTION_TYPES:
            return f"has an option '{name}' that is no Option of {' or '.join(OPTION_TYPES)}"
    return ""


def missing_packages(exporter: Exporter) -> tuple[str, ...]:
    """The packages an exporter needs that are not installed here."""
    return tuple(name for name in exporter.requires if not _is_installed(name))


def _is_installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True
