"""Which cases only the long tests run, and which of a module's cases the chosen tests ask for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def asked(request: pytest.FixtureRequest, test: str, *arguments: str) -> list[Any]:
    """The values of those parameters in every selected case of that test of the same module."""
    found = []
    for item in request.session.items:
        mine = isinstance(item, pytest.Function) and item.module is request.module
        if mine and item.originalname == test:
            values = tuple(item.callspec.params[name] for name in arguments)
            found.append(values if len(values) > 1 else values[0])
    return found


def longer(cases: Iterable[Any]) -> list[Any]:
    """Cases, or tuples of parameters, that only ``tests/run.py --long`` runs."""
    return [
        pytest.param(*(c if isinstance(c, tuple) else (c,)), marks=pytest.mark.long) for c in cases
    ]
