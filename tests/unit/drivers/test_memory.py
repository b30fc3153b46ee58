"""What a process remembers: bounded, expiring, never more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from xbridge.drivers.memory import MAX_ITEMS, ProcessMemory

NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
LATER = NOON + timedelta(seconds=1)


def test_until_it_expires() -> None:
    """A value is there until the moment it expires, exclusively, and gone for good afterwards."""
    memory = ProcessMemory()
    memory.remember("k", b"v", expires_at=LATER)
    assert memory.recall("k", now=NOON) == b"v"
    assert memory.recall("k", now=LATER) is None
    assert memory.recall("k", now=NOON) is None


def test_replaced_and_forgotten() -> None:
    """The newest value counts; None forgets it."""
    memory = ProcessMemory()
    memory.remember("k", b"1", expires_at=LATER)
    memory.remember("k", b"2", expires_at=LATER)
    assert memory.recall("k", now=NOON) == b"2"
    memory.remember("k", None, expires_at=LATER)
    assert memory.recall("k", now=NOON) is None


def test_bounded() -> None:
    """A process that is asked to remember too much forgets the oldest first."""
    memory = ProcessMemory()
    for number in range(MAX_ITEMS + 1):
        memory.remember(str(number), b"v", expires_at=LATER)
    assert memory.recall("0", now=NOON) is None
    assert memory.recall("1", now=NOON) == b"v"
    assert memory.recall(str(MAX_ITEMS), now=NOON) == b"v"


def test_threads() -> None:
    """Threads that read and write the same key never see anything but a value or nothing."""
    memory = ProcessMemory()

    def work(number: int) -> bytes | None:
        memory.remember("k", b"v" if number % 3 else None, expires_at=LATER)
        return memory.recall("k", now=NOON if number % 2 else LATER)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(work, range(500))) <= {b"v", None}
