"""What people write, good and broken, and the exact project and remarks it comes to.

A file of ``corpus`` is a row of cases: ``#### name``, the code, ``#### expect``, what is read: the
model's calls, its data, ``compile``, ``fit`` and seed as far as the code says them, and every
remark with its line and severity.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builder import binding, parse
from builder.parse import Parsed
from builder.spec import Config, ModelSpec, ObjectSpec

CORPUS = Path(__file__).parent / "corpus"
WHOLE = (
    "The data of this code are not here",
    "What compile does not say",
    "There is no fit",
    "It has no fit",
)
"""Remarks every piece of code without data gets; ``test_parse`` holds them."""


def cases() -> Iterator[Any]:
    for path in sorted(CORPUS.glob("*.txt")):
        parts = re.split(r"^#### (.*)\n", path.read_text("utf-8"), flags=re.M)
        names, texts = parts[1::2], parts[2::2]
        for i in range(0, len(names), 2):
            assert names[i + 1] == "expect", f"{path.name}: {names[i]} lacks '#### expect'"
            yield pytest.param(texts[i], texts[i + 1], id=f"{path.stem}: {names[i]}")


def shown(value: Any) -> str:
    """A value of a spec as people would write it."""
    if isinstance(value, ObjectSpec):
        return (
            f"{value.class_name}({', '.join(f'{k}={shown(v)}' for k, v in value.config.items())})"
        )
    if isinstance(value, Config):
        return "{" + ", ".join(f"{k}: {shown(v)}" for k, v in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(shown, value)) + "]"
    return repr(value)


def calls(model: ModelSpec, pad: str = "") -> Iterator[str]:
    for node in model.nodes:
        layer = model.layers[node.layer]
        reads = f" <- {', '.join(node.inbound)}" if node.inbound else ""
        shared = f" (shares {node.layer})" if node.layer != node.name else ""
        if isinstance(layer, ModelSpec):
            yield f"{pad}{node.name}: model{reads}"
            yield from calls(layer, pad + "    ")
        else:
            off = " (off)" if node.off else ""
            yield f"{pad}{node.name}: {shown(layer)}{reads}{shared}{off}"
    if model.outputs != (model.nodes[-1].name,):
        yield f"{pad}-> {', '.join(model.outputs)}"


def rendered(source: str, read: Parsed) -> Iterator[str]:
    training = read.training
    if training is None:
        yield "no model"
    else:
        yield from calls(training.model)
        said = training.dataset.config.get("said")
        if said or not any(n.message.startswith(WHOLE[0]) for n in read.notes):
            yield f"data: {shown(training.dataset)}"
        if binding.X in binding.output_columns(training).values():  # it gives back what it reads
            yield f"columns: {', '.join(f'{k}={v}' for k, v in training.columns.items())}"
        settings = (("compile", training.compile), ("fit", training.fit))
        for name, config in settings:
            if f".{name}(" in source or f".{name}_generator(" in source:
                said_of = ", ".join(f"{k}={shown(v)}" for k, v in config.items())
                yield f"{name}: {said_of or 'as usual'}"
        if training.seed is not None:
            yield f"seed: {training.seed}"
    for note in read.notes:
        if not note.message.startswith(WHOLE):
            yield f"{note.where}, {note.severity}: {note.message}"


@pytest.mark.parametrize(("source", "expected"), list(cases()))
def test_code_is_read_as_written(source: str, expected: str) -> None:
    assert list(rendered(source, parse.parse(source))) == expected.strip().splitlines()


def test_the_corpus_is_large() -> None:
    assert len(list(cases())) >= 60
