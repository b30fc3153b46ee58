"""Tree arithmetic for the ledger (RFC 9162 section 2.1; the same tree as RFC 6962).

Pure functions over bytes.  Nothing here reads, writes or signs: ``tile`` and ``tree`` hold the hashes, ``checkpoint``
signs the root, stores persist.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

from xbridge.core.errors import TamperDetected

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()

NodeReader = Callable[[int, int], bytes]
"""``node(level, index)`` returns the hash over the ``2**level`` leaves from ``index << level``, all of which exist."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one entry; the 0x00 prefix keeps a leaf from passing for a node (RFC 9162 section 2.1.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node over its two children."""
    return sha256(b"\x01" + left + right).digest()


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over ``leaves``, which are leaf hashes; of none, the hash of nothing."""
    if not leaves:
        return EMPTY_ROOT
    row = list(leaves)
    while len(row) > 1:
        # A last node without a sibling moves up as it is, which is what the split at a power of two amounts to.
        odd_one = [row[-1]] if len(row) % 2 else []
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)] + odd_one
    return row[0]


def right_edge(size: int, node: NodeReader) -> tuple[bytes, ...]:
    """Return the last node of every level of the tree over ``size`` ≥ 1 leaves, leaf first; the last is the root.

    These are the only nodes that may cover an incomplete range, so every proof takes them from here.
    """
    last = size - 1
    edge = [node(0, last)]
    for level in range(last.bit_length()):
        index = last >> level
        edge.append(node_hash(node(level, index - 1), edge[level]) if index & 1 else edge[level])
    return tuple(edge)


def inclusion_path(index: int, size: int, node: NodeReader, edge: Sequence[bytes] | None = None) -> tuple[bytes, ...]:
    """Return the sibling hashes from leaf ``index`` to the root over ``size`` leaves (RFC 9162 section 2.1.3.1).

    ``edge`` is :func:`right_edge` of the same size, where the caller has it already.  Raises ``ValueError`` for an
    index outside the tree.
    """
    if not 0 <= index < size:
        raise ValueError("the index is not in the tree")
    return tuple(_siblings(0, index, size - 1, node, right_edge(size, node) if edge is None else edge))


def consistency_path(old: int, new: int, node: NodeReader, edge: Sequence[bytes] | None = None) -> tuple[bytes, ...]:
    """Return the proof that the tree over ``new`` leaves extends the one over ``old`` (RFC 9162 section 2.1.4.1).

    Empty when ``old`` is 0 or equals ``new``.  Raises ``ValueError`` unless 0 ≤ ``old`` ≤ ``new``.
    """
    if not 0 <= old <= new:
        raise ValueError("sizes must not shrink")
    if old in (0, new):
        return ()
    level = (old & -old).bit_length() - 1
    index = (old - 1) >> level
    # When the old tree is one perfect subtree the verifier has its hash already.
    path = [node(level, index)] if index else []
    path += _siblings(level, index, (new - 1) >> level, node, right_edge(new, node) if edge is None else edge)
    return tuple(path)


def _siblings(level: int, index: int, last: int, node: NodeReader, edge: Sequence[bytes]) -> list[bytes]:
    """Return the siblings met on the way up from node ``index``; ``last`` is the last node's index on that level."""
    path: list[bytes] = []
    while last:
        sibling = index ^ 1
        if sibling < last:
            path.append(node(level, sibling))
        elif sibling == last:
            path.append(edge[level])
        index >>= 1
        last >>= 1
        level += 1
    return path


def verify_inclusion(entry: bytes, *, index: int, size: int, path: Sequence[bytes], root: bytes) -> bytes:
    """Verify that ``entry`` is number ``index`` of the log with this ``size`` and ``root``, and return it.

    The steps of RFC 9162 section 2.1.3.2.  NOTE: ``size`` and ``root`` must come from one verified checkpoint, because
    a path alone may fit several sizes.  Raises ``TamperDetected("inclusion", …)`` with the index.
    """
    if not 0 <= index < size:
        raise TamperDetected("inclusion", reason="malformed", message="the index is not in the log", index=index)
    if any(len(step) != HASH_SIZE for step in path):
        raise TamperDetected("inclusion", reason="malformed", message="a path step is not 32 bytes", index=index)
    here, last, computed = index, size - 1, leaf_hash(entry)
    for step in path:
        if last == 0:
            raise TamperDetected("inclusion", reason="malformed", message="the path is too long", index=index)
        if here & 1 or here == last:
            computed = node_hash(step, computed)
            while here and not here & 1:
                here >>= 1
                last >>= 1
        else:
            computed = node_hash(computed, step)
        here >>= 1
        last >>= 1
    if last or computed != root:
        raise TamperDetected("inclusion", reason="mismatch", message="the entry is not in this log", index=index)
    return entry


def verify_consistency(*, old_size: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> bytes:
    """Verify that the log of ``size`` and ``root`` extends the older one without changing it, and return ``root``.

    The steps of RFC 9162 section 2.1.4.2; an empty old log is extended by every log.  Raises
    ``TamperDetected("consistency", …)``.
    """
    if not 0 <= old_size <= size or any(len(step) != HASH_SIZE for step in path):
        raise TamperDetected("consistency", reason="malformed")
    if old_size in (0, size):
        expected = EMPTY_ROOT if old_size == 0 else root
        if path or old_root != expected or (size == 0 and root != EMPTY_ROOT):
            raise TamperDetected("consistency", reason="mismatch")
        return root
    steps = list(path)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        raise TamperDetected("consistency", reason="missing")
    here, last = old_size - 1, size - 1
    while here & 1:
        here >>= 1
        last >>= 1
    old_computed = computed = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise TamperDetected("consistency", reason="malformed", message="the path is too long")
        if here & 1 or here == last:
            old_computed = node_hash(step, old_computed)
            computed = node_hash(step, computed)
            while here and not here & 1:
                here >>= 1
                last >>= 1
        else:
            computed = node_hash(computed, step)
        here >>= 1
        last >>= 1
    if last or old_computed != old_root or computed != root:
        raise TamperDetected("consistency", reason="mismatch", message="the log was rewritten, not extended")
    return root
