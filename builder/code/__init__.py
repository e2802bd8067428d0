"""A TrainingSpec as the Python script a tutorial would show: literal Keras, standing alone."""

from __future__ import annotations

from builder.code.script import STYLES, script, styles

__all__ = ["STYLES", "script", "styles"]
