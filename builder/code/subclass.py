"""A model as a subclass of ``keras.Model`` with ``call``; models inside it are classes too."""

from __future__ import annotations

from collections.abc import Iterator

from builder import catalog, edit
from builder.catalog import ops
from builder.code import blocks, layer_calls, reproducibility
from builder.code.adapt import Learners, learning_blocks, reads_the_data
from builder.code.blocks import Blocks, layer_order, without_name
from builder.code.body import Body, Head
from builder.code.fragment import Row
from builder.code.functional import USUAL_INPUTS
from builder.code.syntax import Call, Name, render, render_flat
from builder.code.variable_names import Names, camel_case
from builder.errors import SpecError
from builder.spec import ModelSpec, Node, ObjectSpec, active

MODELS_OWN = frozenset(
    ("activity_regularizer", "add_loss", "add_metric", "add_variable", "add_weight", "autocast",
     "build", "build_from_config", "built", "call", "call_signature_parameters", "compile",
     "compile_from_config", "compiled", "compiled_loss", "compiled_metrics", "compute_dtype",
     "compute_loss", "compute_loss_and_updates", "compute_mask", "compute_metrics",
     "compute_output_shape", "compute_output_spec", "count_params",
     "distribute_reduction_method", "distribute_strategy", "dtype", "dtype_policy", "evaluate",
     "export", "fit", "from_config", "get_build_config", "get_compile_config", "get_config",
     "get_layer", "get_metrics_result", "get_quantization_layer_structure", "get_state_tree",
     "get_weights", "history", "input", "input_dtype", "input_names", "input_shape",
     "input_spec", "inputs", "jit_compile", "layers", "load_own_variables", "load_weights",
     "loss", "losses", "make_predict_function", "make_test_function", "make_train_function",
     "metrics", "metrics_names", "metrics_variables", "name", "non_trainable_variables",
     "non_trainable_weights", "optimizer", "output", "output_names", "output_shape", "outputs",
     "path", "predict", "predict_function", "predict_on_batch", "predict_step",
     "quantization_mode", "quantize", "quantize_from_config", "quantized_build",
     "quantized_call", "remat_mode", "rematerialized_call", "reset_metrics", "run_eagerly",
     "save", "save_own_variables", "save_weights", "set_state_tree", "set_weights",
     "stateless_call", "stateless_compute_loss", "steps_per_execution", "stop_evaluating",
     "stop_predicting", "stop_training", "summary", "supports_jit", "supports_masking",
     "symbolic_call", "test_function", "test_on_batch", "test_step", "to_json", "train_function",
     "train_on_batch", "train_step", "trainable", "trainable_variables", "trainable_weights",
     "unrolled_steps_per_execution", "variable_dtype", "variables", "weights")
)  # fmt: skip
"""Attributes a model of Keras has itself; a layer kept under one of them would break it."""


def definition(model: ModelSpec, taken: frozenset[str], classes: Blocks) -> tuple[list[Row], str]:
    """The class of ``model``, and the line that makes one."""
    name = Names(taken | set(classes.values())).new(camel_case(model.name))
    named = (("name", model.name),) if model.name != "model" else ()
    told = reproducibility.sets_training_flag(model)
    rows = list(class_of(model, name, taken, classes, is_outer=True, is_told=told))
    return rows, render("model = ", Call(name, named))


def class_names(model: ModelSpec, names: Names) -> Blocks:
    """The classes of the models inside this one."""
    return blocks.blocks(active(model), names, camel_case)


def inner_classes(
    model: ModelSpec, classes: Blocks, taken: frozenset[str]
) -> Iterator[tuple[ModelSpec, str]]:
    """A class for each model inside ``model``, the innermost first."""
    told = reproducibility.sets_training_flag(model)
    for inner, name in classes.items():
        blocks.require_finished(inner)
        rows = class_of(inner, name, taken, classes, is_outer=False, is_told=told)
        yield inner, "\n".join(text for _, text in rows)


def class_of(
    model: ModelSpec,
    name: str,
    taken: frozenset[str],
    classes: Blocks,
    is_outer: bool,
    is_told: bool,
) -> Iterator[Row]:
    """The whole class.

    Args:
        is_outer: several inputs and outputs then come and go by name, as ``fit`` gives them; in a
            model inside another one they are lists.
        is_told: some call is told whether it trains. Keras lets the layers called after it inherit
            that, so every other call is then told too.
    """
    attributes = _attributes(model)
    names = Names(taken | {"training"} | set(classes.values()))

    def head(node: Node) -> Head:
        if node.layer in attributes:
            return f"self.{attributes[node.layer]}"
        return _constructor(model, node.layer, node.layer, classes)

    body = Body(model, names, head, indent=8, training="training" if is_told else "")
    parameter, unpacked = _inputs(model, body, is_outer)
    yield (
        (),
        (
            f"class {name}(keras.Model):\n"
            "    def __init__(self, **kwargs):\n"
            "        super().__init__(**kwargs)"
        ),
    )
    for key, attribute in attributes.items():
        nodes = tuple(model.calls[key])
        yield nodes, _construct_layers(model, key, attribute, classes)
    yield (), "        # Called once on Inputs, the model knows its shapes and has its weights"
    yield tuple(_entries(model)), f"        {_shapes(model, is_outer)}"
    # without it Keras's train_step leaves training out, and Dropout would do nothing
    yield (), f"\n    def call(self, {parameter}, training=None):"
    yield from (((), line) for line in unpacked)
    yield from body.rows()
    yield (), render("return ", _return_line(model, body, is_outer), 8)


def _attributes(model: ModelSpec) -> dict[str, str]:
    """Layer → its attribute; operations have none."""
    names = Names(MODELS_OWN)
    attributes = {}
    shown = active(model)
    for key in layer_order(shown):
        layer = shown.layers[key]
        kind = layer.class_name if isinstance(layer, ObjectSpec) else ""
        if kind != edit.INPUT and not ops.is_op(kind):
            attributes[key] = names.new(key)
    return attributes


def _construct_layers(model: ModelSpec, key: str, attribute: str, classes: Blocks) -> str:
    made = _constructor(model, key, key if attribute != key else "", classes)
    return render(f"self.{attribute} = ", made, 8)


def _constructor(model: ModelSpec, key: str, title: str, classes: Blocks) -> Call:
    layer = model.layers[key]
    if isinstance(layer, ModelSpec):
        return Call(classes[without_name(layer)], (("name", key),))
    return layer_calls.constructor(layer, title)


def _entries(model: ModelSpec) -> list[str]:
    return [n for n in edit.topological_order(model) if edit.is_input(model, n)]


def _inputs(model: ModelSpec, body: Body, is_outer: bool) -> tuple[str, list[str]]:
    """The parameter of ``call``, and the lines that take several inputs apart."""
    entries = _entries(model)
    if len(entries) == 1:
        lone = entries[0] in USUAL_INPUTS
        variable = body.names.claim("inputs") if lone else body.names.new(entries[0])
        body.variables[entries[0]] = (variable,)
        return variable, []
    for name in entries:
        body.variables[name] = (body.names.new(name),)
    variables = [body.variables[name][0] for name in entries]
    if not is_outer:
        return "inputs", [f"        {', '.join(variables)} = inputs"]
    rows = zip(entries, variables, strict=True)
    return "inputs", [
        f"        {variable} = inputs[{render_flat(name)}]" for name, variable in rows
    ]


def _shapes(model: ModelSpec, is_outer: bool) -> str:
    """The line that calls the new model once, so that its weights and shapes are there."""
    made = []
    for name in _entries(model):
        key = model.node(name).layer
        layer = model.layers[key]
        assert isinstance(layer, ObjectSpec)
        made.append((name, layer_calls.constructor(layer, key if key != "input_layer" else "")))
    if len(made) == 1:
        return render("", Call("self", (("", made[0][1]),)), 8).lstrip()
    if is_outer:
        return render("", Call("self", (("", Call("", tuple(made), "{", "}")),)), 8).lstrip()
    listed = Call("", tuple(("", m) for _, m in made), "[", "]")
    return render("", Call("self", (("", listed),)), 8).lstrip()


def _return_line(model: ModelSpec, body: Body, is_outer: bool) -> Name | Call:
    outputs = body.outputs()
    if len(outputs) == 1:
        return Name(outputs[0])
    if is_outer:
        rows = tuple((ref, Name(v)) for ref, v in zip(model.outputs, outputs, strict=True))
        return Call("", rows, "{", "}")
    return Name(", ".join(outputs))


def adapt_lines(model: ModelSpec, learned: Learners) -> Iterator[Row]:
    """The lines that let layers of the made model learn from the data.

    Raises:
        SpecError: one of them does not read the data itself, or was given what it would learn.
    """
    _refuse_given_tables(model)
    attributes = _attributes(model)
    for name in (*(name for name, _ in learning_blocks(model)), *learned):
        if name not in learned or not reads_the_data(model, name):
            raise SpecError(
                f"'{name}' learns from what other layers give it, which a class of your own"
                " cannot say before it is trained.",
                "Choose the Functional style.",
                name,
            )
        attribute = attributes[model.node(name).layer]
        text = f"# Let the first layer learn from the data\nmodel.{attribute}.adapt(x_train)"
        yield (name,), text


def _refuse_given_tables(model: ModelSpec) -> None:
    """Raises SpecError for a layer that scales by numbers it was given: Keras 3.15 makes them in
    the graph of its first call, and a class's layers are called first in one that is thrown away.
    """
    for node in active(model).nodes:
        layer = model.layers[node.layer]
        if not isinstance(layer, ObjectSpec):
            continue
        traits = catalog.traits_of(layer.class_name)
        # bins are kept as they were given; a mean and variance become tensors of that graph
        if traits.adapts == "mean" and layer.config.get("mean") is not None:
            raise SpecError(
                f"'{node.name}' scales by numbers that it was given, which Keras loses in a class"
                " of your own.",
                "Choose the Functional style.",
                node.name,
            )
