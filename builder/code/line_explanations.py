"""What the lines of a script do, in the catalogue's own plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from builder import catalog
from builder.catalog import Entry
from builder.code.constructor_calls import find_entry
from builder.code.fragment import Script
from builder.code.syntax import render_flat
from builder.errors import CatalogError
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec

TOPICS = {
    "head": "Says which versions the script was made with, and brings in what it needs.",
    "threads": "Calculates with one thread, as the training did that this repeats. Several threads"
    " add numbers up in another order, and on some computers the last digits then differ.",
    "data": "Loads the data and prepares it: x holds the examples, y the right answers. The test"
    " part is kept aside until the end.",
    "precision": "Chooses the numbers Keras calculates with; smaller ones are quicker, and less"
    " exact.",
    "custom": "Defines a kind of layer that Keras does not have. Registered under its name, it lets"
    " keras.models.load_model open the saved model wherever this class was defined before.",
    "adapt": "Lets a layer see the training examples once, so that it knows their mean, spread or"
    " words before the training begins.",
    "model": "Defines the model. The seed before it makes the random starting weights the same"
    " every time.",
    "summary": "Prints every layer with the shape of its output and its number of weights.",
    "schedule": "A rule for the learning rate: Keras asks it at the start of every epoch.",
    "compile": "Says how the model learns: the loss measures how wrong its answers are, the"
    " optimizer changes the weights to make that smaller, the metrics are numbers for people.",
    "order": "Hands over the training examples in another order every epoch, always the same"
    " orders for the same seed.",
    "fit": "Trains the model. One epoch sees every training example once, batch by batch; the"
    " history keeps the numbers of each epoch.",
    "evaluate": "Measures the finished model on the test part, which it has never seen.",
    "predict": "Asks the model for its answers to the test examples and prints the first ten.",
    "save": "Writes the model with its weights into a file that Keras opens anywhere.",
}
"""What a part of a script does, by topic; one or two sentences."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Something explained: what it is called, and one or two plain sentences."""

    title: str
    text: str


def explain_line(training: TrainingSpec, script: Script, number: int) -> tuple[Explanation, ...]:
    """What line ``number`` (from 1) does: its part, then the layers or objects it speaks of."""
    topic = script.topic(number)
    text = script.text.split("\n")[number - 1] if 0 < number <= script.text.count("\n") else ""
    nodes = script.at(number)
    named = [said for node in nodes for said in _node(training.model, node, text)]
    if not nodes and topic in ("compile", "fit"):
        named = [
            s for entry, obj in _objects(training) if _in(entry, text) for s in _of(entry, obj)
        ]
    head = () if named else (Explanation("", TOPICS.get(topic, "")),)
    return (*head, *dict.fromkeys(named))


def explain_part(training: TrainingSpec, topic: str) -> str:
    """One or two sentences for a whole part, with what it chose."""
    text = TOPICS[topic]
    if topic == "compile":
        parts = [text]
        for entry, obj in _objects(training):
            if entry.kind in ("optimizers", "losses") and obj is not None:
                parts.append(f"{entry.class_name}: {_first(entry.summary)}")
        return " ".join(dict.fromkeys(parts))
    return text


def _first(text: str) -> str:
    """The first sentence."""
    head, dot, _ = text.partition(". ")
    return head + dot.strip()


def _node(model: ModelSpec, name: str, text: str) -> Iterator[Explanation]:
    layer = model.layers.get(model.node(name).layer)
    if isinstance(layer, ModelSpec):
        yield Explanation(name, "A model of its own, used here like one layer.")
        return
    if layer is None:
        return
    try:
        entry = find_entry("layers", layer.class_name)
    except CatalogError:
        return
    yield from _of(entry, layer)
    for inner in layer.config.values():
        if isinstance(inner, ObjectSpec) and (row := _entry(inner)):
            yield from _of(row, inner)


def _entry(obj: ObjectSpec) -> Entry | None:
    kinds = ("layers", "initializers", "regularizers", "constraints", "schedules")
    return next((e for k in kinds if (e := catalog.find(k, obj.class_name))), None)


def _of(entry: Entry, obj: ObjectSpec) -> Iterator[Explanation]:
    yield Explanation(entry.class_name, entry.summary)
    for name, value in obj.config.items():
        if name in entry.args and not isinstance(value, ObjectSpec):
            try:
                help = catalog.param(entry, name).help
            except CatalogError:
                continue
            yield Explanation(f"{name}={_short(value)}", help)


def _short(value: object) -> str:
    text = render_flat(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _in(entry: Entry, text: str) -> bool:
    """Whether a line speaks of the entry, by its class or its short string."""
    return entry.class_name in text or bool(entry.alias and f'"{entry.alias}"' in text)


def _objects(training: TrainingSpec) -> Iterator[tuple[Entry, ObjectSpec]]:
    """The optimizer, losses, metrics and callbacks with their entries."""
    rows = (
        ("optimizers", training.compile.get("optimizer")),
        ("losses", training.compile.get("loss")),
        ("metrics", training.compile.get("metrics")),
        ("callbacks", training.fit.get("callbacks")),
    )
    for kind, value in rows:
        for obj in _each(value):
            if entry := catalog.find(kind, obj.class_name):
                yield entry, obj


def _each(value: object) -> Iterator[ObjectSpec]:
    match value:
        case ObjectSpec():
            yield value
        case tuple():
            for item in value:
                yield from _each(item)
        case Config():
            for item in value.values():
                yield from _each(item)
