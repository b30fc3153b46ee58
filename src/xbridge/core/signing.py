"""A person's own signature, as a provider with a signing service gives it: what is asked, what comes back.

Values only.  ``protocols/personal_signature.py`` verifies; ``flows/signing.py`` asks.  A certificate names its holder, so
neither it nor a signature is in a ``repr``; nor is an identity card number, or what a document is called.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

SignatureAlgorithm = Literal["SHA256withRSA", "NONEwithRSA", "SM3withSM2", "NONEwithSM2"]
"""The platform's own names (iamsmart.md section 10, VERIFIED)."""

SIGNATURE_ALGORITHMS: tuple[SignatureAlgorithm, ...] = ("SHA256withRSA", "NONEwithRSA", "SM3withSM2", "NONEwithSM2")

SigningKind = Literal["hash_signing", "document_signing"]
SIGNING_KINDS: tuple[SigningKind, ...] = ("hash_signing", "document_signing")
SIGNED_KINDS = (*SIGNING_KINDS, "bulk_signing")
"""Every request whose answer is verified as signatures are, and acknowledged."""

StepUpMethod = Literal["face", "card_chip", "face_and_card_chip"]
"""How the person authenticates beyond unlocking the app: by face, by the card's chip, or by both."""

Verdict = Literal["accepted", "rejected", "missing"]
"""What a service tells the platform about a signature: taken, not good enough, or never received."""


# --- What is asked ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningTitle:
    """What the person reads about what they sign: the document, the service and the department behind it."""

    document_name: str = field(repr=False)
    service_name: str = field(repr=False)
    department: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningStepUp:
    """How strongly the person authenticates for this signature.

    ``period_h`` (0 to 720) is asked of accounts that are no older than so many hours; the platform's own value counts
    where it is greater.  None leaves either to the platform.
    """

    method: StepUpMethod | None = None
    period_h: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningTask:
    """One thing to be signed by one person.

    ``digest`` has 32 bytes: what ``algorithm`` signs, or the SHA-256 over a PDF's byte range.  ``hkid`` is the person's
    identity card number with its check digit, as they type it; it goes out as a hash.
    """

    kind: SigningKind
    digest: bytes = field(repr=False)
    algorithm: SignatureAlgorithm = "SHA256withRSA"
    hkid: str = field(repr=False)
    title: SigningTitle
    step_up: SigningStepUp = field(default_factory=SigningStepUp)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureSought:
    """What is remembered of a task until its answer comes: the answer is believed for exactly this."""

    kind: SigningKind
    digest: bytes = field(repr=False)
    algorithm: SignatureAlgorithm
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningPage:
    """Where a provider wants the browser of somebody who signs without a login, and the code to show beside it."""

    url: str = field(repr=False)
    identification_code: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningHop:
    """Where to send the browser for an anonymous signature, and what the application keeps in its session meanwhile.

    Show ``identification_code`` (four digits) before the browser leaves: the app shows the same ones.
    """

    url: str = field(repr=False)
    pending: str = field(repr=False)
    business_id: str
    identification_code: str = field(repr=False)
    expires_at: datetime


# --- What comes back -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBy:
    """Whose certificate stands behind a signature that was verified.

    ``certificate`` is the holder's X.509 certificate in DER; ``fingerprint`` its SHA-256 as ``sha256:hex``; ``anchor`` the
    fingerprint of the trust anchor that the path ends at.  ``checked_at`` is the moment for which the path was checked.
    """

    certificate: bytes = field(repr=False)
    fingerprint: str
    anchor: str
    checked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HashSignature:
    """A signature over ``hash_code``, made as ``algorithm`` says; ``signed_at`` is the platform's time."""

    hash_code: bytes = field(repr=False)
    algorithm: SignatureAlgorithm
    signature: bytes = field(repr=False)
    signed_at: datetime
    signer: SignedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSignature:
    """A signature for a PDF document: ``pkcs7`` is a detached CMS SignedData (``adbe.pkcs7.detached``) for ``digest``."""

    digest: bytes = field(repr=False)
    pkcs7: bytes = field(repr=False)
    signed_at: datetime | None
    signer: SignedBy


PersonalSignature = HashSignature | DocumentSignature
