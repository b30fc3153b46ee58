"""SM2 encryption: the standard's vector, another implementation, every form, and what must not open."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from pathlib import Path

import gmalg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.crypto.binding import require_binding
from tests.unit.crypto.openssl import require_openssl
from xbridge.core.errors import TamperDetected, Unsupported
from xbridge.crypto.der import write, write_integer
from xbridge.crypto.sm2 import P, Sm2PrivateKey, Sm2PublicKey
from xbridge.crypto.sm2_encryption import (
    Sm2CiphertextForm,
    Sm2DecryptionKey,
    Sm2EncryptionKey,
    sm2_decrypt,
    sm2_encrypt,
)
from xbridge.crypto.sm2_key import write_private_key, write_public_key
from xbridge.crypto.sm2_signing import Sm2SigningKey

require_binding(whole_module=True)

# GB/T 32918.5, as guangdong.md section 10.2 gives it.
D = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
PUBLIC = Sm2PublicKey(
    0x09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020,
    0xCCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13,
)
KEY = Sm2PrivateKey(D, PUBLIC)
# The dossier writes the point without its marker: the 04 at the front is the first byte of x.
C1 = bytes.fromhex(
    "04EBFC718E8D1798620432268E77FEB6415E2EDE0E073C0F4F640ECD2E149A73"
    "E858F9D81E5430A57B36DAAB8F950A3C64E6EE6A63094D99283AFF767E124DF0"
)
C3 = bytes.fromhex("59983C18F809E262923C53AEC295D30383B54E39D609D160AFCB1908D0BD8766")
C2 = bytes.fromhex("21886CA989CA9C7D58087307CA93092D651EFA")
TEXT = b"encryption standard"
X1, Y1 = int.from_bytes(C1[:32], "big"), int.from_bytes(C1[32:], "big")


def asn1(x: int = X1, y: int = Y1, digest: bytes = C3, text: bytes = C2) -> bytes:
    """SEQUENCE { x, y, C3, C2 }."""
    return write(0x30, write_integer(x), write_integer(y), write(4, digest), write(4, text))


VECTOR = {
    Sm2CiphertextForm.C1C3C2: b"\4" + C1 + C3 + C2,
    Sm2CiphertextForm.C1C2C3: b"\4" + C1 + C2 + C3,
    Sm2CiphertextForm.BARE_C1C3C2: C1 + C3 + C2,
    Sm2CiphertextForm.BARE_C1C2C3: C1 + C2 + C3,
    Sm2CiphertextForm.ASN1: asn1(),
}


@pytest.mark.parametrize("form", Sm2CiphertextForm)
def test_the_standard_s_text_opens_in_every_form(form: Sm2CiphertextForm) -> None:
    """The published ciphertext opens, in each order, with and without its 04, and as ASN.1."""
    assert sm2_decrypt(KEY, VECTOR[form], form=form) == TEXT


@settings(max_examples=20)
@given(st.binary(min_size=1, max_size=255), st.sampled_from(Sm2CiphertextForm))
def test_it_goes_both_ways(text: bytes, form: Sm2CiphertextForm) -> None:
    """Every text of 1 to 255 bytes opens as it was in the form it was written in."""
    assert sm2_decrypt(KEY, sm2_encrypt(PUBLIC, text, form=form), form=form) == text


def test_no_two_ciphertexts_are_equal() -> None:
    """Every encryption has a point of its own."""
    assert len({sm2_encrypt(PUBLIC, TEXT)[:65] for _ in range(8)}) == 8


@pytest.mark.slow
@settings(max_examples=4, deadline=None)
@given(st.binary(min_size=1, max_size=80))
def test_gmalg_agrees(text: bytes) -> None:
    """Another author's implementation opens ours, and ours opens its, both C1C3C2 with the 04."""
    other = gmalg.SM2(D.to_bytes(32, "big"), b"", PUBLIC.point())
    assert other.decrypt(sm2_encrypt(PUBLIC, text)) == text
    assert sm2_decrypt(KEY, other.encrypt(text)) == text


def test_openssl_agrees(tmp_path: Path) -> None:
    """OpenSSL opens our ASN.1 form and makes one that opens here."""
    openssl = require_openssl()
    (tmp_path / "key.der").write_bytes(write_private_key(KEY))
    (tmp_path / "public.der").write_bytes(write_public_key(PUBLIC))
    (tmp_path / "text").write_bytes(TEXT)
    (tmp_path / "ours").write_bytes(sm2_encrypt(PUBLIC, TEXT, form=Sm2CiphertextForm.ASN1))
    common = [openssl, "pkeyutl", "-keyform", "DER"]
    opened = subprocess.run(
        [*common, "-decrypt", "-inkey", "key.der", "-in", "ours"], cwd=tmp_path, check=True, capture_output=True
    )
    subprocess.run(
        [*common, "-encrypt", "-pubin", "-inkey", "public.der", "-in", "text", "-out", "its"], cwd=tmp_path, check=True
    )
    assert opened.stdout == TEXT
    assert sm2_decrypt(KEY, (tmp_path / "its").read_bytes(), form=Sm2CiphertextForm.ASN1) == TEXT


# --- What must not open ------------------------------------------------------------------------------------------

RAW, OLD, BARE, DER = Sm2CiphertextForm.C1C3C2, Sm2CiphertextForm.C1C2C3, Sm2CiphertextForm.BARE_C1C3C2, "ASN.1"
SPOILT = {
    "empty": (b"", RAW, "malformed"),
    "the point alone": (b"\4" + C1, RAW, "malformed"),
    "no text": (b"\4" + C1 + C3, RAW, "malformed"),
    "no text, old order": (b"\4" + C1 + C3, OLD, "malformed"),
    "no text, bare": (C1 + C3, BARE, "malformed"),
    "cut in the point": (b"\4" + C1[:-1], RAW, "malformed"),
    "text of 256 bytes": (b"\4" + C1 + C3 + bytes(256), RAW, "malformed"),
    "no marker": (C1[1:] + C3 + C2, RAW, "malformed"),
    "a compressed point": (b"\2" + C1[:32] + C3 + C2, RAW, "malformed"),
    "a hybrid point": (b"\6" + C1 + C3 + C2, RAW, "malformed"),
    "infinity": (b"\0" + C3 + C2, RAW, "malformed"),
    "a point of zeros": (b"\4" + bytes(64) + C3 + C2, RAW, "malformed"),
    "a point off the curve": (b"\4" + C1[:-1] + bytes([C1[-1] ^ 1]) + C3 + C2, RAW, "malformed"),
    "a coordinate beyond p": (b"\4" + b"\xff" * 32 + C1[32:] + C3 + C2, RAW, "malformed"),
    "a coordinate plus p": (asn1(x=X1 + P), DER, "malformed"),
    "the other order": (VECTOR[OLD], RAW, "mismatch"),
    "marked where bare is expected": (VECTOR[RAW], BARE, "malformed"),
    "one byte more": (VECTOR[RAW] + b"\0", RAW, "mismatch"),
    "one byte fewer": (VECTOR[RAW][:-1], RAW, "mismatch"),
    "another digest": (b"\4" + C1 + bytes(32) + C2, RAW, "mismatch"),
    "the point turned round": (asn1(y=P - Y1), DER, "mismatch"),
    "der where raw is expected": (VECTOR[Sm2CiphertextForm.ASN1], RAW, "malformed"),
    "raw where der is expected": (VECTOR[RAW], DER, "malformed"),
    "der and a byte": (asn1() + b"\0", DER, "malformed"),
    "der with more inside": (asn1()[:1] + bytes([asn1()[1] + 2]) + asn1()[2:] + b"\5\0", DER, "malformed"),
    "der with a short digest": (asn1(digest=C3[1:]), DER, "malformed"),
    "der without a text": (asn1(text=b""), DER, "malformed"),
    "der with a negative x": (
        write(0x30, write(2, b"\x84" + C1[1:32]), write_integer(Y1), write(4, C3), write(4, C2)), DER, "malformed",
    ),
    "der with a zero too many": (
        write(0x30, write(2, b"\0" + C1[:32]), write_integer(Y1), write(4, C3), write(4, C2)), DER, "malformed",
    ),
    "der with a long length": (b"\x30\x81" + asn1()[1:], DER, "malformed"),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_text_does_not_open(name: str) -> None:
    """Every lax form, bad point and changed part is refused; what is in form fails in one way only."""
    ciphertext, form, reason = SPOILT[name]
    with pytest.raises(TamperDetected) as caught:
        sm2_decrypt(KEY, ciphertext, form=Sm2CiphertextForm(form))
    assert (caught.value.claim, caught.value.reason) == ("ciphertext", reason)


@pytest.mark.parametrize("name", ["a point off the curve", "a point of zeros", "a coordinate beyond p"])
def test_a_bad_point_never_reaches_the_binding(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The private key is not multiplied with a point that was not checked, whatever the binding does."""
    monkeypatch.setattr("gmssl_pyx.sm2_decrypt", lambda secret, ciphertext: b"opened")
    with pytest.raises(TamperDetected, match="malformed"):
        sm2_decrypt(KEY, SPOILT[name][0])
    assert sm2_decrypt(KEY, VECTOR[RAW]) == b"opened"


@given(st.integers(0, 8 * len(VECTOR[RAW]) - 1))
def test_no_changed_bit_opens(bit: int) -> None:
    """No single changed bit of the published ciphertext opens."""
    changed = bytearray(VECTOR[RAW])
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(TamperDetected):
        sm2_decrypt(KEY, bytes(changed))


@given(st.binary(max_size=400), st.sampled_from(Sm2CiphertextForm))
def test_any_bytes_are_refused_with_a_typed_error(raw: bytes, form: Sm2CiphertextForm) -> None:
    """Hostile bytes raise one error of this library."""
    with pytest.raises(TamperDetected):
        sm2_decrypt(KEY, raw, form=form)


def test_another_key_does_not_open() -> None:
    """What is wrapped to one key opens under no other."""
    with pytest.raises(TamperDetected, match="mismatch"):
        sm2_decrypt(Sm2PrivateKey.generate(), VECTOR[RAW])


@pytest.mark.parametrize("size", [0, 256, 5000])
def test_only_what_the_binding_takes_is_encrypted(size: int) -> None:
    """No text and more than 255 bytes are refused, and the error says what to do with long ones."""
    with pytest.raises(Unsupported, match="SM4"):
        sm2_encrypt(PUBLIC, bytes(size))


def test_an_error_inside_the_binding_is_unsupported(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the binding raises leaves as an error of this library."""
    import gmssl_pyx

    def failing(*parts: bytes) -> bytes:
        raise gmssl_pyx.GmsslInnerError("inside")

    monkeypatch.setattr(gmssl_pyx, "sm2_encrypt", failing)
    with pytest.raises(Unsupported, match="cannot encrypt"):
        sm2_encrypt(PUBLIC, TEXT)


# --- Wrapping keys -----------------------------------------------------------------------------------------------


def test_a_wrapped_key_opens_for_its_owner() -> None:
    """A key pair survives its PEM, wraps and unwraps, and is called by the thumbprint that a signing key would have."""
    own = Sm2DecryptionKey.from_pem(Sm2DecryptionKey.generate().to_pem())
    public = Sm2EncryptionKey.from_pem(own.public().to_pem())
    assert own.unwrap(public.wrap(b"k" * 16)) == b"k" * 16
    assert public.kid == own.kid == Sm2SigningKey.from_pem(own.to_pem()).kid


def test_a_private_key_stays_put() -> None:
    """A private key is not printed, pickled or copied (lessons I3, I4)."""
    own = Sm2DecryptionKey(KEY)
    assert repr(own) == f"Sm2DecryptionKey(kid={own.kid!r})"
    assert repr(own.public()) == f"Sm2EncryptionKey(kid={own.kid!r})"
    for copier in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="copied or pickled"):
            copier(own)


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the binding nothing is encrypted or opened, and the error names the extra."""
    monkeypatch.setitem(sys.modules, "gmssl_pyx", None)
    for needs in (lambda: sm2_encrypt(PUBLIC, TEXT), lambda: sm2_decrypt(KEY, VECTOR[RAW]), Sm2DecryptionKey.generate):
        with pytest.raises(Unsupported, match=r"xbridge-gba\[gm\]"):
            needs()
