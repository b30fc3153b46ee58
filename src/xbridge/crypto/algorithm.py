"""The signature algorithms of this house, each bound once to one key: the mathematics, and nothing about tokens.

PyJWT's algorithm objects do the work (ADR 0005); which key may be used with which of them is decided here.

ES256 and Ed25519 sign and verify; the RSA family only verifies, for identity providers that sign with it (RFC 8725
section 3.2, dossier protocols.md A13).  Symmetric algorithms and ``none`` do not exist here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm, RSAPSSAlgorithm
from jwt.utils import der_to_raw_signature

from xbridge.core.errors import TokenInvalid
from xbridge.core.ports import Verifier

PublicKey = Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey
PrivateKey = Ed25519PrivateKey | EllipticCurvePrivateKey
Check = Callable[[bytes, bytes], None]
"""``check(signature, message)`` returns, or raises ``TokenInvalid("signature", reason="mismatch")``."""

SIGNING_ALGORITHMS: Final = frozenset({"EdDSA", "Ed25519", "ES256"})
"""What our own keys are for.  ``EdDSA`` and ``Ed25519`` (RFC 9864) name the same algorithm: Ed448 is not admitted."""

# RFC 6979: a signature then needs no randomness, and a weak generator cannot leak the key.
_ES256_SIGN = ECDSA(hashes.SHA256(), deterministic_signing=True)
_SIGNING: Final[dict[str, ECAlgorithm | OKPAlgorithm]] = {
    "EdDSA": OKPAlgorithm(),
    "Ed25519": OKPAlgorithm(),
    "ES256": ECAlgorithm(ECAlgorithm.SHA256),
}
_RSA: Final[dict[str, RSAAlgorithm]] = {
    "RS256": RSAAlgorithm(RSAAlgorithm.SHA256),
    "RS384": RSAAlgorithm(RSAAlgorithm.SHA384),
    "RS512": RSAAlgorithm(RSAAlgorithm.SHA512),
    "PS256": RSAPSSAlgorithm(RSAPSSAlgorithm.SHA256),
    "PS384": RSAPSSAlgorithm(RSAPSSAlgorithm.SHA384),
    "PS512": RSAPSSAlgorithm(RSAPSSAlgorithm.SHA512),
}
RSA_ALGORITHMS: Final = frozenset(_RSA)
ALGORITHMS: Final = SIGNING_ALGORITHMS | RSA_ALGORITHMS


def same_algorithm(alg: str, key: Verifier) -> bool:
    """Return whether the JOSE name ``alg`` means the one algorithm of ``key``.

    The same name, ``EdDSA`` beside ``Ed25519``, or one of the ``aliases`` that the key was configured with: SM2 has no
    registered name, so peers use several (:class:`xbridge.crypto.sm2_signing.Sm2Names`).
    """
    return alg == key.alg or {alg, key.alg} == {"EdDSA", "Ed25519"} or alg in getattr(key, "aliases", ())


def bind_check(alg: str, key: PublicKey) -> Check:
    """Return the check of ``alg`` bound to ``key``.  Raises ``ValueError`` if they do not fit."""
    algorithm: Any = _RSA.get(alg) if isinstance(key, RSAPublicKey) else _signing(alg, key)
    if algorithm is None:
        raise ValueError(f"this key is not for {alg}")
    verify = algorithm.verify

    def check(signature: bytes, message: bytes) -> None:
        if not verify(message, key, signature):
            raise TokenInvalid("signature", reason="mismatch")

    return check


def bind_sign(alg: str, key: PrivateKey) -> Callable[[bytes], bytes]:
    """Return the signing function of ``alg`` bound to ``key``.  Raises ``ValueError`` if they do not fit."""
    if _signing(alg, key) is None:
        raise ValueError(f"this key is not for signing with {alg}")
    if isinstance(key, Ed25519PrivateKey):
        return key.sign
    sign, curve = key.sign, key.curve

    # Not through PyJWT: it draws a random number for each signature, and RFC 6979 does without one.
    def signed(message: bytes) -> bytes:
        return der_to_raw_signature(sign(message, _ES256_SIGN), curve)

    return signed


def _signing(alg: str, key: PublicKey | PrivateKey) -> ECAlgorithm | OKPAlgorithm | None:
    """Return the algorithm object of ``alg`` if ``key`` is of its kind and, for ES256, on its curve."""
    if alg == "ES256":
        curve = getattr(key, "curve", None)
        return _SIGNING[alg] if isinstance(curve, SECP256R1) else None
    return _SIGNING.get(alg) if isinstance(key, Ed25519PublicKey | Ed25519PrivateKey) else None
