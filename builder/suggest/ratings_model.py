"""Suggest a model for ratings: who meets what, each with a learned row of numbers and a bias.

The factorization of Koren, Bell and Volinsky, "Matrix factorization techniques for recommender
systems" (2009): a rating is the mean, a bias of each side, and the product of their rows.
"""

from __future__ import annotations

from builder.check.graph.legal_names import usable
from builder.facts import DataFacts
from builder.kinds.category import ONE_HOT
from builder.kinds.registry import find_kind
from builder.spec import Config, ObjectSpec, TrainingSpec
from builder.suggest.draft import Draft
from builder.suggest.outputs import ending

WIDTHS = {"linear": 0, "small": 16, "large": 32}
"""Size → numbers learned for each side; without any the biases alone answer."""

PENALTY = ObjectSpec("L2", Config(l2=1e-5))


def is_rating(facts: DataFacts) -> bool:
    """Whether two sides with many names each meet, and a number says how they like each other."""
    sides = [c for c in facts.inputs if len(c.classes) > ONE_HOT]
    amounts = [c for c in facts.targets if c.task == "regression"]
    return len(facts.inputs) == len(sides) == 2 and len(facts.targets) == len(amounts) == 1


def suggest_ratings(facts: DataFacts, dataset: ObjectSpec, size: str, name: str) -> TrainingSpec:
    """A training for such a dataset; ``size`` is one of ``WIDTHS``."""
    draft, columns = Draft(), dict[str, object]()
    rows, biases = list[str](), list[str]()
    for side in facts.inputs:
        title = usable(side.name, "side")
        node = draft.add(find_kind(side.kind).input_layer(side), name=title)
        columns[node] = side.name
        count = len(side.classes) + 1  # the first place is for names that are not known
        known = ObjectSpec("StringLookup", Config(max_tokens=count))
        looked_up = draft.add(known, node, name=f"{node}_lookup")
        for width, found in ((WIDTHS[size], rows), (1, biases)):
            if width:
                found.append(_embed(draft, looked_up, count, width, node))
    if rows:
        biases.insert(0, draft.add(ObjectSpec("Dot", Config(axes=1)), *rows, name="match"))
    total = draft.add(ObjectSpec("Add"), *biases)
    target = facts.target
    end = ending(target)
    answer = draft.add(end.layers[-1], total, name=usable(target.name, "answer"))
    columns[answer] = target.name
    metrics = (ObjectSpec("RootMeanSquaredError"), *end.metrics)
    compile = Config(optimizer=ObjectSpec("Adam"), loss=end.loss, metrics=metrics)
    stop = ObjectSpec("EarlyStopping", Config(patience=2, restore_best_weights=True))
    fit = Config(epochs=30, batch_size=256, validation_split=0.1, callbacks=(stop,))
    return TrainingSpec(
        draft.model(name, (answer,)), dataset, Config(columns), compile, fit, seed=0
    )


def _embed(draft: Draft, source: str, count: int, width: int, side: str) -> str:
    """A learned row of ``width`` numbers for each name; a bias begins at 0."""
    config = {"input_dim": count, "output_dim": width, "embeddings_regularizer": PENALTY}
    if width == 1:
        config["embeddings_initializer"] = "zeros"
    label = f"{side}_{'bias' if width == 1 else 'row'}"
    embedded = draft.add(ObjectSpec("Embedding", Config(config)), source, name=label)
    return draft.add(ObjectSpec("Flatten"), embedded, name=f"{label}_flat")
