"""The formulas we show to learners, written in NumPy, against what Keras computes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

Array = Any  # of NumPy; its operators are typed too loosely for strict checking
EPS = 1e-7


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def _soft(z: Array) -> Array:
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


REGRESSION: dict[str, Callable[[Array, Array], Array]] = {
    "MeanSquaredError": lambda y, p: np.mean((y - p) ** 2),
    "MeanAbsoluteError": lambda y, p: np.mean(abs(y - p)),
    "MeanAbsolutePercentageError": lambda y, p: 100 * np.mean(abs((y - p) / y)),
    "MeanSquaredLogarithmicError": lambda y, p: np.mean((np.log(1 + y) - np.log(1 + p)) ** 2),
    "Huber": lambda y, p: np.mean(np.where(abs(y - p) <= 1, (y - p) ** 2 / 2, abs(y - p) - 0.5)),
    "LogCosh": lambda y, p: np.mean(np.log(np.cosh(p - y))),
    "Poisson": lambda y, p: np.mean(p - y * np.log(p)),
    "CosineSimilarity": lambda y, p: np.mean(
        -(y * p).sum(1) / np.linalg.norm(y, axis=1) / np.linalg.norm(p, axis=1)
    ),
}


@pytest.mark.parametrize("name", REGRESSION)
def test_losses_of_numbers(name: str, rng: np.random.Generator) -> None:
    y, p = rng.uniform(0.5, 5, (2, 12, 3)).astype("float32")
    found = float(getattr(keras.losses, name)()(y, p))
    assert found == pytest.approx(float(REGRESSION[name](y, p)), rel=1e-4)


CLASSES: dict[str, Callable[[Array, Array], Array]] = {
    "CategoricalCrossentropy": lambda y, p: -np.sum(y * np.log(p), -1),
    "CategoricalFocalCrossentropy": lambda y, p: -0.25 * np.sum((1 - p) ** 2 * y * np.log(p), -1),
    "KLDivergence": lambda y, p: np.sum(y * np.log(np.maximum(y, EPS) / p), -1),
    "CategoricalHinge": lambda y, p: np.maximum(0, 1 + ((1 - y) * p).max(-1) - (y * p).sum(-1)),
}


@pytest.mark.parametrize("name", CLASSES)
def test_losses_of_one_hot_classes(name: str, rng: np.random.Generator) -> None:
    y = np.eye(4, dtype="float32")[rng.integers(0, 4, 20)]
    p = _soft(rng.normal(size=(20, 4))).astype("float32")
    found = float(getattr(keras.losses, name)()(y, p))
    assert found == pytest.approx(float(CLASSES[name](y, p).mean()), rel=1e-4)


NUMBERED: dict[str, Callable[[Array], Array]] = {
    "SparseCategoricalCrossentropy": lambda p: -np.log(p),
    "CategoricalGeneralizedCrossEntropy": lambda p: (1 - p**0.5) / 0.5,
}


@pytest.mark.parametrize("name", NUMBERED)
def test_losses_of_numbered_classes(name: str, rng: np.random.Generator) -> None:
    y = rng.integers(0, 4, 20)
    p = _soft(rng.normal(size=(20, 4))).astype("float32")
    found = float(getattr(keras.losses, name)()(y, p))
    assert found == pytest.approx(float(NUMBERED[name](p[np.arange(20), y]).mean()), rel=1e-4)


def _chance(y: Array, p: Array) -> Array:
    return y * p + (1 - y) * (1 - p)


YES_NO: dict[str, Callable[[Array, Array], Array]] = {
    "BinaryCrossentropy": lambda y, p: -(y * np.log(p) + (1 - y) * np.log(1 - p)),
    "BinaryFocalCrossentropy": lambda y, p: -((1 - _chance(y, p)) ** 2) * np.log(_chance(y, p)),
    "Hinge": lambda y, p: np.maximum(0, 1 - (2 * y - 1) * p),
    "SquaredHinge": lambda y, p: np.maximum(0, 1 - (2 * y - 1) * p) ** 2,
}


@pytest.mark.parametrize("name", YES_NO)
def test_losses_of_yes_or_no(name: str, rng: np.random.Generator) -> None:
    y = rng.integers(0, 2, (20, 1)).astype("float32")
    p = rng.uniform(0.05, 0.95, (20, 1)).astype("float32")
    found = float(getattr(keras.losses, name)()(y, p))
    assert found == pytest.approx(float(YES_NO[name](y, p).mean()), rel=1e-4)


def test_overlap_losses_and_which_knob_of_tversky_is_which(rng: np.random.Generator) -> None:
    y = rng.integers(0, 2, (3, 8)).astype("float32")
    p = rng.uniform(size=(3, 8)).astype("float32")
    dice = 1 - 2 * (y * p).sum() / (y.sum() + p.sum())
    assert float(keras.losses.Dice()(y, p)) == pytest.approx(dice, rel=1e-4)
    assert float(keras.losses.Tversky()(y, p)) == pytest.approx(dice, rel=1e-4)
    missed, wrong = (y * (1 - p)).sum(), ((1 - y) * p).sum()
    hit = (y * p).sum()
    expected = 1 - hit / (hit + 0.9 * missed + 0.2 * wrong)
    found = float(keras.losses.Tversky(alpha=0.9, beta=0.2)(y, p))
    assert found == pytest.approx(expected, rel=1e-4)


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


_ERF = np.vectorize(math.erf)
ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "relu": lambda x: np.maximum(0, x),
    "leaky_relu": lambda x: np.where(x >= 0, x, 0.2 * x),
    "gelu": lambda x: x / 2 * (1 + _ERF(x / math.sqrt(2))),
    "silu": lambda x: x * _sigmoid(x),
    "elu": lambda x: np.where(x > 0, x, np.exp(x) - 1),
    "selu": lambda x: 1.0507 * np.where(x > 0, x, 1.6733 * (np.exp(x) - 1)),
    "tanh": np.tanh,
    "mish": lambda x: x * np.tanh(np.log(1 + np.exp(x))),
    "softmax": _soft,
    "sigmoid": _sigmoid,
    "linear": lambda x: x,
    "softplus": lambda x: np.log(1 + np.exp(x)),
    "exponential": np.exp,
    "log_softmax": lambda x: np.log(_soft(x)),
    "relu6": lambda x: np.minimum(np.maximum(0, x), 6),
    "celu": lambda x: np.maximum(0, x) + np.minimum(0, np.exp(x) - 1),
    "softsign": lambda x: x / (1 + abs(x)),
    "squareplus": lambda x: (x + np.sqrt(x**2 + 4)) / 2,
    "log_sigmoid": lambda x: np.log(_sigmoid(x)),
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "hard_silu": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "sparse_plus": lambda x: np.where(x <= -1, 0, np.where(x < 1, (x + 1) ** 2 / 4, x)),
    "sparse_sigmoid": lambda x: np.clip((x + 1) / 2, 0, 1),
    "soft_shrink": lambda x: np.sign(x) * np.maximum(0, abs(x) - 0.5),
    "hard_shrink": lambda x: np.where(abs(x) > 0.5, x, 0),
    "tanh_shrink": lambda x: x - np.tanh(x),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name: str) -> None:
    x = np.linspace(-8, 8, 33, dtype="float32")[None]
    found = np.asarray(getattr(keras.activations, name)(x))
    np.testing.assert_allclose(found, ACTIVATIONS[name](x.astype("float64")), atol=2e-4)


def _decayed(b1: float, b2: float, s: dict[str, Any], g: Array) -> tuple[Array, Array]:
    s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
    s["v"] = b2 * s.get("v", 0) + (1 - b2) * g**2
    return s["m"], s["v"]


def _adam(w: Array, g: Array, t: int, s: dict[str, Any], lr: float = 0.001) -> Array:
    m, v = _decayed(0.9, 0.999, s, g)
    return w - lr * math.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (np.sqrt(v) + EPS)


def _adamw(w: Array, g: Array, t: int, s: dict[str, Any]) -> Array:
    return _adam(w - 0.001 * 0.004 * w, g, t, s)


def _sgd(w: Array, g: Array, t: int, s: dict[str, Any]) -> Array:
    s["v"] = 0.9 * s.get("v", 0) - 0.01 * g
    return w + s["v"]


def _rmsprop(w: Array, g: Array, t: int, s: dict[str, Any]) -> Array:
    s["v"] = 0.9 * s.get("v", 0) + 0.1 * g**2
    return w - 0.001 * g / np.sqrt(s["v"] + EPS)


def _nadam(w: Array, g: Array, t: int, s: dict[str, Any]) -> Array:
    m, v = _decayed(0.9, 0.999, s, g)

    def mu(i: int) -> float:
        return 0.9 * (1 - 0.5 * 0.96**i)

    now = math.prod(mu(i) for i in range(1, t + 1))
    ahead = mu(t + 1) * m / (1 - now * mu(t + 1)) + (1 - mu(t)) * g / (1 - now)
    return w - 0.001 * ahead / (np.sqrt(v / (1 - 0.999**t)) + EPS)


def _adamax(w: Array, g: Array, t: int, s: dict[str, Any]) -> Array:
    m, _ = _decayed(0.9, 0.999, s, g)
    s["u"] = np.maximum(0.999 * s.get("u", 0), abs(g))
    return w - 0.001 / (1 - 0.9**t) * m / (s["u"] + EPS)


def _lion(w: Array, g: Array, t: int, s: dict[str, Any]) -> Array:
    m = s.get("m", 0)
    s["m"] = 0.99 * m + 0.01 * g
    return w - 0.001 * np.sign(0.9 * m + 0.1 * g)


def _free(w: Array, g: Array, t: int, s: dict[str, Any]) -> Array:
    """As Keras does it: it finds the average x again from w and the already moved z."""
    s.setdefault("z", w)
    _, v = _decayed(0.9, 0.999, s, g)
    s["z"] = s["z"] - 0.0025 * g / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    x = (1 - 1 / t) * (w - 0.1 * s["z"]) / 0.9 + s["z"] / t
    return 0.1 * s["z"] + 0.9 * x


def _adagrad(w: Array, g: Array, t: int, s: dict[str, Any]) -> Array:
    s["G"] = s.get("G", 0.1) + g**2
    return w - 0.001 * g / np.sqrt(s["G"] + EPS)


def _adadelta(w: Array, g: Array, t: int, s: dict[str, Any]) -> Array:
    s["G"] = 0.95 * s.get("G", 0) + 0.05 * g**2
    step = -np.sqrt((s.get("D", 0) + EPS) / (s["G"] + EPS)) * g
    s["D"] = 0.95 * s.get("D", 0) + 0.05 * step**2
    return w + 0.001 * step


def _ftrl(w: Array, g: Array, t: int, s: dict[str, Any]) -> Array:
    old = s.get("n", np.full_like(w, 0.1))
    s["n"] = old + g**2
    s["z"] = s.get("z", 0) + g - (np.sqrt(s["n"]) - np.sqrt(old)) / 0.001 * w
    return -s["z"] / (np.sqrt(s["n"]) / 0.001)


def _adafactor(w: Array, g: Array, t: int, s: dict[str, Any]) -> Array:
    keep = 1 - t**-0.8
    s["R"] = keep * s.get("R", 0) + (1 - keep) * (g**2 + 1e-30).mean(-1)
    s["C"] = keep * s.get("C", 0) + (1 - keep) * (g**2 + 1e-30).mean(-2)
    u = g / np.sqrt(np.outer(s["R"], s["C"]) / s["R"].mean())
    rms = math.sqrt((u**2).mean())
    rate = max(0.001, math.sqrt((w**2).mean())) * min(0.001, 1 / math.sqrt(t))
    return w - rate * u / max(1, rms)


def _lamb(w: Array, g: Array, t: int, s: dict[str, Any]) -> Array:
    m, v = _decayed(0.9, 0.999, s, g)
    r = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + EPS)
    return w - 0.001 * np.linalg.norm(w) / np.linalg.norm(r) * r


def _muon(w: Array, g: Array, t: int, s: dict[str, Any]) -> Array:
    w = w - 0.001 * 0.004 * w
    s["M"] = 0.95 * s.get("M", 0) + g
    o = g + 0.95 * s["M"]
    o = o / np.linalg.norm(o)
    for _ in range(5):
        a = o @ o.T
        o = 3.4445 * o + (-4.775 * a + 2.0315 * a @ a) @ o
    return w - 0.2 * 0.001 * math.sqrt(max(w.shape)) * o


RULES: dict[str, tuple[Callable[..., Array], dict[str, Any]]] = {
    "Adam": (_adam, {}),
    "SGD": (_sgd, {"momentum": 0.9}),
    "RMSprop": (_rmsprop, {}),
    "AdamW": (_adamw, {}),
    "Nadam": (_nadam, {}),
    "Adamax": (_adamax, {}),
    "Lion": (_lion, {}),
    "ScheduleFreeAdamW": (_free, {}),
    "Adagrad": (_adagrad, {}),
    "Adadelta": (_adadelta, {}),
    "Ftrl": (_ftrl, {}),
    "Adafactor": (_adafactor, {}),
    "Lamb": (_lamb, {}),
    "Muon": (_muon, {}),
}


@pytest.mark.parametrize("name", RULES)
def test_update_rules_of_optimizers(name: str, rng: np.random.Generator) -> None:
    rule, config = RULES[name]
    w = rng.normal(size=(3, 4))
    variable = keras.Variable(w.astype("float32"), name="kernel")
    optimizer = getattr(keras.optimizers, name)(**config)
    state: dict[str, Any] = {}
    for t in (1, 2, 3):
        g = rng.normal(size=(3, 4))
        optimizer.apply([keras.ops.convert_to_tensor(g.astype("float32"))], [variable])
        w = rule(w, g, t, state)
    np.testing.assert_allclose(np.asarray(variable), w, atol=2e-6, rtol=2e-5)


def test_every_optimizer_has_its_rule_checked() -> None:
    from builder import catalog

    assert set(RULES) == {e.class_name for e in catalog.entries("optimizers")}


RATES: dict[str, tuple[dict[str, Any], Callable[[int], float]]] = {
    "ExponentialDecay": (
        {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.9},
        lambda s: 0.1 * 0.9 ** (s / 10),
    ),
    "InverseTimeDecay": (
        {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 1.0},
        lambda s: 0.1 / (1 + s / 10),
    ),
    "PolynomialDecay": (
        {"initial_learning_rate": 0.1, "decay_steps": 20, "end_learning_rate": 0.01, "power": 2.0},
        lambda s: 0.09 * (1 - min(s, 20) / 20) ** 2 + 0.01,
    ),
    "CosineDecay": (
        {"initial_learning_rate": 0.1, "decay_steps": 20, "alpha": 0.1},
        lambda s: 0.1 * (0.9 * 0.5 * (1 + math.cos(math.pi * min(s, 20) / 20)) + 0.1),
    ),
    "CosineDecayRestarts": (
        {"initial_learning_rate": 0.1, "first_decay_steps": 10, "m_mul": 0.5},
        lambda s: (
            0.1 * 0.5 * (1 + math.cos(math.pi * s / 10))
            if s < 10
            else 0.1 * 0.5 * 0.5 * (1 + math.cos(math.pi * (s - 10) / 20))
        ),
    ),
    "PiecewiseConstantDecay": (
        {"boundaries": (5, 10), "values": (0.1, 0.05, 0.01)},
        lambda s: 0.1 if s <= 5 else 0.05 if s <= 10 else 0.01,
    ),
}


@pytest.mark.parametrize("name", RATES)
def test_learning_rates_by_step(name: str) -> None:
    config, goal = RATES[name]
    schedule = getattr(keras.optimizers.schedules, name)(**config)
    for step in (0, 3, 5, 6, 11, 17, 25):
        assert float(schedule(step)) == pytest.approx(goal(step), rel=1e-4)


SPREAD = {
    "GlorotUniform": math.sqrt(6 / 500) / math.sqrt(3),
    "GlorotNormal": math.sqrt(2 / 500),
    "HeNormal": math.sqrt(2 / 200),
    "HeUniform": math.sqrt(6 / 200) / math.sqrt(3),
    "LecunNormal": math.sqrt(1 / 200),
    "LecunUniform": math.sqrt(3 / 200) / math.sqrt(3),
    "RandomUniform": 0.1 / math.sqrt(12),
    "RandomNormal": 0.05,
}


@pytest.mark.parametrize("name", SPREAD)
def test_spread_of_initial_weights(name: str) -> None:
    drawn = np.asarray(getattr(keras.initializers, name)(seed=1)((200, 300)))
    assert drawn.std() == pytest.approx(SPREAD[name], rel=0.03)
    assert abs(drawn.mean()) < 0.003


def test_prices_and_limits_of_weights(rng: np.random.Generator) -> None:
    w = rng.normal(size=(3, 4)).astype("float32") * 2
    assert float(keras.regularizers.L1(0.1)(w)) == pytest.approx(0.1 * abs(w).sum(), rel=1e-4)
    assert float(keras.regularizers.L2(0.1)(w)) == pytest.approx(0.1 * (w**2).sum(), rel=1e-4)
    unit = w / np.linalg.norm(w, axis=1, keepdims=True)
    pairs = abs(unit @ unit.T)[np.triu_indices(3, 1)]
    found = float(keras.regularizers.OrthogonalRegularizer(0.1)(w))
    assert found == pytest.approx(0.1 * pairs.mean(), rel=1e-4)
    length = np.linalg.norm(w, axis=0)
    limits: dict[str, Array] = {
        "MaxNorm": w * np.minimum(length, 2) / length,
        "NonNeg": np.maximum(w, 0),
        "UnitNorm": w / length,
        "MinMaxNorm": w * np.clip(length, 0, 1) / length,
    }
    for name, expected in limits.items():
        found_w = np.asarray(getattr(keras.constraints, name)()(w))
        np.testing.assert_allclose(found_w, expected, atol=1e-5)
