"""``summary PROJECT``: layers, output shapes, parameters and memory, as Keras has them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from builder.cli import open_argument
from builder.cli.shared_options import Verb, add_project_argument, join_sentence
from builder.facts import ModelFacts, Problem
from builder.formatting import size

HEAD = ("layer", "class", "output shape", "parameters", "memory")


def run(given: argparse.Namespace) -> int:
    """Prints the table and what training needs; status 1, with the reason, if Keras refuses it."""
    from builder import check

    title, training = open_argument.open_project(given.project)
    found, data, model = open_argument.find_problems(training)
    print(title)
    _table(model)
    need = check.estimate_memory(training, data, model)
    print(
        f"{model.params:,} parameters, {model.trainable:,} of them trainable ({size(need.weights)})"
    )
    print(f"training takes about {size(need.total)} of memory")
    said = check.explain_refusal(training, data, model) or _severe(found, model)
    for problem in said:
        print(f"{problem.where}: {join_sentence(problem.message, problem.hint)}", file=sys.stderr)
    return 1 if model.failure else 0


def _severe(found: Sequence[Problem], model: ModelFacts) -> Sequence[Problem]:
    """Why a model cannot be built where no call explains it: a text that is misread before it, or
    else Keras's own words."""
    if not model.failure:
        return ()
    words = Problem(f"model.{model.failure.node}", f"Keras refuses it: {model.failure.message}")
    return [p for p in found if p.severe and p.where.startswith("model.")] or (words,)


def _table(model: ModelFacts) -> None:
    rows = [HEAD]
    for node in model.nodes:
        shapes = ", ".join(str(s) for s in node.outputs)
        memory = size(node.weight_bytes)
        rows.append((node.node, node.class_name, shapes, f"{node.params:,}", memory))
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    for row in rows:
        cells = [
            f"{c:>{w}}" if i > 2 else f"{c:<{w}}"
            for i, (c, w) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


VERB = Verb(
    "summary", "print layers, output shapes, parameters and memory", add_project_argument, run
)
