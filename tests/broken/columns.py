"""Several inputs and outputs: bound to the wrong columns, set for the wrong outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from builder import edit, starters
from builder.spec import Config, ObjectSpec, TrainingSpec
from tests.broken.make import Broken
from tests.zoo import dense, layer

REVIEWS = starters.find_starter("reviews").training


def compiled(key: str, **by_output: Any) -> TrainingSpec:
    """The reviews with this setting of these outputs changed."""
    return REVIEWS.with_compile(**{key: REVIEWS.compile[key].with_(**by_output)})


def unbound() -> TrainingSpec:
    model = edit.rename(REVIEWS.model, "price", "cost")
    return replace(REVIEWS, model=model, columns=REVIEWS.columns.without("price"))


def left() -> TrainingSpec:
    """The reviews without the layer that told the sentiment."""
    model = REVIEWS.model
    nodes = tuple(n for n in model.nodes if n.name != "sentiment")
    layers = model.layers.without("sentiment")
    return replace(REVIEWS, model=replace(model, nodes=nodes, layers=layers, outputs=("stars",)))


COLUMNS: Mapping[str, Broken] = {
    "input_unbound": Broken(
        unbound(),
        "columns.cost",
        "The Input 'cost' is not bound to a column of Restaurant reviews with a price.",
    ),
    "output_bound_to_input": Broken(
        replace(REVIEWS, columns=REVIEWS.columns.with_(stars="price")),
        "columns.stars",
        "The output 'stars' is bound to 'price', which is an input of Restaurant reviews with a"
        " price.",
    ),
    "one_loss_for_all": Broken(
        REVIEWS.with_compile(loss=ObjectSpec("MeanSquaredError")),
        "compile.loss",
        "One loss is set, but the model has 2 outputs; each needs its own.",
    ),
    "loss_of_nobody": Broken(
        compiled("loss", gone=ObjectSpec("Huber")),
        "compile.loss",
        "There is a setting in loss for 'gone', which the model does not return.",
    ),
    "loss_weight_below_zero": Broken(
        compiled("loss_weights", stars=-1.0),
        "compile.loss_weights.stars",
        "The loss weight of 'stars' must be 0 or more but is -1.0.",
    ),
    "loss_weight_of_some": Broken(
        REVIEWS.with_compile(loss_weights=Config(stars=2.0)),
        "compile.loss_weights",
        "Some outputs have a loss weight, but not 'sentiment'; Keras wants all or none.",
    ),
    "loss_weights_all_zero": Broken(
        REVIEWS.with_compile(loss_weights=Config(sentiment=0, stars=0)),
        "compile.loss_weights",
        "Every loss weight is 0, so nothing would be learned.",
    ),
    "output_units": Broken(
        replace(REVIEWS, model=edit.configure(REVIEWS.model, "stars", dense(3))),
        "model.stars",
        "'stars' (Dense) gives 3 numbers, but the column 'stars' needs 1, the value to predict.",
    ),
    "output_loss": Broken(
        compiled("loss", sentiment=ObjectSpec("MeanAbsolutePercentageError")),
        "compile.loss.sentiment",
        "mean_absolute_percentage_error is a loss for regression, but the column 'sentiment' is"
        " a classification task.",
    ),
    "output_metric": Broken(
        compiled("metrics", stars=(ObjectSpec("accuracy"),)),
        "compile.metrics.stars",
        "The metric accuracy measures classification, but the column 'stars' is a regression task.",
    ),
    "monitor_of_an_output": Broken(
        REVIEWS.with_fit(callbacks=(layer("EarlyStopping", monitor="val_stars_loss"),)),
        "fit.callbacks",
        "EarlyStopping watches 'val_stars_loss', a number of one output, of which Keras cannot"
        " tell whether more or less is better.",
    ),
    "class_weight_of_several": Broken(
        REVIEWS.with_fit(class_weight=Config({"0": 2.0})),
        "fit.class_weight",
        "Class weights are for models of one output, and this one has several.",
    ),
    "left_from_several": Broken(
        left(),
        "compile.loss",
        "The loss is set for several outputs, but the model has one.",
    ),
}
