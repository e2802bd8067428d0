"""Read weights from untrusted ``.keras`` and ``.h5`` files: no pickle, no code, bounded size."""

from __future__ import annotations

import math
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from builder.engine.build import keras_model, keras_objects
from builder.engine.build.backend import keras
from builder.engine.files import initial_weights, unknown_layers
from builder.errors import BuildError, FileError
from builder.facts import Note
from builder.spec import snake_case

MEMBER = "model.weights.h5"
MAX_OBJECTS = 200_000
"""Groups and arrays in a file; the largest Keras application has 10,000."""

SPARE = 1_000_000
"""Numbers of an array beyond the largest of the model: the optimizer's may be a little larger."""

HOMES = ("layers", "_layer_checkpoint_dependencies")
"""Where Keras 3 keeps the layers of a model, and where its first versions did."""


NO_WEIGHTS = "The weights were not taken over: train anew."

FEW = 4
"""More layers without weights than this are told in one note."""


def keep_weights(
    path: Path, opened: dict[str, Any], keep: str | os.PathLike[str] | None
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
        names, said = fill_model(path, model)
        initial_weights.write_weights(model, keep, names)
    except (FileError, BuildError) as error:
        said = (Note("", f"The weights were not taken over: {error.message}"),)
    except OSError as error:
        said = (Note("", f"The weights could not be kept: {error.strerror}."),)
    return opened | {"notes": (*opened["notes"], *said), "weights": bool(names)}


def fill_model(path: Path, model: keras.Model) -> tuple[set[str], tuple[Note, ...]]:
    """Give ``model`` the weights of the file it was read from, in place, by layer name.

    Args:
        path: a ``.keras`` archive whose members ``archive.read`` has checked, or an ``.h5`` file.

    Returns:
        The names of the layers that got theirs (as ``weights.leaves``), and a note for each other.

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
                old = "model_weights" in file
                filled = _old(file["model_weights"], model) if old else _new(path, file, model)
        except FileError:
            raise
        except Exception as error:  # h5py raises OSError, KeyError, RuntimeError … on damage
            raise FileError(
                f"The weights in {path.name} are damaged: {keras_objects.reason(error)}",
                "Download or copy it again.",
            ) from None
    missing = sorted({name for name, _ in initial_weights.leaves(model)} - filled)
    why = "its weights are not in the file, or do not fit; it starts fresh."
    if len(missing) > FEW:
        why = f"the weights of {len(missing)} layers are not in the file, or do not fit."
        return filled, (Note("", f"{why[0].upper()}{why[1:]} They start fresh."),)
    return filled, tuple(Note(name, why) for name in missing)


def _unpack(path: Path, folder: Path) -> Path:
    with zipfile.ZipFile(path) as archive:
        if MEMBER not in archive.namelist():
            raise FileError(f"{path.name} holds no {MEMBER}.", "Save it again with Keras.")
        with archive.open(MEMBER) as source, open(folder / MEMBER, "wb") as target:
            shutil.copyfileobj(source, target)
    return folder / MEMBER


def _check(file: Any, model: keras.Model, h5py: Any) -> None:
    """Nothing may lead to other files, and no array may be larger than the model can need."""
    biggest = max((math.prod(w.shape) for w in model.weights), default=0) + SPARE
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


def _old(file: Any, model: keras.Model) -> set[str]:
    """The older HDF5 format: one list of arrays for each layer, in the layer's own order."""
    filled: set[str] = set()
    for layer in model.layers:
        if layer.name not in file or not layer.weights:
            continue
        group = file[layer.name]
        names = group.attrs.get("weight_names", ())
        names = [n.decode() if isinstance(n, bytes) else str(n) for n in names]
        own = [*layer.trainable_weights, *layer.non_trainable_weights]
        fits = len(names) == len(own) and all(
            n in group and tuple(group[n].shape) == tuple(w.shape)
            for n, w in zip(names, own, strict=True)
        )
        if not fits:
            continue
        for name, weight in zip(names, own, strict=True):
            weight.assign(group[name][()])
        inner = isinstance(layer, keras.Model)
        below = [n for n, _ in initial_weights.leaves(layer, f"{layer.name}/")] if inner else []
        filled.update(below if inner else [layer.name])
    return filled
