"""Identifiers: UUID version 7 for records, random handles for everything that must not be guessed or dated.

A UUIDv7 leaks its creation time (RFC 9562 section 6.11), so it names records and never serves as a capability or a
pseudonym; :func:`new_handle` does that.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import datetime
from uuid import UUID

from xbridge.core.ports import Entropy


def new_record_id(now: datetime, entropy: Entropy) -> str:
    """Return a UUIDv7 (RFC 9562 section 5.7) for ``now`` as lower-case text."""
    milliseconds = int(now.timestamp() * 1000)
    random_bits = int.from_bytes(entropy(10), "big")
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76
    value |= ((random_bits >> 68) & 0xFFF) << 64
    value |= 0b10 << 62
    value |= random_bits & ((1 << 62) - 1)
    return str(UUID(int=value))


def new_handle(entropy: Entropy, *, size: int = 16) -> str:
    """Return ``size`` random bytes as unpadded base64url: by default 22 characters of ``[A-Za-z0-9_-]``."""
    return urlsafe_b64encode(entropy(size)).rstrip(b"=").decode("ascii")
