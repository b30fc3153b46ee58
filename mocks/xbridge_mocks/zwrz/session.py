"""The platform's own single sign-on session, and the guard of its forms.

A session is a cookie on the platform's side and says only which officer signed in. Lifetimes follow the mock's clock.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from xbridge_mocks.clock import MockClock
from xbridge_mocks.random_source import RandomSource

__all__ = ["FormGuard", "Sessions"]


class Sessions:
    """Who is signed in, by cookie value (persona keys); the lifetime counts from sign-in and does not slide."""

    def __init__(self, *, clock: MockClock, random: RandomSource, lifetime_s: int) -> None:
        self._clock = clock
        self._random = random
        self._lifetime = timedelta(seconds=lifetime_s)
        self._open: dict[str, tuple[str, datetime]] = {}

    def open(self, persona: str) -> str:
        """Sign a persona in and return the new cookie value; an older cookie value is never taken over."""
        now = self._clock.now()
        value = self._random.token(32)
        self._open = {key: held for key, held in self._open.items() if held[1] > now}
        self._open[value] = (persona, now + self._lifetime)
        return value

    def persona(self, cookie: str | None) -> str | None:
        """The key of the persona behind a live cookie, or None."""
        held = self._open.get(cookie or "")
        return held[0] if held is not None and self._clock.now() < held[1] else None

    def drop(self, cookie: str | None) -> None:
        """End the session behind ``cookie``, if there is one."""
        self._open.pop(cookie or "", None)

    def clear(self) -> None:
        """Sign everybody out."""
        self._open.clear()


class FormGuard:
    """Ties a form to the browser that asked for it and to the service it was asked for (CSRF defence)."""

    def __init__(self, random: RandomSource) -> None:
        self._random = random
        self._key = random.bytes(32)

    def new_cookie(self) -> str:
        """A fresh value for the form cookie."""
        return self._random.token(16)

    def mark(self, cookie: str, *, client_id: str, redirect_uri: str) -> str:
        """The hidden field that belongs to this browser, service and address."""
        # Lengths in front keep the parts apart: no two different triples give the same bytes.
        parts = [part.encode("utf-8", "replace") for part in (cookie, client_id, redirect_uri)]
        message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()

    def matches(self, mark: str, cookie: str | None, *, client_id: str, redirect_uri: str) -> bool:
        """Whether the hidden field belongs to this browser, service and address."""
        if not cookie:
            return False
        expected = self.mark(cookie, client_id=client_id, redirect_uri=redirect_uri)
        return hmac.compare_digest(expected.encode(), mark.encode("utf-8", "replace"))
