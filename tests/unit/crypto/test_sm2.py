"""SM2 signatures: the standard's vectors, two other implementations, and every form that must not pass."""

from __future__ import annotations

import copy
import hashlib
import os
import pickle
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import gmalg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xbridge.core.errors import ConfigError, TamperDetected, TokenInvalid, Unsupported
from xbridge.crypto import sm2, sm2_curve
from xbridge.crypto.der import write, write_integer, write_oid
from xbridge.crypto.sm2 import (
    Sm2PrivateKey,
    Sm2PublicKey,
    der_signature,
    raw_signature,
    sm2_digest,
    sm2_sign,
    sm2_sign_digest,
    sm2_verify,
    sm2_verify_digest,
)
from xbridge.crypto.sm2_curve import N, P
from xbridge.crypto.sm2_key import read_private_key, read_public_key, write_private_key, write_public_key

# GB/T 32918.5, as guangdong.md section 10.2 gives it.
D = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
X = 0x09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020
Y = 0xCCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13
K = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
E = bytes.fromhex("F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640")
R = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
S = 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA
MESSAGE = b"message digest"


def number(value: int) -> bytes:
    """32 bytes."""
    return value.to_bytes(32, "big")


def counting(seed: bytes) -> Callable[[int], bytes]:
    """A source of bytes that a test can repeat."""
    calls = iter(range(1 << 30))
    return lambda size: hashlib.shake_256(seed + next(calls).to_bytes(4, "big")).digest(size)


KEY = Sm2PrivateKey(D)
PUBLIC = KEY.public()
SIGNATURE = number(R) + number(S)


def test_the_standard_s_key_and_digest() -> None:
    """The private key gives the published point, and the default id the published e."""
    assert (PUBLIC.x, PUBLIC.y) == (X, Y)
    assert sm2_digest(PUBLIC, MESSAGE) == E


@pytest.mark.parametrize(("blinding", "mask"), [(0, 1), (1, 2), (2**64 - 1, N - 1), (0x1234567890ABCDEF, D)])
def test_the_standard_s_signature(blinding: int, mask: int) -> None:
    """The published k gives the published signature, whatever the blinding is."""
    assert sm2._signature_with(D, E, k=K, blinding=blinding, mask=mask) == SIGNATURE
    assert sm2_verify(PUBLIC, MESSAGE, SIGNATURE) == MESSAGE


def test_the_shape_of_a_jws_vector() -> None:
    """The dossier's JWS-shaped vector comes out of the same k."""
    text = b"eyJhbGciOiJTTTIiLCJ0eXAiOiJKV1QifQ.eyJzdWIiOiJ1LTAwMSJ9"
    made = sm2._signature_with(D, sm2_digest(PUBLIC, text), k=K, blinding=7, mask=9)
    assert made is not None
    assert made.hex() == (
        "fdf1fca3c631b31e8107697b78e390a3b86bf5b384b3f3d5a9fb8d0ab5f55a92"
        "96310bfcaf9802da75b1824c8d25495b8bfb8c9dd9f251e0422bd757d3e6035e"
    )


def test_sm3_over_parts() -> None:
    """SM3 of parts is SM3 of their concatenation; ``abc`` has the published digest."""
    assert sm2.sm3(b"a", b"bc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


@settings(max_examples=25)
@given(st.integers(1, N - 1), st.integers(0, 2**64 - 1))
def test_the_comb_agrees_with_the_other_multiplication(scalar: int, blinding: int) -> None:
    """Two ways to multiply G share no table and give one point, for blinded scalars too."""
    assert sm2_curve.base_multiple(scalar, blinding=blinding) == sm2_curve.public_sum(
        0, scalar, sm2_curve.key_table(sm2_curve.G)
    )


@pytest.mark.parametrize("scalar", [1, 2, 3, 255, 256, 257, sm2_curve._OFFSET, sm2_curve._OFFSET + 1, N - 1, N - 2])
def test_the_comb_at_its_edges(scalar: int) -> None:
    """Digits that are all zero or all ones are multiplied as any other."""
    expected = sm2_curve.public_sum(0, scalar, sm2_curve.key_table(sm2_curve.G))
    for blinding in (0, 1, 2**64 - 1):
        assert sm2_curve.base_multiple(scalar, blinding=blinding) == expected


def test_sums_that_meet_at_one_point() -> None:
    """G + G doubles, G − G is infinity and has no x, and nothing times anything is infinity too."""
    own = sm2_curve.key_table(sm2_curve.G)
    assert sm2_curve.public_sum(1, 1, own) == sm2_curve.base_multiple(2, blinding=3)
    assert sm2_curve.public_sum(1, N - 1, own) is None
    assert sm2_curve.public_sum(0, 0, own) is None


# --- Other implementations ---------------------------------------------------------------------------------------


@pytest.mark.slow
@settings(max_examples=4)
@given(st.integers(1, N - 2), st.binary(max_size=100), st.binary(min_size=1, max_size=40))
def test_gmalg_agrees(scalar: int, message: bytes, sm2_id: bytes) -> None:
    """Another author's implementation accepts ours, ours accepts its, and both make one public key."""
    key = Sm2PrivateKey(scalar)
    other = gmalg.SM2(number(scalar), sm2_id, key.public().point())
    assert other.generate_pk(number(scalar)) == key.public().point()
    made = sm2_sign(key, message, entropy=counting(message), sm2_id=sm2_id)
    assert other.verify(message, made[:32], made[32:])
    r, s = other.sign(message)
    assert sm2_verify(key.public(), message, r + s, sm2_id=sm2_id) == message


@settings(max_examples=25)
@given(st.integers(1, N - 2), st.binary(max_size=100), st.sampled_from(["pure", "gm"]), st.sampled_from(["pure", "gm"]))
def test_the_backends_agree(scalar: int, message: bytes, signs: sm2.Backend, verifies: sm2.Backend) -> None:
    """What one backend signs, the other accepts."""
    pytest.importorskip("gmssl_pyx")
    key = Sm2PrivateKey(scalar)
    made = sm2_sign(key, message, entropy=counting(message), backend=signs)
    assert sm2_verify(key.public(), message, made, backend=verifies) == message


def test_openssl_agrees(tmp_path: Path) -> None:
    """OpenSSL reads our key files, verifies our signature and makes one that we accept."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl here")
    (tmp_path / "key.der").write_bytes(write_private_key(KEY))
    (tmp_path / "public.der").write_bytes(write_public_key(PUBLIC))
    (tmp_path / "message").write_bytes(MESSAGE)
    (tmp_path / "ours").write_bytes(der_signature(sm2_sign(KEY, MESSAGE, entropy=counting(b"openssl"))))
    common = [openssl, "pkeyutl", "-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678", "-in", "message"]
    subprocess.run(
        [*common, "-verify", "-pubin", "-keyform", "DER", "-inkey", "public.der", "-sigfile", "ours"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    subprocess.run([*common, "-sign", "-keyform", "DER", "-inkey", "key.der", "-out", "its"], cwd=tmp_path, check=True)
    its = raw_signature((tmp_path / "its").read_bytes())
    assert sm2_verify(PUBLIC, MESSAGE, its) == MESSAGE


# --- What must not pass ------------------------------------------------------------------------------------------

FORGED = {
    "r is zero": (number(0) + number(S), "malformed"),
    "r is n": (number(N) + number(S), "malformed"),
    "s is zero": (number(R) + number(0), "malformed"),
    "s is n": (number(R) + number(N), "malformed"),
    "r above n": (number(N + 5) + number(S), "malformed"),
    "s above n": (number(R) + number(N + 5), "malformed"),
    "t is zero": (number(R) + number(N - R), "mismatch"),
    "s turned round": (number(R) + number(N - S), "mismatch"),
    "halves changed over": (number(S) + number(R), "mismatch"),
    "r one more": (number(R + 1) + number(S), "mismatch"),
    "s one more": (number(R) + number(S + 1), "mismatch"),
    "one byte short": (SIGNATURE[:-1], "malformed"),
    "one byte long": (SIGNATURE + b"\0", "malformed"),
    "empty": (b"", "malformed"),
    "der instead of raw": (der_signature(SIGNATURE), "malformed"),
}


@pytest.mark.parametrize("backend", ["pure", "gm"])
@pytest.mark.parametrize("name", FORGED)
def test_a_forged_signature_is_refused(name: str, backend: sm2.Backend) -> None:
    """Numbers out of range, t = 0 and every near miss are refused, by either backend and for one reason."""
    if backend == "gm":
        pytest.importorskip("gmssl_pyx")
    signature, reason = FORGED[name]
    with pytest.raises(TamperDetected) as caught:
        sm2_verify(PUBLIC, MESSAGE, signature, backend=backend)
    assert (caught.value.claim, caught.value.reason) == ("signature", reason)


def test_a_small_r_may_not_travel_as_r_plus_n() -> None:
    """A number r + n passes for r in lax arithmetic, where it fits 32 bytes; it is refused."""
    digest, r = number((1 - sm2_curve.base_multiple(K, blinding=0)[0]) % N), 1
    made = sm2._signature_with(D, digest, k=K, blinding=0, mask=1)
    assert made is not None
    assert int.from_bytes(made[:32], "big") == r
    assert sm2_verify_digest(PUBLIC, digest, made) == digest
    with pytest.raises(TamperDetected, match="malformed"):
        sm2_verify_digest(PUBLIC, digest, number(r + N) + made[32:])


def test_every_bit_counts() -> None:
    """No single changed bit in the signature, the digest or the id passes."""
    for bit in range(512):
        changed = (int.from_bytes(SIGNATURE, "big") ^ (1 << bit)).to_bytes(64, "big")
        if bit % 16 == 0:
            with pytest.raises(TamperDetected):
                sm2_verify_digest(PUBLIC, E, changed)
    for bit in range(0, 256, 16):
        with pytest.raises(TamperDetected, match="mismatch"):
            sm2_verify_digest(PUBLIC, number(int.from_bytes(E, "big") ^ (1 << bit)), SIGNATURE)
    with pytest.raises(TamperDetected, match="mismatch"):
        sm2_verify(PUBLIC, MESSAGE, SIGNATURE, sm2_id=b"1234567812345679")


def test_another_key_and_another_form_are_refused() -> None:
    """A signature holds for one key, and one over the message is not one over the bare digest of it."""
    with pytest.raises(TamperDetected, match="mismatch"):
        sm2_verify(Sm2PrivateKey(D + 1).public(), MESSAGE, SIGNATURE)
    with pytest.raises(TamperDetected, match="mismatch"):
        sm2_verify_digest(PUBLIC, sm2.sm3(MESSAGE), SIGNATURE)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_digest_has_32_bytes(size: int) -> None:
    """A digest of another length is neither signed nor verified."""
    with pytest.raises(TamperDetected, match="malformed"):
        sm2_verify_digest(PUBLIC, b"\1" * size, SIGNATURE)
    with pytest.raises(ValueError, match="32"):
        sm2_sign_digest(KEY, b"\1" * size, entropy=os.urandom)


LAX = {
    "one byte after": der_signature(SIGNATURE) + b"\0",
    "one byte short": der_signature(SIGNATURE)[:-1],
    "negative r": write(0x30, write(2, number(R)), write_integer(S)),
    "one zero too many": write(0x30, write(2, b"\0\0" + number(R)), write_integer(S)),
    "long length": b"\x30\x81\x46" + der_signature(SIGNATURE)[2:],
    "indefinite length": b"\x30\x80" + der_signature(SIGNATURE)[2:] + b"\0\0",
    "three numbers": write(0x30, write_integer(R), write_integer(S), write_integer(1)),
    "one number": write(0x30, write_integer(R)),
    "no bytes in a number": write(0x30, write(2), write_integer(S)),
    "a number of 33 bytes": write(0x30, write_integer(R + (1 << 256)), write_integer(S)),
    "a set": write(0x31, write_integer(R), write_integer(S)),
    "an octet string": write(0x30, write(4, number(R)), write_integer(S)),
    "raw": SIGNATURE,
    "empty": b"",
}


@pytest.mark.parametrize("name", LAX)
def test_only_strict_der_is_read(name: str) -> None:
    """A signature has one encoding; every other is refused as malformed."""
    with pytest.raises(TamperDetected) as caught:
        raw_signature(LAX[name])
    assert caught.value.reason == "malformed"


@given(st.integers(0, 2**256 - 1), st.integers(0, 2**256 - 1))
def test_der_goes_both_ways(r: int, s: int) -> None:
    """r‖s survives the way to DER and back, whatever the numbers are."""
    assert raw_signature(der_signature(number(r) + number(s))) == number(r) + number(s)


@given(st.binary(max_size=80))
def test_any_bytes_are_refused_with_a_typed_error(raw: bytes) -> None:
    """Hostile bytes as signature, DER, key or key file raise errors of this library only."""
    for read, error in (
        (raw_signature, TamperDetected),
        (read_public_key, TokenInvalid),
        (Sm2PublicKey.from_point, TokenInvalid),
        (read_private_key, ConfigError),
    ):
        with pytest.raises(error):
            read(raw)


# --- Keys --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("x", "y"), [(X, Y + 1), (X + P, Y), (X, Y - P), (0, 0), (P, P), (-X, Y), (X, Y ^ 1)])
def test_a_point_off_the_curve_is_no_key(x: int, y: int) -> None:
    """A point that is off the curve, out of range or infinity is refused when the key is made."""
    with pytest.raises(TokenInvalid) as caught:
        Sm2PublicKey(x, y)
    assert caught.value.reason == "malformed"


@pytest.mark.parametrize("scalar", [0, -1, N - 1, N, N + 1])
def test_a_private_key_has_a_range(scalar: int) -> None:
    """Zero, n − 1 (for which no signature exists) and numbers beyond are refused."""
    with pytest.raises(ConfigError):
        Sm2PrivateKey(scalar)


def test_a_private_key_hides() -> None:
    """Neither ``repr`` nor pickle nor copy gives a private key away."""
    assert f"{D:x}" not in repr(KEY).lower()
    assert str(X) not in repr(PUBLIC)
    for escape in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="copied or pickled"):
            escape(KEY)


def test_a_new_key_is_drawn_until_it_is_in_range() -> None:
    """Bytes that give no key are drawn again, and a source that never gives one is an error, not a loop."""
    drawn = iter([b"\0" * 32, b"\xff" * 32, number(D), b"\1" * 8])
    assert Sm2PrivateKey.generate(lambda size: next(drawn)).public() == PUBLIC
    with pytest.raises(ConfigError, match="entropy"):
        Sm2PrivateKey.generate(lambda size: b"\0" * size)


def test_a_nonce_needs_key_digest_and_entropy() -> None:
    """With one constant source, two messages and two keys still give different r; fresh bytes give another signature."""

    def constant(size: int) -> bytes:
        return b"\0" * size

    first = sm2_sign_digest(KEY, E, entropy=constant)
    assert sm2_sign_digest(KEY, E, entropy=constant) == first
    x = {
        (int.from_bytes(made[:32], "big") - int.from_bytes(digest, "big")) % N
        for key, digest in ((KEY, E), (KEY, number(5)), (Sm2PrivateKey(D + 1), E))
        for made in (sm2_sign_digest(key, digest, entropy=constant),)
    }
    assert len(x) == 3
    assert sm2_sign_digest(KEY, E, entropy=counting(b"other")) != first


def test_a_nonce_that_gives_nothing_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where r = 0, r + k = n and s = 0, another k is drawn and nothing is signed."""
    x = sm2_curve.base_multiple(K, blinding=0)[0]
    assert sm2._signature_with(D, number(-x % N), k=K, blinding=0, mask=1) is None
    assert sm2._signature_with(D, number((N - K - x) % N), k=K, blinding=0, mask=1) is None
    r = K * pow(D, -1, N) % N
    assert sm2._signature_with(D, number((r - x) % N), k=K, blinding=0, mask=1) is None
    monkeypatch.setattr(sm2, "_signature_with", lambda *args, **named: None)
    with pytest.raises(ConfigError, match="entropy"):
        sm2_sign_digest(KEY, E, entropy=os.urandom)


def test_the_vector_s_key_files() -> None:
    """SPKI and PKCS#8 have the published bytes and are read back; SEC 1 with and without its options too."""
    point = PUBLIC.point()
    spki = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200") + point
    pkcs8 = (
        bytes.fromhex("308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420")
        + number(D)
        + bytes.fromhex("a144034200")
        + point
    )
    assert (write_public_key(PUBLIC), write_private_key(KEY)) == (spki, pkcs8)
    assert read_public_key(spki) == PUBLIC
    assert hash(read_public_key(spki)) == hash(PUBLIC)
    curve = write(0xA0, write_oid("1.2.156.10197.1.301"))
    for der in (pkcs8, sec1(curve), sec1(curve, write(0xA1, write(3, b"\0" + point)))):
        assert read_private_key(der).public() == PUBLIC


def sec1(*options: bytes, secret: bytes = number(D), version: int = 1) -> bytes:
    """An ECPrivateKey."""
    return write(0x30, write_integer(version), write(4, secret), *options)


CURVE = write(0xA0, write_oid("1.2.156.10197.1.301"))
SM2_KEY = write(0x30, write_oid("1.2.840.10045.2.1"), write_oid("1.2.156.10197.1.301"))
BAD_PRIVATE = {
    "no curve": sec1(),
    "P-256": sec1(write(0xA0, write_oid("1.2.840.10045.3.1.7"))),
    "short secret": sec1(CURVE, secret=number(D)[1:]),
    "zero": sec1(CURVE, secret=number(0)),
    "another's public key": sec1(CURVE, write(0xA1, write(3, b"\0" + Sm2PrivateKey(D + 1).public().point()))),
    "more after the public key": sec1(CURVE, write(0xA1, write(3, b"\0" + PUBLIC.point()), b"\5\0")),
    "something after": sec1(CURVE) + b"\0",
    "something inside": sec1(CURVE, write_integer(1)),
    "version 2": sec1(CURVE, version=2),
    "pkcs8 of P-256": write(
        0x30,
        write_integer(0),
        write(0x30, write_oid("1.2.840.10045.2.1"), write_oid("1.2.840.10045.3.1.7")),
        write(4, sec1()),
    ),
    "pkcs8 around version 2": write(0x30, write_integer(0), SM2_KEY, write(4, sec1(version=2))),
    "pkcs8 with more": write(0x30, write_integer(0), SM2_KEY, write(4, sec1()), b"\5\0"),
}


@pytest.mark.parametrize("name", BAD_PRIVATE)
def test_a_wrong_private_key_file_is_refused(name: str) -> None:
    """A key file that is lax, for another curve or at odds with itself is a wrong setting."""
    with pytest.raises(ConfigError):
        read_private_key(BAD_PRIVATE[name])


@pytest.mark.parametrize(
    ("spki", "reason"),
    [
        (
            write(
                0x30,
                write(0x30, write_oid("1.2.840.10045.2.1"), write_oid("1.2.840.10045.3.1.7")),
                write(3, b"\0" + PUBLIC.point()),
            ),
            "unknown",
        ),
        (write(0x30, SM2_KEY, write(3, b"\1" + PUBLIC.point())), "malformed"),
        (write(0x30, SM2_KEY, write(3, b"\0\2" + number(X))), "malformed"),
        (write(0x30, SM2_KEY, write(3, b"\0\0")), "malformed"),
        (write(0x30, SM2_KEY, write(3, b"\0\4" + number(X) + number(Y ^ 1))), "malformed"),
        (write_public_key(PUBLIC) + b"\0", "malformed"),
        (write(0x30, SM2_KEY, write(3, b"\0" + PUBLIC.point()), b"\5\0"), "malformed"),
    ],
)
def test_a_wrong_public_key_file_is_refused(spki: bytes, reason: str) -> None:
    """Another curve is unknown; compressed, infinite, off the curve or lax is malformed."""
    with pytest.raises(TokenInvalid) as caught:
        read_public_key(spki)
    assert caught.value.reason == reason


# --- The switch --------------------------------------------------------------------------------------------------


def test_the_native_backend_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra it is ``Unsupported``, and never replaced in silence; another name is a wrong setting."""
    monkeypatch.setitem(__import__("sys").modules, "gmssl_pyx", None)
    with pytest.raises(Unsupported, match="gm"):
        sm2_verify_digest(PUBLIC, E, SIGNATURE, backend="gm")
    with pytest.raises(Unsupported, match="gm"):
        sm2_sign_digest(KEY, E, entropy=os.urandom, backend="gm")
    with pytest.raises(ConfigError, match="backend"):
        sm2_verify_digest(PUBLIC, E, SIGNATURE, backend="fast")  # type: ignore[arg-type]


def test_an_id_is_counted_in_bits() -> None:
    """An id whose bits do not fit two bytes is a wrong setting; the longest that fits is used."""
    assert len(sm2_digest(PUBLIC, b"", sm2_id=b"x" * 8191)) == 32
    with pytest.raises(ConfigError, match="8191"):
        sm2_digest(PUBLIC, b"", sm2_id=b"x" * 8192)
