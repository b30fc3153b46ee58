"""What the check of a forwarded request costs: the bare digest, the whole check, and the check with a replay store.

Ratios inside one interleaved run, as in ``bench_token``; the last column is checks per second of one process and thread.
Every check is of a request of its own, because a nonce is good once; making requests is not measured.
Nothing here is a test.
"""

from __future__ import annotations

import hashlib
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter_ns
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))
sys.path.insert(0, str(ROOT / "mocks"))

from xbridge import Bridge  # noqa: E402
from xbridge.core.ports import Store  # noqa: E402
from xbridge.protocols.tif_gateway import (  # noqa: E402
    read_headers,
    signature_of,
    verify_nonce_form,
    verify_signature,
    verify_time,
)
from xbridge.stores.memory import MemoryStore  # noqa: E402
from xbridge.stores.sqlite import SQLiteStore  # noqa: E402
from xbridge.testing import World  # noqa: E402

QUICK = bool(os.environ.get("XBRIDGE_BENCH_QUICK"))
ROUNDS, CALLS = (5, 20) if QUICK else (31, 60)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
USER = {"uid": "0123456789abcdef01234567", "uinfo": "810000199001010019", "ext": "eyJuYW1lIjoi6Zmz5aSn5paHIn0="}
Headers = list[tuple[str, str]]


def requests(paasid: str, token: str) -> Iterator[Headers]:
    """Yield signed requests for ever, each with a nonce of its own."""
    timestamp = str(int(NOW.timestamp()))
    number = 0
    while True:
        number += 1
        nonce = f"{number:016x}"
        values = {
            "paasid": paasid, "timestamp": timestamp, "nonce": nonce, **USER,
            "signature": signature_of(
                token, timestamp=timestamp, nonce=nonce, uid=USER["uid"], uinfo=USER["uinfo"], ext=USER["ext"]
            ),
        }  # fmt: skip
        yield [
            ("host", "svc.example"),
            ("accept", "*/*"),
            *((f"x-tif-{name}", value) for name, value in values.items()),
        ]


def pure(headers: Headers, token: str) -> None:
    """Check one request without a store."""
    found = read_headers(headers)
    verify_time(found, now=NOW, window_s=180, future_s=180)
    verify_nonce_form(found, lengths=(10, 36))
    verify_signature(found, token)


def bare(headers: Headers, token: str) -> None:
    """Hash the same bytes."""
    told = dict(headers)
    timestamp = told["x-tif-timestamp"]
    middle = f"{told['x-tif-nonce']},{told['x-tif-uid']},{told['x-tif-uinfo']},{told['x-tif-ext']}"
    hashlib.sha256(f"{timestamp}{token}{middle}{timestamp}".encode()).hexdigest()


def bridge_over(world: World, store: Store) -> Bridge:
    """Return a Bridge whose nonces live in ``store``."""
    return Bridge(world.config, store=store, clock=lambda: NOW, audit=lambda _: None)


def compare(subjects: dict[str, Callable[[Headers], object]], supply: Iterator[Headers]) -> None:
    """Time ``subjects`` in turn, each on requests of its own, and print them beside the first one."""
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(ROUNDS):
        for name, check in subjects.items():
            batch = [next(supply) for _ in range(CALLS)]
            start = perf_counter_ns()
            for headers in batch:
                check(headers)
            times[name].append((perf_counter_ns() - start) / CALLS / 1000)
    first = times[next(iter(subjects))]
    print("\ncheck of a forwarded request (1.00 = bare SHA-256 of the same bytes)")
    for name, measured in times.items():
        cost = statistics.median(b / a for a, b in zip(first, measured, strict=True))
        middle = statistics.median(measured)
        print(f"  {name:<36}{middle:9.1f} µs   {cost:8.2f} x   {1e6 / middle:10,.0f} /s")


def main() -> None:
    """Print the table."""
    documents: list[dict[str, Any]] = []
    world = World(gateway=True, overrides=documents.append)
    gateway = documents[0]["providers"]["guangdong"]["gateway"]
    token = gateway["token"]
    with tempfile.TemporaryDirectory() as folder:
        file = SQLiteStore(str(Path(folder) / "nonces.db"))
        memory, sqlite = bridge_over(world, MemoryStore()), bridge_over(world, file)
        compare(
            {
                "bare SHA-256": lambda headers: bare(headers, token),
                "headers, window, signature": lambda headers: pure(headers, token),
                "the same with nonces in memory": lambda headers: memory.verify_gateway_request(headers),
                "the same with nonces in SQLite": lambda headers: sqlite.verify_gateway_request(headers),
            },
            requests(gateway["paasid"], token),
        )
        for each in (memory, sqlite):
            each.close()
        file.close()


if __name__ == "__main__":
    main()
