"""Any project of the catalogue's own objects is read back from its script, in every style."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given as given_
from hypothesis import settings
from hypothesis import strategies as st

from builder import catalog, code, edit, parse
from builder.code import adapt
from builder.spec import Config, ModelSpec, Node, ObjectSpec, TrainingSpec, chain
from tests import zoo
from tests.builder.parse.test_parse_laws import script_source
from tests.builder.test_styles import STYLES, normal, read, written
from tests.zoo import dense, given, layer

LAYERS = tuple(
    e.class_name
    for e in catalog.entries("layers")
    if e.class_name != edit.INPUT and edit.layer_inlets(ObjectSpec(e.class_name)).least == 1
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
    model = chain(draw(st.sampled_from(["model", "my_net"])), given(8, 8, 3), *layers, dense(10))
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


@settings(max_examples=40, database=None)
@given_(trainings(), st.sampled_from(list(code.STYLES)))
def test_any_stack_is_read_back(training: TrainingSpec, style: str) -> None:
    if style not in code.styles(training):
        style = "functional"
    late = adapt.learners(training.model)
    if style == "subclass" and not all(adapt.reads_the_data(training.model, n) for n in late):
        style = "functional"
    text = code.script(training, script_source(training), "", style)
    found = parse.parse(text).training
    assert found is not None
    assert normal(found.model) == normal(training.model)
    assert (found.compile, found.fit, found.seed) == (training.compile, training.fit, training.seed)


NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,8}", fullmatch=True).filter(
    lambda name: not name.endswith("_")
) | st.sampled_from(["input", "class", "model", "keras", "dense", "dense_1", "x_train", "call"])
MAKERS = (
    lambda: dense(3, "relu"),
    lambda: layer("Dropout", rate=0.5),
    lambda: layer("GRU", units=2, return_state=True, return_sequences=True),
    lambda: layer("ops.square"),
    lambda: layer("ops.reshape", newshape=(-1, 3)),
)
JOINERS = (
    lambda: layer("Add"),
    lambda: layer("Concatenate", axis=1),
    lambda: layer("ops.maximum"),
    lambda: layer("ops.stack", axis=1),
)


@st.composite
def graphs(draw: st.DrawFn) -> ModelSpec:
    """Any wiring that ends in one output which all depend on; shapes need not meet."""
    names = draw(st.lists(NAMES, min_size=3, max_size=12, unique_by=str.lower))
    many = draw(st.integers(1, 2))
    layers: dict[str, ObjectSpec] = {n: given(4, 3) for n in names[:many]}
    nodes = [Node(n, n) for n in names[:many]]
    loose = set(names[:many])
    for name in names[many:-1]:
        sources = [n.name for n in nodes]
        size = 2 if len(sources) > 1 and draw(st.booleans()) else 1
        picks = st.lists(st.sampled_from(sources), min_size=size, max_size=size, unique=True)
        reads = draw(picks)
        earlier = [n.layer for n in nodes[many:] if len(n.inbound) == size and not n.off]
        plain = [k for k in earlier if layers[k].class_name in ("Dense", "Add")]
        if plain and draw(st.integers(0, 3)) == 0:
            key = draw(st.sampled_from(plain))
        else:
            key, layers[name] = name, draw(st.sampled_from(JOINERS if size > 1 else MAKERS))()
        loose = (loose - set(reads)) | {name}
        nodes.append(Node(name, key, tuple(reads), key == name and draw(st.integers(0, 5)) == 0))
    last = names[-1]
    layers[last] = layer("Concatenate")
    nodes.append(Node(last, last, tuple(n.name for n in nodes if n.name in loose)))
    return ModelSpec(draw(st.sampled_from(["model", "net"])), Config(layers), tuple(nodes), (last,))


@settings(max_examples=100, database=None)
@given_(graphs(), st.sampled_from(STYLES[1:]))
def test_any_graph_is_read_back(model: ModelSpec, style: str) -> None:
    text = written(model, style)
    compile(text, "script", "exec")
    assert normal(read(text)) == normal(model)
