"""SM3 (GB/T 32905) and HMAC-SM3, by ``cryptography``: digests of 32 bytes.

SM3 is here for what Mainland peers ask for; our own records keep SHA-256.
"""

from __future__ import annotations

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SM3, Hash
from cryptography.hazmat.primitives.hmac import HMAC

from xbridge.core.errors import Unsupported

DIGEST_BYTES = 32
_MISSING = (
    "this build of cryptography has no SM3: its OpenSSL was made without it; the wheels of the package index have it"
)


def sm3(*parts: bytes) -> bytes:
    """Return the SM3 of ``parts`` one after another: 32 bytes.  Raises ``Unsupported`` where OpenSSL lacks it."""
    try:
        digest = Hash(SM3())
    except UnsupportedAlgorithm as exc:
        raise Unsupported(_MISSING) from exc
    for part in parts:
        digest.update(part)
    return digest.finalize()


def hmac_sm3(key: bytes, *parts: bytes) -> bytes:
    """Return the HMAC-SM3 (RFC 2104) of ``parts`` one after another: 32 bytes.

    Compare it with :func:`xbridge.crypto.digest.constant_time_equal`, never with ``==``.  Raises ``ValueError`` for an empty
    key, ``Unsupported`` where OpenSSL lacks SM3.
    """
    if not key:
        raise ValueError("an empty key authenticates nothing")
    try:
        mac = HMAC(key, SM3())
    except UnsupportedAlgorithm as exc:
        raise Unsupported(_MISSING) from exc
    for part in parts:
        mac.update(part)
    return mac.finalize()
