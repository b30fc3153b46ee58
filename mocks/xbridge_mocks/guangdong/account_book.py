"""The accounts of one mock as they stand now: the population's, and what people have proved since.

In memory and thread-safe. A level only rises, one proof at a time; proving again at the same level renews its time, which
is what a service that asks for freshness looks at. Which proof has which way code is partly UNKNOWN, hence settings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from threading import Lock
from types import MappingProxyType
from typing import Literal, get_args

from xbridge_mocks.clock import MockClock
from xbridge_mocks.guangdong.account import beijing_text, ways_of
from xbridge_mocks.guangdong.setting import GuangdongMockSettings
from xbridge_mocks.persona import AccountWay, GuangdongAccount, Level, Persona

Method = Literal["match", "face", "certificate", "counter"]
METHODS: tuple[Method, ...] = get_args(Method)
# What each proof leads to, and what must have been proved before (dossier 3).
LEVEL_OF: Mapping[Method, Level] = MappingProxyType({"match": "L1", "face": "L2", "certificate": "L3", "counter": "L3"})
_NEEDED: Mapping[Method, Level] = MappingProxyType({"match": "L0", "face": "L1", "certificate": "L2", "counter": "L2"})


class AccountBook:
    """The account holders of one mock, with the level each has now."""

    def __init__(self, *, personas: Sequence[Persona], clock: MockClock, settings: GuangdongMockSettings) -> None:
        """Start with the accounts as the population has them."""
        self._given = {person.key: person for person in personas if person.guangdong is not None}
        self._clock = clock
        self._code: Mapping[Method, str] = {
            "match": "IDV",
            "face": "SG-GASMHS",
            "certificate": settings.certificate_way,
            "counter": "GW",
        }
        self._changed: dict[str, Persona] = {}
        self._lock = Lock()

    def holders(self) -> tuple[Persona, ...]:
        """Return everybody with an account, in the order of the population."""
        with self._lock:
            return tuple(self._changed.get(key, person) for key, person in self._given.items())

    def find(self, key: str) -> Persona | None:
        """Return the account holder with this persona key."""
        with self._lock:
            return self._changed.get(key) or self._given.get(key)

    def account(self, key: str) -> GuangdongAccount:
        """Return the account of a persona.  Raises ValueError for somebody without one."""
        person = self.find(key)
        if person is None or person.guangdong is None:
            raise ValueError(f"nobody with an account here is called {key!r}")
        return person.guangdong

    def may_prove(self, key: str) -> tuple[Method, ...]:
        """Return the proofs open to this persona now, lowest first: none to a company, which a counter looks after."""
        account = self.account(key)
        return tuple(each for each in METHODS if account.usertype == "1" and account.level >= _NEEDED[each])

    def prove(self, key: str, method: str) -> GuangdongAccount:
        """Let a persona prove who they are by ``method`` now, and return the account as it is then.

        Raises ValueError for a method that does not exist or is not open to this account yet.
        """
        known = next((each for each in self.may_prove(key) if each == method), None)
        if known is None:
            raise ValueError(f"{method!r} is not open to {key}: a level is raised step by step, a person's only")
        at = beijing_text(self._clock.now())
        new = AccountWay(level=LEVEL_OF[known], code=self._code[known], at=at)
        # One entry for each way: gone again, it has a new time and stands last.
        kept = (way for way in ways_of(self.account(key)) if (way.level, way.code) != (new.level, new.code))
        return self.set_ways(key, (*kept, new))

    def set_ways(self, key: str, ways: Sequence[AccountWay]) -> GuangdongAccount:
        """Make ``ways`` the whole history of an account, its level the highest of them; none makes it L0.

        Raises ValueError for somebody without an account, a time that is none, or a code the text form cannot hold.
        """
        account = self.account(key)
        for way in ways:
            _verify_way(way)
        level: Level = max((way.level for way in ways), default="L0")
        checked = account.realtype or ("IC" if account.usertype == "2" else "PLV")
        made = replace(
            account, level=level, isreal=level != "L0", realtype="" if level == "L0" else checked, ways=tuple(ways)
        )
        with self._lock:
            self._changed[key] = replace(self._given[key], guangdong=made)
        return made

    def clear(self) -> None:
        """Forget what was proved since the start."""
        with self._lock:
            self._changed.clear()


def _verify_way(way: AccountWay) -> None:
    """Raise ValueError for a way that the platform could not have written."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", way.code):
        raise ValueError("a way code is letters, digits, hyphens and underscores")
    if not re.fullmatch(r"[0-9]{14}", way.at):
        raise ValueError("the time of a way is yyyyMMddHHmmss, Beijing time")
    datetime.strptime(way.at, "%Y%m%d%H%M%S")  # noqa: DTZ007 - only its form is judged; ValueError is the answer
