"""Check plain text: an Input that takes it, a layer that vectorizes it, and what follows that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from builder import catalog, edit
from builder.catalog.layers import needs_adapt
from builder.check.repair import fixes, recommended
from builder.check.repair.graph_edits import find_layer
from builder.check.repair.per_output import input_data
from builder.facts import DataFacts, Fix, Problem
from builder.spec import ModelSpec, ObjectSpec, TrainingSpec, active

SHAPES = ((), (1,))
"""Of an Input for texts: one text an example, alone or in a row of one."""


def problems(training: TrainingSpec, data: DataFacts) -> Iterator[Problem]:
    """Texts that reach no layer which turns them into numbers, or one that is set up wrongly."""
    spec = active(training.model)
    for node in (n for n in edit.topological_order(spec) if edit.is_input(spec, n)):
        seen = input_data(training, data, node)
        if seen is None or not seen.input.is_text:
            continue
        if not takes_text(edit.layer_of(spec, node)):
            yield _input_of_numbers(training, spec, seen, node)
            continue
        for reader in _readers(spec, node):
            yield from _reader(training, spec, seen, node, reader)
    yield from _xla(training, spec)
    yield from _unlimited_vocabulary(training, spec)


def takes_text(layer: ObjectSpec) -> bool:
    """Whether an Input is one for texts."""
    return layer.config.get("dtype") == "string" and layer.config.get("shape") in SHAPES


def reads_only_text(layer: ObjectSpec) -> bool:
    """Whether a layer reads nothing but text."""
    return catalog.traits_of(layer.class_name).reads == ("string",)


def vectorizer(follower: ObjectSpec | None) -> ObjectSpec:
    """The layer that turns texts into what ``follower`` reads: the numbers of words for one that
    knows so many of them, else a row that says which words occur."""
    argument = catalog.traits_of(follower.class_name).index_range if follower else ""
    if follower is None or not argument:
        return recommended.vectorize_text(None)
    words = follower.config.get(argument)
    known = isinstance(words, int) and words > 2
    return recommended.vectorize_text(words if known else recommended.WORDS)


def _readers(spec: ModelSpec, node: str) -> list[str]:
    return [n.name for n in spec.nodes if node in n.inbound]


def _reads_text(spec: ModelSpec, node: str) -> bool:
    layer = find_layer(spec, node)
    return layer is None or "string" in catalog.traits_of(layer.class_name).reads


def _input_of_numbers(
    training: TrainingSpec, spec: ModelSpec, data: DataFacts, node: str
) -> Problem:
    """An Input that expects numbers, or texts of another shape."""
    config = edit.layer_of(spec, node).config
    kind = "texts" if config.get("dtype") == "string" else "numbers"
    shape = config.get("shape")
    words = fixes.example(shape) if isinstance(shape, tuple) else "unknown"
    message = (
        f"{fixes.layer_label(spec, node)} expects {kind} of shape {words}, but {data.title} has"
        " one text an example."
    )
    label, wanted = "Let it take text", recommended.input_layer(data).config
    changes = [fixes.set_arguments(node, **wanted)]
    numeric = [r for r in _readers(spec, node) if not _reads_text(spec, r)]
    if numeric:
        layer = vectorizer(find_layer(spec, numeric[0]))
        label = f"{label} and insert {layer.class_name}"
        changes.append(fixes.insert_before(numeric[0], layer))
    remedy = fixes.model(label, training, *changes)
    hint = f'Set its shape to {wanted["shape"]} and its dtype to "string".'
    return Problem(f"model.{node}", message, hint, remedy)


def _reader(
    training: TrainingSpec, spec: ModelSpec, data: DataFacts, node: str, reader: str
) -> Iterator[Problem]:
    """A layer right behind the texts."""
    layer = find_layer(spec, reader)
    if layer is None:
        return
    if _reads_text(spec, reader):
        yield from _text_shape(training, spec, node, reader, layer)
        return
    insert = vectorizer(layer)
    message = f"{fixes.layer_label(spec, reader)} reads numbers, but {data.title} gives text."
    label = f"Insert {insert.class_name} before '{reader}'"
    hint = f"Turn the words into numbers first: {insert.class_name} does that."
    remedy = fixes.model(label, training, fixes.insert_before(reader, insert))
    yield Problem(f"model.{reader}", message, hint, remedy)


def _text_shape(
    training: TrainingSpec, spec: ModelSpec, node: str, reader: str, layer: ObjectSpec
) -> Iterator[Problem]:
    """Settings of a layer that splits texts, with which it does not give the shape it says."""
    entry = catalog.find("layers", layer.class_name)
    if entry is None or "split" not in entry.args:
        return
    shape = edit.layer_of(spec, node).config.get("shape")
    rows = layer.config.get("output_mode", "int") not in ("int", None)
    whole = layer.config.get("split", "whitespace") is None
    wanted = () if rows and shape == (1,) else (1,) if whole and not rows and shape == () else None
    if wanted is None:
        return
    setting = f"output_mode '{layer.config.get('output_mode')}'" if rows else "split None"
    message = (
        f"{fixes.layer_label(spec, reader)} with {setting} says a shape it does not keep where the"
        f" Input has the shape {fixes.example(shape or ())}."
    )
    label = f"Set the Input's shape to {fixes.example(wanted)}"
    remedy = fixes.model(label, training, fixes.set_arguments(node, shape=wanted))
    hint = f"Give the Input the shape {fixes.example(wanted)}."
    yield Problem(f"model.{reader}", message, hint, remedy)


def _xla(training: TrainingSpec, spec: ModelSpec) -> Iterator[Problem]:
    """XLA has no operations on text."""
    layers = {n.name: find_layer(spec, n.name) for n in spec.nodes}
    texts = [name for name, layer in layers.items() if layer and reads_only_text(layer)]
    if training.compile.get("jit_compile") is not True or not texts:
        return
    name = fixes.layer_label(spec, texts[0])
    message = f"Fast (XLA) has no operations on text, and {name} reads text."
    plain = replace(training, compile=training.compile.without("jit_compile"))
    off = Fix("Turn Fast (XLA) off", plain)
    yield Problem("compile.jit_compile", message, "Turn it off.", (off,))


def _unlimited_vocabulary(training: TrainingSpec, spec: ModelSpec) -> Iterator[Problem]:
    """Words without end before a layer such as Embedding, which knows so many and no more."""
    for node in spec.nodes:
        layer = find_layer(spec, node.name)
        source = edit.source_of(spec, node.name)
        before = find_layer(spec, source) if source else None
        if layer is None or before is None or source is None:
            continue
        argument = catalog.traits_of(layer.class_name).index_range
        most = layer.config.get(argument)
        free = reads_only_text(before) and before.config.get("max_tokens") is None
        if (
            not free
            or not needs_adapt(before.class_name, before.config)
            or not isinstance(most, int)
        ):
            continue
        message = (
            f"{fixes.layer_label(spec, source)} numbers every different word it finds, but"
            f" {fixes.layer_label(spec, node.name)} knows the numbers 0 to {most - 1:,}."
        )
        put = fixes.set_arguments(source, max_tokens=most)
        remedy = fixes.model(f"Keep at most {most} words", training, put)
        hint = f"Set max_tokens to the {layer.class_name}'s {argument}."
        yield Problem(f"model.{source}", message, hint, remedy, severe=False)
