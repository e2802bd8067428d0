"""Transfer learning's second stage: what was frozen learns on, from the run's own weights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from builder import edit, starters
from builder.engine.build import keras_model
from builder.engine.files import initial_weights
from builder.runs.disk import weight_files
from builder.runs.engine_process import open_model
from builder.spec import ModelSpec, ObjectSpec, TrainingSpec, chain

INNER = chain(
    "base",
    ObjectSpec("InputLayer", {"shape": (4,)}),
    ObjectSpec("Dense", {"units": 5}),
    ObjectSpec("BatchNormalization"),
)


def transfer() -> TrainingSpec:
    """Iris with a frozen block before the head."""
    iris = starters.find_starter("iris").training
    first, *rest = iris.model.nodes
    head = ObjectSpec("Dense", {"units": 3, "activation": "softmax"})
    model = ModelSpec(
        "transfer",
        {first.layer: iris.model.layers[first.layer], "base": INNER, "head": head},
        (first, replace(rest[0], name="base", layer="base", inbound=(first.name,)),
         replace(rest[0], name="head", layer="head", inbound=("base",))),
        ("head",),
    )  # fmt: skip
    return replace(iris, model=edit.freeze(model, ["base"], on=True), columns={})


def test_all_learn_on_at_a_hundredth_of_the_rate_but_for_the_means() -> None:
    training = transfer()
    assert edit.can_fine_tune(training.model)
    tuned = edit.fine_tune(training)
    base = tuned.model.layers["base"].layers
    assert not edit.is_frozen(base["dense"]) and edit.is_frozen(base["batch_normalization"])
    before = training.compile["optimizer"].config.get("learning_rate", 1e-3)
    assert tuned.compile["optimizer"].config["learning_rate"] == before / 100
    assert not edit.can_fine_tune(tuned.model)
    assert not edit.can_fine_tune(starters.find_starter("iris").training.model)


def test_it_begins_with_the_weights_of_the_run(tmp_path: Path, home: Path) -> None:
    training = transfer()
    frozen = keras_model.build_compiled(training)
    frozen.save(tmp_path / "model.keras")
    kept = open_model.keep_weights(tmp_path / "model.keras", "transfer, frozen")
    tuned = keras_model.build_compiled(edit.fine_tune(training))
    assert len(tuned.trainable_weights) > len(frozen.trainable_weights)
    file = weight_files.find(kept["file"])
    assert file is not None
    initial_weights.load_weights(tuned, file, None)
    theirs, ours = ({w.path: np.asarray(w) for w in m.weights} for m in (frozen, tuned))
    assert theirs.keys() == ours.keys()
    assert all(np.array_equal(theirs[path], ours[path]) for path in theirs)
