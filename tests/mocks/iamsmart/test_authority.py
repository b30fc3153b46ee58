"""The authority inside the mock: roots that are its own, a certificate for each person, valid on the mock's clock."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from werkzeug.test import Client

from tests.mocks.iamsmart.signature_check import check_issued, sm2_fits, sm2_point
from xbridge_mocks import MockClock, MockWorld
from xbridge_mocks.iamsmart import authority as authority_module
from xbridge_mocks.iamsmart.authority import Authority
from xbridge_mocks.iamsmart.certificate import spki
from xbridge_mocks.iamsmart.der import integer, oid, time
from xbridge_mocks.iamsmart.identification_code import anonymous_identification_code, identification_code
from xbridge_mocks.iamsmart.sm2 import SM2_ID, Sm2Key
from xbridge_mocks.persona import persona
from xbridge_mocks.random_source import RandomSource, SeededRandomSource

NOON = datetime(2025, 6, 2, 4, 0, tzinfo=UTC)
LEE, NG = persona("lee-siu-ming"), persona("ng-wing-sze")
NEEDS_OPENSSL = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl binary to ask for its opinion")


@pytest.fixture
def made() -> tuple[MockClock, Authority]:
    """A clock that stands still, and an authority on it."""
    clock = MockClock(NOON)
    return clock, Authority(clock=clock, random=RandomSource())


def der_of(pem: str) -> bytes:
    """The bytes of a PEM text."""
    return base64.b64decode("".join(pem.splitlines()[1:-1]))


@pytest.mark.parametrize("key_type", ["RSA", "SM2"])
def test_profile(made, key_type):
    """A person's certificate is for signing and nothing else; only the root may issue, and only for the mock."""
    _, authority = made
    held = check_issued(authority.credential(LEE, key_type).certificate, authority.trust_anchors()[key_type == "SM2"])
    usage = held.extensions.get_extension_for_class(x509.KeyUsage)
    assert (usage.critical, usage.value.digital_signature, usage.value.content_commitment) == (True, True, True)
    assert (usage.value.key_cert_sign, usage.value.key_encipherment) == (False, False)
    assert held.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    root = x509.load_pem_x509_certificate(authority.trust_anchors()[key_type == "SM2"].encode())
    constraints = root.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (constraints.ca, constraints.path_length) == (True, 0)
    assert "not a real authority" in root.subject.rfc4514_string()


def test_one_key_each(made):
    """Nobody shares a key with anybody, and nobody has two of one kind."""
    _, authority = made
    keys = {spki(authority.credential(who, kind).key) for who in (LEE, NG) for kind in ("RSA", "SM2") for _ in range(2)}
    assert len(keys) == 4


def test_keys_are_made(monkeypatch, made):
    """Left to itself an authority makes its RSA keys, of 2048 bits."""
    asked = []

    def note(exponent, size):
        asked.append((exponent, size))
        return generate_private_key(exponent, size)

    monkeypatch.setattr(authority_module, "generate_private_key", note)
    made[1].credential(LEE, "RSA")
    assert asked == [(65537, 2048)] * 2


def test_renewal(made):
    """A certificate lives three years on the mock's clock; then there is a new one for the same key, under the same root."""
    clock, authority = made
    first, roots = authority.credential(LEE, "RSA"), authority.trust_anchors()
    held = x509.load_der_x509_certificate(first.certificate)
    assert (held.not_valid_before_utc, held.not_valid_after_utc) == (
        NOON - timedelta(days=1), NOON + timedelta(days=3 * 365),
    )  # fmt: skip
    clock.set(NOON + timedelta(days=3 * 365))
    assert authority.credential(LEE, "RSA") is first
    clock.advance(1)
    second = authority.credential(LEE, "RSA")
    assert (second.certificate != first.certificate, second.key is first.key) == (True, True)
    check_issued(second.certificate, roots[0])
    assert authority.trust_anchors() == roots


def test_after_2049(made):
    """A time beyond UTCTime is written so that it is read as what it is."""
    clock, authority = made
    clock.set(datetime(2049, 12, 31, 12, tzinfo=UTC))
    held = x509.load_der_x509_certificate(authority.credential(LEE, "RSA").certificate)
    assert held.not_valid_before_utc == datetime(2049, 12, 30, 12, tzinfo=UTC)
    assert held.not_valid_after_utc.year == 2052
    assert time(datetime(2050, 1, 1, tzinfo=UTC)) == b"\x18\x0f20500101000000Z"


def test_trust_anchors_over_control(world, service):
    """The roots are the same however they are asked for, survive a reset, and are another mock's never."""
    mock = world.iamsmart
    anchors = mock.trust_anchors()
    mock.reset()
    reply = Client(mock).get("/__mock__/trust-anchors", headers={"X-Mock-Secret": mock.control_secret})
    assert json.loads(reply.text) == {"trust_anchors": list(anchors)}
    assert Client(mock).get("/__mock__/trust-anchors").status_code == 403
    other = MockWorld(MockClock(NOON)).iamsmart.trust_anchors()
    assert not set(other) & set(anchors)
    assert len({x509.load_pem_x509_certificate(pem.encode()).subject for pem in (*anchors, *other)}) == 4


@NEEDS_OPENSSL
@pytest.mark.parametrize("key_type", ["RSA", "SM2"])
def test_openssl_agrees(made, tmp_path, key_type):
    """OpenSSL, as strict as it can be, follows the path from a person to the root, and not to another root."""
    clock, authority = made
    person = tmp_path / "person"
    text = base64.encodebytes(authority.credential(LEE, key_type).certificate).decode()
    person.write_text(f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n")
    strangers = Authority(clock=clock, random=RandomSource()).trust_anchors()
    (tmp_path / "ours").write_text("".join(authority.trust_anchors()))
    (tmp_path / "theirs").write_text("".join(strangers))
    name = ["-vfyopt", "distid:1234567812345678"] if key_type == "SM2" else []

    def verify(roots):
        asked = ["openssl", "verify", "-x509_strict", "-purpose", "any", "-attime", str(int(NOON.timestamp())), *name]
        found = subprocess.run([*asked, "-CAfile", tmp_path / roots, person], capture_output=True, check=False)
        return found.returncode == 0

    assert (verify("ours"), verify("theirs")) == (True, False)


def test_sm2_vector():
    """The published signature of GB/T 32918.5 comes out, digit by digit (dossier guangdong.md 10.2)."""
    d = int("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8", 16)
    point = bytes.fromhex(
        "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
        "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
    )
    key = Sm2Key(d=d, point=point)
    k = int("59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21", 16)

    class Published(RandomSource):
        def bytes(self, n: int) -> bytes:
            return (k - 1).to_bytes(n, "big")

    assert key.z(SM2_ID).hex().upper() == "B2E14C5C79C6DF5B85F4FE7ED8DB7A262B9DA7E07CCB0EA9F4747B8CCDA8A4F3"
    assert key.sign(b"message digest", Published()).hex().startswith("3046022100f5a03b0648d2c4630eeac513e1bb81a1")
    assert key.spki().hex().startswith("3059301306072a8648ce3d020106082a811ccf5501822d03420004")


@pytest.mark.slow
def test_sm2_is_right_for_many_draws():
    """Signatures over one message are all right and all different, whatever their numbers begin with."""
    random = SeededRandomSource("sm2")
    key = Sm2Key.generate(random)
    signatures = {key.sign(b"message", random) for _ in range(8)}
    assert len(signatures) == 8
    assert all(sm2_fits(key.point, b"message", each) for each in signatures)


def test_der():
    """Numbers and names have the encodings that X.690 gives as the shortest."""
    assert [integer(value).hex() for value in (0, 127, 128, 256, 1 << 63)] == [
        "020100", "02017f", "02020080", "02020100", "0209008000000000000000",
    ]  # fmt: skip
    assert oid("1.2.840.113549").hex() == "06062a864886f70d"
    assert oid("2.16.840.1.101.3.4.2.1").hex() == "0609608648016503040201"


def test_the_roots_are_signed_by_themselves(made):
    """Each root is its own issuer, and its signature says so."""
    rsa, sm2 = made[1].trust_anchors()
    check_issued(der_of(rsa), rsa)
    held = x509.load_der_x509_certificate(der_of(sm2))
    assert held.issuer == held.subject
    assert sm2_fits(sm2_point(der_of(sm2)), held.tbs_certificate_bytes, held.signature)


def test_identification_code():
    """The published digits come out; an anonymous code depends on each of its three parts and on their form."""
    digest = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="
    assert identification_code(digest, "liR14%2BvX%2F5hSum5uf4ERczu0KcDnIJA5BM7FoM1ag9c%3D") == "2417"
    parts = (digest, "rDcExehSzsiEp2laLaJqrtaX2ua9sdaugwaY5ONmYwk=", "edae2e2529ff46228af1e4d18c8405d1")
    code = anonymous_identification_code(*parts)
    others = [anonymous_identification_code(*parts, form="bytes")]
    for place in range(3):
        digest, card, client = (part[::-1] if place == number else part for number, part in enumerate(parts))
        others.append(anonymous_identification_code(digest, card, client))
    assert (len(code), code.isdigit(), code not in others) == (4, True, True)
