"""SM4 (GB/T 32907) by ``cryptography``: GCM for what we design, CBC and ECB for what others designed.

Only :func:`sm4_gcm_seal` authenticates.  The other two encrypt and nothing more: whoever can change their bytes changes what is
read, and whoever can ask for many decryptions may learn the text from the way in which they fail.  Keys are 16 bytes, made and
kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB, GCM
from cryptography.hazmat.primitives.padding import PKCS7

from xbridge.core.errors import TamperDetected, Unsupported

KEY_BYTES: Final = 16
BLOCK_BYTES: Final = 16
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16


def sm4_gcm_seal(key: bytes, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes:
    """Return ciphertext ‖ tag (16 bytes) of SM4-GCM (RFC 8998); ``associated`` is bound and not carried.

    ``nonce`` is 12 bytes, and never the same twice under one key: two texts under one nonce give both away and let anybody
    forge.  Raises ``ValueError`` for other sizes, ``Unsupported`` where OpenSSL lacks SM4.
    """
    _check_size(nonce, NONCE_BYTES, "nonce")
    with _supported():
        encryptor = Cipher(_algorithm(key), GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(associated)
    sealed = encryptor.update(plaintext) + encryptor.finalize()
    return sealed + encryptor.tag


def sm4_gcm_open(key: bytes, nonce: bytes, sealed: bytes, associated: bytes) -> bytes:
    """Return what :func:`sm4_gcm_seal` sealed.

    The tag is the last 16 bytes, in full; not one byte of the text is given out before it holds.  Raises
    ``TamperDetected("ciphertext", …)``: ``malformed`` for too few bytes, ``mismatch`` for any changed byte, another key, nonce
    or associated text; ``ValueError`` for a key or nonce of another size, ``Unsupported`` where OpenSSL lacks SM4.
    """
    _check_size(nonce, NONCE_BYTES, "nonce")
    if len(sealed) < TAG_BYTES:
        raise TamperDetected("ciphertext", reason="malformed")
    with _supported():
        decryptor = Cipher(_algorithm(key), GCM(nonce, sealed[-TAG_BYTES:])).decryptor()
    decryptor.authenticate_additional_data(associated)
    text = decryptor.update(sealed[:-TAG_BYTES])
    try:
        return text + decryptor.finalize()
    except InvalidTag as exc:
        raise TamperDetected("ciphertext", reason="mismatch") from exc


def sm4_cbc_encrypt(key: bytes, iv: bytes, plaintext: bytes) -> bytes:
    """Return ``plaintext`` with PKCS#7 padding under SM4-CBC; ``iv`` is 16 bytes nobody could foretell.

    Encrypts and does not authenticate: sign or MAC the result.  Raises ``ValueError`` for other sizes, ``Unsupported`` where
    OpenSSL lacks SM4.
    """
    _check_size(iv, BLOCK_BYTES, "iv")
    return _encrypt(key, CBC(iv), plaintext)


def sm4_cbc_decrypt(key: bytes, iv: bytes, ciphertext: bytes) -> bytes:
    """Return the text of :func:`sm4_cbc_encrypt`; verify its signature or MAC **before** calling this.

    Raises ``TamperDetected("ciphertext", reason="malformed")`` for a wrong length or padding, ``ValueError`` for a key or iv of
    another size, ``Unsupported`` where OpenSSL lacks SM4.
    """
    _check_size(iv, BLOCK_BYTES, "iv")
    return _decrypt(key, CBC(iv), ciphertext)


def insecure_sm4_ecb_encrypt(key: bytes, plaintext: bytes) -> bytes:
    """Return ``plaintext`` with PKCS#7 padding under SM4-ECB: equal blocks show, and any may be moved or repeated.

    For a peer whose protocol leaves no choice, and for nothing of ours.  Raises ``ValueError`` for a key of another size,
    ``Unsupported`` where OpenSSL lacks SM4.
    """
    return _encrypt(key, ECB(), plaintext)  # noqa: S305  (the name says it)


def insecure_sm4_ecb_decrypt(key: bytes, ciphertext: bytes) -> bytes:
    """Return the text of :func:`insecure_sm4_ecb_encrypt`, which anybody may have rearranged.

    Raises as :func:`sm4_cbc_decrypt`.
    """
    return _decrypt(key, ECB(), ciphertext)  # noqa: S305  (the name says it)


def _encrypt(key: bytes, mode: CBC | ECB, plaintext: bytes) -> bytes:
    """Return the padded text under a mode that authenticates nothing."""
    padder = PKCS7(8 * BLOCK_BYTES).padder()
    with _supported():
        encryptor = Cipher(_algorithm(key), mode).encryptor()
    return encryptor.update(padder.update(plaintext) + padder.finalize()) + encryptor.finalize()


def _decrypt(key: bytes, mode: CBC | ECB, ciphertext: bytes) -> bytes:
    """Return the text without its padding; one error for every way in which that fails."""
    if not ciphertext or len(ciphertext) % BLOCK_BYTES:
        raise TamperDetected("ciphertext", reason="malformed")
    with _supported():
        decryptor = Cipher(_algorithm(key), mode).decryptor()
    unpadder = PKCS7(8 * BLOCK_BYTES).unpadder()
    padded = decryptor.update(ciphertext) + decryptor.finalize()
    try:
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError:
        raise TamperDetected("ciphertext", reason="malformed") from None


def _algorithm(key: bytes) -> SM4:
    """Return the cipher's key.  The size is checked here, so that no message of another library speaks of a key."""
    _check_size(key, KEY_BYTES, "key")
    return SM4(key)


def _check_size(value: bytes, size: int, name: str) -> None:
    """Raise ``ValueError`` unless ``value`` has ``size`` bytes; the message does not hold it."""
    if len(value) != size:
        raise ValueError(f"an SM4 {name} has {size} bytes here")


@contextmanager
def _supported() -> Iterator[None]:
    """Turn the refusal of an OpenSSL that was made without SM4 into ours."""
    try:
        yield
    except UnsupportedAlgorithm as exc:
        raise Unsupported(
            "this build of cryptography has no SM4: its OpenSSL was made without it; the wheels of the package index have it"
        ) from exc
