"""Pool of warm worker processes, which have TensorFlow loaded and wait for a run.

TensorFlow's threads are set before it begins, so a spare is of one kind: for runs that want one
thread, or for those that want all cores (0).
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import threading
from collections import deque
from typing import Any

from builder import document
from builder.errors import LayerwiseError
from builder.runs.disk import workspace
from builder.runs.engine_process import process_policy
from builder.spec import ObjectSpec

SPARE_BYTES = 1.5 * 2**30
"""Free memory below which no spare worker waits: it takes about 0.6 GB for comfort only."""

REFILL_SECONDS = 4.0
"""How long a run has the processors to itself before the next spare starts."""

BUSY_SECONDS = 1.0
"""How often it is looked whether a processor is free for the next spare."""

FIRST_KIND = 1
"""The threads of the first spare: what the starters want that people meet first."""

Worker = subprocess.Popen[bytes]

spares: dict[int, Worker] = {}
"""The waiting spares by their threads."""

_lock = threading.RLock()
_keep = False
_looks: threading.Timer | None = None
_workers: list[Worker] = []
_kinds: deque[int] = deque([FIRST_KIND])
"""The kinds asked for so far, the last one first."""
_datasets: deque[ObjectSpec] = deque(maxlen=3)


def keep_spares() -> None:
    """From now on spares are wanted; ``refill`` starts them."""
    global _keep  # noqa: PLW0603
    _keep = True


def refill() -> None:
    """Starts the spare that is wanted, missing and affordable; of several the kind last used, and
    the others later: two that import TensorFlow at once take twice as long."""
    with _lock:
        for threads in [t for t, worker in spares.items() if worker.poll() is not None]:
            del spares[threads]
        wanted = list(_kinds)[: os.cpu_count() or 1] if _keep else []
        missing = [threads for threads in wanted if threads not in spares]
        if missing and _all_busy():
            return _look_again()
        if not missing or not _affordable(missing[0]):
            return
        with contextlib.suppress(OSError, LayerwiseError):
            worker = spares[missing[0]] = _launch(missing[0])
            for dataset in _datasets:
                send_order(worker, dataset=document.encode(dataset))
        if missing[1:]:
            refill_later()


def _all_busy() -> bool:
    """Whether every processor has a run: a spare would take its start from them, and none of them
    leaves room for another run before it ends."""
    going = [w for w in _workers if w.poll() is None and w not in spares.values()]
    return len(going) >= (os.cpu_count() or 1)


def _affordable(threads: int) -> bool:
    """Whether there is memory for one more; for the kind last used, another one makes room."""
    if workspace.memory_bytes() > SPARE_BYTES:
        return True
    if threads != _kinds[0] or not spares:
        return False
    while spares:
        _end(spares.popitem()[1])
    return True


def _look_again() -> None:
    """Refills in a moment, unless that is about to happen anyway."""
    global _looks  # noqa: PLW0603
    if _looks and _looks.is_alive() and _looks is not threading.current_thread():
        return
    _looks = threading.Timer(BUSY_SECONDS, refill)
    _looks.daemon = True
    _looks.start()


def refill_later() -> None:
    """Refills when the run that just began has had the processors to itself for a while."""
    if _keep:
        timer = threading.Timer(REFILL_SECONDS, refill)
        timer.daemon = True
        timer.start()


def take(threads: int) -> Worker:
    """A worker with so many threads, no spare any more; give it ``give_back`` if it is not needed.

    Raises:
        OSError: no process can be made now.
        FileError: no log file can be written.
    """
    with _lock:
        if threads in _kinds:
            _kinds.remove(threads)
        _kinds.appendleft(threads)
        worker = spares.pop(threads, None)
        return worker if worker and worker.poll() is None else _launch(threads)


def give_back(threads: int, worker: Worker) -> None:
    """Nobody needed it after all."""
    with _lock:
        if threads in spares or not _keep:
            _end(worker)
        else:
            spares[threads] = worker


@atexit.register
def close() -> None:
    """Ends the spares; runs go on."""
    global _keep  # noqa: PLW0603
    with _lock:
        _keep = False
        while spares:
            _end(spares.popitem()[1])


def reap() -> dict[int, int]:
    """Ended workers of this process and what they ended with, each told once."""
    with _lock:
        ended = [worker for worker in _workers if worker.poll() is not None]
        for worker in ended:
            _workers.remove(worker)
            _close(worker)
        return {worker.pid: worker.returncode for worker in ended}


def _launch(threads: int) -> Worker:
    policy = process_policy.writing_policy()
    with open(workspace.folder("logs") / "worker.log", "ab") as log:
        process = subprocess.Popen(
            process_policy.command("scheduler.worker", "--threads", str(threads), policy=policy),
            stdin=subprocess.PIPE,
            bufsize=0,
            stdout=log,
            stderr=log,
            env=process_policy.environment(),
            # its own session: Ctrl-C and the end of the server are not the end of the run
            start_new_session=True,
        )
    _workers.append(process)
    return process


def send_order(worker: Worker, **line: Any) -> None:
    """A line of JSON to a waiting worker; one that just died is found by the next sweep."""
    assert worker.stdin
    with contextlib.suppress(BrokenPipeError):
        worker.stdin.write(json.dumps(line).encode() + b"\n")


def prepare(dataset: ObjectSpec, threads: int | None = None) -> None:
    """The spares load this dataset, because someone may press Train soon.

    Args:
        dataset: one that is there: nothing must be downloaded for it.
        threads: what that run will want, when it is known: a spare of that kind is kept, too.
    """
    with _lock:
        if threads is not None and threads not in _kinds:
            _kinds.append(threads)
            refill_later()
        if dataset in _datasets:
            return
        _datasets.append(dataset)
        for spare in spares.values():
            send_order(spare, dataset=document.encode(dataset))


def _end(process: Worker) -> None:
    _close(process)
    process.kill()
    process.wait()


def _close(process: Worker) -> None:
    if process.stdin:
        with contextlib.suppress(OSError):
            process.stdin.close()
