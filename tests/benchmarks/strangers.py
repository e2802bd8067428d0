"""Scripts of strangers: ``python -m tests.benchmarks.strangers [FOLDER]``.

Every case of ``../shared/cases/code`` is read, and what came of it is held against a small table
of what it must come to: ``right``; ``told`` where it differs and a remark says so; ``wrong`` where
it differs and no remark does; ``silent`` where something is missing without a word.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from builder import parse
from builder.parse import Parsed
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec

CASES = Path(__file__).parents[2] / "../shared/cases/code"

Expectation = Callable[[TrainingSpec], bool]


def records(model: ModelSpec) -> list[ObjectSpec]:
    """Every layer's record in the order of its call, those of blocks too."""
    made: list[ObjectSpec] = []
    for node in model.nodes:
        layer = model.layers[node.layer]
        made += records(layer) if isinstance(layer, ModelSpec) else [layer]
    return made


def counts(training: TrainingSpec, **many: int) -> bool:
    """Whether so many layers of each class are there."""
    found = Counter(r.class_name for r in records(training.model))
    return all(found[name] == number for name, number in many.items())


def optimizer(training: TrainingSpec) -> Config:
    return training.compile["optimizer"].config


def said(training: TrainingSpec) -> Config:
    return training.dataset.config.get("said", Config())


def data(training: TrainingSpec, name: str) -> bool:
    return training.dataset.class_name == name


def base_is_frozen(training: TrainingSpec) -> bool:
    free = [r for r in records(training.model) if r.config.get("trainable", True)]
    return len(records(training.model)) == 157 and len(free) == 4  # Input, pooling, Dense, Dense


EXPECTED: dict[str, tuple[Expectation, str]] = {
    "06": (lambda t: optimizer(t).get("learning_rate") == 1.0, "1.0 is taken"),
    "07": (
        lambda t: (
            records(t.model)[1].config.get("padding") == "same"
            and t.fit["callbacks"][0].config["monitor"] == "val_accuracy"
        ),
        "val_accuracy today",
    ),
    "08": (
        lambda t: said(t)["file"] == "payments.csv" and said(t)["target"] == "Class",
        "not here",
    ),
    "09": (base_is_frozen, "weights of ImageNet"),
    "11": (lambda t: said(t)["form"] == "pictures" and t.fit["batch_size"] == 128, "not here"),
    "12": (lambda t: data(t, "Mnist"), "one length"),
    "13": (lambda t: data(t, "NumbersInCode"), ""),
    "15": (lambda t: data(t, "FashionMnist"), "mistake"),
    "16": (lambda t: counts(t, Conv2D=2, BatchNormalization=2, Activation=2), "taken apart"),
    "18": (lambda t: counts(t, **{"ops.sqrt": 1, "ops.maximum": 1, "Subtract": 1}), "contrast"),
    "21": (
        lambda t: t.compile["loss"].class_name in ("Dice", "BinaryCrossentropy"),
        "function of your own",
    ),
    "22": (lambda t: said(t)["words"] == 20000 and said(t)["length"] == 60, "not here"),
    "23": (lambda t: (said(t)["window"], said(t)["horizon"]) == (60, 1), "not here"),
    "24": (lambda t: counts(t, Reshape=1, Flatten=1), "several models"),
    "25": (lambda t: records(t.model)[0].config["shape"] == (40, 60), "different letters"),
    "27": (lambda t: data(t, "Mnist"), "LambdaCallback is not offered here"),
    "28": (lambda t: optimizer(t).get("learning_rate", 0.001) == 0.001, "begins with the rate"),
    "29": (lambda t: (t.fit["epochs"], t.fit["batch_size"]) == (200, 5), "Every fold"),
}
"""Number of a case → whether what was read is right, and words that a remark must have."""

NO_MODEL = {"30": "This is TensorFlow 1, not Keras."}
"""Number of a case that holds no Keras model → how the first remark must begin."""


def judge(number: str, result: Parsed) -> str:
    """``right``, ``told``, ``wrong`` or ``silent``."""
    if number in NO_MODEL:
        first = result.notes[0].message if result.notes else ""
        return "right" if first.startswith(NO_MODEL[number]) else "wrong"
    if number not in EXPECTED:
        return "no expectation"
    is_right, words = EXPECTED[number]
    if result.training is None:
        return "told" if result.notes else "silent"
    try:
        good = is_right(result.training)
    except (KeyError, IndexError):
        good = False
    spoken = any(words in note.message for note in result.notes) or not words
    if good:
        return "right" if spoken else "silent"
    return "told" if result.of(parse.UNKNOWN) else "wrong"


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else CASES
    verdicts: Counter[str] = Counter()
    for file in sorted(folder.glob("*.py")):
        verdict = judge(file.name.partition("-")[0], parse.parse(file.read_text("utf-8")))
        verdicts[verdict] += 1
        print(f"{verdict:8} {file.name}")
    print(", ".join(f"{many} {verdict}" for verdict, many in sorted(verdicts.items())))


if __name__ == "__main__":
    main()
