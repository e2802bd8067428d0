"""Lines of a script explained: the catalogue's own words for layers, arguments and objects."""

from __future__ import annotations

from builder import catalog, code
from builder.code import line_explanations
from tests import zoo

ROWS = "x_train = y_train = x_test = y_test = []\n"


def told(name: str, line: str, style: str = "") -> list[tuple[str, str]]:
    """What is said of the first line that holds ``line``."""
    training = zoo.STACKS.get(name) or zoo.training(zoo.GRAPHS[name], zoo.DIGITS)
    script = code.script_with_rows(training, ROWS, "Title", style)
    number = next(i for i, t in enumerate(script.text.split("\n"), 1) if line in t)
    return [(s.title, s.text) for s in line_explanations.explain_line(training, script, number)]


def test_a_layer_is_explained_with_its_arguments() -> None:
    found = told("tutorial", "layers.Dense(128")
    assert found[0] == ("Dense", catalog.entry("layers", "Dense").summary)
    assert [title for title, _ in found[1:]] == ["units=128", 'activation="relu"']
    assert "RandomRotation" in dict(told("augmented", "RandomRotation"))
    nested = dict(told("nested_choices", "layers.Dense("))
    assert {"Dense", "HeNormal", "L2", "MaxNorm", "max_value=3"} <= set(nested)


def test_every_style_knows_its_lines() -> None:
    assert told("shared", "tower_again = self.tower", "subclass")[0][0] == "Dense"
    assert told("shared", "tower_again = tower_layer")[0][0] == "Dense"
    assert told("nested", "build_inner(name)")[0][0] == "inner"


def test_settings_and_the_rest_are_explained() -> None:
    assert told("nested_choices", "optimizer=")[0][0] == "SGD"
    assert told("nested_choices", "EarlyStopping")[0][0] == "EarlyStopping"
    assert told("tutorial", "accuracy")[0][0] == "accuracy"
    assert told("tutorial", "epochs=") == [("", line_explanations.TOPICS["fit"])]
    assert told("tutorial", "x_train = y_train") == [("", line_explanations.TOPICS["data"])]
    assert told("tutorial", "import keras") == [("", line_explanations.TOPICS["head"])]


def test_every_part_of_every_script_has_its_sentence() -> None:
    for training in zoo.STACKS.values():
        _, parts = code.parts(training, ROWS)
        assert all(line_explanations.explain_part(training, part.topic) for part in parts)
