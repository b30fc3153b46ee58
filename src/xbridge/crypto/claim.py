"""Checks of registered JWT claims (RFC 7519 section 4.1): audience and times, each by the strictest reading.

Values come from a token whose signature already holds; :mod:`xbridge.crypto.jose` sees to that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from xbridge.core.errors import TokenInvalid

_ABSENT: Final = object()


def check_audience(audience: object, expected: str, allow_list: bool) -> None:
    """Raise unless ``audience`` is exactly ``expected``, or a list of texts that holds it where lists are allowed."""
    if audience == expected:
        return
    if audience is None:
        raise TokenInvalid("aud", reason="missing")
    if type(audience) is str:
        raise TokenInvalid("aud", reason="mismatch")
    if not allow_list or not isinstance(audience, list) or not all(type(name) is str for name in audience):
        raise TokenInvalid("aud", reason="malformed")
    if expected not in audience:
        raise TokenInvalid("aud", reason="mismatch")


def check_times(claims: Mapping[str, object], now: float, leeway_s: int, max_age_s: int | None) -> None:
    """Raise unless ``now`` is within the token's times (RFC 7519 section 4.1; lesson C14).

    Times are whole seconds from 1970 on; text, floats, booleans, negatives and null are malformed.
    """
    expires, not_before, issued = claims.get("exp", _ABSENT), claims.get("nbf", _ABSENT), claims.get("iat", _ABSENT)
    if expires is not _ABSENT:
        if type(expires) is not int or expires < 0:
            raise TokenInvalid("exp", reason="malformed")
        if now >= expires + leeway_s:
            raise TokenInvalid("exp", reason="expired")
    if not_before is not _ABSENT:
        if type(not_before) is not int or not_before < 0:
            raise TokenInvalid("nbf", reason="malformed")
        if now < not_before - leeway_s:
            raise TokenInvalid("nbf", reason="not_yet_valid")
    if issued is _ABSENT:
        if max_age_s is not None:
            raise TokenInvalid("iat", reason="missing")
        return
    if type(issued) is not int or issued < 0:
        raise TokenInvalid("iat", reason="malformed")
    if now < issued - leeway_s:
        raise TokenInvalid("iat", reason="not_yet_valid")
    if type(expires) is int and expires <= issued:
        raise TokenInvalid("exp", reason="malformed")
    if max_age_s is not None and now > issued + max_age_s + leeway_s:
        raise TokenInvalid("iat", reason="expired")
