"""Short ways to write specs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from builder.datasets.registry import find_dataset
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec


def layer(class_name: str, **config: Any) -> ObjectSpec:
    return ObjectSpec(class_name, Config(config))


def dense(units: int, activation: str | None = None, **config: Any) -> ObjectSpec:
    return layer(
        "Dense", units=units, **({"activation": activation} if activation else {}), **config
    )


def given(*shape: int | None, **config: Any) -> ObjectSpec:
    return layer("InputLayer", shape=shape, **config)


def training(
    model: ModelSpec,
    dataset: ObjectSpec,
    loss: str | ObjectSpec = "CategoricalCrossentropy",
    metrics: tuple[str, ...] = ("accuracy",),
    optimizer: ObjectSpec | None = None,
    **fit: Any,
) -> TrainingSpec:
    settings = {"epochs": 2, "batch_size": 32, "validation_split": 0.2} | fit
    return TrainingSpec(
        model,
        dataset,
        compile=Config(
            optimizer=optimizer or ObjectSpec("Adam"),
            loss=ObjectSpec(loss) if isinstance(loss, str) else loss,
            metrics=tuple(ObjectSpec(m) for m in metrics),
        ),
        fit=Config(settings),
        seed=1,
    )


def brief(training: TrainingSpec) -> TrainingSpec:
    """The same for one epoch, with fewer drawings of each digit."""
    if "variants" in find_dataset(training.dataset.class_name).ENTRY.args:
        training = replace(training, dataset=training.dataset.with_(variants=1))
    return training.with_fit(epochs=1)
