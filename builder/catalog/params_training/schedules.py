"""Arguments of the learning-rate schedules, by step and by epoch."""

from __future__ import annotations

from builder.catalog.entry import Param
from builder.catalog.params_training.share import share

_LONG = 1_000_000_000


PARAMS: dict[str, Param] = {
    "initial_learning_rate": Param(
        "float", "The learning rate at the start.", min=0.0, max=100.0, step=0.0001, start=0.001
    ),
    "decay_steps": Param(
        "int",
        "Length of the decay in batches; an epoch has (training examples ÷ batch size) of them.",
        min=1,
        max=_LONG,
        start=1000,
    ),
    "first_decay_steps": Param(
        "int", "Length of the first round in batches.", min=1, max=_LONG, start=1000
    ),
    "decay_rate": Param(
        "float",
        "The learning rate is multiplied by this every decay_steps batches.",
        min=0.0,
        max=10.0,
        step=0.01,
        start=0.9,
    ),
    "staircase": Param("bool", "Go down in steps instead of smoothly."),
    "end_learning_rate": Param(
        "float", "The learning rate at the end.", min=0.0, max=100.0, step=0.0001
    ),
    "power": Param("float", "1 is a straight line, 2 falls faster at first.", min=0.0, step=0.5),
    "cycle": Param("bool", "Start anew after the end instead of staying there."),
    "warmup_target": Param(
        "float",
        "First rise to this rate, then decay from it; empty means no warm-up.",
        min=0.0,
        max=100.0,
        step=0.0001,
        optional=True,
    ),
    "t_mul": Param("float", "Each round is this many times longer.", min=1.0, step=0.5),
    "m_mul": share(
        "Each round starts at this multiple of the one before.",
        step=0.1,
    ),
    "boundaries": Param(
        "ints", "After which batches the rate changes, in rising order.", min=1, start=(1000, 2000)
    ),
    "values": Param(
        "floats",
        "The rates, one more than there are boundaries.",
        min=0.0,
        start=(0.001, 0.0005, 0.0001),
    ),
    "every": Param("int", "After how many epochs the next step comes.", min=1, max=100_000),
    "start_epoch": Param("int", "The first epochs, this many, keep the rate.", min=0, max=100_000),
    "epochs": Param("int", "How many epochs the warm-up takes.", min=1, max=100_000),
}
"""Argument name → how it is asked for."""
