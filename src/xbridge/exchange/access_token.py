"""The access token that crosses the boundary: an RFC 9068 JWT with its own audience, purpose, categories and consent.

Purpose and categories travel as RFC 9396 authorization details of our own type (protocols.md A9).  Minting is pure; the
token is worth what its consent is worth at the moment of use, so services ask the issuer as well (RFC 7662).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import ValidationError

from xbridge.core.decision import Record
from xbridge.core.errors import TokenInvalid
from xbridge.core.flow import DataFlow
from xbridge.core.identity import Level
from xbridge.core.ports import Signer
from xbridge.crypto.jose import sign_jwt, verify_jwt
from xbridge.crypto.key import KeySet

TYP = "at+jwt"
DETAIL_TYPE = "urn:xbridge:gba-data-flow:v1"
REQUIRED = ("iss", "aud", "exp", "iat", "sub", "jti", "client_id", "acr", "authorization_details", "consent", "txn")


class AuthorizationDetail(Record):
    """What the token allows, as RFC 9396 authorization details; unknown members are refused."""

    actions: tuple[str, ...]
    datatypes: tuple[str, ...]
    destination: str
    locations: tuple[str, ...]
    onward_transfer: bool
    purpose: str
    recipients: tuple[str, ...]
    retention_days: int
    source: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A verified token.  ``subject`` is the pairwise pseudonym for this audience."""

    issuer: str
    audience: str
    subject: str = field(repr=False)
    client_id: str
    id: str
    issued_at: datetime
    expires_at: datetime
    level: str
    consent: str
    transaction: str
    purpose: str
    categories: tuple[str, ...]
    source: str
    target: str


def token_lifetime_s(*, service_limit_s: int, consent_valid_until: datetime, now: datetime) -> int:
    """Return how long a token may live: the service's limit, and never beyond the consent; 0 when that is over."""
    return max(0, min(service_limit_s, int((consent_valid_until - now) / timedelta(seconds=1))))


def mint_access_token(
    signer: Signer,
    *,
    issuer: str,
    audience: str,
    subject: str,
    client_id: str,
    token_id: str,
    flow: DataFlow,
    recipient: str,
    retention_days: int,
    level: Level,
    consent: str,
    transaction: str,
    lifetime_s: int,
    now: datetime,
) -> str:
    """Return the signed token.  Raises ``TokenInvalid("exp", reason="expired")`` for a lifetime below one second."""
    if lifetime_s < 1:
        raise TokenInvalid("exp", reason="expired", message="the consent ends before a token could be used")
    issued = int(now.timestamp())
    detail = AuthorizationDetail(
        actions=("read",),
        datatypes=flow.categories,
        destination=flow.target,
        locations=(audience,),
        onward_transfer=False,
        purpose=flow.purpose,
        recipients=(recipient,),
        retention_days=retention_days,
        source=flow.source,
        type=DETAIL_TYPE,
    )
    claims = {
        "iss": issuer,
        "aud": audience,
        "sub": subject,
        "client_id": client_id,
        "jti": token_id,
        "iat": issued,
        "exp": issued + lifetime_s,
        "acr": level,
        "authorization_details": [detail.model_dump(mode="json")],
        "consent": consent,
        "txn": transaction,
    }
    return sign_jwt(claims, signer, typ=TYP)


def verify_access_token(
    token: str, keys: KeySet, *, expected_issuer: str, expected_audience: str, now: datetime, leeway_s: int = 5
) -> AccessToken:
    """Verify a token and return what it says.  Raises ``TokenInvalid``.

    (1) type, key, algorithm, signature, issuer, audience and times (``crypto/jose.py``)   (2) exactly one authorization
    detail of our type, for this audience   (3) times as moments
    """
    # (1)
    claims = verify_jwt(
        token,
        keys,
        expected_typ=(TYP, f"application/{TYP}"),
        expected_issuer=expected_issuer,
        expected_audience=expected_audience,
        now=now,
        leeway_s=leeway_s,
        required=REQUIRED,
    )
    # (2)
    details = claims["authorization_details"]
    if not isinstance(details, list) or len(details) != 1:
        raise TokenInvalid("authorization_details", reason="malformed")
    try:
        detail = AuthorizationDetail.model_validate(details[0], strict=False)
    except ValidationError as exc:
        raise TokenInvalid("authorization_details", reason="malformed") from exc
    if detail.type != DETAIL_TYPE or detail.locations != (expected_audience,) or not detail.datatypes:
        raise TokenInvalid("authorization_details", reason="mismatch")
    # (3)
    return AccessToken(
        issuer=expected_issuer,
        audience=expected_audience,
        subject=_text(claims, "sub"),
        client_id=_text(claims, "client_id"),
        id=_text(claims, "jti"),
        issued_at=_moment(claims, "iat", now),
        expires_at=_moment(claims, "exp", now),
        level=_text(claims, "acr"),
        consent=_text(claims, "consent"),
        transaction=_text(claims, "txn"),
        purpose=detail.purpose,
        categories=detail.datatypes,
        source=detail.source,
        target=detail.destination,
    )


def _text(claims: dict[str, object], name: str) -> str:
    value = claims[name]
    if not isinstance(value, str) or not value:
        raise TokenInvalid(name, reason="malformed")
    return value


def _moment(claims: dict[str, object], name: str, now: datetime) -> datetime:
    value = claims[name]
    if not isinstance(value, int):
        raise TokenInvalid(name, reason="malformed")
    return datetime.fromtimestamp(value, now.tzinfo)
