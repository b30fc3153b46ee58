"""Digests with their algorithm written in front, constant-time comparison, and keyed references (pseudonyms).

A digest proves what bytes were; a keyed reference names a person or document without telling who.  Nothing here signs.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from xbridge.core.errors import ConfigError
from xbridge.crypto.base64url import encode

KEY_BYTES = 32
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def sha256_hex(data: bytes) -> str:
    """Return ``sha256:`` and the lower-case hexadecimal SHA-256 of ``data``."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def is_digest(text: str) -> bool:
    """Return whether ``text`` has the form that :func:`sha256_hex` writes."""
    return _DIGEST.fullmatch(text) is not None


def constant_time_equal(left: str | bytes, right: str | bytes) -> bool:
    """Return whether both are equal, in a time that does not tell where they differ (lesson I2).

    Text is compared by its UTF-8 bytes, exactly: no case folding and no normalisation.
    """
    return hmac.compare_digest(_as_bytes(left), _as_bytes(right))


def keyed_ref(key: bytes, *parts: bytes | str) -> str:
    """Return a pseudonym of ``parts`` under ``key``: HMAC-SHA256, base64url, 43 characters.

    Each part goes in with its kind and its length, so different lists never give the same input (lesson E2).  By
    convention the first part says what is named, for example ``keyed_ref(key, "subject", issuer, subject)``.
    Raises ``ConfigError`` for a key shorter than 32 bytes, and ``ValueError`` without parts.
    """
    if len(key) < KEY_BYTES:
        raise ConfigError("a pseudonym key needs at least 32 random bytes")
    if not parts:
        raise ValueError("nothing to refer to")
    mac = hmac.new(key, b"xbridge/ref/v1\n" + len(parts).to_bytes(4, "big"), hashlib.sha256)
    for part in parts:
        raw = _as_bytes(part)
        mac.update((b"s" if isinstance(part, str) else b"b") + len(raw).to_bytes(8, "big") + raw)
    return encode(mac.digest())


def _as_bytes(value: str | bytes) -> bytes:
    """Return text as UTF-8; lone surrogates pass through as bytes, so that comparing never fails on hostile text."""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
