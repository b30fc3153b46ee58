"""The signature algorithms of this house, each bound once to one key: the mathematics, and nothing about tokens.

ES256 and Ed25519 sign and verify; the RSA family only verifies, for identity providers that sign with it (RFC 8725
section 3.2, dossier protocols.md A13).  Symmetric algorithms and ``none`` do not exist here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from xbridge.core.errors import TokenInvalid

PublicKey = Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey
PrivateKey = Ed25519PrivateKey | EllipticCurvePrivateKey
Check = Callable[[bytes, bytes], None]
"""``check(signature, message)`` returns, or raises ``TokenInvalid("signature", reason="mismatch")``."""

SIGNING_ALGORITHMS: Final = frozenset({"EdDSA", "Ed25519", "ES256"})
"""What our own keys are for.  ``EdDSA`` and ``Ed25519`` (RFC 9864) name the same algorithm: Ed448 is not admitted."""

_HASHES: Final[dict[str, type[hashes.HashAlgorithm]]] = {
    "256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512,
}  # fmt: skip
RSA_ALGORITHMS: Final = frozenset(f"{family}{size}" for family in ("RS", "PS") for size in _HASHES)
ALGORITHMS: Final = SIGNING_ALGORITHMS | RSA_ALGORITHMS

_HALF = 32
# RFC 6979: a signature then needs no randomness, and a weak generator cannot leak the key.
_ES256_SIGN = ECDSA(hashes.SHA256(), deterministic_signing=True)
_ES256_VERIFY = ECDSA(hashes.SHA256())
# How DER introduces an integer of 32 bytes whose first bit is 0, or 1 (then a zero byte keeps it positive).
_DER_INTEGER: Final = (b"\x02\x20", b"\x02\x21\x00")


def same_algorithm(left: str, right: str) -> bool:
    """Return whether two JOSE names mean one algorithm: equal, or ``EdDSA`` beside ``Ed25519``."""
    return left == right or {left, right} == {"EdDSA", "Ed25519"}


def bind_check(alg: str, key: PublicKey) -> Check:
    """Return the check of ``alg`` bound to ``key``.  Raises ``ValueError`` if they do not fit."""
    if isinstance(key, Ed25519PublicKey) and alg in ("EdDSA", "Ed25519"):
        return _bind_ed25519(key)
    if isinstance(key, EllipticCurvePublicKey) and alg == "ES256" and isinstance(key.curve, SECP256R1):
        return _bind_es256(key)
    if isinstance(key, RSAPublicKey) and alg in RSA_ALGORITHMS:
        return _bind_rsa(alg, key)
    raise ValueError(f"this key is not for {alg}")


def bind_sign(alg: str, key: PrivateKey) -> Callable[[bytes], bytes]:
    """Return the signing function of ``alg`` bound to ``key``.  Raises ``ValueError`` if they do not fit."""
    if isinstance(key, Ed25519PrivateKey) and alg in ("EdDSA", "Ed25519"):
        return key.sign
    if isinstance(key, EllipticCurvePrivateKey) and alg == "ES256" and isinstance(key.curve, SECP256R1):

        def sign(message: bytes) -> bytes:
            r, s = decode_dss_signature(key.sign(message, _ES256_SIGN))
            return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")

        return sign
    raise ValueError(f"this key is not for signing with {alg}")


def _mismatch() -> TokenInvalid:
    """Return the one error for every signature that does not hold."""
    return TokenInvalid("signature", reason="mismatch")


def _bind_ed25519(key: Ed25519PublicKey) -> Check:
    """Return the Ed25519 check (RFC 8032)."""
    verify = key.verify

    def check(signature: bytes, message: bytes) -> None:
        try:
            verify(signature, message)
        except InvalidSignature:
            raise _mismatch() from None

    return check


def _bind_es256(key: EllipticCurvePublicKey) -> Check:
    """Return the ES256 check: the signature is R ‖ S of exactly 64 bytes (RFC 7518 section 3.4), not DER."""
    verify = key.verify

    def check(signature: bytes, message: bytes) -> None:
        if len(signature) != 2 * _HALF:
            raise _mismatch()
        r, s = signature[:_HALF], signature[_HALF:]
        if r[0] and s[0]:
            # Nearly always: DER written from a prefix each, which is a third of the cost of going through integers.
            body = _DER_INTEGER[r[0] >> 7] + r + _DER_INTEGER[s[0] >> 7] + s
            der = b"\x30" + bytes((len(body),)) + body
        else:
            der = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
        try:
            verify(der, message, _ES256_VERIFY)
        except InvalidSignature:
            raise _mismatch() from None

    return check


def _bind_rsa(alg: str, key: RSAPublicKey) -> Check:
    """Return the RS* or PS* check; a PSS salt is exactly as long as the hash (RFC 7518 section 3.5)."""
    algorithm = _HASHES[alg[2:]]()
    scheme: padding.AsymmetricPadding = padding.PKCS1v15()
    if alg.startswith("PS"):
        scheme = padding.PSS(mgf=padding.MGF1(algorithm), salt_length=algorithm.digest_size)
    verify, size = key.verify, (key.key_size + 7) // 8

    def check(signature: bytes, message: bytes) -> None:
        if len(signature) != size:
            raise _mismatch()
        try:
            verify(signature, message, scheme, algorithm)
        except InvalidSignature:
            raise _mismatch() from None

    return check
