"""The medical-insurance envelope: the dossier's vector, what is signed, and everything that must not open."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.crypto.binding import require_binding
from xbridge.core.errors import ConfigError, TamperDetected
from xbridge.crypto.base64url import decode_standard, encode_standard
from xbridge.crypto.sm2_signing import Sm2SigningKey
from xbridge.crypto.sm4 import insecure_sm4_ecb_decrypt, insecure_sm4_ecb_encrypt
from xbridge.protocols.sm_envelope.medical_insurance import (
    MedicalInsuranceProfile,
    content_key,
    open_medical_insurance,
    seal_medical_insurance,
    signed_text,
)

require_binding(whole_module=True)

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
SECONDS = 1795320000
CODE, SECRET = "EXAMPLEAPPCODE00112233", "example-app-secret-01"
DATA: dict[str, object] = {"name": "陳大文", "no": 1, "empty": "", "list": [], "flag": True, "none": None}
OURS, THEIRS = Sm2SigningKey.generate(), Sm2SigningKey.generate()


def profile(signer: Sm2SigningKey = OURS, peer: Sm2SigningKey = THEIRS, **changes: Any) -> MedicalInsuranceProfile:
    """One side's registration."""
    return MedicalInsuranceProfile(
        **{"app_code": CODE, "app_secret": SECRET, "signer": signer, "verifier": peer.public(), **changes}
    )


SENDER, READER = profile(), profile(THEIRS, OURS)


def sealed(data: dict[str, object] = DATA, /, **changes: object) -> Any:
    """The member ``data`` of a call's body, with ``changes`` after it was signed; None takes a member away."""
    envelope = json.loads(seal_medical_insurance(SENDER, data, now=NOON))["data"] | changes
    return {name: value for name, value in envelope.items() if value is not None}


def resigned(**changes: Any) -> Any:
    """An envelope that was changed before it was signed."""
    envelope = sealed(**changes)
    plain = insecure_sm4_ecb_decrypt(content_key(CODE, SECRET), bytes.fromhex(envelope["data"]["encData"]))
    signed = signed_text({**envelope, "data": json.loads(plain)}, SECRET)
    return envelope | {"signData": encode_standard(OURS.sign(signed))}


def test_the_vector_of_the_dossier() -> None:
    """Key and ciphertext are the dossier's (section 6), and open again."""
    key = content_key(CODE, SECRET)
    assert key == b"D1421849FD543317"
    plain = rb'{"name":"\u9673\u5927\u6587","no":1}'
    cipher = "E1F9B1FB1F578A0283AE9B8CD828C7A74CC8D7488C7C03DAE54B9BEA1FF62E8E203B1D5965E5F0FBFBEB8EA014EDDD15"
    assert insecure_sm4_ecb_encrypt(key, plain).hex().upper() == cipher
    assert sealed({"name": "陳大文", "no": 1})["data"] == {"encData": cipher}


def test_a_call_has_the_platform_s_shape() -> None:
    """The body has exactly the members of section 6, and the signature is 64 raw bytes in base64."""
    body = json.loads(seal_medical_insurance(SENDER, DATA, now=NOON))
    assert list(body) == ["data"]
    envelope = body["data"]
    assert len(decode_standard(envelope.pop("signData"))) == 64
    assert envelope.pop("data")["encData"].isupper()
    assert envelope == {
        "appCode": CODE, "version": "1.0.0", "encType": "SM4", "signType": "SM2", "timestamp": SECONDS,
    }  # fmt: skip


def test_the_signed_text() -> None:
    """Members are sorted, empty ones and the platform's three left out, scalars are text, and the secret ends it."""
    envelope = {
        "version": "1.0.0", "timestamp": 1700000000, "appCode": CODE, "signType": "SM2", "encType": "SM4",
        "signData": "x", "extra": "y", "encData": "z", "nothing": None, "blank": "",
        "data": {"b": 2, "a": {"y": False, "x": [1, "", {"q": None, "p": 3}]}, "z": "文", "no": "", "list": [], "o": {}},
    }  # fmt: skip
    assert signed_text(envelope, SECRET).decode() == (
        f"appCode={CODE}&"
        'data={"a":{"x":["1",{"p":"3"}],"y":"false"},"b":"2","o":{},"z":"文"}&'
        f"encType=SM4&signType=SM2&timestamp=1700000000&version=1.0.0&key={SECRET}"
    )


def test_what_is_sealed_opens_for_the_other_side() -> None:
    """The reader gets the data as it was sent, unsigned members included, at both ends of the window."""
    for moved in (-180, 0, 180):
        assert open_medical_insurance(READER, sealed(), now=NOON + timedelta(seconds=moved)) == DATA


TEXTS = st.text(st.characters(codec="utf-8"), max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=15)
@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_any_plain_data_goes_both_ways(data: dict[str, object]) -> None:
    """Whatever plain JSON is sent is what is read."""
    assert open_medical_insurance(READER, sealed(data), now=NOON) == data


SEALED = sealed()
WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "not an object": (lambda: "text", "malformed"),
    "a list": (lambda: [SEALED], "malformed"),
    "empty": (dict, "malformed"),
    "no signature": (lambda: sealed(signData=None), "malformed"),
    "a member too many": (lambda: sealed(extra="x"), "malformed"),
    "a null member": (lambda: {**SEALED, "version": None}, "unknown"),
    "another application": (lambda: resigned(appCode="ANOTHERAPPCODE001"), "unknown"),
    "a code that is no text": (lambda: sealed(appCode=1), "malformed"),
    "another version": (lambda: resigned(version="1.0.1"), "unknown"),
    "another cipher": (lambda: resigned(encType="AES"), "unknown"),
    "another signature algorithm": (lambda: resigned(signType="SM3"), "unknown"),
    "the plain data": (lambda: sealed(data=DATA), "malformed"),
    "more beside the data": (lambda: sealed(data={"encData": "00", "x": 1}), "malformed"),
    "lower-case hex": (lambda: sealed(data={"encData": SEALED["data"]["encData"].lower()}), "malformed"),
    "half a byte": (lambda: sealed(data={"encData": SEALED["data"]["encData"][:-1]}), "malformed"),
    "no ciphertext": (lambda: sealed(data={"encData": ""}), "malformed"),
    "a signature that is not base64": (lambda: sealed(signData="_" * 88), "malformed"),
    "a time in text that is none": (lambda: sealed(timestamp="now"), "malformed"),
    "a time in milliseconds": (lambda: resigned(timestamp=SECONDS * 1000), "malformed"),
    "a time that is a flag": (lambda: sealed(timestamp=True), "malformed"),
    "too old": (lambda: resigned(timestamp=SECONDS - 181), "expired"),
    "too new": (lambda: resigned(timestamp=SECONDS + 181), "not_yet_valid"),
    "a time that was changed": (lambda: sealed(timestamp=SECONDS + 1), "mismatch"),
    "a cut ciphertext": (lambda: sealed(data={"encData": SEALED["data"]["encData"][:-32]}), "mismatch"),
    "a part of a block": (lambda: sealed(data={"encData": SEALED["data"]["encData"][:-2]}), "mismatch"),
    "another's ciphertext": (lambda: sealed(data=sealed({"name": "x"})["data"]), "mismatch"),
    "a ciphertext that is not JSON": (lambda: encrypted(b"text"), "mismatch"),
    "a ciphertext that is a list": (lambda: encrypted(b"[1]"), "mismatch"),
    "a ciphertext with a fraction": (lambda: encrypted(b'{"a":1.5}'), "mismatch"),
    "a member twice": (lambda: encrypted(b'{"a":1,"a":2}'), "mismatch"),
    "another's signature": (lambda: sealed(signData=encode_standard(THEIRS.sign(b"x"))), "mismatch"),
    "a signature of zeros": (lambda: sealed(signData=encode_standard(bytes(64))), "mismatch"),
    "a short signature": (lambda: sealed(signData=encode_standard(bytes(63))), "mismatch"),
    "signed with another secret": (lambda: by(profile(app_secret="other")), "mismatch"),
    "signed by another key": (lambda: by(profile(THEIRS)), "mismatch"),
}  # fmt: skip


def by(sender: MedicalInsuranceProfile) -> Any:
    """What another sender makes of the same data."""
    return json.loads(seal_medical_insurance(sender, DATA, now=NOON))["data"]


def encrypted(plain: bytes) -> Any:
    """A sound envelope around other bytes."""
    return sealed(data={"encData": insecure_sm4_ecb_encrypt(content_key(CODE, SECRET), plain).hex().upper()})


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_does_not_open(name: str) -> None:
    """Each lax form, foreign key, stale time and changed byte is refused, and past the outer form in one way only."""
    make, reason = WRONG[name]
    with pytest.raises(TamperDetected) as caught:
        open_medical_insurance(READER, make(), now=NOON)
    assert (caught.value.claim, caught.value.reason) == ("envelope", reason)
    assert SECRET not in repr(caught.value)
    if reason == "mismatch":
        assert caught.value.__cause__ is None


@settings(max_examples=30)
@given(st.data())
def test_no_changed_bit_opens(data: st.DataObject) -> None:
    """No changed bit of ciphertext or signature gives other data."""
    envelope = dict(SEALED)
    field = data.draw(st.sampled_from(["data", "signData"]))
    raw = bytearray(bytes.fromhex(envelope["data"]["encData"]) if field == "data" else decode_standard(envelope[field]))
    bit = data.draw(st.integers(0, 8 * len(raw) - 1))
    raw[bit // 8] ^= 1 << bit % 8
    envelope[field] = {"encData": raw.hex().upper()} if field == "data" else encode_standard(bytes(raw))
    with pytest.raises(TamperDetected):
        open_medical_insurance(READER, envelope, now=NOON)


@settings(max_examples=15)
@given(st.fixed_dictionaries(dict.fromkeys(SEALED, VALUES)) | VALUES)
def test_hostile_values_raise_one_error(envelope: object) -> None:
    """Any JSON in any member raises this library's own error."""
    with pytest.raises(TamperDetected):
        open_medical_insurance(READER, envelope, now=NOON)


def nested(levels: int) -> dict[str, object]:
    """An object in an object, so many times."""
    outer: dict[str, object] = {}
    inner = outer
    for _ in range(levels):
        inner["a"] = inner = {}
    return outer


@pytest.mark.parametrize(
    "data",
    [{"a": 1.5}, {"a": {1}}, {1: "a"}, {"a": "\ud800"}, {"a": 2**70}, {"a": 10**5000}, nested(3000)],
    ids=["fraction", "set", "name", "surrogate", "beyond", "far_beyond", "deep"],
)
def test_what_has_no_signed_text_is_not_sent(data: dict[str, object]) -> None:
    """Fractions and what is not JSON have no agreed text: nothing is sent, and the value is not quoted."""
    with pytest.raises(ConfigError) as caught:
        seal_medical_insurance(SENDER, data, now=NOON)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "changes",
    [
        {"app_code": "SHORT"},
        {"app_code": "EXAMPLE&APPCODE=01"},
        {"app_code": "應用" * 8},
        {"app_secret": ""},
        {"app_secret": "a\nb"},
    ],
)
def test_a_registration_that_cannot_be(changes: dict[str, Any]) -> None:
    """A code too short for a key, or that would make the signed text ambiguous, and no secret: a wrong setting."""
    with pytest.raises(ConfigError):
        profile(**changes)


def test_a_registration_hides_its_secret() -> None:
    """Neither secret nor key is printed."""
    assert SECRET not in repr(SENDER)
