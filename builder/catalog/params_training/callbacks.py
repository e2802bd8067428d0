"""Arguments of the callbacks."""

from __future__ import annotations

from builder.catalog.entry import Param
from builder.spec import ObjectSpec

_LONG = 1_000_000_000


PARAMS: dict[str, Param] = {
    "monitor": Param(
        "str", "The number to watch, as in the curves: val_loss, val_accuracy …", start="val_loss"
    ),
    "min_delta": Param(
        "float", "Smaller changes do not count as an improvement.", min=0.0, step=0.0001
    ),
    "patience": Param(
        "int", "How many epochs without improvement to wait.", min=0, max=100_000, start=3
    ),
    "verbose": Param("int", "1 prints a line when it acts.", min=0, max=1, advanced=True),
    "mode": Param(
        "choice",
        "Whether smaller (min) or larger (max) is better; auto knows by the name.",
        choices=("auto", "min", "max"),
        advanced=True,
    ),
    "baseline": Param(
        "float",
        "Stop unless the number gets better than this; empty asks for nothing.",
        optional=True,
        advanced=True,
    ),
    "restore_best_weights": Param("bool", "Bring back the weights of the best epoch at the end."),
    "start_from_epoch": Param(
        "int", "Begin to watch after this many epochs.", min=0, max=100_000, advanced=True
    ),
    "factor": Param(
        "float",
        "What the learning rate is multiplied by; below 1.",
        min=0.0,
        max=0.99,
        step=0.05,
    ),
    "cooldown": Param(
        "int", "Epochs to rest after a reduction.", min=0, max=100_000, advanced=True
    ),
    "min_lr": Param("float", "The smallest learning rate.", min=0.0, max=100.0, step=0.00001),
    "schedule": Param(
        "object",
        "The rule that gives the learning rate of each epoch.",
        kind="epoch_schedules",
        start=ObjectSpec("StepDecay"),
    ),
    "raise_error": Param("bool", "Fail instead of ending the training quietly.", advanced=True),
    "swap_on_epoch": Param(
        "bool", "Swap for whole epochs, so that a checkpoint saves the average.", advanced=True
    ),
    "filepath": Param(
        "str",
        "The file's name. Layerwise keeps it in the run's own folder.",
        advanced=True,
        start="model.best.keras",
    ),
    "save_best_only": Param("bool", "Keep the best epoch only, not the latest."),
    "save_weights_only": Param(
        "bool", "Save the weights without the model around them.", advanced=True
    ),
    "save_freq": Param(
        "choice",
        "After each epoch, or after so many batches.",
        choices=("epoch", 100, 1000),
        advanced=True,
    ),
    "initial_value_threshold": Param(
        "float",
        "Save only what is better than this; empty saves the first too.",
        optional=True,
        advanced=True,
    ),
    "log_dir": Param(
        "str", "The folder's name. Layerwise keeps it in the run's own folder.", advanced=True
    ),
    "histogram_freq": Param(
        "int", "Histograms of the weights every so many epochs; 0 means never.", min=0, max=100_000
    ),
    "write_graph": Param("bool", "Also log the graph of the model.", advanced=True),
    "write_images": Param("bool", "Also log the weights as pictures.", advanced=True),
    "write_steps_per_second": Param("bool", "Also log the speed.", advanced=True),
    "update_freq": Param(
        "choice",
        "Log after each epoch, each batch, or so many batches.",
        choices=("epoch", "batch", 10, 100),
    ),
    "profile_batch": Param(
        "int",
        "Measure where time goes in this batch; 0 means never.",
        min=0,
        max=_LONG,
        advanced=True,
    ),
    "embeddings_freq": Param(
        "int",
        "Log embeddings every so many epochs; 0 means never.",
        min=0,
        max=100_000,
        advanced=True,
    ),
    "embeddings_metadata": Param(
        "json", "Files that name the rows of embeddings, by layer.", optional=True, advanced=True
    ),
    "filename": Param(
        "str",
        "The file's name. Layerwise keeps it in the run's own folder.",
        advanced=True,
        start="log.csv",
    ),
    "separator": Param("str", "What stands between two numbers.", advanced=True),
    "append": Param("bool", "Add to the file instead of starting anew.", advanced=True),
}
"""Argument name → how it is asked for."""
