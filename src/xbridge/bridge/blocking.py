"""The façade for blocking code: each method reads the clock once and runs one flow."""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType, TracebackType
from typing import Any, Self, TypeVar

import httpx

from xbridge.bridge.blocking_binding import BlockingBindings
from xbridge.bridge.blocking_bulk_signing import BlockingBulkSigning
from xbridge.bridge.blocking_gateway import BlockingGateway
from xbridge.bridge.blocking_logout import BlockingLogout
from xbridge.bridge.blocking_matching import BlockingMatching
from xbridge.bridge.blocking_national import BlockingNational
from xbridge.bridge.blocking_office_app import BlockingOfficeApp
from xbridge.bridge.blocking_request import BlockingRequests
from xbridge.bridge.blocking_signing import BlockingSignatures
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
from xbridge.drivers.audit_log import log_event
from xbridge.drivers.clock import utc_now
from xbridge.drivers.sync import SyncDriver
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


class Bridge(
    BlockingRequests,
    BlockingSignatures,
    BlockingBulkSigning,
    BlockingGateway,
    BlockingLogout,
    BlockingNational,
    BlockingOfficeApp,
    BlockingMatching,
    BlockingBindings,
):
    """xbridge for blocking code.  One instance per process, shared by its threads.

    ``config`` comes from :func:`xbridge.load_config`; ``store`` is opened and closed by the caller.  ``providers``
    adds providers of your own; ``pack`` replaces the built-in rules.  ``signers`` (``"record"``,
    ``"record_sm2"``) sign records with keys that are kept elsewhere, whose public keys the configuration has: an HSM, a
    remote signer.  ``clock``, ``entropy`` and ``transport`` exist
    for tests.  Raises ``ConfigError`` for a configuration that cannot work, ``TamperDetected`` for a store that is not
    intact.
    """

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
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Check everything now rather than at the first request."""
        super().__init__(config, store, providers, pack, signers, clock, entropy, audit)
        self._driver = SyncDriver(store, clock=clock, entropy=entropy, transport=transport)

    def __enter__(self) -> Self:
        """Return the Bridge itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections; the store stays open."""
        self._driver.close()

    def begin_login(
        self,
        provider: str,
        *,
        return_to: str,
        session: str,
        lang: str = "zh-Hant",
        user_agent: str = "",
        app: AppPlatform | None = None,
    ) -> LoginHop:
        """Return where to send the browser.  Keep ``hop.pending`` in the application's session.

        ``provider`` is ``"iamsmart"``, ``"guangdong"`` or one of yours; ``return_to`` a registered redirect URI, byte
        for byte; ``session`` the application's session id, of which only a keyed digest is used; ``lang`` the page's
        language; ``user_agent`` the browser's, by which a provider picks its page; ``app`` is for a login from an app of
        yours, and then the URL opens the provider's app.  Raises ``Unsupported`` and ``ConfigError``.
        """
        return self._run(
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

    def finish_login(self, pending: str, *, callback_url: str, session: str) -> Identity:
        """Return who logged in, from the callback that the browser brought to ``callback_url``.

        Raises ``UserDeclined`` when the person said no, ``CallbackInvalid`` when the callback does not belong to a
        login that this ``session`` started (once), ``ProviderError`` and ``VerificationError`` for what the provider
        sent.
        """
        return self._run(
            "finish_login",
            lambda now: login_flow.finish_login(
                self._deps, pending, callback_url=callback_url, session=session, now=now, entropy=self._entropy
            ),
        )

    def offer_link(self, *, session: str, lang: str = "zh-Hant") -> ConsentOffer:
        """Return the notice that asks the person to authorise the link; show ``offer.text`` exactly.

        Raises ``Unsupported`` when the catalogue has no entry with the channel ``identity_binding``.
        """
        return self._run(
            "offer_link",
            lambda now: link_flow.offer_link(
                self._deps, session=session, language=parse_language(lang), now=now, entropy=self._entropy
            ),
        )

    def link(self, first: Identity | str, second: Identity | str, *, agreed_to: ConsentOffer, session: str) -> Link:
        """Link the two accounts, on two fresh logins in this ``session`` and the person's authorisation.

        ``first`` and ``second`` are identities or their ``proof``, one from each side, each at most ten minutes old.
        Raises ``LinkRefused`` (``reason`` says which rule), ``TamperDetected``, ``PolicyDenied``, ``PolicyReferred``.
        """
        return self._run(
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

    def offer_consent(
        self, link: Link | str, flow: DataFlow, *, audience: str, session: str, lang: str = "zh-Hant"
    ) -> ConsentOffer:
        """Return the notice for ``flow`` to ``audience`` in the person's language; show ``offer.text`` exactly.

        Raises ``LinkRefused("unknown")`` and, for a flow that is not in the catalogue, ``Unsupported``.
        """
        return self._run(
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

    def grant_consent(
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
        return self._run(
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

    def refuse_consent(self, offer: ConsentOffer, *, refused_by: Identity | str, session: str) -> Consent:
        """Record that the person refused ``offer``; return the signed refusal.  Raises as giving does."""
        return self._run(
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

    def exchange(self, link: Link | str, consent: Consent | str, flow: DataFlow, *, audience: str) -> Release:
        """Return a token for ``audience``, after the policy decided and the decision was recorded.

        Raises ``PolicyDenied`` (``decision.reasons``), ``PolicyReferred`` when a person must decide, ``ConsentMissing``
        with the consent's state, ``LinkRefused``, ``VerificationError``, ``Unsupported``, ``StoreError``.
        """
        return self._run(
            "exchange",
            lambda now: exchange_flow.exchange(
                self._deps, id_of(link), id_of(consent), flow, audience=audience, now=now, entropy=self._entropy
            ),
        )

    def introspect(self, token: str, *, party: str, assertion: str) -> Introspection:
        """Answer the service ``party`` about a token it was given, recording the release first (RFC 7662).

        ``assertion`` is its RFC 7523 client assertion.  A token that is dead, foreign or for somebody else is
        ``active=False`` and nothing more.  Raises ``TokenInvalid`` when the service itself is not who it says.
        """
        return self._run(
            "introspect",
            lambda now: introspection_flow.answer_service(
                self._deps, token, party=party, assertion=assertion, now=now, entropy=self._entropy
            ),
        )

    def withdraw(self, consent: Consent | str, *, requested_by: Identity | str, session: str) -> Consent:
        """Withdraw a consent; every release after this returns refuses.  Return it with the receipt of its end.

        Raises ``LinkRefused`` when somebody else asks, ``ConsentMissing`` with the state when there is nothing to
        withdraw.
        """
        return self._run(
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

    def evidence(self, consent: Consent | str) -> bytes:
        """Return everything about ``consent`` as one zip file that ``xbridge verify`` checks offline.

        Raises ``ConsentMissing("none")``, and ``TamperDetected`` when the store lost what the ledger names.
        """
        return self._run("evidence", lambda now: evidence_flow.export_evidence(self._deps, id_of(consent), now=now))

    def _run(self, operation: str, start: Callable[[datetime], Coroutine[Effect, Any, T]]) -> T:
        """Read the clock, run the flow, tell the audit sink how it ended, once."""
        now = self._clock()
        try:
            result = self._driver.run(start(now))
        except XBridgeError as error:
            self._tell(operation, now, error)
            raise
        self._tell(operation, now)
        return result
