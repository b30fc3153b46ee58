"""The façade's methods for signatures that a person makes with their provider's key, for blocking code.

``blocking.Bridge`` is what an application uses; this module is the part of it that speaks about signing.
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


class BlockingSignatures(Shared, ABC):
    """Signatures with and without a login, and their acknowledgement."""

    def request_hash_signature(
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
        """Ask the person to sign ``digest`` (32 bytes); the answer comes by callback, :meth:`collect` hands it out.

        ``hkid`` is their identity card number with check digit, ``A123456(3)``; it leaves as a hash.  Show
        ``request.identification_code`` and ``title`` while the page waits: the app shows the same.  The result is a
        ``HashSignature`` that verified; :meth:`acknowledge_signature` then tells the provider.

        Raises ``LinkRefused`` (``session``, ``stale``), ``VerificationError("assurance", "cannot_sign")`` for an account
        that cannot sign, ``DocumentInvalid`` for the number, ``ConfigError`` (also without trust anchors),
        ``Unsupported``, ``ProviderError``, ``UserDeclined``.
        """
        task = SigningTask(
            kind="hash_signing", digest=digest, algorithm=algorithm, hkid=hkid, title=title, step_up=step_up
        )
        return self._run(
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

    def request_document_signature(
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
        """Ask the person to sign a PDF whose byte range has the SHA-256 ``digest``.  As :meth:`request_hash_signature`.

        The result is a ``DocumentSignature``: put its ``pkcs7`` into the document's signature dictionary.
        """
        task = SigningTask(kind="document_signing", digest=digest, hkid=hkid, title=title, step_up=step_up)
        return self._run(
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

    def request_consent_signature(
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
        return self._run(
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

    def begin_anonymous_signature(
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
        """Return where to send the browser of somebody who has not logged in, to sign ``digest``.

        Show ``hop.identification_code`` first, and keep ``hop.pending`` in the application's session.  Raises as
        :meth:`request_hash_signature`, but for the login.
        """
        task = SigningTask(kind=kind, digest=digest, algorithm=algorithm, hkid=hkid, title=title, step_up=step_up)
        return self._run(
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

    def finish_anonymous_signature(self, pending: str, *, callback_url: str, session: str) -> PersonalSignature:
        """Return the signature that was begun in this session, verified, once.

        Raises ``UserDeclined``, ``CallbackInvalid``, ``ProviderError``, ``TamperDetected`` for one that does not verify.
        """
        return self._run(
            "finish_anonymous_signature",
            lambda now: anonymous_flow.finish_anonymous_signature(
                self._deps, pending, callback_url=callback_url, session=session, now=now, entropy=self._entropy
            ),
        )

    def acknowledge_signature(
        self, request: PendingRequest | SigningHop | str, *, session: str, accepted: bool = True
    ) -> Verdict:
        """Tell the provider what became of the signature, and return what it was told.

        ``accepted``: it verified, was collected, and you keep it; ``accepted=False`` makes that ``rejected``.  Where none
        verified the provider is told ``rejected``, where none came in time ``missing``, whatever you say.  A call that
        failed may be made again, for a day; the same again does nothing.

        Raises ``CallbackInvalid("request", …)``: ``waiting`` before it has ended and been collected, ``unknown`` for
        what nobody signed or another session's; ``VerificationError("acknowledgement", …)`` for another verdict than the
        one that was told; ``ProviderError``.
        """
        return self._run(
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
    def _run(self, operation: str, start: Callable[[datetime], Coroutine[Effect, Any, T]]) -> T:
        """Read the clock, run the flow, tell the audit sink how it ended, once."""
