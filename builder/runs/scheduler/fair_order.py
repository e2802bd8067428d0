"""Fair order of queued runs between owners and their projects. Pure functions."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NEVER = float("-inf")
"""When something happened that did not."""


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """A run that waits or goes.

    Args:
        id: the run's.
        project: whose queue it stands in.
        owner: whose project that is.
        place: among its project's runs; the least is first. Runs of one place go by id.
        urgent: it had a worker already that was taken from it, or only a moment's work is left.
        since: when it came.
    """

    id: str
    project: str
    owner: str
    place: tuple[float, ...] = (0.0,)
    urgent: bool = False
    since: float = NEVER


def choose(
    waiting: Sequence[QueueEntry],
    running: Sequence[QueueEntry],
    served: Mapping[str, float],
    *,
    limit: int,
    per_project: int | None = None,
) -> str | None:
    """The id of the run that goes next; None when none waits or may go.

    Urgent runs go first. Otherwise it is the turn of the project with the fewest runs going; of
    those, of the one that had a worker longest ago. A project that never had one is first if its
    owner never had; if he had, it counts from when its run came: who makes one new project after
    another does not pass those who wait. Between equals their owners are compared in the same way.

    Args:
        served: project or owner → when one of its runs last had a worker; missing: never.
        limit: how many runs may go at once.
        per_project: how many of one project; None is as many as there is room for.
    """
    if len(running) >= limit:
        return None
    projects, owners = _counts(running)
    able = [e for e in waiting if per_project is None or projects[e.project] < per_project]
    if not able:
        return None
    return min(able, key=lambda e: _turn(e, projects, owners, served)).id


def _counts(running: Sequence[QueueEntry]) -> tuple[Counter[str], Counter[str]]:
    return Counter(e.project for e in running), Counter(e.owner for e in running)


def _turn(
    entry: QueueEntry, projects: Counter[str], owners: Counter[str], served: Mapping[str, float]
) -> tuple[object, ...]:
    owner = served.get(f"owner {entry.owner}", NEVER)
    project = served.get(entry.project, NEVER)
    if project == NEVER and owner != NEVER:
        project = entry.since
    return (
        not entry.urgent,
        projects[entry.project],
        project,
        owners[entry.owner],
        owner,
        entry.place,
        entry.id,
    )


def order_all(
    waiting: Sequence[QueueEntry], running: Sequence[QueueEntry], served: Mapping[str, float]
) -> list[str]:
    """All waiting runs in the order they would go if nobody came or left."""
    queues: dict[str, list[QueueEntry]] = {}
    for entry in sorted(waiting, key=lambda e: (not e.urgent, e.place, e.id), reverse=True):
        queues.setdefault(entry.project, []).append(entry)  # the next one last
    seen = dict(served)
    projects, owners = _counts(running)
    now = max([*seen.values(), *(e.since for e in waiting)], default=NEVER)
    now = max(now, 0.0)
    order: list[str] = []
    while queues:
        heads = (queue[-1] for queue in queues.values())
        entry = min(heads, key=lambda e: _turn(e, projects, owners, seen))
        queues[entry.project].pop()
        if not queues[entry.project]:
            del queues[entry.project]
        now += 1
        seen |= {entry.project: now, f"owner {entry.owner}": now}
        projects[entry.project] += 1
        owners[entry.owner] += 1
        order.append(entry.id)
    return order


def start_times(
    count: int, ends: Sequence[float | None], slots: int, lasts: float | None
) -> list[float | None]:
    """When each of the next ``count`` runs starts, in seconds from now; None: cannot be told.

    Args:
        ends: seconds until each run that goes will end; None: not known yet.
        slots: how many may go at once.
        lasts: seconds a run takes that waits; None: not known.
    """
    free = max(0, slots - len(ends))
    if None in ends:
        # the one that cannot be told may be the first to end
        return [0.0 if i < free else None for i in range(count)]
    heap = [0.0] * free + [end for end in ends if end is not None]
    heapq.heapify(heap)
    times: list[float | None] = []
    for _ in range(count):
        start = heapq.heappop(heap) if heap else None
        times.append(start)
        if start is not None and lasts is not None:
            heapq.heappush(heap, start + lasts)
    return times


def delay_for_project(
    start: float | None, own: Sequence[float | None], per_project: int | None
) -> float | None:
    """``start``, moved to when the run's own project has room again; None: cannot be told.

    Args:
        start: in seconds from now, were there no limit for one project.
        own: seconds until each run of the project that goes will end; None: not known yet.
        per_project: how many of one project may go; None is as many as there is room for.
    """
    too_many = 0 if per_project is None else len(own) - per_project + 1
    if too_many <= 0 or start is None:
        return start
    known = sorted(end for end in own if end is not None)
    return max(start, known[too_many - 1]) if len(known) == len(own) else None
