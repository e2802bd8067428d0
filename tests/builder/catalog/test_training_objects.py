"""Optimizers, losses, metrics, callbacks … of the catalogue against the installed Keras."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import keras
import numpy as np
import pytest

from builder import catalog
from builder.catalog import (
    REQUIRED,
    Entry,
    activations,
    callbacks,
    constraints,
    epoch_schedules,
    initializers,
    losses,
    metrics,
    optimizers,
    regularizers,
    schedules,
)
from builder.spec import ObjectSpec

HOMES: dict[str, tuple[ModuleType, Any]] = {
    "optimizers": (optimizers, keras.optimizers),
    "schedules": (schedules, keras.optimizers.schedules),
    "losses": (losses, keras.losses),
    "metrics": (metrics, keras.metrics),
    "callbacks": (callbacks, keras.callbacks),
    "initializers": (initializers, keras.initializers),
    "regularizers": (regularizers, keras.regularizers),
    "constraints": (constraints, keras.constraints),
    "activations": (activations, keras.activations),
}
OURS = {"accuracy"}
"""Entries that are no class of Keras: ``accuracy`` is a string compile() understands."""
KERAS = [e for kind in HOMES for e in catalog.entries(kind) if e.class_name not in OURS]
CHANNEL = {"one_hot": 3, "integers": 3, "values": 1}


def _id(value: Any) -> str:
    return f"{value.kind}-{value.class_name}" if isinstance(value, Entry) else str(value)


def _public(kind: str) -> set[str]:
    home = HOMES[kind][1]
    names = {n for n in dir(home) if not n.startswith("_")}
    if kind == "activations":
        return {n for n in names if inspect.isfunction(getattr(home, n))}
    return {n for n in names if n[0].isupper() and inspect.isclass(getattr(home, n))}


def _make(row: Entry) -> Any:
    config = dict(catalog.new(row.kind, row.class_name).config)
    rule = config.get("schedule")
    if isinstance(rule, ObjectSpec):
        config["schedule"] = epoch_schedules.FUNCTIONS[rule.class_name]
    return getattr(HOMES[row.kind][1], row.class_name)(**config)


@pytest.mark.parametrize("kind", HOMES)
def test_everything_public_is_offered_or_left_out_with_a_reason(kind: str) -> None:
    offered = {e.class_name for e in catalog.entries(kind)} - OURS
    left_out = HOMES[kind][0].NOT_OFFERED
    assert not offered & set(left_out)
    assert offered | set(left_out) == _public(kind)
    assert all(reason.endswith(".") for reason in left_out.values())


@pytest.mark.parametrize("row", KERAS, ids=_id)
def test_arguments_are_those_of_keras(row: Entry) -> None:
    asked = inspect.signature(getattr(HOMES[row.kind][1], row.class_name)).parameters.values()
    expected = {
        p.name: REQUIRED if p.default is p.empty else p.default
        for p in asked
        if p.name not in ("name", "dtype", "x") and p.kind is p.POSITIONAL_OR_KEYWORD
    }
    assert dict(row.args) == expected
    assert list(row.args) == list(expected)
    for name, default in row.args.items():
        assert type(default) is type(expected[name])


@pytest.mark.parametrize("row", [e for e in KERAS if e.kind != "activations"], ids=_id)
def test_a_new_one_is_accepted_by_keras(row: Entry) -> None:
    made = _make(row)
    assert type(made).__name__ == row.class_name


@pytest.mark.parametrize("row", KERAS, ids=_id)
def test_short_strings_mean_the_same_in_keras(row: Entry) -> None:
    if row.kind in ("schedules", "callbacks"):
        assert not row.alias, "Keras has no short strings for these"
        return
    for alias in filter(None, (row.alias, *row.extra.get("aliases", ()))):
        found = HOMES[row.kind][1].get(alias)
        direct = getattr(HOMES[row.kind][1], row.class_name)
        if row.kind == "losses":
            assert found is getattr(keras.losses, row.alias)
            assert direct().name in (row.alias, f"{row.alias}_loss")
        else:
            assert found is direct or type(found) is direct


def test_keras_knows_no_short_string_where_we_have_none() -> None:
    for row in KERAS:
        if not row.alias and row.kind in ("optimizers", "losses"):
            with pytest.raises(ValueError, match="Could not interpret"):
                HOMES[row.kind][1].get(keras.src.utils.naming.to_snake_case(row.class_name))


@pytest.mark.parametrize(
    "row", [e for e in catalog.entries("metrics") if e.class_name not in OURS], ids=_id
)
def test_history_key_and_direction_of_metrics(row: Entry) -> None:
    made = _make(row)
    assert re.sub(r"(?<=[a-z])_\d+$", "", made.name) == row.extra["key"]
    keras_says = getattr(made, "_direction", None)
    assert keras_says is None or keras_says == row.extra["better"]


@pytest.fixture(scope="module")
def head() -> Any:
    """Predictions of 16 examples by last activation, three outputs or one."""
    rng = np.random.default_rng(0)

    def predict(activation: str, width: int) -> np.ndarray:
        raw = rng.normal(size=(16, width)).astype("float32")
        return np.asarray(getattr(keras.activations, activation)(raw))

    return predict


def _truth(labels: str, width: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    if labels == "values":
        return rng.uniform(0.5, 3.0, size=(16, width)).astype("float32")
    classes = np.arange(16) % max(width, 2)
    if labels == "one_hot":
        return np.eye(max(width, 2), dtype="float32")[classes]
    return classes[:, None] if width == 1 else classes


def _cases(kind: str) -> list[tuple[Entry, str]]:
    rows = [e for e in catalog.entries(kind) if e.class_name not in OURS]
    usual = {"classification", "regression"}
    return [(e, labels) for e in rows if set(e.tasks) <= usual for labels in e.labels]


def _width(row: Entry, labels: str) -> int:
    return 1 if row.extra["binary"] and labels == "integers" else CHANNEL[labels]


@pytest.mark.parametrize(("row", "labels"), _cases("losses"), ids=_id)
def test_losses_accept_the_labels_and_activations_we_name(
    row: Entry, labels: str, head: Any
) -> None:
    for activation in row.extra["activation"]:
        width = _width(row, labels)
        y, p = _truth(labels, width), head(activation, width)
        value = float(_make(row)(y, p))
        assert math.isfinite(value)
        if width == 1:
            assert value == pytest.approx(float(_make(row)(y.reshape(16), p)))


@pytest.mark.parametrize(("row", "labels"), _cases("metrics"), ids=_id)
def test_metrics_give_one_number_for_the_labels_we_name(row: Entry, labels: str, head: Any) -> None:
    width = _width(row, labels)
    activation = "linear" if labels == "values" else "softmax" if width > 1 else "sigmoid"
    y, p = _truth(labels, width), head(activation, width)
    metric = _make(row)
    for half in (slice(0, 8), slice(8, 16)):
        metric.update_state(y[half], p[half])
    found = metric.result()
    assert np.shape(found) == () and math.isfinite(float(found))
    if width == 1:
        assert float(found) == pytest.approx(_of_a_plain_list(row, y, p)), "list and column differ"


def _of_a_plain_list(row: Entry, y: np.ndarray, p: np.ndarray) -> float:
    """The value when labels come as a list of numbers, as datasets give them."""
    metric = _make(row)
    for half in (slice(0, 8), slice(8, 16)):
        metric.update_state(y.reshape(16)[half], p[half])
    return float(metric.result())


@pytest.mark.parametrize("name", ["Hinge", "SquaredHinge", "Poisson"])
def test_why_three_metrics_are_not_offered(name: str) -> None:
    y, p = np.array([0.0, 1.0], "float32"), np.array([[0.2], [0.9]], "float32")
    flat, column = (getattr(keras.metrics, name)() for _ in range(2))
    flat.update_state(y, p)
    column.update_state(y[:, None], p)
    assert float(flat.result()) != pytest.approx(float(column.result()))


SPECIAL_SHAPES = {
    "Dice": ((2, 4, 4, 1), (2, 4, 4, 1)),
    "Tversky": ((2, 4, 4, 1), (2, 4, 4, 1)),
    "Circle": ((8,), (8, 4)),
    "CTC": ((2, 3), (2, 9, 5)),
}


@pytest.mark.parametrize("name", SPECIAL_SHAPES)
def test_special_losses_compute_in_the_shapes_they_are_for(name: str) -> None:
    rng = np.random.default_rng(0)
    truth, guess = SPECIAL_SHAPES[name]
    high = {"Circle": 3, "CTC": 5}.get(name, 2)
    y = rng.integers(1 if name == "CTC" else 0, high, truth)
    p = rng.uniform(size=guess).astype("float32")
    if name == "Circle":
        p /= np.linalg.norm(p, axis=1, keepdims=True)
    assert math.isfinite(float(_make(catalog.entry("losses", name))(y, p)))


@pytest.mark.parametrize(
    "row", [e for e in catalog.entries("metrics") if "segmentation" in e.tasks], ids=_id
)
def test_overlap_metrics_are_1_for_a_perfect_picture(row: Entry) -> None:
    classes = np.arange(32).reshape(2, 4, 4) % (2 if row.extra["binary"] else 10)
    perfect = np.eye(10, dtype="float32")[classes]
    guess = classes[..., None].astype("float32") if row.extra["binary"] else perfect
    metric = _make(row)
    metric.update_state(perfect if row.labels == ("one_hot",) else classes, guess)
    assert float(metric.result()) == pytest.approx(1.0)


@pytest.mark.parametrize("row", catalog.entries("activations"), ids=_id)
def test_activations_keep_the_shape_and_say_so(row: Entry) -> None:
    layer = keras.layers.Dense(4, activation=row.alias)
    found = np.asarray(layer(np.ones((2, 3), "float32")))
    assert found.shape == (2, 4) == layer.compute_output_shape((2, 3))
    assert np.isfinite(found).all()


def test_why_glu_and_threshold_are_not_offered() -> None:
    layer = keras.layers.Dense(4, activation="glu")
    assert layer(np.ones((2, 3), "float32")).shape != layer.compute_output_shape((2, 3))
    with pytest.raises(Exception, match="missing 2 required positional arguments"):
        keras.layers.Dense(4, activation="threshold")(np.ones((2, 3), "float32"))


def test_accuracy_is_what_keras_reports_under_that_name() -> None:
    row = catalog.entry("metrics", "accuracy")
    assert row.extra["key"] == "accuracy" == row.alias and row.extra["better"] == "up"
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy", metrics=[row.alias], run_eagerly=True)
    told = model.evaluate(
        np.ones((4, 2), "float32"), np.zeros(4, "int32"), verbose=0, return_dict=True
    )
    assert told["accuracy"] in (0.0, 1.0)


@pytest.mark.parametrize("row", catalog.entries("epoch_schedules"), ids=_id)
def test_the_rule_a_script_prints_is_the_rule_we_apply(row: Entry) -> None:
    function = epoch_schedules.FUNCTIONS[row.class_name]
    given = inspect.signature(function).parameters
    assert list(given)[2:] == list(row.args)
    assert {k: given[k].default for k in row.args} == dict(row.args)
    code = compile(row.extra["expression"], "rule", "eval")
    for epoch in range(25):
        names = {"epoch": epoch, "lr": 0.01, "math": math, **row.args}
        assert function(epoch, 0.01) == eval(code, names)  # noqa: S307 - our own text


EPOCHS = 12
GOALS: dict[str, tuple[dict[str, Any], Callable[[int], float]]] = {
    "StepDecay": ({"factor": 0.5, "every": 3}, lambda e: 0.5 ** (e // 3)),
    "ExpDecay": ({"rate": 0.2, "start_epoch": 4}, lambda e: math.exp(-0.2 * max(0, e - 4 + 1))),
    "Warmup": ({"epochs": 5}, lambda e: min(1, (e + 1) / 5)),
}


@pytest.mark.parametrize("name", GOALS)
def test_rates_by_epoch_follow_the_formula_in_keras(name: str) -> None:
    config, goal = GOALS[name]
    rule = epoch_schedules.FUNCTIONS[name]
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(0.01), loss="mse", run_eagerly=True)
    callback = keras.callbacks.LearningRateScheduler(lambda e, lr: rule(e, lr, **config))
    one = np.ones((1, 1), "float32")
    history = model.fit(one, one, epochs=EPOCHS, callbacks=[callback], verbose=0).history
    np.testing.assert_allclose(
        history["learning_rate"], [0.01 * goal(e) for e in range(EPOCHS)], rtol=1e-5
    )


def test_the_most_used_optimizers_come_first() -> None:
    names = [e.class_name for e in catalog.entries("optimizers")]
    assert names[:4] == ["Adam", "SGD", "RMSprop", "AdamW"]


@pytest.mark.parametrize("row", [e for k in HOMES for e in catalog.entries(k)], ids=_id)
def test_texts_for_learners_are_short(row: Entry) -> None:
    assert len(row.summary) <= 260
    assert row.analogy.count(". ") == 0, "the picture is one sentence"
    assert row.formula or row.kind == "callbacks"


def test_no_picture_is_told_twice() -> None:
    pictures = [e.analogy for k in HOMES for e in catalog.entries(k)]
    assert len(set(pictures)) == len(pictures)
