"""Compare the values of one setting as Keras takes them, and format them for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from builder import catalog
from builder.catalog import REQUIRED, Entry
from builder.datasets._folders import SHA256
from builder.errors import CatalogError
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec, equal_values, snake_case

Find = Callable[[str, str], Entry | None]
"""(kind, class name) → its entry; the catalogue's own, or one that knows the datasets too."""

LONGEST = 60
"""Characters of a value before it is cut."""

NAMED_BY_LAYER = frozenset({"rate", "factor"})
"""Arguments that go by the name of their layer: ``Dropout 0.2 → 0.5``."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting that is not the same everywhere.

    Args:
        name: of the setting, as ``"kernel size"`` or ``"kernel regularizer's l2"``; "" when the
            whole thing at ``place`` is another.
        place: the layer, callback … it belongs to; "" for the training's own.
        values: one text each; None where there is no such thing.
        of: the class of what stands at ``place``.
    """

    name: str
    place: str
    values: tuple[str | None, ...]
    of: str = ""

    def line(self) -> str:
        """Two values as one line: ``"units 128 → 256 in dense"``."""
        before, after = self.values
        if before is None or after is None:
            return f"{'added' if before is None else 'removed'} {self.name or self.place}"
        name, place = self.name, self.place
        if name in NAMED_BY_LAYER and self.of:
            name, place = self.of, "" if place == snake_case(self.of) else place
        where = f" in {place}" if place else ""
        if before == after:  # they differ behind what is shown
            return f"changed {name or before}{where}"
        return f"{name} {before} → {after}{where}".strip()

    def title(self) -> str:
        """What the row of a table is called: ``"dense: units"``."""
        text = ": ".join(t for t in (self.place, self.name) if t)
        return text if self.place else text[:1].upper() + text[1:]


def differences(
    name: str, place: str, values: Sequence[Any], kind: str, find: Find, of: str = ""
) -> Iterator[Difference]:
    """Where values of one setting differ; inside objects of one class argument by argument.

    Args:
        values: one a training, None where Keras's default holds.
        kind: the catalogue's kind of an object; "" for plain values.
    """
    alike = [normalize(kind, v, find) for v in values]
    if all(equal_values(alike[0], v) for v in alike[1:]):
        return
    classes = {v.class_name if isinstance(v, ObjectSpec) else "" for v in alike}
    if len(classes) == 1 and "" not in classes:
        yield from _inside(name, place, alike, find(kind, *classes), find)
        return
    texts = tuple(format_value(v) for v in alike)
    yield Difference(name, place, texts, of)


def _inside(
    name: str, place: str, objects: Sequence[ObjectSpec], row: Entry | None, find: Find
) -> Iterator[Difference]:
    usual = row.args if row else Config()
    given = [k for obj in objects for k in obj.config]
    for argument in dict.fromkeys((*usual, *given)):
        default = usual.get(argument)
        values = [obj.config.get(argument, default) for obj in objects]
        values = [None if v is REQUIRED else v for v in values]
        label = argument.replace("_", " ")
        full = f"{name}'s {label}" if name else label
        kind = _kind(row, argument)
        yield from differences(full, place, values, kind, find, objects[0].class_name)


def _kind(row: Entry | None, argument: str) -> str:
    """The catalogue's kind of an object this argument takes; "" for plain values."""
    if row is None or argument not in row.args:
        return ""
    try:
        return catalog.param(row, argument).kind
    except CatalogError:
        return ""


def normalize(kind: str, value: Any, find: Find) -> Any:
    """One spelling for what Keras takes alike: no defaults, nothing empty, no short strings."""
    if isinstance(value, str) and kind not in ("", "activations"):
        entry = catalog.by_alias(kind, value) if kind in catalog.KINDS else None
        value = ObjectSpec(entry.class_name) if entry else value
    if isinstance(value, ObjectSpec):
        row = find(kind, value.class_name) if kind else None
        return (
            ObjectSpec(row.class_name, catalog.minimal_config(row, value.config)) if row else value
        )
    return None if isinstance(value, tuple | Config) and not value else value


def format_value(value: Any) -> str:
    """A value as text for people, cut to LONGEST characters."""
    text = _format(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _format(value: Any) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case float():
            brief = f"{value:g}"
            return brief if float(brief) == value else repr(value)
        case ObjectSpec():
            config = ", ".join(f"{k}={_format(v)}" for k, v in value.config.items())
            return f"{value.class_name}({config})" if config else value.class_name
        case ModelSpec():
            return f"model {value.name}"
        case Mapping():
            return ", ".join(f"{k}: {_format(v)}" for k, v in value.items()) or "none"
        case tuple():
            sizes = all(v is None or isinstance(v, int | float) for v in value)
            items = ["any" if v is None else _format(v) for v in value]
            return (" × " if sizes else ", ").join(items) or "none"
    return SHA256.sub(lambda file: file[0][:8], str(value))


def may_read_the_same(one: TrainingSpec, other: TrainingSpec) -> bool:
    """Whether both learn from the same dataset, its numbers scaled alike; how many examples are
    made for training, or how their labels are written, is another matter."""
    first, second = one.dataset, other.dataset
    alike = (first.config.get(key) == second.config.get(key) for key in ("scale", "file"))
    return first.class_name == second.class_name and all(alike)
