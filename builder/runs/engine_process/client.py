"""Call engine functions in warm child processes, so that the caller never imports Keras.

    client.call("keras_model.summary", model)  # engine/build/keras_model.py, answered by a child

Two children share the work: one for quick calls (every edit of every person waits for it), one
for calls that load data or files and may take seconds. ``call_guarded`` uses a fresh child under a
memory limit, for files nobody vouches for; ``call_apart`` one for work that takes long.
"""

from __future__ import annotations

import atexit
import contextlib
import tempfile
import threading
from pathlib import Path
from typing import Any

from builder.errors import LayerwiseError
from builder.runs.disk import workspace
from builder.runs.engine_process import child_process, confinement, process_policy

QUICK = frozenset({"keras_model", "learning_rate_curve"})
"""Engine modules served by the quick child; all others go to the other one."""

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
        policy = process_policy.guarded_policy(folder, reads, writes)
        options = ["--memory", str(memory_bytes), *(["--light"] if light else [])]
        with contextlib.closing(
            child_process.Child("guarded", options, lambda: policy)
        ) as one_shot:
            return one_shot.call(verb, args, kwargs, timeout)


def call_online(
    verb: str, *args: Any, writes: tuple[Path, ...] = (), timeout: float = 60, **kwargs: Any
) -> Any:
    """``call`` for what Keras has to download: in a child of its own with a network, which writes
    into Keras's folder and ``writes``."""
    policy = process_policy.network_policy(*writes)
    with contextlib.closing(child_process.Child("online", [], lambda: policy)) as one_shot:
        return one_shot.call(verb, args, kwargs, timeout)


def call_apart(verb: str, *args: Any, timeout: float = 60, **kwargs: Any) -> Any:
    """``call`` for long work without Keras: in a child of its own, so that nobody waits for it."""
    with contextlib.closing(child_process.Child("apart", ["--light"])) as one_shot:
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


def _lane(verb: str) -> str:
    return "quick" if verb.partition(".")[0] in QUICK else "slow"


_CHILDREN = {
    "quick": child_process.Child("quick", ["--warm", "keras_model"]),
    "slow": child_process.Child("slow", ["--warm", "loading,predict_image,evaluation"]),
}
