"""Check the graph before any shape is known: Inputs, names, wires, circles, an empty model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from builder import edit
from builder.check.graph import merging, text_inputs
from builder.check.repair import fixes, graph_edits, recommended
from builder.check.repair.per_output import input_data
from builder.facts import DataFacts, Fix, LazyFixes, Problem
from builder.kinds.registry import find_kind
from builder.spec import (
    Config,
    ModelSpec,
    Node,
    ObjectSpec,
    TrainingSpec,
    active,
    chain,
    unique_name,
)


def problems(training: TrainingSpec, data: DataFacts | None) -> Iterator[Problem]:
    """Missing Inputs, empty stacks, an Input that does not fit the data; the wiring is sound."""
    spec = training.model
    if not spec.nodes:
        yield _empty(training, data)
        return
    inputs = [n.name for n in spec.nodes if edit.is_input(spec, n.name)]
    if not inputs:
        yield _no_input(training, data)
    elif all(n.name in inputs for n in active(spec).nodes):
        yield _only_input(training, data)
    elif data:
        for node in inputs:
            column = input_data(training, data, node)
            if column is not None:
                yield from _input_shape(training, column, node)


def wiring(training: TrainingSpec) -> Iterator[Problem]:
    """Names twice in use, layers and wires that lead nowhere, circles."""
    spec = training.model
    counts = Counter(n.name for n in spec.nodes)
    for name in (n for n, count in counts.items() if count > 1):
        yield Problem(
            f"model.{name}",
            f"{counts[name]} layers are named '{name}'; every layer needs its own name.",
            "Rename all but one of them.",
            LazyFixes(partial(_rename_duplicates, training, name)),
        )
    if len(counts) < len(spec.nodes):
        return  # wires cannot be judged while a name means two layers
    known = set(counts)
    for node in spec.nodes:
        yield from _check_node(training, node, known)
    for ref in spec.outputs:
        if ref.partition(":")[0] not in known:
            message = f"The model returns '{ref}', which does not exist."
            yield Problem(
                "model",
                message,
                "Choose the last layer as its output.",
                LazyFixes(partial(_fix_outputs, training, ref)),
            )
    yield from _circle(training)
    yield from merging.check_counts(training)


def _check_node(training: TrainingSpec, node: Node, known: set[str]) -> Iterator[Problem]:
    """A node's layer and wires."""
    spec = training.model
    where = f"model.{node.name}"
    if node.layer not in spec.layers:
        message = f"'{node.name}' calls the layer '{node.layer}', which is not in the project."
        label, change = f"Remove '{node.name}'", _remove_from_stack(node.name)
        gone = LazyFixes(partial(fixes.model, label, training, change))
        yield Problem(where, message, "Remove it and add the layer again.", gone)
    for place, ref in enumerate(node.inbound):
        if ref.partition(":")[0] not in known:
            message = f"'{node.name}' reads '{ref}', which does not exist."
            fix = LazyFixes(partial(_rewire, training, node, place))
            yield Problem(where, message, "Connect it to a layer that exists.", fix)
    loose = not node.inbound and node.layer in spec.layers
    # A stack without any Input is told as such.
    first = node is spec.nodes[0] and not any(edit.is_input(spec, n) for n in known)
    if loose and not first and not edit.is_input(spec, node.name):
        message = f"{fixes.layer_label(spec, node.name)} reads nothing: no layer leads to it."
        fix = LazyFixes(partial(_rewire, training, node, 0))
        yield Problem(where, message, "Connect it to the layer before it.", fix)


def _empty(training: TrainingSpec, data: DataFacts | None) -> Problem:
    hint = "Add an Input, then the layers."
    if data is None:
        return Problem("model", "The model is empty: there is no layer yet.", hint)
    return Problem(
        "model",
        f"The model is empty: there is no layer yet to read {data.title}.",
        hint,
        (Fix("Begin with the simplest model", _simplest(training, data)),),
    )


def _simplest(training: TrainingSpec, data: DataFacts) -> TrainingSpec:
    between = recommended.flatten_if_needed(data.input.shape)
    between = (text_inputs.vectorizer(None),) if data.input.is_text else between
    first = recommended.input_layer(data)
    model = chain(training.model.name, first, *between, recommended.output_layer(data))
    loss, metrics, _ = recommended.recommend_loss(data)
    columns = Config()
    if data.is_named:
        first_and_last = (model.nodes[0].name, model.outputs[0])
        chosen = (data.input.name, data.target.name)
        columns = Config(dict(zip(first_and_last, chosen, strict=True)))
    simple = replace(training, model=model, columns=columns)
    return simple.with_compile(loss=loss, metrics=metrics)


def _no_input(training: TrainingSpec, data: DataFacts | None) -> Problem:
    first = training.model.nodes[0].name
    message = (
        f"The model has no Input: {fixes.layer_label(training.model, first)} stands first and"
        " nothing says which shape it reads."
    )
    if data is None:
        return Problem("model", message, "Add an Input with the data's shape.")
    layer = recommended.input_layer(data)
    label = f"Add an Input of shape {fixes.example(layer.config['shape'])}"
    fix = fixes.model(label, training, fixes.append(layer))
    return Problem("model", message, "Add an Input with the data's shape.", fix)


def _only_input(training: TrainingSpec, data: DataFacts | None) -> Problem:
    off = [n.name for n in training.model.nodes if n.off]
    message = "There is no layer after the Input, so there is nothing to train."
    if off:
        message = "Every layer after the Input is switched off, so there is nothing to train."
    hint = "Switch one on, or add a Dense layer." if off else "Add a layer, for example Dense."
    remedies = fixes.model("Switch them on", training, _switch_on)
    if data:
        between = recommended.flatten_if_needed(data.input.shape)
        layer = recommended.output_layer(data)
        names = " and ".join(new.class_name for new in (*between, layer))
        label = f"Add {names} with {fixes.units(layer.config['units'])}"
        remedies += fixes.model(label, training, *map(fixes.append, (*between, layer)))
    return Problem("model", message, hint, remedies)


def _switch_on(spec: ModelSpec) -> ModelSpec:
    return replace(spec, nodes=tuple(replace(n, off=False) for n in spec.nodes))


def _input_shape(training: TrainingSpec, data: DataFacts, node: str) -> Iterator[Problem]:
    given = edit.layer_of(training.model, node).config.get("shape")
    kind = find_kind(data.input.kind)
    if not isinstance(given, tuple) or kind.fits(given, data.input) or data.input.is_text:
        return  # text_inputs checks texts
    shape = recommended.input_layer(data).config["shape"]
    seen, wanted = fixes.example(given), fixes.example(shape)
    message = (
        f"{fixes.layer_label(training.model, node)} expects examples of shape {seen}, but"
        f" {data.title} has {wanted}."
    )
    put = fixes.set_arguments(node, shape=shape)
    remedies = fixes.model(f"Set the Input's shape to {wanted}", training, put)
    if kind.has_pixels and given == (*shape, 1):
        label = "Give the images a channel axis"
        remedies = fixes.dataset(label, training, channel_axis=True) + remedies
    elif kind.has_pixels and shape == (*given, 1):
        label = "Take the images without a channel axis"
        remedies += fixes.dataset(label, training, channel_axis=False)
    yield Problem(f"model.{node}", message, "Give the Input the shape of the data.", remedies)


def _circle(training: TrainingSpec) -> Iterator[Problem]:
    spec = training.model
    place = {name: i for i, name in enumerate(edit.topological_order(spec))}
    group = graph_edits.circles(spec)
    for node in spec.nodes:
        sources = [ref.partition(":")[0] for ref in node.inbound]
        late = [s for s in sources if place.get(s, -1) >= place[node.name]]
        # Nodes behind a wire that leads nowhere come late too, without any circle.
        late = [s for s in late if group[s] == group[node.name]]
        if late:
            message = f"'{node.name}' reads '{late[0]}', which waits for it: a circle."
            fix = LazyFixes(partial(_rewire, training, node, sources.index(late[0])))
            yield Problem(f"model.{node.name}", message, "Break the circle.", fix)
            return


def _rewire(training: TrainingSpec, node: Node, place: int) -> tuple[Fix, ...]:
    """A wire that leads to a layer before it; a model that is nearly a stack becomes one."""
    spec = training.model
    inputs = [n for n in spec.nodes if n.layer in spec.layers and edit.is_input(spec, n.name)]
    called = Counter(n.layer for n in spec.nodes)
    plain = all(len(n.inbound) < 2 for n in spec.nodes) and max(called.values()) < 2
    if len(inputs) == 1 and len(spec.outputs) < 2 and plain:
        return (Fix("Wire the layers as a stack", _restack(training)),)
    after = edit.dependents(spec, node.name)
    names = [n.name for n in spec.nodes if n.name not in after]
    remedies: fixes.Fixes = ()
    if names:
        placed = {n.name: i for i, n in enumerate(spec.nodes)}
        earlier = [n for n in names if placed[n] < placed[node.name]]
        giver = (earlier or names)[-1]
        inbound = (*node.inbound[:place], giver, *node.inbound[place + 1 :])
        change = partial(graph_edits.set_inbound, node=node.name, inbound=inbound)
        remedies += fixes.model(f"Connect it to '{giver}'", training, change)
    if len(node.inbound) > 2:
        rest = (*node.inbound[:place], *node.inbound[place + 1 :])
        change = partial(graph_edits.set_inbound, node=node.name, inbound=rest)
        remedies += fixes.model("Disconnect it there", training, change)
    return remedies


def _fix_outputs(training: TrainingSpec, ref: str) -> tuple[Fix, ...]:
    """The outputs without one that does not exist, or what nobody reads instead."""
    spec = training.model
    rest = tuple(r for r in spec.outputs if r != ref)
    if rest or not spec.nodes:
        return (Fix(f"Return it without '{ref}'", _with_outputs(training, rest)),)
    read = {r.partition(":")[0] for n in spec.nodes for r in n.inbound}
    ends = [n.name for n in spec.nodes if n.name not in read]
    last = (ends or [n.name for n in spec.nodes])[-1]
    return (Fix("Return the last layer", _with_outputs(training, (last,))),)


def _with_outputs(training: TrainingSpec, outputs: tuple[str, ...]) -> TrainingSpec:
    return replace(training, model=replace(training.model, outputs=outputs))


def _rename_duplicates(training: TrainingSpec, name: str) -> tuple[Fix, ...]:
    """Different names; but a second last layer goes, because the first already gives the answer."""
    spec = training.model
    if spec.nodes[-1].name != name:
        unique = replace(training, model=_with_unique_names(spec))
        return (Fix("Give them different names", unique),)
    shorter = _as_stack(_with_unique_names(replace(spec, nodes=spec.nodes[:-1])))
    return (Fix(f"Remove the last '{name}'", replace(training, model=shorter)),)


def _with_unique_names(spec: ModelSpec) -> ModelSpec:
    used: set[str] = set()
    counts: dict[str, int] = {}
    nodes: list[Node] = []
    for node in spec.nodes:
        name = unique_name(node.name, used, counts)
        used.add(name)
        nodes.append(replace(node, name=name, inbound=(nodes[-1].name,) if nodes else ()))
    return _as_stack(replace(spec, nodes=tuple(nodes)))


def _restack(training: TrainingSpec) -> TrainingSpec:
    return replace(training, model=_as_stack(training.model))


def _as_stack(spec: ModelSpec) -> ModelSpec:
    nodes: list[Node] = []
    layers: dict[str, ObjectSpec | ModelSpec] = {}
    first = [n for n in spec.nodes if n.layer in spec.layers and edit.is_input(spec, n.name)][:1]
    others = (n for n in spec.nodes if n.layer in spec.layers and not edit.is_input(spec, n.name))
    for node in (*first, *others):
        inbound = (nodes[-1].name,) if nodes else ()
        nodes.append(replace(node, layer=node.name, inbound=inbound))
        layers[node.name] = spec.layers[node.layer]
    outputs = (nodes[-1].name,) if nodes else ()
    return replace(spec, layers=Config(layers), nodes=tuple(nodes), outputs=outputs)


def _remove_from_stack(name: str) -> Callable[[ModelSpec], ModelSpec]:
    def change(spec: ModelSpec) -> ModelSpec:
        return _as_stack(replace(spec, nodes=tuple(n for n in spec.nodes if n.name != name)))

    return change
