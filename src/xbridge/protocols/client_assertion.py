"""Client authentication by a signed assertion (RFC 7523, with the strict audience of 7523bis; protocols.md A4).

The audience is the issuer identifier alone, never an endpoint; one assertion is used once and lives a minute at most.
Whether it was used before is for the flow, which has a store.
"""

from __future__ import annotations

from datetime import datetime

from xbridge.core.errors import TokenInvalid
from xbridge.core.ports import Signer
from xbridge.crypto.jose import sign_jwt, verify_jwt
from xbridge.crypto.key import KeySet

TYP = "client-authentication+jwt"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFETIME_S = 60


def build_client_assertion(signer: Signer, *, client_id: str, issuer: str, assertion_id: str, now: datetime) -> str:
    """Return an assertion by ``client_id`` for the authorization server ``issuer``."""
    issued = int(now.timestamp())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": issuer,
        "iat": issued,
        "exp": issued + LIFETIME_S,
        "jti": assertion_id,
    }
    return sign_jwt(claims, signer, typ=TYP)


def verify_client_assertion(
    assertion: str, keys: KeySet, *, expected_client_id: str, expected_issuer: str, now: datetime
) -> str:
    """Verify an assertion and return its ``jti``.

    (1) signature, ``iss``, the one audience, times   (2) ``sub`` is the client   (3) a short life.
    Raises ``TokenInvalid``.
    """
    # (1)
    claims = verify_jwt(
        assertion,
        keys,
        expected_typ=TYP,
        expected_issuer=expected_client_id,
        expected_audience=expected_issuer,
        now=now,
        required=("iss", "sub", "aud", "exp", "iat", "jti"),
        max_age_s=LIFETIME_S,
    )
    # (2)
    if claims["sub"] != expected_client_id:
        raise TokenInvalid("sub", reason="mismatch")
    # (3)
    expires, issued = claims["exp"], claims["iat"]
    if not (isinstance(expires, int) and isinstance(issued, int)) or expires - issued > LIFETIME_S:
        raise TokenInvalid("exp", reason="malformed")
    return str(claims["jti"])
