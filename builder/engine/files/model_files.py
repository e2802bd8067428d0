"""Open model files of unknown origin without trusting them."""

from __future__ import annotations

import functools
import json
import os
import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

import psutil

from builder import binding
from builder.document import check_values
from builder.engine.build import keras_model, keras_objects
from builder.engine.files import archive, older_weights, vocabulary, weights_reader
from builder.engine.files.call_names import restore_names
from builder.engine.files.foreign import (
    browser_model,
    checkpoint_folder,
    foreign_files,
    named_weights,
)
from builder.engine.files.records import (
    compile_records,
    convert,
    first_keras,
    older_records,
)
from builder.engine.files.records.unknown_layers import replace_unknown
from builder.errors import BuildError, FileError, SpecError
from builder.facts import ModelFacts, Note
from builder.formatting import size

Opened = dict[str, Any]
"""What ``open_model`` returns."""

Filled = tuple[set[str], tuple[Note, ...]]

MAX_DEPTH = 100
"""How deeply a record may nest; each model within a model adds four levels."""


def open_model(path: str | os.PathLike[str], keep: str | os.PathLike[str] | None = None) -> Opened:
    """The architecture in a ``.keras``, ``.h5`` or model ``.json`` file of unknown origin.

    The file's content decides what it is, not its name. Its members are capped, its record is
    translated class by class into a spec (only Keras's own classes; no Lambda, no pickle, nothing
    executed, Keras's own loader never sees it), the spec's shapes are computed without
    allocating, its size is capped and compared with the weights that are really there. Call it
    through ``client.call_guarded``, which limits memory and time as well.

    Args:
        keep: where ``initial_weights.write_weights`` puts the weights of the file; None drops them.

    Returns:
        ``model`` (ModelSpec), ``compile`` (Config of optimizer, loss, metrics, or None),
        ``notes`` (tuple of Note: what was not taken over), ``facts`` (what Keras says of it) and
        ``weights`` (whether ``keep`` was written).

    Raises:
        FileError: what is wrong with it, in one sentence, and what to do.
    """
    path = Path(path)
    match archive.kind(path):
        case "zip":
            return _open_zip(path, keep)
        case "hdf5":
            return _keep(path, _open_h5(path), keep)
    return read_model_json(path)


def _keep(path: Path, opened: Opened, keep: str | os.PathLike[str] | None) -> Opened:
    return weights_reader.keep_weights(
        functools.partial(weights_reader.fill_model, path), opened, keep
    )


def _open_zip(path: Path, keep: str | os.PathLike[str] | None) -> Opened:
    with archive.unreadable(path), archive.opened(path) as file:
        kind, member = foreign_files.archive_kind(file.namelist(), path.name)
        if kind == foreign_files.BROWSER:
            return _open_browser_model(path, file, member, keep)
        if kind == foreign_files.SAVED:
            return _open_saved_model(path, file, member, keep)
        if kind == foreign_files.INNER:
            with tempfile.TemporaryDirectory() as folder:
                name = PurePosixPath(member).name
                inner = archive.unpack(file, member, Path(folder) / name, path.name)
                if archive.kind(inner) == "hdf5":
                    return _keep(inner, _open_h5(inner), keep)
                return _keep(inner, _open_keras(inner), keep)
    return _keep(path, _open_keras(path), keep)


def _open_browser_model(
    path: Path, file: zipfile.ZipFile, member: str, keep: str | os.PathLike[str] | None
) -> Opened:
    """A model of TensorFlow.js with its numbers."""
    record = _json(archive.read_member(file, member, path.name), f"{member} in {path.name}")
    if not browser_model.is_browser_model(record):
        return _open_record(record, member)
    beside = PurePosixPath(member).parent
    model, compiled, version = browser_model.read_topology(record, path.name)
    opened = _to_spec(model, compiled, None, version)

    def read(name: str) -> bytes:
        if (where := str(beside / name)) not in file.namelist():
            raise FileError(f"'{name}' is not in the ZIP.", "Put all its .bin files into it.")
        return archive.read_member(file, where, path.name, archive.MAX_FILE)

    def fill(live: Any) -> Filled:
        arrays = browser_model.read_weights(record, read)
        return named_weights.fill_named(live, arrays, older_weights.Origin("2", ""))

    return weights_reader.keep_weights(fill, opened, keep)


def _open_saved_model(
    path: Path, file: zipfile.ZipFile, member: str, keep: str | os.PathLike[str] | None
) -> Opened:
    """A SavedModel in which Keras 2 left what its layers are."""
    root = PurePosixPath(member).parent
    metadata = str(root / checkpoint_folder.METADATA)
    if metadata not in file.namelist():
        raise checkpoint_folder.no_layers(path.name)
    record, names = checkpoint_folder.read_metadata(
        archive.read_member(file, metadata, path.name), path.name
    )
    check = _json(json.dumps(record).encode(), path.name)
    opened = _to_spec(check, check.get("training_config"), None, check.get("keras_version") or "2")

    def fill(live: Any) -> Filled:
        with tempfile.TemporaryDirectory() as folder:
            for name in file.namelist():
                if PurePosixPath(name).parent == root / "variables" and ".." not in name:
                    target = Path(folder) / "variables" / PurePosixPath(name).name
                    archive.unpack(file, name, target, path.name)
            most = weights_reader.most_numbers(live)
            arrays = checkpoint_folder.read_checkpoint(Path(folder), names, most)
        return named_weights.fill_named(live, arrays, older_weights.Origin("2", ""))

    return weights_reader.keep_weights(fill, opened, keep)


def read_model_json(path: str | os.PathLike[str]) -> Opened:
    """The architecture that ``model.to_json()`` wrote; as ``open_model`` otherwise."""
    path = Path(path)
    with archive.unreadable(path), open(path, "rb") as file:
        data = file.read(archive.MAX_JSON + 1)
    return _open_record(_json(data, path.name), path.name)


def _open_record(record: Any, name: str) -> Opened:
    if isinstance(record, dict) and "layerwise" in record:
        raise FileError(
            f"{name} is a Layerwise project, not a Keras model.", "Open it as a project."
        )
    if browser_model.is_browser_model(record):
        model, compiled, version = browser_model.read_topology(record, name)
        opened = _to_spec(model, compiled, None, version)
        lie = ", ".join(browser_model.list_files(record)[:3]) or "files beside it"
        text = f"Its weights lie in {lie}: put them into a ZIP with {name} and open that."
        return opened | {"notes": (*opened["notes"], Note("", text))}
    if first_keras.is_first(record):
        model, compiled = first_keras.translate_first(record)
        return _to_spec(model, compiled, None, "0")
    if not isinstance(record, dict) or "config" not in record:
        raise FileError(
            f"{name} is JSON, but no Keras model: it has no 'config'.",
            "Write it with model.to_json().",
        )
    return _to_spec(record, record.get("compile_config"), None, record.get("keras_version"))


def _json(data: bytes, name: str) -> Any:
    if len(data) > archive.MAX_JSON:
        raise FileError(
            f"{name} has more than {size(archive.MAX_JSON)}; a model's record has far less.",
            "Do not trust this file.",
        )
    try:
        record = json.loads(data, parse_constant=_no_constant)
        check_values(record, MAX_DEPTH)
    except SpecError as error:
        raise FileError(
            f"{name} is not opened: {error.message}", "Do not trust this file."
        ) from None
    except (ValueError, RecursionError) as error:
        raise FileError(f"{name} is no valid JSON: {str(error)[:120]}.", archive.AGAIN) from None
    return record


def _no_constant(name: str) -> Any:
    raise ValueError(f"the number {name} is not allowed")


def _open_keras(path: Path) -> Opened:
    with archive.unreadable(path):
        members = archive.read(path)
    config = _json(members.config, f"config.json in {path.name}")
    metadata = _json(members.metadata, f"metadata.json in {path.name}")
    version = metadata.get("keras_version") if isinstance(metadata, dict) else None
    compiled = config.get("compile_config") if isinstance(config, dict) else None
    opened = _to_spec(config, compiled, members.weights, version)
    model, said = vocabulary.restore_vocabularies(path, restore_names(opened["model"], metadata))
    return opened | {"model": model, "notes": (*opened["notes"], *said)}


def _open_h5(path: Path) -> Opened:
    import h5py  # type: ignore[import-untyped]

    try:
        with h5py.File(path, "r") as file:
            texts = {k: _text(file.attrs.get(k)) for k in ("model_config", "training_config")}
            version = _text(file.attrs.get("keras_version"))
    except Exception as error:  # h5py raises OSError, KeyError, RuntimeError … on damaged files
        raise FileError(
            f"{path.name} is damaged or cut short: {keras_objects.reason(error)}",
            "Download or copy it again.",
        ) from None
    if not texts["model_config"]:
        raise FileError(
            f"{path.name} holds weights only, without the layers they belong to.",
            "Save the whole model with model.save('model.keras').",
        )
    config = _json(texts["model_config"], f"The model in {path.name}")
    compiled = None
    if texts["training_config"]:
        compiled = _json(texts["training_config"], f"The training settings in {path.name}")
    return _to_spec(config, compiled, path.stat().st_size, version and version.decode())


def _text(value: Any) -> bytes:
    if isinstance(value, str):
        return value.encode()
    return bytes(value) if isinstance(value, bytes) else b""


def _to_spec(record: Any, compiled: Any, held: int | None, version: Any) -> Opened:
    """The record as a spec that Keras accepts and this machine can hold.

    Args:
        held: bytes of weights in the file; None when it has none by nature.
        version: of the Keras that wrote it, if it says.
    """
    older, told = older_records.is_older(version), list[Note]()
    if older:
        record = older_records.translate_model(record, lambda at, text: told.append(Note(at, text)))
    try:
        model, notes = convert.from_record(record)
    except FileError as error:
        if not (older and version):
            raise
        raise FileError(
            f"This file was written by Keras {version}, and not all of it can be read: "
            f"{error.message}",
            "Open it with that Keras, save it as .keras, or rebuild the model here.",
            error.where,
        ) from None
    facts = keras_model.summary(replace_unknown(model))
    if facts.failure is None:
        _refuse_impossible(facts, held)
    settings, said = compile_records.read_compile(compiled, older)
    if settings is not None:
        settings = compile_records.name_outputs(settings, binding.outputs(model))
    said = (*told, *notes, *said)
    return {"model": model, "compile": settings, "notes": said, "weights": False, "facts": facts}


def _refuse_impossible(facts: ModelFacts, weights: int | None) -> None:
    try:
        keras_model.refuse_if_too_big(facts, psutil.virtual_memory().available)
    except BuildError as error:
        raise FileError(error.message, error.hint, error.where) from None
    if weights is not None and facts.weight_bytes > weights:
        raise FileError(
            f"The file declares {size(facts.weight_bytes)} of weights but holds only"
            f" {size(weights)}: it is damaged or made to deceive.",
            "Do not trust this file.",
        )
