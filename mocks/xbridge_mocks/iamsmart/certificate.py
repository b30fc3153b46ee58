"""X.509 certificates as the mock's authority issues them, for RSA and for SM2 keys (RFC 5280, GM/T 0015).

Encoding and signing only, of whatever it is told; who gets which certificate is ``authority``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from xbridge_mocks.iamsmart.der import (
    NULL,
    bit_string,
    boolean,
    explicit,
    implicit,
    integer,
    octet_string,
    oid,
    printable,
    sequence,
    set_of,
    time,
    utf8,
)
from xbridge_mocks.iamsmart.sm2 import Sm2Key
from xbridge_mocks.random_source import RandomSource

__all__ = ["AnyKey", "Subject", "Usage", "issue", "spki"]

AnyKey = RSAPrivateKey | Sm2Key
Usage = Literal["authority", "signature", "encipherment"]
# The bits of keyUsage, and how many at the end do not count: keyCertSign and cRLSign; digitalSignature and
# nonRepudiation; keyEncipherment.
_USAGE: dict[Usage, tuple[int, int]] = {"authority": (0x06, 1), "signature": (0xC0, 6), "encipherment": (0x20, 5)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who a certificate names; an authority has no ``serial_number``."""

    common_name: str
    serial_number: str = ""

    def der(self) -> bytes:
        """The Name in DER."""
        parts = [("2.5.4.6", printable("HK")), ("2.5.4.10", utf8("xbridge mock, not a real authority"))]
        if self.serial_number:
            parts.append(("2.5.4.5", printable(self.serial_number)))
        parts.append(("2.5.4.3", utf8(self.common_name)))
        return sequence(*(set_of(sequence(oid(name), value)) for name, value in parts))


def issue(
    *,
    subject: Subject,
    public_key: bytes,
    issuer: Subject,
    issuer_key: AnyKey,
    usage: Usage,
    not_before: datetime,
    not_after: datetime,
    random: RandomSource,
) -> bytes:
    """A certificate in DER for ``public_key`` (a SubjectPublicKeyInfo), signed by ``issuer_key``."""
    algorithm = _algorithm(issuer_key)
    body = sequence(
        explicit(0, integer(2)),
        integer(int.from_bytes(random.bytes(16), "big") | 1 << 126),
        algorithm,
        issuer.der(),
        sequence(time(not_before), time(not_after)),
        subject.der(),
        public_key,
        explicit(3, _extensions(public_key, spki(issuer_key), usage)),
    )
    return sequence(body, algorithm, bit_string(_sign(issuer_key, body, random)))


def spki(key: AnyKey) -> bytes:
    """The SubjectPublicKeyInfo of a key in DER."""
    if isinstance(key, Sm2Key):
        return key.spki()
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _extensions(public_key: bytes, issuer_key: bytes, usage: Usage) -> bytes:
    authority = usage == "authority"
    bits, unused = _USAGE[usage]
    constraints = sequence(boolean(True), integer(0)) if authority else sequence()
    return sequence(
        _extension("2.5.29.19", constraints, critical=True),
        _extension("2.5.29.15", bit_string(bytes((bits,)), unused=unused), critical=True),
        _extension("2.5.29.14", octet_string(_key_id(public_key))),
        _extension("2.5.29.35", sequence(implicit(0, octet_string(_key_id(issuer_key))))),
    )


def _extension(name: str, value: bytes, *, critical: bool = False) -> bytes:
    return sequence(oid(name), *([boolean(True)] if critical else []), octet_string(value))


def _key_id(public_key: bytes) -> bytes:
    return hashlib.sha256(public_key).digest()[:20]


def _algorithm(key: AnyKey) -> bytes:
    if isinstance(key, Sm2Key):
        return sequence(oid("1.2.156.10197.1.501"))
    return sequence(oid("1.2.840.113549.1.1.11"), NULL)


def _sign(key: AnyKey, body: bytes, random: RandomSource) -> bytes:
    if isinstance(key, Sm2Key):
        return key.sign(body, random)
    return key.sign(body, padding.PKCS1v15(), SHA256())
