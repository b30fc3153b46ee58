"""Public keys as JSON Web Keys (RFC 7517): which are admitted, how they are written, and their thumbprint.

Admission follows RFC 8725 and the Wycheproof key vectors (lesson C7): a key is refused when it is loaded, not when it
is used.  Private and symmetric members are never read and never written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from xbridge.core.errors import TokenInvalid, VerificationError
from xbridge.crypto import base64url
from xbridge.crypto.algorithm import RSA_ALGORITHMS, PublicKey
from xbridge.crypto.canonical import canonical_json_of

COORDINATE_BYTES: Final = 32
MAX_KID_CHARS: Final = 256
RSA_MIN_BITS: Final = 2048
RSA_MAX_BITS: Final = 8192
_SMALL_PRIMES: Final = tuple(n for n in range(3, 168) if all(n % d for d in range(2, int(n**0.5) + 1)))
# Keys of the Infineon library (CVE-2017-15361) have a modulus that is a power of 65537 modulo every small prime.
_ROCA_RESIDUES: Final = {p: frozenset(pow(65537, i, p) for i in range(p - 1)) for p in _SMALL_PRIMES}

_ED25519_PRIME: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _ED25519_PRIME) % _ED25519_PRIME


def _small_order() -> frozenset[int]:
    """Return the y-coordinates of the eight points of order 1, 2, 4 and 8 on edwards25519 (RFC 8032 section 5.1).

    Order 1 and 2 have y = ±1 and order 4 has y = 0.  A point of order 8 doubles to y = 0, so y² = −x², which makes the
    curve equation d·y⁴ + 2·y² − 1 = 0.
    """
    p = _ED25519_PRIME
    roots = {0, 1, p - 1}
    for sign in (1, -1):
        square = (sign * _root(1 + _D) - 1) * pow(_D, -1, p) % p
        if pow(square, (p - 1) // 2, p) == 1:
            roots |= {_root(square), -_root(square) % p}
    return frozenset(roots)


def _root(square: int) -> int:
    """Return a square root modulo 2^255 − 19 of a number that has one (RFC 8032 section 5.1.3)."""
    p = _ED25519_PRIME
    root = pow(square, (p + 3) // 8, p)
    return root if root * root % p == square % p else root * pow(2, (p - 1) // 4, p) % p


_ED25519_SMALL_ORDER: Final = _small_order()


def admit_jwk(jwk: Mapping[str, object]) -> tuple[str, PublicKey]:
    """Return the one algorithm and the public key of ``jwk``.

    Raises ``TokenInvalid("key", …)``: ``malformed`` (members, sizes, a point off the curve), ``mismatch`` (``use``,
    ``key_ops``, ``alg`` and key do not agree), ``unknown`` (a kind of key that is not admitted), ``private`` (a secret
    member: whoever published it has lost the key), ``weak`` (RSA size, exponent, small factors or ROCA).
    """
    refuse_misuse(jwk)
    match jwk.get("kty"), jwk.get("crv"):
        case "OKP", "Ed25519":
            return _algorithm(jwk, ("EdDSA", "Ed25519")), _ed25519(jwk)
        case "EC", "P-256":
            return _algorithm(jwk, ("ES256",)), _p256(jwk)
        case "RSA", None:
            return _algorithm(jwk, tuple(RSA_ALGORITHMS), implied=False), _rsa(jwk)
        case _:
            raise TokenInvalid("key", reason="unknown")


def refuse_misuse(jwk: Mapping[str, object]) -> None:
    """Raise ``TokenInvalid("key", …)`` for a key, of any kind, that is secret or not for verifying: as :func:`admit_jwk`."""
    if jwk.get("kty") == "oct":
        raise TokenInvalid("key", reason="unknown", message="key: symmetric keys are not admitted")
    if not {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}.isdisjoint(jwk):
        raise TokenInvalid("key", reason="private", message="key: a private key was given where a public one belongs")
    if jwk.get("use", "sig") != "sig":
        raise TokenInvalid("key", reason="mismatch")
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or operations != ["verify"]:
        raise TokenInvalid("key", reason="mismatch")


def read_kid(jwk: Mapping[str, object]) -> str | None:
    """Return the id that the key's owner gave it, or None.  Raises ``TokenInvalid("kid", reason="malformed")``."""
    kid = jwk.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise TokenInvalid("kid", reason="malformed")
    return kid


def admit_kid(kid: str) -> str:
    """Return ``kid`` if it may name a key.  Raises ``TokenInvalid("kid", reason="malformed")``: empty or over 256 characters."""
    if not 0 < len(kid) <= MAX_KID_CHARS:
        raise TokenInvalid("kid", reason="malformed")
    return kid


def public_members(key: PublicKey) -> dict[str, str]:
    """Return the members of ``key`` that define it, and no others: what RFC 7638 hashes."""
    if isinstance(key, Ed25519PublicKey):
        return {"crv": "Ed25519", "kty": "OKP", "x": base64url.encode(key.public_bytes_raw())}
    numbers = key.public_numbers()
    if isinstance(numbers, EllipticCurvePublicNumbers):
        return {"crv": "P-256", "kty": "EC", "x": write_coordinate(numbers.x), "y": write_coordinate(numbers.y)}
    return {"e": _shortest(numbers.e), "kty": "RSA", "n": _shortest(numbers.n)}


def thumbprint(key: PublicKey) -> str:
    """Return the RFC 7638 SHA-256 thumbprint of ``key``: base64url, 43 characters."""
    return members_thumbprint(public_members(key))


def members_thumbprint(members: dict[str, str]) -> str:
    """Return the thumbprint of a key of any kind by the members that define it: base64url, 43 characters."""
    return base64url.encode(hashlib.sha256(canonical_json_of(members)).digest())


def admit_public_key(key: PublicKey) -> None:
    """Hold a key that did not come as a JWK to the same rules.  Raises ``TokenInvalid("key", …)``."""
    if isinstance(key, RSAPublicKey):
        _refuse_weak_rsa(key.public_numbers())
    elif isinstance(key, Ed25519PublicKey):
        _refuse_weak_ed25519(key)
    elif not isinstance(key.curve, SECP256R1):
        raise TokenInvalid("key", reason="unknown")


def _algorithm(jwk: Mapping[str, object], fitting: tuple[str, ...], *, implied: bool = True) -> str:
    """Return the key's one algorithm; where only one fits the key it may be left unsaid."""
    alg = jwk.get("alg", fitting[0] if implied else None)
    if not isinstance(alg, str) or alg not in fitting:
        raise TokenInvalid("key", reason="mismatch")
    return alg


def _octets(jwk: Mapping[str, object], name: str, size: int | None = None) -> bytes:
    """Return a member's bytes: exactly ``size``, or without leading zero bytes where no size is given."""
    text = jwk.get(name)
    if not isinstance(text, str) or len(text) > 2 * RSA_MAX_BITS // 8:
        raise TokenInvalid("key", reason="malformed")
    try:
        data = base64url.decode(text)
    except VerificationError as exc:
        raise TokenInvalid("key", reason="malformed") from exc
    if (size is not None and len(data) != size) or (size is None and data[:1] in (b"", b"\0")):
        raise TokenInvalid("key", reason="malformed")
    return data


def _ed25519(jwk: Mapping[str, object]) -> Ed25519PublicKey:
    """Return an Ed25519 key (RFC 8037)."""
    key = Ed25519PublicKey.from_public_bytes(_octets(jwk, "x", COORDINATE_BYTES))
    _refuse_weak_ed25519(key)
    return key


def _refuse_weak_ed25519(key: Ed25519PublicKey) -> None:
    """Raise ``weak`` for a point of small order, under which anybody can make signatures, or a second spelling."""
    y = int.from_bytes(key.public_bytes_raw(), "little") & ((1 << 255) - 1)
    if y >= _ED25519_PRIME or y in _ED25519_SMALL_ORDER:
        raise TokenInvalid("key", reason="weak")


def _p256(jwk: Mapping[str, object]) -> EllipticCurvePublicKey:
    """Return a P-256 key whose point is on the curve (RFC 7518 section 6.2)."""
    try:
        return EllipticCurvePublicNumbers(*read_point(jwk), SECP256R1()).public_key()
    except ValueError as exc:
        raise TokenInvalid("key", reason="malformed") from exc


def _rsa(jwk: Mapping[str, object]) -> RSAPublicKey:
    """Return an RSA key that is not known to be weak (RFC 7518 section 6.3)."""
    n, e = (int.from_bytes(_octets(jwk, name), "big") for name in ("n", "e"))
    numbers = RSAPublicNumbers(e, n)
    _refuse_weak_rsa(numbers)
    try:
        return numbers.public_key()
    except ValueError as exc:
        raise TokenInvalid("key", reason="malformed") from exc


def _refuse_weak_rsa(numbers: RSAPublicNumbers) -> None:
    """Raise ``weak`` for a size outside 2048–8192 bits, a small or even exponent, a small factor, or a ROCA key."""
    n, e = numbers.n, numbers.e
    size_fits = RSA_MIN_BITS <= n.bit_length() <= RSA_MAX_BITS
    exponent_fits = 65537 <= e < 2**256 and e % 2 == 1
    if not size_fits or not exponent_fits or n % 2 == 0 or any(n % p == 0 for p in _SMALL_PRIMES):
        raise TokenInvalid("key", reason="weak")
    if all(n % p in residues for p, residues in _ROCA_RESIDUES.items()):
        raise TokenInvalid("key", reason="weak", message="key: this RSA key is of the ROCA kind (CVE-2017-15361)")


def read_point(jwk: Mapping[str, object]) -> tuple[int, int]:
    """Return ``x`` and ``y``, which have their full 32 bytes.  Whether they lie on a curve is not asked here."""
    x, y = (int.from_bytes(_octets(jwk, name, COORDINATE_BYTES), "big") for name in ("x", "y"))
    return x, y


def write_coordinate(value: int) -> str:
    """Return a coordinate in its full 32 bytes."""
    return base64url.encode(value.to_bytes(COORDINATE_BYTES, "big"))


def _shortest(value: int) -> str:
    """Return a positive integer without leading zero bytes."""
    return base64url.encode(value.to_bytes((value.bit_length() + 7) // 8, "big"))
