"""Keys: one algorithm each, admitted by strict rules, and private ones never leave by accident."""

from __future__ import annotations

import copy
import json
import pickle
import random
from math import prod
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm

from xbridge.core.errors import ConfigError, TokenInvalid, Unsupported
from xbridge.core.ports import Signer
from xbridge.crypto import base64url
from xbridge.crypto.jwk import _ED25519_PRIME, _ED25519_SMALL_ORDER, admit_jwk
from xbridge.crypto.key import KeySet, SigningKey, VerificationKey

P256 = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65537, 2048)


def jwk(**changes: object) -> dict[str, Any]:
    """Return a sound P-256 JWK with ``changes``; None removes a member."""
    members = {**VerificationKey(P256.public_key(), alg="ES256").to_jwk(), **changes}
    return {name: value for name, value in members.items() if value is not None}


def rsa_jwk(**changes: object) -> dict[str, Any]:
    """Return a sound RSA JWK with ``changes``."""
    return {**VerificationKey(RSA_KEY.public_key(), alg="PS256").to_jwk(), **changes}


def test_rfc7638_example() -> None:
    """The thumbprint of the RFC 7638 section 3.1 key is the published one."""
    n = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknj"
        "hMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQ"
        "vRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    key = VerificationKey.from_jwk({"kty": "RSA", "n": n, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"})
    assert key.thumbprint == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    assert key.kid == "2011-04-29"


def test_rfc8037_example() -> None:
    """The thumbprint of the RFC 8037 appendix A.3 key is the published one."""
    key = VerificationKey.from_jwk({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})
    assert key.kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize("alg", ["EdDSA", "Ed25519", "ES256"])
def test_sign_verify_and_every_copy_of_the_public_key(alg: str) -> None:
    """A signature holds under the public key, its JWK and its JWKS, and fails for any other message or key."""
    key, stranger = SigningKey.generate(alg), SigningKey.generate(alg)
    assert isinstance(key, Signer)
    signature = key.sign(b"message")
    public = key.public()
    (from_set,) = KeySet.from_jwks(KeySet([public]).to_jwks())
    for verifier in (public, VerificationKey.from_jwk(public.to_jwk()), from_set):
        verifier.verify(signature, b"message")
        assert (verifier.kid, verifier.alg) == (key.kid, alg)
        for bad in (signature[:-1], signature + b"\0", b"", bytes(64), signature[::-1]):
            with pytest.raises(TokenInvalid, match="signature: mismatch"):
                verifier.verify(bad, b"message")
        with pytest.raises(TokenInvalid):
            verifier.verify(signature, b"messagf")
        with pytest.raises(TokenInvalid):
            stranger.public().verify(signature, b"message")


@pytest.mark.parametrize(("alg", "oracle"), [("EdDSA", OKPAlgorithm()), ("ES256", ECAlgorithm(ECAlgorithm.SHA256))])
def test_pyjwt_agrees(alg: str, oracle: OKPAlgorithm | ECAlgorithm) -> None:
    """PyJWT reads our JWK and accepts our signature; we accept one that PyJWT made."""
    key = SigningKey.generate(alg)
    public: Any = oracle.from_jwk(json.dumps(key.public().to_jwk()))
    assert oracle.verify(b"m", public, key.sign(b"m"))
    private: Any = oracle.prepare_key(key.to_pem())
    key.public().verify(oracle.sign(b"m", private), b"m")


def test_entropy_decides_the_key() -> None:
    """The same entropy gives the same key, so that a test may be repeated; other entropy gives another."""
    for alg in ("ES256", "EdDSA"):
        first, second, third = (SigningKey.generate(alg, random.Random(seed).randbytes).kid for seed in (1, 1, 2))
        assert first == second != third
    with pytest.raises(ConfigError, match="entropy"):
        SigningKey.generate("ES256", bytes)


def test_es256_is_deterministic() -> None:
    """RFC 6979: the same message gives the same signature, so no random number can leak the key."""
    key = SigningKey.generate("ES256")
    assert key.sign(b"m") == key.sign(b"m") != key.sign(b"n")


@pytest.mark.parametrize("alg", ["EdDSA", "ES256"])
@pytest.mark.parametrize("password", [None, b"correct horse"])
def test_pem_round_trip(alg: str, password: bytes | None) -> None:
    """A private key survives its PEM; a wrong password or damaged text is a configuration error that quotes nothing."""
    key = SigningKey.generate(alg)
    pem = key.to_pem(password=password)
    assert SigningKey.from_pem(pem, password=password).kid == key.kid
    for bad, secret in ((pem, b"wrong"), (pem[:60], password), (b"", None)):
        with pytest.raises(ConfigError) as caught:
            SigningKey.from_pem(bad, password=secret)
        assert caught.value.__cause__ is None


def test_keys_of_other_kinds_do_not_sign() -> None:
    """RSA, other curves and mismatched algorithms are refused when the key is made."""
    p384 = ec.generate_private_key(ec.SECP384R1())
    from cryptography.hazmat.primitives import serialization as s

    for private in (p384, RSA_KEY):
        pem = private.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
        with pytest.raises(ConfigError):
            SigningKey.from_pem(pem)
    with pytest.raises(ConfigError):
        SigningKey(P256, alg="EdDSA")
    with pytest.raises(ConfigError):
        SigningKey.generate("HS256")


def test_private_keys_stay_put() -> None:
    """A private key is not printed, pickled, copied or written as JWK (lessons C13, I3, I4)."""
    key = SigningKey.generate("ES256")
    assert repr(key) == f"SigningKey(kid='{key.kid}', alg='ES256')"
    for copier in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            copier(key)
    (published,) = json.loads(KeySet([key.public()]).to_jwks())["keys"]
    assert set(published) == {"alg", "crv", "kid", "kty", "use", "x", "y"}
    (published,) = json.loads(KeySet([VerificationKey(RSA_KEY.public_key(), alg="RS256")]).to_jwks())["keys"]
    assert set(published) == {"alg", "e", "kid", "kty", "n", "use"}


OFF_CURVE = base64url.encode(b"\1" * 32)
SHORT = base64url.encode(b"\1" * 31)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"use": "enc"}, "mismatch"), ({"use": None, "key_ops": ["encrypt"]}, "mismatch"),
        ({"key_ops": []}, "mismatch"),
        ({"key_ops": ["sign", "verify"]}, "mismatch"), ({"key_ops": "verify"}, "mismatch"),
        ({"use": None, "key_ops": ["verify"]}, None),
        ({"alg": "ES384"}, "mismatch"), ({"alg": "HS256"}, "mismatch"), ({"alg": "none"}, "mismatch"),
        ({"alg": 1}, "mismatch"),
        ({"alg": None}, None), ({"kty": "oct", "k": "AAAA"}, "unknown"), ({"kty": "OKP"}, "unknown"),
        ({"kty": None}, "unknown"),
        ({"crv": "P-384"}, "unknown"), ({"crv": "secp256k1"}, "unknown"), ({"d": "AAAA"}, "private"),
        ({"k": "AAAA"}, "private"),
        ({"x": OFF_CURVE}, "malformed"), ({"x": SHORT}, "malformed"), ({"x": "AA=="}, "malformed"),
        ({"x": 5}, "malformed"),
        ({"y": None}, "malformed"), ({"kid": 7}, "malformed"), ({"kid": ""}, "malformed"),
        ({"kid": "k" * 257}, "malformed"),
    ],
)  # fmt: skip
def test_admission_of_ec_keys(changes: dict[str, object], reason: str | None) -> None:
    """Each rule of admission has its case; None marks what is admitted."""
    if reason is None:
        assert VerificationKey.from_jwk(jwk(**changes)).alg == "ES256"
        return
    for admit in (VerificationKey.from_jwk, admit_jwk) if "kid" not in changes else (VerificationKey.from_jwk,):
        with pytest.raises(TokenInvalid) as caught:
            admit(jwk(**changes))
        assert caught.value.reason == reason


def _modulus(bits: int) -> str:
    """Return an odd number of ``bits`` bits that no small prime divides."""
    n = 1 << (bits - 1) | 1
    while any(n % p == 0 for p in range(3, 168, 2)):
        n += 2
    return base64url.encode(n.to_bytes((bits + 7) // 8, "big"))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"n": _modulus(1024)}, "weak"), ({"n": _modulus(2047)}, "weak"), ({"n": _modulus(8193)}, "weak"),
        ({"e": "AQ"}, "weak"),
        ({"e": "Aw"}, "weak"), ({"e": "AQAA"}, "weak"), ({"e": "AAEAAQ"}, "malformed"), ({"e": ""}, "malformed"),
        ({"n": base64url.encode((3 << 2046 | 3).to_bytes(256, "big"))}, "weak"),
        ({"n": base64url.encode(b"\xff" * 255 + b"\xfe")}, "weak"),
        ({"alg": None}, "mismatch"), ({"alg": "ES256"}, "mismatch"), ({"alg": "RSA-OAEP"}, "mismatch"),
        ({"n": "A" * 5000}, "malformed"),
    ],
)  # fmt: skip
def test_admission_of_rsa_keys(changes: dict[str, object], reason: str) -> None:
    """Small, huge, even or smooth moduli, small exponents and a missing algorithm are refused."""
    with pytest.raises(TokenInvalid) as caught:
        VerificationKey.from_jwk({name: value for name, value in rsa_jwk(**changes).items() if value is not None})
    assert caught.value.reason == reason


def test_a_roca_modulus_is_refused() -> None:
    """A modulus that is a power of 65537 modulo every prime to 167 is of the ROCA kind (CVE-2017-15361)."""
    primorial = prod(p for p in range(2, 168) if all(p % d for d in range(2, p)))
    n = pow(65537, 12345, primorial) + (1 << 2047) // primorial * primorial + primorial
    assert n.bit_length() == 2048
    with pytest.raises(TokenInvalid, match="ROCA"):
        VerificationKey.from_jwk(rsa_jwk(n=base64url.encode(n.to_bytes(256, "big"))))


def test_keys_that_are_not_jwk_meet_the_same_rules() -> None:
    """A key object is admitted by the same rules as a JWK."""
    with pytest.raises(TokenInvalid, match="weak"):
        VerificationKey(rsa.generate_private_key(65537, 1024).public_key(), alg="RS256")
    with pytest.raises(TokenInvalid, match="unknown"):
        VerificationKey(ec.generate_private_key(ec.SECP384R1()).public_key(), alg="ES256")
    with pytest.raises(TokenInvalid, match="mismatch"):
        VerificationKey(P256.public_key(), alg="EdDSA")
    with pytest.raises(TokenInvalid, match="mismatch"):
        VerificationKey(RSA_KEY.public_key(), alg="HS256")


def _double(x: int, y: int) -> tuple[int, int]:
    """Double a point of edwards25519 (RFC 8032 section 5.1.4, affine)."""
    p = _ED25519_PRIME
    d = -121665 * pow(121666, -1, p) % p
    k = d * x * x * y * y
    return 2 * x * y * pow(1 + k, -1, p) % p, (y * y + x * x) * pow(1 - k, -1, p) % p


@pytest.mark.parametrize("y", sorted(_ED25519_SMALL_ORDER))
def test_ed25519_points_of_small_order_are_refused(y: int) -> None:
    """Each listed point doubles to the neutral one within three steps; under such a key anybody can sign."""
    p = _ED25519_PRIME
    d = -121665 * pow(121666, -1, p) % p
    square = (y * y - 1) * pow(d * y * y + 1, -1, p) % p
    x = pow(square, (p + 3) // 8, p)
    x = x if x * x % p == square else x * pow(2, (p - 1) // 4, p) % p
    assert x * x % p == square, "the point is on the curve"
    point = (x, y)
    for _ in range(3):
        point = _double(*point)
    assert point == (0, 1)
    for sign in (0, 1 << 255):
        for spelled in (y, y + p):
            if spelled < 1 << 255:
                raw = (spelled | sign).to_bytes(32, "little")
                with pytest.raises(TokenInvalid, match="weak"):
                    VerificationKey.from_jwk({"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(raw)})
                with pytest.raises(TokenInvalid, match="weak"):
                    VerificationKey(ed25519.Ed25519PublicKey.from_public_bytes(raw), alg="EdDSA")
    assert len(_ED25519_SMALL_ORDER) == 5


class Mac:
    """A verifier of a symmetric kind, as an attacker's plug-in might bring it."""

    kid = "mac"
    alg = "HS256"

    def verify(self, signature: bytes, message: bytes) -> None:
        """Accept everything."""


class Foreign(Mac):
    """A verifier of another making, for example in an HSM."""

    alg = "SM2-SM3"


def test_key_sets_refuse_what_does_not_belong() -> None:
    """Duplicate ids, symmetric keys, mixed and oversized sets, and text that is no set are refused (lesson C7)."""
    key = VerificationKey(P256.public_key(), alg="ES256")
    good = json.dumps({"keys": [jwk()]})
    many = [VerificationKey(P256.public_key(), alg="ES256", kid=str(i)) for i in range(65)]
    assert len(KeySet(many[:64])) == 64
    for keys in ([key, key], [Mac()], many):
        with pytest.raises(TokenInvalid):
            KeySet(keys)
    oct_key = {"kty": "oct", "k": base64url.encode(b"k" * 32), "alg": "HS256", "kid": "s"}
    texts: tuple[object, ...] = (
        {"keys": [jwk(), jwk()]}, {"keys": [jwk(), oct_key]}, {"keys": [jwk(), jwk(kid="b", use="enc")]},
        {"keys": {}}, {}, [],
        {"keys": [1]}, {"keys": [jwk(kid=str(i)) for i in range(65)]},
    )  # fmt: skip
    for text in texts:
        with pytest.raises(TokenInvalid):
            KeySet.from_jwks(json.dumps(text).encode())
    for raw in (b"", b"{}", good.encode() + b" " * 65_536, good.replace('"kty"', '"kty":"oct","kty"').encode()):
        with pytest.raises(TokenInvalid):
            KeySet.from_jwks(raw)
    assert len(KeySet.from_jwks(good.encode())) == len(KeySet.from_jwks({"keys": [jwk()]})) == 1


def test_looking_up_keys() -> None:
    """A key is found by its exact id; without an id only a lone key is found."""
    first, second = (SigningKey.generate("EdDSA").public() for _ in range(2))
    pair = KeySet([first, second])
    assert pair.for_kid(second.kid) is second
    assert KeySet([first]).for_kid(None) is first
    assert pair.get("x") is None
    for kid, reason in ((None, "missing"), ("x", "unknown"), (first.kid.swapcase(), "unknown"), ("", "unknown")):
        with pytest.raises(TokenInvalid) as caught:
            pair.for_kid(kid)
        assert (caught.value.claim, caught.value.reason) == ("kid", reason)
    with pytest.raises(TokenInvalid):
        KeySet([]).for_kid(None)


def test_foreign_verifiers_are_welcome() -> None:
    """A verifier of another making joins a set, and is not written as a JWK it does not have."""
    keys = KeySet([Foreign()])
    assert keys.for_kid("mac").alg == "SM2-SM3"
    assert "mac" in repr(keys)
    with pytest.raises(Unsupported):
        keys.to_jwks()
