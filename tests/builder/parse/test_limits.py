"""Code that is refused, greedy, hostile or damaged: an answer in words, and nothing is run."""

from __future__ import annotations

import re
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder import document, parse
from builder.errors import LayerwiseError, SpecError

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


@settings(max_examples=400)
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


@settings(max_examples=200)
@given(st.text(max_size=300))
def test_any_text_at_all(source: str) -> None:
    try:
        parse.parse(source)
        parse.parse_notebook(source)
    except LayerwiseError as error:
        assert error.message


@pytest.mark.parametrize(
    "line",
    [
        "x = np.array([[0] * 9999] * 9999)",
        "x = np.arange(9000).reshape(9000, 1) * np.arange(9000)",
        "x = np.linspace(0, 1, 10**9)",
        "x = pd.read_csv('a.csv').values[:, 10**9:]",
        "x = pd.read_csv('a.csv').values[:, :-10**9]",
        "x = np.random.random((9, 10**9))[:, 0:10**9]",
    ],
)
def test_data_of_any_size_cost_little_to_read(line: str) -> None:
    model = "m = keras.Sequential([keras.layers.Dense(1)])\nm.fit(x, x)"
    tracemalloc.start()
    parse.parse(f"import keras\nimport numpy as np\nimport pandas as pd\n{line}\n{model}")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 100_000_000
