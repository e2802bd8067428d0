"""A TrainingSpec as the Python script a tutorial would show: literal Keras, standing alone."""

from __future__ import annotations

from builder.code.part import Part, Script
from builder.code.script import STYLES, head, parts, script, styles, written

__all__ = ["STYLES", "Part", "Script", "head", "parts", "script", "styles", "written"]
