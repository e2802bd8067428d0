"""A TrainingSpec as the Python script a tutorial would show: literal Keras, standing alone."""

from __future__ import annotations

from builder.code.fragment import Part, Script
from builder.code.notebook import notebook
from builder.code.reproducibility import explain_difference
from builder.code.script import STYLES, parts, script, script_head, script_with_rows, styles

__all__ = [
    "STYLES",
    "Part",
    "Script",
    "explain_difference",
    "notebook",
    "parts",
    "script",
    "script_head",
    "script_with_rows",
    "styles",
]
