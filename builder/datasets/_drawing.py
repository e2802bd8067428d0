"""Source text of what draws the digits, for scripts."""

from __future__ import annotations

from builder.datasets import _program
from builder.datasets.contract import Program

PARTS = (
    "_strokes.hands",
    "_strokes.written",
    "_digits.outlines",
    "_digits.redraw",
    "_digits.digits",
)
"""What draws the digits."""


def drawing_source(program: Program) -> str:
    """The functions of a dataset drawn from the digits, under the imports they need."""
    return (
        "import numpy as np\nfrom scipy import ndimage\nfrom sklearn.datasets import load_digits\n"
        f"\n\n{_program.functions_source(*program.functions)}\n"
    )
