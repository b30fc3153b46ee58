"""People who sign at noon, who vouches for them, and what the platform sends back of it (iamsmart.md section 10)."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import UTC, datetime
from functools import cache
from typing import Any

from tests.unit.protocols.certificate_authority import Authority, Kind, Person
from xbridge.crypto.sm2 import has_sm2

NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
NOON_MS = int(NOON.timestamp()) * 1000
DIGEST = hashlib.sha256(b"what is signed").digest()
HASH_TEXT = b64encode(DIGEST).decode()
HKID = "A123456(3)"
NAME = "CHAN Tai Man"
KINDS: tuple[Kind, ...] = ("rsa", "sm2")


def authority(number: int = 0, *, kind: Kind = "rsa") -> Authority:
    """An authority, made once; number 0 is the one that the operator trusts."""
    return _authority(number, kind)


def person(
    name: str = NAME,
    *,
    by: int = 0,
    kind: Kind = "rsa",
    start: datetime | None = None,
    end: datetime | None = None,
) -> Person:
    """A person with a certificate of authority ``by``, made once."""
    return _person(name, by, kind, start, end)


@cache
def _authority(number: int, kind: Kind) -> Authority:
    return Authority(kind, now=NOON, name=f"Sample authority {number}")


@cache
def _person(name: str, by: int, kind: Kind, start: datetime | None, end: datetime | None) -> Person:
    return authority(by, kind=kind).person(name, start=start, end=end)


def anchors() -> list[str]:
    """What the operator trusts: one authority of each kind that can be verified here."""
    return [authority(kind=kind).anchor_pem for kind in (KINDS if has_sm2() else KINDS[:1])]


def text(raw: bytes) -> str:
    """Base64, as the wire has it."""
    return b64encode(raw).decode()


def hash_answer(
    digest: bytes = DIGEST,
    *,
    signer: Person | None = None,
    algorithm: str = "SHA256withRSA",
    at_ms: int = NOON_MS,
) -> dict[str, Any]:
    """What comes back for a hash, without its ties."""
    signer = signer or person(kind="sm2" if algorithm.endswith("SM2") else "rsa")
    return {
        "hashCode": text(digest),
        "timestamp": at_ms,
        "signature": text(signer.sign_hash(digest, algorithm)),
        "cert": text(signer.certificate),
    }


def document_answer(
    digest: bytes = DIGEST, *, signer: Person | None = None, signed_at: datetime | None = NOON, **parts: Any
) -> dict[str, Any]:
    """What comes back for a PDF, without its ties; ``signed_at=None`` states no time."""
    signer = signer or person()
    if signed_at is None:
        attributes = signer.attributes(digest)
        parts["attributes"] = sorted(attributes[:2] + attributes[3:])
    return {
        "docDigest": text(digest),
        "pdfSignature": text(signer.sign_document(digest, signing_time=signed_at, **parts)),
    }
