"""The one door for signed tokens: JWS and JWT in compact form (RFC 7515, 7519), under the rules of RFC 8725.

Reads exactly one form, strictly, and believes nothing before the signature holds.  Encryption, detached payloads, JSON
serialisations, ``none``, symmetric algorithms and keys from headers do not exist here.  Replay (``jti``), proof of
possession and revocation are the caller's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Final, cast

from xbridge.core.errors import TokenInvalid, VerificationError
from xbridge.core.ports import Signer
from xbridge.crypto import base64url
from xbridge.crypto.algorithm import SIGNING_ALGORITHMS, same_algorithm
from xbridge.crypto.canonical import canonical_json_of, parse_strict, parse_strict_object
from xbridge.crypto.claim import check_audience, check_times
from xbridge.crypto.jwk import MAX_KID_CHARS
from xbridge.crypto.key import KeySet

MAX_TOKEN_BYTES: Final = 16 * 1024
MAX_HEADER_CHARS: Final = 4096
MAX_LEEWAY_S: Final = 60
REQUIRED_CLAIMS: Final = ("iss", "aud", "exp", "iat")
ExpectedType = str | None | tuple[str | None, ...]
"""A ``typ`` that is insisted on; None means "has none"; a tuple lists alternatives."""

# Headers that would let a token bring its own key, or change what is signed (RFC 8725 section 3.10, lessons C4, C5).
_FORBIDDEN_HEADERS: Final = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc"})
_MAX_ROUTES: Final = 128
_TEXT_CLAIMS: Final = ("sub", "jti", "client_id")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CompactJWS:
    """A compact JWS taken apart; **nothing in it is verified**."""

    unverified_header: Mapping[str, object]
    unverified_payload: bytes
    signing_input: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedJWS:
    """A token whose signature holds: its header and the exact payload bytes."""

    header: Mapping[str, object]
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Route:
    """What a vetted header segment leads to."""

    header: Mapping[str, object]
    alg: str
    typ: str | None
    verify: Callable[[bytes, bytes], None]


# --- Writing ---------------------------------------------------------------------------------------------------


def sign_jwt(claims: Mapping[str, object], key: Signer, *, typ: str) -> str:
    """Return ``claims`` as a signed compact JWT with header ``alg``, ``kid`` and ``typ``, all canonical JSON.

    Every kind of token has a ``typ`` of its own (RFC 8725 section 3.11), for example ``at+jwt``.  Times are integers
    in seconds.  Raises ``VerificationError("canonical_json", …)`` for claims without a canonical form.
    """
    return sign_jws(canonical_json_of(claims if type(claims) is dict else dict(claims)), key, typ=typ)


def sign_jws(payload: bytes, key: Signer, *, typ: str) -> str:
    """Return ``payload`` as a signed compact JWS."""
    signing_input = _header_segment(key.alg, key.kid, typ) + base64url.encode(payload)
    return f"{signing_input}.{base64url.encode(key.sign(signing_input.encode('ascii')))}"


@lru_cache(maxsize=128)
def _header_segment(alg: str, kid: str, typ: str) -> str:
    """Return the header and its full stop; the same few are written over and over."""
    return base64url.encode(canonical_json_of({"alg": alg, "kid": kid, "typ": typ})) + "."


# --- Reading ---------------------------------------------------------------------------------------------------


def verify_jwt(
    token: str,
    keys: KeySet,
    *,
    expected_typ: ExpectedType,
    expected_issuer: str,
    expected_audience: str,
    now: datetime,
    leeway_s: int = 5,
    required: Collection[str] = REQUIRED_CLAIMS,
    max_age_s: int | None = None,
    algorithms: Collection[str] = SIGNING_ALGORITHMS,
    allow_audience_list: bool = False,
    max_bytes: int = MAX_TOKEN_BYTES,
) -> dict[str, object]:
    """Verify a JWT and return its claims.

    (1)–(5) as :func:`verify_jws`   (6) claims are one strict JSON object   (7) required claims are there
    (8) issuer   (9) audience   (10) times   (11) text claims are text

    ``leeway_s`` (0–60 s) is allowed for clocks that differ; ``max_age_s`` bounds the time since ``iat``.  An audience
    list is accepted only where ``allow_audience_list`` says so.  Raises ``TokenInvalid(claim, reason=…)``; no message
    holds any part of the token.
    """
    if not 0 <= leeway_s <= MAX_LEEWAY_S:
        raise ValueError(f"leeway_s must be between 0 and {MAX_LEEWAY_S} seconds")
    if now.tzinfo is None:
        raise ValueError("now must carry its time zone")
    _, payload = _verify(token, keys, expected_typ, algorithms, max_bytes)
    # (6) Parsed after the signature, from the very bytes that were signed.
    try:
        claims = parse_strict(payload, max_bytes=max_bytes)
    except VerificationError as exc:
        raise TokenInvalid("payload", reason=exc.reason) from exc
    if not isinstance(claims, dict):
        raise TokenInvalid("payload", reason="malformed")
    # (7) A claim that is null is missing.
    for name in required:
        if claims.get(name) is None:
            raise TokenInvalid(name, reason="missing")
    # (8) Exactly: no prefix, no folding, no list (lesson C6).
    if claims.get("iss") != expected_issuer:
        raise TokenInvalid("iss", reason="mismatch" if "iss" in claims else "missing")
    # (9)
    if claims.get("aud") != expected_audience:
        check_audience(claims.get("aud"), expected_audience, allow_audience_list)
    # (10)
    check_times(claims, now.timestamp(), leeway_s, max_age_s)
    # (11) Later code compares these as text.
    for name in _TEXT_CLAIMS:
        if type(value := claims.get(name, name)) is not str or not value:
            raise TokenInvalid(name, reason="malformed")
    return claims


def verify_jws(
    token: str,
    keys: KeySet,
    *,
    expected_typ: ExpectedType,
    algorithms: Collection[str] = SIGNING_ALGORITHMS,
    max_bytes: int = MAX_TOKEN_BYTES,
) -> VerifiedJWS:
    """Verify a compact JWS and return its header and payload bytes.

    (1) size and exact form   (2) header: strict JSON, no key, no ``crit``   (3) algorithm is on our list and is the
    key's   (4) ``typ``   (5) signature, with the issuer's key of that ``kid``

    ``keys`` are those of the one issuer that may have signed this.  Raises ``TokenInvalid(claim, reason=…)``.
    """
    header, payload = _verify(token, keys, expected_typ, algorithms, max_bytes)
    return VerifiedJWS(header=header, payload=payload)


def read_compact(token: str, *, max_bytes: int = MAX_TOKEN_BYTES) -> CompactJWS:
    """Take a compact JWS apart under rules (1) and (2) of :func:`verify_jws`; nothing is verified.

    For choosing the issuer whose keys shall verify the token, and for diagnosis.  Raises ``TokenInvalid``.
    """
    segment, signing_input, payload, signature = _split(token, max_bytes)
    return CompactJWS(
        unverified_header=_read_header(segment),
        unverified_payload=_decode(payload, "payload"),
        signing_input=signing_input,
        signature=_decode(signature, "signature"),
    )


def _verify(
    token: str, keys: KeySet, expected_typ: ExpectedType, algorithms: Collection[str], max_bytes: int
) -> tuple[Mapping[str, object], bytes]:
    """Do steps (1) to (5) and return the header and the payload bytes."""
    # (1) Size before anything else is done with the text.
    segment, signing_input, payload, signature = _split(token, max_bytes)
    # (2) A header that this set has signed before is known; the table is filled only under a valid signature.
    known = cast("_Route | None", keys.routes.get(segment))
    route = known or _route(_read_header(segment), keys)
    # (3) The token may not choose its own algorithm: ours decide, and the key's own was compared when routed.
    if route.alg not in algorithms:
        raise TokenInvalid("alg", reason="mismatch")
    # (4)
    if route.typ != expected_typ and not _is_expected_type(route.typ, expected_typ):
        raise TokenInvalid("typ", reason="missing" if route.typ is None else "mismatch")
    # (5)
    try:
        signature_bytes = base64url.decode(signature, claim="signature")
        payload_bytes = base64url.decode(payload, claim="payload")
    except VerificationError as exc:
        raise TokenInvalid(exc.claim, reason="malformed") from exc
    route.verify(signature_bytes, signing_input)
    if known is None:
        if len(keys.routes) >= _MAX_ROUTES:
            keys.routes.clear()
        keys.routes[segment] = route
    return route.header, payload_bytes


def _split(token: str, max_bytes: int) -> tuple[bytes, bytes, bytes, bytes]:
    """Return header segment, signing input, payload segment and signature segment of exactly three segments."""
    if not isinstance(token, str):
        raise TokenInvalid("token", reason="malformed")
    if len(token) > max_bytes:
        raise TokenInvalid("token", reason="too_large")
    try:
        raw = token.encode("ascii")
        segment, payload, signature = raw.split(b".", 3)
    except ValueError:
        # Another number of segments, or a character that no segment holds; the cause would quote the token.
        raise TokenInvalid("token", reason="malformed") from None
    return segment, raw[: -len(signature) - 1], payload, signature


def _read_header(segment: bytes) -> Mapping[str, object]:
    """Return the members of a header segment, refusing what would let it bring keys or change the rules."""
    if len(segment) > MAX_HEADER_CHARS:
        raise TokenInvalid("header", reason="too_large")
    try:
        header = parse_strict_object(_decode(segment, "header"), max_bytes=MAX_HEADER_CHARS, max_depth=4)
    except VerificationError as exc:
        raise TokenInvalid("header", reason=exc.reason) from exc
    for name in header:
        if name in _FORBIDDEN_HEADERS:
            raise TokenInvalid(name, reason="forbidden")
    if not isinstance(header.get("alg"), str):
        raise TokenInvalid("alg", reason="malformed" if "alg" in header else "missing")
    for name in ("kid", "typ"):
        if name in header and not isinstance(header[name], str):
            raise TokenInvalid(name, reason="malformed")
    return header


def _route(header: Mapping[str, object], keys: KeySet) -> _Route:
    """Return the key that ``header`` leads to; its algorithm must be the header's."""
    kid, typ, alg = header.get("kid"), header.get("typ"), str(header["alg"])
    if isinstance(kid, str) and len(kid) > MAX_KID_CHARS:
        raise TokenInvalid("kid", reason="too_large")
    key = keys.for_kid(None if kid is None else str(kid))
    if not same_algorithm(alg, key):
        raise TokenInvalid("alg", reason="mismatch")
    return _Route(header, alg, None if typ is None else str(typ), key.verify)


def _is_expected_type(typ: str | None, expected: ExpectedType) -> bool:
    """Return whether ``typ`` is expected; a media type ignores case and a leading ``application/`` (RFC 7515 4.1.9)."""
    alternatives = expected if isinstance(expected, tuple) else (expected,)
    if typ is None:
        return None in alternatives
    short = typ.lower().removeprefix("application/")
    return any(other is not None and short == other.lower().removeprefix("application/") for other in alternatives)


def _decode(segment: bytes, claim: str) -> bytes:
    """Return the bytes of a segment, or refuse the token."""
    try:
        return base64url.decode(segment)
    except VerificationError as exc:
        raise TokenInvalid(claim, reason="malformed") from exc
