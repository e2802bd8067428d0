"""How each argument of optimizers, losses, metrics, callbacks … is asked for: every name once.

Names that mean the same in layers (``seed``, ``epsilon``, ``negative_slope`` …) stand in
``params``; exceptions in ``OVERRIDES``, where ``catalog.param`` looks first.
"""

from __future__ import annotations

from builder.catalog.entry import Param
from builder.catalog.params_training import (
    callbacks,
    losses_and_metrics,
    optimizers,
    schedules,
    weights,
)
from builder.catalog.params_training.training_overrides import OVERRIDES

PARAMS: dict[str, Param] = {
    **optimizers.PARAMS,
    **schedules.PARAMS,
    **losses_and_metrics.PARAMS,
    **callbacks.PARAMS,
    **weights.PARAMS,
}
"""Argument name → how it is asked for."""

__all__ = ["OVERRIDES", "PARAMS"]
