"""The person's key at work: hash signatures, PDF signatures and bulk signatures, spoiled if a fault strikes (dossier 10).

It makes what stands beside businessID and state in an answer. Who may sign is ``signing_order``; whose key it is,
``authority``.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo, Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from xbridge_mocks.iamsmart.authority import Authority, Bend, KeyType
from xbridge_mocks.iamsmart.certificate import AnyKey
from xbridge_mocks.iamsmart.cms import signed_data
from xbridge_mocks.iamsmart.inquiry import Inquiry
from xbridge_mocks.iamsmart.refusal import Trail
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings
from xbridge_mocks.iamsmart.signing_order import ALGORITHMS, Algorithm, Document, SigningOrder
from xbridge_mocks.iamsmart.sm2 import Sm2Key
from xbridge_mocks.persona import Persona
from xbridge_mocks.random_source import RandomSource

__all__ = ["Signer"]

_BENT: dict[str, Bend] = {
    "certificate_expired": "expired",
    "certificate_not_yet_valid": "not_yet_valid",
    "certificate_unknown_authority": "unknown_authority",
    "certificate_other_use": "other_use",
}
_SAME_KEY: dict[Algorithm, Algorithm] = {
    "SHA256withRSA": "NONEwithRSA", "NONEwithRSA": "SHA256withRSA", "SM3withSM2": "NONEwithSM2",
    "NONEwithSM2": "SM3withSM2",
}  # fmt: skip
_OTHER_KEY: dict[KeyType, Algorithm] = {"RSA": "SM3withSM2", "SM2": "SHA256withRSA"}


class Signer:
    """Signs for people."""

    def __init__(self, *, authority: Authority, random: RandomSource, settings: IamSmartMockSettings) -> None:
        self._authority = authority
        self._random = random
        self._settings = settings

    def sign(self, inquiry: Inquiry, person: Persona, trail: Trail, *, stranger: Persona) -> dict[str, object]:
        """What ``person`` signs for a decided request; the same however often it is asked for.

        ``stranger`` lends key or certificate to faults.
        """
        if inquiry.order is None:
            raise ValueError("nothing was ordered to be signed")
        before, trail.struck = trail.struck, False
        make = {"pdf_signing": self._sign_pdf, "bulk_signing": self._sign_bulk}.get(inquiry.kind, self._sign_hash)
        made = make(inquiry.order, person, trail, stranger, inquiry.decided_ms)
        spoiled, trail.struck = trail.struck, before or trail.struck
        if spoiled or person != inquiry.persona:
            return made
        inquiry.signed = inquiry.signed or made
        return inquiry.signed

    def _sign_hash(
        self, order: SigningOrder, person: Persona, trail: Trail, stranger: Persona, at_ms: int
    ) -> dict[str, object]:
        """A hash signature by ``person``: hashCode, timestamp, signature and cert."""
        digest, algorithm = self._digest(order.documents[0], trail), _algorithm(order, trail)
        key, certificate = self._credential(person, ALGORITHMS[algorithm][1], trail, stranger)
        signature = self._signature(key, algorithm, digest)
        if trail.strikes("signature_truncated"):
            signature = signature[:-1]
        content: dict[str, object] = {
            "hashCode": _text(digest),
            "timestamp": _moment(at_ms, trail),
            "signature": _text(signature),
            "cert": _text(certificate),
        }
        return _without(content, trail, {"signature_missing": "signature", "certificate_missing": "cert"})

    def _sign_bulk(
        self, order: SigningOrder, person: Persona, trail: Trail, stranger: Persona, at_ms: int
    ) -> dict[str, object]:
        """Signatures over every document by ``person``: timestamp, cert, and a row for each document."""
        algorithm = _algorithm(order, trail)
        key, certificate = self._credential(person, ALGORITHMS[algorithm][1], trail, stranger)

        def row(name: str, digest: bytes) -> dict[str, str]:
            signature = self._signature(key, algorithm, digest)
            return {"documentID": name, "hashCode": _text(digest), "signature": _text(signature)}

        rows = [row(document.key, base64.b64decode(document.digest)) for document in order.documents]
        if trail.strikes("bulk_hash_other"):
            rows[0] = row(order.documents[0].key, self._random.bytes(32))
        if trail.strikes("bulk_document_foreign"):
            rows.append(row(self._random.hex(16), self._random.bytes(32)))
        content: dict[str, object] = {
            "timestamp": _moment(at_ms, trail), "cert": _text(certificate), "signatures": _mixed_up(rows, trail),
        }  # fmt: skip
        return _without(content, trail, {"certificate_missing": "cert"})

    def _sign_pdf(
        self, order: SigningOrder, person: Persona, trail: Trail, stranger: Persona, at_ms: int
    ) -> dict[str, object]:
        """A PDF signature by ``person``: docDigest and pdfSignature."""
        digest = self._digest(order.documents[0], trail)
        key, certificate = self._credential(person, "RSA", trail, stranger)
        if not isinstance(key, RSAPrivateKey):
            raise TypeError("a PDF is signed with RSA")
        cms = signed_data(
            self._random.bytes(32) if trail.strikes("cms_digest_wrong") else digest,
            key,
            certificate,
            at=datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=_moment(at_ms, trail)),
            with_certificate=not trail.strikes("certificate_missing"),
            attached=b"another document" if trail.strikes("cms_attached") else None,
            spoil=trail.strikes("signature_truncated"),
        )
        content: dict[str, object] = {"docDigest": _text(digest), "pdfSignature": _text(cms)}
        return _without(content, trail, {"signature_missing": "pdfSignature"})

    def _digest(self, document: Document, trail: Trail) -> bytes:
        return self._random.bytes(32) if trail.strikes("other_document") else base64.b64decode(document.digest)

    def _credential(self, person: Persona, key_type: KeyType, trail: Trail, stranger: Persona) -> tuple[AnyKey, bytes]:
        held = self._authority.credential(person, key_type)
        key, certificate = held.key, held.certificate
        if trail.strikes("signature_foreign_key"):
            key = self._authority.credential(stranger, key_type).key
        if trail.strikes("certificate_foreign"):
            certificate = self._authority.credential(stranger, key_type).certificate
        for fault, bend in _BENT.items():
            if trail.strikes(fault):
                certificate = self._authority.bent(person, key_type, bend).certificate
        return key, certificate

    def _signature(self, key: AnyKey, algorithm: Algorithm, digest: bytes) -> bytes:
        """What each name means (INFERRED): hashCode is hashed once more, but for the two NONE forms."""
        settings = self._settings
        as_digest = settings.signing_hash_input == "digest"
        if isinstance(key, Sm2Key):
            if algorithm == "NONEwithSM2" or as_digest:
                return key.sign_digest(digest, self._random)
            return key.sign(digest, self._random, identity=settings.sm2_id.encode())
        if algorithm == "NONEwithRSA" and settings.rsa_none_form == "bare":
            return key.sign(digest, padding.PKCS1v15(), NoDigestInfo())
        hashed_already = algorithm == "NONEwithRSA" or as_digest
        return key.sign(digest, padding.PKCS1v15(), Prehashed(SHA256()) if hashed_already else SHA256())


def _algorithm(order: SigningOrder, trail: Trail) -> Algorithm:
    if trail.strikes("algorithm_other"):
        return _SAME_KEY[order.algorithm]
    return _OTHER_KEY[order.key_type] if trail.strikes("algorithm_other_key") else order.algorithm


def _mixed_up(rows: list[dict[str, str]], trail: Trail) -> list[dict[str, str]]:
    if trail.strikes("bulk_signature_bad"):
        rows[0]["signature"] = _text(base64.b64decode(rows[0]["signature"])[:-1])
    if len(rows) > 1 and trail.strikes("bulk_signatures_exchanged"):
        rows[0]["signature"], rows[1]["signature"] = rows[1]["signature"], rows[0]["signature"]
    if trail.strikes("bulk_document_twice"):
        rows.append(rows[0])
    return rows[:-1] if trail.strikes("bulk_document_missing") else rows


def _moment(at_ms: int, trail: Trail) -> int:
    return at_ms - 365 * 86_400_000 if trail.strikes("signing_time_off") else at_ms


def _without(content: dict[str, object], trail: Trail, faults: Mapping[str, str]) -> dict[str, object]:
    for fault, name in faults.items():
        if trail.strikes(fault):
            del content[name]
    return content


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
