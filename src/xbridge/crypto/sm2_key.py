"""SM2 key files, DER and PEM: SubjectPublicKeyInfo (RFC 5280), PKCS#8 (RFC 5958) and SEC 1 (RFC 5915).  Nothing encrypted.

``cryptography`` cannot read these: it knows no curve 1.2.156.10197.1.301 (guangdong.md section 10.1, measured), encrypted ones
included.  A password therefore has to be taken off first (``openssl pkey``), or the file is kept by what keeps other secrets.
"""

from __future__ import annotations

from typing import Final

from xbridge.core.errors import ConfigError, TokenInvalid, VerificationError
from xbridge.crypto.der import (
    BIT_STRING,
    INTEGER,
    OCTET_STRING,
    OID,
    SEQUENCE,
    DerError,
    Element,
    Reader,
    read_bits,
    read_integer,
    read_only,
    write,
    write_integer,
    write_oid,
)
from xbridge.crypto.pem import read_pem, write_pem
from xbridge.crypto.sm2 import Sm2PrivateKey, Sm2PublicKey

ID_EC_PUBLIC_KEY: Final = write_oid("1.2.840.10045.2.1")
SM2_CURVE: Final = write_oid("1.2.156.10197.1.301")
KEY_ALGORITHM: Final = write(SEQUENCE, ID_EC_PUBLIC_KEY, SM2_CURVE)
_PARAMETERS: Final = 0xA0
_PUBLIC: Final = 0xA1
_ATTRIBUTES: Final = 0xA0
_PUBLIC_LABEL: Final = "PUBLIC KEY"
_PKCS8_LABEL: Final = "PRIVATE KEY"
_SEC1_LABEL: Final = "EC PRIVATE KEY"
# OpenSSL 3 calls what RFC 5915 calls EC by the curve's name, and `ecparam` puts the curve in front in a block of its own.
_SEC1_LABELS: Final = frozenset({_SEC1_LABEL, "SM2 PRIVATE KEY"})
# By the version that the structure begins with.
_LABELS: Final[dict[int | None, frozenset[str]]] = {0: frozenset({_PKCS8_LABEL}), 1: _SEC1_LABELS}
_PARAMETER_LABELS: Final = frozenset({"EC PARAMETERS", "SM2 PARAMETERS"})


def read_public_key(spki: bytes) -> Sm2PublicKey:
    """Return the key in a SubjectPublicKeyInfo.

    Raises ``TokenInvalid("key", …)``: ``unknown`` for another algorithm or curve, ``malformed`` for anything lax, compressed or
    off the curve.
    """
    try:
        body = read_only(spki, SEQUENCE)
        algorithm = body.take(SEQUENCE)
        point = read_bits(body.take(BIT_STRING))
        body.end()
    except DerError as exc:
        raise TokenInvalid("key", reason="malformed") from exc
    if algorithm.raw != KEY_ALGORITHM:
        raise TokenInvalid("key", reason="unknown")
    return Sm2PublicKey.from_point(point)


def write_public_key(key: Sm2PublicKey) -> bytes:
    """Return ``key`` as a SubjectPublicKeyInfo."""
    return write(SEQUENCE, KEY_ALGORITHM, write(BIT_STRING, b"\x00", key.point()))


def read_private_key(der: bytes) -> Sm2PrivateKey:
    """Return the key in an unencrypted PKCS#8 or SEC 1 structure; the public key must be inside and belong to it.

    RFC 5915 leaves the public key out at will.  Here it has to be there: nothing at hand derives it (ADR 0011).

    Raises ``ConfigError``, without a cause: no part of a private key's bytes belongs in a traceback; ``Unsupported`` without the
    extra ``gm``.
    """
    try:
        body = read_only(der, SEQUENCE)
        version = read_integer(body.take(INTEGER))
        if version == 1:
            return _sec1(body, named=None)
        if version != 0 or body.take(SEQUENCE).raw != KEY_ALGORITHM:
            raise DerError("another algorithm")
        inner = read_only(body.take(OCTET_STRING).body, SEQUENCE)
        body.optional(_ATTRIBUTES)
        body.end()
        if read_integer(inner.take(INTEGER)) != 1:
            raise DerError("another version")
        return _sec1(inner, named=SM2_CURVE)
    except (DerError, TokenInvalid):
        pass
    raise ConfigError(
        "the SM2 private key cannot be read: expected unencrypted PKCS#8 or SEC 1, in DER, with the public key"
    )


def write_private_key(key: Sm2PrivateKey) -> bytes:
    """Return ``key`` as PKCS#8, not encrypted.  Keep it secret."""
    inner = write(
        SEQUENCE,
        write_integer(1),
        write(OCTET_STRING, key.unsafe_scalar()),
        write(_PUBLIC, write(BIT_STRING, b"\x00", key.public().point())),
    )
    return write(SEQUENCE, write_integer(0), KEY_ALGORITHM, write(OCTET_STRING, inner))


def write_private_sec1(key: Sm2PrivateKey) -> bytes:
    """Return ``key`` as SEC 1 with its curve, not encrypted.  Keep it secret."""
    return write(
        SEQUENCE,
        write_integer(1),
        write(OCTET_STRING, key.unsafe_scalar()),
        write(_PARAMETERS, SM2_CURVE),
        write(_PUBLIC, write(BIT_STRING, b"\x00", key.public().point())),
    )


def read_public_pem(pem: bytes) -> Sm2PublicKey:
    """Return the key in a PEM text of one SubjectPublicKeyInfo.  Raises ``TokenInvalid("key", …)``."""
    try:
        blocks = read_pem(pem)
    except VerificationError as exc:
        raise TokenInvalid("key", reason=exc.reason) from exc
    if any("PRIVATE" in block.label for block in blocks):
        raise TokenInvalid("key", reason="private", message="key: a private key was given where a public one belongs")
    if [block.label for block in blocks] != [_PUBLIC_LABEL]:
        raise TokenInvalid("key", reason="malformed")
    return read_public_key(blocks[0].der)


def write_public_pem(key: Sm2PublicKey) -> bytes:
    """Return ``key`` as PEM of a SubjectPublicKeyInfo."""
    return write_pem(_PUBLIC_LABEL, write_public_key(key))


def read_private_pem(pem: bytes) -> Sm2PrivateKey:
    """Return the key in a PEM text: PKCS#8 or SEC 1, also behind the curve's name, as OpenSSL writes it.

    Raises ``ConfigError``, without a cause, as :func:`read_private_key`, and with advice for an encrypted file; ``Unsupported``
    without the extra ``gm``.
    """
    if b"ENCRYPTED" in pem:
        raise ConfigError(
            "an SM2 key file may not be encrypted: take the password off with `openssl pkey -in … -out …`"
        )
    try:
        labels, ders = zip(*read_pem(pem), strict=True)
    except VerificationError:
        labels, ders = (), ()
    if len(labels) == 2 and labels[0] in _PARAMETER_LABELS and ders[0] == SM2_CURVE:
        labels, ders = labels[1:], ders[1:]
    # What the label says has to be what is inside.
    if len(labels) == 1 and labels[0] in _LABELS.get(_version(ders[0]), ()):
        return read_private_key(ders[0])
    raise ConfigError(
        "the SM2 private key cannot be read: expected the PEM text of one unencrypted PKCS#8 or SEC 1 key"
    )


def write_private_pem(key: Sm2PrivateKey) -> bytes:
    """Return ``key`` as PKCS#8 PEM, not encrypted.  Keep it secret."""
    return write_pem(_PKCS8_LABEL, write_private_key(key))


def write_private_sec1_pem(key: Sm2PrivateKey) -> bytes:
    """Return ``key`` as SEC 1 PEM, not encrypted.  Keep it secret."""
    return write_pem(_SEC1_LABEL, write_private_sec1(key))


def _version(der: bytes) -> int | None:
    """Return the number that a private key's structure begins with, or None."""
    try:
        return read_integer(read_only(der, SEQUENCE).take(INTEGER))
    except DerError:
        return None


def _sec1(body: Reader, *, named: bytes | None) -> Sm2PrivateKey:
    """Return the key of an ECPrivateKey after its version; ``named`` is the curve if a wrapper said it already."""
    secret = body.take(OCTET_STRING).body
    parameters = body.optional(_PARAMETERS)
    point = body.optional(_PUBLIC)
    body.end()
    curve = _only(parameters, OID).raw if parameters else named
    if len(secret) != 32 or curve != SM2_CURVE:
        raise DerError("another curve or length")
    if point is None:
        raise DerError("no public key")
    public = Sm2PublicKey.from_point(read_bits(_only(point, BIT_STRING)))
    return Sm2PrivateKey(int.from_bytes(secret, "big"), public)


def _only(wrapper: Element, tag: int) -> Element:
    """Return the one element that an explicitly tagged ``wrapper`` holds.  Raises ``DerError``."""
    reader = Reader(wrapper.body)
    element = reader.take(tag)
    reader.end()
    return element
