"""Good specs of every kind, which every law runs over; the broken ones are in ``broken``."""

from __future__ import annotations

from collections.abc import Mapping

from builder.spec import ModelSpec
from tests.zoo.data import DATA, facts
from tests.zoo.graphs import GRAPHS, MULTI, NESTED, RESIDUAL, SHARED, STATE
from tests.zoo.graphs import SEVERAL as _SEVERAL
from tests.zoo.make import brief, dense, given, layer, training
from tests.zoo.restless import RESTLESS
from tests.zoo.series import SALES
from tests.zoo.stacks import CNN, DIGITS, NESTED_CHOICES, OFFLINE, STACKS, TUTORIAL

MODELS: Mapping[str, ModelSpec] = {name: t.model for name, t in STACKS.items()} | GRAPHS
"""Every model Keras can build."""

SEVERAL: Mapping[str, ModelSpec] = {
    **_SEVERAL,
    "series": SALES["small"].model,
    "long_series": SALES["large"].model,
}
"""Graphs of everything the Functional API can say, and the models suggested for a series."""

__all__ = [
    "CNN",
    "DATA",
    "DIGITS",
    "GRAPHS",
    "MODELS",
    "MULTI",
    "NESTED",
    "NESTED_CHOICES",
    "OFFLINE",
    "RESIDUAL",
    "RESTLESS",
    "SEVERAL",
    "SHARED",
    "STACKS",
    "STATE",
    "TUTORIAL",
    "brief",
    "dense",
    "facts",
    "given",
    "layer",
    "training",
]
