"""SM2 keys behind the ports: they sign records and tokens, and nothing under SM2 passes unless it was asked for by name."""

from __future__ import annotations

import copy
import json
import pickle
import sys
from datetime import UTC, datetime
from typing import Any

import gmalg
import pytest

from tests.unit.crypto.binding import require_binding
from xbridge.core.errors import ConfigError, TamperDetected, TokenInvalid, Unsupported
from xbridge.core.ports import Signer
from xbridge.crypto import base64url
from xbridge.crypto.jose import sign_jws, sign_jwt, verify_jws, verify_jwt
from xbridge.crypto.key import KeySet, SigningKey
from xbridge.crypto.signing import Signature, SignedRecord, add_signature, verify_record
from xbridge.crypto.sm2 import Sm2PrivateKey, Sm2PublicKey
from xbridge.crypto.sm2_key import read_public_pem, write_public_pem
from xbridge.crypto.sm2_signing import KNOWN_ALIASES, Sm2Names, Sm2SigningKey, Sm2VerifyingKey

require_binding(whole_module=True)

# The key and the JWS-shaped vector of guangdong.md section 10.2.
D = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
PUBLIC = Sm2PublicKey(
    0x09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020,
    0xCCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13,
)
VECTOR = "eyJhbGciOiJTTTIiLCJ0eXAiOiJKV1QifQ.eyJzdWIiOiJ1LTAwMSJ9." + base64url.encode(
    bytes.fromhex(
        "fdf1fca3c631b31e8107697b78e390a3b86bf5b384b3f3d5a9fb8d0ab5f55a92"
        "96310bfcaf9802da75b1824c8d25495b8bfb8c9dd9f251e0422bd757d3e6035e"
    )
)
KEY = Sm2SigningKey(Sm2PrivateKey(D, PUBLIC))
SET = KeySet([KEY.public()])
NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
ALIASED = Sm2Names(aliases=KNOWN_ALIASES)


def jwk(**changes: object) -> dict[str, Any]:
    """The vector's public key with ``changes``; None removes a member."""
    return {name: value for name, value in {**KEY.public().to_jwk(), **changes}.items() if value is not None}


def token(alg: str) -> str:
    """A sound token of the vector's key whose header names ``alg``."""
    signing_input = base64url.encode(json.dumps({"alg": alg, "kid": KEY.kid, "typ": "JWT"}).encode()) + ".e30"
    return f"{signing_input}.{base64url.encode(KEY.sign(signing_input.encode()))}"


# --- The port ----------------------------------------------------------------------------------------------------


def test_it_signs_and_every_copy_of_the_public_key_verifies() -> None:
    """A signature of 64 bytes holds under the public key, its JWK and its JWKS, and for no other message or key."""
    key, stranger = Sm2SigningKey.generate(), Sm2SigningKey.generate()
    assert isinstance(key, Signer)
    signature = key.sign(b"message")
    assert len(signature) == 64
    (from_set,) = KeySet.from_jwks(KeySet([key.public()]).to_jwks())
    for verifier in (key.public(), Sm2VerifyingKey.from_jwk(key.public().to_jwk()), from_set):
        verifier.verify(signature, b"message")
        assert (verifier.kid, verifier.alg) == (key.kid, "SM2")
        for bad in (signature[:-1], signature + b"\0", b"", bytes(64), signature[::-1]):
            with pytest.raises(TokenInvalid, match="signature: mismatch"):
                verifier.verify(bad, b"message")
        with pytest.raises(TokenInvalid, match="mismatch"):
            verifier.verify(signature, b"messagf")
    with pytest.raises(TokenInvalid, match="mismatch"):
        stranger.public().verify(signature, b"message")


def test_the_id_is_part_of_the_signature() -> None:
    """A signature under one id does not hold under another; the id is explicit on both sides."""
    mine = Sm2SigningKey(Sm2PrivateKey(D, PUBLIC), sm2_id=b"hk-operator")
    Sm2VerifyingKey(PUBLIC, sm2_id=b"hk-operator").verify(mine.sign(b"m"), b"m")
    with pytest.raises(TokenInvalid, match="mismatch"):
        KEY.public().verify(mine.sign(b"m"), b"m")
    assert gmalg.SM2(None, b"hk-operator", PUBLIC.point()).verify(b"m", (made := mine.sign(b"m"))[:32], made[32:])


def test_the_thumbprint_is_that_of_the_jwk() -> None:
    """The key id is the RFC 7638 thumbprint over crv, kty, x and y."""
    assert KEY.kid == KEY.public().thumbprint == "lgVsnVqdKsFLJ2q4y2l6gACWaCOEQcWQb1t30j4Q6fU"
    assert list(KEY.public().to_jwk()) == ["alg", "crv", "kid", "kty", "use", "x", "y"]
    assert Sm2VerifyingKey.from_jwk(jwk(kid="2026-11")).kid == "2026-11"


def test_a_record_is_signed_beside_another_algorithm() -> None:
    """One record carries an Ed25519 and an SM2 signature; each verifies alone, and a changed one refuses."""
    other = SigningKey.generate("EdDSA")
    record = SignedRecord(raw=b'xbridge/receipt/v1\n{"a":1}', signatures=())
    signed = add_signature(add_signature(record, other, "issuer"), KEY, "issuer")
    for keys in (KeySet([other.public()]), SET, KeySet([other.public(), KEY.public()])):
        assert verify_record(signed, keys, expected_type="receipt", expected_role="issuer") == b'{"a":1}'
    spoilt = SignedRecord(raw=record.raw[:-2] + b"2}", signatures=signed.signatures)
    renamed = Signature(alg="SM2SM3", kid=KEY.kid, role="issuer", value=signed.signatures[1].value)
    for bad in (spoilt, SignedRecord(raw=record.raw, signatures=(renamed,))):
        with pytest.raises(TamperDetected, match="mismatch"):
            verify_record(bad, SET, expected_type="receipt")


def test_any_signer_takes_its_place() -> None:
    """An object with kid, alg and sign, in an HSM or on another machine, signs records and tokens just as well."""

    class Remote:
        kid, alg = KEY.kid, "SM2"

        def sign(self, message: bytes) -> bytes:
            r, s = gmalg.SM2(D.to_bytes(32, "big"), b"1234567812345678", PUBLIC.point()).sign(message)
            # gmalg leaves zero bytes at the front of a number out.
            return bytes(r.rjust(32, b"\0") + s.rjust(32, b"\0"))

    record = add_signature(SignedRecord(raw=b"xbridge/receipt/v1\n{}", signatures=()), Remote(), "issuer")
    assert verify_record(record, SET, expected_type="receipt") == b"{}"
    assert (
        verify_jws(sign_jws(b"{}", Remote(), typ="JWT"), SET, expected_typ="JWT", algorithms={"SM2"}).payload == b"{}"
    )


# --- Names -------------------------------------------------------------------------------------------------------


def test_the_jws_vector_holds_where_sm2_is_asked_for() -> None:
    """The dossier's JWS-shaped vector verifies for a reader that names SM2."""
    verified = verify_jws(VECTOR, SET, expected_typ="JWT", algorithms={"SM2"})
    assert verified.payload == b'{"sub":"u-001"}'


def test_sm2_is_refused_unless_it_is_asked_for() -> None:
    """A sound SM2 token under a known key is refused by a reader that did not name the algorithm, JWS and JWT alike."""
    issued = int(NOON.timestamp())
    claims = {"aud": "a", "exp": issued + 60, "iat": issued, "iss": "i"}
    made = sign_jwt(claims, KEY, typ="at+jwt")
    names: dict[str, Any] = {"expected_typ": "at+jwt", "expected_issuer": "i", "expected_audience": "a", "now": NOON}
    for read in (lambda: verify_jws(VECTOR, SET, expected_typ="JWT"), lambda: verify_jwt(made, SET, **names)):
        with pytest.raises(TokenInvalid, match="alg: mismatch"):
            read()
    assert verify_jwt(made, SET, algorithms={"SM2"}, **names) == claims
    # What a route has learnt under a valid signature still has to be on the next reader's list.
    with pytest.raises(TokenInvalid, match="alg: mismatch"):
        verify_jwt(made, SET, **names)


@pytest.mark.parametrize("alias", KNOWN_ALIASES)
def test_another_name_needs_the_key_and_the_reader(alias: str) -> None:
    """An alias passes where the key was configured with it and the reader names it, and nowhere else."""
    aliased = KeySet.from_jwks(SET.to_jwks(), sm2=ALIASED)
    assert verify_jws(token(alias), aliased, expected_typ="JWT", algorithms=ALIASED.algorithms).payload == b"{}"
    for keys, algorithms in ((SET, ALIASED.algorithms), (aliased, {"SM2"}), (SET, {"SM2"})):
        with pytest.raises(TokenInvalid, match="alg: mismatch"):
            verify_jws(token(alias), keys, expected_typ="JWT", algorithms=algorithms)


@pytest.mark.parametrize("alg", ["ES256", "EdDSA", "Ed25519", "none", "HS256", "sm2", ""])
def test_another_algorithm_s_name_is_not_sm2(alg: str) -> None:
    """An SM2 key verifies nothing that is called otherwise, whatever the reader allows."""
    with pytest.raises(TokenInvalid, match="alg: mismatch"):
        verify_jws(token(alg), SET, expected_typ="JWT", algorithms={alg, "SM2"})


@pytest.mark.parametrize(
    "names",
    [
        {"alg": "ES256"}, {"alg": "HS256"}, {"alg": "None"}, {"alg": ""}, {"aliases": ("SM2SM3", "EdDSA")},
        {"aliases": ("ES384",)}, {"crv": "P-256"}, {"crv": ""}, {"crv": "secp256k1"},
    ],
)  # fmt: skip
def test_a_name_may_not_be_another_algorithm_s(names: dict[str, Any]) -> None:
    """A configuration under which SM2 passes for another algorithm, or another curve for it, is wrong."""
    with pytest.raises(ConfigError):
        Sm2Names(**names)


def test_a_peer_s_own_names() -> None:
    """Algorithm and curve are written and read as configured, and under the default names then unknown."""
    names = Sm2Names(alg="SGD_SM3_SM2", crv="sm2p256v1")
    key = Sm2SigningKey.generate(names=names)
    published = KeySet([key.public()]).to_jwks()
    assert b'"alg":"SGD_SM3_SM2","crv":"sm2p256v1"' in published
    made = sign_jws(b"{}", key, typ="JWT")
    keys = KeySet.from_jwks(published, sm2=names)
    assert verify_jws(made, keys, expected_typ="JWT", algorithms=names.algorithms).payload == b"{}"
    with pytest.raises(TokenInvalid, match="key: unknown"):
        KeySet.from_jwks(published)


# --- JSON Web Keys -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"use": "enc"}, "mismatch"), ({"key_ops": ["sign"]}, "mismatch"), ({"alg": "ES256"}, "mismatch"),
        ({"alg": "SM2SM3"}, "mismatch"), ({"alg": 1}, "mismatch"), ({"alg": ["SM2"]}, "mismatch"),
        ({"kty": "OKP"}, "unknown"), ({"kty": "oct"}, "unknown"),
        ({"crv": "SM2P256"}, "unknown"), ({"crv": "P-256", "alg": None}, "unknown"), ({"crv": None}, "unknown"),
        ({"d": "AA"}, "private"), ({"k": "AA"}, "private"),
        ({"x": base64url.encode(b"\1" * 32)}, "malformed"), ({"x": base64url.encode(b"\1" * 31)}, "malformed"),
        ({"y": None}, "malformed"), ({"y": 1}, "malformed"), ({"y": "="}, "malformed"),
        ({"x": base64url.encode(bytes(32)), "y": base64url.encode(bytes(32))}, "malformed"),
        ({"x": base64url.encode(b"\0" + PUBLIC.point()[1:33])}, "malformed"),
    ],
)  # fmt: skip
def test_a_jwk_that_is_not_admitted(changes: dict[str, object], reason: str) -> None:
    """A JWK for another use, of another kind, with a secret in it or off the curve is refused when it is read."""
    with pytest.raises(TokenInvalid) as caught:
        Sm2VerifyingKey.from_jwk(jwk(**changes))
    assert (caught.value.claim, caught.value.reason) == ("key", reason)


@pytest.mark.parametrize("kid", ["", "k" * 257, 7])
def test_a_jwk_with_an_impossible_id(kid: object) -> None:
    """A key's id is a short text."""
    with pytest.raises(TokenInvalid, match="kid: malformed"):
        Sm2VerifyingKey.from_jwk({**KEY.public().to_jwk(), "kid": kid})


def test_one_bad_sm2_key_refuses_the_set() -> None:
    """A JWK Set with an SM2 key off the curve is refused as a whole, and so is one id for two keys."""
    for keys in ([jwk(), jwk(kid="b", x=base64url.encode(b"\1" * 32))], [jwk(), jwk()]):
        with pytest.raises(TokenInvalid):
            KeySet.from_jwks({"keys": keys})


# --- Keeping it --------------------------------------------------------------------------------------------------


def test_the_private_key_survives_its_pem() -> None:
    """PEM gives the same key back, under the id that is said again."""
    again = Sm2SigningKey.from_pem(KEY.to_pem())
    KEY.public().verify(again.sign(b"m"), b"m")
    assert again.kid == KEY.kid
    assert read_public_pem(write_public_pem(PUBLIC)) == PUBLIC


def test_private_keys_stay_put() -> None:
    """A private key is not printed, pickled or copied (lessons I3, I4)."""
    assert repr(KEY) == f"Sm2SigningKey(kid='{KEY.kid}', alg='SM2')"
    assert repr(KEY.public()) == f"Sm2VerifyingKey(kid='{KEY.kid}', alg='SM2')"
    for copier in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="copied or pickled"):
            copier(KEY)


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Public keys are still read and published; whatever needs the binding names the extra."""
    signature, pem = KEY.sign(b"m"), KEY.to_pem()
    monkeypatch.setitem(sys.modules, "gmssl_pyx", None)
    assert KeySet.from_jwks(SET.to_jwks()).to_jwks() == SET.to_jwks()
    for needs in (
        lambda: KEY.sign(b"m"),
        lambda: KEY.public().verify(signature, b"m"),
        lambda: Sm2SigningKey.from_pem(pem),
        Sm2SigningKey.generate,
        lambda: verify_jws(VECTOR, SET, expected_typ="JWT", algorithms={"SM2"}),
    ):
        with pytest.raises(Unsupported, match=r"xbridge-gba\[gm\]"):
            needs()
