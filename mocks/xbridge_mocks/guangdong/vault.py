"""The codes and tokens the Guangdong mock has given out.

In memory and thread-safe; every decision is taken under one lock, so of two takers of one code exactly one wins.
It knows nothing of HTTP and decides nothing about clients beyond "was this issued to you?".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from xbridge_mocks.clock import MockClock
from xbridge_mocks.guangdong.session import SignedIn
from xbridge_mocks.random_source import RandomSource

_FORGET_AFTER = timedelta(hours=1)


class GrantRefused(Exception):
    """The code or token is not worth anything.  ``reason`` is a fixed word and never holds the value."""

    def __init__(self, reason: str) -> None:
        """Keep the reason: ``unknown``, ``other_client``, ``other_generation``, ``spent`` or ``expired``."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Who logged in, for which service, to be sent back where, at the endpoints of which generation."""

    client_id: str
    redirect_uri: str
    who: SignedIn
    generation: str


@dataclass(slots=True, kw_only=True)
class _Code:
    grant: Grant
    expires: datetime
    spent: bool = False
    revoked: bool = False
    token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    grant: Grant
    expires: datetime


class GrantVault:
    """Codes (single use) and access tokens of one mock."""

    def __init__(self, *, clock: MockClock, random: RandomSource, code_lifetime_s: int, token_lifetime_s: int) -> None:
        """Start empty.  Lifetimes are in seconds and end on the stroke: at the last second the value is dead."""
        self._clock = clock
        self._random = random
        self._code_lifetime = timedelta(seconds=code_lifetime_s)
        self._token_lifetime = timedelta(seconds=token_lifetime_s)
        self._codes: dict[str, _Code] = {}
        self._tokens: dict[str, _Token] = {}
        self._lock = Lock()

    def issue_code(self, grant: Grant, *, already_expired: bool = False, already_spent: bool = False) -> str:
        """Return a fresh opaque code.  The two flags exist for the faults that hand out a worthless one."""
        now = self._clock.now()
        code = self._random.token(32)
        expires = now if already_expired else now + self._code_lifetime
        with self._lock:
            self._forget(now)
            self._codes[code] = _Code(grant=grant, expires=expires, spent=already_spent)
        return code

    def redeem(self, code: str, *, client_id: str, generation: str | None, revoke_on_replay: bool) -> Grant:
        """Spend ``code`` and return what it stands for.

        A code presented by the service it was issued to is spent by that, whatever the outcome of later checks.
        Presented by another service it is refused and stays as it was, so that a thief cannot burn it; so it does at
        the endpoint of another ``generation`` than that it was issued in (None: any will do).

        Raises GrantRefused. A second use also revokes the token of the first when ``revoke_on_replay``.
        """
        now = self._clock.now()
        with self._lock:
            entry = self._codes.get(code)
            if entry is None:
                raise GrantRefused("unknown")
            if entry.grant.client_id != client_id:
                raise GrantRefused("other_client")
            if generation not in (None, entry.grant.generation):
                raise GrantRefused("other_generation")
            if entry.spent:
                if revoke_on_replay:
                    entry.revoked = True
                    self._tokens.pop(entry.token or "", None)
                raise GrantRefused("spent")
            entry.spent = True
            if now >= entry.expires:
                raise GrantRefused("expired")
            return entry.grant

    def issue_token(self, code: str, *, suffix: str = "") -> str:
        """Return an access token for a code just redeemed: a UUID, with the node suffix older replies show.

        Raises GrantRefused if the code was replayed, or everything forgotten, since it was redeemed.
        """
        now = self._clock.now()
        digits = self._random.hex(16)
        token = f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}{suffix}"
        with self._lock:
            entry = self._codes.get(code)
            if entry is None or entry.revoked:
                raise GrantRefused("unknown" if entry is None else "spent")
            entry.token = token
            self._tokens[token] = _Token(grant=entry.grant, expires=now + self._token_lifetime)
        return token

    def lookup(self, token: str, *, generation: str | None) -> Grant:
        """Return what a live access token of this ``generation`` (None: of any) stands for.  Raises GrantRefused."""
        now = self._clock.now()
        with self._lock:
            entry = self._tokens.get(token)
            if entry is None:
                raise GrantRefused("unknown")
            if generation not in (None, entry.grant.generation):
                raise GrantRefused("other_generation")
            if now >= entry.expires:
                raise GrantRefused("expired")
            return entry.grant

    def clear(self) -> None:
        """Forget every code and token."""
        with self._lock:
            self._codes.clear()
            self._tokens.clear()

    def _forget(self, now: datetime) -> None:
        """Drop what has been dead for an hour, so that a mock left running does not grow."""
        limit = now - _FORGET_AFTER
        self._codes = {key: entry for key, entry in self._codes.items() if entry.expires > limit}
        self._tokens = {key: held for key, held in self._tokens.items() if held.expires > limit}
