"""The default store: one SQLite file, safe for several threads and several processes on one machine.

Every change is one ``BEGIN IMMEDIATE`` transaction with ``synchronous=FULL``: what was acknowledged is on the disk.
It is not a place for keys or personal data in clear: rows hold what the floors above have sealed.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from threading import Lock

from xbridge.core.effects import Appended, LogView, Pending, Row, Stamp, Write
from xbridge.core.errors import ConfigError, StoreConflict, StoreUnavailable
from xbridge.core.ports import CheckpointSigner
from xbridge.ledger.audit import AuditReport, audit_log
from xbridge.ledger.checkpoint import Checkpoint, StoredCheckpoint, unverified_checkpoint
from xbridge.ledger.note import NoteVerifier
from xbridge.stores.limit import checked_entries, checked_key, marked_writes, microseconds, milliseconds, prefix_end
from xbridge.stores.sqlite_file import is_disk_failure, open_database, translated
from xbridge.stores.sqlite_log import SQLiteLog


class SQLiteStore:
    """The ``Store`` of ``core.ports`` in the file ``path``, which is created with access for its owner only.

    ``busy_timeout_s`` bounds the wait for another process's transaction; after it, ``StoreUnavailable``.  Close it.
    """

    def __init__(self, path: str | os.PathLike[str], *, busy_timeout_s: float = 10.0) -> None:
        """Open the file, or create it.  Raises ``ConfigError`` for a file that is not ours, ``StoreUnavailable``."""
        self._lock = Lock()
        self._process = os.getpid()
        self._sign: CheckpointSigner | None = None
        self._db: sqlite3.Connection | None = open_database(os.fspath(path), busy_timeout_s=busy_timeout_s)
        self._log = SQLiteLog()

    def __repr__(self) -> str:
        """Return a form without path and content."""
        return f"SQLiteStore({'closed' if self._db is None else 'open'})"

    # --- The ledger --------------------------------------------------------------------------------------------

    def bind_log(self, *, origin: str, sign: CheckpointSigner) -> None:
        """Say which log this is; check that what the file holds agrees with its last checkpoint.

        Raises ``ConfigError`` for another origin, ``TamperDetected`` when entries, tiles and checkpoint disagree.
        """
        with self._transaction() as db:
            last = self._log.last_checkpoint(db)
            if last is None:
                self._log.start(db, sign)
            elif unverified_checkpoint(last.note).origin != origin:
                raise ConfigError("this store holds the log of another origin")
            self._log.check(db)
        self._sign = sign

    def append(
        self,
        entries: Sequence[bytes],
        writes: Sequence[Write],
        *,
        marks: Sequence[tuple[str, int]] = (),
        now: datetime,
    ) -> Appended:
        """Append ``entries``, apply ``writes`` and ``marks``, sign the new checkpoint: one durable transaction.

        Raises ``StoreConflict`` when a row moved, ``StoreError`` for an entry or key out of bounds.
        """
        bodies = checked_entries(entries)
        with self._transaction() as db:
            size = self._log.size(db)
            for write in (*writes, *marked_writes(marks, first_index=size, count=len(bodies))):
                _write(db, write)
            if not bodies:
                return Appended(first_index=size, size=size)
            if self._sign is None:
                raise ConfigError("bind_log must come before the first append")
            return self._log.append(db, bodies, self._sign)

    def view_log(self, indices: Sequence[int]) -> LogView:
        """Return the last checkpoint and proofs that were checked against it.

        Raises ``StoreError`` for an index outside the log, ``TamperDetected`` for a damaged entry or tile.
        """
        with self._snapshot() as db:
            return self._log.view(db, indices)

    def entries(self, start: int, stop: int) -> tuple[bytes, ...]:
        """Return entries ``start`` to ``stop`` (exclusive), fewer where the log ends.

        Raises ``TamperDetected`` where one is missing in between.
        """
        with self._snapshot() as db:
            return self._log.entries(db, start, stop)

    def checkpoints(self) -> tuple[StoredCheckpoint, ...]:
        """Return every checkpoint, oldest first."""
        with self._snapshot() as db:
            return tuple(self._log.checkpoints(db))

    def audit(self, *, origin: str, verifiers: Sequence[NoteVerifier], pin: Checkpoint | None = None) -> AuditReport:
        """Recompute the whole log, tiles included, and check every signature, in one snapshot of the file.

        Other processes may append meanwhile; this store's own callers wait.  Raises ``TamperDetected``.
        """
        with self._snapshot() as db:
            report = audit_log(
                self._log.stream(db),
                self._log.checkpoints(db),
                origin=origin,
                verifiers=verifiers,
                read_tile=self._log.tile_reader(db),
                pin=pin,
            )
            self._log.check_tile_count(db, report)
            return report

    # --- Rows, markers, stamps ---------------------------------------------------------------------------------

    def read(self, key: str) -> Row | None:
        """Return the row under ``key``, or None."""
        with self._snapshot() as db:
            found = db.execute("SELECT key, value, version FROM row WHERE key = ?", (checked_key(key),)).fetchone()
        return None if found is None else Row(key=found[0], value=found[1], version=found[2])

    def scan(self, prefix: str) -> tuple[Row, ...]:
        """Return the rows whose key starts with ``prefix``, in key order (code points, as UTF-8 sorts)."""
        end = prefix_end(prefix)
        with self._snapshot() as db:
            if end is None:
                found = db.execute("SELECT key, value, version FROM row ORDER BY key").fetchall()
            else:
                found = db.execute(
                    "SELECT key, value, version FROM row WHERE key >= ? AND key < ? ORDER BY key", (prefix, end)
                ).fetchall()
        return tuple(Row(key=key, value=value, version=version) for key, value, version in found)

    def spend(self, marker: str, *, expires_at: datetime, now: datetime) -> bool:
        """Spend ``marker``; True for the first caller only, across threads and processes.

        Only the marker's digest is stored, because a marker may be a code that still opens something elsewhere.
        """
        with self._transaction() as db:
            db.execute("DELETE FROM spent WHERE expires_at <= ?", (microseconds(now),))
            row = (_marker_digest(marker), microseconds(expires_at))
            done = db.execute("INSERT OR IGNORE INTO spent VALUES (?, ?)", row)
            return done.rowcount == 1

    def was_spent(self, marker: str, *, now: datetime) -> bool:
        """Return whether ``marker`` is spent now."""
        with self._snapshot() as db:
            asked = (_marker_digest(marker), microseconds(now))
            found = db.execute("SELECT 1 FROM spent WHERE marker = ? AND expires_at > ?", asked).fetchone()
        return found is not None

    def put_pending(self, item: Pending, *, now: datetime) -> None:
        """Let ``item`` wait, durably.  Raises ``StoreConflict`` when its key is taken."""
        with self._transaction() as db:
            _drop_expired(db, now)
            _put(db, item)

    def peek_pending(self, key: str, *, now: datetime) -> bytes | None:
        """Return the value that waits under ``key``, or None."""
        with self._snapshot() as db:
            found = db.execute(
                "SELECT value FROM pending WHERE key = ? AND expires_at > ?", (checked_key(key), microseconds(now))
            ).fetchone()
        return None if found is None else bytes(found[0])

    def take_pending(self, key: str, *, successor: Pending | None = None, now: datetime) -> bytes | None:
        """Take what waits under ``key``, once across processes, and let ``successor`` wait in its stead."""
        with self._transaction() as db:
            _drop_expired(db, now)
            found = db.execute("DELETE FROM pending WHERE key = ? RETURNING value", (checked_key(key),)).fetchall()
            if not found:
                return None
            if successor is not None:
                _put(db, successor)
            return bytes(found[0][0])

    def take_stamp(self, client: str, *, now: datetime, nonce: str) -> Stamp:
        """Return ``nonce`` with a timestamp later than every earlier one of ``client``, across processes.

        NOTE: it runs ahead of a clock that stands still or steps back, one millisecond a call.
        """
        with self._transaction() as db:
            (stamp,) = db.execute(
                "INSERT INTO stamp VALUES (?, ?) ON CONFLICT (client)"
                " DO UPDATE SET last_ms = max(excluded.last_ms, last_ms + 1) RETURNING last_ms",
                (checked_key(client), milliseconds(now)),
            ).fetchone()
            return Stamp(timestamp_ms=stamp, nonce=nonce)

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        with self._lock:
            db, self._db = self._db, None
            if db is not None and self._process == os.getpid():
                db.close()

    # --- Transactions ------------------------------------------------------------------------------------------

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Run the block as one durable write transaction; any exception undoes all of it."""
        with self._run("BEGIN IMMEDIATE") as db:
            yield db

    @contextmanager
    def _snapshot(self) -> Iterator[sqlite3.Connection]:
        """Run the block against one unchanging state of the file."""
        with self._run("BEGIN") as db:
            yield db

    @contextmanager
    def _run(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock, translated():
            db = self._db
            if db is None:
                raise StoreUnavailable("the store is closed")
            if self._process != os.getpid():
                # SQLite's locks do not survive a fork: going on would corrupt the file.
                raise StoreUnavailable("the store was opened before a fork; open it again in the child")
            db.execute(begin)
            try:
                yield db
                db.execute("COMMIT")
                self._log.committed()
            except BaseException as exc:
                self._log.undone()
                if db.in_transaction:
                    db.execute("ROLLBACK")
                if is_disk_failure(exc):
                    # After a failed fsync nobody knows what is on the disk, and a second try may be told a lie.
                    db.close()
                    self._db = None
                raise


def _write(db: sqlite3.Connection, write: Write) -> None:
    """Apply one write if the row's version is the expected one.  Raises ``StoreConflict``."""
    key = checked_key(write.key)
    found = db.execute("SELECT version FROM row WHERE key = ?", (key,)).fetchone()
    version = 0 if found is None else found[0]
    if version != write.expected:
        raise StoreConflict("a row changed since it was read")
    if write.value is None:
        db.execute("DELETE FROM row WHERE key = ?", (key,))
    else:
        db.execute(
            "INSERT INTO row VALUES (?, ?, ?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version",
            (key, bytes(write.value), version + 1),
        )


def _marker_digest(marker: str) -> bytes:
    return sha256(marker.encode("utf-8", "surrogatepass")).digest()


def _drop_expired(db: sqlite3.Connection, now: datetime) -> None:
    """Forget what nobody took in time."""
    db.execute("DELETE FROM pending WHERE expires_at <= ?", (microseconds(now),))


def _put(db: sqlite3.Connection, item: Pending) -> None:
    """Insert one item.  Raises ``StoreConflict`` (through ``translated``) when its key is taken."""
    db.execute(
        "INSERT INTO pending VALUES (?, ?, ?)", (checked_key(item.key), item.value, microseconds(item.expires_at))
    )
