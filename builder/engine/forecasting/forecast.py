"""Forecast what follows a series: the next steps with their times, as many as are asked."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from builder import binding
from builder.datasets import _series_columns, series_file
from builder.datasets.contract import resolve_settings
from builder.engine.data import column_arrays
from builder.engine.inference import confidence, predict_rows
from builder.errors import DataError
from builder.formatting import plural
from builder.kinds.contract import Array
from builder.spec import TrainingSpec

SHOWN = 500
"""Steps of the past that are handed out beside a forecast."""

MOST = 10_000
"""Steps ahead, at most."""


@dataclass(frozen=True, slots=True, eq=False)
class SeriesEnd:
    """A series up to the step from which it is to go on.

    Args:
        values: on its clock, float32 (steps, columns), the values to forecast first.
        times: of the steps, datetime64[us]; None where rows follow each other evenly.
        ahead: of the columns known in advance what is known, (steps, known columns).
    """

    values: Array
    times: Any
    ahead: Array


def is_series(training: TrainingSpec) -> bool:
    """Whether it learned from a person's series."""
    return training.dataset.class_name == series_file.ENTRY.class_name


def forecast(
    artefact: str,
    training: TrainingSpec,
    path: str | os.PathLike[str] | None = None,
    steps: int | None = None,
) -> dict[str, Any]:
    """What follows a series.

    Args:
        artefact: path of the ``.keras``.
        training: what it was trained on: a ``SeriesFile``.
        path: a file of the same columns that is to be continued; None: the dataset's own.
        steps: how many; None is one horizon. More are forecast from forecasts.

    Returns:
        ``times``: ISO texts of the next steps, or their numbers from 1; ``values``: column → one
        number a step; ``past``: the last steps before in the same form, ``times`` and ``values``
        (NaN in a gap); ``horizon``: steps of one forecast.

    Raises:
        DataError: it did not learn from a series, the file does not fit, ends in a gap, or lacks
            what has to be known in advance.
        FileError: the artefact cannot be read.
    """
    if not is_series(training):
        raise DataError(
            "This model did not learn from a series of your own, so it cannot continue one.",
            "Choose a run that was trained on a series of your own.",
            "dataset",
        )
    settings = resolve_settings(series_file.ENTRY, training.dataset.config)
    end = read_end(settings, path)
    count = settings["horizon"] if steps is None else steps
    if not 1 <= count <= MOST:
        raise DataError(f"{count} steps cannot be forecast.", f"Ask for 1 to {MOST:,}.")
    answered = _answered(training, settings, count)
    said = _roll(artefact, training, settings, end, count)[:count]
    names = list(settings["values"])
    times, before = _times(end, count)
    past = end.values[-SHOWN:].astype("float64")
    return {
        "horizon": settings["horizon"],
        "times": times,
        "values": {name: said[:, names.index(name)].tolist() for name in answered},
        "past": {
            "times": before,
            "values": {name: past[:, names.index(name)].tolist() for name in answered},
        },
    }


def forecast_file(
    artefact: str, training: TrainingSpec, path: str | os.PathLike[str], steps: int | None = None
) -> str:
    """``forecast`` as a CSV with a row for each step: its time and ``predicted_NAME``."""
    found = forecast(artefact, training, path, steps)
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    columns = [f"predicted_{name}" for name in found["values"]]
    writer.writerow([training.dataset.config.get("time") or "step", *columns])
    said = [[f"{value:.7g}" for value in column] for column in found["values"].values()]
    writer.writerows(zip(found["times"], *said, strict=True))
    return sheet.getvalue()


def read_end(settings: Mapping[str, Any], path: str | os.PathLike[str] | None) -> SeriesEnd:
    """The series of a file up to the last step at which every value to forecast is there.

    Raises:
        DataError: the file does not fit, or is shorter than a window.
    """
    names = series_file.column_names(settings)
    given = None if path is None else Path(path)
    values, times, _ = series_file.read_series(settings, names, given)
    many = len(settings["values"])
    there = np.flatnonzero(~np.isnan(values[:, :many]).any(axis=1))
    last = int(there[-1]) + 1 if len(there) else 0
    series, _ = series_file.put_on_clock(
        values[:last], None if times is None else times[:last], settings
    )
    if times is not None:
        times = series_file.step_times(times[:last], settings["gaps"], len(series))
    known = slice(many, many + len(settings["known"]))
    return SeriesEnd(series, times, values[last:, known].astype("float32"))


def _answered(training: TrainingSpec, settings: Mapping[str, Any], count: int) -> list[str]:
    """The columns that the model answers.

    Raises:
        DataError: more than a horizon is asked of a model that then lacks what it reads.
    """
    answered = list(binding.output_columns(training).values())
    if count > settings["horizon"]:
        unknown = [n for n in settings["values"] if n not in answered] + list(settings["others"])
        if unknown:
            raise DataError(
                f"More than {plural(settings['horizon'], 'step')} cannot be forecast: the model"
                f" reads the past of '{unknown[0]}', which nobody forecasts.",
                "Ask for fewer steps, or train with a longer horizon.",
            )
    return answered


def _roll(
    artefact: str, training: TrainingSpec, settings: Mapping[str, Any], end: SeriesEnd, count: int
) -> Array:
    """Horizon after horizon, (at least count steps, values); NaN for what is not answered."""
    window, horizon, delay = (settings[key] for key in ("window", "horizon", "delay"))
    series, many = end.values, len(settings["values"])
    answered = list(binding.output_columns(training).values())
    parts = []
    for done in range(0, count, horizon):
        past = series[: len(series) - delay][-window:]
        if len(past) < window or np.isnan(past).any():
            raise DataError(
                f"The last {plural(window + delay, 'step')} before the forecast are not all there.",
                "Give a file whose end has no gap, or train with gaps filled.",
                "file",
            )
        columns = {_series_columns.PAST: past[None]}
        ahead = end.ahead[done : done + horizon]
        if settings["known"]:
            _require_known(ahead, settings)
            columns[_series_columns.AHEAD] = ahead[None]
        read = {name: columns[name] for name in binding.read_columns(training)}
        said = predict_rows.predict_rows(artefact, column_arrays.bind_inputs(training, read))
        answers = list(said.values()) if isinstance(said, dict) else [said]
        block = np.full((horizon, series.shape[1]), np.nan, "float32")
        for name, answer in zip(answered, answers, strict=True):
            block[:, list(settings["values"]).index(name)] = confidence.refuse_nan(answer)[0]
        block[:, many : many + ahead.shape[1]] = ahead if settings["known"] else np.nan
        series = np.concatenate([series, block])
        parts.append(block[:, :many])
    return np.concatenate(parts)


def _require_known(ahead: Array, settings: Mapping[str, Any]) -> None:
    if len(ahead) < settings["horizon"] or np.isnan(ahead).any():
        names = ", ".join(settings["known"])
        raise DataError(
            f"What is known in advance ({names}) is missing for the steps to forecast.",
            "Add rows with their times and these columns behind the end of the series, the values"
            " to forecast left empty.",
            "file",
        )


def _times(end: SeriesEnd, count: int) -> tuple[list[Any], list[Any]]:
    """Of the next steps and of the past ones that are shown; numbers where there is no clock."""
    if end.times is None:
        return list(range(1, count + 1)), list(range(1 - min(SHOWN, len(end.values)), 1))
    there = end.times[~np.isnat(end.times)]
    return write_times(series_file.next_times(there, count)), write_times(end.times[-SHOWN:])


def write_times(times: Array) -> list[str]:
    """ISO texts, as short as all of them allow; "" for a gap."""
    there = times[~np.isnat(times)]
    unit = next(u for u in ("D", "m", "s", "us") if (there == there.astype(f"M8[{u}]")).all())
    texts = times.astype(f"M8[{unit}]").astype(str).tolist()
    return ["" if text == "NaT" else text for text in texts]
