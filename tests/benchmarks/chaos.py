"""Kills workers and servers at random moments, and compares what comes out with an undisturbed run.

    python -m tests.benchmarks.chaos [--kills 50] [--seed 0] [--damage] [--servers 2] [--clock LIB]

Two trainings (dropout, a learning rate that follows a plateau, early stopping's patience) are kept
going by a server process in a workspace of their own; ``kill -9`` strikes a worker, the server or
both, while they start, train, save and end. Whenever one finishes, its numbers must be those of
the undisturbed run, every batch and epoch of it once, and another one begins. With ``--damage`` a
file of a run is damaged before every kill: one of its snapshots or the copy of its row is cut in
half, emptied, removed, or has a byte flipped. With ``--clock`` the clock of all processes leaps
by a day or back before every kill; ``LIB`` is ``libfaketime.so.1`` of ``pip install libfaketime``.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import psutil
from numpy.typing import NDArray

from builder.facts import SNAPSHOTS
from builder.runs.engine_process import process_policy
from builder.runs.scheduler import jobs
from builder.runs.store import database, metric_rows, run_store
from builder.runs.store.run_copies import COPY
from builder.spec import Config, ObjectSpec, TrainingSpec, chain
from tests.damage import DAMAGES

SERVER = (
    "from builder.runs.scheduler import dispatch, worker_pool; import time;"
    "from builder.runs.engine_process import process_policy as policy;"
    "policy.PREFIXES += ('FAKETIME_',);"
    "worker_pool.keep_spares(); worker_pool.refill(); dispatch.watch(); time.sleep(1e6)"
)
"""All that a server does for runs: it keeps spare workers and sweeps every second."""

WAIT_SECONDS = (0.1, 6.0)
"""Between two kills."""

PATIENCE_SECONDS = 300.0
"""How long nothing may finish after the last kill."""


def training(epochs: int) -> TrainingSpec:
    """Everything that has a memory: dropout, Adam, two callbacks."""
    return TrainingSpec(
        chain(
            "chaos",
            ObjectSpec("InputLayer", Config(shape=(2,))),
            ObjectSpec("Dense", Config(units=32, activation="relu")),
            ObjectSpec("Dropout", Config(rate=0.2)),
            ObjectSpec("Dense", Config(units=1, activation="sigmoid")),
        ),
        ObjectSpec("Xor"),
        compile=Config(
            optimizer=ObjectSpec("Adam"),
            loss=ObjectSpec("BinaryCrossentropy"),
            metrics=(ObjectSpec("accuracy"),),
        ),
        fit=Config(
            epochs=epochs,
            validation_split=0.2,
            callbacks=(
                ObjectSpec("ReduceLROnPlateau", Config(patience=40)),
                ObjectSpec("EarlyStopping", Config(patience=10 * epochs)),
            ),
        ),
        seed=3,
    )


class Chaos:
    """A server, its runs, and someone who kills.

    Args:
        epochs: of each run; some ten milliseconds each.
        seed: of the kills: whom and when.
        damage: whether files of the runs are damaged, too.
        servers: how many serve the one workspace.
        clock: the file that says by how much the processes' clock is wrong.
    """

    def __init__(
        self,
        epochs: int,
        seed: int,
        damage: bool = False,
        servers: int = 1,
        clock: Path | None = None,
    ) -> None:
        self._clock = clock
        self._training = training(epochs)
        self._chance = random.Random(seed)
        self._damages = damage
        self._servers: list[subprocess.Popen[bytes]] = []
        self.kills: Counter[str] = Counter()
        self.damaged: Counter[str] = Counter()
        self.remarks = 0
        self.finished = self.clicks = 0
        self._going: set[str] = set()
        for _ in range(servers):
            self._start()
        reference = self._add()
        self._wait(reference)
        self._truth = numbers(reference)

    def run(self, kills: int) -> None:
        """Kills so often, then lets all end; AssertionError when a number differs or is lost."""
        while sum(self.kills.values()) < kills:
            while len(self._going) < 2:
                self._going.add(self._add())
            time.sleep(self._chance.uniform(*WAIT_SECONDS))
            if self._damages:
                self._damage()
            if self._clock:
                self._clock.write_text(self._chance.choice(("+1d", "-1d", "+0")))
            self._kill()
            self._collect()
        until = time.monotonic() + PATIENCE_SECONDS
        while self._going:
            assert time.monotonic() < until, [dict(run_store.row(r)) for r in self._going]
            time.sleep(0.1)
            self._collect()

    def close(self) -> None:
        """Ends the server and what it left."""
        for server in self._servers:
            server.kill()
            server.wait()
        for row in run_store.by_status("running"):
            kill_worker(row)

    def _start(self) -> None:
        command = [sys.executable, "-c", SERVER]
        self._servers.append(
            subprocess.Popen(
                command, env=os.environ | process_policy.environment(), start_new_session=True
            )
        )

    def _add(self) -> str:
        return run_store.add(self._training, None, "chaos", None, None)

    def _wait(self, run: str) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while not jobs.progress(run).ended:
            assert time.monotonic() < until
            time.sleep(0.1)

    def _kill(self) -> None:
        whom = self._chance.choice(("worker", "worker", "worker", "server", "both"))
        going = run_store.by_status("running")
        if whom != "server" and not (going and kill_worker(self._chance.choice(going))):
            return  # it was dead already, and nobody has noticed yet
        if whom != "worker":
            server = self._servers.pop(self._chance.randrange(len(self._servers)))
            os.kill(server.pid, signal.SIGKILL)
            server.wait()
            self._start()
        self.kills[whom] += 1

    def _damage(self) -> None:
        run = self._chance.choice(sorted(self._going))
        damage_one(jobs.folder(run), self._chance, self.damaged)

    def _collect(self) -> None:
        """What has ended must be right; what was given up goes on by one click."""
        for run in list(self._going):
            row = run_store.row(run)
            if row["status"] == "interrupted":
                assert "was ended from outside" in row["error"]
                assert run_store.resume(run)
                self.clicks += 1
            elif row["status"] not in ("queued", "running"):
                assert row["status"] == "finished", (row["status"], row["error"])
                same(self._truth, numbers(run))
                self.remarks += len(row["remarks"].splitlines())
                self._going.remove(run)
                self.finished += 1


def damage_one(folder: Path, chance: random.Random, damaged: Counter[str]) -> None:
    """Damages one file that a run in that folder needs, if there is one, in one of the ways."""
    paths = [folder / name for name in (*SNAPSHOTS, COPY)]
    files = [path for path in paths if path.exists() and path.stat().st_size]
    how = chance.choice(sorted(DAMAGES))
    if files:
        with contextlib.suppress(FileNotFoundError):  # it was just replaced
            DAMAGES[how](chance.choice(files))
            damaged[how] += 1


def kill_worker(row: Mapping[str, Any]) -> bool:
    """``kill -9``; whether there was anyone to kill."""
    try:
        worker = psutil.Process(row["pid"])
        if (
            worker.status() == psutil.STATUS_ZOMBIE
            or "builder.runs.scheduler.worker" not in worker.cmdline()
        ):
            return False
        worker.kill()
    except psutil.Error:
        return False
    return True


def numbers(run: str) -> dict[str, Any]:
    """Everything a run left: each batch, each epoch, the test, the weights."""
    chunks = database.database().all("SELECT * FROM chunks WHERE run = ? ORDER BY seq", run)
    steps = [c["step0"] + i for c in chunks for i in range(c["n"])]
    assert steps == list(range(len(steps))), "each step once and in order"
    (names,) = {c["names"] for c in chunks}
    lines = database.database().all("SELECT epoch FROM epochs WHERE run = ? ORDER BY seq", run)
    assert [line["epoch"] for line in lines] == list(range(1, len(lines) + 1))
    return {
        "batches": names + str(len(steps)) + b"".join(c["data"] for c in chunks).hex(),
        "epochs": metric_rows.history(run),
        "result": jobs.result(run)["history"],
        "test": jobs.result(run)["test"],
        "best": run_store.row(run)["best"],
        "weights": weights(run),
    }


def weights(run: str) -> dict[str, NDArray[Any]]:
    """The trained model's arrays by their path in the file."""
    found: dict[str, NDArray[Any]] = {}

    def keep(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            found[name] = np.asarray(item)

    with zipfile.ZipFile(jobs.artefact(run)) as archive:
        h5py.File(BytesIO(archive.read("model.weights.h5")), "r").visititems(keep)
    return found


def same(truth: dict[str, Any], found: dict[str, Any]) -> None:
    """AssertionError naming what differs."""
    for name in truth.keys() - {"weights"}:
        assert found[name] == truth[name], f"{name} differ"
    assert found["weights"].keys() == truth["weights"].keys()
    for name, array in truth["weights"].items():
        np.testing.assert_array_equal(found["weights"][name], array, err_msg=name)


def main() -> None:
    """Prints how many kills the runs survived."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--kills", type=int, default=50)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--epochs", type=int, default=300)
    options.add_argument("--damage", action="store_true")
    options.add_argument("--servers", type=int, default=1)
    options.add_argument("--clock", metavar="LIB")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        os.environ |= {"LAYERWISE_HOME": home, "LAYERWISE_MAX_RUNS": "2"}
        clock = Path(home) / "clock" if given.clock else None
        if clock:
            clock.write_text("+0")
            os.environ |= {"LD_PRELOAD": given.clock, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
            os.environ |= {"FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_CACHE_DURATION": "1"}
        began = time.monotonic()
        chaos = Chaos(given.epochs, given.seed, given.damage, given.servers, clock)
        try:
            chaos.run(given.kills)
        finally:
            chaos.close()
            database.close()
        kinds = ", ".join(f"{n} of {whom}" for whom, n in sorted(chaos.kills.items()))
        print(
            f"{sum(chaos.kills.values())} kills ({kinds}) in {time.monotonic() - began:.0f} s:"
            f" {chaos.finished} runs finished, each equal to the undisturbed one, bit for bit;"
            f" {chaos.clicks} times a person had to click Resume."
        )
        if given.damage:
            kinds = ", ".join(f"{n} {how}" for how, n in sorted(chaos.damaged.items()))
            print(
                f"{sum(chaos.damaged.values())} files damaged ({kinds}); {chaos.remarks} remarks."
            )


if __name__ == "__main__":
    main()
