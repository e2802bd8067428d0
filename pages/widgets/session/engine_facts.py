"""Facts of a training from the engine: shapes, data, errors; asked once and cached by value."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import streamlit as st

from builder.errors import LayerwiseError
from builder.facts import DataFacts, ModelFacts, Problem
from builder.runs.engine_process import client
from builder.runs.scheduler import worker_pool
from builder.spec import ModelSpec, ObjectSpec, TrainingSpec

T = TypeVar("T")


@dataclass(frozen=True)
class EngineFacts:
    """What the engine said about the training on screen."""

    data: DataFacts | None
    model: ModelFacts | None
    errors: tuple[Problem, ...]


@lru_cache(maxsize=256)
def _describe(dataset: ObjectSpec) -> DataFacts:
    facts: DataFacts = client.call("loading.describe", dataset)
    worker_pool.prepare(dataset)  # Train may be the next click: the spare worker loads the data now
    return facts


@lru_cache(maxsize=1024)
def _summary(model: ModelSpec) -> ModelFacts:
    facts: ModelFacts = client.call("keras_model.summary", model)
    return facts


def find_facts(value: TrainingSpec) -> EngineFacts:
    """Facts of any training, from the warm child and remembered by value; errors as Problems."""
    if _summary.cache_info().currsize:
        return _ask(value)
    with st.spinner("Starting Keras, once …"):
        return _ask(value)


@lru_cache(maxsize=256)
def prefetch_facts(value: TrainingSpec) -> None:
    """Somebody may soon ask for the facts of this training: find them out in the background."""
    threading.Thread(target=_ask, args=(value,), name="layerwise-facts", daemon=True).start()


def _ask(value: TrainingSpec) -> EngineFacts:
    errors: list[Problem] = []
    data: DataFacts | None = None
    model: ModelFacts | None = None
    try:
        data = _describe(value.dataset)
    except LayerwiseError as error:
        where = error.where if error.where.startswith("dataset") else "dataset"
        errors.append(Problem(where, error.message, error.hint))
    try:
        model = _summary(value.model)
    except LayerwiseError as error:
        where = f"model.{error.where}" if error.where else "model"
        errors.append(Problem(where, error.message, error.hint))
    return EngineFacts(data, model, tuple(errors))


_kept: OrderedDict[Hashable, Any] = OrderedDict()
_kept_lock = threading.Lock()


def get_or_make(key: Hashable, make: Callable[[], T], limit: int = 24) -> T:
    """``make()``, remembered for every tab under ``key``; the oldest of ``limit`` are dropped."""
    with _kept_lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]  # type: ignore[no-any-return]
    value = make()
    with _kept_lock:
        _kept[key] = value
        while len(_kept) > limit:
            _kept.popitem(last=False)
    return value


def forget_data() -> None:
    """Ask the engine again about datasets (a download finished, a file was replaced)."""
    _describe.cache_clear()
    with _kept_lock:
        _kept.clear()
