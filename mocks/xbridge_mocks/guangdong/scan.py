"""Signing in by scanning with the 粤省事 app: from the code on a screen to the press on a phone.

The browser that shows the code and the phone that scanned it are remembered, so that a forwarded code cannot end in
another browser and a second phone cannot join in. Pages are ``scan_page``; what the real app does is UNKNOWN.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Literal

from xbridge_mocks.clock import MockClock
from xbridge_mocks.guangdong.destination import Destination
from xbridge_mocks.guangdong.route import Generation
from xbridge_mocks.random_source import RandomSource

Phase = Literal["waiting", "scanned", "confirmed", "refused", "timed_out", "finished"]
DECISIONS: dict[str, Phase] = {"confirm": "confirmed", "refuse": "refused"}
_FORGET_AFTER = timedelta(hours=1)


@dataclass(slots=True, kw_only=True)
class Scan:
    """One sign-in on its way.  ``browser`` and ``phone`` mark devices; ``login_page`` is where it began."""

    token: str = field(repr=False)
    destination: Destination
    generation: Generation
    browser: str = field(repr=False)
    login_page: str = field(repr=False)
    expires: datetime
    phase: Phase = "waiting"
    phone: str = field(default="", repr=False)
    persona: str = ""

    @property
    def open(self) -> bool:
        """Whether a phone can still do something."""
        return self.phase in ("waiting", "scanned")


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingScan:
    """A scan that waits for a phone, as tests see it; ``token`` names it to the control API."""

    token: str
    service: str
    phase: Phase


class ScanBook:
    """The scans of one mock, by the token in the code.  Thread-safe."""

    def __init__(self, *, clock: MockClock, random: RandomSource, lifetime_s: int) -> None:
        """Start with none.  The lifetime is in seconds, from the code's first showing to the press."""
        self._clock = clock
        self._random = random
        self._lifetime = timedelta(seconds=lifetime_s)
        self._scans: dict[str, Scan] = {}
        self._lock = Lock()

    def start(self, destination: Destination, generation: Generation, *, browser: str, login_page: str) -> Scan:
        """Begin a sign-in shown in ``browser``; those long dead are forgotten on the way."""
        now = self._clock.now()
        scan = Scan(
            token=self._random.token(24), destination=destination, generation=generation, browser=browser,
            login_page=login_page, expires=now + self._lifetime,
        )  # fmt: skip
        with self._lock:
            self._scans = {key: held for key, held in self._scans.items() if held.expires > now - _FORGET_AFTER}
            self._scans[scan.token] = scan
        return scan

    def find(self, token: str) -> Scan | None:
        """Return the scan with this token, timed out if its time is over."""
        with self._lock:
            return self._current(token)

    def waiting(self) -> tuple[Scan, ...]:
        """Return the scans on which a phone can still do something, oldest first."""
        with self._lock:
            return tuple(scan for scan in map(self._current, list(self._scans)) if scan is not None and scan.open)

    def take(self, token: str, phone: str, persona: str) -> bool:
        """Let ``phone`` scan the code as ``persona``.  False when it was scanned before or is too old."""
        with self._lock:
            scan = self._current(token)
            if scan is None or scan.phase != "waiting":
                return False
            scan.phase, scan.phone, scan.persona = "scanned", phone, persona
            return True

    def decide(self, token: str, phone: str, decision: str) -> bool:
        """Take the press on the phone that scanned.  False for another phone, an unknown word, or too late."""
        with self._lock:
            scan = self._current(token)
            if scan is None or (scan.phase, scan.phone) != ("scanned", phone) or decision not in DECISIONS:
                return False
            scan.phase = DECISIONS[decision]
            return True

    def finish(self, token: str) -> bool:
        """Use a confirmed scan up.  False when there is nothing confirmed, or it was used before."""
        with self._lock:
            scan = self._current(token)
            if scan is None or scan.phase != "confirmed":
                return False
            scan.phase = "finished"
            return True

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._scans.clear()

    def _current(self, token: str) -> Scan | None:
        scan = self._scans.get(token)
        # A confirmed scan, too, must be taken to the service while the code is young.
        alive = scan is not None and scan.phase in ("waiting", "scanned", "confirmed")
        if scan is not None and alive and self._clock.now() >= scan.expires:
            scan.phase = "timed_out"
        return scan
