"""Back-test: what a model would have forecast over the test part, beside what came."""

from __future__ import annotations

from typing import Any

import numpy as np

from builder import binding
from builder.datasets import series_file
from builder.datasets.contract import resolve_settings
from builder.engine.data import column_arrays
from builder.engine.data.loading import load
from builder.engine.data.naive_forecasts import NAIVE, is_forecast, season_of
from builder.engine.data.prepare import Prepared
from builder.engine.forecasting.forecast import is_series, write_times
from builder.engine.inference import confidence, predict_rows
from builder.errors import DataError
from builder.spec import TrainingSpec

DRAWN = 2_000
"""Windows, at most, whose forecasts are handed out: evenly spaced over the test part."""


def back_test(artefact: str, training: TrainingSpec) -> list[dict[str, Any]]:
    """The forecasts of the test part beside the truth.

    Args:
        artefact: path of the ``.keras``.
        training: what it was trained on: a series.

    Returns:
        For each output its ``column``; ``groups``: the series that each window is of, where there
        are several; ``times``: (n, horizon) ISO texts, or places in the series
        where there is no clock; ``true`` and ``said``: (n, horizon); ``mae``: by step of the
        horizon; and ``naive``: name → its own ``mae`` by step over the same windows. At most
        ``DRAWN`` windows, of ``of``.

    Raises:
        DataError: the model does not forecast a series, or does not fit.
        FileError: the artefact cannot be read.
    """
    data = load(training.dataset)
    targets = [data.column(name) for name in binding.output_columns(training).values()]
    if not all(map(is_forecast, targets)):
        raise DataError(
            "This model does not forecast a series.",
            "Choose a run that was trained on one.",
            "dataset",
        )
    count = data.facts.n_test
    rows = np.unique(np.linspace(0, count - 1, min(count, DRAWN)).astype(int))
    read = {n: data.column(n).test[rows] for n in binding.read_columns(training)}
    said = predict_rows.predict_rows(artefact, column_arrays.bind_inputs(training, read))
    answers = list(said.values()) if isinstance(said, dict) else [said]
    times, groups = _step_times(training)
    test: Any = targets[0].test
    ofs = [] if groups is None else groups[test.places(rows)[:, 0]].tolist()
    return [
        _compare(target, rows, confidence.refuse_nan(np.asarray(answer, "float64")), times)
        | {"groups": ofs}
        for target, answer in zip(targets, answers, strict=True)
    ]


def _compare(target: Prepared, rows: Any, said: Any, times: Any) -> dict[str, Any]:
    true, windows = target.test[rows].astype("float64"), target.test
    if said.shape != true.shape:
        raise DataError(
            f"The model gives {said.shape[1:]} numbers an example, the horizon has"
            f" {true.shape[1]} steps.",
            "End the model with a Dense layer of as many units.",
            "model",
        )
    places: Any = windows.places(rows)  # type: ignore[attr-defined]
    naive = {
        name: np.abs(forecast(target, rows) - true).mean(axis=0).tolist()
        for name, (_, forecast) in list(NAIVE.items())[: 2 if season_of(target) else 1]
    }
    return {
        "column": target.facts.name,
        "times": places.tolist() if times is None else [write_times(times[p]) for p in places],
        "true": true,
        "said": said,
        "mae": np.abs(said - true).mean(axis=0).tolist(),
        "naive": naive,
        "of": len(windows),
    }


def _step_times(training: TrainingSpec) -> tuple[Any, Any]:
    """When each step of the dataset's series is, None where it has no clock; and which of several
    series it is of, None where there is one."""
    if not is_series(training):
        return None, None
    settings = resolve_settings(series_file.ENTRY, training.dataset.config)
    parts = series_file.read_series(settings, series_file.column_names(settings))
    steps = [len(series_file.put_on_clock(one, settings)[0]) for one in parts]
    groups = np.repeat([one.name for one in parts], steps) if settings["group"] else None
    if parts[0].times is None:
        return None, groups
    laid = [
        series_file.step_times(one.times, settings["gaps"], count)
        for one, count in zip(parts, steps, strict=True)
    ]
    return np.concatenate(laid), groups
