"""A person's own signature, as a provider with a signing service gives it: what is asked, what comes back.

Values only.  ``protocols/personal_signature.py`` verifies; ``flows/signing.py`` asks.  A certificate names its holder, so
neither it nor a signature is in a ``repr``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

SignatureAlgorithm = Literal["SHA256withRSA", "NONEwithRSA", "SM3withSM2", "NONEwithSM2"]
"""The platform's own names (iamsmart.md section 10, VERIFIED)."""

SIGNATURE_ALGORITHMS: tuple[SignatureAlgorithm, ...] = ("SHA256withRSA", "NONEwithRSA", "SM3withSM2", "NONEwithSM2")


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
