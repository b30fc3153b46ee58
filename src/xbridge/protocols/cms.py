"""A detached signature with one signer, as CMS SignedData (RFC 5652) in strict DER: read, not judged.

What a PDF of subfilter ``adbe.pkcs7.detached`` holds.  The reader goes down exactly as far as the structure does, so
nesting costs nothing.  Our own, because the signature covers exact bytes of the middle of the structure, which neither
``cryptography``'s PKCS#7 functions nor its declarative ASN.1 hand out.  BER (indefinite lengths) is refused.

Not read at all: revocation lists and unsigned attributes, where a time stamp may be; they can be changed without anybody
noticing, and mean nothing here.  Everything else is either signed or has one lawful form.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal

from cryptography import x509

from xbridge.core.errors import TamperDetected
from xbridge.crypto.der import (
    GENERALIZED_TIME,
    INTEGER,
    NULL,
    OCTET_STRING,
    OID,
    SEQUENCE,
    SET,
    UTC_TIME,
    DerError,
    Element,
    Reader,
    read_integer,
    read_only,
    write,
    write_oid,
)
from xbridge.crypto.digest import constant_time_equal
from xbridge.crypto.sm3 import sm3
from xbridge.protocols.certificate import Certificate

MAX_MESSAGE_BYTES: Final = 1024 * 1024
MAX_CERTIFICATES: Final = 16
MAX_ATTRIBUTES: Final = 32

_SIGNED_DATA: Final = write_oid("1.2.840.113549.1.7.2")
_DATA: Final = write_oid("1.2.840.113549.1.7.1")
_SHA256: Final = write_oid("2.16.840.1.101.3.4.2.1")
_SM3: Final = write_oid("1.2.156.10197.1.401")
_CONTENT_TYPE: Final = write_oid("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST: Final = write_oid("1.2.840.113549.1.9.4")
_SIGNING_TIME: Final = write_oid("1.2.840.113549.1.9.5")
_SIGNING_CERTIFICATE_V2: Final = write_oid("1.2.840.113549.1.9.16.2.47")
_NULL: Final = write(NULL)
DocumentAlgorithm = Literal["SHA256withRSA", "SM3withSM2"]
# (digest, signature): one name for the pair.  An RSA signature may be called by its key or by key and digest (RFC 3370).
_ALGORITHMS: Final[Mapping[tuple[bytes, bytes], DocumentAlgorithm]] = {
    (_SHA256, write_oid("1.2.840.113549.1.1.1")): "SHA256withRSA",
    (_SHA256, write_oid("1.2.840.113549.1.1.11")): "SHA256withRSA",
    (_SM3, write_oid("1.2.156.10197.1.501")): "SM3withSM2",
    (_SM3, write_oid("1.2.156.10197.1.301.1")): "SM3withSM2",
}
_DIGESTS: Final[Mapping[bytes, Callable[[bytes], bytes]]] = {
    _SHA256: lambda raw: hashlib.sha256(raw).digest(),
    write_oid("2.16.840.1.101.3.4.2.2"): lambda raw: hashlib.sha384(raw).digest(),
    write_oid("2.16.840.1.101.3.4.2.3"): lambda raw: hashlib.sha512(raw).digest(),
    _SM3: sm3,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedMessage:
    """What a detached signature says.  Nothing of it is verified.

    ``signed_attributes`` are the bytes that ``signature`` covers, a DER SET OF; ``digest`` and ``signing_time`` come from there.
    ``signer`` is the issuer's name and the serial number, or the subject's key id.
    """

    certificates: tuple[bytes, ...] = field(repr=False)
    signer: tuple[bytes, int] | bytes = field(repr=False)
    algorithm: DocumentAlgorithm
    signed_attributes: bytes = field(repr=False)
    digest: bytes = field(repr=False)
    signing_time: datetime | None
    certificate_digest: tuple[bytes, bytes] | None = field(repr=False)
    signature: bytes = field(repr=False)

    def names(self, certificate: Certificate) -> bool:
        """Return whether this is the certificate that the signer is said to have used."""
        if isinstance(self.signer, tuple):
            return self.signer == (certificate.issuer, certificate.serial)
        key_id = certificate.extension(x509.SubjectKeyIdentifier)
        return key_id is not None and key_id.digest == self.signer

    def certificate_fits(self, raw: bytes) -> bool:
        """Return whether ``raw`` is the certificate that the signed attributes pin (RFC 5035), or they pin none."""
        if self.certificate_digest is None:
            return True
        algorithm, digest = self.certificate_digest
        return constant_time_equal(_DIGESTS[algorithm](raw), digest)


def read_signed_message(raw: bytes) -> SignedMessage:
    """Return what ``raw`` says: SignedData with one signer, no content, and signed attributes.

    Raises ``TamperDetected("signature", …)``: ``too_large`` above 1 MiB, 16 certificates or 32 attributes; ``malformed`` for
    another structure or form; ``algorithm`` for algorithms beyond SHA-256 with RSA (PKCS #1 v1.5) and SM3 with SM2.
    """
    if len(raw) > MAX_MESSAGE_BYTES:
        raise TamperDetected("signature", reason="too_large")
    try:
        return _read(raw)
    except DerError as exc:
        raise TamperDetected("signature", reason="malformed") from exc


def _read(raw: bytes) -> SignedMessage:
    """Read ContentInfo and SignedData (RFC 5652 sections 3 and 5.1)."""
    outer = read_only(raw, SEQUENCE)
    _expect(outer.take(OID), _SIGNED_DATA)
    wrapper = outer.enter(0xA0)
    outer.end()
    body = wrapper.enter(SEQUENCE)
    wrapper.end()
    version = read_integer(body.take(INTEGER))
    digests = body.enter(SET)
    digest_algorithm = _algorithm(digests.take(SEQUENCE))
    digests.end()
    # Detached: a type and no content.
    content = body.enter(SEQUENCE)
    _expect(content.take(OID), _DATA)
    content.end()
    certificates = _certificates(body.enter(0xA0))
    body.optional(0xA1)
    signers = body.enter(SET)
    body.end()
    signer = signers.enter(SEQUENCE)
    signers.end()
    return _signer_info(signer, certificates, digest_algorithm, message_version=version)


def _signer_info(
    body: Reader, certificates: tuple[bytes, ...], digest_algorithm: bytes, *, message_version: int
) -> SignedMessage:
    """Read SignerInfo (RFC 5652 section 5.3)."""
    version = read_integer(body.take(INTEGER))
    # With plain data and X.509 certificates the whole has the version of its one signer (section 5.1).
    if version != message_version:
        raise DerError("two versions")
    signer = _signer_identifier(body, version)
    if _algorithm(body.take(SEQUENCE)) != digest_algorithm:
        raise DerError("two digest algorithms")
    attributes = body.take(0xA0)
    signature_algorithm = _algorithm(body.take(SEQUENCE))
    signature = body.take(OCTET_STRING).body
    body.optional(0xA1)
    body.end()
    algorithm = _ALGORITHMS.get((digest_algorithm, signature_algorithm))
    if algorithm is None:
        raise TamperDetected("signature", reason="algorithm")
    values = _attributes(attributes)
    _expect(_value(values, _CONTENT_TYPE, OID), _DATA)
    return SignedMessage(
        certificates=certificates,
        signer=signer,
        algorithm=algorithm,
        # Inside SignerInfo they are tagged [0]; what is signed is the same SET OF under its own tag (section 5.4).
        signed_attributes=write(SET, attributes.body),
        digest=_value(values, _MESSAGE_DIGEST, OCTET_STRING).body,
        signing_time=_time(values[_SIGNING_TIME]) if _SIGNING_TIME in values else None,
        certificate_digest=_certificate_digest(values) if _SIGNING_CERTIFICATE_V2 in values else None,
        signature=signature,
    )


def _signer_identifier(body: Reader, version: int) -> tuple[bytes, int] | bytes:
    """Read SignerIdentifier: version 1 has issuer and serial, version 3 a key id."""
    if version == 1:
        pair = body.enter(SEQUENCE)
        issuer, serial = pair.take(SEQUENCE).raw, read_integer(pair.take(INTEGER))
        pair.end()
        return issuer, serial
    if version == 3:
        return body.take(0x80).body
    raise DerError("another version")


def _certificates(body: Reader) -> tuple[bytes, ...]:
    """Read the certificates that came along; only X.509 ones are lawful here."""
    found = []
    while body.more():
        found.append(body.take(SEQUENCE).raw)
        if len(found) > MAX_CERTIFICATES:
            raise TamperDetected("signature", reason="too_large")
    return tuple(dict.fromkeys(found))


def _attributes(element: Element) -> dict[bytes, Element]:
    """Read SignedAttributes: a SET OF in DER's order, each type once and with one value."""
    body, values, before = Reader(element.body), dict[bytes, Element](), b""
    while body.more():
        attribute = body.take(SEQUENCE)
        if attribute.raw < before:
            raise DerError("attributes out of order")
        before = attribute.raw
        pair = Reader(attribute.body)
        kind, content = pair.take(OID).raw, pair.take(SET)
        pair.end()
        if kind in values:
            raise DerError("an attribute stands there twice")
        values[kind] = content
        if len(values) > MAX_ATTRIBUTES:
            raise TamperDetected("signature", reason="too_large")
    return values


def _value(values: Mapping[bytes, Element], kind: bytes, tag: int) -> Element:
    """Return the one value of an attribute that must be there."""
    if kind not in values:
        raise DerError("an attribute is missing")
    body = Reader(values[kind].body)
    value = body.take(tag)
    body.end()
    return value


def _time(content: Element) -> datetime:
    """Read the one value of signingTime: UTCTime for 1950 to 2049, GeneralizedTime beyond, both in seconds and Zulu."""
    body = Reader(content.body)
    short = body.optional(UTC_TIME)
    value = short or body.take(GENERALIZED_TIME)
    body.end()
    digits, size = value.body[:-1], 12 if short else 14
    if not (value.body.endswith(b"Z") and len(digits) == size and digits.isdigit()):
        raise DerError("a time has another form")
    text = digits.decode("ascii")
    if short:
        text = ("19" if text[0] >= "5" else "20") + text
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as exc:
        raise DerError("there is no such time") from exc


def _certificate_digest(values: Mapping[bytes, Element]) -> tuple[bytes, bytes]:
    """Read the first certificate of signing-certificate-v2 (RFC 5035 section 3): the signer's."""
    first = Reader(_value(values, _SIGNING_CERTIFICATE_V2, SEQUENCE).body).enter(SEQUENCE).enter(SEQUENCE)
    named = first.optional(SEQUENCE)
    algorithm = _algorithm(named) if named else _SHA256
    if algorithm not in _DIGESTS:
        raise TamperDetected("signature", reason="algorithm")
    return algorithm, first.take(OCTET_STRING).body


def _algorithm(element: Element) -> bytes:
    """Read AlgorithmIdentifier without parameters, or with NULL."""
    body = Reader(element.body)
    name = body.take(OID).raw
    if body.more() and body.take(NULL).raw != _NULL:
        raise DerError("an algorithm has parameters")
    body.end()
    return name


def _expect(element: Element, raw: bytes) -> None:
    """Raise ``DerError`` unless the element is exactly these bytes."""
    if element.raw != raw:
        raise DerError("another value was expected here")
