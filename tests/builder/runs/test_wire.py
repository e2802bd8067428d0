"""What crosses a process boundary arrives as it was."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import BY_NAME, BuildError
from builder.facts import (
    ColumnFacts,
    DataFacts,
    Failure,
    Fix,
    ModelFacts,
    NodeFacts,
    Note,
    Problem,
    Range,
)
from builder.runs.engine_process import wire
from builder.spec import Config, ObjectSpec, Run, TrainingSpec

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner)
    ),
    max_leaves=20,
)


@given(PLAIN)
def test_plain_values_arrive_as_they_were(value: object) -> None:
    assert wire.loads(wire.dumps(value)) == value


def test_every_spec_and_fact_arrives(training: TrainingSpec) -> None:
    node = NodeFacts("dense", "Dense", ((None, 3),), "float32", 8, 8, 32, 12)
    failure = Failure("dense", "Dense", ((None, 28, 28),), "no")
    columns = (
        ColumnFacts(
            *("x", "input", "vector", (1,), "float32", -1.0),
            features=("width",),
            ranges=(Range(0.0, 0.5, 2.0, False),),
        ),
        ColumnFacts("y", "target", "category", (), "int64", classes=("a",), labels="integers"),
    )
    data = DataFacts("t", columns, 8, 2, 100)
    values = [
        training,
        Run("id", training, None, "failed", "why", Config(created=1.5)),
        ModelFacts((node,), failure),
        data,
        Problem("model", "m", "h", (Fix("label", training),), severe=False),
        (Note("here", "message"),),
        {"$odd": ObjectSpec("Adam"), 3: Path("/tmp/x")},
    ]
    for value in values:
        arrived = wire.loads(wire.dumps(value))
        assert arrived == value
        assert type(arrived) is type(value)


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_errors_arrive_with_their_place_and_remedy(name: str) -> None:
    error = wire.loads(wire.dumps(BY_NAME[name]("what", "remedy", "dense_1")))
    assert type(error) is BY_NAME[name]
    assert (error.message, error.hint, error.where) == ("what", "remedy", "dense_1")


@pytest.mark.parametrize(
    "array",
    [
        np.arange(24, dtype="float32").reshape(2, 3, 4)[:, ::2],
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.zeros((0, 3), "uint8"),
        np.array(7, "int64"),
        np.array([True, False]),
        np.array(["a", "bcd"]),
        np.array(["2020-01-01"], "M8[D]"),
        np.array([np.nan, np.inf], ">f8"),
    ],
)
def test_arrays_arrive_with_shape_and_dtype(array: np.ndarray) -> None:
    arrived = wire.loads(bytearray(wire.dumps(("before", array, array, b"after"))))
    for copy in arrived[1:3]:
        assert copy.dtype == array.dtype
        np.testing.assert_array_equal(copy, array)
    assert arrived[3] == b"after"


def test_numbers_that_are_none_arrive() -> None:
    nan, infinity, scalar = wire.loads(wire.dumps([math.nan, -math.inf, np.float32(0.5)]))
    assert math.isnan(nan)
    assert (infinity, scalar) == (-math.inf, 0.5)


@pytest.mark.parametrize("value", [object(), {1, 2}, np.array([object()]), ValueError("x"), len])
def test_what_could_carry_code_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="cannot cross a process boundary"):
        wire.dumps(value)


def test_a_foreign_message_is_refused() -> None:
    with pytest.raises(ValueError, match="not a Layerwise message"):
        wire.loads(b"GET / HTTP/1.1\r\nHost: example.org\r\n")


def test_an_error_with_its_own_fields_keeps_its_class() -> None:
    assert isinstance(wire.loads(wire.dumps({"e": BuildError("x")}))["e"], BuildError)


def test_there_is_no_pickle_in_the_runs() -> None:
    sources = [p.read_text() for p in Path(wire.__file__).parent.glob("*.py")]
    assert sources
    assert not any(
        re.search(r"^\s*(import|from) (pickle|marshal|shelve)", s, re.M) for s in sources
    )
