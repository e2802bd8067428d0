"""The traits by which checks explain and repair, held against Keras."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from builder import catalog
from builder.catalog import Entry
from tests.builder.catalog.test_layers import fresh, make, sample
from tests.builder.catalog.test_traits import LAYERS, names, ranks, tried

FREE = [e for e in LAYERS if max(ranks(e)) > 2 and not e.traits.wraps]
WRAPPERS = [e for e in LAYERS if e.traits.wraps]


@pytest.mark.parametrize("row", FREE, ids=names(FREE))
def test_one_row_comes_from_those_that_say_so(row: Entry) -> None:
    made = [tried(row, rank) for rank in ranks(row) if rank > 2]
    assert row.traits.one_row == all(len(layer(values).shape) == 2 for layer, values in made)
    if "keepdims" in row.args or "return_sequences" in row.args:
        more = {name: True for name in ("keepdims", "return_sequences") if name in row.args}
        layer = make(fresh(row, **more))
        assert len(layer(sample(row, ranks(row)[0])).shape) > 2


@pytest.mark.parametrize("row", WRAPPERS, ids=names(WRAPPERS))
def test_a_wrapper_reads_so_many_axes_more_than_its_layer(row: Entry) -> None:
    inner = catalog.entry("layers", row.start["layer"].class_name)
    rank = min(inner.ndim) + row.traits.more_axes
    assert len(make(fresh(row))(np.ones((2, 4, 5, 6)[:rank], "float32")).shape) >= 2
    with pytest.raises(Exception, match=r"."):
        make(fresh(row))(np.ones((2, 4, 5, 6)[: rank - 1], "float32"))


def test_squares_must_divide_the_picture() -> None:
    rows = [e for e in LAYERS if e.traits.divides]
    assert rows
    for row in rows:
        assert row.traits.divides in row.args
        layer = make(fresh(row, **{row.traits.divides: 3}))
        assert layer(np.ones((1, 6, 6, 1), "float32")).shape[0] == 1
        with pytest.raises(Exception, match=r"."):
            layer(np.ones((1, 7, 7, 1), "float32"))


def test_half_a_window_and_one_is_the_least_that_is_read() -> None:
    rows = [e for e in LAYERS if e.traits.half_window]
    assert rows
    for row in rows:
        layer = make(fresh(row, **{row.traits.half_window: 64, "sequence_stride": 16}))
        assert layer(np.ones((1, 33), "float32")).shape[0] == 1
        with pytest.raises(Exception, match=r"."):
            layer(np.ones((1, 32), "float32"))


def test_activations_for_the_output_only_share_out_one_whole() -> None:
    logits = np.array([[0.5, 1.0, -2.0]], "float32")
    for row in catalog.entries("activations"):
        if row.class_name == "sparsemax":
            continue  # what Keras 3.15 calculates for it does not add up to 1
        values = np.asarray(keras.activations.get(row.class_name)(logits))
        sums = {round(float(v.sum()), 4) for v in (values, np.exp(values))}
        assert row.traits.output_only == (1.0 in sums), row.class_name
