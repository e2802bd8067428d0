"""Source text of functions of this folder or another, read without importing them, for scripts."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path


def functions_source(*names: str) -> str:
    """The functions under each other, two lines apart, without type hints.

    Args:
        names: ``"file.function"`` of this folder, or ``"room/file.function"`` from ``builder`` on.
    """
    return "\n\n".join(map(function_source, names))


@functools.cache
def function_source(name: str) -> str:
    """One of them; KeyError where the file has no such function."""
    file, _, function = name.partition(".")
    folder = Path(__file__).parent if "/" not in file else Path(__file__).parents[1]
    text = (folder / f"{file}.py").read_text("utf-8")
    result = {n.name: n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef)}
    node = result[function]
    lines = [line.encode() for line in text.splitlines()]
    for line, start, end in sorted(_hints(node, lines), reverse=True):
        lines[line] = lines[line][:start] + lines[line][end:]
    return b"\n".join(lines[node.lineno - 1 : node.end_lineno]).decode() + "\n"


def _hints(node: ast.AST, lines: list[bytes]) -> Iterator[tuple[int, int, int]]:
    """Where type hints stand: line from 0, first byte, byte behind the last."""
    for part in ast.walk(node):
        if isinstance(part, ast.arg) and part.annotation is not None:
            yield part.lineno - 1, part.col_offset + len(part.arg.encode()), _end(part.annotation)
        if isinstance(part, ast.AnnAssign):
            assert part.target.end_col_offset is not None
            yield part.lineno - 1, part.target.end_col_offset, _end(part.annotation)
        if isinstance(part, ast.FunctionDef) and part.returns is not None:
            line = part.returns.lineno - 1
            yield line, lines[line].rindex(b" ->", 0, part.returns.col_offset), _end(part.returns)


def _end(node: ast.expr) -> int:
    assert node.end_col_offset is not None
    return node.end_col_offset
