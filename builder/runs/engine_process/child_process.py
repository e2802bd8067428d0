"""A helper process that answers calls over its standard input and output."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import IO, Any

from builder.errors import ChildError, without_paths
from builder.runs.disk import workspace
from builder.runs.engine_process import process_policy, wire
from builder.runs.engine_process.confinement import Policy

START_SECONDS = 120.0
"""How long a child may take to import Keras; 3 to 4 s on an idle machine."""


class Child:
    """One helper process, started when first needed and again after it died.

    Args:
        name: for its log file and messages.
        options: command-line arguments of ``builder.runs.engine_process.server``.
        policy: what it may do, asked for at each start.
    """

    def __init__(
        self,
        name: str,
        options: list[str],
        policy: Callable[[], Policy] = process_policy.reading_policy,
    ) -> None:
        self.name = name
        self._options = options
        self._policy = policy
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._ready = False
        self._log: Path | None = None

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
        policy = self._policy()
        homes = {"KERAS_HOME": policy.folder} if policy.folder else {}
        self._log = Path(policy.folder or workspace.folder("logs")) / f"child-{self.name}.log"
        with workspace.open_for_writing(self._log, "wb") as log:
            return subprocess.Popen(
                process_policy.command("engine_process.server", *self._options, policy=policy),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                bufsize=0,
                env=process_policy.environment(network=policy.network, **homes),
            )

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
        log = ""
        if self._log and self._log.exists():
            log = self._log.read_bytes()[-4000:].decode(errors="replace")
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
