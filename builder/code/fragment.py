"""Parts of a script, and a map from its lines to the nodes they speak of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Span = tuple[str, int, int]
"""A node, and the first and last line that speak of it, counted from 0."""

Row = tuple[tuple[str, ...], str]
"""The nodes a statement speaks of, and its lines."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the script.

    Args:
        topic: what it does: ``threads``, ``data``, ``precision``, ``custom``, ``adapt``, ``model``,
            ``summary``, ``schedule``, ``compile``, ``order``, ``fit``, ``evaluate``, ``predict``
            or ``save``.
        text: its lines.
        spans: which of them speak of a node.
    """

    topic: str
    text: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """A whole script.

    Args:
        text: the source.
        nodes: node → its lines as (first, last), counted from 1.
        topics: first line of a part, counted from 1 → its topic; rising.
    """

    text: str
    nodes: dict[str, tuple[tuple[int, int], ...]]
    topics: dict[int, str]

    def topic(self, line: int) -> str:
        """What the part does in which a line stands, ``"head"`` above the first."""
        topics = [t for first, t in self.topics.items() if first <= line]
        return topics[-1] if topics else "head"

    def at(self, line: int) -> tuple[str, ...]:
        """The nodes a line speaks of."""
        return tuple(n for n, spans in self.nodes.items() if any(a <= line <= b for a, b in spans))


def part(topic: str, rows: Iterable[Row]) -> Part:
    """Statements one below the other."""
    lines: list[str] = []
    spans: list[Span] = []
    for nodes, text in rows:
        first = len(lines)
        lines += text.split("\n")
        spans += [(node, first, len(lines) - 1) for node in nodes]
    return Part(topic, "\n".join(lines), tuple(spans))
