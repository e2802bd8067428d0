"""The child process of ``client``: imports Keras, then answers calls one after the other.

    python -m builder.runs.engine_process.server [--warm MODULES] [--memory BYTES] [--light]

It ends when its parent does: its input then reaches its end.
"""

from __future__ import annotations

import argparse
import atexit
import contextlib
import gc
import importlib
import importlib.util
import os
import resource
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, NoReturn

import psutil

from builder.errors import ChildError, LayerwiseError, without_paths
from builder.runs.engine_process import wire

MODULES = {
    path.rpartition(".")[2]: f"builder.{path}"
    for path in (
        "engine.analysis.augmented_copies",
        "engine.analysis.class_curves",
        "engine.analysis.dependence",
        "engine.analysis.error_groups",
        "engine.analysis.importance",
        "engine.analysis.shaped_answers",
        "engine.analysis.saliency",
        "engine.build.keras_model",
        "engine.data.loading",
        "engine.files.application_specs",
        "engine.files.records.convert",
        "engine.files.model_files",
        "engine.forecasting.forecast",
        "engine.forecasting.back_test",
        "engine.inference.baselines",
        "engine.inference.evaluation",
        "engine.inference.predict_file",
        "engine.inference.predict_image",
        "engine.inference.predict_multi",
        "engine.inference.predict_picture",
        "engine.inference.predict_sound",
        "engine.inference.predict_example",
        "engine.inference.recommend",
        "engine.inference.predict_text",
        "engine.training.learning_rate_curve",
        "exporters.export_run",
        "media.picture_overview",
        "media.sound_overview",
        "tables.table_overview",
    )
}
"""The modules whose public functions may be called from outside, by the first word of a verb."""


def main() -> None:
    """Serves standard input and output until the input ends."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--warm", default="", help="engine modules to import at the start")
    options.add_argument("--memory", type=int, help="bytes it may take beyond Keras itself")
    options.add_argument("--light", action="store_true", help="without Keras")
    given = options.parse_args()
    source, sink = private_pipes()
    if not given.light:
        importlib.import_module("builder.engine.build.backend")
    for module in given.warm.split(","):
        if module:
            _warm(module)
    # What Keras holds lives as long as this process. Left to the collector, it is searched for
    # garbage again and again: 170 ms in one edit of twenty, before the answer.
    gc.freeze()
    if given.memory:
        limit_memory(given.memory)
    _send(sink, "ready")
    with contextlib.suppress(BrokenPipeError):
        while (message := _receive(source)) is not None:
            _send(sink, _answer(*message))


def private_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Our end of the parent's pipes; whatever libraries print goes to standard error instead."""
    source, sink = os.dup(0), os.dup(1)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return os.fdopen(source, "rb"), os.fdopen(sink, "wb")


def limit_memory(memory: int) -> None:
    """From here on: so many more bytes of memory, no core dump, no file larger than that.

    The limit is on address space, measured from what Keras has mapped already.
    """
    mapped = psutil.Process().memory_info().vms
    for limit in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        resource.setrlimit(limit, (mapped + memory, mapped + memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    tempfile.tempdir = str(Path.cwd())


def _warm(module: str) -> None:
    # whatever is wrong with one module is said by the call that needs it
    try:
        importlib.import_module(MODULES[module])
    except Exception:
        traceback.print_exc()


def _answer(verb: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[bool, Any]:
    try:
        return True, find_function(verb)(*args, **kwargs)
    except LayerwiseError as error:
        return False, error
    except MemoryError:
        return False, ChildError(
            "This needed more memory than there is.",
            "Make the model, the data or the file smaller.",
        )
    except Exception as error:
        traceback.print_exc()
        reason = without_paths(str(error).strip().partition("\n")[0])
        return False, ChildError(
            f"Something unexpected happened in {verb}: {type(error).__name__}: {reason}",
            "This is a fault in Layerwise; the details are in the workspace's logs folder.",
        )


def find_function(verb: str) -> Callable[..., Any]:
    """The function a verb names.

    Raises:
        ChildError: it is not on the allow-list.
    """
    module, _, name = verb.partition(".")
    if module not in MODULES or not name.isidentifier() or name.startswith("_"):
        raise ChildError(f"'{verb}' is not a call this child answers.")
    imported = importlib.import_module(MODULES[module])
    function: Callable[..., Any] | None = vars(imported).get(name)
    # what the module defines itself: not what it happened to import
    if function is None or getattr(function, "__module__", None) != imported.__name__:
        raise ChildError(f"'{verb}' is not a call this child answers.")
    return function


def _receive(source: IO[bytes]) -> Any:
    prefix = source.read(wire.PREFIX.size)
    if len(prefix) < wire.PREFIX.size:
        return None
    header, body = wire.sizes(prefix)
    return wire.decode(source.read(header), memoryview(bytearray(source.read(body))))


def _send(sink: IO[bytes], value: Any) -> None:
    try:
        message = wire.pieces(value)
    except TypeError as error:
        message = wire.pieces((False, ChildError(f"The answer could not be sent: {error}.")))
    for piece in message:
        sink.write(piece)
    sink.flush()


def leave() -> NoReturn:
    """Ends this process at once: to take apart what TensorFlow holds would be 0.7 s of a processor
    (2026-11-30) and change nothing."""
    sys.stdout.flush()
    atexit._run_exitfuncs()  # what removes the folder this process worked in
    os._exit(0)


if __name__ == "__main__":
    main()
    leave()
