"""A TrainingSpec as the Python script a tutorial would show: literal Keras, standing alone."""

from __future__ import annotations

from builder.code.fragment import Part, Script
from builder.code.notebook import notebook
from builder.code.reproducibility import doubt
from builder.code.script import STYLES, parts, script, script_head, styles, written

__all__ = [
    "STYLES",
    "Part",
    "Script",
    "doubt",
    "notebook",
    "parts",
    "script",
    "script_head",
    "styles",
    "written",
]
