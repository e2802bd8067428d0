"""Reading code: graphs, notebooks, what is refused, and that nothing can run away or be run."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder import document, parse, starters
from builder.errors import LayerwiseError, SpecError
from builder.spec import Config, ModelSpec

CORPUS = Path(__file__).parent / "corpus"
SOURCES = [
    text
    for path in sorted(CORPUS.glob("*.txt"))
    for name, text in zip(
        *[iter(re.split(r"^#### (.*)\n", path.read_text("utf-8"), flags=re.M)[1:])] * 2,
        strict=True,
    )
    if name != "expect"
]

STACK = "import keras\nfrom keras import layers\nmodel = keras.Sequential([keras.Input((4,))])\n"


# --- graphs -------------------------------------------------------------------------------------


SHARED = """
import keras
from keras import layers

left, right = keras.Input((6,), name="left"), keras.Input((6,), name="right")
tower = layers.Dense(4, name="tower")
{calls}
model = keras.Model([left, right], layers.Subtract(name="difference")([a, b]))
"""


@pytest.mark.parametrize(
    ("calls", "names"),
    [
        ("a = tower(left)\nb = tower(right)", ("a", "b")),
        ("a, b = tower(left), tower(right)", ("a", "b")),
        ("h = tower(left)\na = h\nh = tower(right)\nb = h", ("tower", "b")),
        ("a, b = [tower(x) for x in (left, right)]", ("a", "b")),
        ("difference = tower(left)\na, b = difference, tower(right)", ("tower", "b")),
    ],
)
def test_calls_of_a_shared_layer_are_called_as_their_variables(
    calls: str, names: tuple[str, str]
) -> None:
    read = parse.parse(SHARED.format(calls=calls)).training
    assert read is not None
    assert read.model.node("difference").inbound == names
    assert {read.model.node(n).layer for n in names} == {"tower"}


ALL = {"start": None, "stop": None, "step": None}
GRAPH = """
import keras
from keras import layers, ops

x = keras.Input((6, 4), name="x")
{lines}
model = keras.Model(x, y, name="net")
"""


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("y = x[:, 0]", [("ops.get_item", {"key": (ALL, 0)})]),
        ("y = (x / 2) ** 3", [("Rescaling", {"scale": 0.5}), ("ops.power", {"x2": 3})]),
        ("y = 1 / x", [("ops.divide", {"x1": 1})]),
        ("h = layers.Dense(2)(x)\ny = h / h", [("Dense", {"units": 2}), ("ops.divide", {})]),
        ("y = ops.reshape(x, (-1, 24))", [("ops.reshape", {"newshape": (-1, 24)})]),
        ("y = keras.ops.concatenate([x, x], axis=-1)", [("ops.concatenate", {"axis": -1})]),
        ("y = keras.ops.subtract(1, x)", [("ops.subtract", {"x1": 1})]),
        ("a, b = ops.split(x, 2, axis=1)\ny = ops.add(a, b)",
         [("ops.split", {"indices_or_sections": 2, "axis": 1}), ("ops.add", {})]),
    ],
)  # fmt: skip
def test_operations_are_nodes(lines: str, said: list[tuple[str, dict[str, Any]]]) -> None:
    read = parse.parse(GRAPH.format(lines=lines)).training
    assert read is not None
    found = [(v.class_name, v.config) for k, v in read.model.layers.items() if k != "x"]
    assert found == [(name, Config(config)) for name, config in said]


def test_arguments_of_a_call_are_kept() -> None:
    lines = "h = layers.Dropout(0.5)(x, training=True)\ny = layers.LSTM(3)(h, mask=None)"
    read = parse.parse(GRAPH.format(lines=lines)).training
    assert read is not None
    assert read.model.node("dropout").call == {"training": True}
    assert read.model.node("lstm").call == {}


CLASSES = """
import keras
from keras import layers


class Tower(keras.Model):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.deep = layers.Dense(units)
        self.twice = [layers.Dense(units, name=f"twice_{i}") for i in range(2)]

    def call(self, x, training=None):
        for step in self.twice:
            x = step(x)
        return self.deep(x), x


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.tower = Tower(5, name="tower")
        self.out = layers.Dense(1)
        INSIDE

    def call(self, inputs):
        a, b = self.tower(inputs["left"])
        c, _ = self.tower(inputs["right"])
        return {"same": self.out(layers.Concatenate()([a, c])), "seen": b}


model = Net(name="net")
model({"left": keras.Input((3,), name="left"), "right": keras.Input((3,), name="right")})
"""


def test_classes_become_graphs_and_those_inside_are_taken_apart() -> None:
    read = parse.parse(CLASSES.replace("        INSIDE\n", "")).training
    assert read is not None
    calls = [n.layer for n in read.model.nodes if not n.layer.startswith(("left", "right"))]
    assert calls == ["twice_0", "twice_1", "deep"] * 2 + ["concatenate", "out"]
    assert read.model.name == "net" and len(read.model.outputs) == 2


def test_a_class_called_on_inputs_is_a_model_inside_the_model() -> None:
    inside = 'self.tower(keras.Input((3,), name="into"))'
    read = parse.parse(CLASSES.replace("INSIDE", inside)).training
    assert read is not None
    tower = read.model.layers["tower"]
    assert isinstance(tower, ModelSpec) and list(tower.layers) == [
        "into", "twice_0", "twice_1", "deep"
    ]  # fmt: skip
    shared = [n.name for n in read.model.nodes if n.layer == "tower"]
    assert len(shared) == 2
    assert read.model.outputs == ("out", f"{shared[0]}:1")


# --- what is put in the place of what is not said -------------------------------------------------


def test_a_model_alone_gets_a_starters_project_and_is_told_so() -> None:
    read = parse.parse(STACK + "model.add(layers.Dense(3, activation='softmax'))")
    assert read.training is not None
    assert read.training.dataset == starters.get("iris").training.dataset
    assert read.training.compile == starters.get("iris").training.compile
    assert [(n.where, n.severity, n.message) for n in read.notes] == [
        (
            "the whole",
            parse.UNKNOWN,
            "The data were not recognised: Iris stands in their place.",
        ),
        (
            "the whole",
            parse.DIFFERENT,
            "What compile does not say was taken from the starter for such data.",
        ),
        (
            "the whole",
            parse.DIFFERENT,
            "There is no fit: its settings were taken from a starter.",
        ),
    ]


def test_notes_stand_in_the_order_of_the_lines_and_can_be_asked_by_severity() -> None:
    read = parse.parse("foo()\n" + STACK + "model.add(layers.Dens(3))\nmodel.save('a.h5')")
    assert [n.line for n in read.of(parse.UNKNOWN)] == [1, 5, 5, 0]
    assert [n.line for n in read.of(parse.NOTED)] == [6]


def test_very_many_notes_are_counted() -> None:
    read = parse.parse("\n".join(f"foo{i}()" for i in range(500)))
    assert len(read.notes) == 201
    assert read.notes[-1].message == "There are 301 more remarks like these."


# --- notebooks ------------------------------------------------------------------------------------


def book(*cells: tuple[str, str]) -> str:
    rows = [{"cell_type": kind, "source": text.splitlines(True)} for kind, text in cells]
    return json.dumps({"cells": rows, "nbformat": 4, "metadata": {}})


def test_a_notebook_is_read_cell_by_cell() -> None:
    read = parse.notebook(
        book(
            ("markdown", "# A model"),
            ("code", "%matplotlib inline\nimport keras\nfrom keras import layers"),
            ("code", STACK + "model.add(layers.Dense(3))\nmodel.add(layers.Dens(1))\nmodel"),
        )
    )
    assert read.training is not None
    assert [n.name for n in read.training.model.nodes] == ["input_layer", "dense"]
    told = [(n.where, n.message) for n in read.notes if n.line]
    assert told[0] == (
        "cell 2, line 1",
        "The command '%matplotlib inline' is for a notebook: left out.",
    )
    assert told[1] == (
        "cell 3, line 5",
        "`layers.Dens(1)`: there is no layer called 'Dens'. Did you mean Dense?",
    )


def test_a_syntax_error_in_a_notebook_names_its_cell() -> None:
    with pytest.raises(SpecError) as caught:
        parse.notebook(book(("code", "x = 1"), ("code", "y = 2\nz = (")))
    assert caught.value.where == "cell 2, line 2"
    assert caught.value.message == (
        "Cell 2, line 2 is no Python: '(' was never closed. It says 'z = ('."
    )


def test_cells_of_another_language_are_left_out() -> None:
    read = parse.notebook(book(("code", "%%bash\nrm -rf /"), ("code", STACK)))
    assert read.training is not None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hello", "This is no notebook: Expecting value"),
        ("[" * 100_000, "This is no notebook: "),
        ("[]", "This JSON is no notebook: it has no cells."),
        ('{"cells": 3}', "This JSON is no notebook: it has no cells."),
        (json.dumps({"cells": [{}] * 6000}), "The notebook has 6,000 cells; up to 5,000 are read."),
        ("x" * 20_000_001, "The notebook has 20,000,001 characters"),
        (b"\xff\xfe\x00", "This is no notebook: "),
        (book(("code", "x=1\n" * 200_000), ("code", "y=1\n" * 200_000)), "The notebook's code has"),
    ],
    ids=["text", "deep", "list", "no cells", "cells", "long", "bytes", "code"],
)
def test_what_is_no_notebook_is_refused(text: str | bytes, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse.notebook(text)
    assert caught.value.message.startswith(message)


def test_damaged_cells_are_skipped() -> None:
    doc = {"cells": [3, None, {"cell_type": "code"}, {"cell_type": "code", "source": [1, "x = 2"]}]}
    assert parse.notebook(json.dumps(doc)).training is None


# --- what is refused ------------------------------------------------------------------------------

REFUSED = {
    "a syntax error": ("x = 1\nmodel = Sequential([\n  Dense(3)\ny = 2", "line 2", "Line 2 is no"),
    "python 2": ("x = 1\nprint 'x'", "line 2", "Line 2 is no Python: Missing parentheses"),
    "indentation": ("def f():\nreturn 1", "line 2", "Line 2 is no Python: expected an indented"),
    "null": ("x = 1\x00", "", "Th"),
    "half a character": ("x = '\ud800'", "", "This text is no Python"),
    "too long": ("x" * 1_000_001, "", "The code has 1,000,001 characters"),
    "too many words": ("a " * 250_001, "", "The code has more than 250,000 words"),
    "too many braces": ("x = '" + "{" * 20_001 + "'", "", "The code has more than 20,000 braces"),
    "brackets": ("x = " + "(" * 5000 + ")" * 5000, "line 1", "Line 1 is no Python: too many"),
    "signs": ("x = " + "-" * 100_000 + "1", "", "The code is nested too deeply"),
    "dots": ("x = a" + ".b" * 100_000, "", "The code is nested too deeply"),
    "sums": ("x = 1" + " + 1" * 100_000, "", "The code is nested too deeply"),
    "a giant number": ("x = " + "9" * 10_000, "line 1", "Line 1 is no Python: Exceeds the limit"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_python_is_refused_at_its_line(name: str) -> None:
    source, where, message = REFUSED[name]
    with pytest.raises(SpecError) as caught:
        parse.parse(source)
    assert caught.value.where == where
    assert caught.value.message.startswith(message)
    assert caught.value.hint


# --- nothing runs away ----------------------------------------------------------------------------

GREEDY = {
    "ten thousand lines": "x = [1, 2, 3, 'abc', foo(a, b)]\n" * 10_000,
    "ten thousand layers": STACK + "model.add(layers.Dense(3))\n" * 10_000,
    "loops in loops": "for i in range(900):\n for j in range(900):\n  x = i\n" * 20,
    "a doubling text": "a = 'a' * 5000\n" + "a = a + a\n" * 100,
    "many long lists": "\n".join(f"a{i} = [0] * 10000" for i in range(10_000)),
    "lists in a loop": "b = []\nfor i in range(999):\n  b.append([0] * 10000)\n",
    "texts in a loop": "b = []\nfor i in range(999):\n  b.append('a' * 9000 + str(i))\n",
    "a doubling tree": "l = [1]\nfor i in range(60):\n  l = [l, l]\nx = f'{l}'\nif l == l: pass\n"
    "from keras.layers import Dense\nDense(l)\nl % l\nl < l\nstr(l)\nsum(l)\n{'a': l}['a'] in l\n",
    "a list in itself": "d = []\nd.append(d)\nstr(d)\nimport keras\nkeras.Sequential(d)\n"
    "keras.Model(d, d)\nkeras.layers.add(d)\nkeras.layers.Dense(d)\nfor a in d: pass\n",
    "a mapping in itself": "d = {}\nd['a'] = d\nfrom keras.layers import Dense\nDense(d)\n"
    "Dense(**d)",
    "a model in itself": "import keras\nm = keras.Sequential([keras.Input((3,))])\nm.add(m)\n"
    "m.compile('adam', 'mse')",
    "models in models": "import keras\nfrom keras import layers\ndef f(m):\n"
    "  one = keras.Sequential([keras.Input((3,)), m])\n"
    "  two = keras.Sequential([keras.Input((3,)), m])\n"
    "  return keras.Sequential([keras.Input((3,)), one, two])\n"
    "m = keras.Sequential([keras.Input((3,)), layers.Dense(3)])\n"
    "for i in range(9):\n  m = f(m)\n",
    "wrappers in wrappers": "import keras\nfrom keras import layers\nl = layers.LSTM(3)\n"
    "for i in range(100):\n  l = layers.Bidirectional(l, backward_layer=l)\n"
    "m = keras.Sequential([keras.Input((3, 3)), l])\n",
    "a doubling graph": "import keras\nx = i = keras.Input((3,))\nfor n in range(900):\n"
    "  x = keras.layers.add([x, x])\nm = keras.Model(i, x)\n",
    "a loop of functions": "a = lambda: b()\nb = lambda: a()\na()\n",
    "deep blocks": "".join(" " * i + "if True:\n" for i in range(95)) + " " * 95 + "pass",
    "deep calls": "x = " + "f(" * 80 + "1" + ")" * 80,
    "commands": "%x\n" * 20_000,
    "comments like ours": "# (,  # switched off\n" * 9_000,
    "classes": "class A:\n  pass\n" * 10_000,
    "arguments": "f(" + ",".join(f"a{i}=1" for i in range(30_000)) + ")",
}


@pytest.mark.parametrize("name", GREEDY)
def test_greedy_code_is_read_within_limits(name: str) -> None:
    read = parse.parse(GREEDY[name])
    assert len(read.notes) <= 201
    if read.training is not None:
        assert document.from_json(document.to_json(read.training)) == read.training


def test_what_comes_after_a_greedy_statement_is_read() -> None:
    loop = "for i in range(900):\n for j in range(900):\n  x = i\n"
    read = parse.parse(loop + STACK + "model.add(layers.Dense(3))")
    assert read.training is not None
    assert [n.name for n in read.training.model.nodes] == ["input_layer", "dense"]
    assert read.notes[0].message == "`for i in range(900): …`: too many steps, left out"


def test_nothing_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    hostile = (
        "import os, subprocess, pathlib\n"
        "open('a', 'w').write('x')\nos.system('touch b')\nsubprocess.run(['touch', 'c'])\n"
        "pathlib.Path('d').write_text('x')\nexec('open(\"e\", \"w\")')\n"
        "__import__('os').mkdir('f')\n[].__class__.__base__.__subclasses__()[0]('g')\n"
        "class K:\n    open('h', 'w')\n    def __del__(self): open('i', 'w')\n"
        "@open('j', 'w')\ndef k(x=open('k', 'w')): pass\n"
        "import keras\nx = keras.Input((3,))\n"
        "y = keras.layers.Lambda(lambda t: open('l', 'w'))(x)\n"
        'f\'{open("m", "w")}\'\n'
    )
    parse.parse(hostile)
    assert list(tmp_path.iterdir()) == []


# --- whatever people paste ------------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_read_can_be_kept(source: str) -> None:
    read = parse.parse(source)
    if read.training is not None:
        text = document.to_json(read.training)
        assert document.from_json(text) == read.training
    for note in read.notes:
        assert note.severity in parse.SEVERITIES
        assert 0 <= note.line <= source.count("\n") + 1
        assert "\n" not in note.message


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A case of the corpus with lines or pieces taken out, doubled or put elsewhere."""
    source = draw(st.sampled_from(SOURCES))
    for _ in range(draw(st.integers(1, 4))):
        whole = draw(st.booleans())
        parts = source.split("\n") if whole else re.split(r"(\W)", source)
        at = draw(st.integers(0, len(parts) - 1))
        other = draw(st.integers(0, len(parts) - 1))
        match draw(st.sampled_from(["drop", "double", "swap", "replace"])):
            case "drop":
                del parts[at]
            case "double":
                parts.insert(at, parts[at])
            case "swap":
                parts[at], parts[other] = parts[other], parts[at]
            case "replace":
                parts[at] = draw(st.sampled_from(["None", "model", "x", "-1", "'a'", "[]", "y"]))
        source = ("\n" if whole else "").join(parts)
    return source


@settings(max_examples=400, deadline=None)
@given(damaged())
def test_damaged_code_is_a_project_or_an_error_in_words(source: str) -> None:
    try:
        read = parse.parse(source)
    except LayerwiseError as error:
        assert error.message
        return
    if read.training is not None:
        document.from_json(document.to_json(read.training))
    assert not any("not understood (" in n.message for n in read.notes), read.notes


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_at_all(source: str) -> None:
    try:
        parse.parse(source)
        parse.notebook(source)
    except LayerwiseError as error:
        assert error.message


def test_the_config_of_a_layer_is_in_the_catalogues_words() -> None:
    read = parse.parse(STACK + "model.add(layers.Dense(3, activation='linear', use_bias=True))")
    assert read.training is not None
    assert read.training.model.layers["dense"].config == Config(units=3)
