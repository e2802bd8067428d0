"""What a browser says has arrived: each file once, only what is there, nothing lost on the way."""

from __future__ import annotations

import pytest

from builder import document, starters
from builder.errors import FileError
from builder.runs.disk import data_files, projects
from pages.widgets.session import widget_sync
from pages.widgets.shared import drop_zone
from pages.widgets.shared.drop_zone import DroppedFile


@pytest.fixture
def arrivals(monkeypatch):
    there = drop_zone._Arrivals()
    monkeypatch.setattr(drop_zone, "_arrivals", lambda _key: there)
    return there


def tell(monkeypatch, *rows, client="tab"):
    message = {"arrived": {"client": client, "rows": list(rows)}}
    monkeypatch.setattr(widget_sync, "widget_value", lambda _key: message)
    drop_zone._note_arrivals("files")


def test_each_arrival_is_heard_once_and_only_what_is_there_is_believed(arrivals, monkeypatch):
    file = data_files.keep("a.csv", b"a,b\n")
    first = {"n": 1, "file": file, "name": "../a.csv", "size": 10**9}
    tell(monkeypatch, first)
    tell(monkeypatch, first, {"n": 2, "file": "f" * 64, "name": "b.csv"}, {"n": 3}, "nonsense")
    assert arrivals.waiting == [DroppedFile(file, "a.csv", 4)] and arrivals.done == 3
    tell(monkeypatch, {**first, "name": "again.csv"}, client="another page")
    assert [dropped.name for dropped in arrivals.waiting] == ["a.csv", "again.csv"]
    monkeypatch.setattr(widget_sync, "widget_value", lambda _key: {"arrived": {"rows": 3}})
    drop_zone._note_arrivals("files")


def test_a_file_that_is_refused_does_not_stop_the_next_and_is_said(arrivals):
    bad, good = DroppedFile("a" * 64, "bad.csv", 1), DroppedFile("b" * 64, "good.csv", 1)
    arrivals.waiting, used = [bad, good], []

    def use(dropped):
        if dropped is bad:
            raise FileError("bad.csv is bad.", "Drop another.")
        used.append(dropped)

    assert drop_zone._use_each(arrivals, use)
    assert used == [good] and arrivals.waiting == []
    assert arrivals.refused == ["bad.csv is bad.  \nDrop another."]
    assert not drop_zone._use_each(arrivals, use)
    assert arrivals.refused, "it is said until another file comes"


def test_a_script_that_is_broken_off_leaves_the_file_to_the_next(arrivals):
    arrivals.waiting = [DroppedFile("a" * 64, "a.csv", 1)]

    def use(_dropped):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        drop_zone._use_each(arrivals, use)
    used = []
    drop_zone._use_each(arrivals, used.append)
    assert len(used) == 1


def drop(app, **files: bytes):
    """Files arrive on Home."""
    waiting = app.session_state["kept:arrivals-home-files"].waiting
    for name, data in files.items():
        name = name.replace("_", ".")
        waiting.append(DroppedFile(data_files.keep(name, data), name, len(data)))
    app.run()
    assert not app.exception
    return app


def test_home_opens_a_project_reads_code_and_shows_data_on_the_data_page(visit):
    wine = document.to_json(starters.find_starter("wine").training, title="My wine").encode()
    app = drop(visit(), saved_json=wine)
    assert app.text_input(key="project-title-model").value == "My wine" and not app.error
    assert [p.title for p in projects.list_projects("local")] == ["My wine"]

    app = drop(visit(), tutorial_py=b"import keras\n")
    assert "No model was found in this code" in " ".join(w.value for w in app.warning)

    app = drop(visit(), broken_keras=b"nonsense")
    assert "broken.keras is no Keras model" in app.error[0].value

    rows = "".join(f"{20 + i * 7 % 30},{i / 4}\n" for i in range(30))
    app = drop(visit(), titanic_csv=f"age,fare\n{rows}".encode())
    assert app.text_input(key="project-title-data").value == "titanic" and not app.error
    assert "30 rows, 2 columns" in " ".join(m.value for m in app.markdown)
