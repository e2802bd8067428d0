"""Fingerprint of a syntax tree: equal where two pieces of code do the same."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator


def fingerprint(node: ast.AST) -> str:
    """Twelve signs that change with anything the code does, not with its words or hints."""
    text = " ".join(_parts(node))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def _parts(node: ast.AST) -> Iterator[str]:
    """Kinds and names of all nodes in order; docstrings and type hints left out."""
    todo: list[ast.AST] = [node]
    while todo:
        node = todo.pop()
        yield type(node).__name__
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "type_comment", "type_params", "ctx", "kind"):
                continue
            if name == "body" and _has_words(node):
                value = value[1:]
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, ast.AST):
                    todo.append(item)
                elif item is not None:
                    yield repr(item)[:200]


def _has_words(node: ast.AST) -> bool:
    described = isinstance(node, ast.FunctionDef | ast.ClassDef)
    return described and bool(ast.get_docstring(node, clean=False))  # type: ignore[arg-type]
