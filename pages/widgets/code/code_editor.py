"""The project as editable code: edit, diff against the project on screen, apply or discard."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace

import streamlit as st

from builder import code, compare, parse
from builder.datasets.registry import find_dataset
from builder.parse import Parsed
from builder.spec import Config, ObjectSpec, TrainingSpec
from pages.widgets.code import code_script
from pages.widgets.home import paste_code
from pages.widgets.session import current_project, tab_state, widget_sync
from pages.widgets.shared import page_frame
from pages.widgets.shared.page_frame import escape_md

KEY = "code-text"


@dataclass(frozen=True)
class Draft:
    """What somebody writes.

    Args:
        project: token of the project it belongs to, "" while that was not saved.
        style: of the script it began with.
        began: the project as it was then.
        compared: the difference was asked for.
    """

    text: str
    project: str
    style: str
    began: TrainingSpec
    compared: bool = False


def is_open() -> bool:
    """Whether the field is open for the project on screen."""
    draft = _draft()
    return draft is not None and draft.project in ("", current_project.token())


def _draft() -> Draft | None:
    draft: Draft | None = tab_state.recall("code-draft")
    return draft


@page_frame.safe
def begin(training: TrainingSpec, style: str) -> None:
    """Open the field with the script as it is."""
    text = code_script.write_script(training, style).text
    tab_state.remember("code-draft", Draft(text, current_project.token(), style, training))


def discard() -> None:
    """Close the field; the project stays as it is."""
    tab_state.remember("code-draft", None)


def show(training: TrainingSpec, now: str) -> None:
    """The field, what its text would change, and the buttons.

    Args:
        now: the script of the project on screen.
    """
    draft = _draft()
    assert draft is not None
    current = widget_sync.sync_widget(KEY, draft.text, draft.text)
    text = st.text_area(
        "The project as code",
        current,
        key=KEY,
        height=420,
        max_chars=parse.MAX_CHARACTERS,
        help="Keras as you would write it. It is read, never run.",
    )
    widget_sync.record_value(KEY, text)
    if text != draft.text:
        draft = replace(draft, text=text)
        tab_state.remember("code-draft", draft)
    with st.container(horizontal=True, key="code-buttons"):
        if st.button("See the difference", key="code-compare", icon=":material/difference:"):
            draft = replace(draft, compared=True)
            tab_state.remember("code-draft", draft)
        st.button("Apply", key="code-apply", type="primary", on_click=apply)
        st.button("Discard", key="code-discard", on_click=discard)
    if draft.compared:
        _difference(training, draft, now)


def read_draft(training: TrainingSpec, text: str) -> Parsed | str:
    """The project a text says, around what it does not say; or why it cannot be read."""
    if not text.strip():
        return "There is no code left. Discard brings back the script."
    parsed = paste_code.read_code(text, around=training)
    if isinstance(parsed, str) or parsed.training is None:
        return parsed
    read = replace(
        parsed.training, dataset=_drop_defaults(parsed.training.dataset, training.dataset)
    )
    return replace(parsed, training=training if is_same_project(read, training) else read)


def _drop_defaults(dataset: ObjectSpec, before: ObjectSpec) -> ObjectSpec:
    """Without the usual settings that a script spells out and the project left to be usual."""
    usual = find_dataset(dataset.class_name).ENTRY.args
    mine = before.config if before.class_name == dataset.class_name else {}
    kept = {k: v for k, v in dataset.config.items() if k in mine or v != usual.get(k)}
    return replace(dataset, config=Config(kept))


def is_same_project(a: TrainingSpec, b: TrainingSpec) -> bool:
    """Whether nothing differs but how it is written down."""
    return not compare.changes(a, b)


def _difference(training: TrainingSpec, draft: Draft, now: str) -> None:
    parsed = read_draft(training, draft.text)
    if isinstance(parsed, str):
        st.error(escape_md(parsed))
        return
    paste_code.show_remarks(
        replace(parsed, notes=tuple(n for n in parsed.notes if n.severity != parse.NOTED))
    )
    if parsed.training is None:
        return
    if parsed.of(parse.UNKNOWN):
        st.caption("Apply once more to go on without what was not understood.")
    if training != draft.began:
        st.warning(
            "The project was changed elsewhere since this text was begun. Apply once more to put"
            " the text in the place of those changes too."
        )
    lines = compare.changes(training, parsed.training)
    if not lines:
        st.info("The project stays as it is: the code says the same.")
        return
    st.markdown("**What changes**\n" + "\n".join(f"- {escape_md(line)}" for line in lines))
    style = draft.style if draft.style in code.styles(parsed.training) else ""
    with page_frame.guard():
        new = code_script.write_script(
            parsed.training, style or code.styles(parsed.training)[0]
        ).text
        rows = difflib.unified_diff(
            now.split("\n"), new.split("\n"), "before", "after", lineterm="", n=2
        )
        st.code("\n".join(rows), language="diff", height=320)


@page_frame.safe
def apply() -> None:
    """Make the code the project; Undo brings the old one back.

    Where lines of it were not understood they are listed first, and a second click leaves them out;
    so are changes that were made elsewhere meanwhile.
    """
    draft = _draft()
    if draft is None:
        return
    text = str(widget_sync.widget_value(KEY) or "")
    again = draft.compared and text == draft.text
    tab_state.remember("code-draft", replace(draft, text=text, compared=True))
    parsed = read_draft(current_project.training(), text)
    if isinstance(parsed, str) or parsed.training is None:
        return
    doubtful = parsed.of(parse.UNKNOWN) or current_project.training() != draft.began
    if doubtful and not again:
        return
    current_project.apply_fix(parsed.training)
    tab_state.remember("code-draft", None)
