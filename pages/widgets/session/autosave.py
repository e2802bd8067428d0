"""Save a tab's project into the workspace; keep what went wrong, to be shown on screen."""

from __future__ import annotations

from builder.errors import LayerwiseError, StaleError
from builder.runs.disk import projects
from pages.widgets.session.browser import owner
from pages.widgets.session.tab_state import State


def write(state: State) -> None:
    """Save, inside ``lock_state``; failures stand in ``state.save_error`` and ``state.stale``."""
    if state.stale or state.training is None:
        return
    try:
        if state.project is None:
            state.project = projects.create(owner(), state.title, state.training)
        else:
            p = state.project
            state.project = projects.save(p.token, p.rev, state.title, state.training)
        state.save_error = None
    except StaleError:
        state.stale = True
    except LayerwiseError as error:
        state.save_error = error
    except OSError as error:
        text = f"Your last change is not on disk: {error.strerror or error}."
        state.save_error = LayerwiseError(text, "Make room or check the workspace folder.")
