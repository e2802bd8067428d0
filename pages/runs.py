"""The Runs page: every training so far; lay their curves over each other, bring settings back."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import streamlit as st

from builder import catalog, diagnose
from builder.runs import jobs
from builder.spec import Run
from pages.widgets import charts, page, picker, session, trainer
from pages.widgets.page import plain

SHOWN = 12
"""Runs listed before "Show more"."""

OVERLAY = 6
"""Curves that can still be told from each other."""

MARKS = {
    "finished": "check_circle",
    "stopped": "stop_circle",
    "failed": "error",
    "running": "progress_activity",
    "queued": "hourglass_empty",
}


def main() -> None:
    """The list on the left, the chosen runs' curves on the right."""
    st.html(page.ROOT / "assets" / "train.css")
    left, right = st.columns([6, 7], gap="large")
    with left:
        listed = _choose()
        if not listed:
            _nothing()
            return
        chosen = [run for run in listed if session.typed(f"compare-{run.id}")][:OVERLAY]
        _list(listed, {run.id for run in chosen})
    with right:
        _curves(chosen or listed[:1], bool(chosen))


def _choose() -> list[Run]:
    """The runs of this project, or all of this browser."""
    project, owner = session.token(), session.owner()
    every = jobs.list_runs(owner=owner)
    ours = jobs.list_runs(project=project) if project else []
    options = {"This project": ours, "All my runs": every}
    session.hold("runs-scope", bool(ours), "This project" if ours else "All my runs")
    scope = st.segmented_control("Runs of", list(options), key="runs-scope", required=True)
    session.held("runs-scope", bool(ours))
    return options.get(scope or "", ours)


def _nothing() -> None:
    st.markdown("No training yet. Each one is kept here with its curves and its exact settings.")
    page.link("train", "Go to Train")


def _list(listed: list[Run], chosen: set[str]) -> None:
    st.caption(f"Tick up to {OVERLAY} runs to compare their curves.")
    shown = SHOWN * (1 + int(session.recall("runs-more", 0)))
    for run in listed[:shown]:
        with st.container(key=f"run-{run.id}", border=True, gap="xsmall"):
            _entry(run, full=len(chosen) >= OVERLAY and run.id not in chosen)
    if len(listed) > shown:
        st.button(f"Show more ({len(listed) - shown})", key="runs-more", on_click=_more)


def _more() -> None:
    session.remember("runs-more", int(session.recall("runs-more", 0)) + 1)


def _entry(run: Run, full: bool) -> None:
    """One run: what, when, how good; compare, bring back, details."""
    progress = jobs.progress_of(run.id)
    took = run.times.get("ended", time.time()) - run.times.get("started", time.time())
    st.checkbox(
        f"**{plain(run.training.model.name)}**, {picker.ago(time.time() - run.times['created'])}",
        key=f"compare-{run.id}",
        disabled=full,
    )
    icon = f":material/{MARKS[run.status]}:"
    words = [trainer.state(progress)]
    if run.status not in trainer.ACTIVE:
        words.append(trainer.duration(took))
    st.markdown(f"{icon} {plain(', '.join(words))}  \n{plain(_score(run))}")
    with st.container(horizontal=True, gap="xsmall"):
        if st.button(
            "Restore settings",
            key=f"restore-{run.id}",
            icon=":material/settings_backup_restore:",
            type="tertiary",
            help="Puts the exact project of this run on screen: data, model and training.",
        ):
            _restore(run)
        with st.popover("Details", key=f"details-{run.id}", type="tertiary"):
            _details(run)


def _restore(run: Run) -> None:
    """The run's exact training: as a step that undo takes back, or as a project of its own."""
    ours = jobs.list_runs(project=session.token()) if session.token() else []
    if run.id in {r.id for r in ours}:
        session.fix(run.training)
        session.note("The settings of that run are back. Undo returns to yours.")
    else:
        session.open_training(run.training, f"{run.training.model.name} (restored)")
        session.note("The settings of that run are now a project of their own.")
    page.go("train")


# --- figures -------------------------------------------------------------------------------------


def _facts(run: Run) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """History and result; remembered once the run has ended, for then they never change."""
    if run.status in trainer.ACTIVE:
        return jobs.history(run.id), {}
    return _ended(run.id)


@lru_cache(maxsize=512)
def _ended(run_id: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    return jobs.history(run_id), jobs.result(run_id)


def _score(run: Run) -> str:
    """``"Test accuracy 0.957. Best validation accuracy 0.961 in epoch 8"``, or why it failed."""
    if run.status == "failed":
        return run.error or "It broke off."
    history, result = _facts(run)
    said = diagnose.result(result.get("test", {}))
    best = best_epoch(run, history)
    return f"{said} {best}".strip() or "No epoch finished."


def best_epoch(run: Run, history: Mapping[str, Any]) -> str:
    """The best value of the first metric on validation data (else on training data) and when."""
    names = [*trainer.panels(run.training)[1:], "loss"]
    for name in (f"val_{names[0]}", names[0], "val_loss", "loss"):
        values = [v for v in history.get(name, ()) if v is not None and v == v]
        if values:
            best = max(values) if _rises(name.removeprefix("val_")) else min(values)
            epoch = list(history[name]).index(best) + 1
            return f"Best {diagnose.words(name)} {diagnose.number(best)} in epoch {epoch}."
    return ""


def _rises(key: str) -> bool:
    """Whether more of this metric is better."""
    return any(
        e.extra.get("better") == "up"
        for e in catalog.entries("metrics")
        if key in (e.extra.get("key"), e.alias)
    )


def _details(run: Run) -> None:
    history, result = _facts(run)
    fit, compiled = run.training.fit, run.training.compile
    seed = "none (by chance)" if run.training.seed is None else str(run.training.seed)
    made = time.strftime("%Y-%m-%d %H:%M", time.localtime(run.times["created"]))
    rows = {
        "Started": made,
        "Data": run.training.dataset.class_name,
        "Optimizer": _name(compiled.get("optimizer")),
        "Loss": _name(compiled.get("loss")),
        "Epochs": f"{len(history.get('loss', ()))} of {fit.get('epochs', 1)}",
        "Batch size": str(fit.get("batch_size") or 32),
        "Seed": seed,
        **{k: str(v) for k, v in (result.get("versions") or {}).items()},
        "Run": run.id,
    }
    st.markdown("\n".join(f"- {k}: {plain(v)}" for k, v in rows.items()))


def _name(value: Any) -> str:
    return str(getattr(value, "class_name", value or "none"))


def _curves(runs: list[Run], chosen: bool) -> None:
    if not chosen:
        st.caption("The newest run. Tick runs in the list to lay their curves over each other.")
    names = [name for run in runs for name in trainer.panels(run.training)]
    labels = _labels(runs)
    charts.live(
        [(run.id, labels[run.id]) for run in runs], list(dict.fromkeys(names)), key="runs-curves"
    )


def _labels(runs: list[Run]) -> dict[str, str]:
    """Short names that differ: the model, and when it ran where models share a name."""
    now = time.time()
    names = [run.training.model.name for run in runs]
    found: dict[str, str] = {}
    for run, name in zip(runs, names, strict=True):
        label = name
        if names.count(name) > 1:
            label = f"{name}, {picker.ago(now - run.times['created'])}"
        while label in found.values():
            label = f"{label}'"
        found[run.id] = label
    return found


with page.frame("runs"):
    main()
