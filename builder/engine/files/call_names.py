"""Keep the names of layer calls in a ``.keras``: Keras itself keeps the layers' names only.

Plain Keras reads past the entry; a file of somebody else's simply has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from builder import edit
from builder.engine.build import functional_graph
from builder.spec import Config, ModelSpec, active

ENTRY = "layerwise_calls"
"""In ``metadata.json``."""


def collect_names(model: ModelSpec, prefix: str = "") -> dict[str, list[str]]:
    """Layer (in a nested model ``"outer/inner"``) → names of its calls, in the order Keras counts
    them, where they are not the layer's own."""
    spec = active(model)
    ends = {edit.split_reference(ref)[0] for ref in spec.outputs}
    alive = ends.union(*(edit.dependencies(spec, name) for name in ends))
    calls: dict[str, list[str]] = {}
    for node in functional_graph.topological_order(spec):
        if node.name in alive:
            calls.setdefault(node.layer, []).append(node.name)
    collected = {f"{prefix}{layer}": names for layer, names in calls.items() if names != [layer]}
    for name, layer in spec.layers.items():
        if isinstance(layer, ModelSpec):
            collected |= collect_names(layer, f"{prefix}{name}/")
    return collected


def restore_names(model: ModelSpec, metadata: Any) -> ModelSpec:
    """``model`` as ``convert`` read it, with the names its file tells; what cannot be is left."""
    names = metadata.get(ENTRY) if isinstance(metadata, Mapping) else None
    return _restore(model, names, "") if isinstance(names, Mapping) and names else model


def _restore(model: ModelSpec, names: Mapping[str, Any], prefix: str) -> ModelSpec:
    new = _new(model, names, prefix)

    def lead(ref: str) -> str:
        name = edit.split_reference(ref)[0]
        return new.get(name, name) + ref[len(name) :]

    nodes = tuple(
        replace(n, name=new.get(n.name, n.name), inbound=tuple(map(lead, n.inbound)))
        for n in model.nodes
    )
    layers = {
        k: _restore(v, names, f"{prefix}{k}/") if isinstance(v, ModelSpec) else v
        for k, v in model.layers.items()
    }
    return ModelSpec(model.name, Config(layers), nodes, tuple(map(lead, model.outputs)))


def _new(model: ModelSpec, names: Mapping[str, Any], prefix: str) -> dict[str, str]:
    """Nodes and their new names; none if two would be called the same."""
    calls: dict[str, list[str]] = {}
    for node in model.nodes:
        calls.setdefault(node.layer, []).append(node.name)
    new: dict[str, str] = {}
    for layer, old in calls.items():
        said = names.get(f"{prefix}{layer}")
        if isinstance(said, list) and len(said) == len(old):
            free = (edit.is_name(n) and (n == layer or n not in model.layers) for n in said)
            new |= dict(zip(old, said, strict=True)) if all(free) else {}
    after = [new.get(n.name, n.name) for n in model.nodes]
    return new if len(set(after)) == len(after) else {}
