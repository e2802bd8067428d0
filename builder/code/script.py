"""The whole script, part by part, with its imports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from builder.code import reshuffled, stack
from builder.code.source import flat, render
from builder.code.training import answer, compile_call, epoch_rules, evaluation, fit_call
from builder.spec import TrainingSpec

BLOCKS = ("def ", "class ")
"""What two empty lines stand around."""


def script(training: TrainingSpec, data_source: str, title: str = "") -> str:
    """The whole experiment as Python source that needs Keras and what ``data_source`` imports.

    Args:
        data_source: lines that set ``x_train``, ``y_train``, ``x_test`` and ``y_test``.
        title: what the project is called; becomes the docstring.

    Raises:
        SpecError: the model is not a stack, is empty, or holds what no script can.
        CatalogError: it names a class that is not in the catalogue.
    """
    stack.check(training.model)
    imports, data = _hoisted(data_source)
    rules = tuple(epoch_rules(training))
    uses = {"import keras", "from keras import layers", *imports}
    if any("math." in rule for rule in rules):
        uses.add("import math")
    reshuffle = reshuffled.wanted(training)
    if reshuffle:
        uses.update(reshuffled.IMPORTS)
    parts = [
        f"# Load and prepare the data\n{data.strip()}",
        *_model(training),
        "model.summary()",
        *rules,
        "# Compile the model\n" + render("", compile_call(training)),
        *([reshuffled.CLASS, reshuffled.held_back(training)] if reshuffle else []),
        "# Train the model\n" + render("history = ", fit_call(training)),
        f"# Evaluate the model on data it has not seen\n{evaluation(training)}",
        f"# Make predictions\npredictions = model.predict(x_test)\nprint({answer(training)}[:10])",
        '# Save the model\nmodel.save("model.keras")',
    ]
    head = f"{chr(34) * 3}{_plain(title)}{chr(34) * 3}\n\n" if title else ""
    gap = "\n\n\n" if data.strip().startswith("def ") else "\n\n"
    return head + _imports(uses) + gap + _spaced([p for p in parts if p]) + "\n"


def _model(training: TrainingSpec) -> Iterator[str]:
    """What defines the model, in the order that gives the very weights our own training has."""
    policy = training.compile.get("dtype_policy")
    if policy not in (None, "float32"):
        call = f"keras.config.set_dtype_policy({flat(policy)})"
        yield f"# Calculate with numbers of this kind\n{call}"
    learners = stack.learners(training.model)
    yield from stack.adapted_first(training.model, learners)
    seed = "" if training.seed is None else f"keras.utils.set_random_seed({training.seed})\n"
    made = stack.made_for_later(training.model, learners)
    yield f"# Define the model\n{seed}{made}" + render(
        "model = ", stack.sequential(training.model, learners)
    )
    yield from stack.adapted_later(training.model, learners, is_wide=policy in (None, "float32"))


def _spaced(parts: list[str]) -> str:
    """The parts with one empty line between them, two around functions."""
    text = parts[0]
    for before, part in pairwise(parts):
        wide = part.startswith(BLOCKS) or before.startswith(BLOCKS)
        text += ("\n\n\n" if wide else "\n\n") + part
    return text


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


def _plain(title: str) -> str:
    """A title that cannot end a docstring: one line of letters, digits and spaces."""
    words = "".join(c if c.isprintable() and c not in '\\"' else " " for c in title).split()
    return f"{' '.join(words)[:80].rstrip('.')}."
