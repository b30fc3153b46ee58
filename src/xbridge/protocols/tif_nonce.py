"""Nonces of the TIF gateway in the store: those of requests that came in, and our own, under one marker (guangdong.md 5.1, 5.2).

A call of ours bears the same signature as a forwarded request that names nobody.  So our own nonces are spent as well: who
saw a call on its way cannot send it back to us as the gateway's.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from xbridge.core.effects import spend
from xbridge.core.errors import ConfigError
from xbridge.core.ports import Entropy

LONGEST_KEEP_S = 1201
"""Longer than any request is good for: the longest window of ``[providers.guangdong.gateway]``, both ways, and a second."""
_DRAWS = 3


def marker_of(paasid: str, nonce: str) -> str:
    """Return under which name the store knows ``nonce``, whoever of the two sides made it and in whichever family."""
    return f"gateway/{paasid}/{nonce}"


async def draw_nonce(paasid: str, *, length: int, now: datetime, entropy: Entropy, keep_s: int = LONGEST_KEEP_S) -> str:
    """Return a fresh nonce of ``length`` hexadecimal digits for a call of ours, spent already for ``keep_s`` seconds.

    Raises ``StoreUnavailable``, and ``ConfigError`` for entropy that repeats itself.
    """
    for _ in range(_DRAWS):
        nonce = entropy(length // 2).hex()
        if await spend(marker_of(paasid, nonce), expires_at=now + timedelta(seconds=keep_s)):
            return nonce
    raise ConfigError("the source of randomness repeats itself: no nonce of a gateway call was new")
