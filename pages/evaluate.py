"""The Evaluate page: the final exam on examples the model never saw, and where it went wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from builder.runs.engine_process import client
from builder.runs.scheduler import jobs
from builder.spec import Run
from builder.suggest.series_model import is_series
from pages.widgets.evaluate import (
    back_test_charts,
    grouped_errors,
    pictures_beside_truth,
    probabilities,
    report,
    saliency_view,
    simple_models,
    text_prediction,
    what_matters,
    worst_rows,
)
from pages.widgets.session import engine_facts
from pages.widgets.shared import asset_files, page_frame, run_picker


def main() -> None:
    """The page."""
    st.html(asset_files.ROOT / "assets" / "answers.css")
    st.caption(
        "Training was studying; this is the final exam, on the test examples the model never saw."
    )
    run = run_picker.choose("evaluate")
    if run is None:
        st.info("There is nothing to examine yet: train a model first.", icon=":material/school:")
        page_frame.link("train", "Go to Train")
        return
    artefact = str(jobs.artefact(run.id))
    results = _report(run, artefact)
    report.scores(results)
    if text_prediction.reads_text(run.training) and results["style"] == "texts":
        text_prediction.show(run, artefact)
    if results["task"] == "several":
        results = _output(results, run)
        report.output_scores(results)
    simple_models.show(run.training, results)
    _look(run, artefact, results)


def _look(run: Run, artefact: str, results: Mapping[str, Any]) -> None:
    """The part of the exam that was chosen: only that is worked out."""
    output, is_class = results["output"], results["task"] == "classification"
    names = engine_facts.get_or_make(
        ("features", run.id), lambda: client.call("error_groups.list_features", run.training)
    )
    facts = engine_facts.find_facts(run.training).data
    views = ["Forecasts"] if facts and is_series(facts) else []
    views += ["Mistakes" if is_class or "misses" in results else "Pictures"]
    views += ["Probabilities"] if is_class else []
    views += ["What matters", "Groups"] if names else []
    view = st.segmented_control(
        *("Look at", views), default=views[0], required=True, key=f"view-{run.id}"
    )
    match view:
        case "Forecasts":
            back_test_charts.show(run, artefact, output)
        case "Probabilities":
            probabilities.show(run, artefact, output)
        case "What matters":
            what_matters.show(run, artefact, output, names)
        case "Groups":
            grouped_errors.show(run, artefact, output, names)
        case _ if is_class:
            _classes(run, artefact, results)
        case _:
            _values(run, artefact, results)


def _values(run: Run, artefact: str, results: Mapping[str, Any]) -> None:
    """How a regression did, and on which examples it was furthest off."""
    if "misses" not in results:
        pictures_beside_truth.show(run, artefact, results["output"])
        return
    report.regression(results)
    left, right = st.columns(2, gap="large")
    with left:
        report.residuals(results)
    with right:
        st.subheader("Largest misses", anchor=False)
        if worst_rows.are_rows(results["misses"]["parts"]):
            worst_rows.show(run, artefact, results["output"], results["misses"])
        else:
            report.misses(results["misses"])


def _report(run: Run, artefact: str) -> Mapping[str, Any]:
    with st.spinner("Sitting the exam …", show_time=False):
        report: Mapping[str, Any] = engine_facts.get_or_make(
            ("report", run.id), lambda: client.call("evaluation.report", artefact, run.training)
        )
    return report


def _classes(run: Run, artefact: str, results: Mapping[str, Any]) -> None:
    """How a classifier did: class by class, and on which examples it erred."""
    if results.get("style") == "points":
        _surface(run, artefact, results["classes"])
    left, right = st.columns([6, 5], gap="large")
    with left:
        which = f"-{results['output']}" if results["output"] else ""
        chosen = report.confusion(results, key=f"confusion-{run.id}{which}")
        report.per_class(results)
    with right:
        _examples(run, artefact, results, chosen)


def _output(results: Mapping[str, Any], run: Run) -> Mapping[str, Any]:
    """Which of several outputs to look at."""
    names = [report["output"] for report in results["outputs"]]
    columns = {report["output"]: report["column"] for report in results["outputs"]}
    chosen = st.segmented_control(
        "Output",
        names,
        default=names[0],
        required=True,
        format_func=lambda n: n if columns[n] == n else f"{n} (answers {columns[n]})",
        key=f"output-{run.id}",
    )
    report: Mapping[str, Any] = results["outputs"][names.index(chosen or names[0])]
    return report


def _surface(run: Run, artefact: str, names: Sequence[str]) -> None:
    call = "evaluation.surface"
    plane = engine_facts.get_or_make(
        ("surface", run.id), lambda: client.call(call, artefact, run.training)
    )
    preview = engine_facts.get_or_make(
        ("preview", run.training.dataset),
        lambda: client.call("loading.preview", run.training.dataset),
    )
    report.surface(plane, preview, names)


def _examples(
    run: Run, artefact: str, results: Mapping[str, Any], chosen: tuple[int, int] | None
) -> None:
    """The examples of the chosen cell, else the most confident mistakes."""
    names = results["classes"]
    if chosen is None:
        st.subheader("Most confident mistakes", anchor=False)
        _gallery(run, artefact, results, results["mistakes"], "Not one mistake on the test set.")
        return
    true, predicted = chosen
    cell = (true, predicted, report.SHOWN, results["output"])
    examples = client.call("evaluation.cell", artefact, run.training, *cell)
    st.subheader(report.cell_title(names[true], names[predicted], examples["total"]), anchor=False)
    _gallery(run, artefact, results, examples, "No test example is in this cell.")


def _gallery(
    run: Run, artefact: str, results: Mapping[str, Any], examples: Mapping[str, Any], none: str
) -> None:
    """Rows of a table can be opened; pictures and texts are seen whole."""
    if len(examples["indices"]) and worst_rows.are_rows(examples["parts"]):
        worst_rows.show(run, artefact, results["output"], examples, results["classes"])
    else:
        shown = saliency_view.choose(run, artefact, examples)
        report.gallery(shown, results["classes"], none=none)
        if len(examples["indices"]) and "sounds" in examples["parts"][0]:
            rate = int(run.training.dataset.config.get("rate", 8000))
            report.play(examples, results["classes"], rate)


with page_frame.frame("evaluate"):
    main()
