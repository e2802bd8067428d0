"""The one form: every entry of the catalogue is drawn, and what is typed becomes a minimal spec."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from builder import catalog
from builder.catalog.entry import Param
from builder.datasets.registry import all_datasets
from builder.spec import ObjectSpec
from pages.widgets.forms import text_values


def script() -> None:
    import streamlit as st

    from pages.widgets.forms import form

    for key, label in st.session_state["stale"].items() if "stale" in st.session_state else ():
        st.session_state[key] = label
    kind, obj = st.session_state["asked"]
    st.session_state["answer"] = form.choose(kind, obj, key="f", optional=obj is None)


def show(kind: str, obj: ObjectSpec | None) -> AppTest:
    app = AppTest.from_function(script, default_timeout=60)
    app.session_state["asked"] = (kind, obj)
    app.run()
    assert not app.exception, app.exception[0].message
    return app


def settle(app: AppTest) -> Any:
    """What a page does: put the answer into the spec and draw again."""
    app.session_state["asked"] = (app.session_state["asked"][0], app.session_state["answer"])
    app.run()
    assert not app.exception
    return app.session_state["answer"]


@pytest.mark.parametrize("kind", catalog.KINDS)
def test_every_entry_is_drawn_and_left_as_it_is(kind):
    app = AppTest.from_function(script, default_timeout=60)
    for entry in catalog.entries(kind):
        obj = catalog.new(kind, entry.class_name)
        app.session_state["asked"] = (kind, obj)
        app.run()
        assert not app.exception, (entry.class_name, app.exception[0].message)
        assert app.session_state["answer"] == obj, entry.class_name


def test_every_dataset_is_drawn_and_left_as_it_is():
    for name in all_datasets():
        assert show("datasets", ObjectSpec(name)).session_state["answer"] == ObjectSpec(name)


def test_a_changed_value_is_kept_and_a_default_is_not():
    app = show("layers", ObjectSpec("Dense", {"units": 10}))
    app.number_input(key="f-Dense-units").set_value(64)
    app.selectbox(key="f-Dense-activation").set_value("relu").run()
    assert settle(app) == ObjectSpec("Dense", {"units": 64, "activation": "relu"})
    app.selectbox(key="f-Dense-activation").select_index(0).run()
    assert settle(app) == ObjectSpec("Dense", {"units": 64})


def test_a_choice_the_browser_calls_by_an_old_label_stays_what_it_is():
    """Labels change (a file's name is part of one), and a browser may answer with the last one."""
    dense = ObjectSpec("Dense", {"units": 10})
    app = show("layers", dense)
    app.session_state["stale"] = {"f-class": "flowers · a file", "f-Dense-activation": "gone"}
    assert settle(app) == dense
    assert app.selectbox(key="f-class").value == "Dense"


def test_half_typed_text_stays_with_a_sentence_and_the_value_stays_the_old():
    app = show("layers", ObjectSpec("Conv2D", {"filters": 8, "kernel_size": 3}))
    app.text_input(key="f-Conv2D-kernel_size").set_value("5,").run()
    app.text_input(key="f-Conv2D-kernel_size").set_value("5, b").run()
    assert settle(app).config["kernel_size"] == 3
    assert app.text_input(key="f-Conv2D-kernel_size").value == "5, b"
    assert "“b” is no whole number" in app.caption[0].value
    app.text_input(key="f-Conv2D-kernel_size").set_value("5, 3").run()
    assert settle(app).config["kernel_size"] == (5, 3) and not app.caption


@pytest.mark.parametrize("typed", [2.5, 3.7, -0.5])
def test_a_broken_number_is_no_whole_number_and_is_not_cut(typed):
    app = show("layers", ObjectSpec("Dense", {"units": 10}))
    app.number_input(key="f-Dense-units").set_value(typed).run()
    assert settle(app) == ObjectSpec("Dense", {"units": 10})
    assert app.number_input(key="f-Dense-units").value == typed
    said = f"Units takes whole numbers, and {typed:g} is none; it is still 10."
    assert [c.value for c in app.caption] == [f":material/edit_off: {said}"]
    app.number_input(key="f-Dense-units").set_value(3.0).run()
    units = settle(app).config["units"]
    assert (units, type(units)) == (3, int) and not app.caption


def test_a_broken_number_in_a_file_is_shown_as_it_is():
    wrong = ObjectSpec("Dense", {"units": 2.5})
    app = show("layers", wrong)
    assert app.session_state["answer"] == wrong
    assert app.text_input(key="f-Dense-units").value == "2.5"


def test_a_value_changed_elsewhere_replaces_what_the_widget_shows():
    app = show("layers", ObjectSpec("Dense", {"units": 10}))
    app.number_input(key="f-Dense-units").set_value(64).run()
    settle(app)
    app.session_state["asked"] = ("layers", ObjectSpec("Dense", {"units": 7}))  # as undo does
    app.run()
    assert app.number_input(key="f-Dense-units").value == 7
    assert app.session_state["answer"] == ObjectSpec("Dense", {"units": 7})


def test_a_keystroke_made_while_the_last_one_is_saved_is_not_lost():
    app = show("layers", ObjectSpec("Dense", {"units": 10}))
    app.number_input(key="f-Dense-units").set_value(64).run()
    first = app.session_state["answer"]
    # the spec arrives as 64 in the very run in which the widget already says 65
    app.session_state["asked"] = ("layers", first)
    app.number_input(key="f-Dense-units").set_value(65).run()
    assert app.session_state["answer"].config["units"] == 65


def test_a_nested_choice_is_a_record_of_its_own():
    app = show("layers", ObjectSpec("Dense", {"units": 10}))
    app.selectbox(key="f-Dense-kernel_regularizer-class").set_value("L2").run()
    assert settle(app) == ObjectSpec("Dense", {"units": 10, "kernel_regularizer": ObjectSpec("L2")})
    app.number_input(key="f-Dense-kernel_regularizer-L2-l2").set_value(0.5).run()
    nested = settle(app).config["kernel_regularizer"]
    assert nested == ObjectSpec("L2", {"l2": 0.5})


def test_a_learning_rate_may_be_a_schedule_and_a_number_again():
    app = show("optimizers", ObjectSpec("Adam"))
    app.selectbox(key="f-Adam-learning_rate-how").set_value("ExponentialDecay").run()
    assert settle(app).config["learning_rate"].class_name == "ExponentialDecay"
    app.selectbox(key="f-Adam-learning_rate-how").set_value("constant").run()
    assert isinstance(settle(app).config.get("learning_rate", 0.001), float)


def test_another_class_keeps_the_settings_both_have():
    app = show("optimizers", ObjectSpec("SGD", {"learning_rate": 0.3, "momentum": 0.9}))
    app.selectbox(key="f-class").set_value("RMSprop").run()
    assert settle(app) == ObjectSpec("RMSprop", {"learning_rate": 0.3, "momentum": 0.9})


def test_what_a_file_holds_beyond_the_range_is_shown_not_lost():
    app = show("layers", ObjectSpec("Dropout", {"rate": 7.5}))
    assert app.session_state["answer"].config["rate"] == 7.5


def test_looking_changes_nothing_not_even_a_default_that_is_written_down():
    written = ObjectSpec("Dense", {"units": 10, "use_bias": True, "activation": "linear"})
    assert show("layers", written).session_state["answer"] is written


def test_an_unknown_class_is_kept_as_it_is():
    mystery = ObjectSpec("Mystery", {"a": 1})
    app = show("layers", mystery)
    assert app.session_state["answer"] == mystery


TWO = Param("ints", "", length=2, min=1)
SHAPE = Param("ints", "", min=1)


@pytest.mark.parametrize(
    ("text", "param", "kind", "one", "value"),
    [
        ("3", TWO, int, True, 3),
        ("3, 3", TWO, int, True, (3, 3)),
        ("(3, 5)", TWO, int, True, (3, 5)),
        ("3 × 5", TWO, int, True, (3, 5)),
        ("3x5", TWO, int, True, (3, 5)),
        ("28, 28", SHAPE, int, False, (28, 28)),
        ("28", SHAPE, int, False, (28,)),
        ("28,", SHAPE, int, False, (28,)),
        ("any, 64", SHAPE, int, False, (None, 64)),
        ("0.1, -0.2", Param("floats", ""), float, False, (0.1, -0.2)),
    ],
)
def test_sizes_are_read_as_people_write_them(text, param, kind, one, value):
    assert text_values.parse_numbers(text, param, kind, one=one) == value


@pytest.mark.parametrize(
    ("text", "param", "kind", "said"),
    [
        ("3, 3, 3", TWO, int, "2 numbers"),
        ("a", TWO, int, "“a” is no whole number"),
        ("3.5", TWO, int, "“3.5” is no whole number"),
        ("0", TWO, int, "at least 1"),
        ("", TWO, int, "Write"),
        ("nan", Param("floats", ""), float, "no number"),
        ("9" * 400, Param("floats", ""), float, "no number"),
    ],
)
def test_what_cannot_be_read_is_said_in_words(text, param, kind, said):
    with pytest.raises(ValueError, match=said):
        text_values.parse_numbers(text, param, kind, one=True)


@pytest.mark.parametrize("value", [None, True, 3, 0.5, "relu", (1, 2), ((1, 2), (3, 4))])
def test_json_text_reads_back(value):
    assert text_values.parse_json(text_values.format_json(value)) == value


def test_a_widget_is_also_told_as_default_what_stands_in_it():
    """Streamlit says only once what we made a widget show; who misses that shows the default."""
    app = show("layers", ObjectSpec("Dense", {"units": 10, "activation": "relu"}))
    app.run()
    assert app.number_input(key="f-Dense-units").proto.default == 10
    activation = app.selectbox(key="f-Dense-activation")
    assert activation.options[activation.proto.default] == "relu"
    assert app.toggle(key="f-Dense-use_bias").proto.default is True
    app = show("layers", ObjectSpec("Reshape", {"target_shape": (2, 5)}))
    assert app.text_input(key="f-Reshape-target_shape").proto.default == "2, 5"
