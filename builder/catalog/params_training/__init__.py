"""How each argument of optimizers, losses, callbacks … is asked for: every name once a kind.

Names that mean the same in layers are borrowed from there by name; exceptions stand in
``OVERRIDES``, where ``catalog.param`` looks first.
"""

from __future__ import annotations

from builder.catalog.entry import Param
from builder.catalog.params import PARAMS as LAYERS
from builder.catalog.params_training import (
    callbacks,
    losses_and_metrics,
    optimizers,
    schedules,
    weights,
)
from builder.catalog.params_training.training_overrides import OVERRIDES


def _of_layers(*names: str) -> dict[str, Param]:
    return {name: LAYERS[name] for name in names}


BOOKS: dict[str, dict[str, Param]] = {
    "optimizers": optimizers.PARAMS | _of_layers("epsilon"),
    "schedules": schedules.PARAMS | {"warmup_steps": optimizers.PARAMS["warmup_steps"]},
    "epoch_schedules": schedules.PARAMS,
    "losses": losses_and_metrics.PARAMS,
    "metrics": losses_and_metrics.PARAMS,
    "callbacks": callbacks.PARAMS,
    "initializers": weights.INITIALIZERS | _of_layers("seed"),
    "constraints": weights.CONSTRAINTS,
    "datasets": _of_layers("seed"),
    "activations": weights.ACTIVATIONS | _of_layers("alpha", "max_value", "negative_slope"),
}
"""Kind → argument name → how it is asked for."""

__all__ = ["BOOKS", "OVERRIDES"]
