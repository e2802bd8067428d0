"""Update a project after its model was edited: bound columns, per-output settings, kept weights."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from builder import binding
from builder.edit.ports import INPUT
from builder.edit.queries import origin
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec


def follow_edit(
    training: TrainingSpec, new: ModelSpec, columns: Collection[str] = ()
) -> TrainingSpec:
    """``training`` with this model; bound columns, settings by output and kept weights go along.

    Verbs of ``builder.edit`` hand the record of a layer on as it is, whatever its name and block
    become: the same object in the old and the new model is the same layer.

    Args:
        columns: the dataset's columns, if it has several; a new Input or output of such a name is
            bound to it, and one that was bound by its name stays so under another name.
    """
    old = training.model
    renamed = _match_ends(old, new)
    bound = dict(training.columns)
    for before, after in renamed.items():
        column = bound.pop(before, before if before in columns else None)
        if column is not None:
            bound[after] = column
    fresh = [n for n in (*new.by_name, *new.outputs) if n in columns and n not in old.by_name]
    bound |= {n: n for n in fresh if n not in bound}
    return replace(
        training,
        model=new,
        columns=Config(bound),
        compile=training.compile.with_(**_rename_settings(training.compile, renamed)),
        weights=_rename_weights(training.weights, _match_names(_leaves(old), _leaves(new))),
    )


def _match_ends(old: ModelSpec, new: ModelSpec) -> dict[str, str]:
    """Inputs and outputs of the old model → what they are called in the new one, if it changed."""
    layers = [{n.name: m.layers.get(n.layer) for n in m.nodes} for m in (old, new)]
    matches = _match_names(*layers)
    for ref in old.outputs:
        if origin(ref) in matches:
            matches[ref] = matches[origin(ref)] + ref[len(origin(ref)) :]
    if len(old.outputs) == len(new.outputs):
        pairs = zip(old.outputs, new.outputs, strict=True)
        matches |= {a: b for a, b in pairs if a not in new.outputs and b not in old.outputs}
    return matches


def _match_names(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, str]:
    """Names of the old that are gone → those of the new under which the same objects came."""
    fresh: dict[int, list[str]] = {}
    for name, layer in new.items():
        if name not in old and layer is not None:
            fresh.setdefault(id(layer), []).append(name)
    matches: dict[str, str] = {}
    for name, layer in old.items():
        if name in new or not (there := fresh.get(id(layer))):
            continue
        own = [n for n in there if n.rpartition("/")[2] == name.rpartition("/")[2]]
        matches[name] = (own or there)[0]
        there.remove(matches[name])
    return matches


def _leaves(model: ModelSpec, prefix: str = "") -> dict[str, ObjectSpec]:
    """Every layer record, those of blocks as ``"block/dense"``: how kept weights are named."""
    return dict(_each(model, prefix))


def _each(model: ModelSpec, prefix: str) -> Iterator[tuple[str, ObjectSpec]]:
    for name, layer in model.layers.items():
        if isinstance(layer, ModelSpec):
            yield from _each(layer, f"{prefix}{name}/")
        elif isinstance(layer, ObjectSpec) and layer.class_name != INPUT:
            yield f"{prefix}{name}", layer


def _rename_settings(compile: Config, new_names: Mapping[str, str]) -> dict[str, Config]:
    """Losses, weights and metrics under the outputs' new names."""
    renamed = {}
    for key in binding.PER_OUTPUT:
        given = compile.get(key)
        if isinstance(given, Mapping) and given.keys() & new_names.keys():
            renamed[key] = Config({new_names.get(k, k): v for k, v in given.items()})
    return renamed


def _rename_weights(weights: Config, gone: Mapping[str, str]) -> Config:
    """The weights' record with the names by which the file knows the layers that went."""
    if not weights or not gone:
        return weights
    names = dict(weights.get("names") or {})
    for before, after in gone.items():
        if (known := names.pop(before, before)) != after:
            names[after] = known
    return weights.with_(names=names) if names else weights.without("names")
