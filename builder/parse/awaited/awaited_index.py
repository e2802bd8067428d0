"""Columns and rows of data that are not here, by name and by place."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from builder.parse.awaited import awaited_shapes
from builder.parse.awaited.awaited_array import Awaited
from builder.parse.awaited.positions import Position, Positions
from builder.parse.data import arrays
from builder.parse.data.arrays import Length
from builder.parse.interpreter.interpreter import Interpreter
from builder.parse.interpreter.values import (
    Args,
    CannotEvaluate,
    Keywords,
    Opaque,
    Unknown,
    resolve_number,
)

MOST = 2000
"""Columns that are counted one by one."""


def is_table(array: Awaited) -> bool:
    """Whether it has columns by name."""
    return array.said.get("form") in ("table", "windows") and array.part != "row"


def known_columns(array: Awaited) -> tuple[Any, ...]:
    """The names that were heard of."""
    known = array.said.get("columns", ())
    return (*known, *array.said.get("heard", ()))


def column(array: Awaited, name: Any) -> Awaited:
    """One column of a table."""
    if isinstance(name, str):
        heard = array.said.setdefault("heard", [])
        if name not in heard and len(heard) < 500:
            array.said["heard"] = [*heard, name]
    return replace(array, sizes=(), chosen=(name,), without=())


def made_table(args: Args, kw: Keywords) -> Any:
    """``pd.DataFrame(index=range(len(rows)), columns=["Date", "Close"])``, which a loop fills, or
    one made of a dict, which is looked at or written to a file; None for any other."""
    if args and isinstance(args[0], dict):
        first = next((v for v in args[0].values() if isinstance(v, Awaited)), None)
        many = (len(args[0]),)
        return Opaque() if first is None else replace(first, chosen=(), without=(), sizes=many)
    places, columns = kw.get("index"), kw.get("columns")
    if not isinstance(places, Positions):
        return None
    names = columns if isinstance(columns, list) else []
    chosen = tuple(n for n in names if isinstance(n, str))
    sizes = (len(chosen),) if chosen else None
    return replace(places.array, chosen=chosen, without=(), sizes=sizes)


def without_columns(array: Awaited, names: list[Any]) -> Awaited:
    """The table without these columns."""
    left = tuple(c for c in array.chosen if c not in names)
    known = [c for c in array.said.get("columns", ()) if c not in array.without]
    total = (array.sizes[0] if array.sizes else 0) or len(array.chosen) or len(known)
    is_known = total > len(names) and "one_hot_columns" not in array.said
    rest = (total - len(names),) if is_known else None
    without = array.without if array.chosen else (*array.without, *names)
    return replace(array, chosen=left, without=without, sizes=rest)


def index(interp: Interpreter, node: ast.Subscript, array: Awaited, key: Any) -> Any:
    """``array[key]``: columns, rows, places, a new axis."""
    keys = list(key) if isinstance(key, tuple) else [key]
    if is_table(array) and isinstance(key, str):
        return column(array, key)
    is_record = array.part == "row" and array.said.get("form") == "table" and not array.cut
    if is_record and isinstance(key, str | int):
        return column(array, key)  # of one row that stands for all
    if isinstance(key, list) and key and all(isinstance(k, str) for k in key):
        _hear(array, key)
        return replace(array, sizes=(len(key),), chosen=tuple(key), without=())
    if isinstance(key, list) and key and is_table(array) and all(type(k) is int for k in key):
        return _choose(array, tuple(key))
    if any(k is None for k in keys):
        if array.sizes is None:
            return array
        place = -1 if keys[-1] is None else keys.index(None)
        return replace(array, sizes=awaited_shapes.with_axis(array.sizes, place))
    rows, rest = keys[0], keys[1:]
    if isinstance(array.said.get("form"), str) and rest and isinstance(rest[0], str | list):
        array = index(interp, node, array, rest[0])
        rest = rest[1:]
    array = _rows(array, rows) if rows != slice(None) else array
    return _places(interp, node, array, rest) if rest else array


def _hear(array: Awaited, names: list[Any]) -> None:
    heard = array.said.get("heard", [])
    array.said["heard"] = [*heard, *(n for n in names if n not in heard)][:500]


def _steps(array: Awaited, key: Any) -> Awaited | None:
    """``window[:-1]``, ``window[-1]``: steps of one window; None where it is no window."""
    if not (array.cut and array.part == "row" and array.at and isinstance(key, slice | int)):
        return None
    steps = range(*array.at)
    try:
        taken = steps[key]
    except (IndexError, TypeError):
        return None
    found = taken if isinstance(taken, range) else range(taken, taken + 1)
    if not len(found) or found.step != 1:
        return None
    sizes = array.sizes and ((len(found), *array.sizes[1:]) if found is taken else array.sizes[1:])
    return replace(array, at=(found.start, found.stop), sizes=sizes, cut=found is taken)


def _rows(array: Awaited, key: Any) -> Awaited:
    """``array[key]`` along the examples."""
    if (steps := _steps(array, key)) is not None:
        return steps
    if isinstance(key, slice):
        ends = [key.start, key.stop]
        places = [e for e in ends if isinstance(e, Position)]
        if places:
            array = replace(array, head=array.head or places[0].array.head)
            return _window(array, key.start, key.stop, resolve_number(key.step))
        if all(e is None or isinstance(e, int | Length) for e in ends) and key.step in (None, 1):
            return _piece(array, key.start, key.stop)
        return array
    if isinstance(key, Position):
        return _row(array, key.offset, key.offset + 1)
    if isinstance(key, Opaque):  # df[df.kind == 1]
        array.said["chosen_rows"] = True
        return array
    if isinstance(key, int | Length | Unknown):
        return replace(array, part="row", of_part=array.part)
    return array


def _row(array: Awaited, low: int, high: int) -> Awaited:
    part = array.part if array.part != "all" else "train"
    return replace(array, part="row", of_part=part, at=(low, high))


def _window(array: Awaited, low: Any, high: Any, every: Any) -> Awaited:
    """``rows[i - 60:i]``: so many steps."""
    start, end = (p.offset if isinstance(p, Position) else None for p in (low, high))
    if start is None or end is None or end <= start:
        return array
    steps = end - start
    if isinstance(every, int) and every > 1:
        steps = -(-steps // every)
        array.said["sampling_rate"] = every
    sizes = None if array.sizes is None else (steps, *array.sizes)
    return replace(_row(array, start, end), sizes=sizes, cut=True)


def _piece(array: Awaited, low: Any, high: Any) -> Awaited:
    """``rows[:n]``, ``rows[n:]``: the first are for training, the last for the test."""
    begins = array.begins + (low if isinstance(low, int) and low > 0 else 0)
    is_head = array.part == "all" and low in (None, 0) and isinstance(high, int) and high > 0
    return replace(_part(array, low, high), begins=begins, head=high if is_head else array.head)


def _part(array: Awaited, low: Any, high: Any) -> Awaited:
    if low in (None, 0) and high is None:
        return array
    if array.part == "all" and _is_middle(low, high):
        array.said.update(test_split=round(1 - high.share, 4), in_order=True)
        held = round(1 - low.share / high.share, 4)
        return replace(array, part="val", share=held, end="tail")
    if low not in (None, 0) and high is not None and not _is_end(array, high):
        return replace(array, part="train") if array.part == "all" else array
    where = high if low in (None, 0) else low
    try:
        piece = arrays.slice_rows(array, low, None if low not in (None, 0) else high)
    except CannotEvaluate:
        if array.part != "all":
            return array
        return replace(array, part="train" if where is high else "test")
    assert isinstance(piece, Awaited)
    share = array.data.config.pop("test_split", 0.0) if array.part == "all" else 0.0
    if 0 < share < 1:
        array.said.update(test_split=round(float(share), 4), in_order=True)
    return piece


def _is_middle(low: Any, high: Any) -> bool:
    """Whether it cuts out the rows between those for training and those for the test."""
    both = isinstance(low, Length) and isinstance(high, Length)
    return both and 0 < low.share < high.share < 1


def _is_end(array: Awaited, value: Any) -> bool:
    return isinstance(value, Length) and value.share == 1.0


def _places(interp: Interpreter, node: ast.AST, array: Awaited, keys: list[Any]) -> Any:
    """``values[:, 0:8]``, ``values[:, -1]``: columns by their place."""
    key, rest = keys[0], keys[1:]
    if rest or (array.sizes is not None and len(array.sizes) != 1 and not array.cut):
        return _deep(array, keys)
    if isinstance(key, list) and all(isinstance(k, int) for k in key):
        return _choose(array, tuple(key))
    if isinstance(key, slice):
        if key == slice(None):
            return array
        return _range_of_columns(interp, node, array, key)
    key = resolve_number(key)
    if isinstance(key, int) and not isinstance(key, bool):
        return _choose(array, key)
    return replace(array, sizes=None)


def _choose(array: Awaited, places: Any) -> Awaited:
    known = array.chosen or array.said.get("columns", ())
    many = places if isinstance(places, tuple) else (places,)
    names = tuple(known[p] if -len(known) <= p < len(known) else p for p in many)
    if array.cut:  # a window: its steps stay
        steps = array.at[1] - array.at[0] if array.at else 1
        steps = array.sizes[0] if array.sizes else steps
        steps_first: tuple[int, ...] = (steps,)
    else:
        steps_first = ()
    sizes = (*steps_first, len(many)) if isinstance(places, tuple) else steps_first
    return replace(array, sizes=sizes, chosen=names, without=())


def _range_of_columns(interp: Interpreter, node: ast.AST, array: Awaited, key: slice) -> Awaited:
    low, high = (resolve_number(e) for e in (key.start, key.stop))
    known = array.chosen or array.said.get("columns", ())
    total = len(known) or (array.sizes[0] if array.sizes and not array.cut else 0)
    start, stop = low or 0, high
    if not isinstance(start, int) or not isinstance(stop, int | None):
        return replace(array, sizes=None)
    if total:
        return _choose(array, tuple(range(total)[start:stop][:MOST]))
    if start >= 0 and stop is not None and stop > start:
        return _choose(array, tuple(range(start, stop)[:MOST]))
    before = range(max(start, 0))
    behind = range(stop, 0) if stop is not None and stop < 0 else range(0)
    if len(before) + len(behind) > MOST:
        return replace(array, sizes=None)
    return replace(array, without=(*before, *behind), sizes=None)


def _deep(array: Awaited, keys: list[Any]) -> Awaited:
    """``pictures[:, :, :, 0]`` and its like, axis by axis."""
    if array.sizes is None:
        return array
    sizes: list[int] = []
    for size, key in zip(array.sizes, [*keys, *[slice(None)] * len(array.sizes)], strict=False):
        if isinstance(key, slice):
            try:
                sizes.append(
                    len(range(size)[slice(*map(resolve_number, (key.start, key.stop, key.step)))])
                )
            except TypeError:
                return replace(array, sizes=None)
    return replace(array, sizes=tuple(sizes))


def set_item(interp: Interpreter, target: ast.Subscript, value: Any, item: Any) -> None:
    """``df["text"] = df["text"].apply(…)``: the column is heard of; what is in it nobody sees."""
    key = target.slice.value if isinstance(target.slice, ast.Constant) else None
    if not isinstance(key, str) or not is_table(value):
        return
    known = key in (*value.chosen, *value.said.get("columns", ()), *value.said.get("heard", ()))
    if known or not isinstance(target.value, ast.Name):
        column(value, key)
        return
    sizes = None if value.sizes is None else (value.sizes[0] + 1,) if value.sizes else None
    interp.scope.set(target.value.id, replace(value, sizes=sizes, added=(*value.added, key)))
