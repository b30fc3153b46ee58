"""One X.509 certificate (RFC 5280), read from hostile bytes: its form, its key, and whose it may be.

``cryptography`` reads names and extensions; keys of SM2 it cannot read, so those are read here.  Whether anybody we trust
issued the certificate is :mod:`xbridge.protocols.certificate_path`'s question.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, SECP521R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID

from xbridge.core.errors import TamperDetected, TokenInvalid
from xbridge.crypto.der import BIT_STRING, INTEGER, SEQUENCE, DerError, Reader, read_bits, read_integer, read_only
from xbridge.crypto.digest import sha256_hex
from xbridge.crypto.sm2 import Sm2PublicKey
from xbridge.crypto.sm2_key import KEY_ALGORITHM, read_public_key

MAX_CERTIFICATE_BYTES: Final = 16 * 1024
MIN_RSA_BITS: Final = 2048
MAX_RSA_BITS: Final = 8192
_VERSION_3: Final = bytes.fromhex("a003020102")
_CURVES: Final = (SECP256R1, SECP384R1, SECP521R1)
# Purposes of machines and of authorities: a certificate with no other purpose is no person's.
_NOT_A_PERSON: Final = {
    ExtendedKeyUsageOID.SERVER_AUTH,
    ExtendedKeyUsageOID.CODE_SIGNING,
    ExtendedKeyUsageOID.TIME_STAMPING,
    ExtendedKeyUsageOID.OCSP_SIGNING,
}
E = TypeVar("E", bound=x509.ExtensionType)
PublicKey = RSAPublicKey | EllipticCurvePublicKey | Sm2PublicKey


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A certificate of version 3 in strict DER.  Holding one proves nothing.

    ``issuer`` and ``subject`` are the exact bytes of the names, ``signed`` and ``signature`` what its issuer signed and how.
    ``valid_from`` and ``valid_until`` are aware UTC and belong to its time, both.
    """

    raw: bytes = field(repr=False)
    parsed: x509.Certificate = field(repr=False)
    serial: int = field(repr=False)
    issuer: bytes = field(repr=False)
    subject: bytes = field(repr=False)
    spki: bytes = field(repr=False)
    algorithm: bytes = field(repr=False)
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    valid_from: datetime
    valid_until: datetime

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of the whole certificate, as ``sha256:hex``."""
        return sha256_hex(self.raw)

    @cached_property
    def extensions(self) -> x509.Extensions:
        """The extensions.  Raises ``TamperDetected("certificate", reason="malformed")`` if they cannot be read."""
        try:
            return self.parsed.extensions
        # What this raises for hostile bytes is no part of its contract: kinds of names and values that it does not know.
        except Exception as exc:
            raise TamperDetected("certificate", reason="malformed") from exc

    @cached_property
    def key(self) -> PublicKey:
        """The public key: RSA of 2048 to 8192 bits, a NIST curve, or SM2.

        Raises ``TamperDetected("certificate", …)``: ``weak_key`` for another size of RSA, ``unknown`` for another kind of key,
        ``malformed`` for one that cannot be read.
        """
        try:
            key = read_public_key(self.spki) if self.is_sm2 else self.parsed.public_key()
        except UnsupportedAlgorithm as exc:
            raise TamperDetected("certificate", reason="unknown") from exc
        except (ValueError, TokenInvalid) as exc:
            raise TamperDetected("certificate", reason="malformed") from exc
        if isinstance(key, RSAPublicKey):
            if not MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
                raise TamperDetected("certificate", reason="weak_key")
            return key
        if isinstance(key, Sm2PublicKey) or (
            isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, _CURVES)
        ):
            return key
        raise TamperDetected("certificate", reason="unknown")

    @property
    def is_sm2(self) -> bool:
        """Whether the key says that it is one of SM2."""
        return read_only(self.spki, SEQUENCE).take(SEQUENCE).raw == KEY_ALGORITHM

    @property
    def is_authority(self) -> bool:
        """Whether the certificate calls its holder a certification authority."""
        constraints = self.extension(x509.BasicConstraints)
        return constraints is not None and constraints.ca

    def extension(self, kind: type[E]) -> E | None:
        """Return the extension of this kind, or None."""
        try:
            return self.extensions.get_extension_for_class(kind).value
        except x509.ExtensionNotFound:
            return None


def read_certificate(raw: bytes) -> Certificate:
    """Return the certificate that ``raw`` is, all of it.

    Raises ``TamperDetected("certificate", …)``: ``too_large`` above 16 KiB, ``malformed`` for anything but strict
    DER of version 3.
    """
    if len(raw) > MAX_CERTIFICATE_BYTES:
        raise TamperDetected("certificate", reason="too_large")
    try:
        return _read(raw)
    except (DerError, ValueError, UnsupportedAlgorithm) as exc:
        raise TamperDetected("certificate", reason="malformed") from exc


def readable_certificates(raws: Iterable[bytes]) -> Iterator[Certificate]:
    """Yield those that can be read among certificates that a stranger sent along; the others are of no use."""
    for raw in raws:
        try:
            yield read_certificate(raw)
        except TamperDetected:
            continue


def _read(raw: bytes) -> Certificate:
    """Return the parts of a certificate.  Raises ``DerError`` or ``ValueError``."""
    outer = read_only(raw, SEQUENCE)
    signed, algorithm, signature = outer.take(SEQUENCE), outer.take(SEQUENCE), outer.take(BIT_STRING)
    outer.end()
    body = Reader(signed.body)
    if body.take(0xA0).raw != _VERSION_3:
        raise DerError("not a certificate of version 3")
    serial = read_integer(body.take(INTEGER))
    # The algorithm stands once inside what is signed and once outside: RFC 5280 section 4.1.1.2 wants them equal.
    if body.take(SEQUENCE).raw != algorithm.raw:
        raise DerError("two algorithms")
    issuer, _validity, subject, spki = (body.take(SEQUENCE) for _ in range(4))
    read_only(spki.raw, SEQUENCE).take(SEQUENCE)
    # Last, because cryptography warns about forms that were refused above.
    parsed = x509.load_der_x509_certificate(raw)
    return Certificate(
        raw=raw,
        parsed=parsed,
        serial=serial,
        issuer=issuer.raw,
        subject=subject.raw,
        spki=spki.raw,
        algorithm=algorithm.raw,
        signed=signed.raw,
        signature=read_bits(signature),
        # Here, because a year that no datetime holds is a ValueError only when it is asked for.
        valid_from=parsed.not_valid_before_utc,
        valid_until=parsed.not_valid_after_utc,
    )


def check_validity(certificate: Certificate, at: datetime) -> None:
    """Raise ``TamperDetected("certificate", reason="not_yet_valid"|"expired")`` unless ``at`` lies in the certificate's time."""
    if at < certificate.valid_from:
        raise TamperDetected("certificate", reason="not_yet_valid")
    if at > certificate.valid_until:
        raise TamperDetected("certificate", reason="expired")


def check_person(certificate: Certificate) -> None:
    """Raise ``TamperDetected("certificate", reason="key_usage")`` unless the holder may be a person who signs.

    An authority signs certificates and nothing else here.  ``keyUsage`` where present must allow ``digitalSignature`` or
    ``nonRepudiation``.  No extended usage is asked for, but one that names machines only (servers, code, time stamps) is
    refused: the same authority may issue those to anybody.
    """
    usage, purposes = certificate.extension(x509.KeyUsage), certificate.extension(x509.ExtendedKeyUsage)
    if (
        certificate.is_authority
        or (usage is not None and not (usage.digital_signature or usage.content_commitment))
        or (purposes is not None and set(purposes) <= _NOT_A_PERSON)
    ):
        raise TamperDetected("certificate", reason="key_usage")
