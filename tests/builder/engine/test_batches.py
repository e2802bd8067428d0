"""Batches by place: the rows asked for, whatever lies side by side, and windows over a series."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from builder.engine.build.backend import keras
from builder.engine.training.batch_order import BatchOrder
from builder.engine.training.batches import ALL, Batches
from builder.engine.training.loop import Loop, Plan
from builder.engine.training.reporting import NullSink, Reporter
from builder.engine.training.snapshot import Snapshots
from builder.kinds._windows import Windows, aligned

RNG = np.random.default_rng(0)
DATA = (
    {
        "words": RNG.choice(np.array(["a", "b"]), (40, 2)).astype(object),
        "codes": RNG.integers(0, 9, (40, 1)),
        "numbers": RNG.normal(size=(40, 3)).astype("float32"),
        "boxes": RNG.normal(size=(40, 2, 2, 1)).astype("float32"),
        "picture": RNG.normal(size=(40, 20, 20)).astype("float32"),
        "scalars": RNG.normal(size=40),
    },
    RNG.integers(0, 9, 40),
)


@pytest.mark.parametrize("ties", [(ALL,) * 7, (0, 1, 2, 3, 4, 5, 6), (0, 0, 1, 1, 0, 2, 3)])
@pytest.mark.parametrize("width", [4, None])
def test_a_batch_is_the_rows_asked_for(ties: tuple[int, ...], width: int | None) -> None:
    batches = Batches(DATA, ties)
    assert len(batches.tensors) < 7, "some lie side by side"
    run = tf.function(batches.gather, autograph=False)
    rows = np.array([7, 0, 39, 7], "int32")
    given = tf.constant(rows) if width else tf.Variable(rows, shape=[None])
    found, expected = run(batches.tensors, given), keras.tree.map_structure(lambda a: a[rows], DATA)
    keras.tree.assert_same_structure(found, expected)
    for name, values in expected[0].items():
        got = found[0][name].numpy()
        assert got.shape == values.shape
        assert np.array_equal(got.astype(str) if got.dtype == object else got,
                              values.astype(str) if got.dtype == object
                              else values.astype(got.dtype)), name  # fmt: skip
    np.testing.assert_array_equal(found[1], expected[1])


SERIES = RNG.normal(size=(60, 2)).astype("float32")


@pytest.mark.parametrize("windows", [
    Windows(SERIES, 5, 56),
    Windows(SERIES, 5, 20, first=3, stride=2),
    Windows(SERIES, 4, 12, first=1, stride=3, rate=5),
    Windows(SERIES, 5, 56)[10:40:3],
    Windows(SERIES[:, 0], 7, 10),
])  # fmt: skip
def test_windows_are_gathered_as_they_would_lie_there(windows: Windows) -> None:
    laid = np.stack([
        windows.values[start : start + windows.length * windows.rate : windows.rate]
        for start in windows.first + np.arange(len(windows)) * windows.stride
    ])  # fmt: skip
    np.testing.assert_array_equal(np.asarray(windows), laid)
    batches = Batches((windows, np.arange(len(windows))), (0, 1))
    found, places = batches.gather(batches.tensors, tf.constant([2, 0, 9]))
    np.testing.assert_array_equal(found, laid[[2, 0, 9]])
    np.testing.assert_array_equal(places, [2, 0, 9])


def test_windows_over_one_series_share_it_and_end_within_it() -> None:
    past, future = Windows(SERIES, 5, 50), Windows(SERIES, 2, 50, first=5)
    batches = Batches((past, future), (0, 1))
    assert batches.tensors[0] is batches.tensors[1]
    with pytest.raises(ValueError, match="The last window ends at 60, the series at 60"):
        Windows(SERIES, 5, 57)


def test_windows_stand_where_an_array_could() -> None:
    for windows in (Windows(SERIES, 5, 20, 3, 2), Windows.at(SERIES, np.array([0, 4, 5, 9]), 6, 1)):
        laid = np.asarray(windows)
        assert (windows.shape, windows.ndim, windows.dtype) == (laid.shape, laid.ndim, laid.dtype)
        assert len(windows) == len(laid)
        np.testing.assert_array_equal(windows[[2, 0]], laid[[2, 0]])
        np.testing.assert_array_equal(windows[-1], laid[-1])
        np.testing.assert_array_equal(np.asarray(windows[1:3]), laid[1:3])
        np.testing.assert_array_equal(windows[1:].astype("float64"), laid[1:])
        np.testing.assert_array_equal(list(windows), laid)


def test_windows_are_read_where_their_series_lies() -> None:
    values = aligned(SERIES)
    windows = Windows.at(values, np.array([0, 1, 5, 30]), 5, channels=1)
    batches = Batches((windows, np.arange(4)), (0, 1))
    values[30:35, 1] = 7.0
    found, _ = batches.gather(batches.tensors, tf.constant([3, 1]))
    np.testing.assert_array_equal(found, [np.full(5, 7.0), values[1:6, 1]])
    assert not np.shares_memory(values, SERIES)


def test_training_on_windows_gives_the_numbers_of_training_on_them_laid_out(tmp_path: Any) -> None:
    targets, kept = SERIES[5:, 0], []
    for x in (Windows(SERIES, 5, 55), np.asarray(Windows(SERIES, 5, 55))):
        keras.utils.set_random_seed(1)
        layers = [keras.Input((5, 2)), keras.layers.Flatten(), keras.layers.Dense(1)]
        model = keras.Sequential(layers)
        model.compile("adam", "mse")
        plan = Plan((x, targets), (x[40:], targets[40:]), BatchOrder(55, 8, True, 0), 2)
        folder = Path(tmp_path, type(x).__name__)
        folder.mkdir()
        reporter = Reporter(NullSink(), lambda: None)
        assert Loop(model, plan, [], reporter, Snapshots(folder, model, [])).run() == "finished"
        kept.append((reporter.history, [w.tobytes() for w in model.get_weights()]))
    assert kept[0] == kept[1]
