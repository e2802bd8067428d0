"""Script lines that reshuffle the training examples every epoch, by seed."""

from __future__ import annotations

from typing import Any

from builder.code.syntax import Call, Name, render_flat
from builder.spec import TrainingSpec

CLASS = '''class Reshuffled(keras.utils.PyDataset):
    """The training examples in another order every epoch; the same orders for the same seed."""

    def __init__(self, x, y, batch_size, seed):
        super().__init__()
        self.x, self.y, self.batch_size, self.seed = x, y, batch_size, seed
        self.epoch, self.order = 0, np.arange(len(x))

    def __len__(self):
        return math.ceil(len(self.x) / self.batch_size)

    def __getitem__(self, index):
        rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        return self.x[rows], self.y[rows]

    def on_epoch_begin(self):
        chance = np.random.default_rng([self.seed, self.epoch])
        self.order = chance.permutation(len(self.x))
        self.epoch += 1'''
"""``model.fit`` under a seed repeats one order; this is ``engine.order.Order``'s ``"epoch"``."""

IMPORTS = ("import math", "import numpy as np")


def is_needed(training: TrainingSpec) -> bool:
    """Whether the script needs the class: without a seed ``fit`` reshuffles by itself."""
    return training.fit.get("shuffle") == "epoch" and training.seed is not None


def hold_out_validation(training: TrainingSpec) -> str:
    """The lines that set the validation examples aside, as ``validation_split`` would."""
    share = training.fit.get("validation_split")
    if not share:
        return ""
    return (
        "# Set the last examples aside for validation\n"
        f"split = int(len(x_train) * (1 - {render_flat(share)}))\n"
        "x_val, y_val = x_train[split:], y_train[split:]\n"
        "x_train, y_train = x_train[:split], y_train[:split]"
    )


def fit_items(training: TrainingSpec) -> list[tuple[str, Any]]:
    """What ``model.fit`` is given in place of the data, the batch size and the split."""
    batch = training.fit.get("batch_size") or 32
    data = (("", Name("x_train")), ("", Name("y_train")), ("batch_size", batch))
    items: list[tuple[str, Any]] = [("", Call("Reshuffled", (*data, ("seed", training.seed))))]
    items.append(("shuffle", False))
    if training.fit.get("validation_split"):
        items.append(("validation_data", Name("(x_val, y_val)")))
        if "validation_batch_size" not in training.fit:
            items.append(("validation_batch_size", batch))
    return items
