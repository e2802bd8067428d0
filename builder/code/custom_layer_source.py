"""Source text of our custom layers that a script brings along: read, never imported."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path

from builder import edit
from builder.catalog.layers import own
from builder.code.fragment import Part
from builder.spec import ModelSpec, active, snake_case

FOLDER = Path(__file__).parents[1] / "custom_layers"
"""Where the engine finds them too; what stands below it knows them as text only."""


@functools.cache
def sources() -> Mapping[str, str]:
    """Class name → its source as its file has it, decorator and all; they need ``import keras``."""
    return {name: _class(name) for name in own.BY_NAME}


def _class(name: str) -> str:
    text = (FOLDER / f"{snake_case(name)}.py").read_text("utf-8")
    node = ast.parse(text).body[-1]
    assert isinstance(node, ast.ClassDef) and node.name == name
    return "\n".join(text.split("\n")[node.decorator_list[0].lineno - 1 : node.end_lineno])


def used_custom_layers(model: ModelSpec) -> tuple[str, ...]:
    """The layers of our own in a model, in those inside it and in wrappers, each once.

    A switched-off one counts: its comment in the script becomes code when somebody wants it back.
    """
    classes = set(edit.layer_classes(model, off=True))
    return tuple(name for name in own.BY_NAME if name in classes)


def parts(model: ModelSpec) -> Iterator[Part]:
    """A part for the class of each that the model holds."""
    return (Part("custom", sources()[name]) for name in used_custom_layers(model))


def saved_file_needs(model: ModelSpec) -> str:
    """What a model's saved file asks of who opens it elsewhere; "" where Keras is enough."""
    names = used_custom_layers(active(model))
    if not names:
        return ""
    many = "class" if len(names) == 1 else "classes"
    return (
        f"To open it elsewhere, first define the {many} {' and '.join(names)}: copy"
        f" {'it' if len(names) == 1 else 'them'} from the Python script."
    )
