"""The platform's own single sign-on session, and the guard of its login form.

A session is a cookie on the platform's side and says only which persona signed in; a relying service has its own
session and never sees this one. Lifetimes follow the mock's clock, not the browser's.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from xbridge_mocks.clock import MockClock
from xbridge_mocks.random_source import RandomSource

# Cookies ignore ports, and both mocks usually live on 127.0.0.1: the names must differ from every other cookie there.
SESSION_COOKIE = "xbridge_mock_gd_sso"
FORM_COOKIE = "xbridge_mock_gd_form"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who is signed in, how (a value of ``accout_type``), since when, and the public id of that session.

    ``token_id`` is told to services; it is not the cookie, and opens nothing.
    """

    persona: str
    account_type: str
    at: datetime
    token_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Session:
    who: SignedIn
    expires: datetime


class SessionBook:
    """The sessions of one mock.  Thread-safe.

    The lifetime counts from sign-in and does not slide; whether the platform's does is UNKNOWN (dossier 2.5).
    """

    def __init__(self, *, clock: MockClock, random: RandomSource, lifetime_s: int) -> None:
        """Start with nobody signed in."""
        self._clock = clock
        self._random = random
        self._lifetime = timedelta(seconds=lifetime_s)
        self._sessions: dict[str, _Session] = {}
        self._lock = Lock()

    def open(self, persona: str, *, account_type: str) -> tuple[str, SignedIn]:
        """Sign a persona in and return the new cookie value, too; an older cookie value is never taken over."""
        now = self._clock.now()
        who = SignedIn(persona=persona, account_type=account_type, at=now, token_id=self._random.hex(16))
        value = self._random.token(32)
        with self._lock:
            self._sessions = {key: held for key, held in self._sessions.items() if held.expires > now}
            self._sessions[value] = _Session(who=who, expires=now + self._lifetime)
        return value, who

    def who(self, cookie: str | None) -> SignedIn | None:
        """Return who is signed in behind a live cookie, or None."""
        if cookie is None:
            return None
        with self._lock:
            session = self._sessions.get(cookie)
        return session.who if session is not None and self._clock.now() < session.expires else None

    def drop(self, cookie: str | None) -> bool:
        """End the session behind ``cookie`` and say whether there was one."""
        with self._lock:
            return cookie is not None and self._sessions.pop(cookie, None) is not None

    def clear(self) -> None:
        """Sign everybody out."""
        with self._lock:
            self._sessions.clear()


class FormGuard:
    """Ties a form to the browser that asked for it and to what it is about, as a service and its address (CSRF defence)."""

    def __init__(self, *, random: RandomSource) -> None:
        """Draw the key of this run."""
        self._random = random
        self._key = random.bytes(32)

    def new_cookie(self) -> str:
        """Return a fresh value for the form cookie."""
        return self._random.token(16)

    def mark(self, cookie: str, *about: str) -> str:
        """Return the hidden field that belongs to this browser and to what the form is about."""
        # Lengths in front keep the parts apart: no two different lists give the same bytes.
        parts = [part.encode("utf-8", "replace") for part in (cookie, *about)]
        message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()

    def matches(self, mark: str, cookie: str | None, *about: str) -> bool:
        """Say whether the hidden field belongs to this browser and to what the form is about."""
        if cookie is None:
            return False
        return hmac.compare_digest(self.mark(cookie, *about).encode(), mark.encode("utf-8", "replace"))
