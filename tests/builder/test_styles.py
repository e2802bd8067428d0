"""Every style of script says every model: read back it is the same, and Keras builds the same."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import keras
import pytest

from builder import catalog, code, edit, parse
from builder.code import subclass
from builder.errors import LayerwiseError, SpecError
from builder.spec import Config, ModelSpec, Node, ObjectSpec, TrainingSpec, chain
from tests import zoo
from tests.builder.test_code import HOSTILE
from tests.zoo import dense, given, layer

ROWS = "x_train = y_train = x_test = y_test = []\n"


def linked(name: str, layers: Mapping[str, object], *rows: str) -> ModelSpec:
    """``"tower left"`` is a node reading ``left``; ``"again=tower right"`` calls tower again."""
    nodes = []
    for row in rows:
        what, *reads = row.split()
        title, _, key = what.partition("=")
        off = title.startswith("-")
        nodes.append(Node(title.lstrip("-"), key or title.lstrip("-"), tuple(reads), off))
    return ModelSpec(name, Config(layers), tuple(nodes[:-1]), nodes[-1].inbound)


BLOCK = linked(
    "block",
    {"input_layer": given(4), "dense": dense(4, "relu"), "add": layer("Add")},
    *("input_layer", "dense input_layer", "add input_layer dense", "- add"),
)
TWO_WAYS = linked(
    "two_ways",
    {"a": given(4), "b": given(4), "sum": layer("Add"), "product": layer("Multiply")},
    *("a", "b", "sum a b", "product a b", "- sum product"),
)
MORE: Mapping[str, ModelSpec] = {
    "blocks": linked(
        "blocks",
        {
            "input": given(4),
            "block": BLOCK,
            "block_1": replace(BLOCK, name="block_1"),
            "two": replace(TWO_WAYS, name="two"),
            "out": dense(2),
        },
        *("input", "block input", "block_1 block", "again=block block_1", "two again block"),
        *("out two:1", "- out two"),
    ),
    "awkward": linked(
        "awkward",
        {
            "input": given(6, 3),
            "class": layer("GRU", units=4, return_state=True, return_sequences=True),
            "output": layer("LSTM", units=4, return_state=True),
            "fit": layer("GRU", units=4),
            "keras": dense(4, "relu"),
            "my-dense.1": dense(4),
            "off": layer("Dropout", rate=0.5),
            "model": layer("Average"),
        },
        *("input", "class input", "output class class:1 class:1", "fit class class:1"),
        *("max=keras output:2", "lambda=keras fit", "my-dense.1 max", "-off my-dense.1"),
        *("model off lambda", "- model"),
    ),
    "bare": linked(
        "bare",
        {
            "input_layer": given(4, 6),
            "flat": layer("ops.reshape", newshape=(-1, 24)),
            "halves": layer("ops.split", indices_or_sections=2, axis=-1),
            "product": layer("ops.matmul"),
            "from_one": layer("ops.subtract", x1=1),
            "joined": layer("ops.concatenate", axis=-1),
            "first": layer("ops.get_item", key=(Config(start=None, stop=None, step=None), 0)),
            "best": layer("ops.top_k", k=2),
            "cut": layer("ops.clip", x_min=0.0, x_max=1.0),
            "pairs": layer("ops.einsum", subscripts="bij,bij->bi"),
            "dense": dense(3),
        },
        *("input_layer", "flat input_layer", "halves flat", "product halves:1 dense"),
        *("from_one halves", "joined from_one halves:1", "first input_layer", "best first"),
        *("cut best", "pairs input_layer input_layer", "dense joined", "- dense cut pairs"),
    ),
}  # fmt: skip
MORE = {
    **MORE,
    "bare": replace(
        MORE["bare"],
        nodes=tuple(n for n in MORE["bare"].nodes if n.name != "product"),
        layers=MORE["bare"].layers.without("product"),
    ),
}
GRAPHS: Mapping[str, ModelSpec] = {**zoo.GRAPHS, **zoo.SEVERAL, **MORE}
MODELS: Mapping[str, ModelSpec] = {**zoo.MODELS, **zoo.SEVERAL, **MORE}
STYLES = ("sequential", "functional", "subclass")
LEARN_LATE = ("normalized", "half_precision")
"""Stacks in which a layer learns from what others give it: a class cannot say that."""

GIVEN_NUMBERS = ("series", "long_series")
"""Models that scale by numbers they were given, which Keras loses in a class."""

CASES = [
    (name, style)
    for name, model in MODELS.items()
    for style in code.styles(zoo.training(model, zoo.DIGITS))
    if not (style == "subclass" and name in (*LEARN_LATE, *GIVEN_NUMBERS))
]


def written(model: ModelSpec, style: str, title: str = "") -> str:
    return code.script(zoo.training(model, zoo.DIGITS), ROWS, title, style)


def normal(model: ModelSpec) -> ModelSpec:
    """Without defaults, self-attention spelled out, nodes in the order of a script."""
    order = [model.node(n) for n in edit.topological_order(model)]
    inputs = [n for n in order if edit.is_input(model, n.name)]
    layers = {
        k: normal(v) if isinstance(v, ModelSpec) else catalog.minimal("layers", v)
        for k, v in model.layers.items()
    }
    return replace(
        model,
        layers=Config(layers),
        nodes=(*inputs, *(n for n in order if n not in inputs)),
    )


def read(text: str) -> ModelSpec:
    found = parse.parse(text)
    assert found.training is not None, found.notes
    told = [n for n in found.of(parse.UNKNOWN) if n.line]
    # the data are none, and so are their columns
    assert not [n for n in told if "_train" not in n.message and "_test" not in n.message], told
    return found.training.model


@pytest.mark.parametrize(("name", "style"), CASES)
def test_every_style_is_read_back_as_the_very_model(name: str, style: str) -> None:
    assert normal(read(written(MODELS[name], style))) == normal(MODELS[name])


@pytest.mark.parametrize("name", GIVEN_NUMBERS)
def test_a_class_refuses_numbers_that_keras_would_lose(name: str) -> None:
    with pytest.raises(SpecError, match="scales by numbers that it was given") as found:
        written(MODELS[name], "subclass")
    assert "Functional" in found.value.hint


@pytest.mark.parametrize("name", LEARN_LATE)
def test_a_class_refuses_layers_that_learn_from_others(name: str) -> None:
    with pytest.raises(SpecError, match="learns from what other layers give it") as found:
        written(MODELS[name], "subclass")
    assert found.value.hint == "Choose the Functional style."


def test_a_graph_is_no_sequential() -> None:
    with pytest.raises(SpecError, match="Sequential style is for stacks"):
        written(zoo.RESIDUAL, "sequential")
    with pytest.raises(SpecError, match="reads several inputs"):
        attention = chain("a", given(4, 4), layer("MultiHeadAttention", num_heads=1, key_dim=2))
        written(attention, "sequential")
    with pytest.raises(SpecError, match="no style 'poem'"):
        written(zoo.RESIDUAL, "poem")


@pytest.mark.parametrize("style", STYLES[1:])
def test_what_is_not_finished_is_said(style: str) -> None:
    for model, said in (
        (replace(zoo.RESIDUAL, outputs=()), "has no output"),
        (replace(zoo.RESIDUAL, outputs=("gone",)), "output 'gone' is missing"),
        (edit.configure(zoo.RESIDUAL, "deep", ObjectSpec("Nonsense")), "Nonsense"),
        (
            replace(zoo.RESIDUAL, layers=zoo.RESIDUAL.layers.without("deep")),
            "layer that is missing",
        ),
        (replace(zoo.RESIDUAL, nodes=(*zoo.RESIDUAL.nodes, Node("l", "wide"))), "has no input"),
        (replace(zoo.STATE, outputs=("encoder:7",)), "no output 7"),
    ):
        with pytest.raises(LayerwiseError, match=said):
            written(model, style)


def test_what_we_write_is_formatted_and_satisfies_a_linter(tmp_path: Path) -> None:
    for name, style in CASES:
        (tmp_path / f"{name}_{style}.py").write_text(written(MODELS[name], style, name), "utf-8")
    ruff = [sys.executable, "-m", "ruff"]
    for what in (["format", "--diff"], ["check", "--select", "F,E9,I001,PLW,B"]):
        command = [*ruff, *what, "--isolated", "--no-cache", str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[:5000]


def test_a_class_keeps_no_layer_under_an_attribute_of_keras() -> None:
    own = {name for name in dir(keras.Model()) if not name.startswith("_")}
    assert own <= subclass.MODELS_OWN


# --- a stranger's project -------------------------------------------------------------------------


def with_texts(text: str) -> TrainingSpec:
    """A graph that carries ``text`` wherever a project may hold any."""
    inner = chain(text, given(3), dense(2, text))
    nodes = (
        Node(f"{text} in", f"{text} in"),
        Node(f"{text} side", f"{text} side"),
        Node("inner", f"{text} inner", (f"{text} in",)),
        Node("again", f"{text} inner", (f"{text} side",)),
        Node(f"{text} off", f"{text} off", ("again",), off=True),
        Node("op", "op", (f"{text} off",)),
        Node(f"{text} out", f"{text} out", ("inner", "op"), call=Config(mask=text)),
    )
    layers = {
        f"{text} in": given(3),
        f"{text} side": given(3),
        f"{text} inner": replace(inner, name=f"{text} inner"),
        f"{text} off": dense(2, text),
        "op": layer("ops.cast", dtype=text),
        f"{text} out": layer("Concatenate", axis=text),
    }
    outputs = (f"{text} out", "inner")
    training = zoo.training(ModelSpec(text, Config(layers), nodes, outputs), zoo.DIGITS)
    losses = dict.fromkeys(outputs, layer("MeanSquaredError"))
    return replace(
        training,
        columns=Config({f"{text} in": text, outputs[0]: f"{text} y"}),
        compile=training.compile.with_(loss=losses, loss_weights={outputs[0]: text}, metrics={}),
    )


def statements(text: str) -> list[str]:
    """The kinds of all statements, and everything called by a dotted name."""
    nodes = list(ast.walk(ast.parse(text)))
    called = [ast.unparse(n.func) for n in nodes if isinstance(n, ast.Call)]
    kept = [c for c in called if c.startswith(("os", "__import__", "keras.ops", "exec", "eval"))]
    return [type(n).__name__ for n in nodes if isinstance(n, ast.stmt)] + kept


@pytest.mark.parametrize("style", STYLES[1:])
@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_no_text_of_a_graph_becomes_a_statement(text: str, style: str) -> None:
    script = code.script(with_texts(text), ROWS, text, style)
    assert statements(script) == statements(code.script(with_texts("a"), ROWS, "a", style))
    assert all(len(line.splitlines()) <= 1 for line in script.split("\n"))


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_what_is_written_without_quotes_must_be_a_name(text: str) -> None:
    good = zoo.RESIDUAL
    called = replace(good.nodes[-1], call=Config({text: True}))
    for model in (
        edit.configure(good, "deep", layer(f"ops.{text}")),
        edit.configure(good, "deep", layer("ops.reshape", **{text: 1})),
        edit.configure(good, "deep", layer("ops.get_item", key=(text,))),
        replace(good, nodes=(*good.nodes[:-1], called)),
    ):
        for style in STYLES[1:]:
            with pytest.raises(LayerwiseError):
                written(model, style)
