"""For which Keras a script was written, by the marks that older ones leave in code."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from builder.catalog.old_defaults import TODAY, Version

FIRST_WORDS = frozenset(
    ("nb_epoch", "nb_filter", "nb_row", "border_mode", "W_regularizer", "b_regularizer",
     "inner_activation", "samples_per_epoch", "nb_val_samples", "dim_ordering", "subsample",
     "dropout_W", "dropout_U", "show_accuracy", "init", "forget_bias_init")
)  # fmt: skip
"""Arguments that only Keras 1 had."""

OLD_WORDS = frozenset(("lr", "decay", "batch_input_shape", "input_dim", "input_length"))
OLD_NAMES = frozenset(
    ("np_utils", "fit_generator", "predict_classes", "predict_generator", "evaluate_generator",
     "CuDNNLSTM", "CuDNNGRU", "image_dim_ordering", "image_data_format", "set_session",
     "backend", "multi_gpu_model", "plot_model", "KerasClassifier", "KerasRegressor")
)  # fmt: skip
OLD_HOMES = re.compile(
    r"^keras\.(layers\.\w+|utils\.\w+_utils|wrappers|engine|preprocessing|legacy|models$)"
)
NEW_NAMES = frozenset(("ops", "KERAS_BACKEND", "keras_core", "keras_hub", "keras_nlp"))
"""Names that only Keras 3, or Keras shortly before it, has."""


@dataclass(frozen=True, slots=True)
class ScriptAge:
    """What a script was written for.

    Args:
        version: of the package ``keras``, or of TensorFlow 2; ``TODAY`` where nothing says
            otherwise.
        in_tensorflow: its Keras is ``tf.keras``.
    """

    version: Version = TODAY
    in_tensorflow: bool = False


def script_age(tree: ast.Module) -> ScriptAge:
    """The age of a script, from its imports, names and arguments."""
    homes, names, words = set[str](), set[str](), set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            homes |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            homes.add(node.module or "")
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, ast.keyword):
            words.add(node.arg or "")
        elif isinstance(node, ast.Constant) and node.value == "KERAS_BACKEND":
            names.add("KERAS_BACKEND")
    separate = any(home.split(".")[0] == "keras" for home in homes)
    in_tensorflow = not separate and any(h.split(".")[0] == "tensorflow" for h in homes)
    return ScriptAge(_version(homes, names, words, separate), in_tensorflow)


def _version(homes: set[str], names: set[str], words: set[str], separate: bool) -> Version:
    if names & NEW_NAMES or not homes:
        return TODAY
    if not separate:
        return (2, 4) if "lr" in words or "fit_generator" in names else TODAY
    if words & FIRST_WORDS:
        return (1, 2)
    if words & {"lr", "decay"} or names & (OLD_NAMES - {"backend", "plot_model"}):
        return (2, 2)
    if words & OLD_WORDS or names & OLD_NAMES or any(OLD_HOMES.match(h) for h in homes):
        return (2, 3)
    return TODAY
