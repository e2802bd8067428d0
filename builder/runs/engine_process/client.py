"""Call engine functions in warm child processes, so that the caller never imports Keras.

    client.call("keras_model.summary", model)  # engine/build/keras_model.py, answered by a child

Two children share the work: one for quick calls (every edit of every person waits for it), one
for calls that load data or files and may take seconds. ``call_guarded`` uses a fresh child under a
memory limit, for files nobody vouches for.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import IO, Any

import builder
from builder.errors import ChildError, LayerwiseError, without_paths
from builder.runs.disk import workspace
from builder.runs.engine_process import wire

QUICK = frozenset({"keras_model", "learning_rate_curve"})
"""Engine modules served by the quick child; all others go to the other one."""

START_SECONDS = 120.0
"""How long a child may take to import Keras; 3 to 4 s on an idle machine."""

DEFAULT_MEMORY = 2 * 2**30
"""What an untrusted file may make a guarded child take, beyond Keras itself."""


def call(verb: str, *args: Any, timeout: float = 60, **kwargs: Any) -> Any:
    """The function that ``verb`` names, in a warm child.

    Args:
        verb: ``"module.function"``, e.g. ``"keras_model.summary"``; see ``server.MODULES``.
        timeout: seconds the call itself may take, not counting the child's start and the queue.

    Raises:
        LayerwiseError: what the function raised, or ChildError when the child died or was too
            slow (it is then ended; the next call starts a new one).
    """
    return _CHILDREN[_lane(verb)].call(verb, args, kwargs, timeout)


def call_guarded(
    verb: str,
    *args: Any,
    memory_bytes: int = DEFAULT_MEMORY,
    timeout: float = 60,
    **kwargs: Any,
) -> Any:
    """``call`` for untrusted files: in a child of its own that may take ``memory_bytes`` beyond
    what Keras needs, ``timeout`` seconds, and an empty temporary folder to write in."""
    with tempfile.TemporaryDirectory(prefix="layerwise-") as folder:
        one_shot = Child("guarded", ["--memory", str(memory_bytes)], Path(folder))
        try:
            return one_shot.call(verb, args, kwargs, timeout)
        finally:
            one_shot.close()


def warm() -> None:
    """Starts the children in the background; returns at once."""
    threading.Thread(target=start, name="layerwise-warm", daemon=True).start()


def start() -> None:
    """Starts the children that do not run, and waits until they have imported Keras."""
    # one after the other: two imports of TensorFlow at once make the first person wait longer
    for child in _CHILDREN.values():
        with contextlib.suppress(LayerwiseError):
            child.start()


@atexit.register
def close() -> None:
    """Ends the warm children; the next call starts them anew."""
    for child in _CHILDREN.values():
        child.close()


def environment(**more: str) -> dict[str, str]:
    """The environment of our Python processes: they find ``builder`` and keep quiet.

    Large arrays lie in huge pages, which only glibc offers: looking their places up takes less.
    """
    root = str(Path(builder.__file__).parent.parent)
    path = os.pathsep.join(p for p in (root, os.environ.get("PYTHONPATH", "")) if p)
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow", "PYTHONPATH": path}
    pages = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
    return {**pages, **os.environ, **quiet, "PYTHONUNBUFFERED": "1", **more}


def command(module: str, *arguments: str) -> list[str]:
    """The command line of one of our modules; ``-P`` keeps the current folder off sys.path."""
    return [sys.executable, "-P", "-m", f"builder.runs.{module}", *arguments]


class Child:
    """One helper process, started when first needed and again after it died.

    Args:
        name: for its log file and messages.
        options: command-line arguments of ``builder.runs.engine_process.server``.
        cwd: its working and temporary folder; None is ours.
    """

    def __init__(self, name: str, options: list[str], cwd: Path | None = None) -> None:
        self.name = name
        self._options = options
        self._cwd = cwd
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._ready = False

    @property
    def pid(self) -> int | None:
        """The process id, or None while it is not running."""
        process = self._process
        return process.pid if process and process.poll() is None else None

    def start(self) -> None:
        """Starts the process unless it runs, and waits until Keras is imported in it."""
        with self._lock, self._ended_on_error():
            self._ensure_started()

    def call(self, verb: str, args: tuple[Any, ...], kwargs: dict[str, Any], timeout: float) -> Any:
        """One call, one answer; see the module's ``call``."""
        with self._lock, self._ended_on_error():
            # a value that cannot cross is the caller's mistake: find out before anything is sent
            message = wire.pieces((verb, args, kwargs))
            pipe = self._ensure_started()
            until = monotonic() + timeout
            pipe.write(message, until)
            ok, answer = pipe.read(until)
        if not ok:
            raise answer
        return answer

    def close(self) -> None:
        """Ends the process."""
        process, self._process, self._ready = self._process, None, False
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                # unsent bytes of a broken call may still be in it
                with contextlib.suppress(OSError):
                    stream.close()

    def _ensure_started(self) -> _Pipe:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = self._launch()
        assert self._process.stdin and self._process.stdout
        pipe = _Pipe(self._process.stdin, self._process.stdout)
        if not self._ready:
            pipe.read(monotonic() + START_SECONDS)
            self._ready = True
        return pipe

    def _launch(self) -> subprocess.Popen[bytes]:
        folders = {"TMPDIR": str(self._cwd), "KERAS_HOME": str(self._cwd)} if self._cwd else {}
        with workspace.open_for_writing(self._log, "wb") as log:
            return subprocess.Popen(
                command("engine_process.server", *self._options),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                bufsize=0,
                cwd=self._cwd,
                env=environment(**folders),
            )

    @property
    def _log(self) -> Path:
        return (self._cwd or workspace.folder("logs")) / f"child-{self.name}.log"

    @contextlib.contextmanager
    def _ended_on_error(self) -> Iterator[None]:
        """After a broken exchange the pipe holds half a message: only a new process is clean."""
        try:
            yield
        except TimeoutError:
            self.close()
            raise ChildError(
                "The helper process took too long and was ended.",
                "Try again, or make the model or the data smaller.",
            ) from None
        except (EOFError, OSError, ValueError) as error:
            raise self._obituary() from error
        except TypeError:
            raise
        except BaseException:
            self.close()
            raise

    def _obituary(self) -> ChildError:
        process = self._process
        code = None
        if process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = process.wait(5)
        log = self._log.read_bytes()[-4000:].decode(errors="replace") if self._log.exists() else ""
        self.close()
        last = without_paths(log.strip()).splitlines()[-1:] or [""]
        if "--memory" in self._options and (code in (-9, -6, -11) or "MemoryError" in log):
            return ChildError(
                "This needed more memory than it may have and was ended.",
                "Use a smaller file or model.",
            )
        match code:
            case -9:
                why = "was killed, perhaps out of memory"
            case int() if code < 0:
                why = f"crashed ({signal.Signals(-code).name})"
            case _:
                why = f"ended (status {code}{': ' + last[0] if last[0] else ''})"
        return ChildError(f"The helper process {why}.", "Try again; it is started anew.")


class _Pipe:
    """Messages over a pair of pipes, each read and write with a deadline."""

    def __init__(self, writer: IO[bytes], reader: IO[bytes]) -> None:
        self._out = writer.fileno()
        self._in = reader.fileno()
        os.set_blocking(self._out, False)

    def write(self, message: list[bytes | memoryview], until: float) -> None:
        for piece in message:
            view = memoryview(piece).cast("B")
            while view:
                _await(self._out, selectors.EVENT_WRITE, until)
                with contextlib.suppress(BlockingIOError):
                    view = view[os.write(self._out, view) :]

    def read(self, until: float) -> Any:
        header, body = wire.sizes(self._exactly(wire.PREFIX.size, until))
        return wire.decode(self._exactly(header, until), memoryview(self._exactly(body, until)))

    def _exactly(self, size: int, until: float) -> bytearray:
        data = bytearray(size)
        view = memoryview(data)
        while view:
            _await(self._in, selectors.EVENT_READ, until)
            count = os.readv(self._in, [view])
            if not count:
                raise EOFError("the child closed its pipe")
            view = view[count:]
        return data


def _await(fd: int, event: int, until: float) -> None:
    # poll, not select: a server with many connections has file descriptors beyond 1024
    with selectors.PollSelector() as poll:
        poll.register(fd, event)
        if not poll.select(max(0.0, until - monotonic())):
            raise TimeoutError


def _lane(verb: str) -> str:
    return "quick" if verb.partition(".")[0] in QUICK else "slow"


_CHILDREN = {
    "quick": Child("quick", ["--warm", "keras_model"]),
    "slow": Child("slow", ["--warm", "loading,predict_image,evaluation"]),
}
