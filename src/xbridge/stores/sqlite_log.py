"""The ledger's tables in SQLite: entries, tiles, checkpoints.

Runs inside a transaction that ``sqlite`` has begun and will end; keeps the right edge between calls, nothing else.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from xbridge.core.effects import Appended, LogProof, LogView
from xbridge.core.errors import StoreError, TamperDetected
from xbridge.core.ports import CheckpointSigner
from xbridge.ledger.audit import AuditReport
from xbridge.ledger.checkpoint import FIRST_PREVIOUS, StoredCheckpoint, note_digest, unverified_checkpoint
from xbridge.ledger.merkle import inclusion_path, leaf_hash, right_edge, verify_inclusion
from xbridge.ledger.tile import Edge, TileReader, load_edge, node_reader

_CHECKPOINT = "SELECT size, root, prev_hash, note FROM checkpoint"


class SQLiteLog:
    """The log in one database.  Not thread-safe by itself: the store holds its lock around every call."""

    def __init__(self) -> None:
        """Know nothing yet; the first append reads the edge from the tiles."""
        self._edge: Edge | None = None
        self._pending: Edge | None = None

    def committed(self) -> None:
        """Remember the edge that the transaction wrote: it is on the disk now."""
        if self._pending is not None:
            self._edge, self._pending = self._pending, None

    def undone(self) -> None:
        """Drop the edge that the transaction wrote."""
        self._pending = None

    def last_checkpoint(self, db: sqlite3.Connection) -> StoredCheckpoint | None:
        """Return the newest checkpoint, or None."""
        found = db.execute(_CHECKPOINT + " ORDER BY size DESC LIMIT 1").fetchone()
        return None if found is None else _stored(found)

    def size(self, db: sqlite3.Connection) -> int:
        """Return the number of entries that the newest checkpoint covers."""
        last = self.last_checkpoint(db)
        return 0 if last is None else last.size

    def start(self, db: sqlite3.Connection, sign: CheckpointSigner) -> None:
        """Sign the empty log: from here on the file says whose log it is."""
        self._put_checkpoint(db, Edge(), FIRST_PREVIOUS, sign)

    def check(self, db: sqlite3.Connection) -> None:
        """Compare entries, tiles and the last checkpoint.  Raises ``TamperDetected``.

        Cheap enough for every start: it counts the entries and reads the right edge; the audit reads everything.
        """
        last = self._last(db)
        count, highest = db.execute("SELECT count(*), coalesce(max(seq), -1) FROM entry").fetchone()
        if count != last.size or highest != last.size - 1:
            raise TamperDetected("log", reason="mismatch", message="entries were lost or added", index=last.size)
        said = unverified_checkpoint(last.note)
        if (said.size, said.root) != (last.size, last.root):
            raise TamperDetected("checkpoint", reason="mismatch")
        self._refuse_shrinking(last)
        self._edge = self._load(db, last)

    def append(self, db: sqlite3.Connection, bodies: Sequence[bytes], sign: CheckpointSigner) -> Appended:
        """Insert ``bodies``, the tiles they change and a signed checkpoint."""
        last = self._last(db)
        edge = self._current_edge(db, last)
        grown, tiles = edge.grow(map(leaf_hash, bodies))
        try:
            db.executemany("INSERT INTO entry VALUES (?, ?)", enumerate(bodies, start=edge.size))
        except sqlite3.IntegrityError as exc:
            # Not a conflict to retry: somebody wrote an entry that no checkpoint covers.
            raise TamperDetected(
                "log", reason="mismatch", message="an unsigned entry is in the way", index=edge.size
            ) from exc
        db.executemany(
            "INSERT INTO tile VALUES (?, ?, ?) ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes",
            [(level, number, hashes) for (level, number), hashes in tiles.items()],
        )
        self._put_checkpoint(db, grown, note_digest(last.note), sign)
        self._pending = grown
        return Appended(first_index=edge.size, size=grown.size)

    def view(self, db: sqlite3.Connection, indices: Sequence[int]) -> LogView:
        """Return the last checkpoint and a verified proof for each index."""
        last = self.last_checkpoint(db)
        if last is None:
            raise StoreError("the store holds no log yet")
        if any(not 0 <= index < last.size for index in indices):
            raise StoreError("there is no entry with this index")
        node = node_reader(self.tile_reader(db))
        edge = right_edge(last.size, node) if indices else ()
        proofs = []
        for index in indices:
            (entry,) = self.entries(db, index, index + 1)
            path = inclusion_path(index, last.size, node, edge)
            # A proof that does not hold is never handed out: whoever receives it could not tell whose fault it is.
            verify_inclusion(entry, index=index, size=last.size, path=path, root=last.root)
            proofs.append(LogProof(index=index, entry=entry, path=path))
        return LogView(size=last.size, checkpoint=last.note, proofs=tuple(proofs))

    def entries(self, db: sqlite3.Connection, start: int, stop: int) -> tuple[bytes, ...]:
        """Return the entries of a range.  Raises ``TamperDetected`` for a gap."""
        size = self.size(db)
        start, stop = min(max(start, 0), size), min(stop, size)
        found = db.execute("SELECT body FROM entry WHERE seq >= ? AND seq < ? ORDER BY seq", (start, stop)).fetchall()
        if len(found) != max(stop - start, 0):
            raise TamperDetected("entry", reason="missing", index=start)
        return tuple(body for (body,) in found)

    def stream(self, db: sqlite3.Connection) -> Iterator[bytes]:
        """Yield every entry in order, without holding them all.  Raises ``TamperDetected`` for a gap."""
        for expected, (seq, body) in enumerate(db.execute("SELECT seq, body FROM entry ORDER BY seq")):
            if seq != expected:
                raise TamperDetected("entry", reason="missing", index=expected)
            yield body

    def checkpoints(self, db: sqlite3.Connection) -> Iterator[StoredCheckpoint]:
        """Yield every checkpoint, oldest first."""
        for found in db.execute(_CHECKPOINT + " ORDER BY size"):
            yield _stored(found)

    def tile_reader(self, db: sqlite3.Connection) -> TileReader:
        """Return a reader of stored tiles."""

        def read_tile(level: int, number: int) -> bytes | None:
            found = db.execute("SELECT hashes FROM tile WHERE level = ? AND n = ?", (level, number)).fetchone()
            return None if found is None else bytes(found[0])

        return read_tile

    def check_tile_count(self, db: sqlite3.Connection, report: AuditReport) -> None:
        """Refuse tiles that belong to no entry.  Raises ``TamperDetected``."""
        (count,) = db.execute("SELECT count(*) FROM tile").fetchone()
        if count != report.tiles:
            raise TamperDetected("tile", reason="unknown", message="tiles without entries", index=report.size)

    def _last(self, db: sqlite3.Connection) -> StoredCheckpoint:
        last = self.last_checkpoint(db)
        if last is None:
            raise TamperDetected("checkpoint", reason="missing", message="the log has lost its checkpoints", index=0)
        return last

    def _current_edge(self, db: sqlite3.Connection, last: StoredCheckpoint) -> Edge:
        """Return the edge at the last checkpoint; read again when another process has appended.

        Raises ``TamperDetected`` when the log is shorter than this process knows it to have been.
        """
        self._refuse_shrinking(last)
        edge = self._edge
        if edge is not None and edge.size == last.size and edge.root() == last.root:
            return edge
        return self._load(db, last)

    def _refuse_shrinking(self, last: StoredCheckpoint) -> None:
        """Raise ``TamperDetected`` when the log is shorter than this process knows it to have been."""
        if self._edge is not None and self._edge.size > last.size:
            raise TamperDetected("log", reason="missing", message="the log is shorter than it was", index=last.size)

    def _load(self, db: sqlite3.Connection, last: StoredCheckpoint) -> Edge:
        """Return the edge from the tiles.  Raises ``TamperDetected`` unless it yields the checkpoint's root."""
        edge = load_edge(last.size, self.tile_reader(db))
        if edge.root() != last.root:
            raise TamperDetected("tile", reason="mismatch", message="tiles and checkpoint disagree", index=last.size)
        return edge

    def _put_checkpoint(self, db: sqlite3.Connection, edge: Edge, previous: bytes, sign: CheckpointSigner) -> None:
        root = edge.root()
        db.execute("INSERT INTO checkpoint VALUES (?, ?, ?, ?)", (edge.size, root, previous, sign(edge.size, root)))


def _stored(found: tuple[int, bytes, bytes, bytes]) -> StoredCheckpoint:
    size, root, previous, note = found
    return StoredCheckpoint(size=size, root=root, previous=previous, note=note)
