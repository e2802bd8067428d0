"""ModelSpec → keras.Model: build, compile, and summarize without allocating weights."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from builder import catalog
from builder.check.training.memory import estimate_memory
from builder.engine.build import functional_graph, keras_objects
from builder.engine.build.backend import keras
from builder.engine.data.column_arrays import compile_by_keras_names
from builder.errors import BuildError
from builder.facts import ModelFacts, NodeFacts
from builder.formatting import size
from builder.spec import ModelSpec, TrainingSpec, active

LIMIT_PARAMS = 2_000_000_000
"""More weights than this are refused whatever the memory: 8 GB of float32."""

COMPILE_VALUES = ("loss_weights", "steps_per_execution", "jit_compile", "run_eagerly")
"""Arguments of ``compile`` that are plain values."""


def build(model: ModelSpec, name: str | None = None) -> keras.Model:
    """The Keras model: ``keras.Sequential`` for a plain stack, else functional.

    Args:
        model: complete, without loose ends; switched-off nodes are skipped.
        name: instead of the spec's name.

    Raises:
        BuildError: ``where`` names the node; says the shapes received and Keras's reason.
    """
    try:
        return functional_graph.assemble(model, name or model.name)
    except (
        functional_graph.LayerRefused
    ) as error:  # known in this package only, BuildError everywhere
        raise BuildError(error.message, error.hint, error.where) from None


@contextmanager
def without_allocating() -> Iterator[None]:
    """Layers built inside have shapes but no memory.

    Keras keeps a list of weights still to be filled, and the next scope to exit would allocate
    them all; clearing the session forgets that list. It also forgets layer-name counters.
    """
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        keras.utils.clear_session(free_memory=False)


def summary(model: ModelSpec) -> ModelFacts:
    """Every shape and parameter count as Keras computes them, up to the first failure.

    Allocates nothing, whatever the sizes; never raises for a ModelSpec.
    """
    spec = active(model)
    facts: list[NodeFacts] = []
    try:
        # Keras warns of what is worth no word while building, such as a Flatten that drops a mask;
        # where warnings are errors, one must not look like a layer that cannot be built.
        with without_allocating(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = {}
            for call in functional_graph.call_layers(spec):
                facts.append(_facts(call))
                made[call.node.name] = call.outputs
            if spec.nodes:
                functional_graph.model_outputs(spec, made)
    except functional_graph.LayerRefused as error:
        return ModelFacts(tuple(facts), error.failure)
    return ModelFacts(tuple(facts))


def _facts(call: functional_graph.LayerCall) -> NodeFacts:
    weights = call.layer.weights if call.first else []
    trainable = call.layer.trainable_weights if call.first else []
    shapes = tuple(tuple(t.shape) for t in call.outputs)
    return NodeFacts(
        node=call.node.name,
        class_name=call.class_name,
        outputs=shapes,
        dtype=str(call.outputs[0].dtype) if call.outputs else "",
        params=sum(math.prod(w.shape) for w in weights),
        trainable=sum(math.prod(w.shape) for w in trainable),
        weight_bytes=sum(math.prod(w.shape) * item_bytes(w.dtype) for w in weights),
        output_bytes=sum(_example_bytes(t) for t in call.outputs),
    )


def _example_bytes(tensor: keras.KerasTensor) -> int:
    sizes: list[int] = [n or 1 for n in tensor.shape[1:]]
    return math.prod(sizes) * item_bytes(tensor.dtype)


def item_bytes(dtype: str) -> int:
    """Bytes of one number of that Keras dtype; text counts as a pointer's eight."""
    digits = "".join(c for c in str(dtype).removeprefix("b") if c.isdigit())
    if not digits:
        return 1 if dtype == "bool" else 8
    return 1 if dtype.startswith("float8") else max(1, int(digits) // 8)


def refuse_if_too_big(
    facts: ModelFacts, available_bytes: int, training: TrainingSpec | None = None
) -> None:
    """Refuse a model before anything of it is allocated.

    Args:
        facts: from ``summary``.
        available_bytes: memory that training may use.
        training: what is to be trained; None for a model by itself.

    Raises:
        BuildError: more than LIMIT_PARAMS weights, or training needs more than is available.
            ``where`` names the biggest layer.
    """
    if not facts.nodes:
        return
    biggest = max(facts.nodes, key=lambda n: n.weight_bytes)
    need = estimate_memory(training, None, facts)
    if facts.params <= LIMIT_PARAMS and need.fits(available_bytes):
        return
    message = (
        f"This model has {facts.params:,} parameters; training it needs about {size(need.total)}"
    )
    if not need.fits(available_bytes):
        message += f", and {size(available_bytes)} are free"
    else:
        message += f", and more than {LIMIT_PARAMS:,} parameters are not built here"
    raise BuildError(
        f"{message}. Most of them are in '{biggest.node}' ({biggest.params:,}).",
        hint=f"Make '{biggest.node}' smaller, or shrink what it receives.",
        where=biggest.node,
    )


def build_compiled(training: TrainingSpec) -> keras.Model:
    """The model built and compiled, under the spec's seed, exactly as its script would be.

    Raises:
        BuildError: the model, the optimizer, the loss, a metric or the policy is refused.
    """
    keras.utils.clear_session(free_memory=False)  # so that names count from the beginning
    if training.seed is not None:
        keras.utils.set_random_seed(training.seed)
    with dtype_policy(training.compile.get("dtype_policy")):
        model = build(training.model)
        compile_model(model, training)
    return model


@contextmanager
def dtype_policy(name: str | None) -> Iterator[None]:
    """Layers made inside calculate in that policy; None is Keras's default.

    Raises:
        BuildError: Keras knows no such policy.
    """
    before = keras.config.dtype_policy()
    try:
        keras.config.set_dtype_policy(name or "float32")
    except Exception as error:  # a name, or no name at all: Keras refuses each in its own way
        reason = keras_objects.reason(error)
        raise BuildError(reason, "Use float32.", "compile.dtype_policy") from None
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def compile_model(model: keras.Model, training: TrainingSpec) -> None:
    """Compile in place with the spec's optimizer, loss and metrics.

    Raises:
        BuildError: as ``build_compiled``.
    """
    arguments = {}
    given = compile_by_keras_names(training)
    for name, kind in catalog.COMPILE_OBJECTS.items():
        if given.get(name) is None:
            continue
        try:
            arguments[name] = keras_objects.make(kind, given[name])
        except BuildError as error:
            raise BuildError(error.message, error.hint, where=f"compile.{name}") from None
    for name in COMPILE_VALUES:
        if name in given:
            arguments[name] = keras_objects.argument(name, given[name])
    try:
        model.compile(**arguments)
    except Exception as error:  # every optimizer, loss and metric has its own checks
        raise BuildError(keras_objects.reason(error), where="compile") from None
