"""Tiles: the tree's hashes in blocks of 256, the form that is kept on disk (C2SP tlog-tiles, height 8).

Tile ``(level, n)`` holds the hashes of tree level ``8 * level`` from position ``256 * n``; only the rightmost tile of a
level is ever rewritten.  Values and pure functions: stores read and write the bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from xbridge.core.errors import TamperDetected
from xbridge.ledger.merkle import EMPTY_ROOT, HASH_SIZE, NodeReader, node_hash

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
TILE_BYTES = TILE_WIDTH * HASH_SIZE

TileReader = Callable[[int, int], bytes | None]
"""``read_tile(level, n)`` returns the tile's hashes, 32 bytes each, or None where there is no such tile."""

Tiles = dict[tuple[int, int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """The right edge of a growing log: all that is needed to append to it and to know its root.

    ``peaks`` are the roots of its perfect subtrees, largest first, one per 1-bit of ``size``; ``tails`` the incomplete
    last tile of each tile level, empty where the last one is full.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()
    tails: tuple[bytes, ...] = ()

    def root(self) -> bytes:
        """Return the root over everything up to here: at most log2(size) hashes."""
        if not self.peaks:
            return EMPTY_ROOT
        computed = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            computed = node_hash(peak, computed)
        return computed

    def grow(self, leaves: Iterable[bytes]) -> tuple[Edge, Tiles]:
        """Return the edge after appending ``leaves`` (leaf hashes), and every tile that is new or changed."""
        size, peaks, tails = self.size, list(self.peaks), [bytearray(tail) for tail in self.tails]
        tiles: Tiles = {}
        touched: set[int] = set()

        def put(tile_level: int, node: bytes) -> None:
            if tile_level == len(tails):
                tails.append(bytearray())
            tail = tails[tile_level]
            tail += node
            touched.add(tile_level)
            if len(tail) == TILE_BYTES:
                tiles[tile_level, tile_number(size, tile_level)] = bytes(tail)
                tail.clear()

        for leaf in leaves:
            put(0, leaf)
            node, level, position = leaf, 0, size
            while position & 1:
                node = node_hash(peaks.pop(), node)
                level += 1
                position >>= 1
                if level % TILE_HEIGHT == 0:
                    put(level // TILE_HEIGHT, node)
            peaks.append(node)
            size += 1
        for tile_level in touched:
            if tails[tile_level]:
                tiles[tile_level, tile_number(size, tile_level)] = bytes(tails[tile_level])
        return Edge(size=size, peaks=tuple(peaks), tails=tuple(map(bytes, tails))), tiles


def load_edge(size: int, read_tile: TileReader) -> Edge:
    """Return the right edge of a stored log of ``size`` entries.

    Raises ``TamperDetected("tile", …)`` when a tile is missing or has the wrong length; the caller compares the root.
    """
    tails: list[bytes] = []
    while count := size >> (TILE_HEIGHT * len(tails)):
        level = len(tails)
        tail = b""
        if count % TILE_WIDTH:
            tail = read_tile(level, count // TILE_WIDTH) or b""
            if len(tail) != count % TILE_WIDTH * HASH_SIZE:
                raise TamperDetected("tile", reason="malformed", index=first_entry(level, count // TILE_WIDTH))
        tails.append(tail)
    node = node_reader(read_tile)
    levels = [level for level in reversed(range(size.bit_length())) if size >> level & 1]
    return Edge(size=size, peaks=tuple(node(level, (size >> level) - 1) for level in levels), tails=tuple(tails))


def node_reader(read_tile: TileReader) -> NodeReader:
    """Return a reader of single nodes that fetches each tile once.

    The reader raises ``TamperDetected("tile", …)`` when a hash that must exist does not.
    """
    seen: Tiles = {}

    def node(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, TILE_HEIGHT)
        number, offset = divmod(index << height, TILE_WIDTH)
        if (tile_level, number) not in seen:
            seen[tile_level, number] = read_tile(tile_level, number) or b""
        hashes = seen[tile_level, number][offset * HASH_SIZE : (offset + (1 << height)) * HASH_SIZE]
        if len(hashes) != HASH_SIZE << height:
            raise TamperDetected("tile", reason="missing", index=first_entry(tile_level, number))
        row = [hashes[at : at + HASH_SIZE] for at in range(0, len(hashes), HASH_SIZE)]
        while len(row) > 1:
            row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
        return row[0]

    return node


def tile_number(position: int, tile_level: int) -> int:
    """Return the number of the tile on ``tile_level`` that covers leaf ``position``."""
    return position >> (TILE_HEIGHT * (tile_level + 1))


def first_entry(tile_level: int, number: int) -> int:
    """Return the index of the first entry that a tile covers: where to look when it is damaged."""
    return number << (TILE_HEIGHT * (tile_level + 1))
