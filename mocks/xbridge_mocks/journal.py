"""What arrived at a mock, which checks it passed, and what was answered.

For people asking "why was I refused?". It holds no bodies, no secrets, no tokens and no personal data: query values
appear only for names that are declared harmless.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import parse_qsl, quote

__all__ = ["Check", "Journal", "JournalEntry", "Outcome", "mask_path"]

Outcome = Literal["ok", "refused", "fault"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check a request went through; ``detail`` says what was seen, in words that hold no secret."""

    name: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One request and its answer. ``code`` is the platform's own result code, where there was one."""

    at: datetime
    method: str
    path: str
    operation: str
    outcome: Outcome
    checks: tuple[Check, ...] = ()
    code: str | None = None


class Journal:
    """The last ``capacity`` entries, oldest first. Thread-safe."""

    def __init__(self, capacity: int = 10_000) -> None:
        self._entries: deque[JournalEntry] = deque(maxlen=capacity)
        self._lock = threading.Lock()

    def entries(self) -> tuple[JournalEntry, ...]:
        """Everything still held, oldest first."""
        with self._lock:
            return tuple(self._entries)

    def record(
        self,
        *,
        at: datetime,
        method: str,
        path: str,
        operation: str,
        outcome: Outcome,
        checks: Iterable[Check] = (),
        code: str | None = None,
    ) -> JournalEntry:
        """Add one entry and return it. ``path`` is already masked, see :func:`mask_path`."""
        entry = JournalEntry(
            at=at, method=method, path=path, operation=operation, outcome=outcome, checks=tuple(checks), code=code
        )
        with self._lock:
            self._entries.append(entry)
        return entry

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()


def mask_path(path: str, query: str, *, shown: Collection[str]) -> str:
    """Join path and query, keeping the values of the names in ``shown`` and writing ``***`` for every other one.

    The list is of what may be seen, not of what must be hidden, so a parameter nobody thought of stays hidden.
    """
    pairs = parse_qsl(query, keep_blank_values=True, errors="replace")
    if not pairs:
        return path
    parts = (f"{quote(name)}={quote(value, safe='') if name in shown else '***'}" for name, value in pairs)
    return path + "?" + "&".join(parts)
