"""A Guangdong account as the platform tells it, typed (guangdong.md 2.3).  Values only; personal data never shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

from xbridge.core.identity import LEVELS, Level

AccountKind = Literal["person", "legal_person", "unknown"]
CLOCK_SKEW = timedelta(minutes=5)
"""How far ahead of ours the platform's clock may be before a time is not believed."""

_KINDS: Mapping[str, AccountKind] = {"1": "person", "2": "legal_person"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One item of ``creditable_level_of_account_way``: which level was reached in which way (``YSS``, ``IDV``…)."""

    level: Level
    code: str
    unique: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelProof:
    """One item of ``creditable_level_of_account_way_list``: when and how a level was proved.

    ``proved_at`` is None where the time cannot be read and ``level`` where it is none of ours; what
    ``auth_identification`` holds is UNKNOWN.
    """

    level: Level | None
    way: str
    proved_at: datetime | None
    uniqueid: str = field(repr=False)
    user_name: str = field(repr=False)
    credential_no: str = field(repr=False)
    auth_identification: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Who acts for a legal person: ``link_person_name`` and, among the properties, code and type of their document."""

    name: str = field(repr=False)
    document_code: str = field(repr=False)
    document_type: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class GuangdongAccount:
    """One ``userobj``; texts are empty where the platform gave nothing.

    ``useridcode`` is the account's key and ``uid`` never is: a login name can change and be used again.  ``level`` is what
    the platform claims; what counts here is ``Identity.assurance``.  ``isreal`` is None where it was not said.
    ``created_at`` is UTC; the platform writes Beijing time (INFERRED).  ``properties`` are the ``extproperties`` that have
    a value.  ``parent`` is the company for which this person's account was made (``pareobj``).  ``signdata`` is base64 as
    it came: over what and by which key is UNKNOWN, so it proves nothing unless you gave a verifier.  ``raw`` is the whole
    ``userobj``, unchecked.
    """

    useridcode: str
    usertype: str
    level: Level
    isreal: bool | None
    uid: str = ""
    name: str = ""
    sex: str = ""
    idcardtype: str = ""
    idcardnumber: str = ""
    telephonenumber: str = ""
    mail: str = ""
    created_at: datetime | None = None
    realtype: str = ""
    authloc: str = ""
    anon_flag: bool | None = None
    tokenid: str = ""
    ways: tuple[Way, ...] = ()
    proofs: tuple[LevelProof, ...] = ()
    properties: tuple[tuple[str, str], ...] = ()
    agent: Agent | None = None
    parent: GuangdongAccount | None = None
    signdata: str = ""
    raw: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}), compare=False)

    def __repr__(self) -> str:
        """Return a form that is safe to log."""
        return f"GuangdongAccount({self.kind}, {self.level}{', sub-account' if self.is_sub_account else ''})"

    @property
    def kind(self) -> AccountKind:
        """Whose account the platform says it is."""
        return _KINDS.get(self.usertype, "unknown")

    @property
    def is_sub_account(self) -> bool:
        """Whether this person's account was made for a company: a parent was told, or its code alone."""
        return self.parent is not None or self.property("parent_uidcode") is not None

    def property(self, name: str) -> str | None:
        """Return the value of one of the ``extproperties``, or None where there is none."""
        return next((value for key, value in self.properties if key == name), None)

    def proved_at(self, level: Level, *, now: datetime) -> datetime | None:
        """Return when ``level`` or a higher one was last proved, or None where nothing believable says so."""
        times = [
            proof.proved_at
            for proof in self.proofs
            if proof.level is not None and LEVELS.index(proof.level) >= LEVELS.index(level)
            if proof.proved_at is not None and proof.proved_at <= now + CLOCK_SKEW
        ]
        return max(times, default=None)
