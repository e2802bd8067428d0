"""Home: the open project one click from training, starters, my projects, files from elsewhere."""

from __future__ import annotations

import pytest

from builder import document, starters
from builder.errors import LayerwiseError
from builder.runs.disk import projects
from pages.widgets.home import open_file
from pages.widgets.session.current_project import FIRST
from pages.widgets.shared import asset_files


def test_every_starter_has_a_card_with_its_picture(visit):
    app = visit()
    said = " ".join(m.value for m in app.markdown).replace("\\", "")
    for starter in starters.all_starters():
        assert starter.title in said and starter.sentence in said
        assert app.button(key=f"open-{starter.name}")
        assert (asset_files.ROOT / "assets" / "pictures" / f"{starter.picture}.svg").exists()
    assert not app.error


def test_the_first_starter_is_ready_to_train(visit):
    assert not visit().button(key="train-now").disabled


def test_a_project_begins_with_nothing(visit):
    app = visit()
    app.button(key="begin-empty").click().run()
    assert not app.exception and not app.error
    assert projects.list_projects("local")[0].training.model.nodes == ()
    assert any("What this asks of the rest" in str(h.value) for h in app.subheader)
    token = projects.list_projects("local")[0].token
    app = visit("train", token)  # what the page would choose itself is no step to be undone
    assert not app.exception and app.button(key="undo").disabled
    assert projects.load(token).rev == 1


def test_a_card_opens_its_starter_and_saves_nothing_yet(visit):
    app = visit()
    app.button(key="open-iris").click().run()
    assert not app.exception and not app.error
    assert app.text_input(key="project-title-train").value == starters.find_starter("iris").title
    assert projects.list_projects("local") == []


def test_projects_are_listed_opened_renamed_deleted_and_brought_back(visit):
    training = starters.find_starter("iris").training
    one = projects.create("local", "One", training)
    projects.create("local", "Two", starters.find_starter(FIRST).training)
    projects.create("somebody else", "Not mine", training)
    app = visit()
    said = " ".join(m.value for m in app.markdown)
    assert "One" in said and "Two" in said and "Not mine" not in said

    app.text_input(key=f"title-{one.token}").set_value("Uno").run()
    assert projects.load(one.token).title == "Uno"
    app.button(key=f"delete-{one.token}").click().run()
    assert [p.title for p in projects.list_projects("local")] == ["Two"]
    app.button(key="undelete").click().run()
    assert {p.title for p in projects.list_projects("local")} == {"Uno", "Two"}

    back = next(p for p in projects.list_projects("local") if p.title == "Uno")
    app.button(key=f"project-open-{back.token}").click().run()
    assert app.text_input(key="project-title-model").value == "Uno"
    assert back.token in app.query_params["p"]


def test_deleting_the_open_project_leaves_something_open(visit):
    only = projects.create("local", "Only", starters.find_starter("iris").training)
    app = visit(p=only.token)
    app.button(key=f"delete-{only.token}").click().run()
    assert not app.exception and not app.error
    assert starters.find_starter(FIRST).title in " ".join(m.value for m in app.markdown)


def test_a_project_file_opens_with_its_title(tmp_path):
    training = starters.find_starter("iris").training
    (tmp_path / "file").write_text(document.to_json(training, title="My iris"))
    assert open_file.is_model(tmp_path / "file", "saved.json")
    assert open_file.read_file("saved.json", tmp_path / "file") == (training, "My iris", ())


@pytest.mark.parametrize(
    ("name", "data", "model"),
    [
        ("rows.json", b'[{"class_name": "a"}, {"class_name": "b"}]', False),
        ("rows.json", b'{"age": 3}\n{"age": 4}\n', False),
        ("columns.json", b'{"age": [3, 4], "sex": ["f", "m"]}', False),
        ("model.json", b'{"module": "keras", "class_name": "Sequential", "config": {}}', True),
        ("broken.json", b'{"layerwise": 2, "training": {"mod', True),
        ("table.csv", b'{"layerwise": 2}', False),
        ("a.KERAS", b"nonsense", True),
    ],
)
def test_json_is_a_model_when_it_says_so_and_else_data(tmp_path, name, data, model):
    (tmp_path / "file").write_bytes(data)
    assert open_file.is_model(tmp_path / "file", name) == model


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.json", b"{", "not a JSON document"),
        ("a.json", b'{"layerwise": 99}', "newer Layerwise"),
        ("a.json", b'{"layerwise": 1, "training": {"model": 3}}', "model"),
        ("a.json", b"[" * 100_000, "not a JSON document"),
        ("a.json", b'{"layerwise"' + b" " * 9_000_000, "most a project can have"),
        ("a.keras", b"nonsense", "a.keras is no Keras model"),
        ("a.keras", b"\x89PNG\r\n", "a.keras is a PNG picture"),
        ("a.h5", b"\x89HDF\r\n\x1a\n" + b"0" * 500, ""),
        ("a.json", b'{"class_name": "Sequential"}', ""),
    ],
)
def test_unreadable_files_are_said_in_words(tmp_path, name, data, said):
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(LayerwiseError) as refused:
        open_file.read_file(name, tmp_path / "file")
    assert said in refused.value.message and "Error" not in refused.value.message


def test_what_was_opened_stays_when_the_next_click_is_on_another_page(visit):
    """Streamlit answers the second click alone, with the address of before the first."""
    old = projects.create("local", "Old", starters.find_starter("iris").training).token
    other = projects.create("local", "Other", starters.find_starter("wine").training).token
    for key, dataset, address in (
        ("open-xor", "Xor", None),
        (f"project-open-{other}", "Wine", other),
    ):
        app = visit("home", p=old)
        app.button(key=key).click()
        app.switch_page(str(asset_files.ROOT / "pages" / "model.py"))
        app.query_params["p"] = old
        app.run()
        assert not app.exception and not app.error
        assert app.session_state["layerwise"].training.dataset.class_name == dataset
        assert app.query_params.get("p") in (address, [address] if address else None)
