"""What scripts of strangers mean: old defaults, own blocks, Lambdas, classes, schedules, names."""

from __future__ import annotations

import pytest

from builder import parse
from builder.parse import Parsed
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec

OLD = "from keras.models import Sequential\nfrom keras.layers import *\nimport keras\n"
NEW = "import keras\nfrom keras import layers\n"
TF = "import tensorflow as tf\nfrom tensorflow.keras import layers\n"
HEAD = "m = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3, activation='softmax')])\n"
FIT = "m.fit(x, y, epochs=3)\n"


def project(result: Parsed) -> TrainingSpec:
    assert result.training is not None, result.notes
    return result.training


def classes(model: ModelSpec) -> list[str]:
    rows = (model.layers[n.layer] for n in model.nodes)
    return [r.class_name if isinstance(r, ObjectSpec) else "model" for r in rows]


def told(result: Parsed, words: str) -> bool:
    return any(words in note.message for note in result.notes)


OPTIMIZERS = {
    "a call": (OLD, "keras.optimizers.Adadelta()", 1.0),
    "a word": (OLD, "'adadelta'", 1.0),
    "a word with a capital": (OLD, "'Adagrad'", 0.01),
    "its class": (OLD, "keras.optimizers.Adamax", 0.002),
    "its rate": (OLD, "keras.optimizers.Adadelta(lr=0.5)", 0.5),
    "today": (NEW, "keras.optimizers.Adadelta()", None),
    "TensorFlow 2": (TF + "keras = tf.keras\n", "keras.optimizers.Adadelta()", None),
}


@pytest.mark.parametrize(("start", "optimizer", "rate"), OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_a_default_is_what_it_was_when_the_script_was_written(
    start: str, optimizer: str, rate: float | None
) -> None:
    result = parse.parse(f"{start}{HEAD}m.compile({optimizer}, 'mse')\n{FIT}")
    config = project(result).compile["optimizer"].config
    assert config.get("learning_rate") == rate
    assert told(result, "in the Keras of this code") == (rate in (1.0, 0.01, 0.002))


def test_arguments_by_position_stand_in_the_order_of_their_time() -> None:
    code = "from keras.optimizers import SGD\nopt = SGD(0.1, 0.9, 0.0, True)\n"
    result = parse.parse(f"{OLD}{code}{HEAD}m.compile(opt, 'mse')\nm.fit_generator(x)\n")
    assert project(result).compile["optimizer"].config == Config(
        learning_rate=0.1, momentum=0.9, nesterov=True
    )


SPELLINGS = {
    "padding": ("layers.Conv2D(4, 3, padding='Same')", "padding", "same"),
    "padding in capitals": ("layers.Conv2D(4, 3, padding='VALID', strides=2)", "padding", None),
    "activation": ("layers.Dense(4, activation='ReLU')", "activation", "relu"),
    "pooling without a size": ("layers.AveragePooling2D()", "pool_size", 2),
}


@pytest.mark.parametrize(("layer", "name", "value"), SPELLINGS.values(), ids=SPELLINGS)
def test_a_spelling_keras_took_is_taken(layer: str, name: str, value: object) -> None:
    result = parse.parse(f"{NEW}m = keras.Sequential([keras.Input((8, 8, 1)), {layer}])")
    assert not result.of(parse.UNKNOWN)
    model = project(result).model
    assert model.layers[model.nodes[1].layer].config.get(name) == value


def test_a_callback_watches_what_the_metric_is_called_today() -> None:
    result = parse.parse(
        f"{NEW}{HEAD}m.compile('adam', 'mse', metrics=['acc'])\n"
        "stop = keras.callbacks.EarlyStopping(monitor='val_acc')\n"
        "m.fit(x, y, callbacks=[stop])\n"
    )
    (stop,) = project(result).fit["callbacks"]
    assert stop.config["monitor"] == "val_accuracy"


def test_a_name_of_a_metric_is_told_and_followed() -> None:
    result = parse.parse(
        f"{NEW}{HEAD}hits = keras.metrics.BinaryAccuracy(name='hits')\n"
        "m.compile('adam', 'mse', metrics=[hits])\n"
        "stop = keras.callbacks.EarlyStopping(monitor='val_hits')\nm.fit(x, y, callbacks=[stop])\n"
    )
    (stop,) = project(result).fit["callbacks"]
    assert stop.config["monitor"] == "val_binary_accuracy"
    assert told(result, "'hits' here is reported as binary_accuracy")


RATES = {
    "a power": ("lambda e: 1e-3 * 0.95 ** e", 0.001, "StepDecay"),
    "a function": ("halve", 0.02, "StepDecay"),
    "its end": ("lambda e: 0.1 * (1 - e / 50)", 0.1, "StepDecay"),
    "one over": ("lambda e: 0.01 / (1 + 0.5 * e)", 0.01, "StepDecay"),
}
HALVE = "import math\ndef halve(epoch):\n    return 0.02 * math.pow(0.5, math.floor(epoch / 10))\n"


@pytest.mark.parametrize(("rule", "first", "kind"), RATES.values(), ids=RATES)
def test_a_schedule_of_the_epoch_alone_gives_its_first_rate(
    rule: str, first: float, kind: str
) -> None:
    result = parse.parse(
        f"{NEW}{HALVE}{HEAD}m.compile('adam', 'mse')\n"
        f"lr = keras.callbacks.LearningRateScheduler({rule})\nm.fit(x, y, callbacks=[lr])\n"
    )
    training = project(result)
    assert training.compile["optimizer"].config["learning_rate"] == pytest.approx(first)
    assert training.fit["callbacks"][0].config["schedule"].class_name == kind
    assert told(result, "The schedule begins with the rate")


BLOCK = """
class Block(layers.Layer):
    def __init__(self, n):
        super().__init__()
        self.c = layers.Conv2D(n, 3, padding='same')
        self.b = layers.BatchNormalization()
    def call(self, x, training=None):
        return {gives}
"""
CHAIN = BLOCK.format(gives="self.b(self.c(x), training=training)")
RESIDUAL = BLOCK.format(gives="layers.add([x, self.b(self.c(x))])")
ADDS = {
    "a list": "m = keras.Sequential([keras.Input((8, 8, 4)), Block(4), Block(4)])",
    "add": "m = keras.Sequential([keras.Input((8, 8, 4))])\nfor n in (4, 4): m.add(Block(n))",
    "in a stack in a model": "s = keras.Sequential([Block(4), Block(4)])\n"
    "i = keras.Input((8, 8, 4))\n"
    "m = keras.Model(i, s(i))",
}


@pytest.mark.parametrize("add", ADDS.values(), ids=ADDS)
@pytest.mark.parametrize(
    ("block", "each"),
    [
        (CHAIN, ["Conv2D", "BatchNormalization"]),
        (RESIDUAL, ["Conv2D", "BatchNormalization", "Add"]),
    ],
    ids=["chain", "residual"],
)
def test_an_own_block_in_a_stack_is_taken_apart(add: str, block: str, each: list[str]) -> None:
    result = parse.parse(f"{NEW}{block}{add}")
    assert not result.of(parse.UNKNOWN), result.notes
    assert classes(project(result).model) == ["InputLayer", *each, *each]


def test_an_own_block_knows_the_last_axis_before_it() -> None:
    source = (
        f"{NEW}class Same(layers.Layer):\n    def build(self, shape):\n"
        "        self.d = layers.Dense(shape[-1])\n"
        "    def call(self, x):\n        return self.d(x)\n"
        "m = keras.Sequential([keras.Input((5,)), layers.Dense(7), Same()])"
    )
    assert project(parse.parse(source)).model.layers["d"].config["units"] == 7


LAMBDAS = {
    "a distance": (
        "from keras import backend as K\ndef far(v):\n    a, b = v\n"
        "    s = K.sum(K.square(a - b), axis=1, keepdims=True)\n"
        "    return K.sqrt(K.maximum(s, K.epsilon()))\n",
        "keras.layers.Lambda(far, output_shape=(1,))([a, b])",
        ["Subtract", "ops.square", "ops.sum", "ops.maximum", "ops.sqrt"],
    ),
    "a difference": (
        "import tensorflow as tf\n",
        "keras.layers.Lambda(lambda t: tf.abs(t[0] - t[1]))([a, b])",
        ["Subtract", "ops.abs"],
    ),
    "a mean of TensorFlow": (
        "import tensorflow as tf\n",
        "keras.layers.Lambda(lambda t: tf.reduce_mean(t, 1, keepdims=True))(a)",
        ["ops.mean"],
    ),
    "a length": (
        "from keras import backend as K\n",
        "keras.layers.Lambda(lambda t: K.l2_normalize(t, axis=1))(a)",
        ["ops.normalize"],
    ),
    "with arguments": (
        "",
        "keras.layers.Lambda(lambda t, by: t * by, arguments={'by': 3.0})(a)",
        ["Rescaling"],
    ),
}


@pytest.mark.parametrize(("before", "call", "made"), LAMBDAS.values(), ids=LAMBDAS)
def test_a_lambda_of_arithmetic_becomes_operations(before: str, call: str, made: list[str]) -> None:
    source = (
        f"{NEW}{before}a, b = keras.Input((4,)), keras.Input((4,))\n"
        f"out = {call}\nm = keras.Model([a, b], out)"
    )
    result = parse.parse(source)
    assert not result.of(parse.UNKNOWN), result.notes
    assert [c for c in classes(project(result).model) if c != "InputLayer"] == made


SAMPLED = """
def sample(args):
    mean, log_var = args
    noise = {noise}
    return mean + {deviation} * noise
a, b = keras.Input((2,)), keras.Input((2,))
m = keras.Model([a, b], keras.layers.Lambda(sample)([a, b]))
"""


@pytest.mark.parametrize(
    ("noise", "deviation"),
    [
        ("K.random_normal(shape=(K.shape(mean)[0], 2))", "K.exp(0.5 * log_var)"),
        ("K.random_normal(shape=K.shape(mean), mean=0., stddev=1.0)", "K.exp(log_var / 2)"),
        (
            "keras.random.normal(shape=(keras.ops.shape(mean)[0], 2))",
            "keras.ops.exp(log_var * 0.5)",
        ),
    ],
)
def test_sampling_is_recognised(noise: str, deviation: str) -> None:
    code = SAMPLED.format(noise=noise, deviation=deviation)
    result = parse.parse(f"{NEW}from keras import backend as K\n{code}")
    assert classes(project(result).model)[-1] == "Sampling"


def test_another_formula_of_chance_is_told_and_no_factor_is_lost() -> None:
    code = SAMPLED.format(noise="K.random_normal(shape=K.shape(mean))", deviation="K.exp(log_var)")
    result = parse.parse(f"{NEW}from keras import backend as K\n{code}")
    assert result.of(parse.UNKNOWN)
    assert result.training is None or "Sampling" not in classes(result.training.model)


GAN = """
class GAN():
    side = 8
    def __init__(self):
        self.judge = self.build_judge()
        self.judge.compile('adam', 'binary_crossentropy')
        self.forger = self.build_forger()
        z = keras.Input((5,))
        self.judge.trainable = False
        self.both = keras.Model(z, self.judge(self.forger(z)))
        self.both.compile('adam', 'binary_crossentropy')
    def build_judge(self):
        m = keras.Sequential([layers.Flatten(input_shape=(self.side, self.side, 1))])
        m.add(layers.Dense(1, activation='sigmoid'))
        i = keras.Input((self.side, self.side, 1))
        return keras.Model(i, m(i))
    def build_forger(self):
        m = keras.Sequential([layers.Dense(64, input_dim=5), layers.Reshape((8, 8, 1))])
        i = keras.Input((5,))
        return keras.Model(i, m(i))
    def train(self, epochs):
        for e in range(epochs):
            self.both.train_on_batch(x, y)
GAN().train(epochs=30000)
"""


def test_each_model_that_a_class_builds_is_offered() -> None:
    result = parse.parse(NEW + GAN)
    offered = dict(result.others)
    assert set(offered) == {"judge", "forger"}
    assert told(result, "training in a loop of your own")

    def free(training: TrainingSpec) -> bool:
        return all("trainable" not in str(r) for r in training.model.layers.values())

    assert free(offered["judge"]), "it was compiled before it was frozen"
    assert not free(project(result)), "in the whole it is frozen"


def test_a_class_of_settings_is_read() -> None:
    code = "class CFG:\n    units = 7\n    shape = (3,)\n"
    line = "m = keras.Sequential([keras.Input(CFG.shape), layers.Dense(CFG.units)])"
    assert project(parse.parse(NEW + code + line)).model.layers["dense"].config["units"] == 7


def test_a_model_of_a_class_that_only_trains_in_its_own_way() -> None:
    code = (
        f"{NEW}class Mine(keras.Model):\n    def train_step(self, data):\n        return {{}}\n"
        "i = keras.Input((3,))\nm = Mine(i, layers.Dense(2)(i))"
    )
    result = parse.parse(code)
    assert classes(project(result).model) == ["InputLayer", "Dense"]
    assert told(result, "has a train_step of its own")


SHAPES = {
    "int_shape": "s = K.int_shape(x)\nn = s[1] * s[2] * s[3]",
    "shape": "n = x.shape[1] * x.shape[2] * x.shape[-1]",
    "unpacked": "_, h, w, c = x.shape\nn = h * w * c",
}


@pytest.mark.parametrize("ask", SHAPES.values(), ids=SHAPES)
def test_the_shape_of_a_tensor_is_known(ask: str) -> None:
    source = (
        f"{NEW}from keras import backend as K\ni = keras.Input((29, 28, 1))\n"
        "x = layers.Conv2D(4, 3, strides=2, padding='same')(i)\nx = layers.MaxPooling2D()(x)\n"
        f"{ask}\nm = keras.Model(i, layers.Dense(n)(layers.Flatten()(x)))"
    )
    assert project(parse.parse(source)).model.layers["dense"].config["units"] == 7 * 7 * 4


def test_positions_and_patches_become_our_layers() -> None:
    source = NEW + (
        "from keras import ops\n"
        "class Cut(layers.Layer):\n    def call(self, x):\n        n = ops.shape(x)[0]\n"
        "        p = ops.image.extract_patches(x, size=4)\n"
        "        return ops.reshape(p, (n, 4, 48))\n"
        "class Encode(layers.Layer):\n    def __init__(self):\n        super().__init__()\n"
        "        self.d = layers.Dense(6)\n        self.e = layers.Embedding(4, 6)\n"
        "    def call(self, x):\n"
        "        return self.d(x) + self.e(ops.expand_dims(ops.arange(0, 4, 1), 0))\n"
        "i = keras.Input((8, 8, 3))\nm = keras.Model(i, Encode()(Cut()(i)))"
    )
    result = parse.parse(source)
    assert not result.of(parse.UNKNOWN), result.notes
    made = ["InputLayer", "Patches", "Dense", "PositionEmbedding"]
    assert classes(project(result).model) == made


FIRST = {
    "PyTorch": "import torch\nimport torch.nn as nn\nclass N(nn.Module):\n    def __init__(self):\n"
    "        super().__init__()\n        self.l = nn.Linear(3, 2)\nn = N()\n"
    "for p in n.parameters(): p.x()\n",
    "TensorFlow 1": "import tensorflow as tf\nx = tf.placeholder(tf.float32, [None, 4])\n"
    "y = tf.layers.dense(x, 2)\nwith tf.Session() as s:\n    s.run(y, feed_dict={x: a})\n",
    "JAX": "import jax\nimport jax.numpy as jnp\ng = jax.grad(lambda w: jnp.sum(w))\nprint(g(q))\n",
}


@pytest.mark.parametrize("framework", FIRST)
def test_another_framework_is_named_in_the_first_sentence(framework: str) -> None:
    result = parse.parse(FIRST[framework])
    first = result.notes[0].message
    assert first.startswith(f"This is {framework}, not Keras."), result.notes


def test_keras_with_a_loader_of_pytorch_is_keras() -> None:
    code = f"from torch.utils.data import DataLoader\n{NEW}{HEAD}loader = DataLoader(q)\n"
    result = parse.parse(code)
    assert result.training is not None
    assert told(result, "PyTorch is used beside Keras") and not told(result, "not Keras")


def test_a_model_that_was_seen_is_not_said_to_be_missing() -> None:
    result = parse.parse(f"{NEW}m = keras.Model(unknown_a, unknown_b)")
    assert result.training is None
    assert told(result, "could not be put together") and not told(
        result, "No Keras model was found"
    )


def test_keras_core_is_keras() -> None:
    code = "import keras_core as keras\n"
    code += "m = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])"
    assert classes(project(parse.parse(code)).model) == ["InputLayer", "Dense"]


def test_a_dice_of_ones_own_is_kerass() -> None:
    code = "def dice_loss(t, p):\n    return 1 - t\n"
    result = parse.parse(f"{NEW}{code}{HEAD}m.compile('adam', dice_loss)\n{FIT}")
    assert project(result).compile["loss"].class_name == "Dice"
    assert told(result, "never run")


def test_a_causal_mask_is_not_lost_in_silence() -> None:
    code = (
        f"{NEW}i = keras.Input((6, 4))\ncausal_mask = masks[3]\n"
        "x = layers.MultiHeadAttention(2, 4)(i, i, attention_mask=causal_mask)\n"
        "m = keras.Model(i, x)"
    )
    (node,) = [n for n in project(parse.parse(code)).model.nodes if "attention" in n.name]
    assert node.call["use_causal_mask"] is True
