"""SM2 signatures: the standard's vectors, two other implementations, and every form that must not pass."""

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
from xbridge.core.errors import ConfigError, TamperDetected, TokenInvalid, Unsupported
from xbridge.crypto import sm2
from xbridge.crypto.der import write, write_integer, write_oid
from xbridge.crypto.sm2 import (
    N,
    P,
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
from xbridge.crypto.sm2_key import read_private_key, read_public_key, write_private_key, write_public_key
from xbridge.crypto.sm3 import sm3

require_binding(whole_module=True)

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


def times_g(scalar: int) -> Sm2PublicKey:
    """A multiple of the base point, by gmalg: the library makes none."""
    return Sm2PublicKey.from_point(gmalg.SM2(number(scalar)).generate_pk(number(scalar)))


def pair(scalar: int) -> Sm2PrivateKey:
    """The key of this number."""
    return Sm2PrivateKey(scalar, times_g(scalar))


KEY = Sm2PrivateKey(D, Sm2PublicKey(X, Y))
PUBLIC = KEY.public()
SIGNATURE = number(R) + number(S)


def test_the_standard_s_key_and_digest() -> None:
    """The published number and point belong together, and the default id gives the published e."""
    assert KEY.unsafe_scalar() == number(D)
    assert sm2_digest(PUBLIC, MESSAGE) == E


def test_the_standard_s_signature() -> None:
    """The published signature holds, over the message and over e."""
    assert sm2_verify(PUBLIC, MESSAGE, SIGNATURE) == MESSAGE
    assert sm2_verify_digest(PUBLIC, E, SIGNATURE) == E


def test_the_shape_of_a_jws_vector() -> None:
    """The dossier's JWS-shaped vector holds."""
    text = b"eyJhbGciOiJTTTIiLCJ0eXAiOiJKV1QifQ.eyJzdWIiOiJ1LTAwMSJ9"
    made = (
        "fdf1fca3c631b31e8107697b78e390a3b86bf5b384b3f3d5a9fb8d0ab5f55a92"
        "96310bfcaf9802da75b1824c8d25495b8bfb8c9dd9f251e0422bd757d3e6035e"
    )
    assert sm2_verify(PUBLIC, text, bytes.fromhex(made)) == text


# --- Other implementations ---------------------------------------------------------------------------------------


@pytest.mark.slow
@settings(max_examples=4)
@given(st.integers(1, N - 2), st.binary(max_size=100), st.binary(min_size=1, max_size=40))
def test_gmalg_agrees(scalar: int, message: bytes, sm2_id: bytes) -> None:
    """Another author's implementation accepts ours, and ours accepts its, each with its own nonces."""
    key = pair(scalar)
    other = gmalg.SM2(number(scalar), sm2_id, key.public().point())
    made = sm2_sign(key, message, sm2_id=sm2_id)
    assert other.verify(message, made[:32], made[32:])
    r, s = other.sign(message)
    # gmalg leaves zero bytes at the front of a number out.
    raw = r.rjust(32, b"\0") + s.rjust(32, b"\0")
    assert sm2_verify(key.public(), message, raw, sm2_id=sm2_id) == message


@pytest.mark.parametrize("digest", [0, 1, N - 1, N, N + 1, 2**256 - 1])
def test_any_digest_is_signed(digest: int) -> None:
    """32 bytes are taken as e even from n up, where they are reduced."""
    assert sm2_verify_digest(PUBLIC, number(digest), sm2_sign_digest(KEY, number(digest))) == number(digest)


def test_no_two_signatures_are_equal() -> None:
    """Every signature has a nonce of its own: x, and so k, never comes again."""
    made = {(int.from_bytes(sm2_sign_digest(KEY, E)[:32], "big")) for _ in range(16)}
    assert len(made) == 16


def test_openssl_agrees(tmp_path: Path) -> None:
    """OpenSSL reads our key files, verifies our signature and makes one that we accept."""
    openssl = require_openssl()
    (tmp_path / "key.der").write_bytes(write_private_key(KEY))
    (tmp_path / "public.der").write_bytes(write_public_key(PUBLIC))
    (tmp_path / "message").write_bytes(MESSAGE)
    (tmp_path / "ours").write_bytes(der_signature(sm2_sign(KEY, MESSAGE)))
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


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_signature_is_refused(name: str) -> None:
    """Numbers out of range, t = 0 and every near miss are refused, for the reason that is ours to give."""
    signature, reason = FORGED[name]
    with pytest.raises(TamperDetected) as caught:
        sm2_verify(PUBLIC, MESSAGE, signature)
    assert (caught.value.claim, caught.value.reason) == ("signature", reason)


@pytest.mark.parametrize("name", ["r is n", "s is n", "t is zero", "r is zero"])
def test_what_is_out_of_range_never_reaches_the_binding(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ranges are checked before the binding is asked, and do not hang on how it reads a number."""
    monkeypatch.setattr("gmssl_pyx.sm2_verify_sm3_digest", lambda *parts: True)
    with pytest.raises(TamperDetected):
        sm2_verify(PUBLIC, MESSAGE, FORGED[name][0])
    assert sm2_verify(PUBLIC, MESSAGE, number(R) + number(S + 1)) == MESSAGE


def test_a_small_r_may_not_travel_as_r_plus_n() -> None:
    """A number r + n passes for r in lax arithmetic, where it fits 32 bytes; it is refused."""
    digest, r = number((1 - times_g(K).x) % N), 1
    s = number(pow(1 + D, -1, N) * (K - r * D) % N)
    assert sm2_verify_digest(PUBLIC, digest, number(r) + s) == digest
    with pytest.raises(TamperDetected, match="malformed"):
        sm2_verify_digest(PUBLIC, digest, number(r + N) + s)


@pytest.mark.parametrize("t", [1, 5, D, N - 1])
def test_infinity_is_no_point_with_an_x_of_zero(t: int) -> None:
    """Whoever holds the key finds r and s whose sum is infinity; the binding would let them pass for r = e."""
    s = -t * D % N
    r = (t - s) % N
    with pytest.raises(TamperDetected, match="mismatch"):
        sm2_verify_digest(PUBLIC, number(r), number(r) + number(s))


def test_a_sum_that_is_a_doubling() -> None:
    """Where s·G and t·P are one point, their sum is its double: a signature that holds."""
    t = 7
    s = t * D % N
    r = (t - s) % N
    digest = number((r - times_g(2 * s % N).x) % N)
    assert sm2_verify_digest(PUBLIC, digest, number(r) + number(s)) == digest


def test_an_error_inside_the_binding_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the binding raises never passes for a verdict, and leaves as an error of this library."""
    import gmssl_pyx

    def failing(*parts: bytes) -> bool:
        raise gmssl_pyx.GmsslInnerError("inside")

    monkeypatch.setattr(gmssl_pyx, "sm2_verify_sm3_digest", failing)
    monkeypatch.setattr(gmssl_pyx, "sm2_sign_sm3_digest", failing)
    with pytest.raises(TamperDetected, match="mismatch"):
        sm2_verify_digest(PUBLIC, E, SIGNATURE)
    with pytest.raises(ConfigError, match="cannot sign"):
        sm2_sign_digest(KEY, E)


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
        sm2_verify(times_g(D + 1), MESSAGE, SIGNATURE)
    with pytest.raises(TamperDetected, match="mismatch"):
        sm2_verify_digest(PUBLIC, sm3(MESSAGE), SIGNATURE)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_digest_has_32_bytes(size: int) -> None:
    """A digest of another length is neither signed nor verified."""
    with pytest.raises(TamperDetected, match="malformed"):
        sm2_verify_digest(PUBLIC, b"\1" * size, SIGNATURE)
    with pytest.raises(ValueError, match="32"):
        sm2_sign_digest(KEY, b"\1" * size)


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
        Sm2PrivateKey(scalar, PUBLIC)


def test_a_private_key_hides() -> None:
    """Neither ``repr`` nor pickle nor copy gives a private key away."""
    assert f"{D:x}" not in repr(KEY).lower()
    assert str(X) not in repr(PUBLIC)
    for escape in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="copied or pickled"):
            escape(KEY)


def test_a_pair_belongs_together() -> None:
    """Another key's point, its own negative included, is refused with no cause that could hold a part of the key."""
    for other in (times_g(D + 1), Sm2PublicKey(X, P - Y)):
        with pytest.raises(ConfigError, match="another private key") as caught:
            Sm2PrivateKey(D, other)
        assert caught.value.__cause__ is caught.value.__context__ is None


def test_a_new_key_signs() -> None:
    """A generated key is one that gmalg derives as well, and no other comes twice."""
    first, second = Sm2PrivateKey.generate(), Sm2PrivateKey.generate()
    assert first.public() == times_g(int.from_bytes(first.unsafe_scalar(), "big"))
    assert first.public() != second.public()


def test_the_vector_s_key_files() -> None:
    """SPKI and PKCS#8 have the published bytes and are read back; SEC 1 with its options too."""
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
    for der in (pkcs8, sec1(curve, write(0xA1, write(3, b"\0" + point)))):
        assert read_private_key(der).public() == PUBLIC


def sec1(*options: bytes, secret: bytes = number(D), version: int = 1) -> bytes:
    """An ECPrivateKey."""
    return write(0x30, write_integer(version), write(4, secret), *options)


CURVE = write(0xA0, write_oid("1.2.156.10197.1.301"))
OWN = write(0xA1, write(3, b"\0" + PUBLIC.point()))
SM2_KEY = write(0x30, write_oid("1.2.840.10045.2.1"), write_oid("1.2.156.10197.1.301"))
BAD_PRIVATE = {
    "no curve": sec1(OWN),
    "no public key": sec1(CURVE),
    "P-256": sec1(write(0xA0, write_oid("1.2.840.10045.3.1.7")), OWN),
    "short secret": sec1(CURVE, OWN, secret=number(D)[1:]),
    "zero": sec1(CURVE, OWN, secret=number(0)),
    "another's public key": sec1(CURVE, write(0xA1, write(3, b"\0" + times_g(D + 1).point()))),
    "a public key off the curve": sec1(CURVE, write(0xA1, write(3, b"\0\4" + number(X) + number(Y ^ 1)))),
    "a compressed public key": sec1(CURVE, write(0xA1, write(3, b"\0\2" + number(X)))),
    "more after the public key": sec1(CURVE, write(0xA1, write(3, b"\0" + PUBLIC.point()), b"\5\0")),
    "something after": sec1(CURVE, OWN) + b"\0",
    "something inside": sec1(CURVE, OWN, write_integer(1)),
    "version 2": sec1(CURVE, OWN, version=2),
    "pkcs8 of P-256": write(
        0x30,
        write_integer(0),
        write(0x30, write_oid("1.2.840.10045.2.1"), write_oid("1.2.840.10045.3.1.7")),
        write(4, sec1(OWN)),
    ),
    "pkcs8 around version 2": write(0x30, write_integer(0), SM2_KEY, write(4, sec1(OWN, version=2))),
    "pkcs8 with more": write(0x30, write_integer(0), SM2_KEY, write(4, sec1(OWN)), b"\5\0"),
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


# --- The extra ---------------------------------------------------------------------------------------------------


def test_without_the_binding_it_is_unsupported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra nothing is signed, verified or made, and the error says what to install; points and DER are read."""
    monkeypatch.setitem(sys.modules, "gmssl_pyx", None)
    for needs in (
        lambda: sm2_verify_digest(PUBLIC, E, SIGNATURE),
        lambda: sm2_sign_digest(KEY, E),
        lambda: Sm2PrivateKey(D, PUBLIC),
        lambda: read_private_key(write_private_key(KEY)),
        Sm2PrivateKey.generate,
        sm2.require_sm2,
    ):
        with pytest.raises(Unsupported, match=r"xbridge-gba\[gm\] .*arm64.*C compiler"):
            needs()
    assert not sm2.has_sm2()
    assert read_public_key(write_public_key(PUBLIC)) == PUBLIC


def test_an_id_is_counted_in_bits() -> None:
    """An id whose bits do not fit two bytes is a wrong setting; the longest that fits is used."""
    assert len(sm2_digest(PUBLIC, b"", sm2_id=b"x" * 8191)) == 32
    with pytest.raises(ConfigError, match="8191"):
        sm2_digest(PUBLIC, b"", sm2_id=b"x" * 8192)
