"""Sets up everything the tests need on a fresh machine (packages, browser), then runs them all.

python3 tests/run.py               # lint, types, tests
python3 tests/run.py tests/pages   # the same set-up, then only these tests
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
BIN = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def run(*command: str | Path) -> None:
    """Runs a command in the project's folder; ends the script with its status when it fails."""
    print("$", *command, flush=True)
    status = subprocess.run([str(c) for c in command], cwd=ROOT, check=False).returncode
    if status:
        sys.exit(status)


def install_packages() -> None:
    """A virtual environment beside the code, shared with the app's own start command."""
    if sys.version_info < (3, 11):  # noqa: UP036 (this script runs before any check)
        sys.exit(f"Layerwise needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    if not (BIN / "python").exists() and not (BIN / "python.exe").exists():
        venv.create(ENVIRONMENT, with_pip=True)
    run(BIN / "python", "-m", "pip", "install", "--quiet", "-r", "tests/requirements.txt")


def install_browser() -> None:
    """Chromium from the system, from Debian's packages, or Playwright's own, in this order."""
    if os.environ.get("CHROMIUM") or any(shutil.which(name) for name in BROWSERS):
        return
    if shutil.which("apt-get") and getattr(os, "geteuid", lambda: 1)() == 0:
        run("apt-get", "update", "-qq")
        run("apt-get", "install", "-y", "-qq", "chromium")
        return
    run(BIN / "python", "-m", "playwright", "install", "--with-deps", "chromium")


def main() -> None:
    """Sets up, then lints, checks types and runs pytest with the arguments given."""
    install_packages()
    install_browser()
    python = BIN / "python"
    if not sys.argv[1:]:
        run(python, "-m", "ruff", "check", ".")
        run(python, "-m", "ruff", "format", "--check", ".")
        run(python, "-m", "mypy")
        # two at a time, each file as a whole: much of their time is waiting for other processes.
        # Pages apart from the builder: where Keras is loaded, Streamlit clears its session after
        # every script run, which made them five times slower
        both = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--durations", "12")
        for folder in ("tests/builder", "tests/pages"):
            run(python, "-m", "pytest", folder, *both)
        # a browser and its server keep both processors busy: two at a time are no quicker
        run(python, "-m", "pytest", "tests/browser", "--durations", "12")
    else:
        run(python, "-m", "pytest", *sys.argv[1:])


if __name__ == "__main__":
    main()
