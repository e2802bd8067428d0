"""Keras models inside scikit-learn's clothes: KerasClassifier, its fit, and cross-validation."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

from builder.parse.data import splits
from builder.parse.interpreter.interpreter import Handlers, Interpreter
from builder.parse.interpreter.values import Args, Keywords, Opaque, UserFunction
from builder.parse.keras import compile_and_fit
from builder.parse.keras.symbolic_model import Model

NAMES = ("KerasClassifier", "KerasRegressor")
BUILDERS = ("build_fn", "model")


@dataclass(eq=False, slots=True)
class WrappedModel:
    """``KerasClassifier(build_fn=make, epochs=200)``: who builds it, and how it is trained."""

    build: Any
    settings: dict[str, Any] = field(default_factory=dict)


def read_call(interp: Interpreter, node: ast.Call, path: str, args: Args, kw: Keywords) -> Any:
    """A call that wraps a model or trains a wrapped one; None for any other."""
    package, _, name = path.rpartition(".")
    if name in NAMES and package.startswith(("keras.", "scikeras")):
        build = next((kw.pop(n) for n in BUILDERS if n in kw), args[0] if args else None)
        return WrappedModel(build, {k: v for k, v in kw.items() if k in compile_and_fit.FIT})
    if package == "sklearn.model_selection" and name.endswith(("Fold", "Split")):
        return splits.Folds()  # how rows are divided: told where it is used
    wrapped = next((a for a in (*args, *kw.values()) if isinstance(a, WrappedModel)), None)
    if wrapped is None:
        return None
    if path in ("sklearn.model_selection.cross_val_score", "sklearn.model_selection.cross_validate",
                "sklearn.model_selection.cross_val_predict"):  # fmt: skip
        interp.report_different(node, splits.FOLDS)
        x, y = (*args[1:3], kw.get("X"), kw.get("y"))[:2]
        return _train(interp, node, wrapped, x, y, {})
    if path.startswith("sklearn.model_selection."):
        text = "a search is not read: train with some settings and compare them on the Runs page"
        interp.report_unknown(node, text)
        return wrapped
    return None


def _train(
    interp: Interpreter, node: ast.Call, wrapped: WrappedModel, x: Any, y: Any, kw: Keywords
) -> Any:
    build = wrapped.build
    model = interp.call(node, build, [], {}) if isinstance(build, UserFunction) else build
    if isinstance(model, Model):
        model.fitted = compile_and_fit.read_fit(
            interp, node, [x, y], {**wrapped.settings, **kw}, generator=False
        )
    return Opaque()


def _method(
    interp: Interpreter, node: ast.Call, value: WrappedModel, name: str, args: Args, kw: Keywords
) -> Any:
    if name == "fit":
        x, y = (*args, kw.pop("X", None), kw.pop("y", None))[:2]
        _train(interp, node, value, x, y, kw)
        return value
    return Opaque()


HANDLERS: dict[type, Handlers] = {WrappedModel: Handlers(method=_method)}
