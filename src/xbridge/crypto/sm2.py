"""SM2 signatures (GB/T 32918.2, GM/T 0009): keys, signing, verification, and the two forms a signature travels in.

Our own few lines, because ``cryptography`` has SM3 and no SM2 (guangdong.md sections 10.1 to 10.3).  **Not constant-time**:
Python's integers are not.  The leak is made small: the scalar is blinded and no digit of it is skipped, the inversion of
``1 + d`` is blinded, and ``k`` comes from fresh entropy, the key and the digest together.  Where somebody can time single
signatures, use the native backend ``"gm"`` (the extra ``gm``: gmssl_pyx) or a hardware module.  gmssl_pyx prints a line to
stderr when a signature does not hold; nothing in it is secret.

A signature here is the 64 bytes r‖s.  X.509, CMS and iAM Smart carry it as DER; :func:`der_signature` and
:func:`raw_signature` lead from one to the other.  Encryption is elsewhere.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn

from cryptography.hazmat.primitives.hashes import SM3, Hash

from xbridge.core.errors import ConfigError, TamperDetected, TokenInvalid, Unsupported
from xbridge.crypto.der import INTEGER as DER_INTEGER
from xbridge.crypto.der import SEQUENCE, DerError, Reader, read_integer, read_only, write, write_integer
from xbridge.crypto.digest import constant_time_equal
from xbridge.crypto.sm2_curve import BLINDING_BITS, A, B, G, N, base_multiple, key_table, on_curve, public_sum

if TYPE_CHECKING:
    from xbridge.core.ports import Entropy

Backend = Literal["pure", "gm"]
DEFAULT_ID: Final = b"1234567812345678"
"""The id of GM/T 0009.  Always say which id you mean: OpenSSL before 4.0 takes an empty one when none is set."""

MAX_ID_BYTES: Final = 0xFFFF // 8
_NONCE_LABEL: Final = b"xbridge/sm2-nonce/v1\n"
_ATTEMPTS: Final = 64


class Sm2PublicKey:
    """A point on the curve, and not infinity."""

    __slots__ = ("_table", "x", "y")

    def __init__(self, x: int, y: int) -> None:
        """Raises ``TokenInvalid("key", reason="malformed")`` for a point off the curve."""
        if not on_curve(x, y):
            raise TokenInvalid("key", reason="malformed")
        self.x, self.y = x, y
        self._table: tuple[tuple[int, int], ...] | None = None

    @classmethod
    def from_point(cls, raw: bytes) -> Sm2PublicKey:
        """Return the key of an uncompressed point, ``04`` ‖ x ‖ y.  Raises ``TokenInvalid("key", …)`` for any other form."""
        if len(raw) != 65 or raw[0] != 4:
            raise TokenInvalid("key", reason="malformed")
        return cls(int.from_bytes(raw[1:33], "big"), int.from_bytes(raw[33:], "big"))

    def point(self) -> bytes:
        """Return the uncompressed point: 65 bytes."""
        return b"\x04" + self.x.to_bytes(32, "big") + self.y.to_bytes(32, "big")

    def table(self) -> tuple[tuple[int, int], ...]:
        """Return the multiples that verification uses, made once."""
        if self._table is None:
            self._table = key_table((self.x, self.y))
        return self._table

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
    """A private key: a number from 1 to n − 2."""

    __slots__ = ("_public", "_scalar")

    def __init__(self, scalar: int, *, blinding: int = 0) -> None:
        """``blinding``: 64 fresh random bits, used while the public key is computed.  Raises ``ConfigError`` out of range."""
        if not 1 <= scalar <= N - 2:
            raise ConfigError("an SM2 private key is a number from 1 to n - 2")
        self._scalar = scalar
        self._public = Sm2PublicKey(*base_multiple(scalar, blinding=blinding))

    @classmethod
    def generate(cls, entropy: Entropy) -> Sm2PrivateKey:
        """Return a new key, drawing again out of range.  Raises ``ConfigError`` if ``entropy`` gives nothing usable."""
        for _ in range(_ATTEMPTS):
            scalar = int.from_bytes(entropy(32), "big")
            if 1 <= scalar <= N - 2:
                return cls(scalar, blinding=int.from_bytes(entropy(BLINDING_BITS // 8), "big"))
        raise ConfigError("the entropy source does not give usable bytes")

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


def sm3(*parts: bytes) -> bytes:
    """Return the SM3 of ``parts`` one after another: 32 bytes."""
    digest = Hash(SM3())
    for part in parts:
        digest.update(part)
    return digest.finalize()


def sm2_digest(key: Sm2PublicKey, message: bytes, *, sm2_id: bytes = DEFAULT_ID) -> bytes:
    """Return e = SM3(Z ‖ message), which is what is signed; Z binds the signer's id and key.

    Raises ``ConfigError`` for an id of more than 8191 bytes.
    """
    if len(sm2_id) > MAX_ID_BYTES:
        raise ConfigError("an SM2 id has at most 8191 bytes")
    numbers = b"".join(number.to_bytes(32, "big") for number in (A, B, *G, key.x, key.y))
    z = sm3((8 * len(sm2_id)).to_bytes(2, "big"), sm2_id, numbers)
    return sm3(z, message)


def sm2_sign(
    key: Sm2PrivateKey, message: bytes, *, entropy: Entropy, sm2_id: bytes = DEFAULT_ID, backend: Backend = "pure"
) -> bytes:
    """Return the signature over ``message``: r‖s, 64 bytes.  Raises as :func:`sm2_sign_digest`."""
    return sm2_sign_digest(key, sm2_digest(key.public(), message, sm2_id=sm2_id), entropy=entropy, backend=backend)


def sm2_sign_digest(key: Sm2PrivateKey, digest: bytes, *, entropy: Entropy, backend: Backend = "pure") -> bytes:
    """Return the signature over the 32 bytes ``digest``, taken as e itself.

    ``backend="gm"`` draws its own randomness.  Raises ``ValueError`` for a digest of another length, ``ConfigError`` if
    ``entropy`` gives nothing usable, ``Unsupported`` if the extra ``gm`` is not installed.
    """
    if len(digest) != 32:
        raise ValueError("an SM2 digest has 32 bytes")
    if _is_native(backend):
        return raw_signature(_native().sm2_sign_sm3_digest(key.unsafe_scalar(), digest))
    for _ in range(_ATTEMPTS):
        signature = _signature(key, digest, entropy(32))
        if signature is not None:
            return signature
    raise ConfigError("the entropy source does not give usable bytes")


def sm2_verify(
    key: Sm2PublicKey, message: bytes, signature: bytes, *, sm2_id: bytes = DEFAULT_ID, backend: Backend = "pure"
) -> bytes:
    """Return ``message`` if ``signature`` (r‖s) is ``key``'s over it; raises as :func:`sm2_verify_digest`."""
    sm2_verify_digest(key, sm2_digest(key, message, sm2_id=sm2_id), signature, backend=backend)
    return message


def sm2_verify_digest(key: Sm2PublicKey, digest: bytes, signature: bytes, *, backend: Backend = "pure") -> bytes:
    """Return ``digest`` if ``signature`` (r‖s) is ``key``'s over these 32 bytes, taken as e itself.

    (1) lengths   (2) r and s from 1 to n − 1   (3) t = r + s is not zero   (4) the point s·G + t·P names r again

    Raises ``TamperDetected("signature", …)``: ``malformed`` for (1) and (2), ``mismatch`` for the rest; ``Unsupported`` if the
    extra ``gm`` is asked for and not installed.
    """
    # (1) (2)
    if len(signature) != 64 or len(digest) != 32:
        raise TamperDetected("signature", reason="malformed")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (0 < r < N and 0 < s < N):
        raise TamperDetected("signature", reason="malformed")
    # (3)
    t = (r + s) % N
    if not t:
        raise TamperDetected("signature", reason="mismatch")
    # (4)
    if _is_native(backend):
        holds = _native().sm2_verify_sm3_digest(key.point()[1:], digest, der_signature(signature)) is True
    else:
        point = public_sum(s, t, key.table())
        x = point[0] if point else None
        holds = x is not None and constant_time_equal(
            ((int.from_bytes(digest, "big") + x) % N).to_bytes(32, "big"), signature[:32]
        )
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


def _signature(key: Sm2PrivateKey, digest: bytes, fresh: bytes) -> bytes | None:
    """Return r‖s, or None where the standard says to draw ``k`` again."""
    secret = key.unsafe_scalar()
    # Hedged: a bad entropy source alone, or a known key alone, does not tell k.  512 bits leave no bias after mod n.
    stream = hashlib.shake_256(_NONCE_LABEL + secret + digest + fresh).digest(64 + 8 + 64)
    k = 1 + int.from_bytes(stream[:64], "big") % (N - 1)
    blinding = int.from_bytes(stream[64:72], "big")
    mask = 1 + int.from_bytes(stream[72:], "big") % (N - 1)
    return _signature_with(int.from_bytes(secret, "big"), digest, k=k, blinding=blinding, mask=mask)


def _signature_with(scalar: int, digest: bytes, *, k: int, blinding: int, mask: int) -> bytes | None:
    """Return r‖s for this ``k`` (GB/T 32918.2 section 6.1), or None where another is needed."""
    x, _ = base_multiple(k, blinding=blinding)
    r = (int.from_bytes(digest, "big") + x) % N
    if not r or r + k == N:
        return None
    # (1 + d)⁻¹ by way of a masked number: the time of an inversion tells what was inverted.
    inverse = mask * pow((1 + scalar) * mask % N, -1, N) % N
    s = inverse * (k - r * scalar) % N
    return r.to_bytes(32, "big") + s.to_bytes(32, "big") if s else None


def _is_native(backend: str) -> bool:
    """Return whether ``backend`` is the native one.  Raises ``ConfigError`` for an unknown name."""
    if backend not in ("pure", "gm"):
        raise ConfigError("the SM2 backend is 'pure' or 'gm'")
    return backend == "gm"


def _native() -> Any:
    """Return gmssl_pyx.  Raises ``Unsupported`` if it is not installed."""
    try:
        import gmssl_pyx
    except ImportError as exc:
        raise Unsupported("the SM2 backend 'gm' needs the extra gm: pip install xbridge-gba[gm]") from exc
    return gmssl_pyx
