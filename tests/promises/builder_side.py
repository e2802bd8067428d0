"""Runs in the copy, below the pages: check, script, reading back, building, exporting; tells JSON.

python builder_side.py FOLDER    (the current folder is the copy)
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from builder import catalog, check, cli, code, parse, starters
from builder.code import data_source
from builder.datasets.contract import Raw
from builder.datasets.registry import find_dataset
from builder.kinds.registry import find_kind
from builder.spec import Config, Node, ObjectSpec, TrainingSpec, chain

OUT = Path(sys.argv[1])
TOLD: dict[str, Any] = {}


def circles(*inside: ObjectSpec, dataset: str = "Circles") -> TrainingSpec:
    """The smallest training there is, with these layers in the middle."""
    training = starters.find_starter("circles").training
    first, *_, last = (training.model.layers[n.layer] for n in training.model.nodes)
    model = chain("small", first, ObjectSpec("Dense", Config({"units": 4})), *inside, last)
    data = ObjectSpec(dataset, Config({"samples": 200}))
    return replace(training, model=model, dataset=data).with_fit(epochs=1)


def walk(training: TrainingSpec) -> dict[str, Any]:
    """From the spec to its script, back, and through the engine; the script runs in the end."""
    from builder.engine.build import keras_model
    from builder.engine.data import loading

    about, facts = loading.describe(training.dataset), keras_model.summary(training.model)
    script = code.script(training, data_source.source(training.dataset, about))
    read = parse.parse(script)
    made = keras_model.build_compiled(training)
    os.chdir(OUT)  # where the script keeps its model
    namespace: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(script, "script.py", "exec"), namespace)  # noqa: S102 (it is our own script)
    return {
        "problems": [p.message for p in check.problems(training, about, facts) if p.severe],
        "failure": facts.failure and facts.failure.message,
        "script": script,
        "lost": differences(training, read.training),
        "remarks": [note.message for note in read.notes],
        "layers": [type(layer).__name__ for layer in made.layers],
        "optimizer": type(made.optimizer).__name__,
        "script's layers": [type(layer).__name__ for layer in namespace["model"].layers],
        "rows": int(about.n_train + about.n_test),
    }


def differences(written: TrainingSpec, read: TrainingSpec | None) -> list[str]:
    """The parts of a training that came back otherwise than they were written."""
    if read is None:
        return ["all"]
    entry = find_dataset(written.dataset.class_name).ENTRY
    settings = catalog.minimal_config(entry, read.dataset.config)
    read = replace(read, dataset=ObjectSpec(read.dataset.class_name, settings))
    parts = ("model", "dataset", "columns", "compile", "fit", "seed")
    pairs = {part: (getattr(written, part), getattr(read, part)) for part in parts}
    return [f"{part}: {a} became {b}" for part, (a, b) in pairs.items() if a != b]


def layer() -> dict[str, Any]:
    entry = catalog.entry("layers", "Blur")
    blur = replace(catalog.new("layers", "Blur"), config=Config({"strength": 0.5, "mode": "hard"}))
    asked = {name: catalog.param(entry, name).help for name in entry.args}
    return {"asked": asked, **walk(circles(catalog.minimal("layers", blur)))}


def unusual_layer() -> dict[str, Any]:
    """A layer that reads two tensors as arguments of their own, in a graph that branches."""
    plain = circles()
    entry, (first, middle, last) = plain.model.nodes[0], plain.model.nodes
    layers = dict(plain.model.layers) | {
        "other": ObjectSpec("Dense", Config({"units": 4})),
        "glance": ObjectSpec("Glance", Config({"power": 2})),
    }
    nodes = (
        *(first, middle, Node("other", "other", (entry.name,))),
        Node("glance", "glance", (middle.name, "other")),
        replace(last, inbound=("glance",)),
    )
    model = replace(plain.model, layers=Config(layers), nodes=nodes)
    return walk(replace(plain, model=model))


def optimizer() -> dict[str, Any]:
    chosen = ObjectSpec("Wanderer", Config({"momentum": 0.25}))
    entry = catalog.entry("optimizers", "Wanderer")
    asked = {name: catalog.param(entry, name).help for name in entry.args}
    training = circles().with_compile(optimizer=chosen)
    like = training.with_compile(optimizer=replace(chosen, class_name="SGD"))
    made = walk(training)
    memory = [check.estimate_memory(t, None, keras_facts(t)).optimizer for t in (training, like)]
    return {"asked": asked, "memory": memory, **made}


def keras_facts(training: TrainingSpec) -> Any:
    from builder.engine.build import keras_model

    return keras_model.summary(training.model)


def dataset() -> dict[str, Any]:
    return walk(circles(dataset="Moons"))


def kind() -> dict[str, Any]:
    """Wind by its direction: from raw rows to an Input, a preview and the lines of a script."""
    from builder.engine.build import keras_model
    from builder.engine.data.prepare import prepare

    degrees = np.linspace(0.0, 350.0, 100)
    labels = (degrees > 180).astype("int64")
    arrays = (degrees[::2], labels[::2], degrees[1::2], labels[1::2])
    raw, settings = Raw.of_x_and_y("angle", arrays, ("east", "west")), Config({"samples": 200})
    plain = circles()
    data = prepare(ObjectSpec("Circles", settings), raw)
    model = replace(plain.model, layers=plain.model.layers.with_(
        **{plain.model.nodes[0].layer: find_kind("angle").input_layer(data.facts.input)}
    ))  # fmt: skip
    training = replace(plain, model=model)
    facts = keras_model.summary(model)
    names: dict[str, Any] = {"x_train": arrays[0], "x_test": arrays[2]}
    lines = data_source.preparation_source(training.dataset, data.facts)
    exec(lines, names)  # noqa: S102 (they are our own lines)
    return {
        "problems": [p.message for p in check.problems(training, data.facts, facts) if p.severe],
        "failure": facts.failure and facts.failure.message,
        "lines": lines,
        "same": [bool((names["x_train"] == data.input.train).all()), list(data.input.facts.shape)],
        "said": find_kind("angle").describe_example(data.facts.input),
    }


def exporter() -> dict[str, Any]:
    help_text = io.StringIO()
    with contextlib.redirect_stdout(help_text), contextlib.suppress(SystemExit):
        cli.main(["export", "--help"])
    file = OUT / "haiku.txt"
    status = cli.main(["export", "circles", "--to", "haiku", "-o", str(file)])
    return {"status": status, "text": file.read_text("utf-8"), "help": help_text.getvalue()}


def tell(name: str, work: Callable[[], Any]) -> None:
    """What came of it, or the error: one thing that fails leaves the others."""
    here = os.getcwd()
    try:
        TOLD[name] = work()
    except Exception:
        TOLD[name] = {"error": traceback.format_exc()}
    os.chdir(here)


for _work in (layer, unusual_layer, optimizer, dataset, kind, exporter):
    tell(_work.__name__.replace("_", " "), _work)
(OUT / "builder_side.json").write_text(json.dumps(TOLD), "utf-8")
