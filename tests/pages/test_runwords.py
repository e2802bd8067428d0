"""A run in words: its place in the queue, its first number, how long it took."""

from __future__ import annotations

from dataclasses import replace

import pytest

from builder import formatting
from builder.runs.store.progress import Progress
from pages.widgets.runs import run_sentences


def test_a_place_in_the_queue_reads_as_people_say_it() -> None:
    waits = Progress("queued", position=2, starts_seconds=20.4)
    assert (
        run_sentences.waiting_sentence(waits) == "Waiting, 2nd in the queue, starts in about 20 s"
    )
    assert run_sentences.waiting_sentence(replace(waits, position=1, starts_seconds=None)) == (
        "Waiting, next in the queue"
    )
    assert [formatting.ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 102, 111)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th",
    ]  # fmt: skip


def test_the_first_number_of_a_run_is_its_metric_on_new_data() -> None:
    best = {"accuracy": 0.9, "loss": 0.1, "val_accuracy": 0.8, "val_loss": 0.2}
    assert run_sentences.best_metric(best) == ("val_accuracy", 0.8)
    assert run_sentences.best_metric({"loss": 0.1, "mae": 3.0}) == ("mae", 3.0)
    assert run_sentences.best_metric({"loss": 0.1, "val_loss": 0.2}) == ("val_loss", 0.2)
    assert run_sentences.best_metric({}) is None
    assert run_sentences.is_better_higher("val_accuracy") and run_sentences.is_better_higher(
        "test_accuracy"
    )
    assert not run_sentences.is_better_higher("loss") and not run_sentences.is_better_higher(
        "mean_absolute_error"
    )


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "0 s"), (59.4, "59 s"), (125, "2 min 5 s"), (4200, "1 h 10 min")]
)
def test_durations_read_as_people_say_them(seconds: float, said: str) -> None:
    assert formatting.duration(seconds) == said
