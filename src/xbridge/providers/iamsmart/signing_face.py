"""iAM Smart+'s face to the rest of the house: signing with and without a login (iamsmart.md section 10).

The work is done next door: ``signing``, ``anonymous_signing``, ``signature``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from xbridge.core.callback import CallbackParameters
from xbridge.core.identity import Access
from xbridge.core.ports import Entropy
from xbridge.core.request import Asked, Errand
from xbridge.core.signing import PersonalSignature, SignatureSought, SigningPage, SigningTask, Verdict
from xbridge.protocols.personal_signature import SignatureForm, TrustAnchors
from xbridge.providers.iamsmart import anonymous_signing, signature, signing
from xbridge.providers.iamsmart.settings import IamSmartSettings


class SigningFace:
    """The part of :class:`~xbridge.providers.iamsmart.login.IamSmart` that is a ``SigningProvider``, of both kinds."""

    def verify_signer(self, settings: IamSmartSettings, assurance_source: str) -> None:
        """Check that signatures can be verified here, and that the account may sign."""
        signing.verify_signer(settings, assurance_source)

    async def ask_signature(
        self,
        settings: IamSmartSettings,
        subject: str,
        access: Access,
        errand: Errand,
        task: SigningTask,
        *,
        now: datetime,
        entropy: Entropy,
    ) -> Asked:
        """Ask the person to sign a hash or a PDF's digest."""
        return await signing.ask_signature(settings, subject, access, errand, task, now=now, entropy=entropy)

    def read_signature(
        self, settings: IamSmartSettings, sought: SignatureSought, content: Mapping[str, object], *, at: datetime
    ) -> PersonalSignature:
        """Return the signature in a callback, verified."""
        return signature.read_signature(settings, sought, content, step=f"{sought.kind}_callback", at=at)

    def signature_form(self, settings: IamSmartSettings) -> SignatureForm:
        """Return how this operator reads the names of the algorithms."""
        return settings.signing.form

    def signature_anchors(self, settings: IamSmartSettings) -> TrustAnchors | None:
        """Return the authorities that this operator trusts, None where there are none."""
        return settings.signing.anchors if settings.signing.trust_anchors else None

    async def begin_anonymous_signature(
        self,
        settings: IamSmartSettings,
        errand: Errand,
        task: SigningTask,
        *,
        return_to: str,
        now: datetime,
        entropy: Entropy,
    ) -> SigningPage:
        """Return the getQR URL with a ticket, and the identification code."""
        return await anonymous_signing.begin_anonymous_signature(
            settings, errand, task, return_to=return_to, now=now, entropy=entropy
        )

    async def finish_anonymous_signature(
        self,
        settings: IamSmartSettings,
        callback: CallbackParameters,
        *,
        business_id: str,
        sought: SignatureSought,
        now: datetime,
        entropy: Entropy,
    ) -> PersonalSignature:
        """Return the signature of somebody who has not logged in, verified."""
        return await anonymous_signing.finish_anonymous_signature(
            settings, callback, business_id=business_id, sought=sought, now=now, entropy=entropy
        )

    async def acknowledge_signature(
        self, settings: IamSmartSettings, business_id: str, verdict: Verdict, *, now: datetime, entropy: Entropy
    ) -> None:
        """Tell the platform what became of a signature."""
        await signing.acknowledge_signature(settings, business_id, verdict, now=now, entropy=entropy)
