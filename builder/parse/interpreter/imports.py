"""Resolve dotted names of imports: Keras's canonical name, or another framework's."""

from __future__ import annotations

import re
from collections.abc import Callable

_ROOTS = (
    ("tensorflow.compat.v1.keras", "keras"),
    ("tensorflow.compat.v2.keras", "keras"),
    ("tensorflow.python.keras", "keras"),
    ("tensorflow.contrib.keras", "keras"),
    ("tensorflow.keras", "keras"),
    ("tensorflow.metrics", "keras.metrics"),
    ("tensorflow.losses", "keras.losses"),
    ("tensorflow.optimizers", "keras.optimizers"),
    ("tensorflow.initializers", "keras.initializers"),
    ("tf_keras", "keras"),
    ("keras_core", "keras"),
    ("tensorflow.compat.v1", "tensorflow"),
    ("kerastuner", "keras_tuner"),
    ("keras.src", "keras"),
    ("keras.api", "keras"),
    ("keras._tf_keras.keras", "keras"),
)
"""Where Keras has lived."""

KINDS = ("layers", "optimizers", "losses", "metrics", "callbacks", "initializers", "regularizers",
         "constraints", "activations", "schedules")  # fmt: skip
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
"""What a layer may be called."""

_HOME = re.compile(rf"^keras\.({'|'.join(KINDS)})\.(?:[\w.]+\.)?(\w+)$")

SAME = {
    "keras.layers.Input": "keras.Input",
    "keras.engine.input_layer.Input": "keras.Input",
    "keras.engine.topology.Input": "keras.Input",
    "keras.models.Sequential": "keras.Sequential",
    "keras.engine.sequential.Sequential": "keras.Sequential",
    "keras.models.Model": "keras.Model",
    "keras.engine.training.Model": "keras.Model",
    "keras.engine.Model": "keras.Model",
    "keras.models.Functional": "keras.Model",
    "keras.Functional": "keras.Model",
    "keras.engine.topology.Layer": "keras.layers.Layer",
    "keras.engine.base_layer.Layer": "keras.layers.Layer",
    "keras.Layer": "keras.layers.Layer",
    "keras.callbacks.callbacks.Callback": "keras.callbacks.Callback",
    "keras.utils.np_utils.to_categorical": "keras.utils.to_categorical",
    "keras.preprocessing.timeseries_dataset_from_array": (
        "keras.utils.timeseries_dataset_from_array"
    ),
    "keras.preprocessing.image_dataset_from_directory": "keras.utils.image_dataset_from_directory",
    "keras.preprocessing.text_dataset_from_directory": "keras.utils.text_dataset_from_directory",
    "keras.src.legacy.preprocessing.image.ImageDataGenerator": (
        "keras.preprocessing.image.ImageDataGenerator"
    ),
    "keras.preprocessing.sequence.pad_sequences": "keras.utils.pad_sequences",
    "keras.utils.data_utils.get_file": "keras.utils.get_file",
    "keras.utils.data_utils.Sequence": "keras.utils.PyDataset",
    "keras.utils.Sequence": "keras.utils.PyDataset",
    "keras.mixed_precision.set_global_policy": "keras.config.set_dtype_policy",
    "keras.mixed_precision.experimental.set_policy": "keras.config.set_dtype_policy",
    "keras.mixed_precision.set_dtype_policy": "keras.config.set_dtype_policy",
    "tensorflow.train.AdamOptimizer": "keras.optimizers.AdamOptimizer",
    "tensorflow.train.GradientDescentOptimizer": "keras.optimizers.GradientDescentOptimizer",
    "tensorflow.train.RMSPropOptimizer": "keras.optimizers.RMSPropOptimizer",
    "tensorflow.train.AdagradOptimizer": "keras.optimizers.AdagradOptimizer",
    "sklearn.cross_validation.train_test_split": "sklearn.model_selection.train_test_split",
}
"""Other names of the same thing."""

IMPLIED = {
    "tf": "tensorflow",
    "np": "numpy",
    "pd": "pandas",
    "plt": "matplotlib.pyplot",
    "sns": "seaborn",
    "tensorflow": "tensorflow",
    "keras": "keras",
    "layers": "keras.layers",
    "models": "keras.models",
    "optimizers": "keras.optimizers",
    "mnist": "keras.datasets.mnist",
    "fashion_mnist": "keras.datasets.fashion_mnist",
    "cifar10": "keras.datasets.cifar10",
    "imdb": "keras.datasets.imdb",
    "to_categorical": "keras.utils.to_categorical",
    "pad_sequences": "keras.utils.pad_sequences",
    "Sequential": "keras.Sequential",
    "Model": "keras.Model",
    "Input": "keras.Input",
    "train_test_split": "sklearn.model_selection.train_test_split",
    "StandardScaler": "sklearn.preprocessing.StandardScaler",
    "MinMaxScaler": "sklearn.preprocessing.MinMaxScaler",
}
"""What a name means that a piece of a tutorial uses without importing it."""

FOREIGN = {
    "torch": "PyTorch",
    "torchvision": "PyTorch",
    "pytorch_lightning": "PyTorch Lightning",
    "lightning": "PyTorch Lightning",
    "jax": "JAX",
    "optax": "JAX",
    "equinox": "JAX",
    "flax": "Flax (JAX)",
    "haiku": "Haiku (JAX)",
    "mxnet": "MXNet",
    "paddle": "PaddlePaddle",
    "fastai": "fastai",
    "theano": "Theano",
    "chainer": "Chainer",
    "caffe": "Caffe",
    "sklearn.neural_network": "scikit-learn's own networks",
    "xgboost": "XGBoost",
    **{
        f"tensorflow.{name}": "TensorFlow 1"
        for name in ("placeholder", "layers", "examples", "contrib", "get_variable",
                     "global_variables_initializer", "truncated_normal", "initialize_all_variables",
                     "Session", "InteractiveSession", "estimator", "app", "flags")
    },
    "lightgbm": "LightGBM",
}  # fmt: skip
"""Package → what it is, for code that is not Keras."""

_ASIDE = {
    "Drawing": ("matplotlib", "seaborn", "plotly", "pylab", "bokeh", "PIL", "cv2", "graphviz",
                "pydot", "IPython", "keras.utils.plot_model", "keras.utils.vis_utils",
                "keras.utils.model_to_dot", "altair", "wordcloud"),
    "Looking at the result": ("sklearn.metrics", "scipy.stats", "shap", "lime", "mlxtend",
                              "pprint", "tabulate", "textwrap", "rich"),
    "Housekeeping": ("os", "sys", "time", "datetime", "warnings", "logging", "gc", "shutil",
                     "pathlib", "tqdm", "absl", "wandb", "mlflow", "google.colab", "timeit",
                     "tensorflow.config", "tensorflow.get_logger", "tensorflow.compat.v1.logging",
                     "tensorflow.logging", "tensorflow.test", "tensorflow.executing_eagerly",
                     "keras.backend.clear_session", "keras.utils.clear_session", "tempfile",
                     "tensorflow.compat.v1.disable_eager_execution", "numpy.set_printoptions",
                     "tensorflow.device", "tensorflow.distribute", "tensorflow.debugging",
                     "pandas.set_option", "tensorflow.__version__", "keras.__version__", "pickle",
                     "joblib", "json", "keras.backend.set_image_data_format", "itertools",
                     "keras.config.set_backend", "keras.backend.set_session", "types",
                     "typing", "collections",
                     "tensorflow.summary", "tensorflow_datasets.disable_progress_bar",
                     "tensorflow.print", "string", "glob", "multiprocessing",
                     "tensorflow.disable_v2_behavior", "argparse", "copy",
                     "tensorflow.disable_eager_execution", "tensorflow.reset_default_graph",
                     "tensorflow.ConfigProto", "tensorflow.GPUOptions", "urllib", "requests",
                     "zipfile", "tarfile"),
}  # fmt: skip
ASIDE = {name: what for what, names in _ASIDE.items() for name in names}
"""What has no part in the project: package or function → what it does."""


def canonical_name(path: str) -> str:
    """Keras's own name of today for ``path``: ``tensorflow.keras.layers.core.Dense`` too."""
    for root, plain in _ROOTS:
        if path == root or path.startswith(root + "."):
            path = plain + path[len(root) :]
            break
    if path in SAME:
        return SAME[path]
    if path.startswith("keras.optimizers.schedules."):
        return path
    matched = _HOME.match(path)
    return f"keras.{matched[1]}.{matched[2]}" if matched else path


def catalog_kind(path: str) -> tuple[str, str] | None:
    """``("layers", "Dense")`` for a canonical name among Keras's objects, else None."""
    if path.startswith(("keras.optimizers.schedules.", "keras.optimizers.learning_rate_schedule")):
        return "schedules", path.rpartition(".")[2]
    matched = _HOME.match(path)
    return (matched[1], matched[2]) if matched else None


def outside_purpose(path: str) -> str:
    """What a thing does that has no part in the project, ``""`` for all others."""
    parts = path.split(".")
    names = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
    return next((ASIDE[name] for name in names if name in ASIDE), "")


def is_outside(path: str) -> bool:
    """Whether a call of it has no part in the project."""
    return path == "builtins.print" or bool(outside_purpose(path))


def foreign_framework(path: str) -> str:
    """Which other framework a name belongs to, ``""`` for none."""
    parts = path.split(".")
    names = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
    return next((FOREIGN[name] for name in names if name in FOREIGN), "")


def implied_import(name: str, is_known: Callable[[str], bool]) -> str:
    """What a name means that nothing defines, ``""`` when nobody can say."""
    if name in IMPLIED:
        return IMPLIED[name]
    if name[:1].isupper():
        homes = (f"keras.{kind}.{name}" for kind in ("layers", "optimizers", "callbacks"))
        return next((path for path in homes if is_known(path)), "")
    return ""


def tidy_name(name: str) -> str:
    """``name`` as a layer may be called: letters, digits, ``_.-``, a letter first."""
    if NAME.fullmatch(name):
        return name
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "_", name[:64]).strip("_.-") or "layer"
    return plain if plain[0].isalpha() else f"layer_{plain}"[:64]
