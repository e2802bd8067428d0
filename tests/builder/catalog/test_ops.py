"""The operations' table against the installed Keras: names, arguments, defaults, and they work."""

from __future__ import annotations

import inspect
import os
from functools import reduce
from typing import Any

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras

from builder import catalog
from builder.catalog import Entry
from builder.spec import Config, freeze
from tests.builder.catalog.test_catalog import _check

OPS = catalog.operations()


def function(row: Entry) -> Any:
    return reduce(getattr, row.class_name.split("."), keras)


def test_there_are_enough_and_each_once() -> None:
    assert len({e.class_name for e in OPS}) == len(OPS) >= 60
    assert all(catalog.find("layers", e.class_name) is e for e in OPS)
    assert not set(OPS) & set(catalog.entries("layers"))


@pytest.mark.parametrize("row", OPS, ids=lambda e: e.class_name)
def test_arguments_and_defaults_are_keras_own(row: Entry) -> None:
    theirs = inspect.signature(function(row)).parameters
    named = {k: p for k, p in theirs.items() if p.kind is not p.VAR_KEYWORD}
    assert set(row.extra["tensors"]) <= set(named)
    others = [k for k in named if k not in row.extra["tensors"]]
    assert [k for k in row.args if k not in row.extra["tensors"]] == others
    for name in others:
        default = named[name].default
        assert row.args[name] == (catalog.REQUIRED if default is inspect._empty else default)


@pytest.mark.parametrize("row", OPS, ids=lambda e: e.class_name)
def test_every_argument_can_be_asked_for(row: Entry) -> None:
    assert row.summary.endswith(".") and row.url.startswith("https://keras.io/api/ops/")
    for name in row.args:
        _check(row, name)
    made = catalog.new("layers", row.class_name)
    assert set(row.required) <= set(made.config)
    assert catalog.minimal("layers", made) == made


def test_wires_fill_the_tensors_the_config_does_not_name() -> None:
    bind = catalog.ops.bind
    assert bind("ops.subtract", Config(x1=1), ("t",)) == ((), {"x1": 1, "x2": "t"})
    assert bind("ops.subtract", Config(x2=1), ("t",)) == (("t",), {"x2": 1})
    assert bind("ops.concatenate", Config(axis=-1), ("a", "b")) == ((["a", "b"],), {"axis": -1})
    assert bind("ops.einsum", Config(subscripts="ij,jk"), ("a", "b")) == (("ij,jk", "a", "b"), {})
    assert bind("ops.reshape", Config(newshape=(4, 7)), ("a",)) == (
        ("a",),
        {"newshape": freeze((4, 7))},
    )
    with pytest.raises(ValueError, match=r"it reads 1 tensor, but takes 2 \(x1, x2\)"):
        bind("ops.matmul", Config(), ("a",))
