"""The façade for asynchronous code: the methods of the blocking one, awaited."""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType, TracebackType
from typing import Any, Self, TypeVar

import httpx

from xbridge.bridge.awaiting_binding import AwaitingBindings
from xbridge.bridge.awaiting_bulk_signing import AwaitingBulkSigning
from xbridge.bridge.awaiting_gateway import AwaitingGateway
from xbridge.bridge.awaiting_logout import AwaitingLogout
from xbridge.bridge.awaiting_matching import AwaitingMatching
from xbridge.bridge.awaiting_national import AwaitingNational
from xbridge.bridge.awaiting_office_app import AwaitingOfficeApp
from xbridge.bridge.awaiting_request import AwaitingRequests
from xbridge.bridge.awaiting_signing import AwaitingSignatures
from xbridge.bridge.shared import business_id_of, id_of, proof_of
from xbridge.core.audit import AuditSink
from xbridge.core.config import Config
from xbridge.core.effects import Effect
from xbridge.core.errors import XBridgeError
from xbridge.core.flow import DataFlow
from xbridge.core.identity import Identity, LoginHop
from xbridge.core.language import parse_language
from xbridge.core.ports import Entropy, Signer, Store
from xbridge.core.provider import Provider
from xbridge.core.request import AppPlatform, PendingRequest, StepUp
from xbridge.drivers.aio import AsyncDriver
from xbridge.drivers.audit_log import log_event
from xbridge.drivers.clock import utc_now
from xbridge.flows import consent as consent_flow
from xbridge.flows import evidence as evidence_flow
from xbridge.flows import exchange as exchange_flow
from xbridge.flows import introspection as introspection_flow
from xbridge.flows import link as link_flow
from xbridge.flows import login as login_flow
from xbridge.flows import signed_consent as signed_consent_flow
from xbridge.flows import withdraw as withdraw_flow
from xbridge.flows.consent import Consent, ConsentOffer
from xbridge.flows.exchange import Release
from xbridge.flows.introspection import Introspection
from xbridge.flows.link import Link
from xbridge.policy import RulePack

T = TypeVar("T")


class AsyncBridge(
    AwaitingRequests,
    AwaitingSignatures,
    AwaitingBulkSigning,
    AwaitingGateway,
    AwaitingLogout,
    AwaitingNational,
    AwaitingOfficeApp,
    AwaitingMatching,
    AwaitingBindings,
):
    """xbridge for asynchronous code (asyncio or trio): the same methods as :class:`Bridge`, awaited."""

    def __init__(
        self,
        config: Config,
        *,
        store: Store,
        providers: Sequence[Provider] = (),
        pack: RulePack | None = None,
        signers: Mapping[str, Signer] = MappingProxyType({}),
        clock: Callable[[], datetime] = utc_now,
        entropy: Entropy = os.urandom,
        audit: AuditSink = log_event,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Check everything now rather than at the first request; blocks for as long as opening the ledger takes."""
        super().__init__(config, store, providers, pack, signers, clock, entropy, audit)
        self._driver = AsyncDriver(store, clock=clock, entropy=entropy, transport=transport)

    async def __aenter__(self) -> Self:
        """Return the Bridge itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self.close()

    async def close(self) -> None:
        """Close the connections; the store stays open."""
        await self._driver.close()

    async def begin_login(
        self,
        provider: str,
        *,
        return_to: str,
        session: str,
        lang: str = "zh-Hant",
        user_agent: str = "",
        app: AppPlatform | None = None,
    ) -> LoginHop:
        """As :meth:`xbridge.Bridge.begin_login`, awaited."""
        return await self._run(
            "begin_login",
            lambda now: login_flow.begin_login(
                self._deps,
                provider,
                return_to=return_to,
                session=session,
                language=parse_language(lang),
                user_agent=user_agent,
                app=app,
                now=now,
                entropy=self._entropy,
            ),
        )

    async def finish_login(self, pending: str, *, callback_url: str, session: str) -> Identity:
        """As :meth:`xbridge.Bridge.finish_login`, awaited."""
        return await self._run(
            "finish_login",
            lambda now: login_flow.finish_login(
                self._deps, pending, callback_url=callback_url, session=session, now=now, entropy=self._entropy
            ),
        )

    async def offer_link(self, *, session: str, lang: str = "zh-Hant") -> ConsentOffer:
        """Return the notice that asks the person to authorise the link; show ``offer.text`` exactly.

        Raises ``Unsupported`` when the catalogue has no entry with the channel ``identity_binding``.
        """
        return await self._run(
            "offer_link",
            lambda now: link_flow.offer_link(
                self._deps, session=session, language=parse_language(lang), now=now, entropy=self._entropy
            ),
        )

    async def link(
        self, first: Identity | str, second: Identity | str, *, agreed_to: ConsentOffer, session: str
    ) -> Link:
        """As :meth:`xbridge.Bridge.link`, awaited."""
        return await self._run(
            "link",
            lambda now: link_flow.link(
                self._deps,
                proof_of(first),
                proof_of(second),
                agreed_to=agreed_to,
                session=session,
                now=now,
                entropy=self._entropy,
            ),
        )

    async def offer_consent(
        self, link: Link | str, flow: DataFlow, *, audience: str, session: str, lang: str = "zh-Hant"
    ) -> ConsentOffer:
        """Return the notice for ``flow`` to ``audience`` in the person's language; show ``offer.text`` exactly.

        Raises ``LinkRefused("unknown")`` and, for a flow that is not in the catalogue, ``Unsupported``.
        """
        return await self._run(
            "offer_consent",
            lambda now: consent_flow.offer_consent(
                self._deps,
                id_of(link),
                flow,
                audience=audience,
                session=session,
                language=parse_language(lang),
                now=now,
                entropy=self._entropy,
            ),
        )

    async def grant_consent(
        self,
        offer: ConsentOffer,
        *,
        approved_by: Identity | StepUp | str,
        session: str,
        signed_by: PendingRequest | str = "",
    ) -> Consent:
        """Record that the person agreed to ``offer``; return the consent with its signed receipt.

        ``approved_by`` is who is logged in, as one of the link's accounts.  With ``signed_by``, the request of
        :meth:`request_consent_signature` (or its ``business_id``), their signature becomes part of the record; without
        it the record says that the collecting party alone signed.  While the signature waits (ten minutes, and until a
        grant took it), the same call may be made again after a crash; without one, offer anew.

        Raises ``TamperDetected`` when the text shown differs by one character, the offer was answered before or the
        signature is not one over this consent, ``LinkRefused`` for another session or person, ``ConsentMissing`` for an
        expired offer, ``CallbackInvalid("request", …)`` where no signature waits.
        """
        return await self._run(
            "grant_consent",
            lambda now: signed_consent_flow.grant_consent(
                self._deps,
                offer,
                approved_by=proof_of(approved_by),
                signed_by=business_id_of(signed_by),
                session=session,
                now=now,
                entropy=self._entropy,
            ),
        )

    async def refuse_consent(self, offer: ConsentOffer, *, refused_by: Identity | str, session: str) -> Consent:
        """As :meth:`xbridge.Bridge.refuse_consent`, awaited."""
        return await self._run(
            "refuse_consent",
            lambda now: consent_flow.answer_consent(
                self._deps,
                offer,
                answer="refused",
                approved_by=proof_of(refused_by),
                session=session,
                now=now,
                entropy=self._entropy,
            ),
        )

    async def exchange(self, link: Link | str, consent: Consent | str, flow: DataFlow, *, audience: str) -> Release:
        """As :meth:`xbridge.Bridge.exchange`, awaited."""
        return await self._run(
            "exchange",
            lambda now: exchange_flow.exchange(
                self._deps, id_of(link), id_of(consent), flow, audience=audience, now=now, entropy=self._entropy
            ),
        )

    async def introspect(self, token: str, *, party: str, assertion: str) -> Introspection:
        """As :meth:`xbridge.Bridge.introspect`, awaited."""
        return await self._run(
            "introspect",
            lambda now: introspection_flow.answer_service(
                self._deps, token, party=party, assertion=assertion, now=now, entropy=self._entropy
            ),
        )

    async def withdraw(self, consent: Consent | str, *, requested_by: Identity | str, session: str) -> Consent:
        """As :meth:`xbridge.Bridge.withdraw`, awaited."""
        return await self._run(
            "withdraw",
            lambda now: withdraw_flow.withdraw(
                self._deps,
                id_of(consent),
                requested_by=proof_of(requested_by),
                session=session,
                now=now,
                entropy=self._entropy,
            ),
        )

    async def evidence(self, consent: Consent | str) -> bytes:
        """As :meth:`xbridge.Bridge.evidence`, awaited."""
        return await self._run(
            "evidence", lambda now: evidence_flow.export_evidence(self._deps, id_of(consent), now=now)
        )

    async def _run(self, operation: str, start: Callable[[datetime], Coroutine[Effect, Any, T]]) -> T:
        """Read the clock, run the flow, tell the audit sink how it ended, once."""
        now = self._clock()
        try:
            result = await self._driver.run(start(now))
        except XBridgeError as error:
            self._tell(operation, now, error)
            raise
        self._tell(operation, now)
        return result
