"""Which queued run goes next: fairness as a pure function of rows, for any crowd."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.runs.scheduler import fair_order
from builder.runs.scheduler.fair_order import QueueEntry

PEOPLE = {"algebra": "anna", "biology": "anna", "chess": "bert", "drawing": "cleo"}


def entry(run: str, project: str, place: float = 0.0, urgent: bool = False) -> QueueEntry:
    return QueueEntry(run, project, PEOPLE[project], (place,), urgent)


@st.composite
def crowds(draw: st.DrawFn) -> list[QueueEntry]:
    rows = draw(st.lists(st.tuples(st.sampled_from(sorted(PEOPLE)), st.integers(0, 9)), max_size=9))
    return [entry(f"run {i}", project, place) for i, (project, place) in enumerate(rows)]


SERVED = st.dictionaries(
    st.sampled_from([*PEOPLE, *(f"owner {o}" for o in PEOPLE.values())]), st.floats(0, 1e9)
)

MOST = st.none() | st.integers(1, 3)


@given(crowds(), crowds(), SERVED, st.integers(1, 6), MOST)
def test_a_choice_is_fair_and_leaves_no_room_unused(
    waiting: list[QueueEntry],
    running: list[QueueEntry],
    served: dict[str, float],
    limit: int,
    most: int | None,
) -> None:
    chosen = fair_order.choose(waiting, running, served, limit=limit, per_project=most)
    going = Counter(e.project for e in running)
    able = [e for e in waiting if most is None or going[e.project] < most]
    if len(running) >= limit or not able:
        assert chosen is None
        return
    found = next(e for e in able if e.id == chosen)
    fewest = min(going[e.project] for e in able)
    assert going[found.project] == fewest
    first = min((e for e in able if e.project == found.project), key=lambda e: (e.place, e.id))
    assert found == first, "within a project, its own order holds"


@given(crowds(), crowds(), SERVED)
def test_the_announced_order_has_every_run_once_and_begins_with_the_next_one(
    waiting: list[QueueEntry], running: list[QueueEntry], served: dict[str, float]
) -> None:
    turns = fair_order.order_all(waiting, running, served)
    assert sorted(turns) == sorted(e.id for e in waiting)
    assert turns[:1] == [
        c for c in [fair_order.choose(waiting, running, served, limit=len(running) + 1)] if c
    ]


@dataclass
class Machine:
    """A machine with so many slots, of which a project may have so many; it plays the queue."""

    slots: int
    most: int | None
    waiting: list[QueueEntry] = field(default_factory=list)
    going: list[QueueEntry] = field(default_factory=list)
    turns: list[str] = field(default_factory=list)
    served: dict[str, float] = field(default_factory=dict)
    clock: float = 0.0
    passed: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By a project that waits and has nothing going: who got a slot since."""

    def happen(self, event: tuple[str, int] | int) -> None:
        """So many runs of a project arrive, or one ends; then all that may go, goes."""
        self.end(event) if isinstance(event, int) else self.arrive(*event)
        self.give()

    def arrive(self, project: str, count: int) -> None:
        for _ in range(count):
            number = len(self.waiting) + len(self.turns)
            came = entry(f"{project} {number:03}", project, number)
            self.waiting.append(replace(came, since=self.clock))

    def give(self) -> None:
        while chosen := self._chosen():
            found = next(e for e in self.waiting if e.id == chosen)
            going = {e.project for e in self.going}
            for project in {e.project for e in self.waiting} - going - {found.project}:
                self.passed[project][found.project] += 1
            self.passed.pop(found.project, None)
            self.waiting.remove(found)
            self.going.append(found)
            self.turns.append(found.project)
            self._serve(found)

    def end(self, at: int) -> None:
        """One of the runs that go ends; nothing happens while none goes."""
        if self.going:
            self._serve(self.going.pop(at % len(self.going)))

    def _chosen(self) -> str | None:
        return fair_order.choose(
            self.waiting, self.going, self.served, limit=self.slots, per_project=self.most
        )

    def _serve(self, found: QueueEntry) -> None:
        self.clock += 1
        self.served |= {found.project: self.clock, f"owner {found.owner}": self.clock}


@given(
    st.dictionaries(st.sampled_from(sorted(PEOPLE)), st.integers(1, 12), min_size=1),
    st.integers(1, 3),
    MOST,
    st.randoms(use_true_random=False),
)
def test_while_projects_wait_none_is_ever_more_than_one_turn_ahead(
    lengths: dict[str, int], slots: int, most: int | None, chance: Random
) -> None:
    """Runs end in any order: who waits is not passed twice."""
    machine = Machine(slots, most)
    for project, count in lengths.items():
        machine.arrive(project, count)
    while machine.waiting or machine.going:
        machine.give()
        assert len(machine.going) <= slots
        machine.end(chance.randrange(slots))
    assert len(machine.turns) == sum(lengths.values())
    for project in lengths:
        first = machine.turns.index(project)
        assert first < len(lengths), "everyone's first run comes before anyone's second but one"


ARRIVALS = st.tuples(st.sampled_from(sorted(PEOPLE)), st.integers(1, 4))
EVENTS = st.lists(ARRIVALS | st.integers(0, 5), max_size=40)
"""So many runs of a project arrive, or the one at that place among those that go ends."""


@given(EVENTS, st.integers(1, 6), MOST)
def test_no_project_has_more_runs_going_than_it_may(
    events: list[tuple[str, int] | int], slots: int, most: int | None
) -> None:
    machine = Machine(slots, most)
    for event in events:
        machine.happen(event)
        going = Counter(e.project for e in machine.going)
        assert len(machine.going) <= slots
        assert all(count <= (most or slots) for count in going.values())
        held_back = [e for e in machine.waiting if going[e.project] < (most or slots)]
        assert not held_back or len(machine.going) == slots, "no slot is empty for nothing"


@given(EVENTS, st.integers(1, 3), MOST)
def test_a_project_with_nothing_going_is_passed_by_each_other_project_once_at_most(
    events: list[tuple[str, int] | int], slots: int, most: int | None
) -> None:
    """However many runs come while it waits. (A project that has a run going can be passed more
    often: by those that have fewer.)"""
    machine = Machine(slots, most)
    for event in events:
        machine.happen(event)
        assert all(times == 1 for who in machine.passed.values() for times in who.values())


def test_ten_runs_of_one_person_do_not_keep_anothers_first_waiting() -> None:
    crowd = [entry(f"a{i}", p, i) for i in range(5) for p in ("algebra",)]
    crowd += [entry(f"b{i}", "biology", i) for i in range(5)]
    crowd += [entry("c", "chess", 99.0)]
    assert (
        fair_order.order_all(crowd, [entry("r", "algebra")], {"algebra": 5.0, "owner anna": 5.0})[0]
        == "c"
    )
    # and with the only slot just free
    served = {"algebra": 5.0, "owner anna": 5.0}
    assert fair_order.choose(crowd, [], served, limit=1) == "c"


@pytest.mark.parametrize("slots", [1, 2])
def test_endless_new_projects_of_one_person_do_not_keep_anothers_second_run_waiting(
    slots: int,
) -> None:
    machine = Machine(slots, None)
    machine.arrive("chess", 3)
    machine.give()
    for number in range(12):
        new = QueueEntry(
            f"new {number:02}", f"new {number:02}", "anna", (0.0,), since=machine.clock
        )
        machine.waiting.append(new)
        machine.give()
        machine.end(0)
    assert machine.turns[: 2 * slots + 4].count("chess") == 3


def test_who_has_less_goes_first_and_of_equals_who_waited_longer() -> None:
    crowd = [entry("a", "algebra"), entry("c", "chess"), entry("d", "drawing")]
    served = {"algebra": 1.0, "chess": 9.0, "drawing": 8.0}
    going = [entry("r", "algebra")]
    assert fair_order.choose(crowd, going, served, limit=9) == "d"
    assert fair_order.choose(crowd[:2], going, served, limit=9) == "c"
    assert fair_order.choose(crowd, [], served, limit=9) == "a"


def test_a_run_that_lost_its_worker_goes_first() -> None:
    crowd = [entry("new", "chess"), entry("lost", "algebra", 7.0, urgent=True)]
    going = [entry("r", "algebra")]
    assert fair_order.choose(crowd, going, {"algebra": 9.0}, limit=2) == "lost"
    assert fair_order.order_all(crowd, going, {}) == ["lost", "new"]


def test_a_projects_limit_holds_but_keeps_nobody_else_waiting() -> None:
    crowd = [entry("a", "algebra"), entry("c", "chess", 5.0)]
    going = [entry("r", "algebra"), entry("s", "chess"), entry("t", "chess")]
    assert fair_order.choose(crowd, going, {}, limit=9, per_project=2) == "a"
    assert (
        fair_order.choose(crowd, [*going, entry("u", "algebra")], {}, limit=9, per_project=2)
        is None
    )


@pytest.mark.parametrize(
    ("ends", "slots", "lasts", "starts"),
    [
        ([10.0, 4.0], 2, 20.0, [4.0, 10.0, 24.0]),
        ([10.0], 2, 20.0, [0.0, 10.0, 20.0]),
        ([10.0, None], 2, 20.0, [None, None, None]),
        ([10.0], 1, None, [10.0, None, None]),
        ([], 1, None, [0.0, None, None]),
    ],
)
def test_when_the_next_runs_start(
    ends: list[float | None], slots: int, lasts: float | None, starts: list[float | None]
) -> None:
    assert fair_order.start_times(3, ends, slots, lasts) == starts
