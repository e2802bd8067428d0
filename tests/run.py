"""Sets up everything the tests need on a fresh machine (packages, browser), then runs them all.

python3 tests/run.py               # lint, types, tests: twelve minutes or so on two cores
python3 tests/run.py --long        # what takes longer: an hour or so, beside the others
python3 tests/run.py tests/pages   # the same set-up, then only these tests
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
BIN = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")

# Each file as a whole, those that take longest first. The pages are apart from the builder: where
# Keras is loaded, Streamlit clears its session after every script run, which made them five times
# slower. Much of each one's time is waiting for its child processes, so these run at once. The
# browser comes after them: beside them clicks came so late that two of its tests failed. Its tests
# wait often enough for two of them, and mypy, to run at once.
BY_FILE = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
SLOWEST = ("--durations", "12")
TOGETHER = (
    (("pytest", "tests/builder", *BY_FILE, *SLOWEST), ("pytest", "tests/pages", *SLOWEST)),
    (("pytest", "tests/browser", *BY_FILE, *SLOWEST), ("mypy",)),
)

# All combinations, all architectures, many kills, many minutes; of each the tests have a few
LONG = (
    ("-m", "pytest", "tests/builder", "tests/browser", "-m", "long", *BY_FILE),
    ("-m", "pytest", "tests/pages", "-m", "long"),
    ("-m", "tests.benchmarks.applications"),
    ("-m", "tests.benchmarks.applications", "weights"),
    ("-m", "tests.benchmarks.chaos"),
    ("-m", "tests.benchmarks.chaos_app"),
    ("-m", "tests.benchmarks.soak"),
)


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
    fresh = not (BIN / "python").exists() and not (BIN / "python.exe").exists()
    if fresh:
        venv.create(ENVIRONMENT, with_pip=True)
    install = (BIN / "python", "-m", "pip", "install", "--quiet", "-r", "tests/requirements.txt")
    run(*install, *(["--no-compile"] if fresh else []))
    if fresh:  # pip compiles with one processor; what cannot be compiled is not imported either
        compiled = (BIN / "python", "-m", "compileall", "-q", "-j", "0", ENVIRONMENT / "lib")
        subprocess.run(compiled, check=False, stdout=subprocess.DEVNULL)


def install_browser() -> None:
    """Chromium from the system, from Debian's packages, or Playwright's own, in this order."""
    if os.environ.get("CHROMIUM") or any(shutil.which(name) for name in BROWSERS):
        return
    if shutil.which("apt-get") and getattr(os, "geteuid", lambda: 1)() == 0:
        run("apt-get", "update", "-qq")
        for package in ("chromium-headless-shell", "chromium"):  # the lighter one is Debian's alone
            command = ("apt-get", "install", "-y", "-qq", package)
            print("$", *command, flush=True)
            if not subprocess.run(command, check=False).returncode:
                return
    run(BIN / "python", "-m", "playwright", "install", "--with-deps", "chromium")


def run_together(modules: Sequence[Sequence[str]]) -> None:
    """Runs them at the same time, and shows what each says as if they had run in turn."""
    python = str(BIN / "python")
    commands = [(python, "-m", *module) for module in modules]
    with contextlib.ExitStack() as stack:
        said = [stack.enter_context(tempfile.TemporaryFile()) for _ in commands[1:]]
        # the first one is watched, the others are read when they have ended
        outs = (None, *said)
        started = [
            subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out)
            for command, out in zip(commands, outs, strict=True)
        ]
        for process in started:
            stack.callback(process.kill)
        statuses = []
        for process, command, out in zip(started, commands, outs, strict=True):
            print("$", *command, flush=True)
            statuses.append(process.wait())
            if out:
                out.seek(0)
                print(out.read().decode("utf-8", "replace"), flush=True)
    if any(statuses):
        sys.exit(1)


def run_long() -> None:
    """Runs each to its end, whatever the others find; fails when one of them failed."""
    failed = []
    for command in LONG:
        print("$ python", *command, flush=True)
        if subprocess.run([BIN / "python", *command], cwd=ROOT, check=False).returncode:
            failed.append(" ".join(command))
    if failed:
        sys.exit(f"failed: {'; '.join(failed)}")


def main() -> None:
    """Sets up, then lints, checks types and runs pytest, or pytest with the arguments given."""
    # whoever forbids Python to keep what it compiled has each of a hundred processes compile anew
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    install_packages()
    install_browser()
    python = BIN / "python"
    if sys.argv[1:] == ["--long"]:
        run_long()
    elif sys.argv[1:]:
        run(python, "-m", "pytest", *sys.argv[1:])
    else:
        run(python, "-m", "ruff", "check", ".")
        run(python, "-m", "ruff", "format", "--check", ".")
        for modules in TOGETHER:
            run_together(modules)


if __name__ == "__main__":
    main()
