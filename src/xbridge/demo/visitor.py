"""What the portal knows about one browser session.  In memory; a real service keeps this in its session store."""

from __future__ import annotations

import hmac
import threading
from dataclasses import dataclass, field
from os import urandom
from typing import Any

from xbridge.core.identity import Identity
from xbridge.core.ids import new_handle
from xbridge.core.language import Language
from xbridge.core.request import PendingRequest
from xbridge.flows.consent import Consent, ConsentOffer
from xbridge.flows.exchange import Release
from xbridge.flows.link import Link

MAX_VISITORS = 1000


@dataclass(slots=True, kw_only=True, repr=False)
class Visitor:
    """One session.  ``id`` is the cookie and the Bridge's ``session``; ``guard`` is the token that forms must carry."""

    id: str
    guard: str
    language: Language
    pending: dict[str, str] = field(default_factory=dict)
    identities: dict[str, Identity] = field(default_factory=dict)
    link_offer: ConsentOffer | None = None
    link: Link | None = None
    offers: dict[str, ConsentOffer] = field(default_factory=dict)
    consents: dict[str, Consent] = field(default_factory=dict)
    releases: dict[str, Release] = field(default_factory=dict)
    asked: dict[str, PendingRequest] = field(default_factory=dict)
    form: dict[str, str] | None = None
    results: dict[str, dict[str, Any]] = field(default_factory=dict)

    def verify_guard(self, given: str) -> bool:
        """Return whether a form carries this session's token."""
        return hmac.compare_digest(given.encode(), self.guard.encode())


class Visitors:
    """The sessions of one portal; the oldest go first when there are too many."""

    def __init__(self) -> None:
        """Start empty."""
        self._found: dict[str, Visitor] = {}
        self._lock = threading.Lock()

    def find(self, cookie: str | None) -> Visitor | None:
        """Return the session behind a cookie, or None."""
        with self._lock:
            return self._found.get(cookie or "")

    def welcome(self, language: Language) -> Visitor:
        """Return a new session."""
        visitor = Visitor(id=new_handle(urandom, size=24), guard=new_handle(urandom), language=language)
        with self._lock:
            while len(self._found) >= MAX_VISITORS:
                del self._found[next(iter(self._found))]
            self._found[visitor.id] = visitor
        return visitor
