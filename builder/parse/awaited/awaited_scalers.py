"""What scikit-learn's scalers and encoders do to data that are not here."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from builder.parse.awaited import awaited_array
from builder.parse.awaited.awaited_array import Awaited
from builder.parse.data import array_methods
from builder.parse.data.arrays import Scaler
from builder.parse.interpreter.interpreter import Handlers, Interpreter
from builder.parse.interpreter.values import Args, Keywords, Opaque, resolve_number

TRANSFORMERS = tuple(
    f"sklearn.{name}"
    for name in ("compose.", "pipeline.", "impute.", "decomposition.", "feature_extraction.",
                 "feature_selection.", "preprocessing.PowerTransformer",
                 "preprocessing.OrdinalEncoder", "preprocessing.QuantileTransformer",
                 "preprocessing.Polynomial", "preprocessing.MultiLabelBinarizer")
)  # fmt: skip
"""Things of scikit-learn that change columns in ways that are not followed."""

SCALERS = {"StandardScaler": "standard", "MinMaxScaler": "unit", "MaxAbsScaler": "max_abs",
           "RobustScaler": "robust", "Normalizer": "Normalizer"}  # fmt: skip
"""scikit-learn's name → what is said of the data."""


def call_scaler(
    interp: Interpreter, node: ast.Call, scaler: Scaler, name: str, args: Args, kw: Keywords
) -> Any:
    """What a scaler of scikit-learn does to data to come."""
    array = args[0] if args else None
    if not isinstance(array, Awaited):
        return array_methods.call_array_method(interp, node, scaler, name, args, kw)
    if name == "fit":
        return replace(scaler, on=array)
    if name not in ("transform", "fit_transform"):
        return array if name == "inverse_transform" else Opaque()
    if scaler.name in ("OneHotEncoder", "LabelBinarizer", "MultiLabelBinarizer"):
        single = array.sizes in ((), (1,)) or len(array.chosen) == 1
        return replace(array, one_hot=True) if single else replace(array, sizes=None)
    if scaler.name in ("LabelEncoder", "OrdinalEncoder"):
        return array
    if scaler.name.endswith("Imputer"):
        return array
    if scaler.name not in SCALERS:
        array.said["encoded"] = scaler.name
        return replace(array, sizes=None, is_text=False)
    return replace(array, scaled=SCALERS[scaler.name], scaled_to=scaler.to)


def one_hot(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``to_categorical(y, 10)``."""
    array = awaited_array.find(args, kw)
    many = args[1] if len(args) > 1 else kw.get("num_classes", kw.get("depth"))
    many = resolve_number(many)
    classes = many if isinstance(many, int) and many > 1 else array.classes if array else 0
    return replace(array, one_hot=True, classes=classes, what="y") if array else None


def dummies(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
    """``pd.get_dummies(y)``: a one among zeros; of a table, some of its columns."""
    array = args[0] if args else kw.get("data")
    if not isinstance(array, Awaited):
        return array
    if len(array.chosen) == 1 or array.sizes == ():
        return replace(array, one_hot=True)
    array.said.setdefault("one_hot_columns", tuple(_names(kw.get("columns"))) or "all names")
    return replace(array, sizes=None)


def _names(value: Any) -> list[str]:
    return [v for v in value if isinstance(v, str)][:200] if isinstance(value, list) else []


def scaled(scale: str) -> Callable[[Interpreter, ast.Call, Args, Keywords], Any]:
    """What reads ``sklearn.preprocessing.scale(x)`` and its like."""

    def handle(interp: Interpreter, node: ast.Call, args: Args, kw: Keywords) -> Any:
        array = awaited_array.find(args, kw)
        return replace(array, scaled=scale) if array else None

    return handle


HANDLERS: dict[type, Handlers] = {Scaler: Handlers(method=call_scaler)}
