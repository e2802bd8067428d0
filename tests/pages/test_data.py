"""The Data page: choosing, preparing, previewing; own files; downloads without a network."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from builder import starters
from builder.datasets.registry import all_datasets, find_dataset
from builder.runs.disk import data_files, projects
from builder.spec import ObjectSpec
from pages.widgets.session import browser, current_project
from pages.widgets.shared import drop_zone, own_files


def choose(app, name: str):
    app.selectbox(key="dataset-class").set_value(name).run()
    assert not app.exception
    return app


def saved(app):
    return projects.list_projects("local")[0].training


def said(app) -> str:
    return " ".join(str(m.value) for m in app.markdown)


def test_the_digits_are_described_in_words(visit):
    app = visit("data")
    assert "grey picture of 28 × 28 points" in said(app)
    assert "10 probabilities" in said(app)
    assert not app.error


@pytest.mark.parametrize(
    "name", [n for n, m in all_datasets().items() if m.OFFLINE and not m.CONTENTS.is_guess]
)
def test_every_built_in_dataset_is_shown(visit, name):
    app = visit("data")
    choose(app, name)
    assert not app.error, [e.value for e in app.error]
    assert "examples to learn from" in said(app)


def test_a_change_of_preparation_is_saved_and_its_effect_shown(visit):
    app = visit("data")
    app.selectbox(key="dataset-Digits-labels").set_value("integers").run()
    first = starters.find_starter(current_project.FIRST).training.dataset
    assert saved(app).dataset == first.with_(labels="integers")
    assert "one of 10 classes" in said(app)
    fixes = [b for b in app.button if b.key and b.key.startswith("fix-follow-up")]
    assert fixes, "the loss no longer fits: the page offers to mend it"
    app.button(key=fixes[0].key).click().run()
    assert saved(app).compile["loss"].class_name == "SparseCategoricalCrossentropy"
    app.button(key="undo").click().run()
    app.button(key="undo").click().run()
    assert app.selectbox(key="dataset-Digits-labels").value == "one_hot"


def npz(**arrays) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def good() -> bytes:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(60, 5)).astype("float32"), rng.integers(0, 3, 60)
    return npz(x_train=x[:40], y_train=y[:40], x_test=x[40:], y_test=y[40:])


def test_a_file_in_the_datasets_folder_can_be_used(visit, datasets):
    (datasets / "mine.npz").write_bytes(good())
    app = visit("data")
    app.selectbox(key="own-file").set_value("mine.npz").run()
    assert not app.exception and not app.error
    assert saved(app).dataset.config["file"] == "mine.npz"
    assert "40 examples to learn from" in said(app)
    assert "mine.npz" in [s.value for s in app.subheader], "a file is called by its name"


def test_nobody_is_offered_a_file_that_somebody_else_uploaded(datasets, monkeypatch):
    monkeypatch.setattr(browser, "owner", lambda: "anna")
    old = datasets / f"grades.{own_files.browser_mark()}.npz"
    old.write_bytes(b"x")
    (datasets / "common.npz").write_bytes(b"x")
    projects.create("anna", "Hers", reads("a" * 64))
    assert {"common.npz", old.name} <= set(own_files.list_folder())
    assert [own.file for own in own_files.list_own()] == ["a" * 64]
    monkeypatch.setattr(browser, "owner", lambda: "ben")
    assert "common.npz" in own_files.list_folder() and old.name not in own_files.list_folder()
    assert own_files.list_own() == []
    old.unlink()
    (datasets / "common.npz").unlink()


def reads(file: str, name: str = "grades.npz"):
    iris = starters.find_starter("iris").training
    return replace(iris, dataset=ObjectSpec("NpzFile", {"file": file, "name": name}))


def test_code_says_a_files_name_as_its_owner_has_it(datasets, monkeypatch):
    iris = starters.find_starter("iris").training
    monkeypatch.setattr(browser, "owner", lambda: "anna")
    monkeypatch.setattr(current_project, "training", lambda: iris)
    old = f"grades.{own_files.browser_mark()}.npz"
    (datasets / old).write_bytes(b"x")
    for mine in (reads(old, ""), reads("b" * 64)):
        source = find_dataset("NpzFile").source(mine.dataset.config)
        assert "np.load('grades.npz')" in own_files.with_owner_names(source, mine.dataset)
        assert own_files.dataset_title(mine.dataset) == "grades.npz"
    read = replace(iris, dataset=ObjectSpec("NpzFile", {"file": "grades.npz"}))
    assert own_files.with_stored_names(read).dataset.config == {"file": old}
    projects.create("anna", "Hers", reads("b" * 64))
    assert own_files.with_stored_names(read) == reads("b" * 64)
    (datasets / old).unlink()


def receiver() -> None:
    import streamlit as st

    from builder.runs.disk import data_files
    from pages.widgets.data import arrived_file
    from pages.widgets.session import current_project
    from pages.widgets.shared import page_frame

    current_project.start()
    name, data = st.session_state["given"]
    with page_frame.guard():
        arrived_file.receive(data_files.keep(name, data), name)


def receive(name: str, data: bytes) -> AppTest:
    app = AppTest.from_function(receiver, default_timeout=60)
    app.session_state["given"] = (name, data)
    app.run()
    assert not app.exception
    return app


@pytest.mark.parametrize(
    "data",
    [
        b"no zip at all",
        npz(x=np.zeros(3)),
        npz(
            x_train=np.full((4, 2), np.nan),
            y_train=np.zeros(4, int),
            x_test=np.zeros((2, 2)),
            y_test=np.zeros(2, int),
        ),
        npz(
            x_train=np.array([{"a": 1}] * 4),
            y_train=np.zeros(4, int),
            x_test=np.zeros((2, 2)),
            y_test=np.zeros(2, int),
        ),
    ],
    ids=["not a zip", "other arrays", "NaN", "pickled objects"],
)
def test_bad_npz_files_are_refused_in_words_and_change_nothing(data):
    app = receive("bad.npz", data)
    assert len(app.error) == 1
    assert "reference" not in app.error[0].value and "log" not in app.error[0].value
    assert projects.list_projects("local") == []


def test_labels_that_are_amounts_make_a_regression():
    x, y = np.ones((8, 3)), np.linspace(0, 1, 8)
    app = receive("prices.npz", npz(x_train=x, y_train=y, x_test=x, y_test=y))
    assert not app.error
    dataset = projects.list_projects("local")[0].training.dataset
    assert dataset.config["labels"] == "values" and dataset.config["name"] == "prices.npz"


def test_a_table_with_too_few_rows_is_refused_in_words_and_changes_nothing():
    app = receive("titanic.csv", b"age,fare\n22,7.25\n38,71.28\n")
    assert len(app.error) == 1 and "too few" in app.error[0].value
    assert projects.list_projects("local") == []


def test_a_missing_file_is_told_and_taken_again_and_deleting_says_who_needs_it(visit, workspace):
    data = good()
    file = hashlib.sha256(data).hexdigest()
    token = projects.create("local", "My flowers", reads(file)).token
    app = visit("data", p=token)
    assert "The file grades.npz is not in this workspace" in said(app)
    assert data_files.keep("otherwise.npz", data) == file
    arrived = app.session_state["kept:arrivals-data-files"]
    arrived.waiting.append(drop_zone.DroppedFile(file, "otherwise.npz", len(data)))
    app.run()
    assert not app.exception and not app.error
    assert "40 examples to learn from" in said(app)
    assert saved(app) == reads(file), "it is the same file, whatever it is called elsewhere"

    assert "“My flowers” needs this file" in said(app)
    app.button(key=f"kept-delete-{file[:12]}-{token}").click().run()
    assert not app.exception and not app.error
    assert not list((workspace / "files").iterdir())
    assert "is not in this workspace" in said(app)


def test_pasted_cells_become_a_data_file(visit, workspace):
    app = visit("data")
    app.button(key="cells-use").click().run()
    assert "There are no cells" in app.error[0].value
    cells = "age\tfare\n" + "".join(f"{20 + i * 7 % 30}\t{i / 4}\n" for i in range(30))
    app.text_area(key="pasted-cells").set_value(cells).run()
    app.button(key="cells-use").click().run()
    assert not app.exception and not app.error
    assert "pasted-cells.tsv" in said(app)
    assert [p.read_bytes() for p in (workspace / "files").iterdir()] == [cells.encode()]


def test_a_dataset_that_is_not_here_offers_the_download_and_a_built_in_one(visit, monkeypatch):
    app = visit("data")
    choose(app, "Cifar10")
    if "examples to learn from" in said(app):
        return  # this machine has it
    assert app.button(key="download-start")
    app.button(key="download-instead").click().run()
    assert saved(app).dataset == ObjectSpec("Digits")
    assert not app.error


def test_a_starter_names_only_datasets_there_are():
    for starter in starters.all_starters():
        assert starter.training.dataset.class_name in all_datasets()


def test_a_project_with_a_dataset_of_the_future_can_be_opened(visit):
    training = replace(
        starters.find_starter("iris").training, dataset=ObjectSpec("Holograms", {"a": 1})
    )
    app = visit("data", p=projects.create("local", "Future", training).token)
    assert "Holograms" in said(app)
    choose(app, "Iris")
    assert not app.error
