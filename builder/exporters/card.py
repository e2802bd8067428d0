"""The model card: what the model is, what it learned from, how good it is, and where it ends."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from builder import catalog, edit
from builder.code.custom_layer_source import saved_file_needs
from builder.exporters.contract import ExportRequest
from builder.exporters.keras import read_artefact
from builder.facts import DataFacts, ModelFacts
from builder.kinds.registry import find_kind
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec

NAME = "card"
TITLE = "Model card"
SUFFIX = ".md"
KIND = "run"
MIME = "text/markdown"
ORDER = 2
RUN_FACTS = True
ABOUT = "Markdown: data, model, training, results, limits and versions, to publish beside it."

ROWS = 12
"""Epochs shown in the table of the curves; of more, evenly many."""

BARS = "▁▂▃▄▅▆▇█"


def export(request: ExportRequest) -> bytes:
    """Markdown, UTF-8, with what is given of ``RUN_FACTS``.

    Raises:
        FileError: the run's file is gone.
        DataError: the dataset cannot be described.
    """
    from builder.engine.build import keras_model
    from builder.engine.data import loading

    read_artefact(request)
    training, run = request.training, request.options
    about = loading.describe(training.dataset)
    facts = request.facts or keras_model.summary(training.model)
    parts = (
        _head(request.title or training.model.name, about),
        _data(training, about),
        _model(training.model, facts),
        _training(training),
        _results(run.get("history") or {}, run.get("test") or {}),
        _limits(training, about),
        _versions(run.get("versions") or {}),
    )
    return "\n".join(part for part in parts if part).encode()


def _safe(text: object) -> str:
    """Words that cannot become Markdown or HTML."""
    plain = " ".join(str(text).split())
    for sign in "\\`*_[]<>|#":
        plain = plain.replace(sign, f"\\{sign}")
    return plain


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_safe(c) for c in line)} |" for line in lines) + "\n"


def _head(title: str, about: DataFacts) -> str:
    kind = "chooses a class" if about.target.task == "classification" else "gives a number"
    return (
        f"# {_safe(title)}\n\nA Keras model that {kind} for each example of the data"
        f" “{_safe(about.title)}”. Made with Layerwise.\n"
    )


def _data(training: TrainingSpec, about: DataFacts) -> str:
    rows: list[tuple[str, object]] = [
        ("Data", about.title),
        ("Examples to learn from", f"{about.n_train:,}"),
        ("Examples kept for the test", f"{about.n_test:,}"),
    ]
    for column in about.columns:
        shape = " × ".join(map(str, column.shape)) or "one number"
        rows.append(
            (
                f"{column.role.capitalize()} {column.name}",
                f"{shape} ({find_kind(column.kind).title})",
            )
        )
    if about.target.classes:
        rows.append(("Classes", ", ".join(about.target.classes[:50])))
    rows += [(f"Setting {k}", _value_text(v)) for k, v in training.dataset.config.items()]
    return f"## Data\n\n{_table(('What', 'Value'), rows)}"


def _model(model: ModelSpec, facts: ModelFacts) -> str:
    rows = []
    for name in edit.topological_order(model):
        node = facts.of(name)
        if model.node(name).off or node is None:
            continue
        shape = " × ".join("any" if n is None else str(n) for n in node.outputs[0][1:])
        rows.append((name, node.class_name, shape, f"{node.params:,}"))
    head = ("Layer", "Class", "Output", "Parameters")
    more = f" {saved_file_needs(model)}".rstrip()
    return f"## Model\n\n{_table(head, rows)}\n{facts.params:,} parameters in all.{more}\n"


def _training(training: TrainingSpec) -> str:
    rows = [(k.replace("_", " "), _value_text(v)) for k, v in training.compile.items()]
    rows += [(k.replace("_", " "), _value_text(v)) for k, v in training.fit.items()]
    rows.append(("seed", "none" if training.seed is None else str(training.seed)))
    return f"## Training\n\n{_table(('Setting', 'Value'), rows)}"


def _value_text(value: Any) -> str:
    match value:
        case ObjectSpec():
            inside = ", ".join(f"{k}={_value_text(v)}" for k, v in value.config.items())
            return f"{value.class_name}({inside})" if inside else value.class_name
        case Config():
            return ", ".join(f"{k}: {_value_text(v)}" for k, v in value.items())
        case tuple():
            return ", ".join(_value_text(v) for v in value)
    return str(value)


def _results(history: Mapping[str, Sequence[float | None]], test: Mapping[str, float]) -> str:
    text = "## Results\n\n"
    if test:
        text += _table(
            ("On the test examples", "Value"), [(k, _number(v)) for k, v in test.items()]
        )
    if history:
        many = max(len(values) for values in history.values())
        shown = sorted({round(i * (many - 1) / max(ROWS - 1, 1)) for i in range(ROWS)})
        rows = [
            (epoch + 1, *(_number(v[epoch]) if epoch < len(v) else "" for v in history.values()))
            for epoch in shown
            if epoch < many
        ]
        curves = [("curve", *(sparkline(v) for v in history.values()))]
        text += ("\n" if test else "") + _table(("Epoch", *history), [*rows, *curves])
    return text if test or history else text + "Not measured.\n"


def _number(value: float | None) -> str:
    return "" if value is None or not math.isfinite(value) else f"{value:.4g}"


def sparkline(values: Sequence[float | None]) -> str:
    """A row of bars as high as the values: ``▇▅▃▂▁``."""
    known = [v for v in values if v is not None and math.isfinite(v)]
    if not known:
        return ""
    low, span = min(known), (max(known) - min(known)) or 1.0
    step = max(1, math.ceil(len(known) / 40))
    return "".join(BARS[round((v - low) / span * (len(BARS) - 1))] for v in known[::step])


def _limits(training: TrainingSpec, about: DataFacts) -> str:
    return "## Limits\n\n" + "\n".join(f"- {line}" for line in _sentences(training, about)) + "\n"


def _sentences(training: TrainingSpec, about: DataFacts) -> Iterator[str]:
    yield (
        f"It has seen {about.n_train:,} examples of this data only. On examples of another origin"
        " (other devices, people, times) it may do worse; measure before you rely on it."
    )
    yield f"The test has {about.n_test:,} examples, so that its numbers carry some chance."
    if about.target.classes:
        yield "It knows these classes only and chooses one of them for whatever it is given."
        yield "Its probabilities are not calibrated: 0.9 does not mean right 9 times in 10."
    if training.seed is None:
        yield "It was trained without a seed: training again gives another model."
    loss = training.compile.get("loss")
    entry = catalog.find("losses", loss.class_name) if isinstance(loss, ObjectSpec) else None
    if entry is not None and loss is not None and loss.config.get("from_logits"):
        yield "Its last layer gives raw scores: apply softmax or sigmoid to get probabilities."


def _versions(versions: Mapping[str, str]) -> str:
    if not versions:
        return ""
    rows = [(k, str(v)[:60]) for k, v in versions.items()]
    return f"## Versions\n\n{_table(('Package', 'Version'), rows)}"
