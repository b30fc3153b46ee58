"""A whole tree in memory, one byte array per level: fast proofs for a log that fits.

Not durable: ``tile`` is the form that stores keep on disk.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from xbridge.ledger.merkle import EMPTY_ROOT, HASH_SIZE, consistency_path, inclusion_path, right_edge


class Tree:
    """An append-only Merkle tree; not safe for concurrent use."""

    __slots__ = ("_edge", "_levels", "_size")

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        """``leaves`` are leaf hashes."""
        self._size = 0
        self._levels: list[bytearray] = [bytearray()]
        self._edge: tuple[bytes, ...] | None = None
        self.extend(leaves)

    def __len__(self) -> int:
        """Return the number of leaves."""
        return self._size

    def append(self, leaf: bytes) -> int:
        """Add one leaf hash and return its index."""
        index, levels, node = self._size, self._levels, leaf
        levels[0] += leaf
        level, position = 0, index
        while position & 1:
            node = sha256(b"\x01" + levels[level][-2 * HASH_SIZE :]).digest()
            level += 1
            position >>= 1
            if level == len(levels):
                levels.append(bytearray())
            levels[level] += node
        self._size += 1
        self._edge = None
        return index

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add many leaf hashes, level by level."""
        self._levels[0] += b"".join(leaves)
        self._size = len(self._levels[0]) // HASH_SIZE
        self._edge = None
        level, count = 0, self._size
        while count > 1:
            count >>= 1
            if level + 1 == len(self._levels):
                self._levels.append(bytearray())
            below, here = self._levels[level], self._levels[level + 1]
            pair = 2 * HASH_SIZE
            done = len(here) // HASH_SIZE
            here += b"".join(
                [sha256(b"\x01" + below[at : at + pair]).digest() for at in range(done * pair, count * pair, pair)]
            )
            level += 1

    def truncate(self, size: int) -> None:
        """Forget every leaf from ``size`` on: the way back when an append could not be completed."""
        for level, hashes in enumerate(self._levels):
            del hashes[(size >> level) * HASH_SIZE :]
        self._size = size
        self._edge = None

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of a complete node."""
        at = index * HASH_SIZE
        return bytes(self._levels[level][at : at + HASH_SIZE])

    def root(self) -> bytes:
        """Return the root over all leaves."""
        return self._right_edge()[-1] if self._size else EMPTY_ROOT

    def inclusion_path(self, index: int) -> tuple[bytes, ...]:
        """Return the proof for leaf ``index`` against the whole tree.  Raises ``ValueError`` outside it."""
        return inclusion_path(index, self._size, self.node, self._right_edge() if self._size else ())

    def consistency_path(self, old: int) -> tuple[bytes, ...]:
        """Return the proof that this tree extends its own first ``old`` leaves."""
        return consistency_path(old, self._size, self.node, self._right_edge() if self._size else ())

    def _right_edge(self) -> tuple[bytes, ...]:
        """Return the last node of every level, computed once per size."""
        if self._edge is None:
            self._edge = right_edge(self._size, self.node)
        return self._edge
