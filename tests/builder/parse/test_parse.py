"""Graphs and classes that code describes, and what stands in for what it does not say."""

from __future__ import annotations

from typing import Any

import pytest

from builder import catalog, parse
from builder.spec import Config, ModelSpec, ObjectSpec

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


@pytest.mark.parametrize(
    "lines",
    [
        "words = layers.TextVectorization(vocabulary=['good', 'bad'])",
        "words = layers.TextVectorization()\nwords.set_vocabulary(['good', 'bad'])",
        "words = layers.TextVectorization()\nwords.set_vocabulary(vocabulary=('good', 'bad'))",
    ],
)
def test_words_that_are_given_are_not_learned(lines: str) -> None:
    code = (
        f"import keras\nfrom keras import layers\n{lines}\nwords.adapt(texts)\n"
        "model = keras.Sequential([keras.Input((1,), dtype='string'), words,"
        " layers.Embedding(words.vocabulary_size(), 4)])"
    )
    training = parse.parse(code).training
    assert training is not None
    layers = training.model.layers
    assert layers["text_vectorization"].config["vocabulary"] == ("good", "bad")
    assert layers["embedding"].config["input_dim"] == 4


def test_a_vocabulary_nobody_knows_is_told() -> None:
    code = (
        "import keras\nfrom keras import layers\nwords = layers.TextVectorization()\n"
        "words.set_vocabulary(open('words.txt').read())\n"
        "model = keras.Sequential([keras.Input((1,), dtype='string'), words, layers.Dense(1)])"
    )
    read = parse.parse(code)
    assert any("the vocabulary could not be worked out" in n.message for n in read.notes)


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


def test_a_model_alone_gets_data_to_come_and_is_told_so() -> None:
    read = parse.parse(STACK + "model.add(layers.Dense(3, activation='softmax'))")
    assert read.training is not None
    assert read.training.dataset == ObjectSpec(
        "DataToCome",
        Config(
            inputs={"x": {"kind": "vector", "shape": (4,)}},
            targets={"y": {"kind": "category", "classes": 3}},
        ),
    )
    assert read.training.compile["loss"].class_name == "SparseCategoricalCrossentropy"
    assert [(n.where, n.severity) for n in read.notes] == [("the whole", parse.DIFFERENT)] * 3
    assert [n.message for n in read.notes] == [
        "The data of this code are not here; these are made up. Train to see it run.",
        "What compile does not say is what usually suits such an end of a model.",
        "There is no fit: its settings are usual ones.",
    ]


def test_notes_stand_in_the_order_of_the_lines_and_can_be_asked_by_severity() -> None:
    read = parse.parse("foo()\n" + STACK + "model.add(layers.Dens(3))\nmodel.save('a.h5')")
    assert [n.line for n in read.of(parse.UNKNOWN)] == [1, 5, 5]
    assert [n.line for n in read.of(parse.NOTED)] == [6]


def test_very_many_notes_are_counted() -> None:
    read = parse.parse("\n".join(f"foo{i}()" for i in range(500)))
    assert len(read.notes) == 201
    assert read.notes[-1].message == "There are 301 more remarks like these."


def test_the_config_of_a_layer_is_in_the_catalogues_words() -> None:
    read = parse.parse(STACK + "model.add(layers.Dense(3, activation='linear', use_bias=True))")
    assert read.training is not None
    assert read.training.model.layers["dense"].config == Config(units=3)


LEFT_OUT = [
    (kind, name)
    for kind, names in {
        "layers": ("Lambda", "TFSMLayer", "Wrapper"),
        "callbacks": ("LambdaCallback", "RemoteMonitor", "BackupAndRestore", "History"),
        "optimizers": ("LossScaleOptimizer",),
        "losses": ("Loss",),
        "metrics": ("Accuracy",),
        "regularizers": ("Regularizer",),
    }.items()
    for name in names
]


@pytest.mark.parametrize(("kind", "name"), LEFT_OUT)
def test_what_keras_has_and_the_catalogue_has_not_is_told_as_such(kind: str, name: str) -> None:
    text = f"import keras\nmade = keras.{kind}.{name}()\nmodel = keras.Sequential([made])"
    said = [note.message for note in parse.parse(text).notes if name in note.message]
    assert said and not any("there is no" in message for message in said)
    if name != "Lambda":  # which is told by what it holds
        assert catalog.why_not_offered(kind, name) in said[0]
