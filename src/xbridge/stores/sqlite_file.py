"""The SQLite file itself: how it is opened, its schema, what its errors mean.  Not what the rows in it mean."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from xbridge.core.errors import ConfigError, StoreConflict, StoreError, StoreUnavailable, TamperDetected

APPLICATION_ID = 0x58425247  # "XBRG": SQLite's own field for "whose file is this".

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE row (key TEXT PRIMARY KEY, value BLOB NOT NULL, version INTEGER NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE TABLE spent (marker BLOB PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE INDEX spent_expiry ON spent (expires_at)",
        "CREATE TABLE stamp (client TEXT PRIMARY KEY, last_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE TABLE entry (seq INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT",
        "CREATE TABLE tile (level INTEGER NOT NULL, n INTEGER NOT NULL, hashes BLOB NOT NULL,"
        " PRIMARY KEY (level, n)) STRICT",
        "CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, root BLOB NOT NULL, prev_hash BLOB NOT NULL,"
        " note BLOB NOT NULL) STRICT",
    ),
    (
        "CREATE TABLE pending (key TEXT PRIMARY KEY, value BLOB NOT NULL, expires_at INTEGER NOT NULL) STRICT",
        "CREATE INDEX pending_expiry ON pending (expires_at)",
    ),
)
"""``MIGRATIONS[i]`` takes a file from ``user_version`` i to i + 1; a released step is never edited."""

_UNAVAILABLE = frozenset({
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL,
})  # fmt: skip
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT})


def open_database(path: str, *, busy_timeout_s: float) -> sqlite3.Connection:
    """Return a connection to the file, created and migrated if need be, in autocommit mode.

    Raises ``ConfigError`` for a file of another program or a newer xbridge, ``TamperDetected`` for one that is not a
    database, ``StoreUnavailable`` when it cannot be opened.
    """
    if not path or path.startswith((":memory:", "file:")):
        raise ConfigError("SQLiteStore needs the path of a file; MemoryStore keeps nothing")
    with translated():
        if not os.path.lexists(path):
            _create(path, busy_timeout_s=busy_timeout_s)
        return _connect(path, busy_timeout_s=busy_timeout_s)


def _create(path: str, *, busy_timeout_s: float) -> None:
    """Make a new database beside ``path`` and put it there whole, unless somebody else was first.

    Whoever opens ``path`` then finds a finished file in write-ahead mode: changing the mode while others are at work
    cannot be waited for.  The file at ``path`` itself is never opened and closed by us, because on POSIX that would
    drop the locks which other connections of this process hold on it.
    """
    folder = os.path.dirname(os.path.abspath(path))
    try:
        # mkstemp makes the file for its owner alone; SQLite gives its side files the same mode.
        handle, draft = tempfile.mkstemp(prefix=os.path.basename(path) + ".", suffix=".new", dir=folder)
        os.close(handle)
        try:
            _connect(draft, busy_timeout_s=busy_timeout_s).close()
            with suppress(FileExistsError):
                os.link(draft, path)
        finally:
            os.unlink(draft)
        _sync_folder(folder)
    except OSError as exc:
        raise StoreUnavailable("the store's file cannot be made") from exc


def _sync_folder(folder: str) -> None:
    """Make the new name durable, where folders can be synced."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _connect(path: str, *, busy_timeout_s: float) -> sqlite3.Connection:
    """Return a prepared connection to an existing file."""
    db = sqlite3.connect(path, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False)
    try:
        _prepare(db)
    except BaseException:
        db.close()
        raise
    return db


def _prepare(db: sqlite3.Connection) -> None:
    """Set what must hold on every connection, then bring the schema up to date."""
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("PRAGMA cell_size_check = ON")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA secure_delete = ON")
    # NORMAL may lose the last commits when the power goes; an acknowledged record must not be lost.
    db.execute("PRAGMA synchronous = FULL")
    db.execute("BEGIN IMMEDIATE")
    try:
        _migrate(db)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    (mode,) = db.execute("PRAGMA journal_mode").fetchone()
    if mode != "wal" and db.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
        raise StoreUnavailable("the file system does not support SQLite's write-ahead log")


def _migrate(db: sqlite3.Connection) -> None:
    """Run the migrations that this file has not seen.  Raises ``ConfigError`` for a file that is not ours."""
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    (objects,) = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application != APPLICATION_ID and (application or version or objects):
        raise ConfigError("this file belongs to another program")
    if version > len(MIGRATIONS):
        raise ConfigError("this file was written by a newer xbridge")
    for step in MIGRATIONS[version:]:
        for statement in step:
            db.execute(statement)
    if version < len(MIGRATIONS):
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def is_disk_failure(exc: BaseException) -> bool:
    """Return whether ``exc`` is SQLite's report of a failed read, write or fsync."""
    return isinstance(exc, sqlite3.Error) and getattr(exc, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_IOERR


@contextmanager
def translated() -> Iterator[None]:
    """Turn SQLite's errors into ours; messages name SQLite's code and never a value."""
    try:
        yield
    except sqlite3.Error as exc:
        # Errors of Python's own layer (a closed connection, a value out of range) carry no code.
        code = getattr(exc, "sqlite_errorcode", 0) & 0xFF
        name = getattr(exc, "sqlite_errorname", type(exc).__name__)
        if code in _UNAVAILABLE:
            raise StoreUnavailable(f"the store's file cannot be used now ({name})") from exc
        if code in _DAMAGED:
            message = f"the store's file is damaged ({name})"
            raise TamperDetected("database", reason="malformed", message=message) from exc
        if code == sqlite3.SQLITE_CONSTRAINT:
            raise StoreConflict(f"the change contradicts what is stored ({name})") from exc
        raise StoreError(f"the store failed ({name})") from exc
