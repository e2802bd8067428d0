"""Where a person is in the model: which block is open, what is selected, what lies beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from builder import binding, check, edit
from builder.errors import SpecError
from builder.facts import Fix, ModelFacts, Problem
from builder.spec import ModelSpec, ObjectSpec, TrainingSpec
from pages.widgets.session import current_project
from pages.widgets.session.tab_state import State

CANVAS = "Canvas"
"""The view of a model as a graph."""

Path = tuple[str, ...]
"""Names of the layers that are blocks, from the outermost in; ``()`` is the model itself."""


@dataclass
class Desk:
    """What the canvas of one tab remembers beside the model.

    Args:
        past: of the project it belongs to: another project on screen has another list.
        path: the block that is open.
        chosen: the selected nodes of that block, the one in the inspector last.
        inspected: the node that was in the inspector when the canvas was last drawn.
        pins: where nodes were dragged to, by block and name; all others stand by layout.
        view: ``stack`` or ``canvas`` if somebody chose; else a chain is a stack.
        client, done: the browser's canvas, and the last of its events that was dealt with.
        said: how many refusals there were, and the sentence of the last.
        clip: what was copied last, as JSON; ``clips`` counts.
        rev: number of the picture last drawn.
        held: the number of a picture the browser says it holds, 0 for none.
        sent: pictures by number: the last one, and the one held.
    """

    past: list[TrainingSpec] = field(default_factory=list)
    path: Path = ()
    chosen: tuple[str, ...] = ()
    inspected: str | None = None
    pins: dict[Path, dict[str, tuple[float, float]]] = field(default_factory=dict)
    view: str = ""
    client: str = ""
    done: int = 0
    said: tuple[int, str] = (0, "")
    clip: str = ""
    clips: int = 0
    rev: int = 0
    held: int = 0
    sent: dict[int, dict[str, Any]] = field(default_factory=dict)

    def say(self, text: str) -> None:
        """Have the canvas show a sentence."""
        self.said = (self.said[0] + 1, text)

    def meet(self, state: State) -> None:
        """Forget what belonged to another project, and a block that is no longer there."""
        if self.past is not state.past:
            self.past, self.path, self.chosen, self.pins = state.past, (), (), {}
            self.view = ""
        assert state.training is not None
        while self.path and not isinstance(_inner(state.training, self.path), ModelSpec):
            self.path, self.chosen = self.path[:-1], self.path[-1:]


def _inner(training: TrainingSpec, path: Path) -> ModelSpec | None:
    try:
        return edit.inner(training.model, path)
    except SpecError:
        return None


def desk() -> Desk:
    """This tab's desk."""
    found = current_project.recall("desk")
    if not isinstance(found, Desk):
        found = Desk()
        current_project.remember("desk", found)
    with current_project.changing() as state:
        found.meet(state)
    return found


def model() -> ModelSpec:
    """The block on screen; the model itself when none is open."""
    return edit.inner(current_project.training().model, desk().path)


def selected() -> str | None:
    """The node in the inspector; always one of ``model()``, None when it has none."""
    here = desk()
    if not here.path:
        return current_project.selected()
    names = [n.name for n in model().nodes]
    chosen = [n for n in here.chosen if n in names]
    return chosen[-1] if chosen else (names[-1] if names else None)


def select(node: str | None) -> None:
    """Select one node."""
    desk().chosen = (node,) if node else ()
    if not desk().path:
        current_project.select(node)


def push(new: ModelSpec) -> None:
    """``session.push`` with the block on screen replaced."""
    current_project.push(put(current_project.training(), desk().path, new))


def put(training: TrainingSpec, path: Path, new: ModelSpec) -> TrainingSpec:
    """``training`` with the block at ``path`` edited; what it says of the layers follows them."""
    data = current_project.facts_of(training).data
    columns = [c.name for c in data.columns] if data and data.named else []
    return edit.follow(training, edit.put_inner(training.model, path, new), columns)


def facts() -> ModelFacts | None:
    """What Keras says of the block on screen."""
    if not desk().path:
        return current_project.model_facts()
    return current_project.facts_of(replace(current_project.training(), model=model())).model


def problems() -> tuple[Problem, ...]:
    """What is wrong, seen from the block on screen; a remedy inside a block mends it there."""
    training, path = current_project.training(), desk().path
    if not path:
        return current_project.problems()
    # what training asks of the model's own ends is not asked of a block's
    alone = TrainingSpec(model(), training.dataset)
    found = check.problems(alone, None, facts())
    return tuple(
        replace(p, fixes=tuple(_within(training, path, alone, p.fixes)))
        for p in found
        if p.severe and p.where.startswith("model.")
    )


def _within(
    training: TrainingSpec, path: Path, alone: TrainingSpec, fixes: tuple[Fix, ...]
) -> Iterator[Fix]:
    """The remedies of a block as remedies of the whole; those that change more are left out."""
    for fix in fixes:
        if fix.training == replace(alone, model=fix.training.model):
            yield Fix(fix.label, put(training, path, fix.training.model))


def door(ref: str, known: ModelFacts | None) -> ObjectSpec | None:
    """An InputLayer for what that output gives; None while its shape is not known."""
    name, number = edit.split(ref)
    here = known.of(name) if known else None
    if here is None or number >= len(here.outputs):
        return None
    layer = ObjectSpec(edit.INPUT, {"shape": here.outputs[number][1:]})  # type: ignore[arg-type]
    return layer if here.dtype in ("", "float32") else layer.with_(dtype=here.dtype)


def doors(training: TrainingSpec) -> tuple[tuple[str, ObjectSpec], ...]:
    """An InputLayer for every column of the dataset that no Input reads, by the column's name.

    The name is "" for a dataset of one input, which its only Input reads under any name.
    """
    data = current_project.facts_of(training).data
    if data is None:
        return ()
    if not data.named:
        return (("", check.entrance(data)),)
    read = set(binding.inputs_of(training).values())
    found = []
    for column in data.inputs:
        kind = {} if column.dtype == "float32" else {"dtype": column.dtype}
        kind = {"dtype": "string"} if column.kind == "texts" else kind
        layer = ObjectSpec(edit.INPUT, {"shape": column.shape, **kind})  # type: ignore[arg-type]
        found += [(column.name, layer)] if column.name not in read else []
    return tuple(found)
