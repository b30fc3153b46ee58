"""SM2 signatures (GB/T 32918.2, GM/T 0009): keys, signing, verification, and the two forms a signature travels in.

The arithmetic is gmssl_pyx's (the extra ``gm``): ``cryptography`` has SM3 and no SM2, and Python's integers are not
constant-time (ADR 0011).  What is ours: Z with an explicit id and e, the ranges of ``r``, ``s`` and ``t``, strict DER, and
the equation of the curve for every point that is read.  The binding draws its own nonces and keys from the system.  Without
it whatever would need it raises ``Unsupported``.

NOTE: where a signature does not hold, GmSSL prints the name of a function and a line number to stderr, and offers no way to
say no to that.  Nothing in it is secret, and nothing of it is the message's.

A signature here is the 64 bytes r‖s.  X.509, CMS and iAM Smart carry it as DER; :func:`der_signature` and
:func:`raw_signature` lead from one to the other.  Encryption is elsewhere.
"""

from __future__ import annotations

from typing import Any, Final, NoReturn

from xbridge.core.errors import ConfigError, TamperDetected, TokenInvalid, Unsupported
from xbridge.crypto.der import INTEGER as DER_INTEGER
from xbridge.crypto.der import SEQUENCE, DerError, Reader, read_integer, read_only, write, write_integer
from xbridge.crypto.sm3 import sm3

# sm2p256v1, GB/T 32918.5: guangdong.md section 10.1 (VERIFIED).
P: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A: Final = P - 3
B: Final = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G: Final = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)

DEFAULT_ID: Final = b"1234567812345678"
"""The id of GM/T 0009.  Always say which id you mean: OpenSSL before 4.0 takes an empty one when none is set."""

MAX_ID_BYTES: Final = 0xFFFF // 8
_PAIR_DIGEST: Final = bytes(range(32))


def require_sm2() -> Any:
    """Return the binding.  Raises ``Unsupported``, which names the extra that brings it.

    For whoever is about to ask for a signature under SM2: better now than when somebody has already signed.
    """
    try:
        import gmssl_pyx
    except ImportError as exc:
        # The second half is for those whose pip failed: no wheel is no bug, and a compiler is what helps.
        raise Unsupported(
            "SM2 needs the package gmssl_pyx: pip install xbridge-gba[gm]"
            " (wheels for x86-64 and Windows; elsewhere, on arm64 for instance, pip builds it with a C compiler)"
        ) from exc
    return gmssl_pyx


def has_sm2() -> bool:
    """Return whether :func:`require_sm2` would return."""
    try:
        require_sm2()
    except Unsupported:
        return False
    return True


class Sm2PublicKey:
    """A point on the curve, and not infinity.  Holding one needs no binding; using it does."""

    __slots__ = ("x", "y")

    def __init__(self, x: int, y: int) -> None:
        """Raises ``TokenInvalid("key", reason="malformed")`` for a point off the curve."""
        if not _on_curve(x, y):
            raise TokenInvalid("key", reason="malformed")
        self.x, self.y = x, y

    @classmethod
    def from_point(cls, raw: bytes) -> Sm2PublicKey:
        """Return the key of an uncompressed point, ``04`` ‖ x ‖ y.  Raises ``TokenInvalid("key", …)`` for any other form."""
        if len(raw) != 65 or raw[0] != 4:
            raise TokenInvalid("key", reason="malformed")
        return cls(int.from_bytes(raw[1:33], "big"), int.from_bytes(raw[33:], "big"))

    def point(self) -> bytes:
        """Return the uncompressed point: 65 bytes."""
        return b"\x04" + self.x.to_bytes(32, "big") + self.y.to_bytes(32, "big")

    def __eq__(self, other: object) -> bool:
        """Return whether both are the same point."""
        return isinstance(other, Sm2PublicKey) and (self.x, self.y) == (other.x, other.y)

    def __hash__(self) -> int:
        """Return a hash of the point."""
        return hash((self.x, self.y))

    def __repr__(self) -> str:
        """Return the kind only: a person's key is personal data."""
        return "Sm2PublicKey(…)"


class Sm2PrivateKey:
    """A private key, a number from 1 to n − 2, and the public key that belongs to it."""

    __slots__ = ("_public", "_scalar")

    def __init__(self, scalar: int, public: Sm2PublicKey) -> None:
        """``public`` is stored beside every key, because the binding makes pairs and derives none from a number.

        Raises ``ConfigError`` for a number out of range or a pair that does not belong together, ``Unsupported`` without
        the extra ``gm``.
        """
        if not 1 <= scalar <= N - 2:
            raise ConfigError("an SM2 private key is a number from 1 to n - 2")
        self._scalar, self._public = scalar, public
        try:
            sm2_verify_digest(public, _PAIR_DIGEST, sm2_sign_digest(self, _PAIR_DIGEST))
        except TamperDetected:
            matches = False
        else:
            matches = True
        # Outside, so that no cause stays: no part of a private key belongs in a traceback.
        if not matches:
            raise ConfigError("the SM2 public key belongs to another private key")

    @classmethod
    def generate(cls) -> Sm2PrivateKey:
        """Return a new key, from the binding's own randomness.  Raises ``Unsupported`` without the extra ``gm``."""
        point, secret = require_sm2().sm2_key_generate()
        return cls(int.from_bytes(secret, "big"), Sm2PublicKey.from_point(b"\x04" + point))

    def public(self) -> Sm2PublicKey:
        """Return the key that verifies what this one signs."""
        return self._public

    def unsafe_scalar(self) -> bytes:
        """Return the secret itself, 32 bytes: for writing a key file, and for nothing else."""
        return self._scalar.to_bytes(32, "big")

    def __repr__(self) -> str:
        """Return the kind, never the key."""
        return "Sm2PrivateKey(…)"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refuse to be pickled or copied (lesson I4)."""
        raise TypeError("a private key is not copied or pickled")


def sm2_digest(key: Sm2PublicKey, message: bytes, *, sm2_id: bytes = DEFAULT_ID) -> bytes:
    """Return e = SM3(Z ‖ message), which is what is signed; Z binds the signer's id and key.

    Raises ``ConfigError`` for an id of more than 8191 bytes.
    """
    if len(sm2_id) > MAX_ID_BYTES:
        raise ConfigError("an SM2 id has at most 8191 bytes")
    numbers = b"".join(number.to_bytes(32, "big") for number in (A, B, *G, key.x, key.y))
    z = sm3((8 * len(sm2_id)).to_bytes(2, "big"), sm2_id, numbers)
    return sm3(z, message)


def sm2_sign(key: Sm2PrivateKey, message: bytes, *, sm2_id: bytes = DEFAULT_ID) -> bytes:
    """Return the signature over ``message``: r‖s, 64 bytes.  Raises as :func:`sm2_sign_digest`."""
    return sm2_sign_digest(key, sm2_digest(key.public(), message, sm2_id=sm2_id))


def sm2_sign_digest(key: Sm2PrivateKey, digest: bytes) -> bytes:
    """Return the signature over the 32 bytes ``digest``, taken as e itself; no two are equal.

    Raises ``ValueError`` for a digest of another length, ``ConfigError`` if the binding gives none, ``Unsupported`` without
    the extra ``gm``.
    """
    if len(digest) != 32:
        raise ValueError("an SM2 digest has 32 bytes")
    binding = require_sm2()
    try:
        der = binding.sm2_sign_sm3_digest(key.unsafe_scalar(), digest)
    except binding.GmsslInnerError as exc:
        raise ConfigError("SM2: the binding cannot sign") from exc
    return raw_signature(der)


def sm2_verify(key: Sm2PublicKey, message: bytes, signature: bytes, *, sm2_id: bytes = DEFAULT_ID) -> bytes:
    """Return ``message`` if ``signature`` (r‖s) is ``key``'s over it; raises as :func:`sm2_verify_digest`."""
    sm2_verify_digest(key, sm2_digest(key, message, sm2_id=sm2_id), signature)
    return message


def sm2_verify_digest(key: Sm2PublicKey, digest: bytes, signature: bytes) -> bytes:
    """Return ``digest`` if ``signature`` (r‖s) is ``key``'s over these 32 bytes, taken as e itself.

    (1) lengths   (2) r and s from 1 to n − 1   (3) t = r + s is not zero   (4) r is not e, which would be a point whose x is
    zero   (5) the point s·G + t·P names r again, which the binding computes

    Raises ``TamperDetected("signature", …)``: ``malformed`` for (1) and (2), ``mismatch`` for the rest; ``Unsupported`` without
    the extra ``gm``.
    """
    # (1) (2)
    if len(signature) != 64 or len(digest) != 32:
        raise TamperDetected("signature", reason="malformed")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (0 < r < N and 0 < s < N):
        raise TamperDetected("signature", reason="malformed")
    # (3)
    if not (r + s) % N:
        raise TamperDetected("signature", reason="mismatch")
    # (4) GmSSL takes infinity for a point with x = 0, and whoever holds the key can reach it for any message with r = e.  That
    # would be a signature here and nowhere else, and one that tells the key.  No honest signer meets it (2^-256).
    if not (r - int.from_bytes(digest, "big")) % N:
        raise TamperDetected("signature", reason="mismatch")
    # (5)
    binding = require_sm2()
    try:
        holds = binding.sm2_verify_sm3_digest(key.point()[1:], digest, der_signature(signature)) is True
    except binding.GmsslInnerError as exc:
        raise TamperDetected("signature", reason="mismatch") from exc
    if not holds:
        raise TamperDetected("signature", reason="mismatch")
    return digest


def der_signature(raw: bytes) -> bytes:
    """Return r‖s as DER: SEQUENCE { r, s }.  Raises ``TamperDetected("signature", reason="malformed")`` unless 64 bytes."""
    if len(raw) != 64:
        raise TamperDetected("signature", reason="malformed")
    return write(SEQUENCE, *(write_integer(int.from_bytes(half, "big")) for half in (raw[:32], raw[32:])))


def raw_signature(der: bytes) -> bytes:
    """Return a DER signature as r‖s.  Raises ``TamperDetected("signature", reason="malformed")`` for any lax form."""
    try:
        numbers: Reader = read_only(der, SEQUENCE)
        r, s = read_integer(numbers.take(DER_INTEGER)), read_integer(numbers.take(DER_INTEGER))
        numbers.end()
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    except (DerError, OverflowError) as exc:
        raise TamperDetected("signature", reason="malformed") from exc


def _on_curve(x: int, y: int) -> bool:
    """Return whether both are coordinates and the point lies on the curve; infinity has none and never does."""
    return 0 <= x < P and 0 <= y < P and (y * y - (x * x + A) * x - B) % P == 0
