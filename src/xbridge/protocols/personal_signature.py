"""A person's own signature, checked against the authorities that the operator trusts: over a hash, or for a document.

Pure functions.  The algorithm is what *we* asked for and never what the answer says, so a signature that holds under one
algorithm is not accepted for another.  What a signature proves is that the holder of a certificate signed; that the holder is
the person in front of us is for the flow to say.  **Revocation is not checked** (see ``certificate_path``).

Facts: iamsmart.md section 10.  What its algorithms are computed over is INFERRED, so :class:`SignatureForm` holds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from xbridge.core.errors import ConfigError, TamperDetected
from xbridge.core.signing import SignatureAlgorithm, SignedBy
from xbridge.crypto.digest import constant_time_equal
from xbridge.crypto.sm2 import DEFAULT_ID, MAX_ID_BYTES, Sm2PublicKey, raw_signature, sm2_verify, sm2_verify_digest
from xbridge.protocols.certificate import (
    Certificate,
    check_person,
    check_validity,
    read_certificate,
    readable_certificates,
)
from xbridge.protocols.certificate_path import TrustAnchors, find_anchor, load_anchors
from xbridge.protocols.cms import SignedMessage, read_signed_message

__all__ = [
    "SignatureForm",
    "TrustAnchors",
    "load_anchors",
    "verify_certificate",
    "verify_document_signature",
    "verify_hash_signature",
    "verify_hash_signatures",
    "verify_signature_value",
]

DIGEST_BYTES: Final = 32
MAX_HASH_CODE_BYTES: Final = 64
MAX_SIGNATURE_BYTES: Final = 2048
DocumentAlgorithm = Literal["SHA256withRSA", "SM3withSM2"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureForm:
    """What each algorithm is computed over, where the platform's documents leave it open (all INFERRED).

    ``rsa_none_form``: ``NONEwithRSA`` signs DigestInfo(SHA-256) ‖ hash code, or the ``bare`` hash code.
    ``hash_input``: ``SHA256withRSA`` hashes the hash code once more, or takes it as the ``digest`` already.
    ``sm2_id``: the id of ``SM3withSM2``, in ASCII.
    """

    rsa_none_form: Literal["digest_info", "bare"] = "digest_info"
    hash_input: Literal["hash_code", "digest"] = "hash_code"
    sm2_id: str = DEFAULT_ID.decode()

    def __post_init__(self) -> None:
        """Raises ``ConfigError`` for another word, or an id that is not 1 to 8191 characters of ASCII."""
        if self.rsa_none_form not in ("digest_info", "bare") or self.hash_input not in ("hash_code", "digest"):
            raise ConfigError("signing: rsa_none_form is digest_info or bare, and hash_input is hash_code or digest")
        if not self.sm2_id.isascii() or not 0 < len(self.sm2_id) <= MAX_ID_BYTES:
            raise ConfigError("signing: sm2_id is from 1 to 8191 characters of ASCII")


_USUAL_FORM: Final = SignatureForm()


def verify_certificate(
    certificate: bytes,
    anchors: TrustAnchors,
    *,
    intermediates: Sequence[bytes] = (),
    at: datetime,
    claim: str = "certificate",
) -> SignedBy:
    """Return whose certificate this is, if it is one to sign with at ``at`` (aware) and leads to an anchor.

    (1) strict DER, at most 16 KiB   (2) valid at that time   (3) a person's, for signing   (4) RSA of 2048 bits or more, or SM2
    (5) a path of at most four certificates to an anchor, every one valid at that time

    Raises ``TamperDetected(claim, …)``: ``too_large malformed not_yet_valid expired key_usage weak_key unknown``.
    """
    try:
        return _trusted(read_certificate(certificate), anchors, intermediates, at=at)
    except TamperDetected as exc:
        raise TamperDetected(claim, reason=exc.reason) from exc


def verify_hash_signature(
    hash_code: bytes,
    signature: bytes,
    certificate: bytes,
    anchors: TrustAnchors,
    *,
    algorithm: SignatureAlgorithm,
    form: SignatureForm = _USUAL_FORM,
    at: datetime,
) -> SignedBy:
    """Return who signed ``hash_code`` (the decoded bytes), if ``signature`` is made as ``algorithm`` and ``form`` say.

    (1) the certificate, as :func:`verify_certificate`   (2) its key is of the algorithm's kind   (3) the signature

    An SM2 signature is DER.  Raises ``TamperDetected``: ``"certificate"`` for (1) and, as ``mismatch``, for (2); ``"signature"``,
    ``malformed``, ``too_large`` or ``mismatch``, for (3); ``"hash_code"`` for one of 0 or more than 64 bytes, or of other than 32
    where it is a digest.
    """
    # (1)
    person = read_certificate(certificate)
    signer = _trusted(person, anchors, (), at=at)
    # (2) (3)
    _check_value(person, hash_code, signature, algorithm, form)
    return signer


def verify_hash_signatures(
    pairs: Sequence[tuple[bytes, bytes]],
    certificate: bytes,
    anchors: TrustAnchors,
    *,
    algorithm: SignatureAlgorithm,
    form: SignatureForm = _USUAL_FORM,
    at: datetime,
) -> SignedBy:
    """Return who made every one of ``pairs`` (hash code, signature): as :func:`verify_hash_signature`, for one certificate.

    Raises ``TamperDetected`` as it does, with ``index`` where one pair is to blame, and ``missing`` for no pair at all.
    """
    if not pairs:
        raise TamperDetected("signature", reason="missing")
    person = read_certificate(certificate)
    signer = _trusted(person, anchors, (), at=at)
    for index, (hash_code, signature) in enumerate(pairs):
        try:
            _check_value(person, hash_code, signature, algorithm, form)
        except TamperDetected as exc:
            raise TamperDetected(exc.claim, reason=exc.reason, index=index) from exc
    return signer


def verify_signature_value(
    hash_code: bytes,
    signature: bytes,
    certificate: bytes,
    *,
    algorithm: SignatureAlgorithm,
    form: SignatureForm = _USUAL_FORM,
) -> str:
    """Return the fingerprint of ``certificate`` if its key made ``signature`` over ``hash_code``: arithmetic, and no trust.

    NOTE: anybody can make a certificate for which this holds.  It is for a reader who has no anchors and says so, and for
    one who reads back what :func:`verify_hash_signature` accepted before.

    Raises ``TamperDetected`` as :func:`verify_hash_signature` does for its steps (2) and (3).
    """
    person = read_certificate(certificate)
    _check_value(person, hash_code, signature, algorithm, form)
    return person.fingerprint


def verify_document_signature(
    digest: bytes,
    pkcs7: bytes,
    anchors: TrustAnchors,
    *,
    at: datetime,
    algorithm: DocumentAlgorithm = "SHA256withRSA",
) -> tuple[SignedBy, datetime | None]:
    """Return who signed the document of ``digest`` (32 bytes), and the time that the signer states, if any.

    ``pkcs7`` is a detached CMS SignedData (RFC 5652) in strict DER, as a PDF of subfilter ``adbe.pkcs7.detached`` holds it;
    ``digest`` is SHA-256, or SM3 when SM2 was asked for.  Its unsigned attributes (a time stamp may be there) and revocation
    lists are not read.

    (1) form   (2) algorithms as asked   (3) the digest is ours   (4) the signer's certificate is among those that came
    along, and is the one the signed attributes name, if they do   (5) it is trusted   (6) the signature over the attributes

    Raises ``TamperDetected``: ``"signature"`` for (1), (2), (3) and (6), ``"certificate"`` for (4) and (5).
    """
    if len(digest) != DIGEST_BYTES:
        raise TamperDetected("digest", reason="malformed")
    # (1)
    message = read_signed_message(pkcs7)
    # (2)
    if message.algorithm != algorithm:
        raise TamperDetected("signature", reason="algorithm")
    # (3)
    if not constant_time_equal(message.digest, digest):
        raise TamperDetected("signature", reason="mismatch")
    # (4)
    person = _signer(message)
    # (5)
    others = [raw for raw in message.certificates if raw != person.raw]
    signer = _trusted(person, anchors, others, at=at)
    # (6)
    if algorithm == "SHA256withRSA":
        _check_rsa(_rsa_key(person), message.signature, message.signed_attributes, SHA256())
    else:
        sm2_verify(_sm2_key(person), message.signed_attributes, raw_signature(message.signature))
    return signer, message.signing_time


def _check_value(
    person: Certificate, hash_code: bytes, signature: bytes, algorithm: SignatureAlgorithm, form: SignatureForm
) -> None:
    """Raise ``TamperDetected`` unless the key is of the algorithm's kind and made the signature."""
    _check_hash_code(hash_code, algorithm, form)
    if len(signature) > MAX_SIGNATURE_BYTES:
        raise TamperDetected("signature", reason="too_large")
    match algorithm:
        case "SHA256withRSA":
            hashing = SHA256() if form.hash_input == "hash_code" else Prehashed(SHA256())
            _check_rsa(_rsa_key(person), signature, hash_code, hashing)
        case "NONEwithRSA" if form.rsa_none_form == "bare":
            _check_bare_rsa(_rsa_key(person), signature, hash_code)
        case "NONEwithRSA":
            _check_rsa(_rsa_key(person), signature, hash_code, Prehashed(SHA256()))
        case "SM3withSM2":
            sm2_verify(_sm2_key(person), hash_code, raw_signature(signature), sm2_id=form.sm2_id.encode("ascii"))
        case "NONEwithSM2":
            sm2_verify_digest(_sm2_key(person), hash_code, raw_signature(signature))
        case _:
            raise TamperDetected("signature", reason="unknown")


def _check_hash_code(hash_code: bytes, algorithm: SignatureAlgorithm, form: SignatureForm) -> None:
    """Raise ``TamperDetected("hash_code", …)`` unless its length fits what it is taken for."""
    is_digest = algorithm.startswith("NONE") or (algorithm == "SHA256withRSA" and form.hash_input == "digest")
    if not 0 < len(hash_code) <= MAX_HASH_CODE_BYTES or (is_digest and len(hash_code) != DIGEST_BYTES):
        raise TamperDetected("hash_code", reason="malformed")


def _trusted(person: Certificate, anchors: TrustAnchors, intermediates: Sequence[bytes], *, at: datetime) -> SignedBy:
    """Do steps (2) to (5) of :func:`verify_certificate`."""
    if at.tzinfo is None:
        raise ValueError("the time of a verification is aware")
    check_validity(person, at)
    check_person(person)
    if not isinstance(person.key, RSAPublicKey | Sm2PublicKey):
        raise TamperDetected("certificate", reason="unknown")
    anchor = find_anchor(person, anchors, intermediates, at=at)
    return SignedBy(certificate=person.raw, fingerprint=person.fingerprint, anchor=anchor.fingerprint, checked_at=at)


def _signer(message: SignedMessage) -> Certificate:
    """Return the one certificate that the signer's information names."""
    found = [certificate for certificate in readable_certificates(message.certificates) if message.names(certificate)]
    if len(found) != 1:
        raise TamperDetected("certificate", reason="missing" if not found else "duplicated")
    if not message.certificate_fits(found[0].raw):
        raise TamperDetected("certificate", reason="mismatch")
    return found[0]


def _rsa_key(person: Certificate) -> RSAPublicKey:
    """Return the key, which must be RSA because that was asked for."""
    if not isinstance(person.key, RSAPublicKey):
        raise TamperDetected("certificate", reason="mismatch")
    return person.key


def _sm2_key(person: Certificate) -> Sm2PublicKey:
    """Return the key, which must be SM2 because that was asked for."""
    if not isinstance(person.key, Sm2PublicKey):
        raise TamperDetected("certificate", reason="mismatch")
    return person.key


def _check_rsa(key: RSAPublicKey, signature: bytes, data: bytes, hashing: SHA256 | Prehashed) -> None:
    """Raise ``TamperDetected("signature", reason="mismatch")`` unless the signature holds (RSASSA-PKCS1-v1_5)."""
    try:
        key.verify(signature, data, PKCS1v15(), hashing)
    except InvalidSignature as exc:
        raise TamperDetected("signature", reason="mismatch") from exc


def _check_bare_rsa(key: RSAPublicKey, signature: bytes, data: bytes) -> None:
    """Do the same for ``data`` padded as it is, without the name of a hash."""
    try:
        signed = key.recover_data_from_signature(signature, PKCS1v15(), None)
    except InvalidSignature as exc:
        raise TamperDetected("signature", reason="mismatch") from exc
    if not constant_time_equal(signed, data):
        raise TamperDetected("signature", reason="mismatch")
