"""Open model files of unknown origin without trusting them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import psutil

from builder.document import check_values
from builder.engine.build import keras_model, keras_objects
from builder.engine.files import archive, convert, deserialize, vocabulary, weights_reader
from builder.engine.files.call_names import restore_names
from builder.engine.files.unknown_layers import replace_unknown
from builder.errors import BuildError, FileError, SpecError
from builder.facts import ModelFacts, Note
from builder.formatting import size
from builder.spec import Config

MAX_DEPTH = 100
"""How deeply a record may nest; each model within a model adds four levels."""


def open_model(
    path: str | os.PathLike[str], keep: str | os.PathLike[str] | None = None
) -> dict[str, Any]:
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
        ``notes`` (tuple of Note: what was not taken over) and ``weights`` (whether ``keep`` was
        written).

    Raises:
        FileError: what is wrong with it, in one sentence, and what to do.
    """
    path = Path(path)
    match archive.kind(path):
        case "zip":
            return weights_reader.keep_weights(path, _open_keras(path), keep)
        case "hdf5":
            return weights_reader.keep_weights(path, _open_h5(path), keep)
    return read_model_json(path)


def read_model_json(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The architecture that ``model.to_json()`` wrote; as ``open_model`` otherwise."""
    path = Path(path)
    with archive.unreadable(path), open(path, "rb") as file:
        data = file.read(archive.MAX_JSON + 1)
    record = _json(data, path.name)
    if isinstance(record, dict) and "layerwise" in record:
        raise FileError(
            f"{path.name} is a Layerwise project, not a Keras model.", "Open it as a project."
        )
    if not isinstance(record, dict) or "config" not in record:
        raise FileError(
            f"{path.name} is JSON, but no Keras model: it has no 'config'.",
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


def _open_keras(path: Path) -> dict[str, Any]:
    with archive.unreadable(path):
        members = archive.read(path)
    config = _json(members.config, f"config.json in {path.name}")
    metadata = _json(members.metadata, f"metadata.json in {path.name}")
    version = metadata.get("keras_version") if isinstance(metadata, dict) else None
    compiled = config.get("compile_config") if isinstance(config, dict) else None
    opened = _to_spec(config, compiled, members.weights, version)
    model, said = vocabulary.restore_vocabularies(path, restore_names(opened["model"], metadata))
    return opened | {"model": model, "notes": (*opened["notes"], *said)}


def _open_h5(path: Path) -> dict[str, Any]:
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


def _to_spec(record: Any, compiled: Any, held: int | None, version: Any) -> dict[str, Any]:
    """The record as a spec that Keras accepts and this machine can hold.

    Args:
        held: bytes of weights in the file; None when it has none by nature.
        version: of the Keras that wrote it, if it says.
    """
    old = isinstance(version, str) and version.startswith(("1.", "2."))
    try:
        model, notes = convert.from_record(record)
    except FileError as error:
        if not old:
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
    aged = Note("", f"The file was written by Keras {version}; check the layers.")
    settings, said = _settings(compiled)
    said = (*notes, *said, *((aged,) if old else ()))
    return {"model": model, "compile": settings, "notes": said, "weights": False}


def _settings(compiled: Any) -> tuple[Config | None, tuple[Note, ...]]:
    """The compile settings; what cannot be read of them is no reason to refuse the model."""
    try:
        return deserialize.compile_record(compiled), ()
    except FileError as error:
        return None, (Note("compile", f"The training settings were left out: {error.message}"),)


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
