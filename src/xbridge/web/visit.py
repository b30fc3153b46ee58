"""What the web parts keep about one browser, inside the application's own session, under one key.

Everything is plain JSON, small, and either sealed or worth nothing to another browser, so a signed cookie can hold it.
The id that a Bridge calls ``session`` is drawn here: it lives in the session's content, so that the application may
change its cookie at login, and should.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar

from xbridge.core.errors import CallbackInvalid
from xbridge.core.identity import Identity, LoginHop
from xbridge.core.ids import new_handle
from xbridge.core.language import LANGUAGES, Language
from xbridge.core.ports import Entropy
from xbridge.core.request import FormHop, PendingRequest, StepUp
from xbridge.core.signing import SigningHop
from xbridge.crypto.digest import constant_time_equal
from xbridge.protocols.redirect import parse_callback

KEY = "xbridge"
MAX_HOPS = 2
MAX_WAITING = 3
MAX_AGENT_CHARS = 512
DEFAULT_LANGUAGE: Language = "zh-Hant"

HopKind = Literal["login", "direct_login", "anonymous_form", "anonymous_signing"]
Ending = Literal["", "done", "declined", "failed", "expired", "gone"]
Kept = TypeVar("Kept", "Hop", "Waiting")


class Session(Protocol):
    """What every framework's session can do: look up, and set."""

    def get(self, key: str, /) -> Any:
        """Return what is kept under ``key``, or None."""
        ...

    def __setitem__(self, key: str, value: Any, /) -> None:
        """Keep ``value`` under ``key``; only setting a key tells the framework that something changed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """A browser that was sent away and should come back: the sealed text of a Bridge, and where to go afterwards.

    ``state_ref`` is a digest of the state in the address, which tells two tabs apart; ``until`` is in seconds since 1970;
    ``business_id`` is there for what can be acknowledged afterwards.
    """

    kind: HopKind
    sealed: str = field(repr=False)
    next: str
    until: int
    state_ref: str = ""
    business_id: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A request that the person answers elsewhere.  ``label`` is the application's own word for it.

    ``app_url`` is empty where the person was notified on another device; ``code`` is the four-digit identification code
    of a signing; ``until`` is in seconds since 1970; ``ending`` is how it ended, empty as long as it waits.
    """

    business_id: str
    next: str
    until: int
    app_url: str = field(default="", repr=False)
    code: str = ""
    label: str = ""
    ending: Ending = ""


class Visit:
    """One browser at our service.  Reading changes nothing; the first thing that is kept makes the session."""

    def __init__(
        self,
        session: Session,
        *,
        language: Language = DEFAULT_LANGUAGE,
        user_agent: str = "",
        entropy: Entropy = os.urandom,
    ) -> None:
        """``session`` is the application's; ``language`` counts until the person chooses another.

        ``user_agent`` is what the browser calls itself in this request; it tells a phone from another device.
        """
        self.session = session
        self.user_agent = user_agent[:MAX_AGENT_CHARS]
        self._language = language
        self._entropy = entropy

    def __repr__(self) -> str:
        """Return a form that is safe to log."""
        return "Visit(…)"

    @property
    def id(self) -> str:
        """What a Bridge calls ``session``."""
        return self._drawn("id")

    @property
    def guard(self) -> str:
        """The token that forms of our pages carry."""
        return self._drawn("guard")

    def verify_guard(self, given: str) -> None:
        """Check that a form came from a page of this session.  Raises ``CallbackInvalid("guard", …)``."""
        ours = self._kept().get("guard", "")
        if not ours or not constant_time_equal(given, ours):
            raise CallbackInvalid("guard", reason="mismatch")

    @property
    def language(self) -> Language:
        """The language of the pages."""
        chosen = self._kept().get("language")
        return chosen if chosen in LANGUAGES else self._language

    @language.setter
    def language(self, language: Language) -> None:
        self._keep(language=language)

    # --- who is logged in ------------------------------------------------------------------------------------------

    def keep(self, person: Identity | StepUp, *, provider: str = "") -> None:
        """Keep the sealed proof of a login, for the requests of this session; a step-up names its ``provider``.

        Where somebody else was logged in at that provider, what waited for them is dropped.
        """
        name = person.provider if isinstance(person, Identity) else provider
        if isinstance(person, Identity):
            self._make_room(name, person.subject_ref)
        # What could be guessed or planted before the login is worth nothing after it.
        self._keep(proofs={**self._kept().get("proofs", {}), name: person.proof}, guard=new_handle(self._entropy))

    def proof(self, provider: str = "iamsmart") -> str:
        """Return the sealed proof of the login at ``provider``, or empty text: then nobody is logged in."""
        return str(self._kept().get("proofs", {}).get(provider, ""))

    def doubt(self, identity: Identity, *, next: str, until: int) -> str:  # noqa: A002  (the form's own word)
        """Keep a login that the person must confirm first, and return its handle; nobody is logged in by it."""
        handle = new_handle(self._entropy)
        who = {"provider": identity.provider, "proof": identity.proof, "subject_ref": identity.subject_ref}
        self._keep(doubt={"handle": handle, **who, "next": next, "until": until})
        return handle

    def settle_doubt(self, handle: str, *, now: datetime) -> tuple[str, str] | None:
        """Take the login that was confirmed: return its provider and where to go, or None when it is not there.

        ``handle`` is that of the page which was answered: a later login in another window is not what was confirmed.
        """
        doubt: Mapping[str, Any] = self._kept().get("doubt") or {}
        if not constant_time_equal(handle, doubt.get("handle", "")) or not handle:
            return None
        self._keep(doubt=None)
        if now.timestamp() >= doubt["until"]:
            return None
        self._make_room(doubt["provider"], doubt["subject_ref"])
        proofs = {**self._kept().get("proofs", {}), doubt["provider"]: doubt["proof"]}
        self._keep(proofs=proofs, guard=new_handle(self._entropy))
        return doubt["provider"], doubt["next"]

    def forget(self) -> None:
        """Log out: a new session id, so that no proof or request of the old one counts here any more."""
        self.session[KEY] = {"language": self.language}

    # --- browsers that were sent away --------------------------------------------------------------------------------

    def send(
        self,
        kind: HopKind,
        hop: LoginHop | FormHop | SigningHop,
        *,
        next: str,  # noqa: A002  (the form's own word)
        now: datetime,
        label: str = "",
    ) -> None:
        """Keep ``hop`` until the browser comes back."""
        sent = Hop(
            kind=kind,
            sealed=hop.pending,
            next=next,
            until=int(hop.expires_at.timestamp()),
            state_ref=_state_ref(hop.url),
            business_id=hop.business_id if isinstance(hop, SigningHop) else "",
            label=label,
        )
        self._keep(hops=[asdict(each) for each in [*self._hops(now), sent][-MAX_HOPS:]])

    def returning(self, callback_url: str, *, now: datetime) -> Hop | None:
        """Return the hop that a browser comes back from: that of its state, or else the last one without a known state.

        This only finds; whether it is right is for the Bridge to say.
        """
        hops, state_ref = self._hops(now), _state_ref(callback_url)
        found = [hop for hop in hops if hop.state_ref and hop.state_ref == state_ref]
        return next(iter(found or [hop for hop in reversed(hops) if not hop.state_ref]), None)

    def arrived(self, hop: Hop, *, now: datetime) -> None:
        """Forget a hop that is over."""
        self._keep(hops=[asdict(each) for each in self._hops(now) if each != hop])

    # --- requests that are answered elsewhere ------------------------------------------------------------------------

    def wait(self, pending: PendingRequest, *, next: str, now: datetime, label: str = "") -> Waiting:  # noqa: A002
        """Keep what the wait page needs to know about ``pending``."""
        added = Waiting(
            business_id=pending.business_id,
            next=next,
            until=int(pending.expires_at.timestamp()),
            app_url=pending.app_url,
            code=pending.identification_code,
            label=label,
        )
        # What is over goes first, then the oldest: whoever still answers should not do so in vain.
        kept, at = self._waiting(), now.timestamp()
        while len(kept) >= MAX_WAITING:
            over = [each for each in kept if each.ending or at >= each.until]
            kept.remove((over or kept)[0])
        self._keep(waiting=[asdict(each) for each in [*kept, added]])
        return added

    def waiting(self, business_id: str) -> Waiting | None:
        """Return the request of this session with ``business_id``, whether it still waits or not."""
        return next((each for each in self._waiting() if each.business_id == business_id), None)

    def ended(self, waiting: Waiting, ending: Ending, *, next: str) -> Waiting:  # noqa: A002
        """Keep how a request ended; the page that asks again hears the same.  Whatever opened it is forgotten."""
        over = replace(waiting, ending=ending, next=next, app_url="", code="")
        self._keep(waiting=[asdict(over if each == waiting else each) for each in self._waiting()])
        return over

    def _make_room(self, provider: str, subject_ref: str) -> None:
        """Note who is logged in; an answer to the one before must not reach the next at the same browser."""
        people: Mapping[str, str] = self._kept().get("people", {})
        if people.get(provider, subject_ref) != subject_ref:
            self._keep(waiting=[], hops=[], doubt=None)
        self._keep(people={**people, provider: subject_ref})

    # --- the one key ---------------------------------------------------------------------------------------------------

    def _hops(self, now: datetime) -> list[Hop]:
        return [hop for hop in _read(Hop, self._kept().get("hops")) if now.timestamp() < hop.until]

    def _waiting(self) -> list[Waiting]:
        return _read(Waiting, self._kept().get("waiting"))

    def _drawn(self, name: str) -> str:
        value = self._kept().get(name)
        if not value:
            value = new_handle(self._entropy, size=24)
            self._keep(**{name: value})
        return str(value)

    def _kept(self) -> Mapping[str, Any]:
        kept = self.session.get(KEY)
        return kept if isinstance(kept, Mapping) else {}

    def _keep(self, **members: Any) -> None:
        self.session[KEY] = {**self._kept(), **members}


def _read(kind: type[Kept], kept: object) -> list[Kept]:
    """Return what an earlier request kept; an older version's is dropped."""
    found: list[Kept] = []
    for each in kept if isinstance(kept, list) else []:
        try:
            found.append(kind(**each))
        except TypeError:
            continue
    return found


def _state_ref(url: str) -> str:
    """Return a digest of the ``state`` in ``url``, or empty text where there is not exactly one."""
    try:
        state = parse_callback(url).optional("state")
    except CallbackInvalid:
        return ""
    return hashlib.sha256(state.encode()).hexdigest()[:32] if state else ""
