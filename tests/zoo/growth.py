"""Models of any number of nodes in many forms, good and broken, and every verb that takes one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from builder import binding, check, code, compare, document, edit, parse
from builder.errors import LayerwiseError
from builder.exporters.contract import ExportRequest
from builder.exporters.registry import all_exporters
from builder.facts import ModelFacts, NodeFacts
from builder.spec import Config, ModelSpec, Node, ObjectSpec, TrainingSpec, active, chain
from builder.starters import find_starter
from tests.zoo.data import DATA
from tests.zoo.make import layer

INPUT, DENSE = layer("InputLayer", shape=(64,)), layer("Dense", units=8)
SOFTMAX = layer("Dense", units=10, activation="softmax")
BASE = find_starter("digits_dense").training
DIGITS = DATA["Digits"]
SOURCE = "x_train = y_train = x_test = y_test = None"

Rows = Mapping[str, tuple[ObjectSpec | ModelSpec, Sequence[str]]]


def graph(rows: Rows, *outputs: str) -> ModelSpec:
    """A model with a node for each row: its layer and what it reads."""
    nodes = tuple(Node(name, name, tuple(reads)) for name, (_, reads) in rows.items())
    return ModelSpec(
        "m", Config({name: record for name, (record, _) in rows.items()}), nodes, outputs
    )


def stack(n: int) -> ModelSpec:
    middle = [DENSE if i % 2 else layer("Dropout", rate=0.0) for i in range(n - 2)]
    return chain("m", INPUT, *middle, SOFTMAX)


def row_of(record: ObjectSpec, n: int) -> ModelSpec:
    return chain("m", INPUT, *[record] * (n - 1))


def residual(n: int) -> ModelSpec:
    rows: dict[str, tuple[ObjectSpec, Sequence[str]]] = {"i": (INPUT, ())}
    last = "i"
    for k in range(n // 3):
        rows[f"d{k}"], rows[f"e{k}"] = (DENSE, (last,)), (DENSE, (f"d{k}",))
        last = f"a{k}"
        rows[last] = (layer("Add"), (f"e{k}", f"d{k}"))
    return graph(rows, last)


def fan(n: int) -> ModelSpec:
    rows = {"i": (INPUT, ()), **{f"d{k}": (DENSE, ("i",)) for k in range(n - 2)}}
    return graph({**rows, "c": (layer("Concatenate"), [f"d{k}" for k in range(n - 2)])}, "c")


def many_ends(n: int) -> ModelSpec:
    rows = {"i": (INPUT, ()), **{f"d{k}": (DENSE, ("i",)) for k in range(n - 1)}}
    return graph(rows, *list(rows)[1:])


def many_inputs(n: int) -> ModelSpec:
    rows: dict[str, Any] = {f"i{k}": (INPUT, ()) for k in range(n // 2)}
    rows |= {f"d{k}": (DENSE, (f"i{k}",)) for k in range(n // 2 - 1)}
    return graph({**rows, "c": (layer("Concatenate"), [f"d{k}" for k in range(n // 2 - 1)])}, "c")


def blocks(n: int) -> ModelSpec:
    rows: dict[str, Any] = {"i": (INPUT, ())}
    last = "i"
    for k in range(n // 4):
        rows[f"b{k}"], last = (replace(stack(4), name=f"b{k}"), (last,)), f"b{k}"
    return graph(rows, last)


def nodes_of(model: ModelSpec, change: Callable[[int, Node], Node]) -> ModelSpec:
    """The model with every node changed."""
    return replace(model, nodes=tuple(change(i, node) for i, node in enumerate(model.nodes)))


def shared(n: int) -> ModelSpec:
    model = stack(n)
    return nodes_of(model, lambda i, x: replace(x, layer=model.nodes[2].layer) if i > 2 else x)


MODELS: Mapping[str, Callable[[int], ModelSpec]] = {
    "stack": stack,
    "residual": residual,
    "fan": fan,
    "many ends": many_ends,
    "many inputs": many_inputs,
    "blocks": blocks,
    "shared": shared,
    "learning": lambda n: row_of(layer("Normalization"), n),
    "operations": lambda n: row_of(layer("ops.abs"), n),
    "all off": lambda n: nodes_of(stack(n), lambda i, x: replace(x, off=i > 0)),
    "backwards": lambda n: replace(stack(n), nodes=stack(n).nodes[::-1]),
    "unwired": lambda n: nodes_of(stack(n), lambda i, x: replace(x, inbound=())),
    "loose": lambda n: nodes_of(
        stack(n), lambda i, x: replace(x, inbound=("none",)) if i % 3 == 2 else x
    ),
    "one name": lambda n: nodes_of(stack(n), lambda i, x: replace(x, name="x")),
    "a circle": lambda n: nodes_of(
        stack(n), lambda i, x: replace(x, inbound=(stack(n).nodes[-1].name,)) if i == 1 else x
    ),
    "wrong arguments": lambda n: row_of(layer("Dense", units=-1, unit=3), n),
}


def training(model: ModelSpec) -> TrainingSpec:
    return replace(BASE, model=model)


def facts(model: ModelSpec) -> ModelFacts:
    """What Keras would say of Dense layers."""
    shape = ((None, 8),)
    return ModelFacts(
        tuple(NodeFacts(n.name, "Dense", shape, "float32", 72, 72, 288, 32) for n in model.nodes)
    )


def middle(model: ModelSpec) -> str:
    return model.nodes[len(model.nodes) // 2].name


def half(model: ModelSpec) -> list[str]:
    return [n.name for n in model.nodes[1 : len(model.nodes) // 2]]


def export(name: str, model: ModelSpec) -> None:
    request = ExportRequest(training(model), facts=facts(model), title="m")
    all_exporters()[name].export(request)


def read_back(model: ModelSpec) -> None:
    parse.parse(code.script(training(model), SOURCE))


def follow(model: ModelSpec) -> None:
    edit.follow_edit(training(model), edit.rename(model, middle(model), "new"))


def compare_with(change: Callable[[ModelSpec], ModelSpec], model: ModelSpec) -> None:
    before, after = training(model), training(change(model))
    list(compare.changes(before, after))


def group(model: ModelSpec) -> ModelSpec:
    names = {
        ref: layer("InputLayer", shape=(8,)) for n in model.nodes for ref in (n.name, *n.inbound)
    }
    return edit.group(model, half(model), names)


VERBS: Mapping[str, Callable[[ModelSpec], Any]] = {
    "write and read": lambda m: document.from_json(document.to_json(training(m))),
    "check": lambda m: check.problems(training(m), DIGITS, facts(m), 10**9),
    "fixes": lambda m: [p.fixes for p in check.problems(training(m))[:3]],
    "active": active,
    "order": edit.topological_order,
    "columns": lambda m: binding.read_columns(training(m)),
    "insert": lambda m: edit.insert(m, DENSE, middle(m)),
    "append": lambda m: edit.append(m, DENSE, [middle(m)]),
    "branch": lambda m: edit.branch(m, DENSE, middle(m)),
    "splice": lambda m: edit.splice(m, DENSE, middle(m), 0),
    "duplicate": lambda m: edit.duplicate(m, middle(m)),
    "remove": lambda m: edit.remove(m, middle(m)),
    "move": lambda m: edit.move(m, middle(m), 2),
    "rename": lambda m: edit.rename(m, middle(m), "new"),
    "switch": lambda m: edit.switch(m, middle(m), True),
    "configure": lambda m: edit.configure(m, middle(m), DENSE),
    "freeze": lambda m: edit.freeze(m, [n.name for n in m.nodes], True),
    "delete": lambda m: edit.delete(m, half(m)),
    "paste": lambda m: edit.paste(m, edit.copy(m, half(m))),
    "duplicate nodes": lambda m: edit.duplicate_nodes(m, half(m)),
    "connect": lambda m: edit.connect(m, m.nodes[1].name, m.nodes[-1].name),
    "reconnect": lambda m: edit.reconnect(
        m, m.nodes[-1].name, 0, m.nodes[1].name, m.nodes[-1].name
    ),
    "disconnect": lambda m: edit.disconnect(m, m.nodes[-1].name, 0),
    "call again": lambda m: edit.call_again(m, middle(m)),
    "return": lambda m: edit.set_returned(m, middle(m), True),
    "group": group,
    "ungroup": lambda m: edit.ungroup(m, "b1"),
    "follow": follow,
    "compare a half": lambda m: compare_with(lambda m: edit.delete(m, half(m)[::2]), m),
    "compare all renamed": lambda m: compare_with(rename_all, m),
    "table": lambda m: compare.table([training(m), training(edit.remove(m, middle(m)))]),
    "read back": read_back,
    **{f"{style} code": partial(lambda s, m: code.script(training(m), SOURCE, "", s), style)
       for style in code.STYLES},
    **{f"{name} export": partial(export, name) for name in ("project", "svg")},
}  # fmt: skip


def rename_all(model: ModelSpec) -> ModelSpec:
    """Every node under another name."""

    def new(ref: str) -> str:
        return f"new_{ref}"

    renamed = nodes_of(
        model,
        lambda i, x: replace(x, name=new(x.name), inbound=tuple(map(new, x.inbound))),
    )
    return replace(renamed, outputs=tuple(map(new, model.outputs)))


def use(verb: str, model: ModelSpec) -> None:
    """Does it; that a broken model is refused is no matter here."""
    with contextlib.suppress(LayerwiseError, KeyError):
        VERBS[verb](model)
