"""The Python lines that load and prepare a dataset, to stand atop a script."""

from __future__ import annotations

from builder.code.syntax import render_flat
from builder.datasets.contract import resolve_settings
from builder.datasets.registry import find_dataset
from builder.facts import ColumnFacts, DataFacts
from builder.kinds.registry import find_kind
from builder.spec import ObjectSpec


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
    contents, settings = module.CONTENTS, resolve_settings(module.ENTRY, dataset.config)
    if columns := getattr(module, "columns", None):  # its settings say what it holds
        return DataFacts(module.TITLE, columns(dataset.config), 0, 0, offline=module.OFFLINE)
    if contents.is_guess:
        return None
    columns = [
        ColumnFacts(name, "input", kind, shape, "")
        for name, (kind, shape) in contents.inputs.items()
    ]
    for name, (kind, many) in contents.targets.items():
        classes = tuple(str(number) for number in range(many))
        columns.append(ColumnFacts(name, "target", kind, (), "", classes=classes))
    expected = tuple(find_kind(c.kind).expect(c, settings) for c in columns)
    return DataFacts(module.TITLE, expected, 0, 0, offline=module.OFFLINE)


def preparation_source(dataset: ObjectSpec, facts: DataFacts) -> str:
    """The preparation as a tutorial would write it; reads and sets ``x_train`` … ``y_test``.

    Where columns have names these are dicts, and the lines speak of ``x_train["image"]`` …
    """
    settings = resolve_settings(find_dataset(dataset.class_name).ENTRY, dataset.config)
    imports: set[str] = set()
    lines: list[str] = []
    for column in (*facts.inputs, *facts.targets):
        kind, side = find_kind(column.kind), "x" if column.role == "input" else "y"
        key = f"[{render_flat(column.name)}]" if facts.is_named else ""
        lines += kind.source(f"{side}_train{key}", f"{side}_test{key}", column, settings)
        imports.update(kind.imports(column, settings))
    head = "".join(f"{line}\n" for line in sorted(imports)) + "\n" if imports else ""
    return head + "".join(f"{line}\n" for line in lines)
