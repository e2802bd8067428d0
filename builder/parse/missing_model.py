"""Remarks on code of another framework, and on code that holds no Keras model."""

from __future__ import annotations

import ast

from builder.parse.data.arrays import DataArray
from builder.parse.interpreter import imports
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import Reference
from builder.parse.keras.symbolic_model import Model
from builder.parse.text.remarks import UNKNOWN


def loaded_data(interp: Interpreter, what: str) -> DataArray | None:
    """The training examples (``x``) or labels (``y``) that a text without ``fit`` loads."""
    result = [v for v in interp.scope.top.names.values() if isinstance(v, DataArray)]
    result = [v for v in result if (v.what, v.part) == (what, "train")]
    return result[-1] if result and interp.around is None else None


def report_missing(interp: Interpreter, model: Model | None) -> None:
    """Whose code this is where it is not Keras's, and what is missing where there is no model."""
    for node in ast.walk(interp.page.tree) if interp.foreign else ():
        if isinstance(node, ast.Call):
            path = _full_name(interp, node.func)
            if not any(path in used for used in interp.foreign.values()):
                interp.note_foreign(node, path, _short(node.func))
    if model is None and interp.foreign:
        interp.remarks.drop(UNKNOWN)
    for framework, used in interp.foreign.items():
        lines = [f"{what} (line {line})" for what, line in list(used.items())[:12]]
        shown = ", ".join(lines) + (" …" if len(used) > 12 else "")
        first = min(used.values(), default=0)
        if model is not None:
            text = f"{framework} is used beside Keras: {shown}. It is left out."
            interp.remarks.add(UNKNOWN, first, text)
            continue
        text = f"This is {framework}, not Keras. Recognised: {shown}."
        interp.remarks.add(UNKNOWN, first, text + " Only Keras models can be read.")
    if model is None and not interp.foreign:
        seen = _seen_model(interp)
        text = "No Keras model was found: neither Sequential, nor Model, nor a class of either."
        if seen:
            text = f"The Keras model of line {seen} could not be put together: see what is above."
        interp.remarks.add(UNKNOWN, 0, text + ("" if seen else _piece(interp)))


def _seen_model(interp: Interpreter) -> int:
    """The line where a model is made; 0 where none is."""
    for node in ast.walk(interp.page.tree):
        if isinstance(node, ast.Call):
            path = imports.canonical_name(_full_name(interp, node.func))
            if path in ("keras.Sequential", "keras.Model"):
                return node.lineno
    return 0


def _piece(interp: Interpreter) -> str:
    """What to do with a step of a tutorial that has no model in it."""
    data = loaded_data(interp, "x")
    if data is not None:
        name = data.data.dataset
        return f" The data were understood ({name}): paste the code that builds the model with it."
    if "model" in interp.missing:
        return " This is a later step of a tutorial: paste it with the code that builds the model."
    body = interp.page.tree.body
    if body and all(isinstance(n, ast.Import | ast.ImportFrom) for n in body):
        return " These are only the imports: paste the steps that follow with them."
    return ""


def _short(node: ast.AST) -> str:
    """``nn.Linear`` as it is written, short."""
    if isinstance(node, ast.Attribute):
        owner = f"{node.value.id}." if isinstance(node.value, ast.Name) else "."
        return f"{owner}{node.attr}"[:40]
    return node.id[:40] if isinstance(node, ast.Name) else "…"


def _full_name(interp: Interpreter, node: ast.AST) -> str:
    """The full name of what is called, as far as the imports tell."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < 20:
        parts.append(node.attr)
        node = node.value
    root = interp.scope.top.names.get(node.id) if isinstance(node, ast.Name) else None
    return ".".join([root.path, *reversed(parts)]) if isinstance(root, Reference) else ""
