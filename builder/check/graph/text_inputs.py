"""Plain text: an Input that takes it, a layer that turns it into numbers, and what follows that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from builder import catalog, edit
from builder.catalog.layers import learns
from builder.check.repair import fixes
from builder.check.repair.fixes import Fixes
from builder.check.repair.per_output import read_by
from builder.errors import SpecError
from builder.facts import DataFacts, Fix, Problem
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec, active

WORDS = 1000
"""How many different words a fix keeps."""

LENGTH = 20
"""How many words of a text a fix reads."""

SHAPES = ((), (1,))
"""Of an Input for texts: one text an example, alone or in a row of one."""


def problems(training: TrainingSpec, data: DataFacts) -> Iterator[Problem]:
    """What stands between the texts of a dataset and the numbers a model calculates with."""
    spec = active(training.model)
    for node in (n for n in edit.order(spec) if edit.is_input(spec, n)):
        seen = read_by(training, data, node)
        if seen is None or seen.kind != "texts":
            continue
        if not takes_text(edit.layer_of(spec, node)):
            yield _closed(training, spec, seen, node)
            continue
        for reader in _readers(spec, node):
            yield from _reader(training, spec, seen, node, reader)
    yield from _compiled(training, spec)
    yield from _endless(training, spec)


def takes_text(layer: ObjectSpec) -> bool:
    """Whether an Input is one for texts."""
    return layer.config.get("dtype") == "string" and layer.config.get("shape") in SHAPES


def entrance(data: DataFacts) -> ObjectSpec:
    """The Input for the examples of a dataset."""
    kind = {"dtype": "string"} if data.kind == "texts" else {}
    return ObjectSpec("InputLayer", Config({"shape": data.x_shape, **kind}))


def vectorizer(follower: ObjectSpec | None) -> ObjectSpec:
    """A TextVectorization whose numbers ``follower`` can read: words for an Embedding, else a row
    that says which words occur."""
    config = follower.config if follower else Config()
    if follower is None or follower.class_name != "Embedding":
        rows = {"output_mode": "multi_hot", "pad_to_max_tokens": True}
        return ObjectSpec("TextVectorization", Config(max_tokens=WORDS, **rows))
    words = config.get("input_dim")
    many = words if isinstance(words, int) and words > 2 else WORDS
    return ObjectSpec("TextVectorization", Config(max_tokens=many, output_sequence_length=LENGTH))


def _readers(spec: ModelSpec, node: str) -> list[str]:
    return [n.name for n in spec.nodes if node in n.inbound]


def _layer(spec: ModelSpec, node: str) -> ObjectSpec | None:
    try:
        return edit.layer_of(spec, node)
    except SpecError:  # a nested model
        return None


def _reads_text(spec: ModelSpec, node: str) -> bool:
    layer = _layer(spec, node)
    entry = catalog.find("layers", layer.class_name) if layer else None
    return layer is None or (entry is not None and "string" in entry.traits.reads)


def _closed(training: TrainingSpec, spec: ModelSpec, data: DataFacts, node: str) -> Problem:
    """An Input that expects numbers."""
    config = edit.layer_of(spec, node).config
    message = f"{fixes.named(spec, node)} expects numbers"
    if config.get("dtype") == "string":
        message = f"{fixes.named(spec, node)} expects texts"
    shape = config.get("shape")
    words = fixes.example(shape) if isinstance(shape, tuple) else "unknown"
    message += f" of shape {words}, but {data.title} has one text an example."
    opened = fixes.put(node, shape=data.x_shape, dtype="string")
    numeric = [r for r in _readers(spec, node) if not _reads_text(spec, r)]
    found: Fixes = ()
    if numeric:
        change = fixes.before(numeric[0], vectorizer(_layer(spec, numeric[0])))
        found = fixes.model("Let it take text and insert TextVectorization", training,
                            opened, change)  # fmt: skip
    else:
        found = fixes.model("Let it take text", training, opened)
    return Problem(
        f"model.{node}", message, 'Set its shape to () and its dtype to "string".', found
    )


def _reader(
    training: TrainingSpec, spec: ModelSpec, data: DataFacts, node: str, reader: str
) -> Iterator[Problem]:
    """A layer right behind the texts."""
    layer = _layer(spec, reader)
    if layer is None:
        return
    if not _reads_text(spec, reader):
        message = f"{fixes.named(spec, reader)} reads numbers, but {data.title} gives text."
        change = fixes.before(reader, vectorizer(layer))
        label = f"Insert TextVectorization before '{reader}'"
        hint = "Turn the words into numbers first: TextVectorization does that."
        yield Problem(f"model.{reader}", message, hint, fixes.model(label, training, change))
        return
    if layer.class_name != "TextVectorization":
        return
    shape = edit.layer_of(spec, node).config.get("shape")
    rows = layer.config.get("output_mode", "int") not in ("int", None)
    whole = layer.config.get("split", "whitespace") is None
    wanted = () if rows and shape == (1,) else (1,) if whole and not rows and shape == () else None
    if wanted is None:
        return
    setting = f"output_mode '{layer.config.get('output_mode')}'" if rows else "split None"
    message = (
        f"{fixes.named(spec, reader)} with {setting} says a shape it does not keep where the Input"
        f" has the shape {fixes.example(shape or ())}."
    )
    label = f"Set the Input's shape to {fixes.example(wanted)}"
    change = fixes.put(node, shape=wanted)
    hint = f"Give the Input the shape {fixes.example(wanted)}."
    yield Problem(f"model.{reader}", message, hint, fixes.model(label, training, change))


def _compiled(training: TrainingSpec, spec: ModelSpec) -> Iterator[Problem]:
    """XLA has no operations on text."""
    texts = [n.name for n in spec.nodes if (at := _layer(spec, n.name)) and at.class_name in TEXT]
    if training.compile.get("jit_compile") is not True or not texts:
        return
    message = f"Fast (XLA) has no operations on text, and {fixes.named(spec, texts[0])} reads text."
    plain = replace(training, compile=training.compile.without("jit_compile"))
    yield Problem(
        "compile.jit_compile", message, "Turn it off.", (Fix("Turn Fast (XLA) off", plain),)
    )


TEXT = ("TextVectorization", "StringLookup")
"""Layers that read nothing but text."""


def _endless(training: TrainingSpec, spec: ModelSpec) -> Iterator[Problem]:
    """Words without end before an Embedding, which knows so many numbers and no more."""
    for node in spec.nodes:
        layer = _layer(spec, node.name)
        source = edit.source(spec, node.name)
        before = _layer(spec, source) if source else None
        if layer is None or before is None or source is None or layer.class_name != "Embedding":
            continue
        most = layer.config.get("input_dim")
        free = before.class_name in TEXT and before.config.get("max_tokens") is None
        if not free or not learns(before.class_name, before.config) or not isinstance(most, int):
            continue
        message = (
            f"{fixes.named(spec, source)} numbers every different word it finds, but"
            f" {fixes.named(spec, node.name)} knows the numbers 0 to {most - 1:,}."
        )
        found = fixes.model(
            f"Keep at most {most} words", training, fixes.put(source, max_tokens=most)
        )
        hint = "Set max_tokens to the Embedding's input_dim."
        yield Problem(f"model.{source}", message, hint, found, severe=False)
