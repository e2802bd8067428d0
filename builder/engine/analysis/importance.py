"""What matters to a model: how much its score drops when one column is shuffled, on the test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from builder import binding, catalog
from builder.engine.analysis import features
from builder.engine.build import keras_model
from builder.engine.build.backend import keras
from builder.engine.data.loading import load
from builder.engine.inference import predict_rows
from builder.engine.inference.artefact import load_artefact
from builder.engine.training.reporting import mean_value
from builder.errors import DataError
from builder.kinds.contract import Array
from builder.spec import TrainingSpec

Columns = Mapping[str, Array]

ROWS = 2_000
"""Test examples that are looked at."""

SHUFFLES = 5
"""Of each feature, fewer where there are many features."""

MOST = 250
"""Shuffles in all: some seconds."""


def permutation_importance(
    artefact: str, training: TrainingSpec, output: str = "", seed: int = 0
) -> dict[str, Any]:
    """The permutation importance of every feature (Breiman 2001), shuffled as scikit-learn does.

    Args:
        artefact: path of the ``.keras``.
        training: what it was trained on and with.
        output: whose metric, of a model that has several.
        seed: of the shuffles.

    Returns:
        ``metric``, the run's own first one (or the loss), its ``score`` on these rows, ``better``
        (``up`` or ``down``); ``rows`` looked at ``of`` how many; ``shuffles``; ``features``, those
        that matter most first: ``name``, ``mean`` and ``deviation`` of how much worse the score is.

    Raises:
        DataError: the model reads one picture or text, of which nothing can be shuffled.
        FileError: the artefact cannot be read.
    """
    data = load(training.dataset)
    found = features.find_features(training, data)
    if not found:
        raise DataError(
            "The model reads one picture or text, which has no columns to shuffle.",
            "Look at its mistakes.",
        )
    rows = features.choose_rows(data.facts.n_test, ROWS, seed)
    score = _scorer(artefact, training, rows)
    columns = features.prepared_columns(training, data, rows)
    (before,) = score([columns])
    metric = _find_metric(training, before, output)
    sign = 1 if is_better_higher(metric) else -1
    orders = _orders(len(rows), max(1, min(SHUFFLES, MOST // len(found))), seed)
    drops = []
    for feature in found:
        scores = score([features.permute(columns, feature, order) for order in orders])
        drops.append(sign * (before[metric] - np.array([each[metric] for each in scores])))
    ranked = sorted(zip(found, drops, strict=True), key=lambda pair: -pair[1].mean())
    return {
        **{"metric": metric, "score": before[metric], "better": "up" if sign > 0 else "down"},
        **{"rows": len(rows), "of": data.facts.n_test, "shuffles": len(orders)},
        "features": [
            {"name": f.name, "mean": float(d.mean()), "deviation": float(d.std())}
            for f, d in ranked
        ],
    }


def _scorer(
    artefact: str, training: TrainingSpec, rows: Array
) -> Callable[[Sequence[Columns]], list[dict[str, float]]]:
    """Test columns, several times over → Keras's metrics of each, by name.

    All are predicted at once, and ``compute_metrics`` takes the answers apart: ``evaluate`` would
    cost a tenth of a second for each.
    """
    data = load(training.dataset)
    model = load_artefact(artefact, compiled=False)
    keras_model.compile_model(model, training)
    names = binding.output_columns(training).values()
    y = [keras.ops.convert_to_tensor(data.answer(name).test[rows]) for name in names]

    def score(variants: Sequence[Columns]) -> list[dict[str, float]]:
        together = {n: np.concatenate([v[n] for v in variants]) for n in variants[0]}
        said = predict_rows.predict_rows(artefact, features.bind(training, together))
        said = list(said.values()) if isinstance(said, dict) else [said]
        found = []
        for i in range(len(variants)):
            part = slice(i * len(rows), (i + 1) * len(rows))
            found.append(_measure(model, y, [keras.ops.convert_to_tensor(s[part]) for s in said]))
        return found

    return score


def _measure(model: keras.Model, y: list[Any], said: list[Any]) -> dict[str, float]:
    true, answered = (several if len(several) > 1 else several[0] for several in (y, said))
    model.reset_metrics()
    loss = float(model.compute_loss(None, true, answered, training=False))
    metrics = model.compute_metrics(None, true, answered)
    return {name: mean_value(value) for name, value in metrics.items()} | {"loss": loss}


def _orders(count: int, shuffles: int, seed: int) -> list[Array]:
    """The orders that ``sklearn.inspection.permutation_importance`` shuffles every column into."""
    first = np.random.RandomState(seed).randint(np.iinfo(np.int32).max + 1)
    chance, shuffled, orders = np.random.RandomState(first), np.arange(count), [np.arange(count)]
    for _ in range(shuffles):
        chance.shuffle(shuffled)
        orders.append(orders[-1][shuffled])  # what was shuffled is shuffled again
    return orders[1:]


def _find_metric(training: TrainingSpec, scores: dict[str, float], output: str) -> str:
    """The run's first metric of that output, else its loss."""
    prefix = f"{binding.keras_name(training.model, output)}_" if output else ""
    names = [n for n in scores if n.startswith(prefix) and not n.endswith("loss")]
    losses = [f"{prefix}loss"] if f"{prefix}loss" in scores else ["loss"]
    return (names or losses)[0]


def is_better_higher(name: str) -> bool:
    """Whether more of that metric is better, by the history's name of it."""
    return any(
        entry.extra.get("better") == "up"
        for entry in catalog.entries("metrics")
        for key in (entry.extra.get("key"), entry.alias)
        if key and (name == key or name.endswith(f"_{key}"))
    )
