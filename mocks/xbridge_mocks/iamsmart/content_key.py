"""Content keys: one live CEK for each client, wrapped with that client's KEK (dossier 3.2, 3.3).

It also remembers every IV used under a key, in either direction, because GCM breaks when one repeats (lessons H5).
Envelopes are ``envelope``; who may ask for a key is ``gate``.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from xbridge_mocks.clock import MockClock
from xbridge_mocks.iamsmart.envelope import IV_LENGTH
from xbridge_mocks.iamsmart.refusal import Trail
from xbridge_mocks.iamsmart.registry import Client
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings
from xbridge_mocks.random_source import RandomSource

__all__ = ["ContentKey", "ContentKeys", "key_content", "public_key_text", "wrap"]


@dataclass(slots=True, kw_only=True)
class ContentKey:
    """One CEK: its bytes, the KEK it was made under, its times in ms, and the IVs seen with it."""

    key: bytes = field(repr=False)
    kek: RSAPublicKey = field(repr=False)
    issued_ms: int
    lifetime_ms: int
    ivs: set[bytes] = field(default_factory=set, repr=False)

    def claim_iv(self, iv: bytes) -> bool:
        """Remember ``iv`` and say whether it is new under this key."""
        fresh = iv not in self.ivs
        self.ivs.add(iv)
        return fresh


class ContentKeys:
    """The live content key of each client, minted on demand."""

    def __init__(self, *, clock: MockClock, random: RandomSource, settings: IamSmartMockSettings) -> None:
        self._clock = clock
        self._random = random
        self._settings = settings
        self._live: dict[str, ContentKey] = {}

    def live(self, client_id: str) -> ContentKey | None:
        """The client's content key if it has one that has not expired."""
        held = self._live.get(client_id)
        if held is not None and self._clock.now_ms() >= held.issued_ms + held.lifetime_ms:
            del self._live[client_id]
            return None
        return held

    def obtain(self, client: Client) -> ContentKey:
        """The live key, or a new one under the client's newest KEK. The client has at least one KEK."""
        held = self.live(client.client_id)
        if held is None:
            held = ContentKey(
                key=self._random.bytes(32),
                kek=client.keks[-1],
                issued_ms=self._clock.now_ms(),
                lifetime_ms=self._settings.cek_ttl_ms,
            )
            self._live[client.client_id] = held
        return held

    def revoke(self, client_id: str) -> None:
        """Forget the client's key, if it has one."""
        self._live.pop(client_id, None)

    def new_iv(self, held: ContentKey) -> bytes:
        """An IV this key has not seen."""
        while True:
            iv = self._random.bytes(IV_LENGTH)
            if held.claim_iv(iv):
                return iv

    def clear(self) -> None:
        """Forget all keys."""
        self._live.clear()


def key_content(
    keys: ContentKeys, client: Client, trail: Trail, *, scheme: str, as_text: bool = False
) -> dict[str, object]:
    """The content of getKey's reply, spoiled if a fault strikes; ``as_text`` wraps the key's base64 text. Raises Refused."""
    trail.require("kek", bool(client.keks), "D30001", detail="no KEK registered")
    held = keys.obtain(client)
    shown = wrapped_for = held.kek
    if trail.strikes("kek_wrap_wrong_key"):
        wrapped_for = generate_private_key(65537, 2048).public_key()
    if trail.strikes("pub_key_of_stranger"):
        shown = generate_private_key(65537, 2048).public_key()
    key = held.key[:31] if trail.strikes("cek_31_bytes") else held.key
    absolute = trail.strikes("expires_absolute")
    return {
        "secretKey": wrap(wrapped_for, base64.b64encode(key) if as_text else key, scheme),
        "pubKey": public_key_text(shown),
        "issueAt": held.issued_ms,
        "expiresIn": held.issued_ms + held.lifetime_ms if absolute else held.lifetime_ms,
    }


def wrap(kek: RSAPublicKey, key: bytes, scheme: str) -> str:
    """Encrypt ``key`` to ``kek`` with the padding called ``scheme``; base64 text."""
    chosen: padding.AsymmetricPadding
    if scheme == "pkcs1v15":
        chosen = padding.PKCS1v15()
    else:
        # SHA-1 in OAEP is a mask, not a signature; some platforms know no other, and the choice here is the tester's.
        digest = hashes.SHA1() if scheme == "oaep-sha1" else hashes.SHA256()  # noqa: S303
        chosen = padding.OAEP(mgf=padding.MGF1(digest), algorithm=digest, label=None)
    return base64.b64encode(kek.encrypt(key, chosen)).decode("ascii")


def public_key_text(kek: RSAPublicKey) -> str:
    """The DER SubjectPublicKeyInfo of ``kek`` in base64, by which a service finds the matching private key."""
    der = kek.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode("ascii")
