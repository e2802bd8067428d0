"""Read weights from untrusted ``.keras`` and ``.h5`` files: no pickle, no code, bounded size."""

from __future__ import annotations

import math
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from builder import catalog
from builder.engine.build import keras_model, keras_objects
from builder.engine.build.backend import keras
from builder.engine.files import initial_weights, older_weights
from builder.engine.files.records import unknown_layers
from builder.errors import BuildError, FileError
from builder.facts import Note
from builder.spec import Config, ModelSpec, snake_case

MEMBER = "model.weights.h5"
MAX_OBJECTS = 200_000
"""Groups and arrays in a file; the largest Keras application has 10,000."""

SPARE = 1_000_000
"""Numbers of an array beyond the largest of the model: the optimizer's may be a little larger."""

HOMES = ("layers", "_layer_checkpoint_dependencies")
"""Where Keras 3 keeps the layers of a model, and where its first versions did."""


NO_WEIGHTS = "The weights were not taken over: train anew."

MOST_STATISTICS = 2000
"""Numbers a layer may have learned as its mean that become a setting; more would fill the page."""

FEW = 4
"""More layers without weights than this are told in one note."""


Filling = Callable[[keras.Model], tuple[set[str], tuple[Note, ...]]]
"""Gives a model its weights in place: the names of the layers that got them, and remarks."""


def keep_weights(
    fill: Filling, opened: dict[str, Any], keep: str | os.PathLike[str] | None
) -> dict[str, Any]:
    """What ``open_model`` found, with the file's weights written to ``keep`` where they fit.

    Whatever goes wrong with the weights is a note: the layers are worth having without them.
    """
    if keep is None:
        facts = keras_model.summary(opened["model"])
        anew = (Note("", NO_WEIGHTS),) if facts.params or facts.failure else ()
        return opened | {"notes": (*opened["notes"], *anew)}
    keras.utils.clear_session(free_memory=False)
    names: set[str] = set()
    try:
        model = keras_model.build(unknown_layers.replace_unknown(opened["model"]))
        if not model.weights:
            return opened
        names, said = fill(model)
        said = (*said, *tell_missing(model, names))
        initial_weights.write_weights(model, keep, names)
    except (FileError, BuildError) as error:
        said = (Note("", f"The weights were not taken over: {error.message}"),)
    except OSError as error:
        said = (Note("", f"The weights could not be kept: {error.strerror}."),)
    else:
        opened = opened | {"model": _keep_statistics(opened["model"], model, names)}
    return opened | {"notes": (*opened["notes"], *said), "weights": bool(names)}


def _keep_statistics(
    spec: ModelSpec, live: keras.Model, names: set[str], at: str = ""
) -> ModelSpec:
    """The model with mean and variance that it has learned as settings of its layers: otherwise
    they would be learned anew from whatever data come next."""
    layers = dict(spec.layers)
    for name, layer in spec.layers.items():
        if isinstance(layer, ModelSpec):
            layers[name] = _keep_statistics(layer, live.get_layer(name), names, f"{at}{name}/")
        elif catalog.traits_of(layer.class_name).adapts == "mean" and f"{at}{name}" in names:
            mean, variance = (np.asarray(w) for w in live.get_layer(name).weights[:2])
            if mean.ndim < 2 and mean.size <= MOST_STATISTICS:
                learned = {"mean": mean.ravel(), "variance": variance.ravel()}
                said = {k: tuple(float(str(n)) for n in v) for k, v in learned.items()}
                layers[name] = layer.with_(**said)
    return replace(spec, layers=Config(layers))


def fill_model(path: Path, model: keras.Model) -> tuple[set[str], tuple[Note, ...]]:
    """Give ``model`` the weights of the file it was read from, in place, by layer name.

    Args:
        path: a ``.keras`` archive whose members ``archive.read`` has checked, or an ``.h5`` file.

    Returns:
        The names of the layers that got theirs (as ``initial_weights.leaves``), and remarks.

    Raises:
        FileError: the weights reach out of the file, or are damaged.
    """
    import h5py  # type: ignore[import-untyped]

    with tempfile.TemporaryDirectory() as folder:
        if zipfile.is_zipfile(path):
            path = _unpack(path, Path(folder))
        try:
            with h5py.File(path, "r") as file:
                _check(file, model, h5py)
                told: tuple[Note, ...] = ()
                if "model_weights" in file:
                    group = file["model_weights"]
                    origin = older_weights.Origin.of(file, group)
                    filled, told = older_weights.fill_from_groups(group, model, origin)
                else:
                    filled = _new(path, file, model)
        except FileError:
            raise
        except Exception as error:  # h5py raises OSError, KeyError, RuntimeError … on damage
            raise FileError(
                f"The weights in {path.name} are damaged: {keras_objects.reason(error)}",
                "Download or copy it again.",
            ) from None
    return filled, told


def tell_missing(model: keras.Model, filled: set[str]) -> tuple[Note, ...]:
    """A note for each layer that got no weights; one for all where they are many."""
    missing = sorted({name for name, _ in initial_weights.leaves(model)} - filled)
    why = "its weights are not in the file, or do not fit; it starts fresh."
    if len(missing) > FEW:
        why = f"the weights of {len(missing)} layers are not in the file, or do not fit."
        return (Note("", f"{why[0].upper()}{why[1:]} They start fresh."),)
    return tuple(Note(name, why) for name in missing)


def _unpack(path: Path, folder: Path) -> Path:
    with zipfile.ZipFile(path) as archive:
        if MEMBER not in archive.namelist():
            raise FileError(f"{path.name} holds no {MEMBER}.", "Save it again with Keras.")
        with archive.open(MEMBER) as source, open(folder / MEMBER, "wb") as target:
            shutil.copyfileobj(source, target)
    return folder / MEMBER


def most_numbers(model: keras.Model) -> int:
    """Numbers of the largest array that the model can need."""
    return max((math.prod(w.shape) for w in model.weights), default=0) + SPARE


def _check(file: Any, model: keras.Model, h5py: Any) -> None:
    """Nothing may lead to other files, and no array may be larger than the model can need."""
    biggest = most_numbers(model)
    for many, (name, group) in enumerate(_links(file, h5py)):
        link = group.get(name, getlink=True)
        if not isinstance(link, h5py.HardLink) or many > MAX_OBJECTS:
            raise FileError(f"'{name}' in the weights leads out of it.", "Do not trust this file.")
        item = group[name]
        if isinstance(item, h5py.Dataset) and not _plain(item, biggest):
            raise FileError(
                f"'{item.name}' in the weights is no plain array of this model.",
                "Do not trust this file.",
            )


def _plain(array: Any, biggest: int) -> bool:
    """Whether its numbers lie in this very file, and are not too many.

    Wherever it stands: an array has as many names as somebody links to it, and a layer may ask
    for one by a path from the file's root.
    """
    if array.is_virtual or array.external:
        return False
    if array.dtype.hasobject:  # word lists lie beside the weights
        return "vars/" not in array.name and "model_weights/" not in array.name
    return bool(array.size <= biggest)


def _links(group: Any, h5py: Any) -> Iterator[tuple[str, Any]]:
    """Every name in the file with the group that holds it; a group is entered once."""
    todo, seen = [group], {group.id.__hash__()}
    while todo:
        here = todo.pop()
        for name in here:
            yield name, here
            item = here[name]  # a link that leads out has been refused by now
            if isinstance(item, h5py.Group) and hash(item.id) not in seen:
                seen.add(hash(item.id))
                todo.append(item)


def _new(path: Path, file: Any, model: keras.Model) -> set[str]:
    from keras.src.saving import saving_lib

    store = saving_lib.H5IOStore(path, mode="r")
    try:
        return set(_each(store, file, model, "", "", saving_lib))
    finally:
        store.close()


def _each(
    store: Any, file: Any, model: keras.Model, place: str, prefix: str, lib: Any
) -> Iterator[str]:
    home = next((h for h in HOMES if f"{place}{h}" in file), HOMES[0])
    places = _places(file, f"{place}{home}", model)
    for layer in model.layers:
        name = f"{prefix}{layer.name}"
        at = places.get(layer.name)
        if at is None:
            continue
        if isinstance(layer, keras.Model):
            yield from _each(store, file, layer, f"{at}/", f"{name}/", lib)
        elif layer.weights and _fill_layer(store, layer, at, lib):
            yield name


def _places(file: Any, home: str, model: keras.Model) -> Mapping[str, str]:
    """Layer name → where the file keeps it; old files count the layers of a class instead."""
    rows = file.get(home) or {}
    named: dict[str, str] = {}
    for key in rows:
        variables = rows[key].get("vars")
        name = variables.attrs.get("name") if variables is not None else None
        if isinstance(name, str):
            named[name] = f"{home}/{key}"
    if named:
        return named
    seen: dict[str, int] = {}
    for layer in model.layers:
        kind = snake_case(type(layer).__name__)
        many = seen.get(kind, 0)
        seen[kind] = many + 1
        key = f"{kind}_{many}" if many else kind
        if key in rows:
            named[layer.name] = f"{home}/{key}"
    return named


def _fill_layer(store: Any, layer: Any, at: str, lib: Any) -> bool:
    """Whether Keras could fill the layer from there; its shapes are checked as it does."""
    before = [keras.ops.convert_to_numpy(w) for w in layer.weights]
    failed: set[int] = set()
    lib._load_state(
        layer, store, None, at, True, visited_saveables=set(), failed_saveables=failed,
        error_msgs={},
    )  # fmt: skip
    if failed:
        for weight, value in zip(layer.weights, before, strict=True):
            weight.assign(value)
    return not failed
