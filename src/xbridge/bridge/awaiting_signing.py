"""The façade's methods for signatures that a person makes with their provider's key, for asynchronous code.

``awaiting.AsyncBridge`` is what an application uses; this module is the part of it that speaks about signing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, TypeVar

from xbridge.bridge.shared import Shared, business_id_of, proof_of
from xbridge.core.effects import Effect
from xbridge.core.identity import Identity
from xbridge.core.language import parse_language
from xbridge.core.request import PendingRequest, StepUp
from xbridge.core.signing import (
    PersonalSignature,
    SignatureAlgorithm,
    SigningHop,
    SigningKind,
    SigningStepUp,
    SigningTask,
    SigningTitle,
    Verdict,
)
from xbridge.flows import acknowledgement as acknowledgement_flow
from xbridge.flows import anonymous_signing as anonymous_flow
from xbridge.flows import signed_consent as signed_consent_flow
from xbridge.flows import signing as signing_flow
from xbridge.flows.consent import ConsentOffer

T = TypeVar("T")


class AwaitingSignatures(Shared, ABC):
    """Signatures with and without a login, and their acknowledgement."""

    async def request_hash_signature(
        self,
        person: Identity | StepUp | str,
        digest: bytes,
        *,
        hkid: str,
        title: SigningTitle,
        session: str,
        algorithm: SignatureAlgorithm = "SHA256withRSA",
        step_up: SigningStepUp = SigningStepUp(),  # noqa: B008  (frozen)
        lang: str = "zh-Hant",
        user_agent: str = "",
    ) -> PendingRequest:
        """As :meth:`xbridge.Bridge.request_hash_signature`, awaited."""
        task = SigningTask(
            kind="hash_signing", digest=digest, algorithm=algorithm, hkid=hkid, title=title, step_up=step_up
        )
        return await self._run(
            "request_hash_signature",
            lambda now: signing_flow.request_signature(
                self._deps,
                proof_of(person),
                task,
                session=session,
                language=parse_language(lang),
                user_agent=user_agent,
                now=now,
                entropy=self._entropy,
            ),
        )

    async def request_document_signature(
        self,
        person: Identity | StepUp | str,
        digest: bytes,
        *,
        hkid: str,
        title: SigningTitle,
        session: str,
        step_up: SigningStepUp = SigningStepUp(),  # noqa: B008  (frozen)
        lang: str = "zh-Hant",
        user_agent: str = "",
    ) -> PendingRequest:
        """As :meth:`xbridge.Bridge.request_document_signature`, awaited."""
        task = SigningTask(kind="document_signing", digest=digest, hkid=hkid, title=title, step_up=step_up)
        return await self._run(
            "request_document_signature",
            lambda now: signing_flow.request_signature(
                self._deps,
                proof_of(person),
                task,
                session=session,
                language=parse_language(lang),
                user_agent=user_agent,
                now=now,
                entropy=self._entropy,
            ),
        )

    async def request_consent_signature(
        self,
        offer: ConsentOffer,
        *,
        approved_by: Identity | StepUp | str,
        hkid: str,
        session: str,
        algorithm: SignatureAlgorithm = "SHA256withRSA",
        step_up: SigningStepUp = SigningStepUp(),  # noqa: B008  (frozen)
        user_agent: str = "",
    ) -> PendingRequest:
        """Ask the person who agrees to ``offer`` to sign the record of it with their own key (iAM Smart+).

        Show ``request.identification_code`` while the page waits; the answer comes by callback.  When :meth:`collect`
        says ``done``, call :meth:`grant_consent` with ``signed_by=request`` within ten minutes.  Anything else is no
        answer: ask again, or grant without a signature when the person says so.

        ``approved_by`` is who is logged in at the provider that signs; ``hkid`` their identity card number with its
        check digit.  Raises as :meth:`grant_consent` and :meth:`request_hash_signature`.
        """
        return await self._run(
            "request_consent_signature",
            lambda now: signed_consent_flow.request_consent_signature(
                self._deps,
                offer,
                approved_by=proof_of(approved_by),
                hkid=hkid,
                algorithm=algorithm,
                step_up=step_up,
                session=session,
                user_agent=user_agent,
                now=now,
                entropy=self._entropy,
            ),
        )

    async def begin_anonymous_signature(
        self,
        provider: str,
        digest: bytes,
        *,
        kind: SigningKind = "hash_signing",
        hkid: str,
        title: SigningTitle,
        return_to: str,
        session: str,
        algorithm: SignatureAlgorithm = "SHA256withRSA",
        step_up: SigningStepUp = SigningStepUp(),  # noqa: B008  (frozen)
        lang: str = "zh-Hant",
        user_agent: str = "",
    ) -> SigningHop:
        """As :meth:`xbridge.Bridge.begin_anonymous_signature`, awaited."""
        task = SigningTask(kind=kind, digest=digest, algorithm=algorithm, hkid=hkid, title=title, step_up=step_up)
        return await self._run(
            "begin_anonymous_signature",
            lambda now: anonymous_flow.begin_anonymous_signature(
                self._deps,
                provider,
                task,
                return_to=return_to,
                session=session,
                language=parse_language(lang),
                user_agent=user_agent,
                now=now,
                entropy=self._entropy,
            ),
        )

    async def finish_anonymous_signature(self, pending: str, *, callback_url: str, session: str) -> PersonalSignature:
        """As :meth:`xbridge.Bridge.finish_anonymous_signature`, awaited."""
        return await self._run(
            "finish_anonymous_signature",
            lambda now: anonymous_flow.finish_anonymous_signature(
                self._deps, pending, callback_url=callback_url, session=session, now=now, entropy=self._entropy
            ),
        )

    async def acknowledge_signature(
        self, request: PendingRequest | SigningHop | str, *, session: str, accepted: bool = True
    ) -> Verdict:
        """As :meth:`xbridge.Bridge.acknowledge_signature`, awaited."""
        return await self._run(
            "acknowledge_signature",
            lambda now: acknowledgement_flow.acknowledge_signature(
                self._deps,
                business_id_of(request),
                session=session,
                accepted=accepted,
                now=now,
                entropy=self._entropy,
            ),
        )

    @abstractmethod
    async def _run(self, operation: str, start: Callable[[datetime], Coroutine[Effect, Any, T]]) -> T:
        """Read the clock, run the flow, tell the audit sink how it ended, once."""
