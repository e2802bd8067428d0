"""A number between 0 and 1, the most common kind of setting."""

from __future__ import annotations

from typing import Any

from builder.catalog.entry import Param


def share(help: str, *, step: float | None = None, **more: Any) -> Param:
    """A ``float`` Param from 0 to 1; ``more`` are its other fields."""
    return Param("float", help, min=0.0, max=1.0, step=step, **more)
