"""The façade's methods for signing many documents at once, for asynchronous code.

``awaiting.AsyncBridge`` is what an application uses; this module is the part of it that speaks about bulk signing.
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


class AwaitingBulkSigning(Shared, ABC):
    """Bulk signing: asking, how it stands, and taking it back."""

    async def request_bulk_signing(
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
        """As :meth:`xbridge.Bridge.request_bulk_signing`, awaited."""
        task = BulkSigningTask(
            documents=tuple(documents),
            algorithm=algorithm,
            hkid=hkid,
            service_name=service_name,
            department=department,
        )
        return await self._run(
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

    async def bulk_signing_status(self, request: PendingRequest | str, *, session: str) -> BulkStatus:
        """As :meth:`xbridge.Bridge.bulk_signing_status`, awaited."""
        return await self._run(
            "bulk_signing_status",
            lambda now: bulk_signing_flow.bulk_signing_status(
                self._deps, business_id_of(request), session=session, now=now, entropy=self._entropy
            ),
        )

    async def cancel_bulk_signing(self, request: PendingRequest | str, *, session: str) -> None:
        """As :meth:`xbridge.Bridge.cancel_bulk_signing`, awaited."""
        await self._run(
            "cancel_bulk_signing",
            lambda now: bulk_signing_flow.cancel_bulk_signing(
                self._deps, business_id_of(request), session=session, now=now, entropy=self._entropy
            ),
        )

    @abstractmethod
    async def _run(self, operation: str, start: Callable[[datetime], Coroutine[Effect, Any, T]]) -> T:
        """Read the clock, run the flow, tell the audit sink how it ended, once."""
