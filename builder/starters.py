"""Read the starters: example projects a new user opens, a JSON file each in ``assets/starters``."""

from __future__ import annotations

import difflib
import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from builder import binding, catalog
from builder.document import read_document
from builder.errors import SpecError
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "starters"
"""Where the files are; a new file there is a new starter."""


OTHER_DATASETS: dict[tuple[int, ...], tuple[str, ObjectSpec]] = {
    (32, 32, 3): ("digits_cnn", ObjectSpec("Cifar10", Config(labels="one_hot"))),
    (8,): ("diabetes", ObjectSpec("CaliforniaHousing")),
}
"""Input shapes no starter has: the starter whose training fits, and the dataset of that shape."""


@dataclass(frozen=True, slots=True)
class Starter:
    """One starter.

    Args:
        name: the file's name without ``.json``; what a command line calls it.
        title, sentence: for its card.
        task: what kind of problem it is, in two or three words for the card.
        picture: the name of an SVG in ``assets/pictures``.
        metric: the number of the test that says how good it is.
        at_least, at_most: what a training reaches; the tests hold it to that. One is None.
        training: the project.
    """

    name: str
    title: str
    sentence: str
    task: str
    picture: str
    metric: str
    at_least: float | None
    at_most: float | None
    training: TrainingSpec


@functools.cache
def all_starters() -> tuple[Starter, ...]:
    """Every starter, in the order of the gallery."""
    read = [_read(path) for path in FOLDER.glob("*.json")]
    return tuple(starter for _, starter in sorted(read, key=lambda r: (r[0], r[1].name)))


def find_starter(name: str) -> Starter:
    """The starter of that name; SpecError with near matches if there is none."""
    for starter in all_starters():
        if starter.name == name:
            return starter
    names = [s.name for s in all_starters()]
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"The starters are {', '.join(names)}."
    raise SpecError(f"There is no starter '{name}'.", hint)


def _read(path: Path) -> tuple[int, Starter]:
    text = path.read_text("utf-8")
    title, training = read_document(text)
    doc = json.loads(text)
    score = doc["score"]
    card = Starter(
        path.stem,
        title,
        doc["sentence"],
        doc["task"],
        doc["picture"],
        score["metric"],
        score.get("at_least"),
        score.get("at_most"),
        training,
    )
    return doc["order"], card


def empty_project(dataset: ObjectSpec) -> TrainingSpec:
    """A project without a layer, to be wired from nothing; loss and metrics come with the outputs.

    Args:
        dataset: what it begins with; any other can be chosen.
    """
    base = find_starter("digits_dense").training
    bare = base.compile.without("loss", "metrics")
    return replace(base, model=ModelSpec(), dataset=dataset, columns=Config(), compile=bare)


def has_data_for(model: ModelSpec, compile: Config | None = None) -> bool:
    """Whether the data of some starter are of this model's very shapes: what its Inputs read, and
    as many classes or numbers as its only output gives."""
    shapes, units = _input_shapes(model), _output_units(model)
    if units is None or len(shapes) != 1:
        return False
    return any(
        _input_shapes(s.training.model) == shapes and _output_units(s.training.model) == units
        for s in all_starters()
        if _loss_suits(s.training, compile)
    )


def project_for_model(model: ModelSpec, compile: Config | None = None) -> TrainingSpec:
    """A project for a model that came alone: with the data of the first starter it can read.

    Args:
        model: as read from a file.
        compile: what was saved of its optimizer, loss and metrics; replaces the starter's.
    """
    shapes = _input_shapes(model)
    shape = shapes[0] if len(shapes) == 1 else None
    outputs = binding.outputs(model)
    suitable = [s for s in all_starters() if _loss_suits(s.training, compile)]
    suitable.sort(
        key=lambda s: (
            _predicts_numbers(s.training.compile) != _predicts_numbers(compile or Config())
        )
    )
    fitting = [s for s in suitable if _data_fits(s.training, shapes, len(outputs))]
    units = _output_units(model) if compile else None
    sized = [s for s in suitable if units is not None and _output_units(s.training.model) == units]
    base = next(iter(fitting or sized or suitable), all_starters()[0]).training
    name, dataset = _other_dataset(model, shape)
    if dataset is not None and _loss_suits(find_starter(name).training, compile):
        base = replace(find_starter(name).training, dataset=dataset)
    base = replace(base, columns=_rebind(base, model))
    merged = Config({**base.compile, **(compile or Config())})
    had, needs = _labels(base.compile), _labels(merged)
    dataset = base.dataset
    if needs and had and not set(had) & set(needs):
        dataset = dataset.with_(labels=needs[0])
    return replace(base, model=model, compile=merged, dataset=dataset)


def _other_dataset(model: ModelSpec, shape: object) -> tuple[str, ObjectSpec | None]:
    """The starter and the dataset for a model no starter's data suit; None: there is none."""
    if not isinstance(shape, tuple):
        return "", None
    words = list(_vocabularies(model))
    if words and len(shape) == 1:
        sizes = {"num_words": words[0], "maxlen": shape[0]}
        config = Config({k: v for k, v in sizes.items() if isinstance(v, int)})
        return "review_texts", ObjectSpec("Imdb", config)
    return OTHER_DATASETS.get(shape, ("", None))


def _vocabularies(model: ModelSpec) -> Iterator[object]:
    """How many numbers of words each layer knows that turns them into vectors."""
    for layer in model.layers.values():
        if isinstance(layer, ObjectSpec) and "output_dim" in layer.config:
            yield layer.config.get(catalog.traits_of(layer.class_name).index_range)


def _loss_suits(training: TrainingSpec, compile: Config | None) -> bool:
    """Whether a loss can learn what a starter's data ask for: classes or numbers."""
    if not compile or not isinstance(compile.get("loss"), ObjectSpec):
        return True
    if _predicts_numbers(training.compile):
        return _predicts_numbers(compile)
    return bool(_labels(compile))


def _predicts_numbers(compile: Config) -> bool:
    """Whether a loss is made for numbers to predict."""
    loss = compile.get("loss")
    entry = catalog.find("losses", loss.class_name) if isinstance(loss, ObjectSpec) else None
    return entry is not None and "values" in entry.labels


def _output_units(model: ModelSpec) -> object:
    """How many numbers the only output has, where its layer says it."""
    layers = [model.layers.get(model.node(ref.partition(":")[0]).layer) for ref in model.outputs]
    only = layers[0] if len(layers) == 1 else None
    return only.config.get("units") if isinstance(only, ObjectSpec) else None


def _labels(compile: Config) -> tuple[str, ...]:
    """The label encodings a loss takes; none for numbers, which have but one."""
    loss = compile.get("loss")
    entry = catalog.find("losses", loss.class_name) if isinstance(loss, ObjectSpec) else None
    return tuple(x for x in entry.labels if x != "values") if entry else ()


def _input_shapes(model: ModelSpec) -> tuple[object, ...]:
    layers = (model.layers[model.node(name).layer] for name in binding.inputs(model))
    return tuple(_input_shape(v) for v in layers if isinstance(v, ObjectSpec))


def _input_shape(layer: ObjectSpec) -> object:
    """The shape an Input takes; of one for texts, whose shape may be (1,) or (), the word."""
    return "text" if layer.config.get("dtype") == "string" else layer.config.get("shape")


def _data_fits(training: TrainingSpec, shapes: tuple[object, ...], outputs: int) -> bool:
    """Whether a starter's data suits a model of these Inputs and so many outputs."""
    model = training.model
    alone = len(shapes) == 1 and binding.is_single_column(training)
    same = alone or len(binding.outputs(model)) == outputs
    return same and _input_shapes(model) == shapes


def _rebind(base: TrainingSpec, model: ModelSpec) -> Config:
    """The starter's columns under the names of this model's Inputs and outputs, by place."""
    pairs: list[tuple[str, str]] = []
    for names in (binding.inputs, binding.outputs):
        pairs += zip(names(model), names(base.model), strict=False)
    return Config({new: base.columns[old] for new, old in pairs if old in base.columns})
