"""The Model page: every edit of the stack, live facts, problems with their fixes."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from builder import edit, formatting, starters
from builder.runs.disk import projects
from builder.spec import ObjectSpec, chain
from pages.widgets.model import layer_palette, palette_items, stack_view


def model_of(app: AppTest):
    """The model as saved."""
    return projects.list_projects("local")[0].training.model


def order(app: AppTest) -> list[str]:
    return [b.key.removeprefix("row-") for b in app.button if b.key and b.key.startswith("row-")]


def row(app: AppTest, name: str) -> str:
    return str(app.button(key=f"row-{name}").label)


def press(app: AppTest, key: str) -> None:
    app.button(key=key).click().run()
    assert not app.exception and not app.error, [e.value for e in app.error]


def test_rows_show_settings_shape_and_parameters(visit):
    app = visit("model")
    assert order(app) == ["input_layer", "flatten", "dense", "dropout", "dense_1"]
    assert "Dense · 128 · relu" in row(app, "dense")
    assert "`128`" in row(app, "dense") and "`100,480`" in row(app, "dense")
    assert "`784`" in row(app, "flatten") and "`28 × 28`" in row(app, "input_layer")
    figures = {m.label: m.value for m in app.metric}
    assert figures["Parameters"] == "101,770" and figures["Layers"] == "5"


def test_an_edit_changes_shapes_in_the_same_run(visit):
    app = visit("model")
    press(app, "row-dense")
    app.number_input(key="layer-dense-units").set_value(32).run()
    assert "`25,120`" in row(app, "dense")
    assert {m.label: m.value for m in app.metric}["Parameters"] == "25,450"
    assert not app.button(key="undo").disabled


def test_a_layer_is_added_after_the_selected_one_and_selected(visit):
    app = visit("model")
    press(app, "row-flatten")
    app.selectbox(key=layer_palette.PICK).set_value("BatchNormalization").run()
    assert not app.exception
    assert order(app)[2] == "batch_normalization"
    assert app.text_input(key="name-batch_normalization").value == "batch_normalization"
    assert app.selectbox(key=layer_palette.PICK).value is None


@pytest.mark.parametrize("part", [0, *(pytest.param(i, marks=pytest.mark.long) for i in (1, 2, 3))])
def test_every_layer_of_the_palette_can_be_added(visit, part):
    app = visit("model")
    press(app, "row-input_layer")
    for entry in list(palette_items.stackable_entries())[part::4]:
        app.selectbox(key=layer_palette.PICK).set_value(entry.class_name).run()
        assert not app.exception and not app.error, (
            entry.class_name,
            [e.value for e in app.error],
        )
        press(app, "undo")
        press(app, "row-input_layer")


def test_duplicate_move_switch_rename_remove(visit):
    app = visit("model")
    press(app, "row-dense")
    press(app, "tool-copy")
    assert order(app)[2:4] == ["dense", "dense_2"]
    press(app, "tool-down")
    assert order(app)[3:5] == ["dropout", "dense_2"]
    press(app, "tool-up")
    assert order(app)[2:4] == ["dense", "dense_2"]
    press(app, "tool-off")
    assert model_of(app).node("dense_2").off and "`off`" in row(app, "dense_2")
    press(app, "tool-off")
    assert not model_of(app).node("dense_2").off
    app.text_input(key="name-dense_2").set_value("hidden").run()
    assert order(app)[3] == "hidden"
    press(app, "tool-remove")
    assert order(app) == ["input_layer", "flatten", "dense", "dropout", "dense_1"]
    for _ in range(7):
        press(app, "undo")
    assert app.button(key="undo").disabled


def test_a_name_that_cannot_be_is_said_and_kept_in_the_field(visit):
    app = visit("model")
    press(app, "row-dense")
    app.text_input(key="name-dense").set_value("drop out!").run()
    assert app.text_input(key="name-dense").value == "drop out!"
    assert any("cannot be a layer" in c.value for c in app.caption)
    app.text_input(key="name-dense").set_value("dropout").run()
    assert any("already a layer" in c.value for c in app.caption)
    assert order(app)[2] == "dense" and not app.error


def test_the_input_cannot_be_moved_or_removed(visit):
    app = visit("model")
    press(app, "row-input_layer")
    for tool in ("up", "down", "copy", "off", "remove"):
        assert app.button(key=f"tool-{tool}").disabled


def test_a_wrong_model_says_so_on_its_row_and_the_fix_mends_it(visit):
    app = visit("model")
    press(app, "row-flatten")
    press(app, "tool-remove")
    fixes = [b for b in app.button if b.key and b.key.startswith("fix-")]
    assert fixes and any("Flatten" in b.label for b in fixes)
    press(app, next(b.key for b in fixes if "Flatten" in b.label))
    assert "flatten" in order(app)
    assert not [b for b in app.button if b.key and b.key.startswith("fix-row")]


def test_an_impossible_size_is_refused_with_its_estimate_not_allocated(visit):
    app = visit("model")
    press(app, "row-dense")
    app.number_input(key="layer-dense-units").set_value(1_000_000).run()
    for _ in range(3):
        press(app, "row-dense")
        press(app, "tool-copy")
    said = " ".join(m.value for m in app.markdown)
    assert "TB" in said and "parameters" in said


def test_a_stack_of_nothing_but_the_input_is_no_traceback(visit):
    bare = chain("bare", ObjectSpec("InputLayer", {"shape": (28, 28)}))
    training = starters.find_starter("digits_dense").training
    from dataclasses import replace

    saved = projects.create("local", "Bare", replace(training, model=bare))
    app = visit("model", p=saved.token)
    assert order(app) == ["input_layer"] and not app.error
    said = " ".join(c.value for c in visit("export", p=saved.token).caption)
    assert "It stops where the project does" in said
    app = visit("model", p=saved.token)
    app.selectbox(key=layer_palette.PICK).set_value("Dense").run()
    assert order(app) == ["input_layer", "dense"] and not app.error


def test_two_problems_in_one_place_of_another_page_are_both_pointed_at(visit):
    training = starters.find_starter("iris").training
    wild = training.with_compile(optimizer=ObjectSpec("SGD", {"learning_rate": 1e6, "momentum": 5}))
    app = visit("model", p=projects.create("local", "Wild", wild).token)
    assert not app.error
    said = " ".join(c.value for c in app.caption)
    assert "from 0 to 1 but is 5" in said and "explode" in said


def test_a_model_without_any_layer_is_no_traceback(visit):
    from dataclasses import replace

    from builder.spec import ModelSpec

    training = replace(starters.find_starter("digits_dense").training, model=ModelSpec())
    saved = projects.create("local", "Empty", training)
    for step in ("home", "data", "model"):
        app = visit(step, p=saved.token)
        assert not app.error, [e.value for e in app.error]


def test_a_model_file_with_unknown_layers_can_be_looked_at(visit):
    from dataclasses import replace

    strange = chain(
        "strange",
        ObjectSpec("InputLayer", {"shape": (4,)}),
        ObjectSpec("Mystery", {"a*b": "_x_"}),
        ObjectSpec("Dense", {"units": 3}),
    )
    training = replace(starters.find_starter("iris").training, model=strange)
    app = visit("model", p=projects.create("local", "Strange", training).token)
    press(app, "row-mystery")
    assert "Mystery" in row(app, "mystery")


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (ObjectSpec("Dense", {"units": 10, "activation": "softmax"}), "10 · softmax"),
        (ObjectSpec("Conv2D", {"filters": 8, "kernel_size": 3}), "8 · kernel size 3"),
        (ObjectSpec("Dense", {"units": 3, "use_bias": False}), "3 · no use_bias"),
        (ObjectSpec("Flatten"), ""),
    ],
)
def test_a_row_says_what_was_chosen(layer, said):
    assert stack_view.settings_text(layer) == said


def test_sizes_in_words():
    assert formatting.shape((None, 28, 28)) == "28 × 28"
    assert formatting.shape((None, None, 64)) == "any × 64"
    assert formatting.shape((None,)) == "one number"
    assert (
        formatting.plural(1, "layer") == "1 layer"
        and formatting.plural(2000, "layer") == "2,000 layers"
    )


def test_sixty_layers_are_one_stack(visit):
    from dataclasses import replace

    dense = ObjectSpec("Dense", {"units": 8})
    deep = chain("deep", ObjectSpec("InputLayer", {"shape": (4,)}), *[dense] * 59)
    training = replace(starters.find_starter("iris").training, model=deep)
    app = visit("model", p=projects.create("local", "Deep", training).token)
    assert len(order(app)) == 60 and not app.error
    assert edit.is_chain(deep)
