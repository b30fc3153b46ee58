"""The AES-256-GCM content envelope of the iAM Smart family and the RSA wrapping of its key (iamsmart.md section 3).

``content`` is standard base64 of ``uint32_be(12) || IV(12) || ciphertext || tag(16)`` without associated data.  GCM under
a key that only the two parties know is all the integrity a reply has besides TLS.  Errors never say which part
failed, so that nobody can use us as an oracle.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Literal

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from xbridge.core.errors import ConfigError, TamperDetected, VerificationError
from xbridge.crypto.base64url import decode_standard

IV_BYTES = 12
TAG_BYTES = 16
KEY_BYTES = 32
_PREFIX = IV_BYTES.to_bytes(4, "big")

KekPadding = Literal["pkcs1v15", "oaep-sha1", "oaep-sha256"]


def seal_content(key: bytes, plaintext: bytes, *, iv: bytes) -> str:
    """Return the ``content`` text for ``plaintext`` under the 32-byte content key.

    ``iv`` is 12 fresh random bytes: the same IV under one key would give the key stream away.
    """
    if len(key) != KEY_BYTES or len(iv) != IV_BYTES:
        raise ConfigError("the content envelope takes a 32-byte key and a 12-byte IV")
    return b64encode(_PREFIX + iv + AESGCM(key).encrypt(iv, plaintext, None)).decode("ascii")


def open_content(key: bytes, content: str) -> bytes:
    """Return the plaintext of ``content``.

    Raises ``TamperDetected("envelope", reason="unreadable")`` for anything that is not exactly such an envelope under
    ``key``: bad base64, an IV length other than 12, a truncated or changed ciphertext or tag, another key.
    """
    try:
        # One blob has one spelling; a lenient decoder would map others to the same bytes.
        blob = decode_standard(content)
    except VerificationError as exc:
        raise _unreadable() from exc
    if blob[:4] != _PREFIX or len(blob) < len(_PREFIX) + IV_BYTES + TAG_BYTES:
        raise _unreadable()
    try:
        return AESGCM(key).decrypt(blob[4:16], blob[16:], None)
    except (InvalidTag, ValueError, OverflowError) as exc:
        raise _unreadable() from exc


def load_kek(pem: str) -> rsa.RSAPrivateKey:
    """Return the key-encryption key in ``pem`` (PKCS#8 or PKCS#1).  Raises ``ConfigError`` unless RSA of 2048 bits or more."""
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # Not chained: what a parser says about a key may quote it.
        raise ConfigError("the key-encryption key is not a readable, unencrypted PEM private key") from None
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < 2048:
        raise ConfigError("the key-encryption key must be an RSA key of at least 2048 bits")
    return key


def kek_public_der(key: rsa.RSAPrivateKey) -> bytes:
    """Return the DER SubjectPublicKeyInfo of ``key``, which getKey names in ``pubKey``."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def unwrap_content_key(kek: rsa.RSAPrivateKey, wrapped: bytes, *, kek_padding: KekPadding) -> bytes:
    """Return the 32-byte content key inside ``wrapped``.

    One padding only, as configured: trying several in turn would make an oracle (lessons.md H7).  With PKCS#1 v1.5 a
    wrong ciphertext decrypts to random bytes by design, so the length is checked and GCM has the last word.  CorpID
    wraps the base64 text of the key (VERIFIED), so 44 characters that decode to 32 bytes are accepted too.
    Raises ``TamperDetected("content_key", reason="unreadable")``.
    """
    try:
        value = kek.decrypt(wrapped, _padding(kek_padding))
        if len(value) == 44:
            value = decode_standard(value)
    except (ValueError, VerificationError) as exc:
        raise TamperDetected("content_key", reason="unreadable") from exc
    if len(value) != KEY_BYTES:
        raise TamperDetected("content_key", reason="unreadable")
    return value


def _padding(kek_padding: KekPadding) -> padding.AsymmetricPadding:
    if kek_padding == "pkcs1v15":
        return padding.PKCS1v15()
    # SHA-1 here is a mask generator that some deployments ask for, not a signature hash.
    digest: HashAlgorithm = SHA256() if kek_padding == "oaep-sha256" else SHA1()  # noqa: S303
    return padding.OAEP(mgf=padding.MGF1(digest), algorithm=digest, label=None)


def _unreadable() -> TamperDetected:
    return TamperDetected("envelope", reason="unreadable", message="the content envelope cannot be opened")
