"""iAM Smart+'s face to the rest of the house: bulk signing.  The work is done next door, in ``bulk_signing``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from xbridge.core.bulk_signing import BulkSignatures, BulkSigningTask, BulkSought, BulkStatus
from xbridge.core.identity import Access
from xbridge.core.ports import Entropy
from xbridge.core.request import Asked, Errand
from xbridge.core.signing import Verdict
from xbridge.providers.iamsmart import bulk_signing
from xbridge.providers.iamsmart.settings import IamSmartSettings


class BulkSigningFace:
    """The part of :class:`~xbridge.providers.iamsmart.login.IamSmart` that is a ``BulkSigningProvider``."""

    def verify_bulk_signer(self, settings: IamSmartSettings, assurance_source: str) -> None:
        """Check that an answer could be read and believed, and that the account may sign."""
        bulk_signing.verify_bulk_signer(settings, assurance_source)

    async def ask_bulk_signature(
        self,
        settings: IamSmartSettings,
        subject: str,
        access: Access,
        errand: Errand,
        task: BulkSigningTask,
        *,
        now: datetime,
        entropy: Entropy,
    ) -> Asked:
        """Ask the person to sign every document of ``task``."""
        return await bulk_signing.ask_bulk_signature(settings, subject, access, errand, task, now=now, entropy=entropy)

    def read_bulk_signatures(
        self, settings: IamSmartSettings, sought: BulkSought, content: Mapping[str, object], *, at: datetime
    ) -> BulkSignatures:
        """Return the signatures in a callback, verified."""
        return bulk_signing.read_bulk_signatures(settings, sought, content, at=at)

    async def acknowledge_bulk_signature(
        self, settings: IamSmartSettings, business_id: str, verdict: Verdict, *, now: datetime, entropy: Entropy
    ) -> None:
        """Tell the platform what became of the signatures."""
        await bulk_signing.acknowledge_bulk_signature(settings, business_id, verdict, now=now, entropy=entropy)

    async def bulk_signing_status(
        self, settings: IamSmartSettings, business_id: str, *, now: datetime, entropy: Entropy
    ) -> BulkStatus:
        """Return where a bulk signing stands."""
        return await bulk_signing.bulk_signing_status(settings, business_id, now=now, entropy=entropy)

    async def cancel_bulk_signing(
        self, settings: IamSmartSettings, business_id: str, *, now: datetime, entropy: Entropy
    ) -> None:
        """Take a bulk signing back."""
        await bulk_signing.cancel_bulk_signing(settings, business_id, now=now, entropy=entropy)
