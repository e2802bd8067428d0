"""A TrainingSpec as the Python script a tutorial would show: literal Keras, standing alone."""

from __future__ import annotations

from builder.code.notebook import notebook
from builder.code.part import Part, Script
from builder.code.script import STYLES, head, parts, script, styles, written
from builder.code.subclass import MADE_LATE

__all__ = [
    "MADE_LATE",
    "STYLES",
    "Part",
    "Script",
    "head",
    "notebook",
    "parts",
    "script",
    "styles",
    "written",
]
