"""Download Keras's datasets in a process of their own, with progress, cancellable.

    python -m builder.runs.engine_process.downloads CLASS_NAME   # tells its progress on stdout

Keras writes a download where it will look for it next time; broken off, half a file would be
taken for a whole one. So the process downloads into a folder of its own and moves what is whole.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic, time
from typing import IO, Any

from builder.datasets.registry import find_dataset
from builder.errors import DataError, LayerwiseError, without_paths
from builder.runs.disk import workspace
from builder.runs.engine_process import process_policy
from builder.runs.engine_process.server import leave, private_pipes
from builder.spec import ObjectSpec

LEFT_SECONDS = 86_400.0
"""A download folder this old was left by a process that was killed."""

REPORT_SECONDS = 0.2
"""How often a download tells its progress."""


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """How far a download is.

    Args:
        status: ``running``, ``finished``, ``failed`` or ``cancelled``.
        file: being downloaded, "" before.
        done, total: its bytes; total is 0 while the server has not said.
        error: one or two sentences when it failed, with the remedy.
    """

    status: str
    file: str = ""
    done: int = 0
    total: int = 0
    error: str = ""

    @property
    def fraction(self) -> float | None:
        """From 0 to 1; None when the size is not known."""
        return min(1.0, self.done / self.total) if self.total else None


class _Fetch:
    """One download process and what it said last."""

    def __init__(self, class_name: str) -> None:
        self.progress = DownloadProgress("running")
        policy = process_policy.network_policy(workspace.folder("downloads"))
        self._process = subprocess.Popen(
            process_policy.command("engine_process.downloads", class_name, policy=policy),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=process_policy.environment(network=True),
        )
        self._thread = threading.Thread(target=self._listen, name="layerwise-fetch", daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        assert self._process.stdout
        with self._process.stdout as lines:
            for line in lines:
                if self.progress.status == "running":
                    self.progress = replace(self.progress, **json.loads(line))
        self._process.wait()
        if self.progress.status == "running":
            why = "The download's process ended unexpectedly. Try again."
            self.progress = replace(self.progress, status="failed", error=why)

    def cancel(self) -> None:
        if self.progress.status == "running":
            self.progress = replace(self.progress, status="cancelled")
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._thread.join(5)


_fetches: dict[str, _Fetch] = {}
_lock = threading.Lock()


def start_download(dataset: ObjectSpec) -> str:
    """Starts the dataset's download unless it is going on; the name to ask for its progress by.

    Everyone who asks for one dataset shares one download.

    Raises:
        CatalogError: there is no such dataset.
        DataError: the disk is too full.
    """
    find_dataset(dataset.class_name)
    if workspace.free_bytes() < 2 * workspace.NEEDED_BYTES:
        raise DataError("The disk is too full to download a dataset.", "Free some space first.")
    with _lock:
        going = _fetches.get(dataset.class_name)
        if going is None or going.progress.status != "running":
            _fetches[dataset.class_name] = _Fetch(dataset.class_name)
    return dataset.class_name


def download_progress(name: str) -> DownloadProgress | None:
    """How far that download is; None when this server never started it."""
    going = _fetches.get(name)
    return going.progress if going else None


def cancel_download(name: str) -> None:
    """Ends the download; nothing of it stays. Nothing happens when none is going."""
    if going := _fetches.get(name):
        going.cancel()


# --- in the process ------------------------------------------------------------------------------


def main() -> None:
    """Loads the dataset named on the command line, telling progress as JSON lines."""
    # so that a cancelled download still removes its folder
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    _, sink = private_pipes()
    say = _speaker(sink)
    # the parent is gone when nobody reads: then nobody wants the download
    with contextlib.suppress(BrokenPipeError):
        try:
            download(sys.argv[1], say)
            say(status="finished")
        except LayerwiseError as error:
            say(status="failed", error=f"{error.message} {error.hint}".strip())
        except Exception as error:
            reason = without_paths(str(error)).partition("\n")[0] or type(error).__name__
            say(status="failed", error=f"The download broke off: {reason}. Try again later.")


def _speaker(sink: IO[bytes]) -> Callable[..., None]:
    def say(**facts: Any) -> None:
        sink.write(json.dumps(facts).encode() + b"\n")
        sink.flush()

    return say


def download(class_name: str, say: Callable[..., None]) -> None:
    """Loads the dataset with a new folder as Keras's home; what arrived goes to the real one."""
    real = workspace.keras_home() / "datasets"
    downloads = workspace.folder("downloads")
    for left in downloads.iterdir():
        if left.stat().st_mtime < time() - LEFT_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=downloads) as folder:
        staging = Path(folder) / "datasets"
        _mirror(real, staging)
        os.environ["KERAS_HOME"] = folder
        _report(say)
        find_dataset(class_name).load(ObjectSpec(class_name).config)
        say(file="")
        _deliver(staging, real)


def _mirror(real: Path, staging: Path) -> None:
    """What is there already need not be downloaded again."""
    staging.mkdir()
    for path in real.rglob("*"):
        twin = staging / path.relative_to(real)
        twin.mkdir(exist_ok=True) if path.is_dir() else twin.symlink_to(path)


def _deliver(staging: Path, real: Path) -> None:
    for path in staging.rglob("*"):
        if path.is_file() and not path.is_symlink():
            target = real / path.relative_to(staging)
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_name(f".{target.name}.part")
            shutil.move(path, partial)
            os.replace(partial, target)


def _report(say: Callable[..., None]) -> None:
    """Makes Keras's downloader tell us what it tells its progress bar."""
    from keras.src.utils import file_utils

    original = file_utils.urlretrieve

    def urlretrieve(url: str, target: str, hook: Any = None, data: Any = None) -> Any:
        name, last = Path(urllib.parse.urlsplit(url).path).name, 0.0

        def heard(block: int, size: int, total: int) -> None:
            nonlocal last
            if monotonic() - last >= REPORT_SECONDS:
                last = monotonic()
                say(file=name, done=block * size, total=max(0, total))

        # a damaged file that was here already: the new one takes its place when it is whole
        if os.path.islink(target):
            os.unlink(target)
        return original(url, target, heard, data)

    file_utils.urlretrieve = urlretrieve


if __name__ == "__main__":
    main()
    leave()
