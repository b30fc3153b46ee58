"""The audit of a whole log: every leaf, every root, every checkpoint signature, recomputed from nothing.

A pure function over what somebody read; ``stores/`` read it.  It proves that the log is what its key signed, not that
the log is the newest: for that, pass the ``pin`` that was kept outside the store.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from xbridge.core.errors import TamperDetected
from xbridge.ledger.checkpoint import FIRST_PREVIOUS, Checkpoint, StoredCheckpoint, note_digest, verify_checkpoint
from xbridge.ledger.merkle import leaf_hash
from xbridge.ledger.note import NoteVerifier
from xbridge.ledger.tile import TILE_BYTES, Edge, TileReader, Tiles, first_entry, tile_number

_CHUNK = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What was checked and held: entries, checkpoints, tiles, and the root over everything."""

    size: int
    root: bytes
    checkpoints: int
    tiles: int


def audit_log(
    entries: Iterable[bytes],
    checkpoints: Iterable[StoredCheckpoint],
    *,
    origin: str,
    verifiers: Sequence[NoteVerifier],
    read_tile: TileReader | None = None,
    pin: Checkpoint | None = None,
) -> AuditReport:
    """Recompute the log from ``entries`` in order and compare it with ``checkpoints``, oldest first.

    (1) each checkpoint names its predecessor  (2) its signature holds and its columns say what its note says
    (3) sizes grow  (4) its entries exist  (5) the recomputed root is the signed one  (6) no entry is unsigned
    (7) stored tiles are the recomputed ones  (8) the pinned checkpoint is one of these.

    Memory does not grow with the log.  Raises ``TamperDetected`` whose ``index`` is the first entry that cannot be
    vouched for, where that is known.
    """
    remaining = iter(entries)
    edge, previous, count, tile_count, pinned = Edge(), FIRST_PREVIOUS, 0, 0, pin is None
    for stored in checkpoints:
        # (1)
        if stored.previous != previous:
            raise _broken("the chain of checkpoints is broken", edge)
        # (2)
        signed = verify_checkpoint(stored.note, origin=origin, verifiers=verifiers)
        if (signed.size, signed.root) != (stored.size, stored.root):
            raise _broken("the store says other than the signed note", edge)
        # (3)
        if signed.size < edge.size or (signed.size == edge.size and count):
            raise _broken("the sizes of checkpoints must grow", edge)
        # (4)
        first = edge.size
        while edge.size < signed.size:
            leaves = [leaf_hash(entry) for entry in islice(remaining, min(_CHUNK, signed.size - edge.size))]
            if not leaves:
                raise TamperDetected("entry", reason="missing", index=edge.size)
            edge, tiles = edge.grow(leaves)
            tile_count += _compare_full_tiles(tiles, read_tile)
        # (5)
        if edge.root() != signed.root:
            raise TamperDetected("entry", reason="mismatch", message="entries differ from what was signed", index=first)
        pinned = pinned or signed == pin
        previous, count = note_digest(stored.note), count + 1
    # (6)
    if next(remaining, None) is not None:
        raise TamperDetected("entry", reason="unknown", message="an entry that no checkpoint covers", index=edge.size)
    if not count:
        raise TamperDetected("checkpoint", reason="missing")
    # (7)
    tile_count += _compare_tails(edge, read_tile)
    # (8)
    if not pinned:
        raise TamperDetected(
            "log", reason="missing", message="the pinned checkpoint is not here: rolled back or forked"
        )
    return AuditReport(size=edge.size, root=edge.root(), checkpoints=count, tiles=tile_count)


def _broken(message: str, edge: Edge) -> TamperDetected:
    """Return the error for a checkpoint that does not follow from what was audited up to ``edge``."""
    return TamperDetected("checkpoint", reason="mismatch", message=message, index=edge.size)


def _compare_full_tiles(tiles: Tiles, read_tile: TileReader | None) -> int:
    """Compare every full tile among ``tiles`` with the stored one and return how many; partial ones still change."""
    if read_tile is None:
        return 0
    full = {key: hashes for key, hashes in tiles.items() if len(hashes) == TILE_BYTES}
    for (level, number), hashes in full.items():
        if read_tile(level, number) != hashes:
            raise TamperDetected("tile", reason="mismatch", index=first_entry(level, number))
    return len(full)


def _compare_tails(edge: Edge, read_tile: TileReader | None) -> int:
    """Compare the incomplete last tiles with the stored ones and return how many."""
    if read_tile is None:
        return 0
    for level, tail in enumerate(edge.tails):
        number = tile_number(edge.size, level)
        if (read_tile(level, number) or b"") != tail:
            raise TamperDetected("tile", reason="mismatch", index=first_entry(level, number))
    return sum(1 for tail in edge.tails if tail)
