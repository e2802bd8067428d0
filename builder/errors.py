"""What can go wrong, as a tree; every error is one plain sentence and a remedy.

LayerwiseError
├── SpecError       a document that is no spec
├── CatalogError    a name that is not in the catalogue
├── BuildError      Keras cannot build this model
├── DataError       a dataset that cannot be loaded or prepared
├── FileError       a file that cannot be read or is refused
├── TrainingError   a run that cannot start or broke off
├── StaleError      someone saved a newer version of this project
└── ChildError      a helper process died or did not answer in time
"""

from __future__ import annotations

import re

_PATH = re.compile(r"""(?<![\w.:/~])~?/(?:[^\s/:;,'"()<>]+/)+([^\s/:;,'"()<>]*)""")


class LayerwiseError(Exception):
    """Something a person can understand and act on.

    Args:
        message: where, what was received, what was expected; one or two sentences.
        hint: the remedy, an imperative sentence; may be empty.
        where: the node, field or file it is about; may be empty.
    """

    def __init__(self, message: str, hint: str = "", where: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = where


class SpecError(LayerwiseError, ValueError):
    """A document that is no spec."""


class CatalogError(LayerwiseError, KeyError):
    """A name that is not in the catalogue."""

    def __str__(self) -> str:
        return self.message


class BuildError(LayerwiseError):
    """Keras cannot build this model; ``where`` names the node."""


class DataError(LayerwiseError):
    """A dataset that cannot be loaded or prepared."""


class FileError(LayerwiseError):
    """A file that cannot be read or is refused."""


class TrainingError(LayerwiseError):
    """A run that cannot start or broke off."""


class StaleError(LayerwiseError):
    """Someone saved a newer version of this project."""


class ChildError(LayerwiseError):
    """A helper process died or did not answer in time."""


_QUOTED = re.compile(r"""(['"])~?/[^'"\n]*/([^'"\n/]+)/?\1""")
"""A path in quotation marks may have spaces in it."""


def without_paths(text: str) -> str:
    """What a library or the system said, with places of this computer cut to their last name."""
    return _PATH.sub(r"\1", _QUOTED.sub(r"\1\2\1", text))


_ALL: tuple[type[LayerwiseError], ...] = (LayerwiseError, *LayerwiseError.__subclasses__())

BY_NAME = {error.__name__: error for error in _ALL}
"""By class name, for errors that cross a process boundary."""
