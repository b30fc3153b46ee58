"""One resident who links, agrees, exchanges and withdraws: the shortest way to any point of the journey.

Logins are sealed here with the Bridge's own keys instead of being played through the mocks, so that a test may also
have the logins that no platform would give.  The logins themselves are tested elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from functools import cache
from os import urandom
from types import MappingProxyType
from typing import Any, NoReturn, TypeVar

import httpx

from xbridge.bridge.blocking import Bridge
from xbridge.core.audit import AuditEvent
from xbridge.core.config import Config, Service
from xbridge.core.effects import Effect
from xbridge.core.flow import DataFlow
from xbridge.core.identity import Jurisdiction
from xbridge.core.ids import new_handle
from xbridge.core.ports import Signer, Store
from xbridge.crypto.key import SigningKey
from xbridge.drivers.sync import SyncDriver
from xbridge.flows.consent import Consent, ConsentOffer
from xbridge.flows.deps import Deps
from xbridge.flows.exchange import Release
from xbridge.flows.introspection import Introspection
from xbridge.flows.link import Link
from xbridge.ledger.entry import parse_entry
from xbridge.linking.proof import LoginProof, seal_proof
from xbridge.linking.pseudonym import session_ref, subject_ref
from xbridge.protocols.client_assertion import build_client_assertion
from xbridge.stores.memory import MemoryStore
from xbridge.testing import World
from xbridge.testing.world import NOON
from xbridge_mocks import MockClock

T = TypeVar("T")
SESSION = "session-1"
AUDIENCE = "gd:hrss"
HOLDER = "gd-hrss"
ENQUIRY = DataFlow(source="440000", target="HK", purpose="xb:social-benefit", categories=("name", "social_security"))
ADDRESS = DataFlow(source="HK", target="440000", purpose="xb:service-delivery", categories=("address", "name"))
PROVIDERS: dict[Jurisdiction, str] = {"HK": "iamsmart", "CN-GD": "guangdong"}
_SERVICES = ("gd-hrss", "hk-address", "gd-identity")


class NoWire(httpx.BaseTransport):
    """A transport that nobody may use: nothing after a login needs the network."""

    def handle_request(self, request: httpx.Request) -> NoReturn:
        """Refuse."""
        raise AssertionError("a flow after the login reached for the network")


@cache
def service_keys() -> dict[str, SigningKey]:
    """The keys with which the services authenticate, by party id; made once for each run."""
    return {party: SigningKey.generate("ES256", urandom) for party in _SERVICES}


@cache
def shared_config() -> Config:
    """One checked configuration for all travellers of a run; making its keys is the slow part."""
    jwks = {party: {"keys": [key.public().to_jwk()]} for party, key in service_keys().items()}
    return World(jwks=jwks).config


def changed_service(config: Config, service_id: str, **changes: Any) -> Config:
    """Return ``config`` with one catalogue entry changed."""
    services = tuple(
        Service.model_validate({**service.model_dump(), **changes}) if service.id == service_id else service
        for service in config.services
    )
    return config.model_copy(update={"services": services})


class Traveller:
    """One person with an account on each side, a Bridge, and a clock that stands at noon until it is moved."""

    def __init__(
        self,
        *,
        config: Config | None = None,
        store: Store | None = None,
        clock: MockClock | None = None,
        signers: Mapping[str, Signer] = MappingProxyType({}),
    ):
        """Everything is new except the configuration, which is shared unless given."""
        self.config = config or shared_config()
        self.store: Store = store if store is not None else MemoryStore()
        self.clock = clock or MockClock(NOON)
        self.events: list[AuditEvent] = []
        self.bridge = Bridge(
            self.config,
            store=self.store,
            clock=self.clock.now,
            audit=self.events.append,
            transport=NoWire(),
            signers=signers,
        )
        # The same keys and settings: a test seals with them what no application could have.
        self.deps: Deps = self.bridge._deps
        self._driver = SyncDriver(self.store, clock=self.clock.now, entropy=urandom, transport=NoWire())

    def proof(
        self,
        side: Jurisdiction = "HK",
        *,
        account: str = "one",
        session: str = SESSION,
        change: Callable[[LoginProof], LoginProof] | None = None,
    ) -> str:
        """Return the sealed proof of a login now; ``account`` tells people apart, ``change`` bends what is sealed."""
        provider = PROVIDERS[side]
        issuer = self.deps.providers[provider][0].issuer(self.deps.providers[provider][1])
        subject = f"{provider}-{account}"
        proof = LoginProof(
            assurance="L2",
            assurance_source="test",
            authenticated_at=int(self.clock.now().timestamp()),
            document_kinds=("home_return_permit",),
            holder="person",
            id=new_handle(urandom),
            issuer=issuer,
            jurisdiction=side,
            provider=provider,
            session_ref=session_ref(self.deps.pseudonym_key, session=session),
            started_by="relying_party",
            subject=subject,
            subject_ref=subject_ref(self.deps.pseudonym_key, issuer=issuer, subject=subject),
            under_14="no",
            v=1,
        )
        return seal_proof(change(proof) if change else proof, self.deps.proof_sealer, entropy=urandom)

    def link(self, *, account: str = "one", session: str = SESSION) -> Link:
        """Link the two accounts of one person."""
        return self.bridge.link(
            self.proof("HK", account=account, session=session),
            self.proof("CN-GD", account=account, session=session),
            agreed_to=self.bridge.offer_link(session=session, lang="en"),
            session=session,
        )

    def offer(
        self, link: Link, flow: DataFlow = ENQUIRY, *, audience: str = AUDIENCE, lang: str = "en"
    ) -> ConsentOffer:
        """Offer a consent in this person's session."""
        return self.bridge.offer_consent(link, flow, audience=audience, session=SESSION, lang=lang)

    def consent(
        self, link: Link, flow: DataFlow = ENQUIRY, *, audience: str = AUDIENCE, account: str = "one"
    ) -> Consent:
        """Offer and grant a consent."""
        offer = self.offer(link, flow, audience=audience)
        return self.bridge.grant_consent(offer, approved_by=self.proof(account=account), session=SESSION)

    def agreed(self) -> tuple[Link, Consent]:
        """Return a link and a consent to the social-insurance enquiry."""
        link = self.link()
        return link, self.consent(link)

    def release(self, link: Link, consent: Consent, flow: DataFlow = ENQUIRY, *, audience: str = AUDIENCE) -> Release:
        """Exchange for a token."""
        return self.bridge.exchange(link, consent, flow, audience=audience)

    def withdraw(self, consent: Consent) -> Consent:
        """Withdraw, as the person of this link."""
        return self.bridge.withdraw(consent, requested_by=self.proof(), session=SESSION)

    def assertion(self, party: str = HOLDER, *, assertion_id: str = "") -> str:
        """Return a client assertion of the service ``party``."""
        return build_client_assertion(
            service_keys()[party],
            client_id=party,
            issuer=self.config.issuer,
            assertion_id=assertion_id or new_handle(urandom),
            now=self.clock.now(),
        )

    def ask(self, token: str, *, party: str = HOLDER) -> Introspection:
        """Let the service ``party`` ask about ``token``."""
        return self.bridge.introspect(token, party=party, assertion=self.assertion(party))

    def run(self, flow: Coroutine[Effect, Any, T]) -> T:
        """Run one flow on this traveller's store."""
        return self._driver.run(flow)

    def kinds(self) -> list[str]:
        """Return the kinds of all ledger entries, in order."""
        return [parse_entry(entry).kind for entry in self.store.entries(0, 10_000)]


def bent(**changes: Any) -> Callable[[LoginProof], LoginProof]:
    """Return a change for :meth:`Traveller.proof`."""
    return lambda proof: proof.model_copy(update=changes)


def narrower(flow: DataFlow, *categories: str) -> DataFlow:
    """Return ``flow`` with other categories."""
    return replace(flow, categories=categories)
