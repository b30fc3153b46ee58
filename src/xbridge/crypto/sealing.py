"""Sealed text: encrypted and authenticated, for what travels through hands that must neither read nor change it.

AES-256-GCM under a key derived for one purpose.  A seal is not a signature (whoever opens it can also make one) and
does not stop a text from being used twice: single use needs a marker in the store (house.md section 2).
"""

from __future__ import annotations

import hashlib
import hmac
from typing import NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from xbridge.core.errors import ConfigError, TamperDetected, VerificationError
from xbridge.core.ports import Entropy
from xbridge.crypto import base64url

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
MAX_SEALED_CHARS = 64 * 1024
_VERSION = "xb1"


def derive_key(master: bytes, purpose: str) -> bytes:
    """Return the 32-byte key of ``master`` for one ``purpose``, by HKDF-SHA256 (RFC 5869).

    ``master`` holds at least 32 random bytes; ``purpose`` is a fixed text of ours, never input.  Raises
    ``ConfigError`` for a short master and ``ValueError`` for an empty purpose.
    """
    if len(master) < KEY_BYTES:
        raise ConfigError("a master key needs at least 32 random bytes")
    if not purpose:
        raise ValueError("a derived key needs a purpose")
    info = b"xbridge/v1/" + purpose.encode()
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=info).derive(master)


class Sealer:
    """Seals and opens text for one purpose; the first key seals, all keys open (rotation).

    The text is ``xb1.KEYID.DATA``.  Type, version, purpose, key id and the caller's ``context`` are authenticated, so
    text sealed for one purpose or context never opens for another.  One key seals at most 2^32 texts (SP 800-38D).
    """

    __slots__ = ("_ciphers", "_newest", "_purpose")

    def __init__(self, *keys: bytes, purpose: str) -> None:
        """``keys``: 32 random bytes each, newest first.  Raises ``ConfigError`` for none, other sizes, repetitions."""
        if not keys or any(len(key) != KEY_BYTES for key in keys) or len(set(keys)) != len(keys):
            raise ConfigError("sealing needs one or more different keys of exactly 32 bytes")
        self._purpose = purpose.encode()
        # Purposes get keys of their own, so that they do not share one key's supply of nonces.
        derived = [derive_key(key, "seal/" + purpose) for key in keys]
        self._ciphers = {_key_id(key): AESGCM(key) for key in derived}
        self._newest = _key_id(derived[0])

    def seal(self, plaintext: bytes, *, entropy: Entropy, context: bytes = b"") -> str:
        """Return ``plaintext`` sealed under the newest key; 12 bytes of ``entropy`` make the nonce.

        ``context`` is bound but not carried: :meth:`open` needs the same bytes, for example a session's id.
        """
        nonce = entropy(NONCE_BYTES)
        if len(nonce) != NONCE_BYTES:
            raise ValueError("the entropy source gave a nonce of the wrong size")
        sealed = self._ciphers[self._newest].encrypt(nonce, plaintext, self._bound(self._newest, context))
        return f"{_VERSION}.{self._newest}.{base64url.encode(nonce + sealed)}"

    def open(self, sealed: str, *, context: bytes = b"", max_chars: int = MAX_SEALED_CHARS) -> bytes:
        """Return what was sealed.

        Raises ``TamperDetected("sealed", …)``: ``too_large`` beyond ``max_chars`` (64 KiB), ``malformed`` for another
        form or version, ``unknown`` for a key not held for this purpose, ``mismatch`` for any changed byte or another
        context.
        """
        if len(sealed) > max_chars:
            raise TamperDetected("sealed", reason="too_large")
        version, _, rest = sealed.partition(".")
        key_id, _, text = rest.partition(".")
        if version != _VERSION or not text:
            raise TamperDetected("sealed", reason="malformed")
        try:
            data = base64url.decode(text)
        except VerificationError as exc:
            raise TamperDetected("sealed", reason="malformed") from exc
        if len(data) < NONCE_BYTES + TAG_BYTES:
            raise TamperDetected("sealed", reason="malformed")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise TamperDetected("sealed", reason="unknown")
        try:
            return cipher.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], self._bound(key_id, context))
        except InvalidTag as exc:
            raise TamperDetected("sealed", reason="mismatch") from exc

    def _bound(self, key_id: str, context: bytes) -> bytes:
        """Return the associated data: each part behind its length, so that no two lists look alike."""
        parts = (b"xbridge/sealed/v1", self._purpose, key_id.encode(), context)
        return b"".join(len(part).to_bytes(8, "big") + part for part in parts)

    def __repr__(self) -> str:
        """Return a form that is safe to log: the purpose and how many keys, never a key."""
        return f"Sealer(purpose={self._purpose.decode()!r}, keys={len(self._ciphers)})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refuse to be pickled or copied (lesson I4)."""
        raise TypeError("a sealer holds secret keys and is not copied or pickled")


def _key_id(key: bytes) -> str:
    """Return the public name of a derived key: 11 characters of an HMAC, which tell nothing about it."""
    return base64url.encode(hmac.new(key, b"xbridge/seal-key-id/v1", hashlib.sha256).digest()[:8])
