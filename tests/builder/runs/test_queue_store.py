"""The queue in its real file: whatever people and crashes do, no run is lost or trained twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from builder.errors import TrainingError
from builder.runs.engine_process import process_policy
from builder.runs.queries import chart_rows
from builder.runs.scheduler import dispatch, recovery, run_queue
from builder.runs.store import database, housekeeping, run_store, worker_rows
from builder.spec import TrainingSpec
from tests.builder.runs.conftest import tiny

SPEC = tiny()
PEOPLE = {"algebra": "anna", "biology": "anna", "chess": "bert"}


class Queue(RuleBasedStateMachine):
    """People press buttons, a server gives runs to workers that exist only as numbers, workers
    end and die; beside the store, what must be true of each run."""

    runs = Bundle("runs")

    def __init__(self) -> None:
        super().__init__()
        self._before = {k: os.environ.get(k) for k in ("LAYERWISE_HOME", "LAYERWISE_MAX_RUNS")}
        self._folder = TemporaryDirectory()
        os.environ |= {"LAYERWISE_HOME": self._folder.name, "LAYERWISE_MAX_RUNS": "2"}
        self.workers: dict[str, int] = {}
        self.ended: dict[str, str] = {}
        self.steps: dict[str, int] = {}
        self.paused: set[str] = set()
        self.pid = 1000

    def teardown(self) -> None:
        self._drain()
        database.close()
        for key, value in self._before.items():
            os.environ.pop(key) if value is None else os.environ.__setitem__(key, value)
        self._folder.cleanup()

    @rule(target=runs, project=st.sampled_from(sorted(PEOPLE)))
    def arrive(self, project: str) -> str:
        run = run_store.add(SPEC, project, PEOPLE[project], None, None)
        self.steps[run] = 0
        return run

    @rule()
    def give(self) -> None:
        self._give()

    @rule(chance=st.randoms(use_true_random=False))
    def train(self, chance: object) -> None:
        """A worker comes further and saves what it has; it does what it is told."""
        for run, pid in self._some(chance):
            worker_rows.accept(run, {})
            if (order := worker_rows.read_order(run, pid)) == "pause":
                assert run_store.end(run, pid, "paused", None)
                self.paused.add(run)
                del self.workers[run]
            elif order == "stop":
                self._end(run, "stopped")
            else:
                self.steps[run] += 1
                worker_rows.write_snapshot_step(run, self.steps[run])

    @rule(chance=st.randoms(use_true_random=False))
    def finish(self, chance: object) -> None:
        for run, _ in self._some(chance):
            self._end(run, "finished")

    @rule(chance=st.randoms(use_true_random=False))
    def die(self, chance: object) -> None:
        for run, pid in self._some(chance):
            row = run_store.row(run)
            recovery.recover(row)
            assert not run_store.end(run, pid, "finished", None), "a dead worker ends nothing"
            del self.workers[run]
            status = run_store.row(run)["status"]
            if status == "paused":
                self.paused.add(run)
            elif status != "queued":
                self.ended[run] = status
            if chance.random() < 0.5:  # type: ignore[attr-defined]
                self._give()
            recovery.recover(row)  # a second server saw it, too, and comes late

    @rule(run=runs)
    def stop(self, run: str) -> None:
        run_store.order_stop(run)
        if run_store.row(run)["status"] == "stopped" and run not in self.ended:
            self.ended[run] = "stopped"
        if run_store.row(run)["status"] != "paused":
            self.paused.discard(run)

    @rule(run=runs)
    def pause(self, run: str) -> None:
        run_store.order_pause(run)
        if run_store.row(run)["status"] == "paused":
            self.paused.add(run)

    @rule(run=runs)
    def resume(self, run: str) -> None:
        run_store.resume(run)
        if run_store.row(run)["status"] == "queued":
            self.paused.discard(run)
            self.ended.pop(run, None)

    @rule(run=runs)
    def first(self, run: str) -> None:
        run_queue.move_first(run)

    @rule(run=runs, other=runs)
    def move(self, run: str, other: str) -> None:
        run_queue.move_before(run, other)
        order = run_queue.queue_order()
        mine = [r for r in order if run_store.row(r)["project"] == run_store.row(run)["project"]]
        urgent = {r for r in mine if run_store.row(r)["tries"] or run_store.row(r)["orders"]}
        if run != other and {run, other} <= set(mine) - urgent:
            assert mine.index(run) + 1 == mine.index(other)

    @rule(run=runs, by=st.sampled_from([-1, 1]))
    def shift(self, run: str, by: int) -> None:
        mine = [
            r
            for r in run_queue.queue_order()
            if run_store.row(r)["project"] == run_store.row(run)["project"]
        ]
        run_queue.move_by(run, by)
        after = [r for r in run_queue.queue_order() if r in mine]
        assert [r for r in after if r != run] == [r for r in mine if r != run]

    @invariant()
    def each_run_is_where_it_must_be(self) -> None:
        rows = {r["id"]: r for r in database.database().all("SELECT * FROM runs")}
        assert set(rows) == set(self.steps), "none is lost"
        for run, row in rows.items():
            where = [
                run in self.workers, run in self.ended, run in self.paused,
                row["status"] == "queued",
            ]  # fmt: skip
            assert sum(where) == 1, (row["status"], where)
            assert (row["status"] == "running") == (run in self.workers)
            assert row["pid"] == self.workers.get(run, row["pid"])
        assert len(self.workers) <= 2
        assert sorted(run_queue.queue_order()) == sorted(
            r for r in rows if rows[r]["status"] == "queued"
        )

    def _give(self) -> None:
        while run := run_queue.choose_next():
            assert run not in self.workers, "no run is given twice"
            going = [run_store.row(r)["project"] for r in self.workers]
            row = run_store.row(run)
            if not (row["tries"] or row["orders"]):
                others = {r["project"] for r in run_store.by_status("queued")}
                assert going.count(row["project"]) == min(going.count(p) for p in others)
            self.pid += 1
            assert run_store.claim(run, self.pid, 0.0, run_queue.max_runs())
            assert not run_store.claim(run, self.pid + 1, 0.0, 99)
            self.workers[run] = self.pid

    def _some(self, chance: object) -> list[tuple[str, int]]:
        going = list(self.workers.items())  # by the order of claims: ids are chance
        return going[: chance.randint(0, len(going))]  # type: ignore[attr-defined]

    def _end(self, run: str, status: str) -> None:
        assert run_store.end(run, self.workers.pop(run), status, None)
        self.ended[run] = status

    def _drain(self) -> None:
        """In the end everything that waits gets its turn."""
        for run in list(self.paused):
            self.resume(run)
        for _ in range(len(self.steps) + 1):
            self._give()
            for run in list(self.workers):
                self._end(run, "finished")
        assert not run_store.by_status("queued", "running")
        assert set(self.ended) == set(self.steps)


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """The tests' common store is opened anew afterwards; its sweep sees nothing of this one."""
    with dispatch._lock:
        database.close()
        yield
        database.close()


TestQueue = pytest.mark.usefixtures("alone")(Queue.TestCase)
TestQueue.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    suppress_health_check=list(HealthCheck),
)


CLAIMER = """
import sys
from builder.runs.store import run_store
for line in sys.stdin:
    won = [r for r in line.split() if run_store.claim(r, int(sys.argv[1]), 1.0, 99)]
    print(*won, flush=True)
"""


def test_two_servers_on_one_workspace_never_take_the_same_run(own_home: Path) -> None:
    runs = [run_store.add(SPEC, None, "anna", None, None) for _ in range(60)]
    command = [sys.executable, "-c", CLAIMER]
    servers = [
        subprocess.Popen(
            [*command, str(pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=process_policy.environment(),
            text=True,
        )
        for pid in (1001, 1002)
    ]
    for server in servers:  # both are there before either begins
        assert server.stdin
        server.stdin.write("\n")
        server.stdin.flush()
        assert server.stdout and server.stdout.readline() == "\n"
    for server in servers:
        assert server.stdin
        server.stdin.write(" ".join(runs) + "\n")
        server.stdin.flush()
    won = [set(server.communicate()[0].split()) for server in servers]
    assert not won[0] & won[1]
    assert won[0] | won[1] == set(runs)
    by_pid = {
        pid: {r["id"] for r in run_store.by_status("running") if r["pid"] == pid}
        for pid in (1001, 1002)
    }
    assert list(by_pid.values()) == won


def test_the_place_in_the_queue_is_told_and_can_be_changed(
    own_home: Path, training: TrainingSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERWISE_MAX_RUNS", "1")
    going, a, b, c = (run_store.add(training, "algebra", "anna", None, None) for _ in range(4))
    other = run_store.add(training, "chess", "bert", None, None)
    assert run_store.claim(going, 1000, 1.0, 1)
    assert run_queue.queue_order() == [other, a, b, c]
    run_queue.move_first(c)
    assert run_queue.queue_order() == [other, c, a, b]
    run_queue.move_before(a, before=None)
    assert run_queue.queue_order() == [other, c, b, a]
    run_queue.move_before(a, before=b)
    assert run_queue.queue_order() == [other, c, a, b]
    later = run_store.add(training, "algebra", "anna", None, None)
    assert run_queue.queue_order() == [other, c, a, b, later]
    seen = run_queue.progress(run_store.row(a))
    assert (seen.position, seen.starts_seconds) == (3, None)
    worker_rows.write_plan(going, 100, 10)
    database.database().change(
        "UPDATE runs SET step = 500, first_step = 0, first_time = 10, last_time = 15 WHERE id = ?",
        going,
    )
    # 5 s to go; each that waits is taken to last the 10 s this one takes
    assert run_queue.progress(run_store.row(a)).starts_seconds == pytest.approx(25)
    assert chart_rows.read_rows(other)["progress"]["position"] == 1
    with pytest.raises(TrainingError, match="still going"):
        housekeeping.delete(a)


def test_setting_the_clock_back_starves_nobody(
    own_home: Path, training: TrainingSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERWISE_MAX_RUNS", "1")
    for project in ("algebra", "chess"):
        for _ in range(3):
            run_store.add(training, project, project, None, None)
    turns = []
    for pid in range(1000, 1006):
        run = run_queue.choose_next()
        assert run
        turns.append(run_store.row(run)["project"])
        assert run_store.claim(run, pid, 1.0, 1)
        # the first one ends in the year 2100
        run_store.end(run, pid, "finished", None, at=4.1e9 if pid == 1000 else None)
    assert sorted(turns[:2]) == sorted(turns[2:4]) == ["algebra", "chess"]
