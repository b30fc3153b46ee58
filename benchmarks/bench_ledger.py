"""What the ledger costs: signed and durable appends against a hash chain, proofs against pymerkle, the audit.

All contestants take turns within one run on the same disk, so that a slow moment falls on all alike; read the ratios.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

import rfc8785
from pymerkle import InmemoryTree

from xbridge.core.ids import new_record_id
from xbridge.crypto.key import SigningKey
from xbridge.ledger.checkpoint import checkpoint_signer
from xbridge.ledger.entry import build_entry, entry_bytes
from xbridge.ledger.merkle import leaf_hash
from xbridge.ledger.note import note_key, note_verifier
from xbridge.ledger.tree import Tree
from xbridge.stores.sqlite import SQLiteStore

ORIGIN = "bench.example/ledger"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
BATCH = 256
QUICK = bool(os.environ.get("XBRIDGE_BENCH_QUICK"))


def fields() -> dict[str, Any]:
    """Return what one entry says; the same for every contestant."""
    return {
        "kind": "decision",
        "now": NOW,
        "entry_id": new_record_id(NOW, os.urandom),
        "link": "l" * 43,
        "consent": new_record_id(NOW, os.urandom),
        "body_digest": "sha256:" + "0a" * 32,
        "detail": {"outcome": "permit", "purpose": "xb:social-benefit", "source": "HK", "target": "440000"},
    }


class HashChain:
    """The usual way: every record names its predecessor's hash and bears its own signature."""

    def __init__(self, path: Path, key: SigningKey) -> None:
        """Make the table with the same care for the disk as our store."""
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("CREATE TABLE record (seq INTEGER PRIMARY KEY, body BLOB, signature BLOB)")
        self._key, self._head = key, bytes(32)

    def append(self, number: int) -> None:
        """Append ``number`` records in one transaction."""
        self._db.execute("BEGIN IMMEDIATE")
        for _ in range(number):
            record = fields()
            record["now"] = "2026-11-22T00:00:00Z"
            body = rfc8785.dumps(record | {"previous": self._head.hex()})
            self._head = sha256(body).digest()
            self._db.execute("INSERT INTO record (body, signature) VALUES (?, ?)", (body, self._key.sign(body)))
        self._db.execute("COMMIT")

    def insert_only(self, number: int) -> None:
        """Insert ``number`` records without hash and signature in one transaction: what the disk allows."""
        body = b"x" * 400
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany("INSERT INTO record (body) VALUES (?)", ((body,) for _ in range(number)))
        self._db.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def rate(work: Callable[[], int]) -> float:
    """Return how many per second ``work`` did; it returns how many it did."""
    started = time.perf_counter()
    done = work()
    return done / (time.perf_counter() - started)


def take_turns(contestants: dict[str, Callable[[], int]], rounds: int) -> dict[str, float]:
    """Return the median rate of each contestant over ``rounds`` turns."""
    rates: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, work in contestants.items():
            rates[name].append(rate(work))
    return {name: median(values) for name, values in rates.items()}


def show(title: str, rates: dict[str, float], reference: str) -> None:
    """Print one table; the ratio is against ``reference``."""
    print(f"\n{title:<58}{'per second':>12}{'ratio':>9}")
    for name, value in rates.items():
        print(f"  {name:<56}{value:>12,.0f}{value / rates[reference]:>8.2f}x")


def bench_append(folder: Path, key: SigningKey) -> None:
    """Compare appends: one at a time, in batches, and without any proof."""
    chain = HashChain(folder / "chain.db", key)
    raw = note_key(ORIGIN, key.public()).public_key_raw
    store = SQLiteStore(folder / "store.db")
    store.bind_log(origin=ORIGIN, sign=checkpoint_signer(origin=ORIGIN, public_key_raw=raw, signer=key))

    def ours(batch: int, batches: int) -> int:
        for _ in range(batches):
            store.append([entry_bytes(build_entry(**fields())) for _ in range(batch)], [], now=NOW)
        return batch * batches

    def theirs(append: Callable[[int], None], batch: int, batches: int) -> int:
        for _ in range(batches):
            append(batch)
        return batch * batches

    single, many = (50, 4) if QUICK else (200, 12)
    chain_single = "hash chain, rfc8785, signature per record, commit each"
    bulk = f"plain inserts, unsigned, {BATCH} per commit"
    rates = take_turns(
        {
            chain_single: lambda: theirs(chain.append, 1, single),
            "xbridge, commit each": lambda: ours(1, single),
            f"the same chain, {BATCH} per commit": lambda: theirs(chain.append, BATCH, many),
            f"xbridge, {BATCH} per commit": lambda: ours(BATCH, many),
            bulk: lambda: theirs(chain.insert_only, BATCH, many),
        },
        3 if QUICK else 7,
    )
    show("signed and durable appends", rates, chain_single)
    print(
        f"  xbridge in batches reaches {rates[f'xbridge, {BATCH} per commit'] / rates[bulk]:.2f} of the plain inserts"
    )
    verifiers = [note_verifier(note_key(ORIGIN, key.public()))]
    size = store.view_log([]).size
    audits = rate(lambda: store.audit(origin=ORIGIN, verifiers=verifiers).size)
    print(f"  audit of these {size:,} entries in {len(store.checkpoints()):,} checkpoints: {audits:,.0f} entries/s")
    chain.close()
    store.close()


def bench_tree(size: int) -> None:
    """Compare the tree in memory with pymerkle's at ``size`` leaves."""
    entries = [index.to_bytes(8, "big") for index in range(size)]
    trees: dict[str, Any] = {}

    def grow_ours() -> int:
        tree = trees["ours"] = Tree()
        for entry in entries:
            tree.append(leaf_hash(entry))
        return size

    def grow_theirs() -> int:
        tree = trees["theirs"] = InmemoryTree(algorithm="sha256")
        for entry in entries:
            tree.append_entry(entry)
        return size

    show(f"tree of {size:,}: append", take_turns({"pymerkle": grow_theirs, "xbridge": grow_ours}, 3), "pymerkle")
    number = 200 if QUICK else 2000
    turn = count()

    def prove_ours() -> int:
        start = next(turn) * 7919
        for step in range(number):
            trees["ours"].inclusion_path((start + step * 104_729) % size)
        return number

    def prove_theirs() -> int:
        start = next(turn) * 7919
        for step in range(number):
            trees["theirs"].prove_inclusion((start + step * 104_729) % size + 1, size)
        return number

    rates = take_turns({"pymerkle": prove_theirs, "xbridge": prove_ours}, 5)
    show(f"tree of {size:,}: inclusion proof", rates, "pymerkle")
    print(f"  one proof takes {1e6 / rates['xbridge']:.1f} microseconds")


def main() -> None:
    """Print the tables."""
    key = SigningKey.generate("EdDSA")
    with tempfile.TemporaryDirectory() as folder:
        bench_append(Path(folder), key)
    for size in (10_000,) if QUICK else (10_000, 100_000):
        bench_tree(size)
    with tempfile.TemporaryDirectory() as folder, closing(SQLiteStore(Path(folder) / "store.db")) as store:
        raw = note_key(ORIGIN, key.public()).public_key_raw
        store.bind_log(origin=ORIGIN, sign=checkpoint_signer(origin=ORIGIN, public_key_raw=raw, signer=key))
        size = 10_000 if QUICK else 100_000
        store.append([b"entry %d" % index for index in range(size)], [], now=NOW)
        number = 200
        proofs = rate(lambda: len([store.view_log([step * 7919 % size]) for step in range(number)]))
        print(
            f"\none entry with its checked proof from SQLite tiles, {size:,} entries: {1e6 / proofs:,.0f} microseconds"
        )


if __name__ == "__main__":
    main()
