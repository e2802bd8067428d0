"""A TrainingSpec as the Python script a tutorial would show: literal Keras, standing alone."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from builder import catalog, edit
from builder.catalog import REQUIRED
from builder.catalog.layers import NOT_IN_A_STACK
from builder.errors import SpecError
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec, snake, unique

WIDTH = 88
"""Columns of a line, as Python formatters have it."""

HOMES = {
    "layers": "layers",
    "optimizers": "keras.optimizers",
    "schedules": "keras.optimizers.schedules",
    "losses": "keras.losses",
    "metrics": "keras.metrics",
    "callbacks": "keras.callbacks",
    "initializers": "keras.initializers",
    "regularizers": "keras.regularizers",
    "constraints": "keras.constraints",
}
"""Catalogue kind → how a script reaches its classes."""

FILES = {
    "ModelCheckpoint": {"filepath": "model.best.keras"},
    "CSVLogger": {"filename": "log.csv"},
    "TensorBoard": {"log_dir": "logs"},
}
"""Where callbacks write in a script, whatever a workspace did."""


@dataclass(frozen=True, slots=True)
class Call:
    """``name(items)``, or ``[items]`` and ``(items)`` for a list or tuple; items may have a key.

    Raises:
        SpecError: the name or a key is no Python name. A project may be a stranger's, and its
            script is made to be run: what is written without quotes is checked here.
    """

    name: str
    items: tuple[tuple[str, Any], ...]
    open: str = "("
    close: str = ")"
    split: bool = False

    def __post_init__(self) -> None:
        for word in (*self.name.split("."), *(key for key, _ in self.items)):
            if word and (not word.isidentifier() or keyword.iskeyword(word)):
                raise SpecError(
                    f"{word[:80]!r} cannot be written into a script: it is no name in Python.",
                    "Remove it from the project.",
                )


@dataclass(frozen=True, slots=True)
class Comment:
    """A line of its own among the items of a broken call."""

    text: str


def script(training: TrainingSpec, data_source: str, title: str = "") -> str:
    """The whole experiment as Python source that needs Keras and what ``data_source`` imports.

    Args:
        data_source: lines that set ``x_train``, ``y_train``, ``x_test`` and ``y_test``.
        title: what the project is called; becomes the docstring.

    Raises:
        SpecError: the model is not a stack, is empty, or holds what no script can.
        CatalogError: it names a class that is not in the catalogue.
    """
    _scriptable(training.model)
    imports, data = _hoisted(data_source)
    rules = tuple(_epoch_rules(training))
    uses = {"import keras", "from keras import layers", *imports}
    if any("math." in rule for rule in rules):
        uses.add("import math")
    parts = [
        f"# Load and prepare the data\n{data.strip()}",
        "# Define the model\n" + _seed(training) + render("model = ", _sequential(training.model)),
        "model.summary()",
        *rules,
        "# Compile the model\n" + render("", _compile(training)),
        "# Train the model\n" + render("history = ", _fit(training)),
        f"# Evaluate the model on data it has not seen\n{_evaluate(training)}",
        f"# Make predictions\npredictions = model.predict(x_test)\nprint({_answer(training)}[:10])",
        '# Save the model\nmodel.save("model.keras")',
    ]
    head = f"{chr(34) * 3}{_plain(title)}{chr(34) * 3}\n\n" if title else ""
    gap = "\n\n\n" if data.strip().startswith("def ") else "\n\n"
    return head + _imports(uses) + gap + _spaced(parts) + "\n"


def _spaced(parts: list[str]) -> str:
    """The parts with one empty line between them, two around functions."""
    text = parts[0]
    for before, part in pairwise(parts):
        wide = part.startswith("def ") or before.startswith("def ")
        text += ("\n\n\n" if wide else "\n\n") + part
    return text


def _scriptable(model: ModelSpec) -> None:
    if not edit.is_chain(model):
        raise SpecError(
            "The script is written for stacks, and this model has branches, several inputs or"
            " shared layers.",
            "Export it as a project or as a .keras file instead.",
        )
    edit.last(model)
    for name, layer in model.layers.items():
        if isinstance(layer, ObjectSpec) and layer.class_name in NOT_IN_A_STACK:
            raise SpecError(
                f"'{name}' ({layer.class_name}) cannot stand in a script for a stack:"
                f" {NOT_IN_A_STACK[layer.class_name]}",
                "Export the model as a project or as a .keras file instead.",
                name,
            )


def _hoisted(source: str) -> tuple[list[str], str]:
    """The import lines of ``source`` and the rest."""
    lines = source.splitlines()
    found = [i for i in lines if i.startswith(("import ", "from "))]
    rest = "\n".join(i for i in lines if i not in found)
    # Two empty lines belong around functions only; taking out an import leaves them elsewhere.
    return found, re.sub(r"(\n[^ \n#@][^\n]*)\n{3,}(?!def |class |@)", r"\1\n\n", f"\n{rest}")


def _imports(lines: set[str]) -> str:
    """Sorted as a formatter does: the standard library, then the others; ``import`` first."""
    standard = {"math", "random", "os", "pathlib", "functools", "itertools", "gzip", "json"}
    groups: list[list[str]] = [[], []]
    for line in _merged(lines):
        groups[line.split()[1].partition(".")[0] not in standard].append(line)
    for group in groups:
        group.sort(key=lambda i: (i.startswith("from"), i.split()[1], i))
    return "\n\n".join("\n".join(group) for group in groups if group)


def _merged(lines: set[str]) -> Iterator[str]:
    """``from a import b`` and ``from a import c`` as one line."""
    names: dict[str, set[str]] = {}
    for line in lines:
        if line.startswith("import "):
            yield line
        else:
            module, _, what = line.removeprefix("from ").partition(" import ")
            names.setdefault(module, set()).update(w.strip() for w in what.split(","))
    for module, parts in names.items():
        yield f"from {module} import {', '.join(sorted(parts))}"


def _listed(settings: Config, name: str) -> tuple[ObjectSpec, ...]:
    """Metrics or callbacks; SpecError when they are no list of objects."""
    found = settings.get(name) or ()
    if not isinstance(found, tuple) or not all(isinstance(f, ObjectSpec) for f in found):
        raise SpecError(f"'{name}' must be a list of objects but is {found!r}.", "", name)
    return found


def _seed(training: TrainingSpec) -> str:
    return "" if training.seed is None else f"keras.utils.set_random_seed({training.seed})\n"


def _sequential(model: ModelSpec) -> Call:
    rows: list[tuple[str, Any]] = []
    used: set[str] = set()
    for name in edit.order(model):
        layer = edit.layer_of(model, name)
        auto = unique(snake(layer.class_name), used)
        used.add(name)
        call = _layer(layer, "" if name == auto else name)
        if model.node(name).off:
            for line in render("", call).splitlines():
                rows.append(("", Comment(f"# {line}")))
            rows[-1] = ("", Comment(f"{rows[-1][1].text},  # switched off"))
        else:
            rows.append(("", call))
    stack = Call("", tuple(rows), "[", "]", split=True)
    return Call("keras.Sequential", (("", stack),), split=True)


def _layer(layer: ObjectSpec, name: str) -> Any:
    if layer.class_name == edit.INPUT:
        items = tuple(layer.config.items()) + ((("name", name),) if name else ())
        return Call("keras.Input", tuple((k, _value("layers", v)) for k, v in items))
    return _object("layers", layer, {"name": name} if name else {})


def _compile(training: TrainingSpec) -> Call:
    items: list[tuple[str, Any]] = []
    for key, kind in (("optimizer", "optimizers"), ("loss", "losses")):
        if key in training.compile:
            items.append((key, short(kind, training.compile[key])))
    metrics = _listed(training.compile, "metrics")
    if metrics:
        listed = tuple(("", short("metrics", m)) for m in metrics)
        items.append(("metrics", Call("", listed, "[", "]")))
    return Call("model.compile", tuple(items), split=True)


def short(kind: str, value: Any) -> Any:
    """An optimizer, loss or metric: Keras's short string where it says the same, else a call."""
    if not isinstance(value, ObjectSpec):
        return value
    entry = catalog.find(kind, value.class_name)
    if entry and entry.alias and not value.config:
        # A metric's short string becomes its name in the history; keep Keras's own.
        key = entry.extra.get("key", entry.alias)
        if kind != "metrics" or entry.alias == key:
            return entry.alias
    return _object(kind, value)


def _fit(training: TrainingSpec) -> Call:
    items: list[tuple[str, Any]] = [("", Name("x_train")), ("", Name("y_train"))]
    first = [k for k in ("epochs", "batch_size", "validation_split") if k in training.fit]
    for key in (*first, *(k for k in training.fit if k not in first)):
        value = training.fit[key]
        if value is None or value == () or value == {} or key == "callbacks":
            continue
        if key == "class_weight":
            items.append((key, _weights(value)))
        else:
            items.append((key, value))
    callbacks = _listed(training.fit, "callbacks")
    if callbacks:
        made = tuple(("", _callback(c)) for c in callbacks)
        items.append(("callbacks", Call("", made, "[", "]")))
    return Call("model.fit", tuple(items), split=True)


def _weights(given: Any) -> Name:
    """``{0: 1.0, 2: 2.5}``; JSON keys are text."""
    pairs = dict(given) if isinstance(given, Config) else {"": given}
    if not all(k.isdecimal() and isinstance(v, int | float) for k, v in pairs.items()):
        raise SpecError(
            f"Class weights must be numbers by class index, but are {given!r}.",
            'Write them as {"0": 1.0, "1": 2.5}.',
            "fit.class_weight",
        )
    return Name("{" + ", ".join(f"{int(k)}: {v!r}" for k, v in pairs.items()) + "}")


def _callback(callback: ObjectSpec) -> Any:
    config = callback.config
    files = FILES.get(callback.class_name, {})
    if "filepath" in files and config.get("save_weights_only"):
        files = {"filepath": "model.best.weights.h5"}
    return _object("callbacks", ObjectSpec(callback.class_name, Config({**config, **files})))


def _epoch_rules(training: TrainingSpec) -> Iterator[str]:
    """A small function for each epoch schedule a callback uses."""
    for callback in _listed(training.fit, "callbacks"):
        rule = callback.config.get("schedule")
        if isinstance(rule, ObjectSpec):
            entry = catalog.entry("epoch_schedules", rule.class_name)
            settings = Call("", tuple({**entry.args, **rule.config}.items()))
            head = f"def {snake(rule.class_name)}(epoch, lr, {flat(settings)[1:-1]}):"
            yield f"{head}\n    return {entry.extra['expression']}"


def _evaluate(training: TrainingSpec) -> str:
    metrics = _listed(training.compile, "metrics")
    if len(metrics) == 1:
        entry = catalog.find("metrics", metrics[0].class_name)
        name = str(entry.extra.get("key") or entry.alias) if entry else "metric"
        words = name.replace("_", " ")
        return (
            f"test_loss, test_{name} = model.evaluate(x_test, y_test)\n"
            f'print(f"Test {words}: {{test_{name}:.4f}}")'
        )
    return (
        "results = model.evaluate(x_test, y_test, return_dict=True)\n"
        "for name, value in results.items():\n"
        '    print(f"Test {name}: {value:.4f}")'
    )


def _answer(training: TrainingSpec) -> str:
    loss = training.compile.get("loss")
    entry = catalog.find("losses", loss.class_name) if isinstance(loss, ObjectSpec) else None
    if entry is None or "regression" in entry.tasks:
        return "predictions"
    if entry.extra.get("binary"):
        cut = 0 if loss is not None and loss.config.get("from_logits") else 0.5
        return f"(predictions > {cut}).astype(int)"
    return "predictions.argmax(axis=1)"


@dataclass(frozen=True, slots=True)
class Name:
    """Source text printed as it is."""

    text: str


def _object(kind: str, obj: ObjectSpec, more: dict[str, Any] | None = None) -> Any:
    """A constructor call; leading required arguments by position, as people write them."""
    if kind == "epoch_schedules":
        return Name(snake(obj.class_name))
    if kind == "activations" or kind not in HOMES:
        return obj.class_name
    entry = catalog.entry(kind, obj.class_name)
    config = catalog.minimal(kind, obj).config
    items: list[tuple[str, Any]] = []
    by_place = True
    names = [n for n in entry.args if n in config]
    names += [n for n in config if n not in names]
    order = list(entry.args)
    for name in names:
        required = entry.args.get(name) is REQUIRED
        by_place = by_place and required and order.index(name) == len(items)
        nested = catalog.param(entry, name).kind if name in entry.args else ""
        items.append(("" if by_place else name, _value(nested, config[name])))
    items += list((more or {}).items())
    return Call(f"{HOMES[kind]}.{obj.class_name}", tuple(items))


def _value(kind: str, value: Any) -> Any:
    """One argument: nested objects become calls, or Keras's short strings when they can."""
    if isinstance(value, ObjectSpec):
        if value.class_name == "DTypePolicy":
            return value.config.get("name")
        entry = catalog.find(kind, value.class_name) if kind in catalog.KINDS else None
        plain = kind in ("initializers", "regularizers", "constraints") and not value.config
        return entry.alias if entry and entry.alias and plain else _object(kind, value)
    if isinstance(value, tuple):
        return Call("", tuple(("", _value(kind, v)) for v in value))
    if isinstance(value, Config):
        return Name("{" + ", ".join(f"{flat(k)}: {flat(v)}" for k, v in value.items()) + "}")
    return value


def render(start: str, value: Any, indent: int = 0, end: str = "") -> str:
    """``start`` and the source of ``value``, broken over lines where it is too long.

    Args:
        indent: columns that ``start`` stands to the right of the page's edge.
        end: what follows on the last line.
    """
    line = f"{' ' * indent}{start}{flat(value)}{end}"
    if not isinstance(value, Call) or (len(line) <= WIDTH and not _must_split(value)):
        return line
    rows = []
    only = len(value.items) == 1 and isinstance(value.items[0][1], Call)
    sole_list = only and not value.items[0][1].name
    for key, item in value.items:
        if isinstance(item, Comment):
            rows.append(f"{' ' * (indent + 4)}{item.text}")
            continue
        comma = "" if sole_list else ","
        rows.append(render(f"{key}=" if key else "", item, indent + 4, comma))
    pad = " " * indent
    inside = "\n".join(rows)
    return f"{pad}{start}{value.name}{value.open}\n{inside}\n{pad}{value.close}{end}"


def flat(value: Any) -> str:
    """The source of ``value`` on one line."""
    match value:
        case Call():
            parts = [f"{k}={flat(v)}" if k else flat(v) for k, v in value.items]
            lone = "," if not value.name and value.open == "(" and len(parts) == 1 else ""
            return f"{value.name}{value.open}{', '.join(parts)}{lone}{value.close}"
        case Name() | Comment():
            return value.text
        case str():
            return json.dumps(value, ensure_ascii=False) if value.isprintable() else repr(value)
    return repr(value)


def _must_split(value: Call) -> bool:
    return value.split or any(isinstance(v, Call) and _must_split(v) for _, v in value.items)


def _plain(title: str) -> str:
    """A title that cannot end a docstring: one line of letters, digits and spaces."""
    words = "".join(c if c.isprintable() and c not in '\\"' else " " for c in title).split()
    return f"{' '.join(words)[:80].rstrip('.')}."
