"""How often a page may ask how its request stands.

A courtesy to the store, not a promise: it counts in this process, so several workers allow as many times as much.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

MAX_PAGES = 10_000


class Pace:
    """Lets each page pass once in an interval; the pages asked about longest ago are forgotten first."""

    def __init__(self, interval_s: float, *, clock: Callable[[], datetime]) -> None:
        """``interval_s`` is what a page is told to wait; half of it is tolerated, because clocks and networks wobble."""
        self._least_s = interval_s / 2
        self._clock = clock
        self._last: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, session: str, business_id: str) -> bool:
        """Return whether this page may ask now, and count it if so."""
        now, page = self._clock().timestamp(), (session, business_id)
        with self._lock:
            # A clock that went back must not lock anybody out.
            if 0 <= now - self._last.get(page, float("-inf")) < self._least_s:
                return False
            self._last[page] = now
            self._last.move_to_end(page)
            if len(self._last) > MAX_PAGES:
                self._last.popitem(last=False)
            return True
