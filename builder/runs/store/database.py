"""The SQLite file of the run store: schema, migration, connection, repair of a damaged file."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import strftime
from typing import Any, TypeVar

from builder.errors import FileError
from builder.runs.disk import workspace
from builder.runs.store import best_values

VERSION = 3
"""Of the schema, kept in the file as ``PRAGMA user_version``."""

BUSY_SECONDS = 10.0
"""How long a writer waits for another one."""

SCHEMA = """
CREATE TABLE runs (
    id TEXT PRIMARY KEY,                -- 22 characters, unguessable
    click TEXT UNIQUE,                  -- one run a click: the same token finds the same run
    project TEXT, owner TEXT NOT NULL, parent TEXT,
    training TEXT NOT NULL,             -- the project document
    status TEXT NOT NULL, error TEXT, message TEXT NOT NULL DEFAULT '',
    -- ended - started is the time it trained: what it was paused for is added to started
    created REAL NOT NULL, started REAL, ended REAL,
    pid INTEGER, born REAL,             -- the worker; its start time tells reused ids apart
    tries INTEGER NOT NULL DEFAULT 0,   -- workers it lost since its last progress
    heartbeat REAL,                     -- NULL: the worker it was given to has not begun
    orders TEXT, ordered REAL,          -- 'stop' or 'pause', and since when
    versions TEXT, result TEXT,         -- JSON: packages; history, test, artefact
    epochs INTEGER NOT NULL DEFAULT 0, steps INTEGER NOT NULL DEFAULT 0,  -- planned; steps an epoch
    step INTEGER NOT NULL DEFAULT 0, first_step INTEGER, first_time REAL, last_time REAL,
    rank REAL,                          -- its place in the queue among its project's runs
    threads INTEGER,                    -- TensorFlow's; 0: as many as there are cores
    snapshot_step INTEGER,              -- up to which step a snapshot holds everything
    path TEXT,                          -- which training loop it took, and why; one sentence
    tags TEXT NOT NULL DEFAULT '[]',    -- JSON list
    note TEXT NOT NULL DEFAULT '', archived INTEGER NOT NULL DEFAULT 0,
    name TEXT,                          -- the model's
    best TEXT,                          -- JSON: metric -> its best value so far
    remarks TEXT NOT NULL DEFAULT ''    -- what was damaged and what was used instead, a line each
);
CREATE INDEX runs_by_status ON runs (status, created);
CREATE INDEX runs_by_project ON runs (project, created);
CREATE INDEX runs_by_owner ON runs (owner, created);
CREATE INDEX runs_by_turn ON runs (owner, project, started, ended);
CREATE TABLE chunks (                   -- data: float32, a line a step, a column a name
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, seq INTEGER NOT NULL,
    step0 INTEGER NOT NULL, n INTEGER NOT NULL, names TEXT NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (run, seq)
);
CREATE TABLE epochs (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, seq INTEGER NOT NULL,
    epoch INTEGER NOT NULL, metrics TEXT NOT NULL,
    PRIMARY KEY (run, seq)
);
"""

MIGRATIONS = {
    1: """
ALTER TABLE runs ADD COLUMN rank REAL;
ALTER TABLE runs ADD COLUMN threads INTEGER;
ALTER TABLE runs ADD COLUMN snapshot_step INTEGER;
ALTER TABLE runs ADD COLUMN path TEXT;
ALTER TABLE runs ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN name TEXT;
ALTER TABLE runs ADD COLUMN best TEXT;
CREATE INDEX runs_by_turn ON runs (owner, project, started, ended);
UPDATE runs SET rank = created, tries = 0;
UPDATE runs SET name = json_extract(training, '$.training.model.name') WHERE json_valid(training);
UPDATE runs SET threads = 0 WHERE status IN ('queued', 'running');
""",
    2: "ALTER TABLE runs ADD COLUMN remarks TEXT NOT NULL DEFAULT '';",
}
"""Version → what makes the next one of it."""

Row = Mapping[str, Any]

T = TypeVar("T")


class Database:
    """One connection a process, used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._path = path
        with workspace.lock(path.with_suffix(".lock")):
            try:
                self._connection = _connect(path)
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise _unusable(error) from error
                _set_aside(path)
                self._connection = _connect(path)

    @contextmanager
    def _mine(self) -> Iterator[sqlite3.Connection]:
        """The connection for this thread alone; what SQLite cannot do is said as FileError."""
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise _unusable(error) from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; waits for other writers."""
        with self._mine() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                # a full disk has already rolled it back
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Every question within is about one moment; what others write meanwhile comes later."""
        with self._mine() as connection:
            connection.execute("BEGIN")
            try:
                yield
            finally:
                connection.execute("COMMIT")

    def all(self, sql: str, *values: Any) -> list[Row]:
        """The lines a question gives."""
        with self._mine() as connection:
            return [dict(row) for row in connection.execute(sql, values)]

    def change(self, sql: str, *values: Any) -> int:
        """Runs one statement, its values in order or in one dict; how many rows it changed."""
        named = bool(values) and isinstance(values[0], dict)
        with self._mine() as connection:
            return connection.execute(sql, values[0] if named else values).rowcount

    def secure(self) -> None:
        """All that was written so far survives a power cut; without it the last second may not.

        Raises:
            FileError: the disk refuses.
        """
        try:
            for path in (Path(f"{self._path}-wal"), self._path.parent):
                with _descriptor(path) as number:
                    os.fsync(number)
        except FileNotFoundError:
            return  # all of it is in the main file
        except OSError as error:
            raise FileError(
                f"The run store cannot be written: {error.strerror}.",
                "Check the disk.",
            ) from error

    def backup(self, path: Path) -> None:
        """Copies everything into a new file, as of one moment, while others read and write."""
        try:
            with (
                contextlib.closing(sqlite3.connect(self._path, timeout=BUSY_SECONDS)) as source,
                contextlib.closing(sqlite3.connect(path)) as target,
            ):
                source.backup(target)
                target.execute("PRAGMA journal_mode = DELETE")  # one file, whole by itself
        except sqlite3.Error as error:
            raise _unusable(error) from error

    def close(self) -> None:
        """Closes the file; waits for whoever is using it, for SQLite crashes otherwise."""
        with self._lock:
            self._connection.close()


@contextmanager
def _descriptor(path: Path) -> Iterator[int]:
    number = os.open(path, os.O_RDONLY)
    try:
        yield number
    finally:
        os.close(number)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    # a damaged letter must not hide all others
    connection.text_factory = lambda raw: raw.decode(errors="replace")
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("the integrity check failed")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise FileError(
                f"The runs were written by a newer Layerwise (format {version}; this one reads up"
                f" to {VERSION}).",
                "Update Layerwise, or set LAYERWISE_HOME to another folder.",
            )
        _migrate(connection, version)
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection, version: int) -> None:
    """Brings the file up to date, all at once or not at all."""
    if version == VERSION:
        return
    if not version and connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise sqlite3.DatabaseError("it has tables and no version")
    steps = [MIGRATIONS[v] for v in range(version, VERSION)] if version else [SCHEMA]
    try:
        connection.executescript(
            f"BEGIN IMMEDIATE; {' '.join(steps)} PRAGMA user_version = {VERSION};"
        )
        if version == 1:
            best_values.fill_best(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _unusable(error: sqlite3.Error) -> FileError:
    if "full" in str(error):
        return FileError(
            "The disk is full: nothing more can be written to the run store.",
            "Delete old runs or free some space; nothing that is stored is lost.",
        )
    hint = "Check the folder's permissions and the free disk space."
    if "locked" in str(error):
        hint = "Another program is writing to it; close that one, or try again in a moment."
    return FileError(f"The run store cannot be used: {error}.", hint)


def _set_aside(path: Path) -> None:
    aside = f"{path}.damaged-{strftime('%Y%m%d-%H%M%S')}"
    for suffix in ("", "-wal", "-shm"):
        if os.path.exists(f"{path}{suffix}"):
            os.replace(f"{path}{suffix}", f"{aside}{suffix}")


_open: dict[Path, Database] = {}
_opening = threading.Lock()


def database() -> Database:
    """This process's connection to the workspace's store; opened and checked when first needed.

    Raises:
        FileError: it cannot be opened, or was written by a newer Layerwise.
    """
    path = workspace.home() / "runs.db"
    with _opening:
        if path not in _open:
            _open[path] = write_at_last(lambda: Database(path))
            workspace.reserve()
        return _open[path]


def write_at_last(write: Callable[[], T]) -> T:
    """``write()``, on a full disk once more with the room that is kept for what must be said."""
    try:
        return write()
    except FileError:
        if not workspace.release():
            raise
        return write()


def close() -> None:
    """Closes this process's connections; the next question opens them again."""
    with _opening:
        while _open:
            _open.popitem()[1].close()


def damaged_files() -> list[Path]:
    """Run stores that failed the integrity check and were kept aside; a new one took over."""
    copies = workspace.home().glob("runs.db.damaged-*")
    return sorted(p for p in copies if not p.name.endswith(("-wal", "-shm")))
