"""A store in memory, for tests and for trying things out.  Nothing survives the process."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from threading import Lock

from xbridge.core.effects import Appended, LogProof, LogView, Pending, Row, Stamp, Write
from xbridge.core.errors import ConfigError, StoreConflict, StoreError, StoreUnavailable
from xbridge.core.ports import CheckpointSigner
from xbridge.ledger.audit import AuditReport, audit_log
from xbridge.ledger.checkpoint import FIRST_PREVIOUS, Checkpoint, StoredCheckpoint, note_digest
from xbridge.ledger.merkle import leaf_hash
from xbridge.ledger.note import NoteVerifier
from xbridge.ledger.tree import Tree
from xbridge.stores.limit import checked_entries, checked_key, marked_writes, microseconds, milliseconds, prefix_end

_SPENT_LIMIT = 256


class MemoryStore:
    """The ``Store`` of ``core.ports`` over plain dictionaries, safe for several threads."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = Lock()
        self._closed = False
        self._rows: dict[str, Row] = {}
        self._spent: dict[str, int] = {}
        self._spent_limit = _SPENT_LIMIT
        self._stamps: dict[str, int] = {}
        self._pending: dict[str, tuple[bytes, int]] = {}
        self._entries: list[bytes] = []
        self._tree = Tree()
        self._checkpoints: list[StoredCheckpoint] = []
        self._origin: str | None = None
        self._sign: CheckpointSigner | None = None

    def __repr__(self) -> str:
        """Return sizes only."""
        return f"MemoryStore({len(self._rows)} rows, {len(self._entries)} entries)"

    def bind_log(self, *, origin: str, sign: CheckpointSigner) -> None:
        """Say which log this is.  Raises ``ConfigError`` for another origin than before."""
        with self._lock:
            self._check_open()
            if self._origin not in (None, origin):
                raise ConfigError("this store holds the log of another origin")
            if not self._checkpoints:
                self._checkpoints.append(self._checkpoint(sign))
            self._origin, self._sign = origin, sign

    def append(
        self,
        entries: Sequence[bytes],
        writes: Sequence[Write],
        *,
        marks: Sequence[tuple[str, int]] = (),
        now: datetime,
    ) -> Appended:
        """Append ``entries``, apply ``writes`` and ``marks``, all or nothing.

        Raises ``StoreConflict``, ``StoreError``.
        """
        bodies = checked_entries(entries)
        with self._lock:
            self._check_open()
            first = len(self._entries)
            rows = self._changed_rows([*writes, *marked_writes(marks, first_index=first, count=len(bodies))])
            if bodies:
                if self._sign is None:
                    raise ConfigError("bind_log must come before the first append")
                try:
                    self._tree.extend(map(leaf_hash, bodies))
                    self._checkpoints.append(self._checkpoint(self._sign))
                except BaseException:
                    self._tree.truncate(first)
                    raise
                self._entries += bodies
            for key, row in rows.items():
                if row is None:
                    self._rows.pop(key, None)
                else:
                    self._rows[key] = row
            return Appended(first_index=first, size=len(self._entries))

    def read(self, key: str) -> Row | None:
        """Return the row under ``key``, or None."""
        with self._lock:
            self._check_open()
            return self._rows.get(checked_key(key))

    def scan(self, prefix: str) -> tuple[Row, ...]:
        """Return the rows whose key starts with ``prefix``, in key order."""
        with self._lock:
            self._check_open()
            end = prefix_end(prefix)
            return tuple(self._rows[key] for key in sorted(self._rows) if end is None or prefix <= key < end)

    def spend(self, marker: str, *, expires_at: datetime, now: datetime) -> bool:
        """Spend ``marker``; True for the first caller only."""
        with self._lock:
            self._check_open()
            current = microseconds(now)
            if self._spent.get(marker, 0) > current:
                return False
            # Sorting out what has expired costs as much as there is, so it waits until as much again has come.
            if len(self._spent) >= self._spent_limit:
                self._spent = {name: expiry for name, expiry in self._spent.items() if expiry > current}
                self._spent_limit = max(_SPENT_LIMIT, 2 * len(self._spent))
            self._spent[marker] = microseconds(expires_at)
            return True

    def was_spent(self, marker: str, *, now: datetime) -> bool:
        """Return whether ``marker`` is spent now."""
        with self._lock:
            self._check_open()
            return self._spent.get(marker, 0) > microseconds(now)

    def put_pending(self, item: Pending, *, now: datetime) -> None:
        """Let ``item`` wait.  Raises ``StoreConflict`` when its key is taken."""
        with self._lock:
            self._check_open()
            self._drop_expired(now)
            self._put(item)

    def peek_pending(self, key: str, *, now: datetime) -> bytes | None:
        """Return the value that waits under ``key``, or None."""
        with self._lock:
            self._check_open()
            value, expiry = self._pending.get(checked_key(key), (None, 0))
            return value if expiry > microseconds(now) else None

    def take_pending(self, key: str, *, successor: Pending | None = None, now: datetime) -> bytes | None:
        """Take what waits under ``key``, for the first caller only, and let ``successor`` wait in its stead."""
        with self._lock:
            self._check_open()
            self._drop_expired(now)
            if checked_key(key) not in self._pending:
                return None
            taken = self._pending.pop(key)
            try:
                if successor is not None:
                    self._put(successor)
            except BaseException:
                self._pending[key] = taken
                raise
            return taken[0]

    def take_stamp(self, client: str, *, now: datetime, nonce: str) -> Stamp:
        """Return ``nonce`` with a timestamp later than every earlier one of ``client``."""
        with self._lock:
            self._check_open()
            stamp = max(milliseconds(now), self._stamps.get(checked_key(client), -1) + 1)
            self._stamps[client] = stamp
            return Stamp(timestamp_ms=stamp, nonce=nonce)

    def view_log(self, indices: Sequence[int]) -> LogView:
        """Return the last checkpoint and inclusion proofs.  Raises ``StoreError`` for an index outside the log."""
        with self._lock:
            self._check_open()
            if not self._checkpoints:
                raise StoreError("the store holds no log yet")
            size = len(self._entries)
            if any(not 0 <= index < size for index in indices):
                raise StoreError("there is no entry with this index")
            proofs = (
                LogProof(index=index, entry=self._entries[index], path=self._tree.inclusion_path(index))
                for index in indices
            )
            return LogView(size=size, checkpoint=self._checkpoints[-1].note, proofs=tuple(proofs))

    def entries(self, start: int, stop: int) -> tuple[bytes, ...]:
        """Return entries ``start`` to ``stop`` (exclusive), fewer where the log ends."""
        with self._lock:
            self._check_open()
            return tuple(self._entries[max(start, 0) : max(stop, 0)])

    def checkpoints(self) -> tuple[StoredCheckpoint, ...]:
        """Return every checkpoint, oldest first."""
        with self._lock:
            self._check_open()
            return tuple(self._checkpoints)

    def audit(self, *, origin: str, verifiers: Sequence[NoteVerifier], pin: Checkpoint | None = None) -> AuditReport:
        """Recompute the whole log and check every signature.  Raises ``TamperDetected``."""
        with self._lock:
            self._check_open()
            entries, checkpoints = tuple(self._entries), tuple(self._checkpoints)
        return audit_log(entries, checkpoints, origin=origin, verifiers=verifiers, pin=pin)

    def close(self) -> None:
        """Refuse every later call; a second close does nothing."""
        self._closed = True

    def _drop_expired(self, now: datetime) -> None:
        current = microseconds(now)
        self._pending = {key: held for key, held in self._pending.items() if held[1] > current}

    def _put(self, item: Pending) -> None:
        if checked_key(item.key) in self._pending:
            raise StoreConflict("something waits under this key already")
        self._pending[item.key] = (bytes(item.value), microseconds(item.expires_at))

    def _check_open(self) -> None:
        if self._closed:
            raise StoreUnavailable("the store is closed")

    def _changed_rows(self, writes: Sequence[Write]) -> dict[str, Row | None]:
        """Return what the rows will be; nothing is changed yet.  Raises ``StoreConflict``."""
        changed: dict[str, Row | None] = {}
        for write in writes:
            key = checked_key(write.key)
            row = changed[key] if key in changed else self._rows.get(key)
            version = 0 if row is None else row.version
            if version != write.expected:
                raise StoreConflict("a row changed since it was read")
            changed[key] = None if write.value is None else Row(key=key, value=bytes(write.value), version=version + 1)
        return changed

    def _checkpoint(self, sign: CheckpointSigner) -> StoredCheckpoint:
        """Return the signed checkpoint of the tree as it stands."""
        size, root = len(self._tree), self._tree.root()
        previous = note_digest(self._checkpoints[-1].note) if self._checkpoints else FIRST_PREVIOUS
        return StoredCheckpoint(size=size, root=root, previous=previous, note=sign(size, root))
