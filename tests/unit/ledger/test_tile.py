"""Damaged or missing tiles are noticed, not computed with."""

from __future__ import annotations

import pytest

from xbridge.core.errors import TamperDetected
from xbridge.ledger.merkle import leaf_hash
from xbridge.ledger.tile import TILE_BYTES, Edge, load_edge, node_reader

LEAVES = [leaf_hash(index.to_bytes(2, "big")) for index in range(600)]


@pytest.fixture
def tiles():
    """The tiles of a log of 600 entries."""
    return Edge().grow(LEAVES)[1]


def test_layout(tiles):
    """Six hundred entries fill two tiles, begin a third, and put two hashes into the level above."""
    assert {key: len(hashes) // 32 for key, hashes in tiles.items()} == {
        (0, 0): 256,
        (0, 1): 256,
        (0, 2): 88,
        (1, 0): 2,
    }


def test_only_the_rightmost_tiles_change(tiles):
    """Appending rewrites nothing that is full."""
    grown, changed = load_edge(600, lambda level, number: tiles.get((level, number))).grow([LEAVES[0]])
    assert grown.size == 601
    assert set(changed) == {(0, 2)}
    assert len(changed[0, 2]) < TILE_BYTES


@pytest.mark.parametrize("key", [(0, 0), (0, 2), (1, 0)])
@pytest.mark.parametrize("damage", [None, b"", b"cut"])
def test_a_damaged_tile_is_noticed(tiles, key, damage):
    """A tile that is gone or cut short stops whoever needs it."""
    tiles[key] = (tiles[key] if damage == b"cut" else damage) and tiles[key][:-1]

    def read_all() -> None:
        node = node_reader(lambda level, number: tiles.get((level, number)))
        load_edge(600, lambda level, number: tiles.get((level, number)))
        for index in range(600):
            node(0, index)

    with pytest.raises(TamperDetected) as caught:
        read_all()
    assert caught.value.claim == "tile"
