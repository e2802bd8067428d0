"""Forecast what follows a series: the next steps with their times, as many as are asked."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from builder import binding
from builder.datasets import _series_columns, series_file
from builder.datasets.registry import find_dataset
from builder.datasets.series_file import OrderedSeries
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

MOST_HORIZON = 1_000
"""Steps of one forecast, at most."""


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


def goes_on(training: TrainingSpec) -> bool:
    """Whether the series it learned from can be continued."""
    return hasattr(find_dataset(training.dataset.class_name), "series_to_continue")


def forecast(
    artefact: str,
    training: TrainingSpec,
    path: str | os.PathLike[str] | None = None,
    steps: int | None = None,
    group: str = "",
    ahead: Sequence[Sequence[float | None]] = (),
) -> dict[str, Any]:
    """What follows a series.

    Args:
        artefact: path of the ``.keras``.
        training: what it was trained on: a series.
        path: a file of the same columns that is to be continued; None: the dataset's own.
        steps: how many; None is one horizon. More are forecast from forecasts.
        group: of several series the name of the one to continue; "" takes the first.
        ahead: what a person says is known in advance, as ``known_ahead`` asks for it; a row a step.

    Returns:
        ``groups``: the names of all series there, none where they are one; ``group``: this one's;
        ``times``: ISO texts of the next steps, or their numbers from 1; ``values``: column → one
        number a step; ``past``: the last steps before in the same form, ``times`` and ``values``
        (NaN in a gap); ``horizon``: steps of one forecast.

    Raises:
        DataError: it did not learn from a series, the file does not fit, ends in a gap, or lacks
            what has to be known in advance.
        FileError: the artefact cannot be read.
    """
    settings, parts = _read_parts(training, path, steps)
    end = read_end(settings, _choose(parts, group))
    count = settings["horizon"] if steps is None else steps
    if len(ahead):
        end = replace(end, ahead=np.asarray(ahead, "float32"))
    answered = _answered(training, settings, count)
    said = _roll(artefact, training, settings, end, count)[:count]
    names = list(settings["values"])
    times, before = _times(end, count)
    past = end.values[-SHOWN:].astype("float64")
    return {
        "groups": [one.name for one in parts if one.name],
        "group": group or parts[0].name,
        "horizon": settings["horizon"],
        "times": times,
        "values": {name: said[:, names.index(name)].tolist() for name in answered},
        "past": {
            "times": before,
            "values": {name: past[:, names.index(name)].tolist() for name in answered},
        },
    }


def forecast_file(
    artefact: str,
    training: TrainingSpec,
    path: str | os.PathLike[str],
    steps: int | None = None,
    group: str = "",
) -> str:
    """``forecast`` as a CSV with a row for each step: its time and ``predicted_NAME``; of several
    series one below the other, each row with its name, unless ``group`` is one of them."""
    found = [forecast(artefact, training, path, steps, group)]
    if not group:
        more = found[0]["groups"][1:]
        found += [forecast(artefact, training, path, steps, name) for name in more]
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    columns = [f"predicted_{name}" for name in found[0]["values"]]
    config = training.dataset.config
    heads = [config["group"]] if config.get("group") else []
    writer.writerow([*heads, config.get("time") or "step", *columns])
    for one in found:
        said = [[f"{value:.7g}" for value in column] for column in one["values"].values()]
        named = [[one["group"]] * len(one["times"])] if heads else []
        writer.writerows(zip(*named, one["times"], *said, strict=True))
    return sheet.getvalue()


def known_ahead(
    training: TrainingSpec,
    path: str | os.PathLike[str] | None = None,
    steps: int | None = None,
    group: str = "",
) -> dict[str, Any]:
    """What has to be known in advance to forecast, as far as it is.

    Args:
        path, steps, group: as ``forecast`` has them.

    Returns:
        ``groups``: the names of all series there, none where they are one; ``columns``: names,
        none where the model needs none; ``times`` of the steps as ``forecast``
        gives them; ``rows``: for each step the values, None for what is not known.

    Raises:
        DataError: as ``forecast``.
    """
    settings, parts = _read_parts(training, path, steps)
    end, horizon = read_end(settings, _choose(parts, group)), settings["horizon"]
    count = -(-(horizon if steps is None else steps) // horizon) * horizon
    known = np.full((count, len(settings["known"])), np.nan)
    there = end.ahead[:count]
    known[: len(there)] = there
    rows = [[None if v != v else v for v in row] for row in known.tolist()]
    return {
        "groups": [one.name for one in parts if one.name],
        "columns": list(settings["known"]),
        "times": _times(end, count)[0],
        "rows": rows,
    }


def _read_parts(
    training: TrainingSpec, path: str | os.PathLike[str] | None, steps: int | None
) -> tuple[Mapping[str, Any], list[OrderedSeries]]:
    """The settings of the series, and all there are.

    Raises:
        DataError: it learned from no series, or so many steps cannot be asked for.
    """
    if not goes_on(training):
        raise DataError(
            "This model did not learn from a series, so it cannot continue one.",
            "Choose a run that was trained on a series.",
            "dataset",
        )
    if steps is not None and not 1 <= steps <= MOST:
        raise DataError(f"{steps} steps cannot be forecast.", f"Ask for 1 to {MOST:,}.")
    module = find_dataset(training.dataset.class_name)
    ahead = (steps or 0) + MOST_HORIZON
    found: tuple[Mapping[str, Any], list[OrderedSeries]] = module.series_to_continue(
        training.dataset.config, ahead, None if path is None else Path(path)
    )
    return found


def _choose(parts: list[OrderedSeries], group: str) -> OrderedSeries:
    """The series of that name; DataError if there is none."""
    one = next((p for p in parts if p.name == group or not group), None)
    if one is None:
        names = ", ".join(p.name for p in parts[:20])
        raise DataError(f"There is no series '{group}'.", f"There are {names}.", "group")
    return one


def read_end(settings: Mapping[str, Any], one: OrderedSeries) -> SeriesEnd:
    """The series up to the last step at which every value to forecast is there.

    Raises:
        DataError: its times follow no even clock.
    """
    values, times = one.values, one.times
    many = len(settings["values"])
    there = np.flatnonzero(~np.isnan(values[:, :many]).any(axis=1))
    last = int(there[-1]) + 1 if len(there) else 0
    until = replace(one, values=values[:last], times=None if times is None else times[:last])
    series, _ = series_file.put_on_clock(until, settings)
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
    window, horizon, delay = settings["window"], settings["horizon"], settings.get("delay", 0)
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
