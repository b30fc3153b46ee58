"""Signatures of the TIF gateway, both ways: ``x-tif-*`` headers over a shared secret (guangdong.md 5.1 to 5.3).

The signature is a plain SHA-256 with the secret in the middle, without separators, and covers neither method nor path nor
body: what it proves is that the gateway spoke to us, just now, about this user.  This module signs, reads and checks; who
remembers nonces is the caller's business, and so is TLS, on which everything that is not signed rests.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from xbridge.core.errors import ConfigError, TokenInvalid, VerificationError
from xbridge.crypto.digest import constant_time_equal

HexCase = Literal["upper", "lower"]
Family = Literal["tif", "rio"]
FAMILIES: tuple[Family, ...] = ("tif", "rio")
"""``x-rio-*`` is the predecessor: other names, the same protocol (5, VERIFIED in test environments)."""
REFUSED = 400000400
BAD_SIGNATURE = 400000401
MAX_FIELD = 512
MAX_EXT = 16 * 1024
_SIGNED = ("paasid", "timestamp", "nonce", "signature", "uid", "uinfo", "ext")
_DEMANDED = ("timestamp", "nonce", "signature")
_TEN_DIGITS = re.compile(r"[0-9]{10}", re.ASCII)
_HEX_DIGEST = re.compile(r"[0-9A-Fa-f]{64}", re.ASCII)
# No comma: the signed text has commas for its only separators, so a nonce that held some could swallow the user.
_NONCE = re.compile(r"[A-Za-z0-9-]+", re.ASCII)
_VALUE = re.compile(r"[\x21-\x2b\x2d-\x7e]*", re.ASCII)
_PLACES: dict[str, tuple[Family, str]] = {
    f"x-{family}-{name}": (family, name) for family in FAMILIES for name in _SIGNED
}
_PREFIXES = (*(f"x-{family}-" for family in FAMILIES), "x-sal-")
_OTHERS = frozenset({"x-ysshint"})


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayHeaders:
    """What the headers of one request say, each read exactly once and nothing of it checked against the secret yet."""

    family: Family
    timestamp: str
    nonce: str
    signature: str = field(repr=False)
    paasid: str = ""
    uid: str = field(default="", repr=False)
    uinfo: str = field(default="", repr=False)
    ext: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A refusal in the gateway's own words: its code and one of its texts (5.3)."""

    errcode: int
    errmsg: str


def signature_of(
    token: str, *, timestamp: str, nonce: str, uid: str = "", uinfo: str = "", ext: str = "", case: HexCase = "upper"
) -> str:
    """Return the signature: with a ``uid`` the inbound form (5.2), without one the outbound form (5.1).

    NOTE: without a ``uid`` neither ``uinfo`` nor ``ext`` is signed.
    """
    user = f",{uid},{uinfo},{ext}" if uid else ""
    digest = hashlib.sha256(f"{timestamp}{token}{nonce}{user}{timestamp}".encode()).hexdigest()
    return digest.upper() if case == "upper" else digest


def sign_request(
    *,
    paasid: str,
    token: str,
    nonce: str,
    now: datetime,
    case: HexCase = "upper",
    family: Family = "tif",
    service_id: str = "",
) -> tuple[tuple[str, str], ...]:
    """Return the headers of a call to the gateway (5.1).

    ``nonce`` is fresh for every call.  Raises ``ConfigError`` for values that would make the signed text ambiguous.
    """
    timestamp = str(int(now.timestamp()))
    if not _TEN_DIGITS.fullmatch(timestamp):
        raise ConfigError(
            "a signed call needs a time between 2001 and 2286: its ten digits are what ends the signed text"
        )
    if not _NONCE.fullmatch(nonce):
        raise ConfigError("a signed call needs a nonce of letters, digits and hyphens")
    headers = [
        (f"x-{family}-paasid", paasid),
        (f"x-{family}-timestamp", timestamp),
        (f"x-{family}-nonce", nonce),
        (f"x-{family}-signature", signature_of(token, timestamp=timestamp, nonce=nonce, case=case)),
    ]
    if service_id:
        if not _VALUE.fullmatch(service_id):
            raise ConfigError("a service id is printable ASCII without a comma")
        headers.append((f"x-{family}-serviceId", service_id))
    return tuple(headers)


def read_headers(headers: Iterable[tuple[str, str]], *, families: Sequence[Family] = ("tif",)) -> GatewayHeaders:
    """Return the gateway's headers among ``headers``, which are ``(name, value)`` pairs as they came, repeats included.

    All that are demanded must be there, none twice, and all of one family.  Servers that join repeated headers do so
    with a comma, which no value may hold.  Raises ``TokenInvalid("headers", …)`` with ``missing``, ``duplicated``,
    ``malformed`` or ``too_large``.
    """
    found = _found(headers, families)
    used = {family for family, _ in found}
    if len(used) > 1:
        raise TokenInvalid("headers", reason="duplicated")
    family = used.pop() if used else families[0]
    values = {name: value for (_, name), value in found.items()}
    if any(not values.get(name) for name in _DEMANDED):
        raise TokenInvalid("headers", reason="missing")
    return GatewayHeaders(family=family, **values)


def _found(headers: Iterable[tuple[str, str]], families: Sequence[Family]) -> dict[tuple[Family, str], str]:
    found: dict[tuple[Family, str], str] = {}
    for name, value in headers:
        # An application behind WSGI cannot tell an underscore from a hyphen, so neither do we.
        place = _PLACES.get(spelling_of(name))
        if place is None or place[0] not in families:
            continue
        if place in found or "," in value:
            raise TokenInvalid("headers", reason="duplicated")
        text = value.strip(" \t")
        if len(text) > (MAX_EXT if place[1] == "ext" else MAX_FIELD):
            raise TokenInvalid("headers", reason="too_large")
        if not _VALUE.fullmatch(text):
            raise TokenInvalid("headers", reason="malformed")
        found[place] = text
    return found


def verify_time(found: GatewayHeaders, *, now: datetime, window_s: int, future_s: int) -> None:
    """Check that the request was signed at most ``window_s`` seconds ago and at most ``future_s`` ahead of our clock.

    Raises ``TokenInvalid("timestamp", …)`` with ``malformed``, ``expired`` or ``not_yet_valid``.
    """
    # Ten digits, exactly: the text is signed without a separator before the secret and behind the nonce.
    if not _TEN_DIGITS.fullmatch(found.timestamp):
        raise TokenInvalid("timestamp", reason="malformed")
    age = int(now.timestamp()) - int(found.timestamp)
    if age > window_s:
        raise TokenInvalid("timestamp", reason="expired")
    if age < -future_s:
        raise TokenInvalid("timestamp", reason="not_yet_valid")


def verify_nonce_form(found: GatewayHeaders, *, lengths: tuple[int, int]) -> None:
    """Check the nonce's alphabet and length.  Raises ``TokenInvalid("nonce", reason="malformed")``."""
    shortest, longest = lengths
    if not (shortest <= len(found.nonce) <= longest and _NONCE.fullmatch(found.nonce)):
        raise TokenInvalid("nonce", reason="malformed")


def verify_signature(found: GatewayHeaders, token: str) -> None:
    """Check the signature, in either hexadecimal case and in a time that does not tell where it differs.

    Raises ``TokenInvalid("signature", …)`` with ``malformed`` or ``mismatch``.
    """
    if not _HEX_DIGEST.fullmatch(found.signature):
        raise TokenInvalid("signature", reason="malformed")
    expected = signature_of(
        token,
        timestamp=found.timestamp,
        nonce=found.nonce,
        uid=found.uid,
        uinfo=found.uinfo,
        ext=found.ext,
        case="lower",
    )
    if not constant_time_equal(found.signature.lower(), expected):
        raise TokenInvalid("signature", reason="mismatch")


def spelling_of(name: str) -> str:
    """Return the one spelling of the header ``name`` that all others mean too, to an application behind WSGI."""
    return name.lower().replace("_", "-")


def is_gateway_header(name: str) -> bool:
    """Return whether ``name`` is the gateway's, however it is spelled: none of these may come from a stranger.

    Both families, ``x-sal-*`` that one gateway reads too, and ``x-ysshint`` beside ``x-tif-sid`` (5.5 (b), VERIFIED).
    """
    spelling = spelling_of(name)
    return spelling.startswith(_PREFIXES) or spelling in _OTHERS


def refusal_for(error: VerificationError) -> Refusal:
    """Return what the gateway itself would say about ``error``; none of its texts tells more than which check failed.

    The texts of 5.3, and ``bad signature.`` with a code of its own, as the one gateway says whose source was seen.
    """
    if error.claim == "signature":
        return Refusal(errcode=BAD_SIGNATURE, errmsg="bad signature.")
    if error.claim == "timestamp" and error.reason != "malformed":
        return Refusal(errcode=REFUSED, errmsg="timestamp is out of date.")
    texts = {"paasid": "unknown paas info.", "timestamp": "invalid timestamp.", "nonce": "invalid nonce."}
    return Refusal(errcode=REFUSED, errmsg=texts.get(error.claim, "missing headers."))
