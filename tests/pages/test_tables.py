"""A person's own table on the Data and Predict pages: seen, chosen, a model that follows, used."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from builder import binding, parse
from builder.runs.disk import data_files, projects
from builder.runs.scheduler import jobs, worker_pool
from builder.runs.store import database
from builder.spec import ObjectSpec
from pages.widgets.shared import example_row
from tests.zoo import tables

Visit = Callable[..., AppTest]


@pytest.fixture
def project(workspace) -> str:
    """The guests as a project that was saved: its token."""
    data_files.keep(tables.NAME, tables.text().encode())
    return projects.create("local", "Guests", tables.GUESTS).token


def saved(token: str):
    return projects.load(token).training


def said(app: AppTest) -> str:
    return " ".join(str(part.value) for part in (*app.markdown, *app.caption, *app.error))


def test_pasted_cells_become_a_project_with_a_model_for_them(visit: Visit) -> None:
    app = visit("data")
    cells = tables.text().replace(",", "\t")
    app.text_area(key="pasted-cells").set_value(cells).run()
    app.button(key="cells-use").click().run()
    assert not app.exception and not app.error, [e.value for e in app.error]
    training = projects.list_projects("local")[0].training
    assert dict(training.dataset.config["targets"]) == {"came": "category"}
    assert set(binding.read_columns(training)) == {
        "age", "paid", "town", "street", "smokes", "day"
    }  # fmt: skip
    assert app.multiselect(key="table-targets").value == ["came"]
    assert "240 rows, 7 columns" in said(app)


CODE = """
import pandas as pd, keras
guests = pd.read_csv("guests.csv")
X, y = guests[["age", "paid"]], guests["came"]
net = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
net.compile("adam", "binary_crossentropy")
net.fit(X, y, epochs=2)
"""


def test_cells_that_pasted_code_awaits_are_bound_to_its_model(visit: Visit) -> None:
    read = parse.parse(CODE).training
    assert read is not None
    token = projects.create("local", "Guests", read).token
    app = visit("data", p=token)
    assert "The data of this code are not here (guests.csv)" in said(app)
    app.text_area(key="pasted-cells").set_value(tables.text().replace(",", "\t")).run()
    app.button(key="cells-use").click().run()
    assert not app.exception and not app.error, [e.value for e in app.error]
    training = saved(token)
    assert training.dataset.class_name == "TableFile"
    assert binding.read_columns(training) == ("age", "paid")
    assert [n.name for n in training.model.nodes][-1] == "dense"
    assert any("Missing numbers become" in str(i.value) for i in app.info)


def test_a_suggested_model_follows_what_is_chosen(visit: Visit, project: str) -> None:
    app = visit("data", p=project)
    app.button(key="table-model-small").click().run()
    app.selectbox(key="table-kind-street").set_value("").run()
    training = saved(project)
    assert "street" not in training.dataset.config["inputs"]
    assert "street" not in {n.name for n in training.model.nodes}
    app.multiselect(key="table-targets").set_value(["paid"]).run()
    training = saved(project)
    assert dict(training.dataset.config["targets"]) == {"paid": "number"}
    assert training.compile["loss"] == ObjectSpec("MeanSquaredError")
    assert "came" in training.dataset.config["inputs"]
    app.button(key="table-model-linear").click().run()
    assert len(saved(project).model.nodes) < len(training.model.nodes)
    assert not app.exception and not app.error


def test_a_model_of_ones_own_stays(visit: Visit, project: str) -> None:
    before = saved(project).model
    app = visit("data", p=project)
    assert "your own" in said(app), "the zoo's model was suggested for other facts"
    app.selectbox(key="table-kind-day").set_value("").run()
    assert saved(project).model == before
    assert "day" not in saved(project).dataset.config["inputs"]


def test_a_warning_has_a_button_that_mends_it(visit: Visit, workspace) -> None:
    text = tables.text().splitlines()
    rows = [f"{row},{'yes' if row.endswith('again') else 'no'}" for row in text[1:]]
    data = "\n".join([f"{text[0]},is_back", *rows]) + "\n"
    data_files.keep(tables.NAME, data.encode())
    file = hashlib.sha256(data.encode()).hexdigest()
    inputs = {**tables.DATASET.config["inputs"], "is_back": "yes_no"}
    dataset = tables.DATASET.with_(file=file, inputs=inputs)
    token = projects.create("local", "Guests", replace(tables.GUESTS, dataset=dataset)).token
    app = visit("data", p=token)
    (fix,) = [b for b in app.button if str(b.label).startswith("Leave out is_back")]
    fix.click().run()
    assert "is_back" not in saved(token).dataset.config["inputs"]


def test_odd_rows_and_values_have_a_button(visit: Visit, workspace) -> None:
    head, *rows = tables.text().splitlines()
    rows = [
        ",".join(["-999", *row.split(",")[1:]]) if i % 20 == 0 else row
        for i, row in enumerate(rows)
    ]
    data = "\n".join([head, *rows, *rows[:15], rows[0][:-5] + "rare"]) + "\n"
    file = data_files.keep(tables.NAME, data.encode())
    dataset = tables.DATASET.with_(file=file)
    token = projects.create("local", "Guests", replace(tables.GUESTS, dataset=dataset)).token
    app = visit("data", p=token)

    def click(words: str) -> None:
        (fix,) = [b for b in app.button if str(b.label).startswith(words)]
        fix.click().run()
        assert not app.exception and not app.error, [e.value for e in app.error]
        assert not [b for b in app.button if str(b.label).startswith(words)], "it is done"

    click("Take each row only once")
    click("Leave out classes with fewer than 10")
    click("Count -999 as missing")
    config = saved(token).dataset.config
    assert config["unique"] is True and config["fewest"] == 10
    assert [tuple(pair) for pair in config["format"]["missing"]] == [("age", "-999")]


def test_a_missing_file_is_told_and_nothing_is_lost(visit: Visit) -> None:
    token = projects.create("local", "Guests", tables.GUESTS).token
    app = visit("data", p=token)
    assert "guests.csv is not in this workspace" in said(app)
    assert saved(token) == tables.GUESTS


@pytest.fixture
def _tidy() -> Iterator[None]:
    yield
    worker_pool.close()
    database.close()


def test_a_guest_is_typed_in_and_answered(visit: Visit, project: str, _tidy: None) -> None:
    run = jobs.start(saved(project), project=project, owner="local")
    end = time.monotonic() + 120
    while jobs.get(run.id).status in ("queued", "running") and time.monotonic() < end:
        time.sleep(0.2)
    app = visit("predict", p=project)
    assert not app.error, [e.value for e in app.error]
    key = f"predict-{run.id}"
    assert app.selectbox(key=f"{key}-town-town").options == ["Bonn", "Köln", "Ulm"]
    before = [h.value for h in app.get("html")]
    app.selectbox(key=f"{key}-town-town").set_value("Ulm").run()
    app.text_input(key=f"{key}-day-day").set_value("2022-06-01").run()
    assert [h.value for h in app.get("html")] != before
    app.text_input(key=f"{key}-day-day").set_value("someday").run()
    assert "'day' cannot be" in " ".join(str(e.value) for e in app.error)
    row = {"town": ["Ulm"], "age": [93], "smokes": [None], "day": ["2022-07-01"]}
    app.session_state["kept:example-row"] = example_row.ExampleRow(1, "test row 3", row)
    app.run()
    assert not app.exception and not app.error, [e.value for e in app.error]
    assert app.selectbox(key=f"{key}-1-town-town").value == "Ulm"
    assert app.selectbox(key=f"{key}-1-smokes-smokes").value is None
    assert app.number_input(key=f"{key}-1-age-age").value == 93
    assert app.text_input(key=f"{key}-1-day-day").value == "2022-07-01"


def test_a_column_weighs_the_rows_by_one_click(visit: Visit, project: str) -> None:
    app = visit("data", p=project)
    app.selectbox(key="table-kind-paid").set_value("(weight)").run()
    assert not app.exception and not app.error, [e.value for e in app.error]
    config = saved(project).dataset.config
    assert config["weight"] == "paid" and "paid" not in config["inputs"]
    app.selectbox(key="table-kind-paid").set_value("number").run()
    assert saved(project).dataset.config["weight"] == ""


def test_pasted_rows_of_the_same_columns_are_asked_what_they_are_for(
    visit: Visit, project: str
) -> None:
    app = visit("data", p=project)
    head, *rows = tables.text().replace(",", "\t").splitlines()
    app.text_area(key="pasted-cells").set_value("\n".join([head, *rows[:40]])).run()
    app.button(key="cells-use").click().run()
    assert "has the columns of guests.csv. What is it for?" in said(app).replace("\\", "")
    app.button(key="further-test").click().run()
    assert not app.exception and not app.error, [e.value for e in app.error]
    config = saved(project).dataset.config
    assert config["split"] == "file" and list(config["more"]) == ["pasted-cells.tsv"]
    assert "are the test" in said(app)
    app.button(key="more-remove-pasted-cells.tsv").click().run()
    assert saved(project).dataset.config["split"] == "random"


def test_labels_of_one_cell_become_columns_by_a_click(visit: Visit) -> None:
    rows = [f"{i % 50}\t{['a;b', 'b', 'a;c', 'c'][i % 4]}" for i in range(80)]
    app = visit("data")
    app.text_area(key="pasted-cells").set_value("\n".join(["age\ttags", *rows])).run()
    app.button(key="cells-use").click().run()
    app.button(key="table-labels-tags").click().run()
    assert not app.exception and not app.error, [e.value for e in app.error]
    training = projects.list_projects("local")[0].training
    assert list(training.dataset.config["targets"]) == ["tags: a", "tags: b", "tags: c"]
    assert len(training.model.outputs) == 3


@pytest.mark.parametrize("order", [("train.csv", "test.csv"), ("test.csv", "train.csv")])
def test_files_that_come_as_train_and_test_are_that(visit: Visit, order: tuple[str, str]) -> None:
    head, *rows = tables.text().splitlines()
    parts = {"test.csv": rows[:60], "train.csv": rows[60:]}
    app = visit("data")
    for name in order:
        text = "\n".join([head, *parts[name], ""])
        _drop(app, data_files.keep(name, text.encode()), name)
    config = projects.list_projects("local")[0].training.dataset.config
    assert (config["name"], list(config["more"])) == ("train.csv", ["test.csv"])
    assert config["split"] == "file"


def _drop(app: AppTest, file: str, name: str) -> None:
    """What happens when the browser says that a file has arrived."""
    from pages.widgets.shared import drop_zone

    arrivals = drop_zone._Arrivals(waiting=[drop_zone.DroppedFile(file, name, 1)])
    app.session_state["kept:arrivals-data-files"] = arrivals
    app.run()
    assert not app.exception and not app.error, [e.value for e in app.error]
