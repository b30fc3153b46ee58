"""Laws of the Merkle tree, and its agreement with an independent implementation (pymerkle)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from xbridge.core.errors import TamperDetected
from xbridge.ledger.merkle import (
    EMPTY_ROOT,
    consistency_path,
    inclusion_path,
    leaf_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from xbridge.ledger.tile import Edge, Tiles, load_edge, node_reader
from xbridge.ledger.tree import Tree

# Sizes around powers of two and around the tile width are where such code goes wrong.
SIZES = st.one_of(st.integers(1, 70), st.sampled_from([127, 128, 129, 255, 256, 257, 511, 512, 513, 600]))
ENTRIES = [index.to_bytes(2, "big") for index in range(600)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]


@st.composite
def size_and_index(draw: st.DrawFn) -> tuple[int, int]:
    """A tree size and the index of one of its entries."""
    size = draw(SIZES)
    return size, draw(st.integers(0, size - 1))


@st.composite
def two_sizes(draw: st.DrawFn) -> tuple[int, int]:
    """A tree size and the size of an older, possibly empty, state of it."""
    new = draw(SIZES)
    return draw(st.integers(0, new)), new


@given(size_and_index())
def test_agrees_with_pymerkle(case):
    """Roots and inclusion paths are those of pymerkle, byte for byte."""
    size, index = case
    other = InmemoryTree(algorithm="sha256")
    other.append_entries(ENTRIES[:size])
    tree = Tree(LEAVES[:size])
    assert tree.root() == other.get_root(size)
    # pymerkle counts from one and begins a path with the leaf itself.
    assert tree.inclusion_path(index) == tuple(other.prove_inclusion(index + 1, size).path[1:])


@given(size_and_index())
def test_every_entry_is_included(case):
    """The proof that a tree gives for an entry verifies against its root."""
    size, index = case
    tree = Tree(LEAVES[:size])
    verify_inclusion(ENTRIES[index], index=index, size=size, path=tree.inclusion_path(index), root=tree.root())


@given(size_and_index(), st.data())
def test_no_changed_proof_is_believed(case, data):
    """A proof with any bit changed, in the entry or in the path, is refused."""
    size, index = case
    tree = Tree(LEAVES[:size])
    path = tree.inclusion_path(index)
    whole = bytearray(ENTRIES[index] + b"".join(path))
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    whole[bit // 8] ^= 1 << bit % 8
    entry, changed = bytes(whole[:2]), tuple(bytes(whole[at : at + 32]) for at in range(2, len(whole), 32))
    with pytest.raises(TamperDetected):
        verify_inclusion(entry, index=index, size=size, path=changed, root=tree.root())


@given(size_and_index(), st.integers(-3, 700))
def test_a_proof_is_for_its_place_only(case, other):
    """A path proves one index; presented for any other, inside the tree or outside, it is refused."""
    size, index = case
    tree = Tree(LEAVES[:size])
    if other != index:
        with pytest.raises(TamperDetected):
            verify_inclusion(ENTRIES[index], index=other, size=size, path=tree.inclusion_path(index), root=tree.root())


@given(two_sizes())
def test_growth_is_consistent(case):
    """A grown tree proves that it extends each of its earlier states."""
    old, new = case
    tree = Tree(LEAVES[:new])
    path = tree.consistency_path(old)
    verify_consistency(old_size=old, old_root=tree_root(LEAVES[:old]), size=new, root=tree.root(), path=path)


@given(two_sizes(), st.data())
def test_rewriting_is_not_consistent(case, data):
    """A tree in which an old entry was changed cannot prove that it extends the old state."""
    old, new = case
    if old == 0:
        return
    changed = data.draw(st.integers(0, old - 1))
    leaves = [*LEAVES[:changed], leaf_hash(b"rewritten"), *LEAVES[changed + 1 : new]]
    forged = Tree(leaves)
    with pytest.raises(TamperDetected):
        verify_consistency(
            old_size=old,
            old_root=tree_root(LEAVES[:old]),
            size=new,
            root=forged.root(),
            path=forged.consistency_path(old),
        )


@given(st.lists(st.integers(1, 300), min_size=1, max_size=5))
def test_tiles_are_the_tree(batches):
    """However a log grows, its tiles give the tree's root, proofs and, read again, the very same edge."""
    edge, stored = Edge(), Tiles()
    for batch in batches:
        leaves = [LEAVES[(edge.size + step) % 600] for step in range(batch)]
        edge, tiles = edge.grow(leaves)
        stored |= tiles
    size = edge.size
    tree = Tree([LEAVES[index % 600] for index in range(size)])

    def read_tile(level: int, number: int) -> bytes | None:
        return stored.get((level, number))

    assert edge.root() == tree.root()
    assert load_edge(size, read_tile) == edge
    node = node_reader(read_tile)
    for index in {0, size // 2, size - 1}:
        assert inclusion_path(index, size, node) == tree.inclusion_path(index)
    assert consistency_path(size // 2, size, node) == tree.consistency_path(size // 2)


@given(st.lists(st.binary(max_size=8), max_size=40), st.integers(0, 40))
def test_one_by_one_is_all_at_once(entries, cut):
    """A tree does not remember how it grew: single appends, batches and a fold give one root."""
    leaves = [leaf_hash(entry) for entry in entries]
    single = Tree()
    for leaf in leaves:
        single.append(leaf)
    batched = Tree(leaves[:cut])
    batched.extend(leaves[cut:])
    assert single.root() == batched.root() == tree_root(leaves) == Edge().grow(leaves)[0].root()
    assert (single.root() == EMPTY_ROOT) == (not leaves)
