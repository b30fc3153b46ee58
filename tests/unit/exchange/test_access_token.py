"""The access token: exactly one audience, one purpose, some categories, and a life within the consent's."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from os import urandom
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xbridge.core.errors import TokenInvalid
from xbridge.core.flow import DataFlow
from xbridge.crypto import base64url
from xbridge.crypto.jose import sign_jws
from xbridge.crypto.key import KeySet, SigningKey
from xbridge.exchange.access_token import (
    REQUIRED,
    TYP,
    AccessToken,
    mint_access_token,
    token_lifetime_s,
    verify_access_token,
)

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
SIGNER = SigningKey.generate("ES256", urandom)
KEYS = KeySet([SIGNER.public()])
FLOW = DataFlow(source="440000", target="HK", purpose="xb:social-benefit", categories=("name", "social_security"))


def minted(lifetime_s: int = 120, **changes: Any) -> str:
    """Return a token of noon."""
    settings: dict[str, Any] = {
        "issuer": "https://svc.example",
        "audience": "gd:hrss",
        "subject": "pairwise",
        "client_id": "hk-portal",
        "token_id": "jti-1",
        "flow": FLOW,
        "recipient": "hk-portal",
        "retention_days": 7,
        "level": "L2",
        "consent": "consent-1",
        "transaction": "decision-1",
        "lifetime_s": lifetime_s,
        "now": NOON,
    }
    return mint_access_token(SIGNER, **{**settings, **changes})


def verified(
    token: str,
    *,
    keys: KeySet = KEYS,
    issuer: str = "https://svc.example",
    audience: str = "gd:hrss",
    at: datetime = NOON,
) -> AccessToken:
    """Verify ``token`` as the service would."""
    return verify_access_token(token, keys, expected_issuer=issuer, expected_audience=audience, now=at)


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return header and claims, unverified."""
    header, claims, _ = token.split(".")
    return json.loads(base64url.decode(header)), json.loads(base64url.decode(claims))


def signed(claims: dict[str, Any], *, typ: str = TYP) -> str:
    """Sign claims that the minting would never make."""
    return sign_jws(json.dumps(claims).encode(), SIGNER, typ=typ)


def test_a_token_says_exactly_what_was_granted() -> None:
    """Type, audience, purpose, categories, consent and times are the ones that went in (RFC 9068, RFC 9396)."""
    header, claims = parts(minted())
    assert header["typ"] == "at+jwt"
    assert claims["aud"] == "gd:hrss"
    assert set(claims) == set(REQUIRED)
    (detail,) = claims["authorization_details"]
    assert detail["datatypes"] == ["name", "social_security"]
    assert detail["onward_transfer"] is False
    token = verified(minted())
    assert (token.purpose, token.categories, token.consent) == (FLOW.purpose, FLOW.categories, "consent-1")
    assert (token.issued_at, token.expires_at) == (NOON, NOON + timedelta(seconds=120))


@pytest.mark.parametrize("seconds", [0, 1, 119, 124.9])
def test_a_token_lives_as_long_as_it_says(seconds: float) -> None:
    """Within its life, and five seconds of difference between two clocks."""
    assert verified(minted(), at=NOON + timedelta(seconds=seconds)).id == "jti-1"


@pytest.mark.parametrize(("seconds", "claim"), [(125, "exp"), (3600, "exp"), (-6, "iat")])
def test_a_token_out_of_its_time_is_refused(seconds: float, claim: str) -> None:
    """Expired, or issued in the future."""
    with pytest.raises(TokenInvalid) as caught:
        verified(minted(), at=NOON + timedelta(seconds=seconds))
    assert caught.value.claim == claim


@pytest.mark.parametrize("audience", ["hk:address", "gd:hrs", "gd:hrss ", "GD:hrss", "gd:hrss/x", ""])
def test_a_token_for_another_audience_is_refused(audience: str) -> None:
    """The audience is compared exactly (lessons.md D4)."""
    with pytest.raises(TokenInvalid) as caught:
        verified(minted(), audience=audience)
    assert caught.value.claim == "aud"


@pytest.mark.parametrize("issuer", ["https://svc.example/", "https://SVC.example", "https://svc", "http://svc.example"])
def test_a_token_of_another_issuer_is_refused(issuer: str) -> None:
    """The issuer is compared exactly (lessons.md C6)."""
    with pytest.raises(TokenInvalid) as caught:
        verified(minted(), issuer=issuer)
    assert caught.value.claim == "iss"


def test_a_token_by_another_key_is_refused() -> None:
    """A valid signature by a key that is not trusted here proves nothing (lessons.md C1)."""
    stranger = SigningKey.generate("ES256", urandom)
    with pytest.raises(TokenInvalid):
        verified(minted(), keys=KeySet([stranger.public()]))


@pytest.mark.parametrize("typ", ["JWT", "at", "jwt", "client-authentication+jwt", "AT+JWT2", ""])
def test_a_token_of_another_type_is_refused(typ: str) -> None:
    """Only an access token is an access token, whatever claims it holds (lessons.md C15)."""
    _, claims = parts(minted())
    with pytest.raises(TokenInvalid) as caught:
        verified(signed(claims, typ=typ))
    assert caught.value.claim == "typ"


@pytest.mark.parametrize("name", REQUIRED)
def test_every_claim_is_required(name: str) -> None:
    """A token without any one of its claims is refused, naming the claim."""
    _, claims = parts(minted())
    del claims[name]
    with pytest.raises(TokenInvalid) as caught:
        verified(signed(claims))
    assert (caught.value.claim, caught.value.reason) == (name, "missing")


BENT: dict[str, Callable[[dict[str, Any]], object]] = {
    "no detail": lambda claims: claims.update(authorization_details=[]),
    "two details": lambda claims: claims.update(authorization_details=claims["authorization_details"] * 2),
    "an object for the list": lambda claims: claims.update(authorization_details=claims["authorization_details"][0]),
    "another type of detail": lambda claims: claims["authorization_details"][0].update(type="urn:other"),
    "another location": lambda claims: claims["authorization_details"][0].update(locations=["hk:address"]),
    "two locations": lambda claims: claims["authorization_details"][0].update(locations=["gd:hrss", "hk:address"]),
    "no categories": lambda claims: claims["authorization_details"][0].update(datatypes=[]),
    "categories as text": lambda claims: claims["authorization_details"][0].update(datatypes="name"),
    "an unknown member": lambda claims: claims["authorization_details"][0].update(scope="all"),
    "a member gone": lambda claims: claims["authorization_details"][0].pop("purpose"),
    "an audience list": lambda claims: claims.update(aud=["gd:hrss", "hk:address"]),
    "an audience list of one": lambda claims: claims.update(aud=["gd:hrss"]),
    "an empty subject": lambda claims: claims.update(sub=""),
    "a numeric subject": lambda claims: claims.update(sub=7),
    "an empty id": lambda claims: claims.update(jti=""),
    "a consent that is no text": lambda claims: claims.update(consent=["consent-1"]),
    "a time as text": lambda claims: claims.update(exp="9999999999"),
    "a time as fraction": lambda claims: claims.update(exp=claims["exp"] + 0.5),
    "a time that is true": lambda claims: claims.update(iat=True),
    "an end before the start": lambda claims: claims.update(exp=claims["iat"]),
}  # fmt: skip


@pytest.mark.parametrize("bend", BENT.values(), ids=BENT.keys())
def test_a_bent_token_is_refused_although_it_is_signed(bend: Callable[[dict[str, Any]], object]) -> None:
    """A signature does not make claims of the wrong shape right."""
    _, claims = parts(minted())
    bend(claims)
    with pytest.raises(TokenInvalid):
        verified(signed(claims))


def test_no_character_of_a_token_can_change() -> None:
    """Each character of header, claims and signature is under the signature or under the strict form."""
    token = minted()
    for position, old in enumerate(token):
        changed = token[:position] + ("A" if old != "A" else "B") + token[position + 1 :]
        with pytest.raises(TokenInvalid):
            verified(changed)


@pytest.mark.parametrize("lifetime_s", [0, -1])
def test_no_token_is_minted_without_a_life(lifetime_s: int) -> None:
    """A token that could not be used is not made."""
    with pytest.raises(TokenInvalid):
        minted(lifetime_s)


@given(
    limit=st.integers(10, 300),
    left=st.floats(-1000, 1000, allow_nan=False),
    fraction=st.integers(0, 999_999),
)
def test_a_token_never_outlives_its_consent(limit: int, left: float, fraction: int) -> None:
    """Whatever the service's limit and the fractions of a second, the token's end is not after the consent's."""
    now = NOON + timedelta(microseconds=fraction)
    valid_until = NOON + timedelta(seconds=left)
    lifetime_s = token_lifetime_s(service_limit_s=limit, consent_valid_until=valid_until, now=now)
    assert 0 <= lifetime_s <= limit
    if lifetime_s:
        _, claims = parts(minted(lifetime_s, now=now))
        assert claims["exp"] <= valid_until.timestamp()


def test_a_narrower_flow_is_a_narrower_token() -> None:
    """The categories of the token are those of the flow that was asked for, not those of the service."""
    assert verified(minted(flow=replace(FLOW, categories=("name",)))).categories == ("name",)
