"""The Data page: what the model learns from, how it is prepared, and what that does to it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from builder import binding, plugins
from builder.facts import DataFacts
from builder.runs import child
from builder.spec import ObjectSpec
from pages.widgets import columns, download, explain, form, page, preview, problems, session, upload
from pages.widgets.page import plain


def main() -> None:
    """The choices are drawn first, so that the preview already shows what they changed."""
    left, right = st.columns([5, 7], gap="large")
    with left:
        chosen = _choose(session.training().dataset)
        if chosen != session.training().dataset:
            session.push(replace(session.training(), dataset=chosen))
        _bind()
        upload.show()
    with right:
        dataset = session.training().dataset
        facts = session.data_facts()
        found = session.problems()
        problems.show(problems.at(found, "dataset.*"), key="data")
        if facts is None:
            download.show(dataset)
        else:
            _look(dataset, facts)
            _follow_up()


def _choose(dataset: ObjectSpec) -> ObjectSpec:
    """Which dataset, and its preparation."""
    st.subheader("Dataset", anchor=False)
    known, current = plugins.datasets(), dataset
    names = [n for n in known if n != upload.PLUGIN or dataset.class_name == n]
    # what this version does not know stays chosen until another is
    names += [] if dataset.class_name in known else [dataset.class_name]
    key = "dataset-class"
    at = session.place(names, session.hold(key, dataset.class_name, dataset.class_name))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall", key="dataset"):
        name = st.selectbox(
            "Dataset",
            names,
            at,
            key=key,
            format_func=lambda n: _title(current if n == current.class_name else ObjectSpec(n)),
            label_visibility="collapsed",
            help="Type to search",
        )
        session.held(key, name)
        entry = form.find("datasets", name)
        if entry:
            explain.show(entry, key=f"explain-{name}")
    if entry:
        st.caption(entry.plain)
    if name != dataset.class_name:
        dataset = ObjectSpec(name)
    st.subheader("Preparation", anchor=False)
    return form.edit("datasets", dataset, key=f"dataset-{name}", skip=("file",))


def _bind() -> None:
    """Which column each Input and output stands for, where that is a question."""
    training, facts = session.training(), session.data_facts()
    if facts is None or (binding.is_plain(training) and not facts.named):
        return
    new = columns.bind(training, facts)
    if new != training:
        session.push(new)


def _title(dataset: ObjectSpec) -> str:
    """A line of the list: what it is called, its group, and whether it needs the network."""
    plugin = plugins.datasets().get(dataset.class_name)
    if plugin is None:
        return dataset.class_name
    network = "" if plugin.OFFLINE else ", downloaded once"
    return f"{upload.called(dataset)} · {plugin.ENTRY.group.lower()}{network}"


def _look(dataset: ObjectSpec, facts: DataFacts) -> None:
    st.subheader(plain(upload.called(dataset)), anchor=False)
    st.markdown(columns.sentence(facts) if facts.named else preview.sentence(facts))
    if facts.warning:
        st.info(plain(facts.warning), icon=":material/info:")
    found = session.cached(("preview", dataset), lambda: child.call("data.preview", dataset))
    if facts.named:
        columns.show(found)
        return
    st.html(preview.preparation(found, facts))
    preview.show(found, facts)


def _follow_up() -> None:
    """What the choice of data asks of the model and the training, each with its fix."""
    others = problems.severe(session.problems())
    rest = [p for p in others if not p.where.startswith("dataset")]
    if rest:
        st.subheader("What this asks of the rest", anchor=False)
        problems.show(rest, key="follow-up")


with page.frame("data"):
    main()
