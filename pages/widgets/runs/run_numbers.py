"""Tables of final metrics: of one run, of several side by side, and their spread over seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from builder import formatting
from builder.runs.queries import run_queries
from builder.runs.queries.run_queries import ListedRun
from builder.runs.store.progress import GOING
from pages.widgets.runs import baseline_rows, run_sentences
from pages.widgets.shared.markup import table


def show_run(run_id: str) -> None:
    """The last epoch's numbers, the best validation ones, the test's: all at their places."""
    run, training = run_queries.get([run_id])[0], run_queries.trainings([run_id])[run_id]
    last, best = run_queries.final_values([run_id])[run_id], run.best
    held = bool(training.fit.get("validation_split")) or any(k.startswith("val_") for k in last)
    columns = {
        "Training": {k: v for k, v in last.items() if k == _metric(k)},
        "Validation": _without_prefix(last, "val_"),
        "Best validation": _without_prefix(best, "val_"),
        "Test": _without_prefix(last, "test_"),
    }
    columns = {k: v for k, v in columns.items() if held or "alidation" not in k}
    keys = sorted({*run_sentences.curve_names(training), *map(_metric, last)}, key=_importance)
    rows = [(_head(k), *(_number(c, k) for c in columns.values())) for k in keys]
    st.html(table("Numbers at the end", ("", *columns), rows, row_heads=True))


def _without_prefix(values: Mapping[str, float | None], part: str) -> dict[str, float | None]:
    return {k.removeprefix(part): v for k, v in values.items() if k.startswith(part)}


def show_comparison(runs: Sequence[ListedRun], heads: Sequence[str]) -> None:
    """A line a number, a column a run; the best of each line is marked."""
    finals = run_queries.final_values(run.id for run in runs)
    simple = baseline_rows.score_cells([run.id for run in runs])
    heads = (*heads, *(name for name, _ in simple))
    st.markdown("##### Final numbers", anchors=False)
    rows = []
    for key in sorted({k for f in finals.values() for k in f}, key=_importance):
        values = [finals.get(run.id, {}).get(key) for run in runs]
        values += [scores.get(key) for _, scores in simple]
        best = _best(key, [v for v in values if v is not None])
        rows.append((_head(key), *(_cell(v, v is not None and v == best) for v in values)))
    st.html(table("Final numbers", ("", *heads), rows, row_heads=True))
    st.caption("★ is the best of its line.")


def _number(values: Mapping[str, float | None], key: str) -> str:
    return formatting.metric_value(values[key]) if key in values else "–"


def _metric(key: str) -> str:
    return key.removeprefix("val_").removeprefix("test_")


def _importance(key: str) -> tuple[bool, int, str]:
    """Metrics before the loss; test, validation, training."""
    order = ("test_", "val_").index(p) if (p := key[: -len(_metric(key))]) else 2
    return (_metric(key) == "loss", order, key)


def _head(key: str) -> str:
    return formatting.metric_name(key).capitalize()


def _best(key: str, values: Sequence[float]) -> float | None:
    if len(values) < 2 or min(values) == max(values):
        return None
    return max(values) if run_sentences.is_better_higher(key) else min(values)


def _cell(value: float | None, best: bool) -> str:
    return f"{formatting.metric_value(value)}{' ★' if best else ''}" if value is not None else "–"


def finished_seeds(run_ids: Sequence[str]) -> tuple[list[str], int]:
    """Of runs equal but for the seed the finished ones, one a seed, and how many still go."""
    runs = run_queries.get(run_ids)
    trainings = run_queries.trainings(run_ids)
    by_seed: dict[object, str] = {}
    for run in runs:
        if run.status == "finished":  # the same seed again is no news
            seed = trainings[run.id].seed
            by_seed[run.id if seed is None else seed] = run.id
    return list(by_seed.values()), sum(run.status in GOING for run in runs)


def show_spread(done: Sequence[str], going: int) -> None:
    """Mean, deviation, least and greatest of the final numbers, over ``finished_seeds``."""
    seeds = sorted(t.seed for t in run_queries.trainings(done).values() if t.seed is not None)
    sentence = f"{formatting.plural(len(done), 'finished run')} equal but for the seed"
    sentence += f" ({', '.join(map(str, seeds))})" if seeds else ""
    sentence += f", {going} still to come" if going else ""
    st.markdown("##### How far chance moves it", anchors=False)
    st.caption(f"{sentence}.")
    spreads = run_queries.spread(run_queries.final_values(done).values())
    if len(done) < 2:
        return
    rows = [
        (
            _head(key),
            f"{formatting.metric_value(s.mean)} ± {formatting.metric_value(s.deviation)}",
            formatting.metric_value(s.low),
            formatting.metric_value(s.high),
        )
        for key, s in sorted(spreads.items(), key=lambda item: _importance(item[0]))
    ]
    heads = ("", "Mean ± deviation", "Least", "Greatest")
    st.html(table("Spread over seeds", heads, rows, row_heads=True))
