"""Projects of several inputs and outputs on every page: seen, bound, set, trained, examined."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from builder import starters
from builder.runs.disk import projects
from builder.runs.scheduler import jobs, worker_pool
from builder.runs.store import database
from builder.spec import ObjectSpec, TrainingSpec
from tests.pages.conftest import SHELL
from tests.pages.past import texts

Visit = Callable[..., AppTest]
PATIENCE_SECONDS = 120
REVIEWS = starters.find_starter("reviews").training


@pytest.fixture(autouse=True)
def _tidy() -> Iterator[None]:
    yield
    worker_pool.close()
    database.close()


def project(training: TrainingSpec) -> str:
    return projects.create("local", "Mine", training).token


def test_the_data_page_shows_every_column(visit: Visit) -> None:
    few = ObjectSpec("CoveredDigits", {"variants": 1})
    at = visit(
        "data", project(replace(starters.find_starter("covered_digits").training, dataset=few))
    )
    said = texts(at)
    assert "picture 28 × 28" in said and "text of 14 word numbers" in said
    assert "upper left" in said and "has one loop" in said
    html = "".join(h.proto.body for h in at.get("html"))
    assert 'alt="image of example 1"' in html


def test_an_input_is_bound_to_another_column(visit: Visit) -> None:
    token = project(starters.find_starter("digit_pairs").training)
    at = visit("data", token)
    at.selectbox(key="bind-second").set_value("first").run()
    assert not at.exception and not at.error
    assert projects.load(token).training.columns["second"] == "first"


def test_looking_from_page_to_page_binds_nothing_anew(visit: Visit) -> None:
    token = project(REVIEWS)
    at = visit("data", token)
    for step in ("model", "data", "model"):
        at.switch_page(str(SHELL.parent / f"{step}.py")).run()
        assert not at.exception
    assert projects.load(token).training == REVIEWS


def test_what_is_not_bound_says_so_and_offers_the_column(visit: Visit) -> None:
    loose = replace(REVIEWS, columns=REVIEWS.columns.with_(price="cost"))
    token = project(loose)
    at = visit("data", token)
    assert "'price' is bound to 'cost', which does not exist" in texts(at)
    assert at.selectbox(key="bind-price").value == ""
    fix = next(b for b in at.button if b.label == "Bind 'price' to price")
    fix.click().run()
    assert projects.load(token).training == REVIEWS


def test_each_output_has_its_loss_weight_and_metrics(visit: Visit) -> None:
    token = project(REVIEWS)
    at = visit("train", token)
    assert at.number_input(key="loss-weight-stars").value == 0.5
    at.number_input(key="loss-weight-stars").set_value(2.0).run()
    at.multiselect(key="metrics-stars").set_value([]).run()
    at.selectbox(key="loss-stars-class").set_value("Huber").run()
    compile = projects.load(token).training.compile
    assert compile["loss_weights"] == {"sentiment": 1.0, "stars": 2.0}
    assert compile["metrics"] == {"sentiment": (ObjectSpec("accuracy"),), "stars": ()}
    assert compile["loss"]["stars"].class_name == "Huber"
    assert compile["loss"]["sentiment"] == REVIEWS.compile["loss"]["sentiment"]


def trained(training: TrainingSpec) -> str:
    """A project with one finished run."""
    token = project(training)
    run = jobs.start(training, project=token, owner="local")
    end = time.monotonic() + PATIENCE_SECONDS
    while jobs.get(run.id).status in ("queued", "running") and time.monotonic() < end:
        time.sleep(0.2)
    assert jobs.get(run.id).status == "finished", jobs.get(run.id).error
    return token


def test_every_output_is_examined(visit: Visit) -> None:
    short = replace(REVIEWS.with_fit(epochs=2), dataset=ObjectSpec("Reviews", {"reviews": 500}))
    token = trained(short)
    at = visit("evaluate", token)
    assert {m.label for m in at.metric} >= {"Test loss", "Accuracy"}
    assert "waiter" in texts(at)
    at.segmented_control[0].set_value("stars").run()
    assert not at.exception and not at.error
    assert "R²" in {m.label for m in at.metric}
    assert "Largest misses" in [s.value for s in at.subheader]
    at = visit("train", token)
    curves = next(g for g in at.get("button_group") if str(g.key).startswith("curves-"))
    assert curves.value == [
        "loss",
        "sentiment_loss",
        "sentiment_accuracy",
        "stars_loss",
        "stars_mean_absolute_error",
    ]


def test_a_drawing_is_read_beside_another_picture(visit: Visit) -> None:
    pairs = starters.find_starter("digit_pairs").training.with_fit(epochs=1)
    token = trained(replace(pairs, dataset=ObjectSpec("DigitPairs", {"pairs": 500})))
    at = visit("draw", token)
    assert not at.error
    assert "A drawing alone is not enough" in texts(at)
    assert "different" in texts(at) and "same" in texts(at)
    at.selectbox(key="beside-second").set_value(4).run()
    assert not at.exception and not at.error


def test_classes_of_a_bound_column_are_balanced(visit: Visit) -> None:
    token = project(starters.find_starter("digit_pairs").training)
    at = visit("train", token)
    at.button(key="weights-balance").click().run()
    assert not at.exception and not at.error
    weights = projects.load(token).training.fit["class_weight"]
    assert set(weights) == {"0", "1"} and all(0.9 < w < 1.1 for w in weights.values())
