"""Where ``model.fit`` trains instead of our loop, the numbers and the promises are the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from builder.engine.build import keras_model
from builder.engine.build.backend import keras
from builder.engine.inference import artefact
from builder.engine.training import loop, reporting, steps, train_run
from builder.engine.training.batch_order import BatchOrder
from tests.builder.engine.heard import ONE_HOT, TUTORIAL, Heard, never, run
from tests.zoo import layer

BOARD = layer("TensorBoard")
"""With what is on by default it wants Keras's own graph, so ``model.fit`` trains."""


def test_tensorboard_has_its_graph_or_the_fast_loop(tmp_path: Path) -> None:
    boards = {on: layer("TensorBoard", write_graph=on) for on in (True, False)}
    found = {on: run(TUTORIAL.with_fit(callbacks=(b,)), tmp_path / f"{on}")[0]
             for on, b in boards.items()}  # fmt: skip
    assert "TensorBoard's write_graph is on" in found[True]["path"]
    assert "fast loop" in found[False]["path"]
    assert found[True]["history"] == found[False]["history"]


@pytest.mark.parametrize("name, on", [("profile_batch", 2), ("write_steps_per_second", True)])
def test_what_times_single_batches_is_left_to_fit(name: str, on: Any, tmp_path: Path) -> None:
    board = layer("TensorBoard", write_graph=False, **{name: on})
    result, _ = run(TUTORIAL.with_fit(callbacks=(board,)), tmp_path)
    assert f"TensorBoard's {name} is on" in result["path"]


@pytest.mark.parametrize("weights", [None, {"0": 2.0, "3": 0.5}])
def test_examples_mixed_anew_every_epoch_are_so_in_fit_too(weights: Any, tmp_path: Path) -> None:
    spec = TUTORIAL.with_fit(shuffle="epoch", epochs=3, class_weight=weights)
    fast, _ = run(spec, tmp_path / "fast")
    slow, _ = run(spec.with_fit(callbacks=(BOARD,)), tmp_path / "slow")
    assert "fast loop" in fast["path"] and "model.fit, because" in slow["path"]
    assert slow["history"] == fast["history"] and slow["test"] == fast["test"]
    usual, _ = run(spec.with_fit(shuffle=True), tmp_path / "usual")
    assert usual["history"] != fast["history"]


def test_mixed_anew_in_fit_it_goes_on_in_the_right_order(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(reporting, "ORDER_SECONDS", 0)
    spec = TUTORIAL.with_fit(shuffle="epoch", epochs=3, callbacks=(BOARD,))
    monkeypatch.setattr("builder.engine.training.snapshot.REST_SECONDS", 0)
    whole, _ = run(spec, tmp_path / "whole")
    asked = iter(range(100))
    paused, _ = run(spec, tmp_path / "parts", stop=lambda: "pause" if next(asked) > 12 else None)
    assert paused["ended"] == "paused"
    again, _ = run(spec, tmp_path / "parts")
    assert again["history"] == whole["history"]


@pytest.mark.parametrize("where", ["metrics", "weighted_metrics"])
def test_a_metric_of_each_class_is_told_as_its_mean(where: str, tmp_path: Path) -> None:
    told = {}
    for average in (None, "macro"):
        spec = TUTORIAL.with_compile(**{where: (layer("F1Score", average=average),)})
        told[average], _ = run(spec, tmp_path / f"{average}")
    each, mean = told[None], told["macro"]
    assert "more than one number" in each["path"] and "fast loop" in mean["path"]
    assert each["history"].keys() == mean["history"].keys()
    for name, values in mean["history"].items():
        assert each["history"][name] == pytest.approx(values, rel=1e-5), name
    assert each["test"] == pytest.approx(mean["test"], rel=1e-5)


ASKED = [("stop", ()), ("pause", ()), ("stop", (BOARD,))]


@pytest.mark.parametrize(("said", "callbacks"), ASKED, ids=["stop", "pause", "stop-fit"])
def test_orders_are_heard_in_the_last_test_too(
    said: str, callbacks: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(reporting, "ORDER_SECONDS", 0)
    spec = TUTORIAL.with_fit(callbacks=callbacks)
    result, heard = _ordered_after_training(spec, tmp_path, said)
    assert (result["ended"], result["test"]) == ({"stop": "stopped", "pause": "paused"}[said], {})
    assert len(heard.epochs) == 2
    artefact.load_artefact(result["artefact"])
    if said == "pause":
        whole, _ = run(spec, tmp_path / "whole")
        again, _ = run(spec, tmp_path)
        assert (again["ended"], again["test"]) == ("finished", whole["test"])


def _ordered_after_training(spec: Any, folder: Path, said: str) -> tuple[dict[str, Any], Heard]:
    heard = Heard()
    order = lambda: said if len(heard.epochs) == 2 else None  # noqa: E731
    return train_run.train(spec, folder, heard, order, ONE_HOT), heard


def test_a_compiled_loop_is_one_program_for_every_number_of_steps() -> None:
    data = (ONE_HOT.x_train, ONE_HOT.y_train)
    full, rest = BatchOrder(len(data[0]), 32, False, 0).epoch(0)
    results = []
    for parts in ([full[:3], full[3:4], full[4:], rest[None]], [full, rest[None]]):
        keras.utils.set_random_seed(1)
        model = keras_model.build_compiled(TUTORIAL.with_compile(jit_compile=True))
        made = steps.Steps(model.train_step, data, 32, loop.log_names(model, data), xla=True)
        done = [made(part) for part in parts]
        assert [count for count, _ in done] == [len(part) for part in parts]
        assert made._run.experimental_get_tracing_count() == 1
        results.append(np.concatenate([logs["loss"] for _, logs in done]))
    assert np.array_equal(*results) and len(set(results[0])) == len(full) + 1


def test_a_compiled_training_takes_as_many_steps_a_call_as_the_time_allows(
    tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(loop, "CALL_SECONDS", 0)  # every step is too slow
    result, heard = run(TUTORIAL.with_compile(jit_compile=True), tmp_path, stop=never)
    assert "compiled by XLA" in result["path"]
    assert [len(values["loss"]) for _, values in heard.steps[1:6]] == [1] * 5
