"""What one process remembers for a while: the cache behind ``Recall`` and ``Remember``.

Content keys live here and nowhere else, so there is no form of this that reaches a disk.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from threading import Lock

MAX_ITEMS = 4096


class ProcessMemory:
    """A bounded, thread-safe map of values that expire; the oldest go first when it is full."""

    def __init__(self) -> None:
        """Start empty."""
        self._items: OrderedDict[str, tuple[bytes, datetime]] = OrderedDict()
        self._lock = Lock()

    def recall(self, key: str, *, now: datetime) -> bytes | None:
        """Return the value under ``key`` while it has not expired."""
        with self._lock:
            item = self._items.get(key)
            if item is None:
                return None
            value, expires_at = item
            if expires_at <= now:
                del self._items[key]
                return None
            return value

    def remember(self, key: str, value: bytes | None, *, expires_at: datetime) -> None:
        """Keep ``value`` until ``expires_at``; None forgets it."""
        with self._lock:
            self._items.pop(key, None)
            if value is not None:
                self._items[key] = (value, expires_at)
            while len(self._items) > MAX_ITEMS:
                self._items.popitem(last=False)
