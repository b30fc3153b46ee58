"""The façade's methods for signing many documents at once, for blocking code.

``blocking.Bridge`` is what an application uses; this module is the part of it that speaks about bulk signing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, TypeVar

from xbridge.bridge.shared import Shared, business_id_of, proof_of
from xbridge.core.bulk_signing import BulkDocument, BulkSigningTask, BulkStatus
from xbridge.core.effects import Effect
from xbridge.core.identity import Identity
from xbridge.core.language import parse_language
from xbridge.core.request import PendingRequest, StepUp
from xbridge.core.signing import SignatureAlgorithm
from xbridge.flows import bulk_signing as bulk_signing_flow

T = TypeVar("T")


class BlockingBulkSigning(Shared, ABC):
    """Bulk signing: asking, how it stands, and taking it back."""

    def request_bulk_signing(
        self,
        person: Identity | StepUp | str,
        documents: Sequence[BulkDocument],
        *,
        hkid: str,
        service_name: str,
        department: str,
        session: str,
        algorithm: SignatureAlgorithm = "SHA256withRSA",
        lang: str = "zh-Hant",
        user_agent: str = "",
    ) -> PendingRequest:
        """Ask the person to sign up to 1000 documents at once; the answer comes by callback, :meth:`collect` hands it out.

        ``hkid`` is their identity card number with check digit, ``A123456(3)``; it leaves as a hash.  The person reads
        ``service_name``, ``department`` and each document's name.  The result is a ``BulkSignatures``: one verified
        signature for each document, or none at all.  :meth:`acknowledge_signature` then tells the provider.

        Raises ``LinkRefused`` (``session``, ``stale``), ``VerificationError("assurance", "cannot_sign")`` for an account
        that cannot sign, ``DocumentInvalid`` for the number, ``ConfigError`` (also without the scope or trust anchors),
        ``Unsupported`` (also without the extra ``web``), ``ProviderError``, ``UserDeclined``.
        """
        task = BulkSigningTask(
            documents=tuple(documents),
            algorithm=algorithm,
            hkid=hkid,
            service_name=service_name,
            department=department,
        )
        return self._run(
            "request_bulk_signing",
            lambda now: bulk_signing_flow.request_bulk_signing(
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

    def bulk_signing_status(self, request: PendingRequest | str, *, session: str) -> BulkStatus:
        """Return where the provider stands with it, while the answer is awaited; :meth:`collect` has the answer.

        Raises ``CallbackInvalid("request", "unknown")`` for what does not wait in this session, ``ProviderError``.
        """
        return self._run(
            "bulk_signing_status",
            lambda now: bulk_signing_flow.bulk_signing_status(
                self._deps, business_id_of(request), session=session, now=now, entropy=self._entropy
            ),
        )

    def cancel_bulk_signing(self, request: PendingRequest | str, *, session: str) -> None:
        """Take it back while nobody has signed.  The provider then reports the end: :meth:`collect` gives ``declined``.

        Raises as :meth:`bulk_signing_status`, and ``ProviderRejected`` (D71007) where it is not pending any more.
        """
        self._run(
            "cancel_bulk_signing",
            lambda now: bulk_signing_flow.cancel_bulk_signing(
                self._deps, business_id_of(request), session=session, now=now, entropy=self._entropy
            ),
        )

    @abstractmethod
    def _run(self, operation: str, start: Callable[[datetime], Coroutine[Effect, Any, T]]) -> T:
        """Read the clock, run the flow, tell the audit sink how it ended, once."""
