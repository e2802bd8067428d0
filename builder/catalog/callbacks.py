"""The callbacks: what watches a training and steps in, as tables like Keras's signatures."""

from __future__ import annotations

from typing import Any

from builder.catalog.entry import Entry, line

_STEER, _KEEP = "Steer the training", "Keep and record"


def _row(text: str, group: str, page: str, summary: str, analogy: str, **more: Any) -> Entry:
    return line(
        "callbacks",
        text,
        group=group,
        url=f"https://keras.io/api/callbacks/{page}/",
        summary=summary,
        analogy=analogy,
        **more,
    )


ENTRIES: tuple[Entry, ...] = (
    _row(
        "EarlyStopping(monitor='val_loss', min_delta=0, patience=0, verbose=0, mode='auto', "
        "baseline=None, restore_best_weights=False, start_from_epoch=0)",
        _STEER,
        "early_stopping",
        "Stops when the watched number has not improved for some epochs (patience), and can bring "
        "back the best weights. The simplest guard against overfitting: give many epochs and let "
        "it decide.",
        "A student who stops cramming when three small quizzes in a row bring no better mark, and "
        "goes into the exam as well prepared as on the best day.",
        start={"patience": 3, "restore_best_weights": True},
        loop="epoch",
    ),
    _row(
        "ReduceLROnPlateau(monitor='val_loss', factor=0.1, patience=10, verbose=0, mode='auto', "
        "min_delta=0.0001, cooldown=0, min_lr=0.0)",
        _STEER,
        "reduce_lr_on_plateau",
        "Makes the learning rate smaller when the watched number stops improving, so that training "
        "can settle. It needs a plain number as the optimizer's learning rate, not a schedule.",
        "Turning the focus ring of a camera: big turns first, tiny ones when the picture is almost "
        "sharp.",
        start={"factor": 0.5, "patience": 3},
        loop="epoch",
        sets_rate=True,
    ),
    _row(
        "LearningRateScheduler(schedule, verbose=0)",
        _STEER,
        "learning_rate_scheduler",
        "Sets the learning rate at the start of each epoch by a rule you choose, whatever the "
        "results are. It needs a plain number as the optimizer's learning rate.",
        "A training plan on the fridge: week by week it says how hard to run.",
        loop="epoch",
        sets_rate=True,
    ),
    _row(
        "TerminateOnNaN(raise_error=False)",
        _STEER,
        "terminate_on_nan",
        "Ends the training at once when the loss is no longer a number, which happens when the "
        "learning rate is far too high. Costs nothing; saves waiting for a run that is lost.",
        "A fuse: it cuts the power before anything burns.",
        loop="batch",
    ),
    _row(
        "SwapEMAWeights(swap_on_epoch=False)",
        _STEER,
        "swap_ema_weights",
        "Evaluates with the running average of the weights instead of their latest values, which "
        "is often steadier. The optimizer must have use_ema switched on.",
        "Judging a singer by the average of many evenings instead of the last performance.",
        loop="epoch",
    ),
    _row(
        "ModelCheckpoint(filepath, monitor='val_loss', verbose=0, save_best_only=False, "
        "save_weights_only=False, mode='auto', save_freq='epoch', initial_value_threshold=None)",
        _KEEP,
        "model_checkpoint",
        "Saves the model while it trains; with save_best_only just the best so far by the watched "
        "number. The last epoch is not always the best one.",
        "Saving a game before the boss fight, so that the best state is never lost.",
        start={"save_best_only": True},
        loop="batch",
        writes=("filepath", "model.best.keras"),
    ),
    _row(
        "TensorBoard(log_dir='logs', histogram_freq=0, write_graph=True, write_images=False, "
        "write_steps_per_second=False, update_freq='epoch', profile_batch=0, embeddings_freq=0, "
        "embeddings_metadata=None)",
        _KEEP,
        "tensorboard",
        "Writes log files for TensorBoard, TensorFlow's viewer: curves, and histograms of the "
        "weights if you ask for them. Layerwise draws the curves by itself; take this to look "
        "deeper.",
        "The black box of an airplane: it records everything for those who want to study the "
        "flight afterwards.",
        loop="batch",
        writes=("log_dir", "tensorboard"),
    ),
    _row(
        "CSVLogger(filename, separator=',', append=False)",
        _KEEP,
        "csv_logger",
        "Writes the numbers of each epoch as one line of a table that any spreadsheet opens.",
        "A logbook: one line a day, nothing else.",
        loop="epoch",
        writes=("filename", "log.csv"),
    ),
)

NOT_OFFERED: dict[str, str] = {
    "BackupAndRestore": "Layerwise keeps each run by itself.",
    "Callback": "The base class; it does nothing.",
    "CallbackList": "A container Keras uses itself.",
    "History": "Keras adds it to every training.",
    "LambdaCallback": "It runs functions of your own, and code of others is never run here.",
    "OrbaxCheckpoint": "Needs the Orbax package; ModelCheckpoint saves the model.",
    "ProgbarLogger": "Prints a progress bar to a terminal; the Train page shows the progress.",
    "RemoteMonitor": "Sends the numbers to another server; nothing leaves this machine.",
}
"""Public classes that are no choice for a learner, with the reason."""
