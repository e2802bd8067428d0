"""An argument name with several meanings is declared for each class; none is found by accident."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import pytest

from builder import catalog
from builder.catalog import Entry, Param, params, params_training
from builder.catalog.cells import CELLS
from builder.catalog.completeness import require_complete
from builder.catalog.layers.layer_table import layer
from builder.catalog.operation_arguments import PARAMS as OPERATIONS
from builder.errors import CatalogError

BOOKS = {**params_training.BOOKS, "layers": params.PARAMS}
DECLARED = params.SEVERAL_MEANINGS


def rows() -> Iterator[Entry]:
    for kind in catalog.KINDS:
        yield from catalog.entries(kind)
    yield from catalog.joins()
    yield from CELLS.values()


def asked(param: Param) -> tuple[object, ...]:
    """What a person sees of it."""
    return param.type, param.help, param.choices


def test_names_with_several_meanings_are_all_declared() -> None:
    """Where one class means something else, every class that means the usual is listed."""
    several: dict[tuple[str, str], set[str]] = defaultdict(set)
    usual: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows():
        for name in row.args:
            key, book = (row.kind, name), BOOKS.get(row.kind, {}).get(name)
            try:
                found = catalog.param(row, name)
            except CatalogError:
                assert row.class_name in CELLS
                continue
            if book is None:
                continue
            special = row.extra.get("params", {}).get(name) or found
            same = asked(special) == asked(book) or bool(book.kind and found.help == book.help)
            (usual if same else several)[key].add(row.class_name)
    for key, classes in usual.items():
        if key in several:
            assert key in DECLARED, f"{key} means something else in {sorted(several[key])}"
            assert classes <= DECLARED[key] | _sized(key, classes), key
    for key, classes in DECLARED.items():
        assert classes <= usual[key], f"{key} is listed for classes that mean something else"
        assert several[key], f"{key} has one meaning only: it needs no list"


def _sized(key: tuple[str, str], classes: set[str]) -> set[str]:
    """The classes that say themselves, in the usual words, what the name means."""
    kind, name = key
    overrides = {**params.OVERRIDES, **params_training.OVERRIDES}
    known = [row for c in classes if (row := catalog.find(kind, c))]
    own = {row.class_name for row in known if name in row.extra.get("params", {})}
    return own | {c for c in classes if (kind, c, name) in overrides}


@pytest.mark.parametrize("name", ["mode", "padding", "scale", "factor", "axis"])
def test_a_made_up_layer_must_say_what_such_a_name_means(name: str) -> None:
    text = f"Wobble({name}=None)"
    made = layer(text, "Wobbles.", "A jelly.", group="Core", section="")
    with pytest.raises(CatalogError) as caught:
        require_complete([made], catalog.param)
    assert f"Wobble does not say what its argument '{name}' means" in str(caught.value)
    own = Param("str", "How it wobbles.")
    said = layer(text, "Wobbles.", "A jelly.", group="Core", section="", params={name: own})
    require_complete([said], catalog.param)
    assert catalog.param(said, name) is own


@pytest.mark.parametrize("name", ["patience", "learning_rate", "from_logits", "min_value"])
def test_a_layer_borrows_no_name_of_another_kind(name: str) -> None:
    made = layer(f"Wobble({name}=None)", "Wobbles.", "A jelly.", group="Core", section="")
    with pytest.raises(CatalogError, match=f"no described argument '{name}'"):
        catalog.param(made, name)


def test_an_optimizer_borrows_no_name_of_a_callback() -> None:
    adam = catalog.entry("optimizers", "Adam")
    odd = replace(adam, args=adam.args.with_(patience=3))
    with pytest.raises(CatalogError, match="no described argument 'patience'"):
        catalog.param(odd, "patience")


def test_an_operation_says_itself_what_a_name_with_several_meanings_means() -> None:
    special = {name for operation, name in OPERATIONS if operation}
    shared = {name for operation, name in OPERATIONS if not operation}
    assert special & shared == {"axis", "dtype"}, "these two may be left out elsewhere only"
