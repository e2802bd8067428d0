"""Validate the catalogue: every entry has the traits and descriptions its arguments ask for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator

from builder.catalog.entry import Entry, Param
from builder.errors import CatalogError

_WRITES = {"filepath", "filename", "log_dir"}
"""Arguments of callbacks that say where they write."""


def require_complete(entries: Iterable[Entry], describe: Callable[[Entry, str], Param]) -> None:
    """Refuse a catalogue with an entry that lacks something others will ask it for.

    Args:
        describe: how an argument is asked for; raises CatalogError where nobody says it.

    Raises:
        CatalogError: names the file, the class and what it lacks, in one sentence.
    """
    for entry in entries:
        for lack in _lacks(entry):
            raise CatalogError(f"{_file(entry)}: {entry.class_name} {lack}.")
        for argument in entry.args:
            try:
                describe(entry, argument)
            except CatalogError as error:
                raise CatalogError(f"{_file(entry)}: {error}") from None


def _lacks(entry: Entry) -> Iterator[str]:
    if not entry.summary:
        yield "lacks a summary"
    if entry.kind == "layers" and "tensors" not in entry.extra:
        yield from _layer(entry)
    if entry.kind == "optimizers" and entry.traits.slots is None:
        yield "lacks the trait slots: how many numbers it keeps beside each weight"
    if entry.kind == "callbacks" and _WRITES & set(entry.args) and not entry.traits.writes:
        yield "lacks the trait writes: where it may write"
    for name in _named_arguments(entry):
        if name not in entry.args:
            yield f"has a trait about its argument '{name}', but no such argument"


def _layer(entry: Entry) -> Iterator[str]:
    traits, args = entry.traits, entry.args
    if "return_state" in args and not traits.recurrent:
        yield "lacks the trait states: what the states are called that return_state gives"
    if "layer" in args and not traits.wraps:
        yield "lacks the trait wraps, though it holds another layer"
    if "vocabulary" in args and not traits.looks_up:
        yield "lacks the trait reserved: how many numbers stand before its vocabulary"
    most = traits.arity[1]
    if traits.arity != (1, 1) and traits.call == "one" and not traits.recurrent:
        yield "lacks the trait call: how it takes several tensors"
    if traits.arity == (1, 1) and traits.call != "one":
        yield "lacks the trait arity: how many tensors it takes"
    if most is not None and len(traits.roles) > most:
        yield "has more roles than tensors"


def _named_arguments(entry: Entry) -> Iterator[str]:
    """The arguments that its traits name."""
    traits = entry.traits
    single = (traits.adapts, traits.index_range, traits.states_of, traits.averaged_by)
    yield from filter(None, single)
    yield from traits.slot_switches
    if traits.writes:
        yield traits.writes[0]


def _file(entry: Entry) -> str:
    """The module whose table holds the entry."""
    homes = [
        name
        for name, module in sys.modules.items()
        if name.startswith(f"{__package__}.")
        and entry in (*getattr(module, "ENTRIES", ()), *getattr(module, "JOINS", ()))
    ]
    return max(homes, key=len, default=f"the table of {entry.kind}").replace(".", "/") + (
        ".py" if homes else ""
    )
