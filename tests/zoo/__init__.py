"""Good specs of every kind, which every law runs over; the broken ones are in ``broken``."""

from __future__ import annotations

from collections.abc import Mapping

from builder.spec import ModelSpec
from tests.zoo.data import DATA, facts
from tests.zoo.graphs import GRAPHS, MULTI, NESTED, RESIDUAL, SEVERAL, SHARED, STATE
from tests.zoo.make import brief, dense, given, layer, training
from tests.zoo.restless import RESTLESS
from tests.zoo.stacks import CNN, DIGITS, NESTED_CHOICES, OFFLINE, STACKS, TUTORIAL

MODELS: Mapping[str, ModelSpec] = {name: t.model for name, t in STACKS.items()} | GRAPHS
"""Every model Keras can build."""

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
