"""The suggested model of a series: without a problem, printed and read back, told by its size."""

from __future__ import annotations

import pytest

from builder import check, code, parse
from builder.check.training.memory import estimate_memory
from builder.datasets import series_file
from builder.facts import ModelFacts
from builder.suggest import series_dataset, table_model
from builder.tables import table_overview
from tests.zoo import series

each_size = pytest.mark.parametrize("size", series.SALES)


@each_size
def test_it_has_no_problem_and_is_known_again(size):
    training = series.SALES[size]
    assert check.problems(training, series.FACTS, None, 10**10) == ()
    assert table_model.suggested_size(training, series.FACTS) == size
    assert table_model.sizes(series.FACTS)[size].sentence.endswith(".")


@each_size
def test_a_script_that_is_read_back_keeps_the_projects_series(size):
    training = series.SALES[size]
    text = code.script(training, series_file.source(training.dataset.config), "Sales")
    read = parse.parse(text.replace("0.005", "0.02"), "Sales", around=training).training
    assert read is not None
    assert (read.dataset, read.columns) == (training.dataset, training.columns)
    assert read.model == training.model
    assert read.compile["optimizer"].config["learning_rate"] == 0.02


def test_the_estimate_counts_the_series_and_not_its_windows():
    need = estimate_memory(series.SALES["linear"], series.FACTS, ModelFacts())
    assert need.data < 5 * series.FACTS.bytes
    assert need.data < series.FACTS.n_train * series.WINDOW * 3 * 4


TIMES = {
    "months": "\n".join(f"{1990 + i // 12}-{i % 12 + 1:02},{i},{i * i % 7}" for i in range(60)),
    "uneven days": "\n".join(f"2020-01-{1 + i * i % 28:02},{i},{i % 7}" for i in range(60)),
    "names": "\n".join(f"2020-01-{1 + i % 28:02},shop {i % 4},{i * i % 7}" for i in range(60)),
}


@pytest.mark.parametrize(
    ("table", "forecast", "task", "time"),
    [
        ("months", None, "forecasting", "when"),
        ("months", False, "regression", ""),
        ("uneven days", None, "regression", ""),
        ("uneven days", True, "forecasting", "when"),
        ("names", None, "regression", ""),
    ],
)
def test_a_table_in_even_steps_of_time_is_a_series(table, forecast, task, time):
    text = f"when,what,sold.price\n{TIMES[table]}\n".encode()
    seen = table_overview.overview(text, targets=("sold.price",), forecast=forecast)
    assert seen.task is not None
    assert (seen.task.task, seen.task.time) == (task, time)


def test_a_season_sets_window_and_horizon():
    rows = "\n".join(
        f"{1990 + i // 12}-{i % 12 + 1:02},{(i % 12 - 6) ** 2 + i}" for i in range(200)
    )
    seen = table_overview.overview(f"when,sold\n{rows}\n".encode(), targets=("sold",))
    assert seen.task is not None
    assert seen.task.season == 12 and seen.task.strength > 0.8
    spec = series_dataset.series_dataset("0" * 64, "it.csv", seen.profile, seen.task)
    assert spec.config["values"] == {"sold": "number"}
    assert (spec.config["time"], spec.config["window"], spec.config["horizon"]) == ("when", 24, 12)
    assert series_dataset.default_sizes(0, 40) == (10, 4)
