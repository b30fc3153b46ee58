"""A signature as iAM Smart gives it back, believed only after it verifies (iamsmart.md section 10).

Pure.  The mathematics and the certificates are ``protocols/personal_signature.py``'s; here is what the platform adds: that
the digest is the one that was asked for, to the byte, and that the time is one at which it can have been signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xbridge.core.errors import TamperDetected, VerificationError
from xbridge.core.signing import DocumentSignature, HashSignature, PersonalSignature, SignatureSought, SigningKind
from xbridge.crypto.base64url import decode_standard
from xbridge.crypto.digest import constant_time_equal
from xbridge.protocols.personal_signature import verify_document_signature, verify_hash_signature
from xbridge.providers.iamsmart.reply import broken
from xbridge.providers.iamsmart.settings import IamSmartSettings

ANSWER_MEMBERS: dict[SigningKind, tuple[str, ...]] = {
    "hash_signing": ("hashCode", "timestamp", "signature", "cert"),
    "document_signing": ("docDigest", "pdfSignature"),
}
"""What a result holds beside its ties (VERIFIED); nothing else is kept."""

MAX_DIGEST_CHARS = 128
MAX_SIGNATURE_CHARS = 4096
MAX_CERTIFICATE_CHARS = 32 * 1024
MAX_PKCS7_CHARS = 1024 * 1024


class _HashAnswer(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    hashCode: str = Field(max_length=MAX_DIGEST_CHARS, repr=False)  # noqa: N815
    timestamp: int
    signature: str = Field(max_length=MAX_SIGNATURE_CHARS, repr=False)
    cert: str = Field(max_length=MAX_CERTIFICATE_CHARS, repr=False)


class _DocumentAnswer(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    docDigest: str = Field(max_length=MAX_DIGEST_CHARS, repr=False)  # noqa: N815
    pdfSignature: str = Field(max_length=MAX_PKCS7_CHARS, repr=False)  # noqa: N815


Answer = TypeVar("Answer", bound=BaseModel)


def read_signature(
    settings: IamSmartSettings, sought: SignatureSought, content: Mapping[str, object], *, step: str, at: datetime
) -> PersonalSignature:
    """Return the signature in ``content``.

    (1) its members are there and readable   (2) the digest is the one that was asked for   (3) signature and certificate
    verify at ``at`` against the operator's anchors   (4) its time is between the question and now

    Raises ``ProtocolError`` for (1), ``TamperDetected`` (``digest``, ``signature``, ``certificate``, ``timestamp``) for
    the rest.
    """
    if sought.kind == "document_signing":
        return _document_signature(settings, sought, content, step=step, at=at)
    return _hash_signature(settings, sought, content, step=step, at=at)


def _hash_signature(
    settings: IamSmartSettings, sought: SignatureSought, content: Mapping[str, object], *, step: str, at: datetime
) -> HashSignature:
    # (1)
    answer = answer_of(_HashAnswer, content, step=step)
    signature, certificate = decoded(answer.signature, step=step), decoded(answer.cert, step=step)
    signed_at = moment_of(answer.timestamp, step=step)
    # (2)
    _verify_digest(decoded(answer.hashCode, step=step), sought)
    # (3)
    signer = verify_hash_signature(
        sought.digest,
        signature,
        certificate,
        settings.signing.anchors,
        algorithm=sought.algorithm,
        form=settings.signing.form,
        at=at,
    )
    # (4)
    verify_time(settings, signed_at, sought.asked_at, at=at)
    return HashSignature(
        hash_code=sought.digest, algorithm=sought.algorithm, signature=signature, signed_at=signed_at, signer=signer
    )


def _document_signature(
    settings: IamSmartSettings, sought: SignatureSought, content: Mapping[str, object], *, step: str, at: datetime
) -> DocumentSignature:
    # (1)
    answer = answer_of(_DocumentAnswer, content, step=step)
    pkcs7 = decoded(answer.pdfSignature, step=step)
    # (2)
    _verify_digest(decoded(answer.docDigest, step=step), sought)
    # (3)
    signer, signed_at = verify_document_signature(sought.digest, pkcs7, settings.signing.anchors, at=at)
    # (4) A signature without a time of its own is one all the same.
    if signed_at is not None:
        verify_time(settings, signed_at, sought.asked_at, at=at)
    return DocumentSignature(digest=sought.digest, pkcs7=pkcs7, signed_at=signed_at, signer=signer)


def answer_of(model: type[Answer], content: Mapping[str, object], *, step: str) -> Answer:
    """Return ``content`` as ``model``.  Raises ``ProtocolError``."""
    try:
        return model.model_validate(dict(content))
    except ValidationError:
        # The cause is dropped on purpose: what it could not read may name the holder.
        raise broken(step, "shape") from None


def decoded(text: str, *, step: str) -> bytes:
    """Return the bytes of standard base64, at least one.  Raises ``ProtocolError``."""
    try:
        raw = decode_standard(text)
    except VerificationError:
        raise broken(step, "shape") from None
    if not raw:
        raise broken(step, "shape")
    return raw


def moment_of(timestamp_ms: int, *, step: str) -> datetime:
    """Return the moment of a timestamp in milliseconds.  Raises ``ProtocolError``."""
    try:
        return datetime.fromtimestamp(timestamp_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise broken(step, "shape") from None


def _verify_digest(digest: bytes, sought: SignatureSought) -> None:
    """Check that nothing else was signed in the place of what we asked for."""
    if not constant_time_equal(digest, sought.digest):
        raise TamperDetected("digest", reason="mismatch")


def verify_time(settings: IamSmartSettings, signed_at: datetime, asked_at: datetime, *, at: datetime) -> None:
    """Check that it was signed after the question and before now, give or take ``max_skew_s``."""
    skew = timedelta(seconds=settings.signing.max_skew_s)
    if signed_at < asked_at - skew:
        raise TamperDetected("timestamp", reason="expired")
    if signed_at > at + skew:
        raise TamperDetected("timestamp", reason="not_yet_valid")
