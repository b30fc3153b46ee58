"""Who somebody is, as one provider proved it.

Values only.  A provider's ``finish`` returns an :class:`Authentication`; ``flows/login.py`` turns it into the
:class:`Identity` that the application keeps.  Subjects, names and documents never show in a ``repr``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Jurisdiction = Literal["HK", "CN-GD"]
StartedBy = Literal["relying_party", "relying_party_stateless", "direct_login"]
"""Who started a login, and whether its callback carried a state of ours; all but the first are too weak to link with."""

Holder = Literal["organisation", "person"]
"""Whose account it is: a natural person's, or an organisation's for which somebody acts."""

Level = Literal["L0", "L1", "L2", "L3"]
LEVELS: tuple[Level, ...] = ("L0", "L1", "L2", "L3")

ProvedLevel = Literal["L1", "L2", "L3"]
"""A level at which somebody compared name and document with a register; at ``L0`` the person only said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assurance:
    """How well the provider knows the person.

    ``source`` is the provider's own word (``"sign"``, ``"L2"``), kept verbatim; ``level`` our ordered scale, which is
    the Guangdong one (dossier guangdong.md section 3); an unknown word maps to the lowest level and never upwards.
    ``proved_at`` is when that level was last proved, None where the provider does not say: a level tells how well
    somebody was proved once, and this tells when.
    """

    source: str
    level: Level
    proved_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Profile:
    """Verified personal data from the provider; empty text where the provider gave nothing.

    ``birth_date`` stays as given (``YYYYMMDD`` or partial).  ``documents`` are ``(kind, normalised number)`` pairs.
    """

    name: str = ""
    name_en: str = ""
    birth_date: str = ""
    gender: str = ""
    documents: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        """Return a form that is safe to log."""
        return "Profile(…)"

    def document(self, kind: str) -> str | None:
        """Return the number of the document of ``kind``, or None."""
        return next((number for name, number in self.documents if name == kind), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a provider hands out at login for later calls about the same person: a bearer token and its end."""

    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """What a provider's ``finish`` found out.

    ``access`` is for later calls about the same person; it travels sealed inside :attr:`Identity.proof`.  ``holder`` is
    ``"organisation"`` where the account is not, or may not be, one person's own; such an account is never linked.
    ``account`` is the provider's own typed account, where it has one; its ``repr`` is safe to log.
    """

    subject: str = field(repr=False)
    assurance: Assurance
    profile: Profile
    holder: Holder = "person"
    started_by: StartedBy = "relying_party"
    access: Access | None = None
    account: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A person, or an organisation through a person, as one provider proved them in one session.

    ``subject_ref`` is a keyed digest of (issuer, subject): equal for the same account, meaningless outside.  ``proof``
    is the sealed text that :meth:`Bridge.link` and :meth:`Bridge.grant_consent` believe; the other fields are for the
    application to read, and changing them changes nothing.  ``account`` is the provider's own typed account, for example
    :class:`~xbridge.providers.guangdong.account.GuangdongAccount`; None where a provider has none.
    """

    provider: str
    jurisdiction: Jurisdiction
    subject: str = field(repr=False)
    subject_ref: str
    assurance: Assurance
    profile: Profile = field(repr=False)
    holder: Holder
    started_by: StartedBy
    authenticated_at: datetime
    proof: str = field(repr=False)
    account: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginHop:
    """Where to send the browser, and what the application keeps in its session until the browser comes back."""

    url: str = field(repr=False)
    pending: str = field(repr=False)
    expires_at: datetime
