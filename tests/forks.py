"""Fresh Python processes with Keras loaded: a server that has only imported it forks one for each.

A start takes half a second instead of three and a half. The server never runs an operation, for
TensorFlow's threads would hang its children; so a child may still choose their number, and is in
everything else as an interpreter that begins with ``import keras``. Linux only; elsewhere, and for
programs that shall not find Keras loaded, there is ``subprocess``.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import runpy
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

CONTEXT = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
FILES = ("out.txt", "err.txt")
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3"}

if sys.platform == "linux":
    CONTEXT.set_forkserver_preload(["keras"])


PATIENCE_SECONDS = 1800
"""When a program counts as hanging, on the busiest machine."""


def run(*arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """Runs ``python ARGUMENTS`` to its end: ``-c CODE …``, ``-m MODULE …`` or ``FILE …``.

    Args:
        cwd: where it runs; the current folder when None.
        env: its whole environment; a copy of the current one when None.

    Returns:
        What it wrote to standard output.

    Raises:
        AssertionError: when it failed, with the end of standard error, or took too long.
    """
    with tempfile.TemporaryDirectory(prefix="fork-") as folder:
        files = [Path(folder, name) for name in FILES]
        for file in files:
            file.touch()
        fork = (arguments, str(cwd or Path.cwd()), dict(env or os.environ) | QUIET, folder)
        process = CONTEXT.Process(target=_run, args=fork, daemon=True)
        with _nothing_of_the_caller():
            process.start()
        process.join(PATIENCE_SECONDS)
        if process.is_alive():
            process.kill()
        out, err = (file.read_text("utf-8", "replace") for file in files)
        assert process.exitcode == 0, (process.exitcode, err[-3000:])
        return out


@contextlib.contextmanager
def _nothing_of_the_caller() -> Iterator[None]:
    """A child imports its parent's main script again, here pytest's; unless there is none."""
    main, before = sys.modules["__main__"], os.environ.get("TF_CPP_MIN_LOG_LEVEL")
    sys.modules["__main__"] = type(sys)("__main__")
    os.environ |= QUIET  # for the server, when this is its first child
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        del os.environ["TF_CPP_MIN_LOG_LEVEL"]
        if before is not None:
            os.environ["TF_CPP_MIN_LOG_LEVEL"] = before


def _run(arguments: tuple[str, ...], cwd: str, env: Mapping[str, str], folder: str) -> None:
    """In the child: becomes that program."""
    gc.freeze()  # what is loaded stays: searched for garbage again and again, it would take a third
    for name, number in zip(FILES, (1, 2), strict=True):
        os.dup2(os.open(os.path.join(folder, name), os.O_WRONLY), number)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    if "KERAS_HOME" in env:  # Keras reads it once, when it is imported
        from keras.src.backend import config

        config._KERAS_DIR = env["KERAS_HOME"]
    how, *rest = arguments
    sys.path.insert(0, "" if how in ("-c", "-m") else os.path.dirname(os.path.abspath(how)))
    if how == "-c":
        sys.argv = ["-c", *rest[1:]]
        names = {"__name__": "__main__"}
        exec(compile(rest[0], "<string>", "exec"), names)  # noqa: S102
    elif how == "-m":
        sys.argv = rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv = [how, *rest]
        runpy.run_path(how, run_name="__main__")
