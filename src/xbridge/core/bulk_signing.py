"""Many hashes signed by one person at one time: what is asked, what comes back, and who can do it.

Values and one Protocol.  ``flows/bulk_signing.py`` asks; the provider's own file knows its messages.  What a document is
called and what is in a certificate name people, so neither is in a ``repr``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

from xbridge.core.identity import Access
from xbridge.core.ports import Entropy
from xbridge.core.request import Asked, Errand
from xbridge.core.signing import SignatureAlgorithm, SignedBy, Verdict

BulkStatus = Literal["pending", "signing", "signed", "cancelled", "failed"]
"""Where a bulk signing stands at the provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkDocument:
    """One of the documents: ``id`` is yours (36 characters at most), ``name`` what the person reads, ``hash_code`` 32 bytes."""

    id: str
    name: str = field(repr=False)
    hash_code: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkSigningTask:
    """Up to 1000 documents to be signed by one person.  ``hkid`` is their number with its check digit; it goes out as a hash."""

    documents: tuple[BulkDocument, ...]
    algorithm: SignatureAlgorithm = "SHA256withRSA"
    hkid: str = field(repr=False)
    service_name: str = field(repr=False)
    department: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkSought:
    """What is remembered of a task until its answer comes: hash codes by document id, in the order they were asked."""

    documents: Mapping[str, bytes] = field(repr=False)
    algorithm: SignatureAlgorithm
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkSignature:
    """The signature for one of the documents."""

    document_id: str
    hash_code: bytes = field(repr=False)
    signature: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkSignatures:
    """One verified signature for each document that was asked, in that order, all by one person.

    ``signed_at`` is the platform's time, one for all of them.
    """

    signatures: tuple[BulkSignature, ...]
    algorithm: SignatureAlgorithm
    signed_at: datetime
    signer: SignedBy


@runtime_checkable
class BulkSigningProvider(Protocol):
    """A provider with whose key a person signs many hashes at once, answered by callback."""

    def verify_bulk_signer(self, settings: Any, assurance_source: str) -> None:
        """Check that the answer could be read and believed, and that the account may sign.

        Raises ``ConfigError``, ``Unsupported``, ``VerificationError("assurance", reason="cannot_sign")``.
        """
        ...

    async def ask_bulk_signature(
        self,
        settings: Any,
        subject: str,
        access: Access,
        errand: Errand,
        task: BulkSigningTask,
        *,
        now: datetime,
        entropy: Entropy,
    ) -> Asked:
        """Ask.  Raises ``ConfigError``, ``DocumentInvalid``, ``ProviderError``, ``UserDeclined``."""
        ...

    def read_bulk_signatures(
        self, settings: Any, sought: BulkSought, content: Mapping[str, object], *, at: datetime
    ) -> BulkSignatures:
        """Return the signatures in ``content``, exactly those sought, each verified at ``at``.  Pure.

        Raises ``ProtocolError`` for another shape and ``VerificationError`` for everything that does not hold.
        """
        ...

    async def acknowledge_bulk_signature(
        self, settings: Any, business_id: str, verdict: Verdict, *, now: datetime, entropy: Entropy
    ) -> None:
        """Tell the provider what became of the signatures.  Raises ``ProviderError``."""
        ...

    async def bulk_signing_status(
        self, settings: Any, business_id: str, *, now: datetime, entropy: Entropy
    ) -> BulkStatus:
        """Ask where it stands.  Raises ``ProviderError``."""
        ...

    async def cancel_bulk_signing(self, settings: Any, business_id: str, *, now: datetime, entropy: Entropy) -> None:
        """Take it back while nobody has signed.  Raises ``ProviderError``, also where it is not pending any more."""
        ...
