"""Any project of the catalogue's own objects is read back from its script, in every style."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from builder import catalog, code, edit, parse
from builder.code import learn
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec, chain
from tests import zoo
from tests.builder.parse.test_parse_laws import script_source
from tests.builder.test_styles import normal
from tests.zoo import dense, layer

LAYERS = tuple(
    e.class_name
    for e in catalog.entries("layers")
    if e.class_name != edit.INPUT and edit.room(ObjectSpec(e.class_name)).least == 1
)


def minimal(kind: str, name: str) -> ObjectSpec:
    return catalog.minimal(kind, catalog.new(kind, name))


def one(kind: str) -> st.SearchStrategy[ObjectSpec]:
    """An object of the catalogue as its button adds it."""
    names = [e.class_name for e in catalog.entries(kind)]
    return st.sampled_from(names).map(lambda name: minimal(kind, name))


@st.composite
def stacks(draw: st.DrawFn) -> ModelSpec:
    """A stack of any layers; shapes need not meet."""
    names = draw(st.lists(st.sampled_from(LAYERS), min_size=1, max_size=6))
    layers = [minimal("layers", name) for name in names]
    model = chain(
        draw(st.sampled_from(["model", "my_net"])), zoo.given(8, 8, 3), *layers, dense(10)
    )
    for node in model.nodes[1:-1]:
        if draw(st.integers(0, 5)) == 0:
            model = edit.switch(model, node.name, True)
    return model


@st.composite
def trainings(draw: st.DrawFn) -> TrainingSpec:
    made = zoo.training(draw(stacks()), layer("Iris"), draw(one("losses")))
    metrics = tuple(draw(st.lists(one("metrics"), max_size=3)))
    compiled = Config(
        optimizer=draw(one("optimizers")),
        loss=made.compile["loss"],
        **({"metrics": metrics} if metrics else {}),
    )
    callbacks = tuple(draw(st.lists(one("callbacks"), max_size=2)))
    fit = Config(
        epochs=draw(st.integers(1, 999)),
        batch_size=draw(st.sampled_from([1, 16, 4096])),
        **({"callbacks": callbacks} if callbacks else {}),
    )
    seed = draw(st.sampled_from([None, 0, 2**31]))
    return replace(made, compile=compiled, fit=fit, seed=seed)


@settings(max_examples=40, deadline=None, database=None)
@given(trainings(), st.sampled_from(list(code.STYLES)))
def test_any_stack_is_read_back(training: TrainingSpec, style: str) -> None:
    if style not in code.styles(training):
        style = "functional"
    found = learn.learners(training.model)
    if style == "subclass" and not all(learn.reads_the_data(training.model, n) for n in found):
        style = "functional"
    text = code.script(training, script_source(training), "", style)
    read = parse.parse(text).training
    assert read is not None
    assert normal(read.model) == normal(training.model)
    assert (read.compile, read.fit, read.seed) == (training.compile, training.fit, training.seed)
