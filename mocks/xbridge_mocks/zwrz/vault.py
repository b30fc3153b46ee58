"""What the zwrz mock has given out: codes, access tokens, and the store codes of a login through 粤政易.

In memory; its user holds one lock around every request, so of two takers of one code exactly one wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from xbridge_mocks.clock import MockClock
from xbridge_mocks.random_source import RandomSource
from xbridge_mocks.zwrz.setting import ZwrzMockSettings

__all__ = ["Grant", "GrantRefused", "Vault"]

_FORGET_AFTER = timedelta(hours=1)


class GrantRefused(Exception):
    """The code or token is not worth anything.  ``reason`` is a fixed word and never holds the value."""

    def __init__(self, reason: str) -> None:
        """Keep the reason: ``unknown``, ``other_client``, ``other_address``, ``spent`` or ``expired``."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Who logged in (a persona key), for which service, to be sent back where."""

    client_id: str
    redirect_uri: str
    persona: str


@dataclass(slots=True, kw_only=True)
class _Item:
    grant: Grant
    expires: datetime
    spent: bool = False
    token: str | None = None


class Vault:
    """Codes and store codes (each single use) and access tokens of one mock."""

    def __init__(self, *, clock: MockClock, random: RandomSource, settings: ZwrzMockSettings) -> None:
        self._clock = clock
        self._random = random
        self._settings = settings
        self._codes: dict[str, _Item] = {}
        self._tokens: dict[str, _Item] = {}
        self._store_codes: dict[str, _Item] = {}

    def issue_code(self, grant: Grant, *, expired: bool = False, spent: bool = False) -> str:
        """A fresh code; the two flags exist for the faults that hand out a worthless one."""
        return self._issue(self._codes, grant, 0 if expired else self._settings.code_lifetime_s, spent=spent)

    def issue_store_code(self, grant: Grant) -> str:
        """A fresh code for the login page itself, by which it carries on a login through 粤政易."""
        return self._issue(self._store_codes, grant, self._settings.store_code_lifetime_s)

    def redeem(self, code: str, *, client_id: str, redirect_uri: str) -> str:
        """Spend ``code`` and return an access token.  Raises GrantRefused; a second use also revokes the first's token.

        Presented by another service it is refused and stays as it was, so that a thief cannot burn it.
        """
        item = self._live(self._codes, code, client_id=client_id)
        if item.grant.redirect_uri != redirect_uri:
            raise GrantRefused("other_address")
        item.token = self._issue(self._tokens, item.grant, self._settings.token_lifetime_s)
        return item.token

    def redeem_store_code(self, code: str, *, client_id: str, redirect_uri: str) -> Grant:
        """Spend a store code and return what it stands for.  Raises GrantRefused."""
        item = self._live(self._store_codes, code, client_id=client_id)
        if item.grant.redirect_uri != redirect_uri:
            raise GrantRefused("other_address")
        return item.grant

    def lookup(self, token: str) -> Grant:
        """What a live access token stands for.  Raises GrantRefused."""
        item = self._tokens.get(token)
        if item is None:
            raise GrantRefused("unknown")
        if self._clock.now() >= item.expires:
            raise GrantRefused("expired")
        return item.grant

    def clear(self) -> None:
        """Forget everything."""
        for shelf in (self._codes, self._tokens, self._store_codes):
            shelf.clear()

    def _issue(self, shelf: dict[str, _Item], grant: Grant, lifetime_s: int, *, spent: bool = False) -> str:
        now = self._clock.now()
        for old in [key for key, item in shelf.items() if item.expires + _FORGET_AFTER <= now]:
            del shelf[old]
        value = self._random.token(32)
        shelf[value] = _Item(grant=grant, expires=now + timedelta(seconds=lifetime_s), spent=spent)
        return value

    def _live(self, shelf: dict[str, _Item], code: str, *, client_id: str) -> _Item:
        item = shelf.get(code)
        if item is None:
            raise GrantRefused("unknown")
        if item.grant.client_id != client_id:
            raise GrantRefused("other_client")
        if item.spent:
            if self._settings.replay_revokes_token:
                self._tokens.pop(item.token or "", None)
            raise GrantRefused("spent")
        item.spent = True
        if self._clock.now() >= item.expires:
            raise GrantRefused("expired")
        return item
