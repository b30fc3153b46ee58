"""The resident's own signature over a consent record: what stands beside the record, and how it is checked (ADR 0010).

The signature is over the record's exact bytes, through their SHA-256; the platform signs hash codes and nothing longer
(iamsmart.md section 10).  The certificate names its holder, so this stays out of the envelope and out of the ledger,
which holds its digest alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from pydantic import Field

from xbridge.core.decision import Record
from xbridge.core.errors import ConfigError, TamperDetected, VerificationError
from xbridge.core.moment import from_text, to_text
from xbridge.core.signing import HashSignature, SignatureAlgorithm, SignedBy
from xbridge.crypto import base64url
from xbridge.crypto.canonical import canonical_json
from xbridge.crypto.digest import constant_time_equal, sha256_hex
from xbridge.protocols.personal_signature import (
    SignatureForm,
    TrustAnchors,
    verify_certificate,
    verify_hash_signature,
    verify_signature_value,
)

MAX_SUBJECT_BYTES = 64 * 1024
"""More than any certificate and signature of one person need."""

_USUAL = SignatureForm()
_READ: dict[SignatureAlgorithm, str] = {
    "SHA256withRSA": "hash_input",
    "NONEwithRSA": "rsa_none_form",
    "SM3withSM2": "sm2_id",
    "NONEwithSM2": "",
}
"""Which part of the form each algorithm depends on; the others are written as usual, so that nothing idle can vary."""


class SubjectSignature(Record):
    """The member ``subject/NNNN.json`` of a bundle: one person's signature over one revision.

    ``record`` is the digest of the revision's raw form; ``certificate`` (X.509, DER) and ``signature`` are base64url.
    ``algorithm`` is the platform's name for it; ``hash_input``, ``rsa_none_form`` and ``sm2_id`` say how that name was
    read, where the platform's documents leave it open.  ``signed_at`` is the platform's own time, RFC 3339: nobody
    signed it, and nothing rests on it.
    """

    algorithm: SignatureAlgorithm
    certificate: str = Field(repr=False)
    hash_input: Literal["hash_code", "digest"]
    record: str
    rsa_none_form: Literal["digest_info", "bare"]
    signature: str = Field(repr=False)
    signed_at: str
    sm2_id: str
    v: Literal[1]

    @property
    def form(self) -> SignatureForm:
        """How the algorithm's name was read."""
        return SignatureForm(rsa_none_form=self.rsa_none_form, hash_input=self.hash_input, sm2_id=self.sm2_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A person's signature as it was read: ``raw`` are the exact bytes of ``record``.  Holding one proves nothing."""

    raw: bytes = field(repr=False)
    record: SubjectSignature = field(repr=False)

    @property
    def digest(self) -> str:
        """``sha256:hex`` of the exact bytes: what the ledger names."""
        return sha256_hex(self.raw)

    @property
    def certificate(self) -> bytes:
        """The holder's certificate, DER.  Raises ``TamperDetected`` for text that is not base64url."""
        return _bytes(self.record.certificate)

    @property
    def fingerprint(self) -> str:
        """``sha256:hex`` of the certificate: names the holder without naming the person."""
        return sha256_hex(self.certificate)


def hash_code(raw: bytes) -> bytes:
    """Return what a person is asked to sign for a record whose raw form is ``raw``: its SHA-256, 32 bytes."""
    return hashlib.sha256(raw).digest()


def subject_of(raw: bytes, signed: HashSignature, form: SignatureForm) -> Subject:
    """Return what stands beside the record ``raw``, made from the platform's answer.

    Raises ``TamperDetected("subject", reason="mismatch")`` for a signature over something else.
    """
    if not constant_time_equal(signed.hash_code, hash_code(raw)):
        raise TamperDetected("subject", reason="mismatch", message="the person signed another record")
    needed = _needed(signed.algorithm, form)
    record = SubjectSignature(
        algorithm=signed.algorithm,
        certificate=base64url.encode(signed.signer.certificate),
        hash_input=needed.hash_input,
        record=sha256_hex(raw),
        rsa_none_form=needed.rsa_none_form,
        signature=base64url.encode(signed.signature),
        signed_at=to_text(signed.signed_at),
        sm2_id=needed.sm2_id,
        v=1,
    )
    return Subject(raw=canonical_json(record), record=record)


def parse_subject(raw: bytes) -> Subject:
    """Return what ``raw`` spells, canonically and exactly, **unverified**.  Raises ``TamperDetected("subject", …)``."""
    if len(raw) > MAX_SUBJECT_BYTES:
        raise TamperDetected("subject", reason="too_large")
    try:
        record = SubjectSignature.model_validate_json(raw)
        form, _ = record.form, from_text(record.signed_at)
    except (ValueError, ConfigError):
        # The cause is dropped on purpose: it may quote what it read, and a certificate names its holder.
        raise TamperDetected("subject", reason="malformed") from None
    if canonical_json(record) != raw or form != _needed(record.algorithm, form):
        raise TamperDetected("subject", reason="malformed")
    subject = Subject(raw=raw, record=record)
    _ = subject.certificate, _bytes(record.signature)
    return subject


def verify_signature(subject: Subject, raw: bytes) -> Subject:
    """Return ``subject`` if the key in its certificate signed the record whose raw form is ``raw``.

    Says nothing about whose certificate it is.  Raises ``TamperDetected``.
    """
    _verify_record(subject, raw)
    verify_signature_value(
        hash_code(raw),
        _bytes(subject.record.signature),
        subject.certificate,
        algorithm=subject.record.algorithm,
        form=subject.record.form,
    )
    return subject


def verify_subject(
    subject: Subject, raw: bytes, anchors: TrustAnchors, *, asked_at: datetime, granted_at: datetime
) -> SignedBy:
    """Return who signed the record whose raw form is ``raw``.

    (1) it is this record   (2) the signature holds, and the certificate leads to an anchor when the consent was granted
    (3) it did so already when the person was asked, so also at any moment between

    Raises ``TamperDetected``.
    """
    # (1)
    _verify_record(subject, raw)
    # (2)
    signer = verify_hash_signature(
        hash_code(raw),
        _bytes(subject.record.signature),
        subject.certificate,
        anchors,
        algorithm=subject.record.algorithm,
        form=subject.record.form,
        at=granted_at,
    )
    # (3)
    verify_certificate(subject.certificate, anchors, at=asked_at)
    return signer


def _needed(algorithm: SignatureAlgorithm, form: SignatureForm) -> SignatureForm:
    """Return ``form`` with what ``algorithm`` does not depend on as usual."""
    name = _READ[algorithm]
    return replace(_USUAL, **{name: getattr(form, name)}) if name else _USUAL


def _verify_record(subject: Subject, raw: bytes) -> None:
    if not constant_time_equal(subject.record.record, sha256_hex(raw)):
        raise TamperDetected("subject", reason="mismatch", message="the person's signature is over another record")


def _bytes(text: str) -> bytes:
    try:
        return base64url.decode(text, claim="subject")
    except VerificationError as exc:
        raise TamperDetected("subject", reason=exc.reason) from None
