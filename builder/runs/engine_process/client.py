"""Call engine functions in warm child processes, so that the caller never imports Keras.

    client.call("keras_model.summary", model)  # engine/build/keras_model.py, answered by a child

Two children share the work: one for quick calls (every edit of every person waits for it), one
for calls that load data or files and may take seconds. ``call_guarded`` uses a fresh child under a
memory limit, for files nobody vouches for; ``call_apart`` one for work that takes long.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import selectors
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import IO, Any

import builder
from builder.datasets import _folders
from builder.errors import ChildError, LayerwiseError, without_paths
from builder.runs.disk import workspace
from builder.runs.engine_process import confinement, wire
from builder.runs.engine_process.confinement import Policy

QUICK = frozenset({"keras_model", "learning_rate_curve"})
"""Engine modules served by the quick child; all others go to the other one."""

START_SECONDS = 120.0
"""How long a child may take to import Keras; 3 to 4 s on an idle machine."""

PASSED = frozenset(
    (
        *("HOME", "LANG", "LANGUAGE", "LOGNAME", "PATH", "TMPDIR", "TZ", "USER", "VIRTUAL_ENV"),
        *("DYLD_LIBRARY_PATH", "KERAS_HOME", "LD_LIBRARY_PATH", "LD_PRELOAD", "XDG_DATA_HOME"),
    )
)
"""Variables of the server's environment that its processes get, by name …"""

PREFIXES = (
    *("CUDA_", "GLIBC_", "KMP_", "LAYERWISE_", "LC_", "MALLOC_", "MKL_", "NUMEXPR_", "NVIDIA_"),
    *("OMP_", "OPENBLAS_", "PYTHON", "ROCM_", "XLA_"),
    # TensorFlow's; others that begin with TF_ are Terraform's, and may be secret
    *("TF_CPP_", "TF_CUDNN_", "TF_DETERMINISTIC_", "TF_DISABLE_", "TF_ENABLE_", "TF_FORCE_"),
    *("TF_GPU_", "TF_NUM_", "TF_USE_", "TF_XLA_"),
)
"""… and by the beginning of it."""

CERTIFICATES = ("SSL_CERT_DIR", "SSL_CERT_FILE")

NETWORK_PASSED = frozenset(
    (
        *("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"),
        *("all_proxy", "http_proxy", "https_proxy", "no_proxy", *CERTIFICATES),
    )
)
"""What says how the network is reached; a proxy's address may hold a password."""

PLACES = ("KERAS_HOME", "LAYERWISE_DATA")

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
    reads: tuple[Path, ...] = (),
    writes: tuple[Path, ...] = (),
    memory_bytes: int = DEFAULT_MEMORY,
    timeout: float = 60,
    light: bool = False,
    **kwargs: Any,
) -> Any:
    """``call`` for untrusted files: in a child of its own that may take ``memory_bytes`` beyond
    what Keras needs, ``timeout`` seconds, and an empty temporary folder to write in.

    Args:
        reads, writes: all it may read and write beside that folder; the workspace is not.
        light: the call needs no Keras, and the child, which does not import it, starts at once.
    """
    with tempfile.TemporaryDirectory(prefix="layerwise-") as folder:
        policy = Policy(reads=_texts(reads), writes=_texts(writes), folder=folder)
        options = ["--memory", str(memory_bytes), *(["--light"] if light else [])]
        with contextlib.closing(Child("guarded", options, lambda: policy)) as one_shot:
            return one_shot.call(verb, args, kwargs, timeout)


def call_online(
    verb: str, *args: Any, writes: tuple[Path, ...] = (), timeout: float = 60, **kwargs: Any
) -> Any:
    """``call`` for what Keras has to download: in a child of its own with a network, which writes
    into Keras's folder and ``writes``."""
    policy = network_policy(*writes)
    with contextlib.closing(Child("online", [], lambda: policy)) as one_shot:
        return one_shot.call(verb, args, kwargs, timeout)


def call_apart(verb: str, *args: Any, timeout: float = 60, **kwargs: Any) -> Any:
    """``call`` for long work without Keras: in a child of its own, so that nobody waits for it."""
    with contextlib.closing(Child("apart", ["--light"])) as one_shot:
        return one_shot.call(verb, args, kwargs, timeout)


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
    with contextlib.suppress(OSError, LayerwiseError):
        confinement.remove_left(workspace.home() / "tmp")


def environment(*, network: bool = False, **more: str) -> dict[str, str]:
    """The environment of our Python processes: they find ``builder`` and keep quiet.

    Of the server's own only what they need is passed on, so that no secret in it is; places are
    told from the root, for they work elsewhere. Large arrays lie in huge pages, which only glibc
    offers: looking their places up takes less.

    Args:
        network: with what says how the network is reached.
    """
    names = {*PASSED, *(NETWORK_PASSED if network else ())}
    kept = {k: v for k, v in os.environ.items() if k in names or k.startswith(PREFIXES)}
    kept |= {k: str(Path(kept[k]).expanduser().resolve()) for k in PLACES if kept.get(k)}
    kept["LAYERWISE_HOME"] = str(workspace.home().resolve())
    root = str(Path(builder.__file__).parent.parent)
    paths = (root, *filter(None, kept.get("PYTHONPATH", "").split(os.pathsep)))
    path = os.pathsep.join(str(Path(p).resolve()) for p in paths)
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow", "PYTHONPATH": path}
    pages = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
    return {**pages, **kept, **quiet, "PYTHONUNBUFFERED": "1", **more}


def command(module: str, *arguments: str, policy: Policy) -> list[str]:
    """The command line of one of our modules under that policy."""
    return confinement.command(policy, f"builder.runs.{module}", *arguments)


def reading_policy() -> Policy:
    """Of a child that reads the workspace and Keras's folder, and writes nothing."""
    return _policy(reads=(workspace.home(), *workspace.linked_folders()))


def writing_policy() -> Policy:
    """Of a process that trains, and keeps what comes of it in the workspace."""
    return _policy(writes=(workspace.home(), *workspace.linked_folders()))


def network_policy(*writes: Path) -> Policy:
    """Of a process that downloads into Keras's folder; ``writes`` are its other places."""
    keras_folder = workspace.keras_home()
    with contextlib.suppress(OSError):  # else Keras says what it could not do
        keras_folder.mkdir(parents=True, exist_ok=True)
    known = tuple(Path(os.environ[k]) for k in CERTIFICATES if os.environ.get(k))
    return _policy(known, (keras_folder, *writes), network=True)


def _policy(
    reads: tuple[Path, ...] = (), writes: tuple[Path, ...] = (), network: bool = False
) -> Policy:
    places = (_folders.datasets(), workspace.keras_home(), *reads)
    tmp = str(workspace.folder("tmp").resolve())
    return Policy(tmp, _texts(places), _texts(writes), network)


def _texts(places: tuple[Path, ...]) -> tuple[str, ...]:
    return tuple(str(place.resolve()) for place in places)


class Child:
    """One helper process, started when first needed and again after it died.

    Args:
        name: for its log file and messages.
        options: command-line arguments of ``builder.runs.engine_process.server``.
        policy: what it may do, asked for at each start.
    """

    def __init__(
        self, name: str, options: list[str], policy: Callable[[], Policy] = reading_policy
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
                command("engine_process.server", *self._options, policy=policy),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                bufsize=0,
                env=environment(network=policy.network, **homes),
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


def _lane(verb: str) -> str:
    return "quick" if verb.partition(".")[0] in QUICK else "slow"


_CHILDREN = {
    "quick": Child("quick", ["--warm", "keras_model"]),
    "slow": Child("slow", ["--warm", "loading,predict_image,evaluation"]),
}
