"""The tree's arithmetic against published values, and refusals of malformed proofs."""

from __future__ import annotations

import pytest

from xbridge.core.errors import TamperDetected
from xbridge.ledger.merkle import EMPTY_ROOT, leaf_hash, tree_root, verify_consistency, verify_inclusion
from xbridge.ledger.tree import Tree

# The entries and roots by which Certificate Transparency logs check themselves (RFC 6962 reference implementation).
ENTRIES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_published_roots(size):
    """Every published root comes out, from scratch and from a growing tree."""
    leaves = [leaf_hash(entry) for entry in ENTRIES[:size]]
    assert tree_root(leaves).hex() == Tree(leaves).root().hex() == ROOTS[size]


@pytest.fixture
def tree() -> Tree:
    """The tree over all eight published entries but the last."""
    return Tree(map(leaf_hash, ENTRIES[:7]))


def test_an_entry_is_verified_and_returned(tree):
    """Verification hands back the entry it vouches for."""
    verified = verify_inclusion(ENTRIES[4], index=4, size=7, path=tree.inclusion_path(4), root=tree.root())
    assert verified == ENTRIES[4]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"index": 5}, "mismatch"),
        ({"index": 7}, "malformed"),
        ({"index": -1}, "malformed"),
        ({"size": 4}, "malformed"),
        ({"root": EMPTY_ROOT}, "mismatch"),
        ({"path": ()}, "mismatch"),
    ],
)
def test_a_wrong_inclusion_proof_is_refused(tree, change, reason):
    """A proof holds for one entry, one index and one root only."""
    good = {"index": 4, "size": 7, "path": tree.inclusion_path(4), "root": tree.root()}
    with pytest.raises(TamperDetected) as caught:
        verify_inclusion(ENTRIES[4], **(good | change))
    assert (caught.value.claim, caught.value.reason) == ("inclusion", reason)


def test_a_proof_of_another_length_is_refused(tree):
    """A path with a step more, a step less, or a short step is malformed or wrong, never believed."""
    path = tree.inclusion_path(4)
    for bad in (path + path[:1], path[:-1], (path[0][:-1], *path[1:]), (path[0] + b"\x00", *path[1:])):
        with pytest.raises(TamperDetected):
            verify_inclusion(ENTRIES[4], index=4, size=7, path=bad, root=tree.root())


def test_a_proof_for_a_smaller_tree_is_not_one_for_a_larger(tree):
    """A path that leads to the root too early is refused although its hashes fit: the claimed size needs more."""
    two = Tree(map(leaf_hash, ENTRIES[:2]))
    with pytest.raises(TamperDetected):
        verify_inclusion(ENTRIES[0], index=0, size=4, path=two.inclusion_path(0), root=two.root())
    with pytest.raises(TamperDetected):
        verify_consistency(
            old_size=1, old_root=leaf_hash(ENTRIES[0]), size=4, root=two.root(), path=two.consistency_path(1)
        )


def test_a_node_does_not_pass_for_an_entry(tree):
    """The prefix byte keeps an inner node's content from being presented as an entry one level up."""
    node = tree.node(0, 0) + tree.node(0, 1)
    with pytest.raises(TamperDetected):
        verify_inclusion(node, index=0, size=4, path=tree.inclusion_path(0)[1:], root=tree.root())


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (-1, 7, ()),
        (8, 7, ()),
        (3, 7, ()),
        (3, 7, (bytes(31),)),
        (4, 7, (bytes(32), bytes(32), bytes(32))),
        (7, 7, (bytes(32),)),
        (0, 7, (bytes(32),)),
    ],
)
def test_a_wrong_consistency_proof_is_refused(tree, old, new, path):
    """No growth is believed without exactly the hashes that prove it."""
    old_root = tree_root([tree.node(0, i) for i in range(min(max(old, 0), 7))])
    with pytest.raises(TamperDetected) as caught:
        verify_consistency(old_size=old, old_root=old_root, size=new, root=tree.root(), path=path)
    assert caught.value.claim == "consistency"


def test_equal_sizes_need_equal_roots(tree):
    """Two different roots of one size are a fork."""
    with pytest.raises(TamperDetected):
        verify_consistency(old_size=7, old_root=bytes(32), size=7, root=tree.root(), path=())


def test_truncated_tree_is_the_shorter_tree():
    """Truncating undoes an append exactly, at every size."""
    leaves = [leaf_hash(bytes([i])) for i in range(40)]
    for size in range(41):
        tree = Tree(leaves)
        tree.truncate(size)
        assert (len(tree), tree.root()) == (size, tree_root(leaves[:size]))
        tree.extend(leaves[size:])
        assert tree.root() == tree_root(leaves)


def test_no_proof_outside_the_tree(tree):
    """Asking for a proof of what is not there is the caller's error."""
    with pytest.raises(ValueError, match="not in the tree"):
        tree.inclusion_path(7)
    with pytest.raises(ValueError, match="shrink"):
        tree.consistency_path(8)
    with pytest.raises(ValueError, match="not in the tree"):
        Tree().inclusion_path(0)
