"""A person's own series on the Data, Evaluate and Predict pages: seen, chosen, continued."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from builder.runs.disk import data_files, projects
from builder.runs.scheduler import jobs, worker_pool
from builder.runs.store import database

Visit = Callable[..., AppTest]


def cells() -> str:
    """Ten years of months with a season of twelve, as pasted from a spreadsheet."""
    rng = np.random.default_rng(0)
    lines = ["month\tholidays\tsold"]
    for i in range(120):
        sold = 100 + i + 20 * np.sin(i * np.pi / 6) + rng.normal(0, 2)
        lines.append(f"{2014 + i // 12}-{i % 12 + 1:02}-01\t{i % 3}\t{sold:.1f}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def pasted(visit: Visit) -> AppTest:
    app = visit("data")
    app.text_area(key="pasted-cells").set_value(cells()).run()
    app.button(key="cells-use").click().run()
    assert not app.exception and not app.error, [e.value for e in app.error]
    return app


def project():
    return projects.list_projects("local")[0]


def said(app: AppTest) -> str:
    return " ".join(str(part.value) for part in (*app.markdown, *app.caption, *app.error))


def test_dates_in_even_steps_are_taken_as_a_series(pasted: AppTest) -> None:
    dataset = project().training.dataset
    assert dataset.class_name == "SeriesFile"
    assert (dataset.config["window"], dataset.config["horizon"]) == (24, 12)
    assert "After 12 steps it is much the same again" in said(pasted)
    assert pasted.selectbox(key="series-time").value == "month"


def test_columns_are_chosen_and_the_suggested_model_follows(pasted: AppTest) -> None:
    assert pasted.multiselect(key="series-others").value == ["holidays"]
    pasted.multiselect(key="series-known").set_value(["holidays"]).run()
    training = project().training
    assert dict(training.dataset.config["known"]) == {"holidays": "number"}
    assert training.columns["ahead"] == "ahead", "the model has an Input for what is known"
    pasted.button(key="table-model-linear").click().run()
    assert len(project().training.model.nodes) < len(training.model.nodes)
    assert not pasted.exception and not pasted.error


def test_a_series_becomes_a_table_and_back(pasted: AppTest) -> None:
    pasted.button(key="series-as-table").click().run()
    assert project().training.dataset.class_name == "TableFile"
    pasted.button(key="table-as-series").click().run()
    assert project().training.dataset.class_name == "SeriesFile"
    assert not pasted.exception and not pasted.error


@pytest.fixture
def _tidy() -> Iterator[None]:
    yield
    worker_pool.close()
    database.close()


def test_what_follows_is_forecast_and_tested(pasted: AppTest, visit: Visit, _tidy: None) -> None:
    pasted.multiselect(key="series-others").set_value([]).run()
    token, training = project().token, project().training.with_fit(epochs=30)
    run = jobs.start(training, project=token, owner="local")
    end = time.monotonic() + 120
    while jobs.get(run.id).status in ("queued", "running") and time.monotonic() < end:
        time.sleep(0.2)
    app = visit("predict", p=token)
    assert not app.exception and not app.error, [e.value for e in app.error]
    table = " ".join(h.value for h in app.get("html"))
    assert "2024-01-01" in table and "2024-12-01" in table, "the clock goes on, month by month"
    app.number_input(key=f"forecast-steps-{run.id}").set_value(15).run()
    assert "2025-03-01" in " ".join(h.value for h in app.get("html"))
    assert len(app.get("html")) and not app.get("arrow_data_frame"), "nothing is to be filled in"
    app = visit("evaluate", p=token)
    assert not app.exception and not app.error, [e.value for e in app.error]
    assert "Mean absolute error by step" in " ".join(h.value for h in app.get("html"))
    app.slider(key=f"back-test-step-{run.id}-sold").set_value(12).run()
    assert not app.exception and not app.error


def test_what_is_known_in_advance_is_asked_for_as_a_table(
    pasted: AppTest, visit: Visit, _tidy: None
) -> None:
    pasted.multiselect(key="series-known").set_value(["holidays"]).run()
    token, training = project().token, project().training.with_fit(epochs=1)
    run = jobs.start(training, project=token, owner="local")
    end = time.monotonic() + 120
    while jobs.get(run.id).status in ("queued", "running") and time.monotonic() < end:
        time.sleep(0.2)
    app = visit("predict", p=token)
    assert not app.exception and not app.error, [e.value for e in app.error]
    assert "of the next 12 steps is known in advance: fill it in" in said(app)
    assert any("when every cell is filled" in str(i.value) for i in app.info)


def test_a_series_of_two_clocks_is_taken_row_by_row_and_it_is_said(visit: Visit) -> None:
    days = [f"2024-01-{d:02}" for d in range(1, 29)] + [f"2024-{m:02}-01" for m in range(3, 13)]
    rows = "\n".join(f"{day}\t{i * 7 % 50}" for i, day in enumerate(days))
    app = visit("data")
    app.text_area(key="pasted-cells").set_value(f"day\tsold\n{rows}\n").run()
    app.button(key="cells-use").click().run()
    assert not app.exception and not app.error, [e.value for e in app.error]
    assert project().training.dataset.class_name == "TableFile"
    assert data_files.files_of(project().training)
