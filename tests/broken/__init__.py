"""Broken specs with their exact message: the mistakes of learners and of tampered files."""

from __future__ import annotations

from collections.abc import Mapping

from tests.broken.columns import COLUMNS
from tests.broken.ends import ENDS
from tests.broken.make import Broken
from tests.broken.settings import SETTINGS
from tests.broken.shapes import SHAPES
from tests.broken.values import VALUES
from tests.broken.wiring import WIRING
from tests.broken.words import WORDS

BROKEN: Mapping[str, Broken] = {
    **WIRING,
    **SHAPES,
    **VALUES,
    **ENDS,
    **SETTINGS,
    **COLUMNS,
    **WORDS,
}
"""By name: what a learner gets wrong, or a tampered file."""

__all__ = ["BROKEN", "Broken"]
