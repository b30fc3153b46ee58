"""An SM2 key of a mock: signs and verifies, wraps and unwraps, by gmalg. Not constant-time: a mock has no secret.

Only what both envelope profiles need; ``iamsmart/sm2.py`` signs digests and certificates.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field

from xbridge_mocks.random_source import RandomSource

__all__ = ["Sm2Pair", "from_url", "to_url"]

_ID = b"1234567812345678"
# SubjectPublicKeyInfo up to the point: id-ecPublicKey on the curve 1.2.156.10197.1.301.
_SPKI = bytes.fromhex("3059301306072a8648ce3d0201" + "06082a811ccf5501822d034200")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sm2Pair:
    """A public point ``04 ‖ x ‖ y``, and its private key where it is ours."""

    point: bytes
    secret: bytes = field(default=b"", repr=False)

    @classmethod
    def generate(cls, random: RandomSource) -> Sm2Pair:
        """Draw a key."""
        secret = random.bytes(31).rjust(32, b"\1")
        return cls(point=bytes(_gmalg(secret).generate_pk(secret)), secret=secret)

    @classmethod
    def from_pem(cls, pem: str) -> Sm2Pair:
        """Read a public key. Raises ValueError."""
        body = "".join(line for line in pem.split("\n") if line and not line.startswith("-"))
        raw = base64.b64decode(body, validate=True)
        if len(raw) != 91 or not raw.startswith(_SPKI + b"\4") or not _gmalg().verify_pk(raw[26:]):
            raise ValueError("not the public key of an SM2 key")
        return cls(point=raw[26:])

    def to_pem(self) -> str:
        """The public key as PEM."""
        text = base64.b64encode(_SPKI + self.point).decode()
        lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
        return f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n"

    @property
    def kid(self) -> str:
        """The RFC 7638 thumbprint over crv, kty, x and y, with "SM2" for the curve."""
        x, y = to_url(self.point[1:33]), to_url(self.point[33:])
        return to_url(hashlib.sha256(f'{{"crv":"SM2","kty":"EC","x":"{x}","y":"{y}"}}'.encode()).digest())

    def sign(self, message: bytes) -> bytes:
        """r‖s over ``message`` with the default id."""
        r, s = _gmalg(self.secret, self.point).sign(message)
        # gmalg leaves zero bytes at the front of a number out.
        return bytes(r.rjust(32, b"\0") + s.rjust(32, b"\0"))

    def holds(self, signature: bytes, message: bytes) -> bool:
        """Whether r‖s is this key's over ``message``."""
        return len(signature) == 64 and bool(_gmalg(b"", self.point).verify(message, signature[:32], signature[32:]))

    def wrap(self, secret: bytes) -> bytes:
        """``secret`` encrypted to this key: 04 ‖ C1 ‖ C3 ‖ C2."""
        return bytes(_gmalg(b"", self.point).encrypt(secret))

    def unwrap(self, wrapped: bytes) -> bytes:
        """What was encrypted to this key. Raises ValueError."""
        from gmalg.errors import GMError

        try:
            return bytes(_gmalg(self.secret, self.point).decrypt(wrapped))
        except (GMError, IndexError) as failure:
            raise ValueError("not wrapped to this key") from failure


def to_url(raw: bytes) -> str:
    """Unpadded base64url."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_url(text: object) -> bytes:
    """The bytes of text in unpadded base64url, in its one spelling. Raises ValueError."""
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]+", text, re.ASCII) or len(text) % 4 == 1:
        raise ValueError("not base64url")
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if to_url(raw) != text:
        raise ValueError("not base64url")
    return raw


def _gmalg(secret: bytes = b"", point: bytes = b""):  # type: ignore[no-untyped-def]
    # Loading gmalg takes as long as starting the whole mock; only an envelope needs it.
    from gmalg import SM2

    return SM2(secret or None, _ID, point or None)
