"""The command line interface: what the pages do, as verbs over the same functions."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from builder.cli import (
    backup,
    check,
    data,
    evaluate,
    export,
    import_file,
    list_starters_and_runs,
    new,
    pause,
    predict,
    resume,
    show,
    stop,
    summary,
    train,
)
from builder.cli.shared_options import join_sentence
from builder.errors import LayerwiseError

EXAMPLES = """examples:
  python -m builder starters
  python -m builder check digits_dense
  python -m builder train digits_dense --epochs 3 -o out
  python -m builder evaluate out/model.keras
  python -m builder predict out/model.keras drawing.png
  python -m builder export digits_dense --to script -o digits.py

PROJECT is a project file (.json) or the name of a starter. RUN is the id that `train` printed and
`runs` lists. Runs are kept in the folder LAYERWISE_HOME names, by default in the user's data
folder. A mistake ends with one sentence on standard error and status 2."""

VERBS = (
    *(import_file.VERB, data.VERB, new.VERB, check.VERB, summary.VERB, train.VERB),
    *(
        evaluate.VERB,
        predict.VERB,
        export.VERB,
        list_starters_and_runs.STARTERS,
        list_starters_and_runs.RUNS,
    ),
    *(show.VERB, pause.VERB, resume.VERB, stop.VERB, backup.VERB),
)
"""In the order of a first session; ``--help`` lists them so."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that knows no "█" shows "?"
    given = _parser().parse_args(arguments)
    try:
        status = int(given.verb(given))
        sys.stdout.flush()
        return status
    except LayerwiseError as error:
        print(join_sentence(error.message, error.hint), file=sys.stderr)
    except BrokenPipeError:  # whoever read, as `head` does, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        print(f"{error.strerror or error}{place}.", file=sys.stderr)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m builder",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    for verb in VERBS:
        made = verbs.add_parser(verb.name, help=verb.text, description=verb.text)
        made.set_defaults(verb=verb.run)
        verb.arguments(made)
    return parser
