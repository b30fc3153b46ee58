"""What a provider is with whose key people sign, beside being a provider (``core/provider.py``)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from xbridge.core.callback import CallbackParameters, CallbackReceiver
from xbridge.core.identity import Access
from xbridge.core.ports import Entropy
from xbridge.core.request import Asked, Errand
from xbridge.core.signing import PersonalSignature, SignatureSought, SigningPage, SigningTask, Verdict


@runtime_checkable
class SignatureAcknowledger(Protocol):
    """A provider that wants to be told what became of a signature."""

    async def acknowledge_signature(
        self, settings: Any, business_id: str, verdict: Verdict, *, now: datetime, entropy: Entropy
    ) -> None:
        """Tell it.  The same verdict may be told again.  Raises ``ProviderError``."""
        ...


@runtime_checkable
class SigningProvider(CallbackReceiver, SignatureAcknowledger, Protocol):
    """A provider with whose key the person signs, answered by callback."""

    def verify_signer(self, settings: Any, assurance_source: str) -> None:
        """Check that signatures can be verified here, and that an account known as ``assurance_source`` may sign.

        Raises ``ConfigError`` without trust anchors, ``VerificationError("assurance", reason="cannot_sign")``.
        """
        ...

    async def ask_signature(
        self,
        settings: Any,
        subject: str,
        access: Access,
        errand: Errand,
        task: SigningTask,
        *,
        now: datetime,
        entropy: Entropy,
    ) -> Asked:
        """Ask.  Raises as ``ask_profile``, and ``DocumentInvalid`` for an identity card number that is none."""
        ...

    def read_signature(
        self, settings: Any, sought: SignatureSought, content: Mapping[str, object], *, at: datetime
    ) -> PersonalSignature:
        """Return the signature in ``content``, verified at ``at``.  Pure.

        Raises ``ProtocolError`` for another shape and ``VerificationError`` for everything that does not hold.
        """
        ...

    def signature_form(self, settings: Any) -> Any:
        """Return how algorithm names are read, a ``protocols.personal_signature.SignatureForm``: it is kept as proof."""
        ...

    def signature_anchors(self, settings: Any) -> Any:
        """Return the authorities that count, as ``protocols.personal_signature.TrustAnchors``; None where none is set."""
        ...


@runtime_checkable
class AnonymousSigningProvider(SignatureAcknowledger, Protocol):
    """A provider with whose key somebody signs who has not logged in: asked first, answered through the browser."""

    async def begin_anonymous_signature(
        self, settings: Any, errand: Errand, task: SigningTask, *, return_to: str, now: datetime, entropy: Entropy
    ) -> SigningPage:
        """Return where to send the browser.  Raises as ``ask_signature``."""
        ...

    async def finish_anonymous_signature(
        self,
        settings: Any,
        callback: CallbackParameters,
        *,
        business_id: str,
        sought: SignatureSought,
        now: datetime,
        entropy: Entropy,
    ) -> PersonalSignature:
        """Return the verified signature.

        Raises ``UserDeclined``, ``CallbackInvalid``, ``ProviderError``, ``VerificationError``.
        """
        ...
