"""The door for tokens: one exact form, nothing believed before the signature (lesson groups C)."""

from __future__ import annotations

import hmac
import json
import time
from datetime import UTC, datetime, timedelta, timezone
from itertools import product
from typing import Any

import jwt as pyjwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from xbridge.core.errors import TokenInvalid, VerificationError
from xbridge.crypto import base64url
from xbridge.crypto.algorithm import ALGORITHMS
from xbridge.crypto.canonical import canonical_json_of
from xbridge.crypto.jose import read_compact, sign_jws, sign_jwt, verify_jws, verify_jwt
from xbridge.crypto.key import KeySet, SigningKey, VerificationKey

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
T = int(NOON.timestamp())
KEYS = {alg: SigningKey.generate(alg) for alg in ("EdDSA", "ES256", "Ed25519")}
KEY = KEYS["ES256"]
SET = KeySet([KEY.public()])
CLAIMS: dict[str, Any] = {
    "iss": "https://hk.example",
    "aud": "gd:hrss",
    "iat": T,
    "exp": T + 300,
    "sub": "s-1",
    "jti": "j-1",
}


def claims(**changes: Any) -> dict[str, Any]:
    """Return sound claims with ``changes``; ``...`` removes a claim."""
    return {name: value for name, value in {**CLAIMS, **changes}.items() if value is not ...}


def verify(token: str, keys: KeySet = SET, **changes: Any) -> dict[str, object]:
    """Verify with the usual expectations."""
    expected: dict[str, Any] = {
        "expected_typ": "at+jwt", "expected_issuer": "https://hk.example", "expected_audience": "gd:hrss", "now": NOON,
    }  # fmt: skip
    return verify_jwt(token, keys, **{**expected, **changes})


def forge(header: Any, payload: Any, key: SigningKey = KEY) -> str:
    """Return a token with any header and payload (bytes, or a value for ``json.dumps``), soundly signed."""
    segments = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload)]
    signing_input = ".".join(map(base64url.encode, segments))
    return f"{signing_input}.{base64url.encode(key.sign(signing_input.encode()))}"


def header(**changes: Any) -> dict[str, Any]:
    """Return a sound header with ``changes``; ``...`` removes a member."""
    members = {"alg": "ES256", "kid": KEY.kid, "typ": "at+jwt", **changes}
    return {name: value for name, value in members.items() if value is not ...}


def refused(token: Any, claim: str, reason: str, **changes: Any) -> None:
    """Assert that ``token`` is refused for exactly this reason, and that the error tells nothing of it."""
    with pytest.raises(TokenInvalid) as caught:
        verify(token, **changes)
    assert (caught.value.claim, caught.value.reason) == (claim, reason)
    assert "s-1" not in repr(caught.value)


@pytest.mark.parametrize("alg", KEYS)
def test_round_trip_and_pyjwt_agrees(alg: str) -> None:
    """What we sign we verify, twice (the second time by the known header), and so does PyJWT."""
    key = KEYS[alg]
    keys = KeySet([key.public()])
    token = sign_jwt(claims(), key, typ="at+jwt")
    assert verify(token, keys) == verify(token, keys) == CLAIMS
    if alg != "Ed25519":  # PyJWT knows the algorithm by its old name only.
        public: Any = pyjwt.PyJWK(key.public().to_jwk()).key
        read = pyjwt.decode(
            token, public, algorithms=[alg], audience="gd:hrss", issuer="https://hk.example",
            options={"verify_exp": False, "verify_iat": False},
        )  # fmt: skip
        assert read == CLAIMS
        written = pyjwt.encode(CLAIMS, key.to_pem().decode(), algorithm=alg, headers={"kid": key.kid, "typ": "at+jwt"})
        assert verify(written, keys) == CLAIMS


def test_both_names_of_ed25519_are_one_algorithm() -> None:
    """RFC 9864 renamed EdDSA on this curve; either name in the header is accepted, and no other."""
    key = KEYS["EdDSA"]
    keys = KeySet([key.public()])
    for alg in ("EdDSA", "Ed25519"):
        assert verify(forge(header(alg=alg, kid=key.kid), CLAIMS, key), keys)
    refused(forge(header(alg="Ed448", kid=key.kid), CLAIMS, key), "alg", "mismatch", keys=keys)


@pytest.mark.parametrize(
    ("changes", "claim", "reason"),
    [
        ({"alg": "none"}, "alg", "mismatch"), ({"alg": "None"}, "alg", "mismatch"),
        ({"alg": "nOnE"}, "alg", "mismatch"),
        ({"alg": ""}, "alg", "mismatch"), ({"alg": ...}, "alg", "missing"), ({"alg": None}, "alg", "malformed"),
        ({"alg": ["ES256"]}, "alg", "malformed"), ({"alg": "es256"}, "alg", "mismatch"),
        ({"alg": "HS256"}, "alg", "mismatch"),
        ({"alg": "EdDSA"}, "alg", "mismatch"), ({"alg": "RS256"}, "alg", "mismatch"),
        ({"kid": "other"}, "kid", "unknown"), ({"kid": 1}, "kid", "malformed"),
        ({"kid": "../../etc"}, "kid", "unknown"),
        ({"kid": "k" * 300}, "kid", "too_large"), ({"kid": None}, "kid", "malformed"),
        ({"typ": ...}, "typ", "missing"), ({"typ": "JWT"}, "typ", "mismatch"), ({"typ": "at+jwt "}, "typ", "mismatch"),
        ({"typ": 1}, "typ", "malformed"),
        ({"jwk": {}}, "jwk", "forbidden"), ({"jku": "https://x"}, "jku", "forbidden"),
        ({"x5u": "https://x"}, "x5u", "forbidden"),
        ({"x5c": []}, "x5c", "forbidden"), ({"crit": []}, "crit", "forbidden"),
        ({"crit": ["exp"], "exp": 1}, "crit", "forbidden"),
        ({"crit": ["b64"], "b64": False}, "crit", "forbidden"), ({"b64": False}, "b64", "forbidden"),
        ({"b64": True}, "b64", "forbidden"), ({"zip": "DEF"}, "zip", "forbidden"),
        ({"enc": "A256GCM"}, "enc", "forbidden"),
        ({"x": {"a": {"b": {"c": {"d": 1}}}}}, "header", "too_deep"), ({"x": 1.5}, "header", "malformed"),
        ({"x": "y" * 4000}, "header", "too_large"),
    ],
)  # fmt: skip
def test_headers(changes: dict[str, Any], claim: str, reason: str) -> None:
    """Each bad header is refused by name, although the signature over it is good (lessons C3, C4, C5)."""
    refused(forge(header(**changes), CLAIMS), claim, reason)


@pytest.mark.parametrize(
    "changes", [{"cty": "x"}, {"x5t": "abc"}, {"typ": "application/at+jwt"}, {"typ": "AT+JWT"}, {"kid": ...}]
)
def test_harmless_headers(changes: dict[str, Any]) -> None:
    """Unknown members are ignored, a media type has two spellings, and a lone key needs no id (RFC 7515)."""
    assert verify(forge(header(**changes), CLAIMS)) == CLAIMS


@pytest.mark.parametrize("raw", [
    b'{"alg":"none","alg":"ES256","typ":"at+jwt"}', b'{"alg":"ES256","typ":"x","typ":"at+jwt"}', b"[]", b"", b'"x"',
    b"\xef\xbb\xbf{}", '{"alg":"ES256"}'.encode("utf-16"),
])  # fmt: skip
def test_headers_that_read_in_two_ways(raw: bytes) -> None:
    """A header with duplicate members, another type or another encoding is refused (lesson C10)."""
    with pytest.raises(TokenInvalid) as caught:
        verify(forge(raw, CLAIMS))
    assert caught.value.claim == "header"


@pytest.mark.parametrize("raw", [
    b'{"iss":"x","iss":"https://hk.example"}', b"[]", b"", b"null", b'{"exp":1e400}', b'{"n":1.5}', b'{"a":"\\ud800"}',
    b'{"n":9007199254740992}', b'{"a":' * 40 + b"1" + b"}" * 40,
])  # fmt: skip
def test_payloads_that_read_in_two_ways(raw: bytes) -> None:
    """A signed payload is still read strictly; the plain JWS gives the exact bytes."""
    token = forge(header(), raw)
    with pytest.raises(TokenInvalid) as caught:
        verify(token)
    assert caught.value.claim == "payload"
    assert verify_jws(token, SET, expected_typ="at+jwt").payload == raw


GOOD = sign_jwt(claims(), KEY, typ="at+jwt")
H, P, S = GOOD.split(".")


@pytest.mark.parametrize("token", [
    "", ".", "..", "...", H, f"{H}.{P}", f"{H}.{P}.", f"{H}..{S}", f".{P}.{S}", f"{GOOD}.", f".{GOOD}",
    f"{GOOD}.{S}", f"{H}.{P}.{S}.{S}.{S}",
    f"{GOOD}=", f"{GOOD} ", f" {GOOD}", f"{GOOD}\n", f"{H}.{P}.{S[:-1]}", f"{H}.{P}.{S}A", f"{H}.{P}=.{S}",
    f"{H}.{P}.{S[:-2]}é", "." * 999,
    json.dumps({"payload": P, "protected": H, "signature": S}), json.dumps({"payload": P, "signatures": []}),
    GOOD.swapcase(), GOOD[::-1],
])  # fmt: skip
def test_only_the_exact_compact_form(token: str) -> None:
    """Missing, extra, padded, JSON and re-spelt forms are refused (lesson C9)."""
    with pytest.raises(TokenInvalid):
        verify(token)


def test_every_changed_character_is_found() -> None:
    """Changing any one character of a token is noticed, trailing bits of the signature included."""
    keys = KeySet([KEYS["EdDSA"].public()])
    token = sign_jwt(claims(), KEYS["EdDSA"], typ="at+jwt")
    assert verify(token, keys)
    for i, character in enumerate(token):
        with pytest.raises(TokenInvalid):
            verify(token[:i] + chr(ord(character) ^ 1) + token[i + 1 :], keys)


@pytest.mark.parametrize("token", [None, 7, GOOD.encode(), [GOOD]])
def test_a_token_is_text(token: Any) -> None:
    """Anything but text is refused, not a crash."""
    refused(token, "token", "malformed")


def test_size_is_checked_first() -> None:
    """A bomb is refused by its size before anything is decoded; the time does not grow with it (lesson C8)."""
    bomb = "A" * 50_000_000
    start = time.process_time()
    for token in (bomb, f"{bomb}.{P}.{S}", "." * 50_000_000):
        refused(token, "token", "too_large")
    assert time.process_time() - start < 1
    refused(GOOD, "token", "too_large", max_bytes=len(GOOD) - 1)
    assert verify(GOOD, max_bytes=len(GOOD))


def _spellings_of_the_public_key() -> list[bytes]:
    """Return every way in which a public key is commonly written."""
    public = KEY._private.public_key()
    e, f = serialization.Encoding, serialization.PublicFormat
    pem = public.public_bytes(e.PEM, f.SubjectPublicKeyInfo)
    der = public.public_bytes(e.DER, f.SubjectPublicKeyInfo)
    ssh, point = public.public_bytes(e.OpenSSH, f.OpenSSH), public.public_bytes(e.X962, f.UncompressedPoint)
    jwk = canonical_json_of(KEY.public().to_jwk())
    return [
        pem,
        pem.strip(),
        der,
        ssh,
        point,
        jwk,
        base64url.encode(der).encode(),
        base64url.encode_standard(der).encode(),
        SET.to_jwks(),
    ]


@pytest.mark.parametrize("secret", _spellings_of_the_public_key())
@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
def test_public_key_as_mac_secret(secret: bytes, alg: str) -> None:
    """No spelling of the public key is a MAC secret here, whatever list the caller allows (lesson C2)."""
    signing_input = f"{base64url.encode(canonical_json_of(header(alg=alg)))}.{P}"
    mac = hmac.new(secret, signing_input.encode(), f"sha{alg[2:]}")
    refused(f"{signing_input}.{base64url.encode(mac.digest())}", "alg", "mismatch", algorithms={alg, *ALGORITHMS})


def test_a_valid_but_untrusted_signature() -> None:
    """A good signature by a key that is not this issuer's proves nothing, even under a trusted id (lesson C1)."""
    stranger = SigningKey.generate("ES256")
    refused(sign_jwt(claims(), stranger, typ="at+jwt"), "kid", "unknown")
    refused(forge(header(), CLAIMS, stranger), "signature", "mismatch")
    with pytest.raises(TokenInvalid):
        verify(GOOD, KeySet([]))


def test_a_known_header_gives_no_rights() -> None:
    """After a good token, its header on another payload is checked like the first time, and so are our lists."""
    keys = KeySet([KEY.public()])
    verify(GOOD, keys)
    refused(f"{H}.{base64url.encode(b'{}')}.{S}", "signature", "mismatch", keys=keys)
    refused(GOOD, "alg", "mismatch", keys=keys, algorithms={"EdDSA"})
    refused(GOOD, "typ", "mismatch", keys=keys, expected_typ="consent+jwt")
    refused(f"{H}.{P}.{base64url.encode(bytes(64))}", "signature", "mismatch", keys=keys)


def test_the_header_table_is_bounded_and_filled_by_valid_signatures_only() -> None:
    """Forged headers never enter the table; a flood of signed ones does not grow it without limit (lesson C11)."""
    keys = KeySet([KEY.public()])
    for i in range(50):
        with pytest.raises(TokenInvalid):
            verify(forge(header(x=str(i)), CLAIMS, SigningKey.generate("ES256")), keys)
    assert not keys.routes
    for i in range(300):
        verify(forge(header(x=str(i)), CLAIMS), keys)
    assert 0 < len(keys.routes) <= 128


TYPES = ("at+jwt", "xb-consent+jwt", "xb-grant+jwt", "dpop+jwt", "JWT", None)


def test_types_are_never_confused() -> None:
    """Six kinds of token against six expectations: only the diagonal passes (lesson C15)."""
    for made, expected in product(TYPES, TYPES):
        token = forge(header(typ=... if made is None else made), CLAIMS)
        if made == expected:
            assert verify(token, expected_typ=expected)
        else:
            refused(token, "typ", "missing" if made is None else "mismatch", expected_typ=expected)
    assert verify(forge(header(typ=...), CLAIMS), expected_typ=("JWT", None))


@pytest.mark.parametrize(
    ("changes", "claim", "reason"),
    [
        ({"iss": ...}, "iss", "missing"), ({"iss": None}, "iss", "missing"),
        ({"iss": "https://hk.example/"}, "iss", "mismatch"),
        ({"iss": "https://hk.exampl"}, "iss", "mismatch"), ({"iss": "HTTPS://hk.example"}, "iss", "mismatch"),
        ({"iss": ["https://hk.example"]}, "iss", "mismatch"), ({"iss": "https://hk.example:443"}, "iss", "mismatch"),
        ({"aud": ...}, "aud", "missing"), ({"aud": "gd:hrss2"}, "aud", "mismatch"),
        ({"aud": ["gd:hrss"]}, "aud", "malformed"),
        ({"aud": "GD:HRSS"}, "aud", "mismatch"), ({"aud": 5}, "aud", "malformed"), ({"aud": ""}, "aud", "mismatch"),
        ({"sub": 5}, "sub", "malformed"), ({"sub": ""}, "sub", "malformed"), ({"jti": ["x"]}, "jti", "malformed"),
        ({"client_id": None}, "client_id", "malformed"),
    ],
)  # fmt: skip
def test_issuer_audience_and_text_claims(changes: dict[str, Any], claim: str, reason: str) -> None:
    """Issuer and audience are exact: no prefix, folding, port or list (lessons C6, D6)."""
    refused(sign_jwt(claims(**changes), KEY, typ="at+jwt"), claim, reason)


def test_audience_lists_only_on_request() -> None:
    """A list is accepted where the caller says so, and then must hold exactly our name."""
    both = sign_jwt(claims(aud=["other", "gd:hrss"]), KEY, typ="at+jwt")
    assert verify(both, allow_audience_list=True)
    refused(sign_jwt(claims(aud=["other"]), KEY, typ="at+jwt"), "aud", "mismatch", allow_audience_list=True)
    refused(sign_jwt(claims(aud=["gd:hrss", 5]), KEY, typ="at+jwt"), "aud", "malformed", allow_audience_list=True)
    refused(sign_jwt(claims(aud=[]), KEY, typ="at+jwt"), "aud", "mismatch", allow_audience_list=True)


@pytest.mark.parametrize(
    ("changes", "claim", "reason"),
    [
        ({"exp": T + 1}, None, None), ({"exp": T, "iat": T - 60}, None, None),
        ({"exp": T - 4, "iat": T - 60}, None, None),
        ({"exp": T - 5, "iat": T - 60}, "exp", "expired"), ({"exp": ...}, "exp", "missing"),
        ({"exp": str(T + 9)}, "exp", "malformed"),
        ({"exp": True}, "exp", "malformed"), ({"exp": -1}, "exp", "malformed"), ({"exp": [T]}, "exp", "malformed"),
        ({"exp": 0}, "exp", "expired"), ({"exp": T, "iat": T}, "exp", "malformed"),
        ({"nbf": T + 5}, None, None), ({"nbf": T + 6}, "nbf", "not_yet_valid"), ({"nbf": "0"}, "nbf", "malformed"),
        ({"nbf": -5}, "nbf", "malformed"), ({"nbf": None}, "nbf", "malformed"), ({"nbf": False}, "nbf", "malformed"),
        ({"iat": T + 5}, None, None), ({"iat": T + 6}, "iat", "not_yet_valid"), ({"iat": ...}, "iat", "missing"),
        ({"iat": "now"}, "iat", "malformed"), ({"iat": T - 3600}, None, None),
    ],
)  # fmt: skip
def test_times(changes: dict[str, Any], claim: str | None, reason: str | None) -> None:
    """Times are whole, positive seconds and hold at ``now`` with five seconds of leeway either way (lesson C14)."""
    token = sign_jwt(claims(**changes), KEY, typ="at+jwt")
    if claim is None:
        assert verify(token)
    else:
        refused(token, claim, str(reason))


@pytest.mark.parametrize(
    "raw", [b'{"exp":1.8e9}', b'{"exp":1795348800.0}', b'{"exp":9007199254740992}', b'{"exp":99999999999999999999}']
)
def test_times_that_are_no_integers(raw: bytes) -> None:
    """Floats and integers beyond 2^53 are refused where they stand."""
    with pytest.raises(TokenInvalid) as caught:
        verify(forge(header(), raw))
    assert caught.value.claim == "payload"


def test_age_leeway_and_time_zones() -> None:
    """``max_age_s`` bounds the age; leeway has a ceiling; ``now`` needs a zone and any zone will do."""
    token = sign_jwt(claims(iat=T - 66), KEY, typ="at+jwt")
    assert verify(token, max_age_s=61)
    refused(token, "iat", "expired", max_age_s=60)
    refused(sign_jwt(claims(iat=...), KEY, typ="at+jwt"), "iat", "missing", max_age_s=60, required=())
    assert verify(GOOD, now=NOON.astimezone(timezone(timedelta(hours=8))))
    for bad in ({"leeway_s": 61}, {"leeway_s": -1}, {"now": NOON.replace(tzinfo=None)}):
        with pytest.raises(ValueError, match=r"leeway_s|now"):
            verify(GOOD, **bad)
    refused(GOOD, "nonce", "missing", required=("nonce",))
    refused(sign_jwt(claims(aud=...), KEY, typ="at+jwt"), "aud", "missing", required=())


def test_rsa_verifies_where_the_caller_allows_it() -> None:
    """RS256 and PS256 of an identity provider verify when listed, never by default, and never for each other."""
    private = rsa.generate_private_key(65537, 2048)
    for alg, other in (("RS256", "PS256"), ("PS256", "RS256")):
        keys = KeySet([VerificationKey(private.public_key(), alg=alg, kid="idp")])
        token = pyjwt.encode(CLAIMS, private, algorithm=alg, headers={"kid": "idp", "typ": "at+jwt"})
        assert verify(token, keys, algorithms={alg})
        refused(token, "alg", "mismatch", keys=keys)
        cross = pyjwt.encode(CLAIMS, private, algorithm=other, headers={"kid": "idp", "typ": "at+jwt"})
        refused(cross, "alg", "mismatch", keys=keys, algorithms={"RS256", "PS256"})


def test_reading_without_verifying_says_so() -> None:
    """The unverified view has the same strict form and warns by its names."""
    parts = read_compact(GOOD)
    assert parts.unverified_header["kid"] == KEY.kid
    assert json.loads(parts.unverified_payload) == CLAIMS
    KEY.public().verify(parts.signature, parts.signing_input)
    with pytest.raises(TokenInvalid):
        read_compact(f"{H}.{P}")


def test_signing_refuses_claims_without_one_form() -> None:
    """A float or other type among the claims is noticed before anything is signed."""
    for bad in (1.5, {1}, b"x", 2**60):
        with pytest.raises(VerificationError, match="canonical_json"):
            sign_jwt(claims(x=bad), KEY, typ="at+jwt")
    assert sign_jws(b"", KEY, typ="x").split(".")[1] == ""


@given(st.text(alphabet='abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.=+/ {}"', max_size=200))
def test_hostile_text_gives_the_typed_error(token: str) -> None:
    """Whatever is presented, the answer is TokenInvalid and nothing else."""
    for text in (token, f"{H}.{token}.{S}", f"{token}.{P}.{S}", f"{H}.{P}.{token}"):
        if text != GOOD:
            with pytest.raises(TokenInvalid):
                verify(text)
