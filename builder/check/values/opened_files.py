"""Refuse texts that Keras would take for files of this computer, wherever in a layer they stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from builder import catalog
from builder.check.repair import fixes
from builder.facts import Problem
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec

Change = Callable[[ObjectSpec, str], ObjectSpec]
"""An object and the name of its argument that holds such a text → the object without it."""


def problems(training: TrainingSpec) -> Iterator[Problem]:
    """Arguments that hold the path of a file where a list of values belongs."""
    model = training.model
    called = {n.layer: n.name for n in reversed(model.nodes) if not n.off}
    for name in (name for name in model.layers if name in called):
        for class_name, argument in dict.fromkeys(_paths(model.layers[name])):
            yield _problem(training, name, called[name], class_name, argument)


def _problem(
    training: TrainingSpec, layer: str, node: str, class_name: str, argument: str
) -> Problem:
    def change(how: Change, model: ModelSpec) -> ModelSpec:
        return replace(
            model, layers=model.layers.with_(**{layer: _changed(model.layers[layer], how)})
        )

    message = (
        f"'{node}': {class_name}'s '{argument}' must be a list of its values but is a text, which"
        " Keras would open as a file of this computer."
    )
    hint = "Give the values themselves as a list, or leave it empty to learn them from the data."
    remedies = (
        *fixes.model("Take its words as the list", training, partial(change, _take_words)),
        *fixes.model(f"Remove '{argument}'", training, partial(change, _remove)),
    )
    return Problem(f"model.{node}", message, hint, remedies)


def _paths(value: Any) -> Iterator[tuple[str, str]]:
    """Class name and argument of every such text in a layer, a nested model or what they hold."""
    match value:
        case ModelSpec():
            yield from _paths(value.layers)
        case ObjectSpec():
            for name in catalog.traits_of(value.class_name).opens:
                if isinstance(value.config.get(name), str):
                    yield value.class_name, name
            yield from _paths(value.config)
        case Mapping():
            for inner in value.values():
                yield from _paths(inner)
        case tuple():
            for inner in value:
                yield from _paths(inner)


def _changed(value: Any, how: Change) -> Any:
    match value:
        case ModelSpec():
            return replace(value, layers=_changed(value.layers, how))
        case ObjectSpec():
            spec = replace(value, config=_changed(value.config, how))
            for name in catalog.traits_of(spec.class_name).opens:
                spec = how(spec, name) if isinstance(spec.config.get(name), str) else spec
            return spec
        case Mapping():
            return Config({name: _changed(inner, how) for name, inner in value.items()})
        case tuple():
            return tuple(_changed(inner, how) for inner in value)
    return value


def _remove(spec: ObjectSpec, argument: str) -> ObjectSpec:
    return replace(spec, config=spec.config.without(argument))


def _take_words(spec: ObjectSpec, argument: str) -> ObjectSpec:
    """The object with the words of the text as a list; unchanged where it looks like a path."""
    text: str = spec.config[argument]
    words: list[Any] = list(dict.fromkeys(text.replace(",", " ").split()))
    if len(words) < 2 or "/" in text or "\\" in text:
        return spec
    if catalog.traits_of(spec.class_name).reads == ("int",):
        if not all(re.fullmatch(r"-?\d+", word) for word in words):
            return spec
        words = [int(word) for word in words]
    return spec.with_(**{argument: tuple(words)})
