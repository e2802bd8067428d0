"""Runs as a list: filtered, sorted, a page at a time; quick at ten thousand runs, for it reads no
training and no metrics but the best ones kept with each run. It only reads.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import time
from typing import Any

from builder.runs.scheduler import run_queue
from builder.runs.store import run_store
from builder.runs.store.database import Row, database
from builder.runs.store.progress import Progress
from builder.spec import TrainingSpec

SORTS: Mapping[str, str] = {
    "newest": "r.created DESC",
    "oldest": "r.created",
    "name": "r.name COLLATE NOCASE, r.created DESC",
    "status": "instr('running queued paused interrupted failed stopped finished', r.status),"
    " r.created DESC",
    "longest": "coalesce(r.ended, ?) - r.started DESC, r.created DESC",
    "highest": "json_extract(r.best, ?) DESC NULLS LAST, r.created DESC",
    "lowest": "json_extract(r.best, ?) ASC NULLS LAST, r.created DESC",
}
"""How a list may be ordered; the last two by the best value of a metric."""

COLUMNS = (
    "r.id, r.parent, r.project, r.owner, r.name, r.status, r.error, r.message, r.orders,"
    " r.created, r.started, r.ended, r.epochs, r.steps, r.step, r.first_step, r.first_time,"
    " r.last_time, r.best, r.tags, r.note, r.archived, r.path, r.remarks"
)

BEFORE = """coalesce(
    (SELECT p.id FROM runs p WHERE p.id = r.parent),
    (SELECT p.id FROM runs p WHERE p.project = r.project AND p.created < r.created
     ORDER BY p.created DESC LIMIT 1)
) AS before"""


FOUND = """EXISTS (SELECT 1 FROM (
    SELECT r.name AS value UNION ALL SELECT r.note UNION ALL SELECT value FROM json_each(r.tags)
) WHERE value LIKE ? ESCAPE '\\')"""


@dataclass(frozen=True, slots=True)
class Query:
    """Which runs, in which order.

    Args:
        text: each of its words stands in the name, the note or a tag, in any case of letters.
        statuses: one of these; () is any.
        project, owner: whose; None is anybody's.
        archived: True only those put away, False only the others, None both.
        sort: one of ``SORTS``.
        metric: for ``highest`` and ``lowest``: as Keras's history names it.
        offset, limit: the page.
    """

    text: str = ""
    statuses: tuple[str, ...] = ()
    project: str | None = None
    owner: str | None = None
    archived: bool | None = False
    sort: str = "newest"
    metric: str = ""
    offset: int = 0
    limit: int = 25


@dataclass(frozen=True, slots=True)
class ListedRun:
    """A run as a list shows it.

    Args:
        before: what it is compared with: its parent, else the run before it in its project.
        best: metric → its best value so far.
        path: one sentence: which training loop it took, and why.
        times: ``created``, ``started``, ``ended``: seconds since the epoch.
    """

    id: str
    parent: str | None
    before: str | None
    project: str | None
    name: str
    best: Mapping[str, float]
    tags: tuple[str, ...]
    note: str
    archived: bool
    path: str
    times: Mapping[str, float]
    progress: Progress

    @property
    def status(self) -> str:
        """As ``Progress.status``."""
        return self.progress.status

    def seconds(self, now: float | None = None) -> float | None:
        """How long it trained, or has until now; None when it never began."""
        if "started" not in self.times:
            return None
        end = self.times.get("ended", time() if now is None else now)
        return max(0.0, end - self.times["started"])


def rows(query: Query) -> list[ListedRun]:
    """One page of the list; FileError when the store cannot be read."""
    where, values = _where(query)
    sorted_by: dict[str, list[Any]] = {"longest": [time()]}
    if query.sort in ("highest", "lowest"):
        sorted_by[query.sort] = [f'$."{query.metric}"']
    # first only which ones: what is sorted carries ids, not whole rows
    sql = (
        f"SELECT {COLUMNS}, {BEFORE} FROM runs r JOIN (SELECT r.rowid AS n, row_number()"
        f" OVER (ORDER BY {SORTS[query.sort]}, r.rowid DESC) AS place FROM runs r WHERE {where}"
        " ORDER BY place LIMIT ? OFFSET ?) ON n = r.rowid ORDER BY place"
    )
    order = sorted_by.get(query.sort, [])
    return _to_listed(database().all(sql, *order, *values, query.limit, query.offset))


def count(query: Query) -> int:
    """How many runs the query finds on all its pages."""
    where, values = _where(query)
    return int(database().all(f"SELECT count(*) AS n FROM runs r WHERE {where}", *values)[0]["n"])


def get(run_ids: Sequence[str]) -> list[ListedRun]:
    """These runs, in this order; without those that are not there any more."""
    sql = f"SELECT {COLUMNS}, {BEFORE} FROM runs r WHERE r.id IN (SELECT value FROM json_each(?))"
    by_id = {r.id: r for r in _to_listed(database().all(sql, json.dumps(list(run_ids))))}
    return [by_id[i] for i in run_ids if i in by_id]


def metrics(query: Query) -> list[str]:
    """The metrics these runs have a best value of, those of most runs first."""
    return _most_common(query, "key", "r.best")


def tags(query: Query) -> list[str]:
    """The tags these runs have, those of most runs first."""
    return _most_common(query, "value", "r.tags")


def _most_common(query: Query, part: str, column: str) -> list[str]:
    """Keys or values of a JSON column of these runs, those of most runs first."""
    where, values = _where(query)
    sql = (
        f"SELECT {part} AS word FROM runs r, json_each({column})"
        f" WHERE {where} GROUP BY word ORDER BY count(*) DESC, word"
    )
    return [row["word"] for row in database().all(sql, *values)]


def _where(query: Query) -> tuple[str, list[Any]]:
    conditions: list[tuple[str, Any]] = []
    if query.project is not None:
        conditions.append(("r.project = ?", query.project))
    if query.owner is not None:
        conditions.append(("r.owner = ?", query.owner))
    if query.archived is not None:
        conditions.append(("r.archived = ?", int(query.archived)))
    if query.statuses:
        statuses = json.dumps(query.statuses)
        conditions.append(("r.status IN (SELECT value FROM json_each(?))", statuses))
    for word in query.text.split():
        for sign in "\\%_":
            word = word.replace(sign, f"\\{sign}")
        conditions.append((FOUND, f"%{word}%"))
    sql = " AND ".join(c for c, _ in conditions)
    return sql or "1", [v for _, v in conditions]


def _to_listed(rows: Sequence[Row]) -> list[ListedRun]:
    waits = any(row["status"] == "queued" for row in rows)
    places = {run_id: i + 1 for i, run_id in enumerate(run_queue.queue_order() if waits else ())}
    return [_one(row, places.get(row["id"])) for row in rows]


def _one(row: Row, place: int | None) -> ListedRun:
    return ListedRun(
        id=row["id"],
        parent=row["parent"],
        before=row["before"],
        project=row["project"],
        name=row["name"] or "model",
        best=json.loads(row["best"] or "{}"),
        tags=tuple(json.loads(row["tags"])),
        note=row["note"],
        archived=bool(row["archived"]),
        path=row["path"] or "",
        times={k: row[k] for k in ("created", "started", "ended") if row[k] is not None},
        progress=replace(run_queue.visible_progress(row), position=place),
    )


# --- more of a few runs --------------------------------------------------------------------------


def trainings(run_ids: Iterable[str]) -> dict[str, TrainingSpec]:
    """What these runs were told to train, of those that are there."""
    sql = "SELECT id, training FROM runs WHERE id IN (SELECT value FROM json_each(?))"
    rows = database().all(sql, json.dumps(sorted(set(run_ids))))
    return {row["id"]: run_store.training_of(row["training"]) for row in rows}


def final_values(run_ids: Iterable[str]) -> dict[str, dict[str, float | None]]:
    """Run → the numbers it ended with: the test's as ``test_…``, then its last epoch's."""
    sql = (
        "SELECT r.id, json_extract(r.result, '$.test') AS test, (SELECT metrics FROM epochs e"
        " WHERE e.run = r.id ORDER BY seq DESC LIMIT 1) AS last FROM runs r"
        " WHERE r.id IN (SELECT value FROM json_each(?))"
    )
    finals_by_run: dict[str, dict[str, float | None]] = {}
    for row in database().all(sql, json.dumps(sorted(set(run_ids)))):
        test, last = (json.loads(row[k] or "{}") for k in ("test", "last"))
        finals_by_run[row["id"]] = {f"test_{k}": v for k, v in test.items()} | last
    return finals_by_run


def twins(run_id: str) -> list[str]:
    """The run and all runs of its project and owner that are equal to it but for the seed, oldest
    first; just itself when there is no other."""
    sql = (
        "SELECT r.id FROM runs r JOIN runs a ON a.id = ? WHERE r.project IS a.project"
        " AND r.owner = a.owner AND r.name IS a.name"
        " AND json_remove(r.training, '$.training.seed', '$.title')"
        " = json_remove(a.training, '$.training.seed', '$.title') ORDER BY r.created, r.rowid"
    )
    return [row["id"] for row in database().all(sql, run_id)]


@dataclass(frozen=True, slots=True)
class Spread:
    """How one metric scatters over runs.

    Args:
        deviation: the sample's standard deviation (by n - 1); 0 for a single run.
        runs: how many there are.
    """

    mean: float
    deviation: float
    low: float
    high: float
    runs: int


def spread(finals: Iterable[Mapping[str, float | None]]) -> dict[str, Spread]:
    """Metric → how it scatters over the runs that have a number for it."""
    values: dict[str, list[float]] = {}
    for one in finals:
        for name, value in one.items():
            if value is not None:
                values.setdefault(name, []).append(value)
    return {
        name: Spread(
            statistics.fmean(v),
            statistics.stdev(v) if len(v) > 1 else 0.0,
            min(v),
            max(v),
            len(v),
        )
        for name, v in values.items()
    }
