"""The Python lines that load and prepare a dataset, to stand atop a script."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from builder.datasets.contract import Contents, resolve_settings
from builder.datasets.registry import find_dataset
from builder.facts import ColumnFacts, DataFacts
from builder.spec import ObjectSpec

IMPORT = "from keras.utils import to_categorical\n"


def source(dataset: ObjectSpec, facts: DataFacts) -> str:
    """The Python lines that give exactly the arrays of ``data.load``, to stand atop a script."""
    lines = str(find_dataset(dataset.class_name).source(dataset.config)).rstrip("\n")
    prepared = preparation_source(dataset, facts)
    return f"{lines}\n\n{prepared}" if prepared else f"{lines}\n"


def expected_facts(dataset: ObjectSpec) -> DataFacts | None:
    """What the lines ask of a dataset, known without loading it; what they do not ask is 0.

    None for a person's own file.
    """
    module = find_dataset(dataset.class_name)
    contents, given = module.CONTENTS, resolve_settings(module.ENTRY, dataset.config)
    if contents.is_guess:
        return None
    columns = tuple(_foreseen_columns(contents, given))
    x = next(c for c in columns if c.role == "input")
    y = next(c for c in columns if c.role == "target")
    return DataFacts(
        title=module.TITLE,
        task=y.task,
        x_shape=x.shape,
        y_shape=y.shape,
        x_dtype=x.dtype,
        y_dtype=y.dtype,
        n_train=0,
        n_test=0,
        classes=y.classes,
        features=(),
        labels=y.labels,
        kind=x.kind,
        x_min=0,
        x_max=0,
        bytes=0,
        offline=module.OFFLINE,
        named=columns if contents.inputs else (),
    )


def _foreseen_columns(contents: Contents, given: Mapping[str, Any]) -> Iterator[ColumnFacts]:
    inputs = contents.inputs or {"x": (contents.kind, contents.shape)}
    for name, (kind, shape) in inputs.items():
        is_grey = kind == "images" and len(shape) == 2
        seen = (*shape, 1) if given.get("channel_axis") and is_grey else shape
        yield ColumnFacts(name, "input", kind, seen, "float32")
    for name, many in (contents.targets or {"y": contents.classes}).items():
        labels = given["labels"] if many else "values"
        yield ColumnFacts(
            *(name, "target", "classes" if many else "values"),
            shape=(many,) if labels == "one_hot" else (),
            dtype="float32",
            task="classification" if many else "regression",
            labels=labels,
            classes=tuple(str(number) for number in range(many)),
        )


def preparation_source(dataset: ObjectSpec, facts: DataFacts) -> str:
    """The preparation as a tutorial would write it; reads and sets ``x_train`` … ``y_test``.

    With several columns these are dicts, and the lines speak of ``x_train["image"]`` and the like.
    """
    given = resolve_settings(find_dataset(dataset.class_name).ENTRY, dataset.config)
    if facts.named:
        parts = [_column_source(given, facts, column) for column in facts.columns]
        imports = IMPORT + "\n" if any(c.labels == "one_hot" for c in facts.targets) else ""
        return imports + "".join(parts)
    lines = _scale_source(given, facts)
    if given.get("channel_axis") and len(facts.x_shape) == 3:
        lines += ["x_train, x_test = x_train[..., None], x_test[..., None]"]
    if facts.labels == "one_hot":
        many = len(facts.classes)
        lines += [f"y_{p} = to_categorical(y_{p}, {many})" for p in ("train", "test")]
        lines.insert(0, IMPORT)
    elif facts.labels == "values":
        lines += _amounts()
    return "\n".join(lines) + "\n" if lines else ""


def _column_source(given: dict[str, Any], facts: DataFacts, column: ColumnFacts) -> str:
    """The lines of an ordinary dataset with this column in the place of its x or y."""
    side, lines = ("x", []) if column.role == "input" else ("y", [])
    if side == "x":
        lines = _scale_source(given, facts.seen(column, None))
        if given.get("channel_axis") and column.kind == "images":
            lines += [f"x_{p} = x_{p}[..., None]" for p in ("train", "test")]
    elif column.labels == "one_hot":
        many = len(column.classes)
        lines = [f"y_{p} = to_categorical(y_{p}, {many})" for p in ("train", "test")]
    else:
        lines = _amounts() if column.labels == "values" else []
    text = "\n".join(lines)
    return re.sub(rf"\b{side}_(train|test)\b", rf'{side}_\1["{column.name}"]', text) + (
        "\n" if text else ""
    )


def _amounts() -> list[str]:
    return [f'y_{p} = y_{p}.astype("float32")' for p in ("train", "test")]


def _scale_source(given: dict[str, Any], facts: DataFacts) -> list[str]:
    if facts.kind == "texts" and "file" in given:  # NumPy keeps strings in a way of its own
        return [f'x_{p} = x_{p}.ravel().astype("object")' for p in ("train", "test")]
    if facts.kind in ("sequences", "texts"):
        return []
    scale, image, both = given["scale"], facts.kind == "images", ("train", "test")
    if scale == "unit" and image:
        if "file" not in given:
            return [f'x_{p} = x_{p}.astype("float32") / 255.0' for p in both]
        white = 'white = 255.0 if x_train.dtype == "uint8" else float(x_train.max())'
        return [white] + [f'x_{p} = x_{p}.astype("float32") / white' for p in both]
    lines = [f'x_{p} = x_{p}.astype("float32")' for p in both]
    axis = "" if image else "axis=0"
    guard = [] if image else ["{0}[{0} == 0] = 1"]
    match scale:
        case "unit":
            lines += ["low, span = x_train.min(axis=0), x_train.max(axis=0) - x_train.min(axis=0)"]
            lines += [g.format("span") for g in guard]
            lines += [f"x_{p} = (x_{p} - low) / span" for p in both]
        case "standard":
            lines += [f"mean, std = x_train.mean({axis}), x_train.std({axis})"]
            lines += [g.format("std") for g in guard]
            lines += [f"x_{p} = (x_{p} - mean) / std" for p in both]
    return lines
