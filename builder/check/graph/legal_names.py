"""Check names of the model and its layers against TensorFlow's rules for scopes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from builder import edit
from builder.check.repair import fixes
from builder.facts import Fix, LazyFixes, Problem
from builder.spec import TrainingSpec, unique_name

WHOLE = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.>-]*")
"""A model's name: TensorFlow's rule for the outermost scope of a graph, without its slashes."""

PART = re.compile(r"[A-Za-z0-9_.>-]+")
"""A layer's name: the rule for scopes inside."""

HINT = "Plain letters, digits, '_', '-' and '.' are possible."


def problems(training: TrainingSpec) -> Iterator[Problem]:
    """Names TensorFlow refuses, each with one it takes."""
    spec = training.model
    if not WHOLE.fullmatch(spec.name):
        message = f"The model is named '{spec.name}', which TensorFlow cannot take as a name."
        new = usable(spec.name, "model")
        fix = Fix(f"Name it '{new}'", replace(training, model=replace(spec, name=new)))
        yield Problem("model", message, HINT, (fix,))
    for node in spec.nodes:
        if PART.fullmatch(node.name):
            continue
        message = f"A layer is named '{node.name}', which TensorFlow cannot take as a name."
        remedy = LazyFixes(partial(_rename, training, node.name))
        yield Problem(f"model.{node.name}", message, HINT, remedy)


def _rename(training: TrainingSpec, node: str) -> fixes.Fixes:
    spec = training.model
    new = unique_name(usable(node, "layer"), {*spec.by_name, *spec.layers})
    return fixes.model(f"Name it '{new}'", training, partial(edit.rename, node=node, new=new))


def usable(name: str, instead: str) -> str:
    """``name`` in plain letters as far as it has any, else ``instead``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    word = re.sub(r"[^A-Za-z0-9_.-]+", "_", plain).strip("_.-")[:60]
    return word if word[:1].isalpha() else f"{instead}_{word}".rstrip("_")
