"""A person's own signature: what is accepted, and everything that is not."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from pathlib import Path
from typing import get_args

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.crypto.binding import require_binding
from tests.unit.protocols import certificate_authority
from tests.unit.protocols.certificate_authority import (
    DAY,
    RSA_SIGNATURE,
    SHA256,
    SIGNED_WITH,
    SM3,
    Authority,
    Person,
    RsaKey,
    Sm2Key,
    attribute,
    bits,
    integer,
    key_id,
    key_of,
    octets,
    oid,
    sequence,
    signed_data,
    tlv,
    usage,
    utc,
)
from xbridge.core.errors import ConfigError, TamperDetected, Unsupported
from xbridge.core.signing import SIGNATURE_ALGORITHMS, SignatureAlgorithm
from xbridge.crypto.digest import sha256_hex
from xbridge.crypto.sm2 import Sm2PublicKey, sm2_verify
from xbridge.protocols import certificate as certificate_module
from xbridge.protocols import certificate_path
from xbridge.protocols.certificate import MAX_CERTIFICATE_BYTES
from xbridge.protocols.personal_signature import (
    SignatureForm,
    TrustAnchors,
    load_anchors,
    verify_certificate,
    verify_document_signature,
    verify_hash_signature,
    verify_hash_signatures,
    verify_signature_value,
)

require_binding(whole_module=True)

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
HASH = hashlib.sha256(b"what the person agrees to").digest()
KINDS = ("rsa", "sm2")
RSA, SM2 = Authority("rsa", now=NOW), Authority("sm2", now=NOW)
AUTHORITIES = {"rsa": RSA, "sm2": SM2}
PEOPLE = {kind: authority.person() for kind, authority in AUTHORITIES.items()}
ANCHORS = {kind: load_anchors([authority.anchor_pem]) for kind, authority in AUTHORITIES.items()}
BOTH = load_anchors([RSA.anchor_pem + SM2.anchor_pem])
DOCUMENT = {"rsa": "SHA256withRSA", "sm2": "SM3withSM2"}


def refused(certificate: bytes, anchors: TrustAnchors = BOTH, *, at: datetime = NOW, intermediates=()) -> str:
    """The reason for which a certificate is refused."""
    with pytest.raises(TamperDetected) as caught:
        verify_certificate(certificate, anchors, at=at, intermediates=intermediates, claim="signer")
    assert caught.value.claim == "signer"
    return caught.value.reason


def kind_of(algorithm: str) -> str:
    """Whose algorithm it is."""
    return "rsa" if algorithm.endswith("RSA") else "sm2"


# --- Certificates --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_s_certificate(kind: str) -> None:
    """A certificate below an anchor is accepted; what comes back says whose, which anchor and for when."""
    signer = verify_certificate(PEOPLE[kind].certificate, BOTH, at=NOW)
    assert signer.certificate == PEOPLE[kind].certificate
    assert signer.fingerprint == sha256_hex(PEOPLE[kind].certificate)
    assert signer.anchor == sha256_hex(AUTHORITIES[kind].certificate)
    assert signer.checked_at == NOW
    assert "CHAN" not in repr(signer)


@pytest.mark.parametrize("kind", KINDS)
def test_an_anchor_may_be_an_issuing_authority(kind: str) -> None:
    """Whoever trusts an issuing authority only needs no root; whoever trusts the root needs what stands between."""
    issuing = AUTHORITIES[kind].issuing()
    person = issuing.person().certificate
    assert verify_certificate(person, load_anchors([issuing.anchor_pem]), at=NOW).anchor == sha256_hex(
        issuing.certificate
    )
    given_along = [PEOPLE["rsa"].certificate, b"not a certificate", issuing.certificate, PEOPLE["sm2"].certificate]
    assert verify_certificate(person, BOTH, at=NOW, intermediates=given_along).anchor == sha256_hex(
        AUTHORITIES[kind].certificate
    )
    assert refused(person) == "unknown"


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_path_has_four_certificates_at_most(kind: str) -> None:
    """Two authorities may stand between person and anchor, and not three."""
    chain = [AUTHORITIES[kind].issuing("first")]
    for name in ("second", "third"):
        chain.append(chain[-1].issuing(name))
    between = [authority.certificate for authority in chain]
    verify_certificate(chain[1].person().certificate, BOTH, at=NOW, intermediates=between)
    assert refused(chain[2].person().certificate, intermediates=between) == "unknown"


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_path_length_is_kept(kind: str) -> None:
    """An authority that may have none below it has none."""
    short = AUTHORITIES[kind].issuing("short", path_length=0)
    below = short.issuing("below")
    between = [short.certificate, below.certificate]
    verify_certificate(short.person().certificate, BOTH, at=NOW, intermediates=between)
    assert refused(below.person().certificate, intermediates=between) == "unknown"
    narrow = Authority(AUTHORITIES[kind].kind, now=NOW, name="narrow root", path_length=0)
    inner = narrow.issuing("inner")
    anchors = load_anchors([narrow.anchor_pem])
    verify_certificate(narrow.person().certificate, anchors, at=NOW)
    assert refused(inner.person().certificate, anchors, intermediates=[inner.certificate]) == "unknown"


@pytest.mark.parametrize("kind", KINDS)
def test_times(kind: str) -> None:
    """Both ends of the validity belong to it, and a second beyond does not; a naive time is a mistake of ours."""
    person = AUTHORITIES[kind].person(start=NOW, end=NOW + DAY).certificate
    second = timedelta(seconds=1)
    for at in (NOW, NOW + DAY):
        verify_certificate(person, BOTH, at=at)
    assert refused(person, at=NOW - second) == "not_yet_valid"
    assert refused(person, at=NOW + DAY + second) == "expired"
    with pytest.raises(ValueError, match="aware"):
        verify_certificate(person, BOTH, at=NOW.replace(tzinfo=None))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("end", [NOW - DAY, NOW + 9 * DAY])
def test_every_authority_is_valid_at_the_time(kind: str, end: datetime) -> None:
    """An anchor or an authority between that is out of its time ends the path."""
    at = end + timedelta(hours=1)
    root = Authority(AUTHORITIES[kind].kind, now=NOW, name="old root", end=end)
    person = root.person().certificate
    assert refused(person, load_anchors([root.anchor_pem]), at=at) == "unknown"
    between = AUTHORITIES[kind].issuing("old", end=end)
    assert refused(between.person().certificate, at=at, intermediates=[between.certificate]) == "unknown"
    late = AUTHORITIES[kind].issuing("late", start=end, end=NOW + 99 * DAY)
    before = end - timedelta(hours=1)
    person = late.person(start=NOW - 300 * DAY).certificate
    assert refused(person, at=before, intermediates=[late.certificate]) == "unknown"


@cache
def not_authorities(kind: str) -> dict[str, Authority]:
    """Holders of certificates who issue without being allowed to."""
    above = AUTHORITIES[kind]
    constraints = (x509.BasicConstraints(True, None), True)
    return {
        "no constraints": above.issuing("a", extensions=[(usage("key_cert_sign"), True)]),
        "not an authority": above.issuing("b", extensions=[(x509.BasicConstraints(False, None), True)]),
        "no right to sign certificates": above.issuing(
            "c", extensions=[constraints, (usage("digital_signature"), True)]
        ),
        "unknown critical": above.issuing(
            "d", extensions=[constraints, (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0"), True)]
        ),
    }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("which", not_authorities("rsa"))
def test_only_an_authority_issues(kind: str, which: str) -> None:
    """A certificate by somebody who is no authority, or of whom we do not understand all that is critical, is refused."""
    holder = not_authorities(kind)[which]
    assert refused(holder.person().certificate, intermediates=[holder.certificate]) == "unknown"


def test_sm2_names_are_not_constrained() -> None:
    """Constraints of names, which our walk does not evaluate, end a path of SM2."""
    constraint = (x509.NameConstraints([x509.DNSName("people.example")], None), False)
    holder = SM2.issuing("narrow", extensions=[(x509.BasicConstraints(True, None), True), constraint])
    assert refused(holder.person().certificate, intermediates=[holder.certificate]) == "unknown"


@pytest.mark.parametrize("kind", KINDS)
def test_a_namesake_of_an_anchor_is_nobody(kind: str) -> None:
    """A root of the anchor's name with another key leads nowhere, and neither does one that signs itself."""
    authority = AUTHORITIES[kind]
    namesake = Authority(authority.kind, now=NOW, name=authority.name, key=key_of(kind, "somebody else"))
    assert refused(namesake.person().certificate, intermediates=[namesake.certificate]) == "unknown"
    assert refused(namesake.person().certificate) == "unknown"


@pytest.mark.slow
def test_hostile_authorities_cost_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many authorities of one name and no path lead to a bounded number of checks."""
    calls: list[int] = []

    def counted(key: Sm2PublicKey, message: bytes, signature: bytes) -> bytes:
        calls.append(1)
        return sm2_verify(key, message, signature)

    monkeypatch.setattr(certificate_path, "sm2_verify", counted)
    stranger = Authority("sm2", now=NOW, name="stranger")
    same = [stranger.issuing("stranger", key=stranger.key).certificate for _ in range(16)]
    assert refused(stranger.person().certificate, intermediates=same) == "unknown"
    assert len(calls) <= 16
    assert refused(stranger.person().certificate, intermediates=[*same, same[0]]) == "too_large"


@pytest.mark.parametrize("kind", KINDS)
def test_an_authority_is_no_person(kind: str) -> None:
    """Neither an anchor nor an authority below it signs for a person."""
    assert refused(AUTHORITIES[kind].certificate) == "key_usage"
    signs = [(x509.BasicConstraints(True, None), True), (usage("key_cert_sign", "digital_signature"), True)]
    assert refused(AUTHORITIES[kind].issuing("x", extensions=signs).certificate) == "key_usage"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("allowed", "accepted"),
    [
        (None, True),
        (usage("digital_signature"), True),
        (usage("content_commitment"), True),
        (usage("key_encipherment", "data_encipherment"), False),
        (usage("key_agreement"), False),
        (usage("key_cert_sign"), False),
    ],
)
def test_key_usage(kind: str, allowed: x509.KeyUsage | None, accepted: bool) -> None:
    """A key usage that is there must allow to sign; none at all is accepted."""
    person = AUTHORITIES[kind].person(key_usage=allowed).certificate
    if accepted:
        verify_certificate(person, BOTH, at=NOW)
    else:
        assert refused(person) == "key_usage"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("critical", [False, True])
@pytest.mark.parametrize(
    ("purposes", "accepted"),
    [
        ([ExtendedKeyUsageOID.EMAIL_PROTECTION], True),
        ([x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")], True),
        ([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH], True),
        ([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE], True),
        ([ExtendedKeyUsageOID.SERVER_AUTH], False),
        ([ExtendedKeyUsageOID.CODE_SIGNING, ExtendedKeyUsageOID.TIME_STAMPING], False),
        ([ExtendedKeyUsageOID.OCSP_SIGNING], False),
    ],
)
def test_purposes(kind: str, purposes: list[x509.ObjectIdentifier], accepted: bool, critical: bool) -> None:
    """No purpose is asked for, but a certificate for machines only is no person's."""
    extension = (x509.ExtendedKeyUsage(purposes), critical)
    person = AUTHORITIES[kind].person(extensions=[extension]).certificate
    if accepted:
        verify_certificate(person, BOTH, at=NOW)
    else:
        assert refused(person) == "key_usage"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_critical_must_be_understood(kind: str) -> None:
    """A critical extension that we do not know is a condition that we may be breaking; one that is not critical is none."""
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0")
    assert refused(AUTHORITIES[kind].person(extensions=[(unknown, True)]).certificate) == "unknown"
    verify_certificate(AUTHORITIES[kind].person(extensions=[(unknown, False)]).certificate, BOTH, at=NOW)


def test_a_weak_key_is_refused() -> None:
    """RSA below 2048 bits is refused at a person, at an anchor and between."""
    weak = key_of("rsa", "weak", 1024)
    assert refused(RSA.person(key=weak).certificate) == "weak_key"
    with pytest.raises(ConfigError, match="2048"):
        load_anchors([Authority("rsa", now=NOW, name="weak root", key=weak).anchor_pem])
    between = RSA.issuing("weak", key=weak)
    assert refused(between.person().certificate, intermediates=[between.certificate]) == "unknown"


def test_an_authority_between_has_a_key_of_a_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger's certificate may not make us calculate with a key of any size."""
    between = RSA.issuing("large", key=key_of("rsa", "large", 3072))
    person = between.person().certificate
    verify_certificate(person, BOTH, at=NOW, intermediates=[between.certificate])
    monkeypatch.setattr(certificate_module, "MAX_RSA_BITS", 3000)
    assert refused(person, intermediates=[between.certificate]) == "unknown"


def test_a_name_above_is_the_issuer_s_own() -> None:
    """A key alone issues nothing: the name above must be the one that the certificate says, and the algorithm SM2's."""
    other = Authority("sm2", now=NOW, name="another name", key=SM2.key)
    assert refused(other.person().certificate) == "unknown"
    draft = SM2.person().draft
    assert refused(draft.signed("ec", SM2.key.sign)) == "unknown"


def test_both_names_of_the_algorithm_are_one() -> None:
    """The algorithm inside what is signed and the one outside are the same, though either alone would do."""
    person = SM2.person()
    other = sequence(oid("1.2.156.10197.1.501"), tlv(5))
    assert refused(person.draft.signed("sm2", SM2.key.sign, inside=other)) == "malformed"
    assert refused(PEOPLE["rsa"].draft.signed("rsa", RSA.key.sign, inside=SIGNED_WITH["ec"])) == "malformed"


def test_kinds_of_keys() -> None:
    """An authority may have a NIST curve; a person may not, and neither may SM2 stand below RSA."""
    curve = Authority("ec", now=NOW, name="curve")
    anchors = load_anchors([curve.anchor_pem, SM2.anchor_pem])
    verify_certificate(curve.person(kind="rsa").certificate, anchors, at=NOW)
    assert refused(curve.person(kind="ec").certificate, anchors) == "unknown"
    assert refused(RSA.person(kind="sm2").certificate) == "unknown"
    assert refused(SM2.person(kind="rsa").certificate) == "unknown"
    assert refused(PEOPLE["rsa"].certificate, ANCHORS["sm2"]) == "unknown"
    assert refused(PEOPLE["sm2"].certificate, ANCHORS["rsa"]) == "unknown"


@pytest.mark.parametrize("kind", KINDS)
def test_a_time_that_no_calendar_holds_is_malformed(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate from or until the year 0 is refused with our own error when it is read, and so is an anchor."""
    edge = NOW + 7 * DAY
    year_0 = tlv(0x18, b"00000101000000Z")
    monkeypatch.setattr(certificate_authority, "utc", lambda moment: year_0 if moment == edge else utc(moment))
    authority = AUTHORITIES[kind]
    assert refused(authority.person(end=edge).certificate) == "malformed"
    assert refused(authority.person(start=edge).certificate) == "malformed"
    raw = Authority(authority.kind, now=NOW, end=edge).certificate
    with pytest.raises(ConfigError, match="expected PEM"):
        load_anchors([to_pem(raw).decode()])


@pytest.mark.parametrize("kind", KINDS)
def test_the_form_of_a_certificate(kind: str) -> None:
    """Only one whole certificate of version 3 in strict DER is read; nothing around it, and not too much of it."""
    raw = PEOPLE[kind].certificate
    for wrong in (b"", raw[:-1], raw + b"\0", b"\0" + raw, b"\x30\x80" + raw[4:] + b"\0\0", raw.hex().encode()):
        assert refused(wrong) == "malformed"
    assert refused(AUTHORITIES[kind].person(version=1).certificate) == "malformed"
    assert refused(AUTHORITIES[kind].person(version=2).certificate) == "malformed"
    assert refused(b"\x30" * (MAX_CERTIFICATE_BYTES + 1)) == "too_large"
    twice = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
    assert refused(AUTHORITIES[kind].person(extensions=[twice, twice]).certificate) == "malformed"


def test_an_sm2_key_off_the_curve_is_refused() -> None:
    """A certificate whose point is not on the curve, or is compressed, holds no key."""
    person = SM2.person()
    head = sequence(oid("1.2.840.10045.2.1"), oid("1.2.156.10197.1.301"))
    assert isinstance(person.key, Sm2Key)
    point = person.key.point
    for wrong in (point[:-1] + bytes([point[-1] ^ 1]), b"\2" + point[1:33], b"\0"):
        draft = replace(person.draft, spki=sequence(head, bits(wrong)))
        assert refused(draft.signed("sm2", SM2.key.sign)) == "malformed"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("2.5.29.17", "3002a300"),
        ("2.5.29.17", "3002a500"),
        ("1.3.6.1.5.5.7.1.24", "3000"),
    ],
    ids=["x400Address", "ediPartyName", "empty TLSFeature"],
)
def test_an_extension_that_cannot_be_read_is_malformed(kind: str, value: str) -> None:
    """What no parser here reads is refused with our own error, in a person's certificate and in an anchor."""
    strange = x509.UnrecognizedExtension(x509.ObjectIdentifier(kind), bytes.fromhex(value))
    for authority in AUTHORITIES.values():
        assert refused(authority.person(extensions=[(strange, False)]).certificate) == "malformed"
        anchor = Authority(authority.kind, now=NOW, extensions=[(strange, False)])
        with pytest.raises(ConfigError, match="expected PEM"):
            load_anchors([anchor.anchor_pem])


@pytest.mark.slow
def test_every_byte_of_a_certificate_counts() -> None:
    """No certificate with one changed byte is accepted."""
    for kind in KINDS:
        raw = PEOPLE[kind].certificate
        for at in range(len(raw)):
            refused(raw[:at] + bytes([raw[at] ^ 0x01]) + raw[at + 1 :])


# --- Anchors -------------------------------------------------------------------------------------------------------


def test_anchors_are_authorities() -> None:
    """No anchor, no PEM, no authority or a private key among the texts is a wrong setting."""
    person = x509.load_der_x509_certificate(PEOPLE["rsa"].certificate).public_bytes(Encoding.PEM).decode()
    key = RSA.key
    assert isinstance(key, RsaKey)
    for texts in ([], ["", ""], ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"], ["nothing"]):
        with pytest.raises(ConfigError):
            load_anchors(texts)
    with pytest.raises(ConfigError, match="authority"):
        load_anchors([RSA.anchor_pem, person])
    with pytest.raises(ConfigError, match="private key"):
        load_anchors([RSA.anchor_pem + key.pem().decode()])
    with pytest.raises(ConfigError):
        load_anchors([Authority("rsa", now=NOW, name="old form", version=1).anchor_pem])
    with pytest.raises(ConfigError, match="64"):
        load_anchors([RSA.issuing(f"number {number}", key=RSA.key).anchor_pem for number in range(65)])


def test_anchors_are_counted_once() -> None:
    """The same certificate in two texts is one anchor; its fingerprint may be shown."""
    anchors = load_anchors([RSA.anchor_pem, SM2.anchor_pem + RSA.anchor_pem])
    assert anchors.fingerprints == (sha256_hex(RSA.certificate), sha256_hex(SM2.certificate))
    assert sha256_hex(RSA.certificate) in repr(anchors)


def test_without_the_binding_sm2_is_unsupported(monkeypatch: pytest.MonkeyPatch) -> None:
    """An anchor of SM2 and a signature under one name the extra; where nobody trusts SM2, a stranger's certificate never does."""
    person = PEOPLE["sm2"]
    signature, issuing = person.sign_hash(HASH, "SM3withSM2"), SM2.issuing()
    monkeypatch.setitem(sys.modules, "gmssl_pyx", None)
    with pytest.raises(Unsupported, match=r"xbridge-gba\[gm\]"):
        load_anchors([RSA.anchor_pem, SM2.anchor_pem])
    with pytest.raises(Unsupported, match=r"xbridge-gba\[gm\]"):
        verify_certificate(person.certificate, BOTH, at=NOW)
    with pytest.raises(Unsupported, match=r"xbridge-gba\[gm\]"):
        verify_signature_value(HASH, signature, person.certificate, algorithm="SM3withSM2")
    only = load_anchors([RSA.anchor_pem])
    assert refused(issuing.person().certificate, only, intermediates=[issuing.certificate]) == "unknown"
    verify_certificate(PEOPLE["rsa"].certificate, only, at=NOW, intermediates=[issuing.certificate])


# --- Hash signatures -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", SIGNATURE_ALGORITHMS)
def test_a_hash_signature(algorithm: SignatureAlgorithm) -> None:
    """Each of the platform's algorithms is verified, and says who signed."""
    person = PEOPLE[kind_of(algorithm)]
    signature = person.sign_hash(HASH, algorithm)
    signer = verify_hash_signature(HASH, signature, person.certificate, BOTH, algorithm=algorithm, at=NOW)
    assert signer.certificate == person.certificate


def hash_refused(signature: bytes, person: Person, *, algorithm: str, hash_code: bytes = HASH, **form: str):
    """Claim and reason of the refusal of a hash signature."""
    with pytest.raises(TamperDetected) as caught:
        verify_hash_signature(
            hash_code,
            signature,
            person.certificate,
            BOTH,
            algorithm=algorithm,  # type: ignore[arg-type]
            form=SignatureForm(**form),  # type: ignore[arg-type]
            at=NOW,
        )
    return caught.value.claim, caught.value.reason


@pytest.mark.parametrize(
    ("made", "asked"), [pair for pair in product(SIGNATURE_ALGORITHMS, repeat=2) if pair[0] != pair[1]]
)
def test_a_signature_is_of_the_algorithm_that_was_asked_for(made: str, asked: str) -> None:
    """What holds under one algorithm is not accepted for another, with the signer's own certificate or with the right kind."""
    person = PEOPLE[kind_of(made)]
    signature = person.sign_hash(HASH, made)
    claim, reason = hash_refused(signature, person, algorithm=asked)
    same = kind_of(made) == kind_of(asked)
    assert (claim, reason) == ("signature" if same else "certificate", "mismatch")
    assert hash_refused(signature, PEOPLE[kind_of(asked)], algorithm=asked)[0] == "signature"


@pytest.mark.parametrize("algorithm", SIGNATURE_ALGORITHMS)
def test_another_hash_another_person_another_signature(algorithm: SignatureAlgorithm) -> None:
    """A signature is for one hash and by one person, and has no byte to spare."""
    kind = kind_of(algorithm)
    person, other = PEOPLE[kind], AUTHORITIES[kind].person("WONG Siu Ming")
    signature = person.sign_hash(HASH, algorithm)
    assert hash_refused(signature, person, algorithm=algorithm, hash_code=HASH[::-1]) == ("signature", "mismatch")
    assert hash_refused(signature, other, algorithm=algorithm) == ("signature", "mismatch")
    assert hash_refused(b"", person, algorithm=algorithm)[0] == "signature"
    assert hash_refused(signature + b"\0", person, algorithm=algorithm)[0] == "signature"
    assert hash_refused(b"\0" + signature, person, algorithm=algorithm)[0] == "signature"
    assert hash_refused(b"\0" * 2049, person, algorithm=algorithm) == ("signature", "too_large")
    for at in range(0, len(signature), 5):
        changed = signature[:at] + bytes([signature[at] ^ 0x10]) + signature[at + 1 :]
        assert hash_refused(changed, person, algorithm=algorithm)[0] == "signature"


@pytest.mark.parametrize("algorithm", SIGNATURE_ALGORITHMS)
def test_the_certificate_comes_first(algorithm: SignatureAlgorithm) -> None:
    """A good signature under a certificate that is not trusted is worth nothing."""
    kind = kind_of(algorithm)
    stranger = Authority(AUTHORITIES[kind].kind, now=NOW, name="stranger").person()
    assert hash_refused(stranger.sign_hash(HASH, algorithm), stranger, algorithm=algorithm) == (
        "certificate",
        "unknown",
    )
    old = AUTHORITIES[kind].person(end=NOW - timedelta(hours=1))
    assert hash_refused(old.sign_hash(HASH, algorithm), old, algorithm=algorithm) == ("certificate", "expired")


@pytest.mark.parametrize("algorithm", SIGNATURE_ALGORITHMS)
def test_a_value_without_trust(algorithm: SignatureAlgorithm) -> None:
    """The signature alone can be checked under a certificate that nobody vouches for, and names it; it must hold all the same."""
    kind = kind_of(algorithm)
    stranger = Authority(AUTHORITIES[kind].kind, now=NOW, name="stranger").person(end=NOW - timedelta(hours=1))
    signature = stranger.sign_hash(HASH, algorithm)
    fingerprint = verify_signature_value(HASH, signature, stranger.certificate, algorithm=algorithm)
    assert fingerprint == sha256_hex(stranger.certificate)
    for hash_code, certificate in ((HASH[::-1], stranger.certificate), (HASH, PEOPLE[kind].certificate)):
        with pytest.raises(TamperDetected) as caught:
            verify_signature_value(hash_code, signature, certificate, algorithm=algorithm)
        assert (caught.value.claim, caught.value.reason) == ("signature", "mismatch")


@pytest.mark.parametrize("algorithm", SIGNATURE_ALGORITHMS)
def test_many_signatures_under_one_certificate(algorithm: SignatureAlgorithm) -> None:
    """Many are verified as one is; one that does not hold is named by its place, and none at all is no answer."""
    person = PEOPLE[kind_of(algorithm)]
    codes = [hashlib.sha256(bytes([number])).digest() for number in range(3)]
    pairs = [(code, person.sign_hash(code, algorithm)) for code in codes]
    options = {"algorithm": algorithm, "at": NOW}
    assert verify_hash_signatures(pairs, person.certificate, BOTH, **options).certificate == person.certificate  # type: ignore[arg-type]
    for wrong, index, reason in (
        ([pairs[0], (codes[1], pairs[2][1]), pairs[2]], 1, "mismatch"),
        ([*pairs, (codes[0], b"\0" * 2049)], 3, "too_large"),
        ([], None, "missing"),
    ):
        with pytest.raises(TamperDetected) as caught:
            verify_hash_signatures(wrong, person.certificate, BOTH, **options)  # type: ignore[arg-type]
        assert (caught.value.claim, caught.value.reason, caught.value.index) == ("signature", reason, index)
    stranger = Authority(AUTHORITIES[kind_of(algorithm)].kind, now=NOW, name="stranger").person()
    with pytest.raises(TamperDetected, match="certificate"):
        verify_hash_signatures(
            [(HASH, stranger.sign_hash(HASH, algorithm))], stranger.certificate, BOTH, algorithm=algorithm, at=NOW
        )


@pytest.mark.parametrize(
    ("algorithm", "form", "size", "fits"),
    [
        ("SHA256withRSA", {}, 0, False),
        ("SHA256withRSA", {}, 64, True),
        ("SHA256withRSA", {}, 65, False),
        ("SHA256withRSA", {"hash_input": "digest"}, 31, False),
        ("NONEwithRSA", {}, 33, False),
        ("NONEwithRSA", {"rsa_none_form": "bare"}, 33, False),
        ("NONEwithSM2", {}, 31, False),
        ("SM3withSM2", {}, 33, True),
    ],
)
def test_the_length_of_a_hash_code(algorithm: str, form: dict[str, str], size: int, fits: bool) -> None:
    """A digest has 32 bytes, and anything else that is signed is short and not empty."""
    claim, reason = hash_refused(
        b"\1" * 70, PEOPLE[kind_of(algorithm)], algorithm=algorithm, hash_code=b"\1" * size, **form
    )
    assert (claim == "hash_code" and reason == "malformed") is not fits


def test_the_forms_of_rsa() -> None:
    """Each setting accepts its own form and none of the others; the defaults are the documented ones."""
    person = PEOPLE["rsa"]
    assert isinstance(person.key, RsaKey)
    made = {
        "over the hash code": person.key.sign(HASH),
        "over the digest": person.key.sign_digest(HASH),
        "bare": person.key.sign_bare(HASH),
    }
    wanted = {
        ("SHA256withRSA", "digest_info", "hash_code"): "over the hash code",
        ("SHA256withRSA", "bare", "digest"): "over the digest",
        ("NONEwithRSA", "digest_info", "digest"): "over the digest",
        ("NONEwithRSA", "bare", "hash_code"): "bare",
    }
    for (algorithm, none_form, hash_input), name in wanted.items():
        form = SignatureForm(rsa_none_form=none_form, hash_input=hash_input)  # type: ignore[arg-type]
        for other, signature in made.items():
            if other == name:
                verify_hash_signature(
                    HASH,
                    signature,
                    person.certificate,
                    BOTH,
                    algorithm=algorithm,  # type: ignore[arg-type]
                    form=form,
                    at=NOW,
                )
            else:
                got = hash_refused(
                    signature, person, algorithm=algorithm, rsa_none_form=none_form, hash_input=hash_input
                )
                assert got == ("signature", "mismatch")
    assert SignatureForm() == SignatureForm(
        rsa_none_form="digest_info", hash_input="hash_code", sm2_id="1234567812345678"
    )


@pytest.mark.parametrize(
    "wrong",
    [{"sm2_id": ""}, {"sm2_id": "é"}, {"sm2_id": "x" * 8192}, {"rsa_none_form": "raw"}, {"hash_input": "message"}],
)
def test_a_form_is_checked_when_it_is_made(wrong: dict[str, str]) -> None:
    """A form that is none of the documented ones is a wrong setting, not a refusal of every signature."""
    with pytest.raises(ConfigError, match="signing"):
        SignatureForm(**wrong)  # type: ignore[arg-type]


def test_the_id_of_sm2_is_a_setting() -> None:
    """A signature under another id is accepted under that setting only."""
    person = PEOPLE["sm2"]
    assert isinstance(person.key, Sm2Key)
    signature = person.key.sign(HASH, b"ALICE")
    verify_hash_signature(
        HASH, signature, person.certificate, BOTH, algorithm="SM3withSM2", form=SignatureForm(sm2_id="ALICE"), at=NOW
    )
    assert hash_refused(signature, person, algorithm="SM3withSM2") == ("signature", "mismatch")


def test_an_algorithm_of_another_name_is_refused() -> None:
    """Nothing is accepted for an algorithm that does not exist."""
    assert get_args(SignatureAlgorithm) == SIGNATURE_ALGORITHMS
    person = PEOPLE["rsa"]
    for algorithm in ("none", "SHA1withRSA", ""):
        assert hash_refused(person.sign_hash(HASH, "SHA256withRSA"), person, algorithm=algorithm) == (
            "signature",
            "unknown",
        )


# --- Documents -----------------------------------------------------------------------------------------------------


def verify_document(kind: str, pkcs7: bytes, *, digest: bytes = HASH, at: datetime = NOW, anchors: TrustAnchors = BOTH):
    """Verify a document of this kind."""
    return verify_document_signature(digest, pkcs7, anchors, at=at, algorithm=DOCUMENT[kind])  # type: ignore[arg-type]


def document_refused(kind: str, pkcs7: bytes, **named: object) -> tuple[str, str]:
    """Claim and reason of the refusal of a document's signature."""
    with pytest.raises(TamperDetected) as caught:
        verify_document(kind, pkcs7, **named)  # type: ignore[arg-type]
    return caught.value.claim, caught.value.reason


@pytest.mark.parametrize("kind", KINDS)
def test_a_document(kind: str) -> None:
    """A detached signature for our digest is accepted; it says who signed and when they say they did."""
    signer, signed_at = verify_document(kind, PEOPLE[kind].sign_document(HASH))
    assert signer.certificate == PEOPLE[kind].certificate
    assert signed_at == NOW


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_brings_its_own_authorities(kind: str) -> None:
    """Certificates that come along may bridge the way to an anchor, in any order, twice, and beside useless ones."""
    issuing = AUTHORITIES[kind].issuing()
    person = issuing.person()
    along = [PEOPLE[kind].certificate, sequence(b"x"), issuing.certificate, person.certificate, person.certificate]
    signer, _ = verify_document(kind, person.sign_document(HASH, certificates=along))
    assert signer.anchor == sha256_hex(AUTHORITIES[kind].certificate)
    assert document_refused(kind, person.sign_document(HASH)) == ("certificate", "unknown")


def test_a_document_without_a_time_or_a_pin() -> None:
    """The time and the pinned certificate may be absent; the type and the digest may not."""
    person = PEOPLE["rsa"]
    kind, digest, time, pin = person.attributes(HASH)
    signer, signed_at = verify_document("rsa", person.sign_document(HASH, attributes=sorted([kind, digest])))
    assert (signer.certificate, signed_at) == (person.certificate, None)
    for lacking in ([kind, time], [digest, pin], []):
        assert document_refused("rsa", person.sign_document(HASH, attributes=sorted(lacking))) == (
            "signature",
            "malformed",
        )


def test_a_signer_named_by_key_id() -> None:
    """A signer may be named by the id of their key, and then the version is 3."""
    person = PEOPLE["rsa"]
    content = b"".join(sorted(person.attributes(HASH)))
    signature = person.key.sign(tlv(0x31, content))

    def made(identifier: bytes, *, version: int = 3, whole: int = 3) -> bytes:
        info = person.signer_info(content, signature, version=version, identifier=identifier)
        return signed_data(certificates=[person.certificate], digest_algorithm=SHA256, signers=[info], version=whole)

    own = tlv(0x80, key_id(person.key))
    assert verify_document("rsa", made(own))[0].certificate == person.certificate
    assert document_refused("rsa", made(tlv(0x80, b"\0" * 20))) == ("certificate", "missing")
    for wrong in (made(own, version=1), made(own, whole=1), made(own, version=2, whole=2)):
        assert document_refused("rsa", wrong) == ("signature", "malformed")
    assert document_refused("rsa", made(person.issuer_and_serial)) == ("signature", "malformed")


@pytest.mark.parametrize("kind", KINDS)
def test_another_document_is_refused(kind: str) -> None:
    """A signature for one document is not one for another, at another time, or to other anchors."""
    pkcs7 = PEOPLE[kind].sign_document(HASH)
    assert document_refused(kind, pkcs7, digest=HASH[::-1]) == ("signature", "mismatch")
    assert document_refused(kind, pkcs7, digest=HASH[:-1]) == ("digest", "malformed")
    assert document_refused(kind, pkcs7, at=NOW + 9999 * DAY) == ("certificate", "expired")
    other = "sm2" if kind == "rsa" else "rsa"
    assert document_refused(kind, pkcs7, anchors=ANCHORS[other]) == ("certificate", "unknown")
    assert document_refused(other, pkcs7) == ("signature", "algorithm")


@pytest.mark.parametrize("kind", KINDS)
def test_the_attributes_are_signed(kind: str) -> None:
    """Attributes that the signature does not cover are refused, and so is a signature over the digest alone."""
    person = PEOPLE[kind]
    content = b"".join(sorted(person.attributes(HASH)))
    for signature in (
        person.key.sign(HASH),
        person.key.sign(tlv(0xA0, content)),
        AUTHORITIES[kind].person("WONG Siu Ming").key.sign(tlv(0x31, content)),
        b"",
    ):
        info = person.signer_info(content, signature)
        made = signed_data(certificates=[person.certificate], digest_algorithm=person.digest_algorithm, signers=[info])
        assert document_refused(kind, made)[0] == "signature"


@cache
def unlawful() -> dict[str, tuple[bytes, str, str]]:
    """Messages whose signature holds and whose form does not, with claim and reason."""
    person = PEOPLE["rsa"]
    sorted_ = sorted(person.attributes(HASH))
    content = b"".join(sorted_)
    signature = person.key.sign(tlv(0x31, content))
    info = person.signer_info(content, signature)

    def whole(*signers: bytes, **different: object) -> bytes:
        parts: dict[str, object] = {
            "certificates": [person.certificate],
            "digest_algorithm": SHA256,
            "signers": signers or [info],
            **different,
        }
        return signed_data(**parts)  # type: ignore[arg-type]

    def with_attributes(*attributes: bytes) -> bytes:
        return person.sign_document(HASH, attributes=attributes)

    kind, digest, *_ = person.attributes(HASH)
    other = RSA.person("WONG Siu Ming")
    sha1 = sequence(oid("1.3.14.3.2.26"), tlv(5))
    pss = sequence(oid("1.2.840.113549.1.1.10"))
    malformed, mismatch = ("signature", "malformed"), ("certificate", "mismatch")
    return {
        "the document inside": (whole(content=tlv(0xA0, octets(b"what"))), *malformed),
        "another content type": (whole(content_type=oid("1.2.840.113549.1.9.16.1.4")), *malformed),
        "enveloped": (whole(kind="1.2.840.113549.1.7.3"), *malformed),
        "two signers": (whole(info, info), *malformed),
        "no signer": (signed_data(certificates=[person.certificate], digest_algorithm=SHA256, signers=[]), *malformed),
        "no attributes": (whole(person.signer_info(content, person.key.sign(HASH), tagged=False)), *malformed),
        "something behind it": (whole(behind=integer(1)), *malformed),
        "something beside it": (whole(beside=integer(1)), *malformed),
        "one more digest algorithm": (whole(more_digests=[SM3]), *malformed),
        "the same digest algorithm twice": (whole(more_digests=[SHA256]), *malformed),
        "something after": (whole() + b"\0", *malformed),
        "two digest algorithms": (whole(person.signer_info(content, signature, digest_algorithm=SM3)), *malformed),
        "sha-1": (
            whole(person.signer_info(content, signature, digest_algorithm=sha1), digest_algorithm=sha1),
            "signature",
            "algorithm",
        ),
        "pss": (whole(person.signer_info(content, signature, signature_algorithm=pss)), "signature", "algorithm"),
        "sm2 signature over sha-256": (
            whole(person.signer_info(content, signature, signature_algorithm=SIGNED_WITH["sm2"])),
            "signature",
            "algorithm",
        ),
        "parameters": (
            whole(
                person.signer_info(
                    content, signature, signature_algorithm=sequence(oid("1.2.840.113549.1.1.1"), integer(1))
                )
            ),
            *malformed,
        ),
        "parameters after null": (
            whole(
                person.signer_info(
                    content,
                    signature,
                    signature_algorithm=RSA_SIGNATURE[:1] + bytes([RSA_SIGNATURE[1] + 2]) + RSA_SIGNATURE[2:] + tlv(5),
                )
            ),
            *malformed,
        ),
        "an attribute certificate": (whole(certificates=[person.certificate, tlv(0xA2, b"")]), *malformed),
        "no certificate": (whole(certificates=[]), "certificate", "missing"),
        "another's certificate": (whole(certificates=[other.certificate]), "certificate", "missing"),
        "two of one name and number": (
            whole(
                certificates=[person.certificate, replace(person.draft, end=NOW + 2 * DAY).signed("rsa", RSA.key.sign)]
            ),
            "certificate",
            "duplicated",
        ),
        "seventeen certificates": (whole(certificates=[person.certificate] * 17), "signature", "too_large"),
        "out of order": (with_attributes(*reversed(sorted_)), *malformed),
        "the type twice": (with_attributes(*sorted([kind, kind, digest])), *malformed),
        "the digest twice": (
            with_attributes(*sorted([kind, digest, attribute("1.2.840.113549.1.9.4", octets(HASH[::-1]))])),
            *malformed,
        ),
        "two digests in one": (
            with_attributes(*sorted([kind, attribute("1.2.840.113549.1.9.4", octets(HASH), octets(HASH[::-1]))])),
            *malformed,
        ),
        "another type": (
            with_attributes(*sorted([attribute("1.2.840.113549.1.9.3", oid("1.2.3")), digest])),
            *malformed,
        ),
        "another's pin": (
            with_attributes(*sorted(person.attributes(HASH, pinned=other.certificate))),
            *mismatch,
        ),
        "a pin of an unknown hash": (
            with_attributes(
                *sorted(
                    [
                        kind,
                        digest,
                        attribute("1.2.840.113549.1.9.16.2.47", sequence(sequence(sequence(sha1, octets(b"\0" * 20))))),
                    ]
                )
            ),
            "signature",
            "algorithm",
        ),
        "an empty pin": (
            with_attributes(*sorted([kind, digest, attribute("1.2.840.113549.1.9.16.2.47", sequence(sequence()))])),
            *malformed,
        ),
        "thirty-three attributes": (
            with_attributes(*sorted([kind, digest, *(attribute(f"1.2.3.{n}", integer(n)) for n in range(31))])),
            "signature",
            "too_large",
        ),
        **{
            f"the time {text!r}": (
                with_attributes(*sorted([kind, digest, attribute("1.2.840.113549.1.9.5", tlv(tag, text))])),
                *malformed,
            )
            for tag, text in (
                (0x17, b"2611200400Z"),
                (0x17, b"261120040000"),
                (0x17, b"261120040000X"),
                (0x17, b"261320040000Z"),
                (0x17, b"261120040060Z"),
                (0x17, b"+61120040000Z"),
                (0x17, b"261120040000+0800"),
                (0x18, b"20261120040000.5Z"),
                (0x18, b"261120040000Z"),
                (0x0C, b"20261120040000Z"),
            )
        },
        "two times": (
            with_attributes(*sorted([kind, digest, attribute("1.2.840.113549.1.9.5", utc(NOW), utc(NOW + DAY))])),
            *malformed,
        ),
    }


@pytest.mark.parametrize("name", unlawful())
def test_an_unlawful_message_is_refused(name: str) -> None:
    """A message of another form is refused for its form, though its signature holds."""
    made, claim, reason = unlawful()[name]
    assert document_refused("rsa", made) == (claim, reason)


def test_other_lawful_forms() -> None:
    """An RSA signature may be called by both names; times, pins and signed extras have several lawful forms."""
    person = PEOPLE["rsa"]
    kind, digest, _, _ = person.attributes(HASH)
    content = b"".join(sorted(person.attributes(HASH)))
    named = person.signer_info(
        content,
        person.key.sign(tlv(0x31, content)),
        digest_algorithm=sequence(oid("2.16.840.1.101.3.4.2.1")),
        signature_algorithm=sequence(oid("1.2.840.113549.1.1.11")),
        unsigned=tlv(0xA1, b"whatever"),
    )
    made = signed_data(
        certificates=[person.certificate], digest_algorithm=SHA256, signers=[named], lists=tlv(0xA1, b"whatever")
    )
    assert verify_document("rsa", made)
    sha512 = sequence(oid("2.16.840.1.101.3.4.2.3"))
    pin = sequence(sha512, octets(hashlib.sha512(person.certificate).digest()), sequence(integer(1)))
    for text, expected in (
        (tlv(0x18, b"20501231235959Z"), datetime(2050, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (tlv(0x17, b"491231235959Z"), datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (tlv(0x17, b"500101000000Z"), datetime(1950, 1, 1, tzinfo=UTC)),
    ):
        attributes = [
            kind,
            digest,
            attribute("1.2.840.113549.1.9.5", text),
            attribute("1.2.840.113549.1.9.16.2.47", sequence(sequence(pin), sequence())),
            attribute("1.2.840.113583.1.1.8", sequence()),
        ]
        assert verify_document("rsa", person.sign_document(HASH, attributes=sorted(attributes)))[1] == expected


def test_a_message_has_a_size() -> None:
    """More than a mebibyte is refused unread."""
    assert document_refused("rsa", b"\x30" * (1024 * 1024 + 1)) == ("signature", "too_large")


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_byte_of_a_message_counts(kind: str) -> None:
    """Where nothing unsigned comes along, no message with one changed byte is accepted.

    One exception, which changes no meaning: rsaEncryption and sha256WithRSAEncryption are one byte apart and both name the
    signature (RFC 3370 section 3.2).
    """
    raw = PEOPLE[kind].sign_document(HASH)
    accepted = []
    for at in range(len(raw)):
        for mask in (0x01, 0x0A, 0x80) if kind == "rsa" else (0x01,):
            try:
                verify_document(kind, raw[:at] + bytes([raw[at] ^ mask]) + raw[at + 1 :])
            except TamperDetected:
                continue
            accepted.append((at, mask))
    last_of_name = raw.rindex(RSA_SIGNATURE[2:-2]) + len(RSA_SIGNATURE[2:-2]) - 1 if kind == "rsa" else -1
    assert accepted == ([(last_of_name, 0x0A)] if kind == "rsa" else [])


@pytest.mark.slow
@settings(max_examples=100)
@given(st.data())
def test_a_message_that_was_changed_is_refused(data: st.DataObject) -> None:
    """Cuts, doublings and changed runs are refused with a typed error."""
    raw = PEOPLE["rsa"].sign_document(HASH)
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(raw)), st.integers(0, len(raw)))))
    new = data.draw(st.one_of(st.just(b""), st.just(raw[start:end] * 2), st.binary(max_size=20)))
    changed = raw[:start] + new + raw[end:]
    if changed != raw and abs(len(changed) - len(raw)) + sum(map(int.__ne__, changed, raw)) > 1:
        document_refused("rsa", changed)


@pytest.mark.slow
@given(st.binary(max_size=300))
def test_any_bytes_are_refused(raw: bytes) -> None:
    """Hostile bytes as message, certificate or signature raise errors of this library only."""
    assert document_refused("rsa", raw)
    assert refused(raw)
    assert hash_refused(raw, PEOPLE["rsa"], algorithm="SHA256withRSA")
    assert hash_refused(raw, PEOPLE["sm2"], algorithm="SM3withSM2")


def test_names_stay_inside() -> None:
    """No error about a certificate or a signature names its holder."""
    person = RSA.person("LEE Marked Canary", end=NOW - timedelta(hours=1))
    for certificate in (person.certificate, RSA.person("LEE Marked Canary", bits_=1024).certificate):
        with pytest.raises(TamperDetected) as caught:
            verify_certificate(certificate, BOTH, at=NOW)
        assert "LEE" not in str(caught.value) + repr(caught.value) + str(caught.value.diagnostics())


# --- Another program -----------------------------------------------------------------------------------------------


@pytest.fixture
def openssl(tmp_path: Path):
    """The openssl of this machine, run in a folder of its own."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("there is no openssl here")

    def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([program, *arguments], cwd=tmp_path, capture_output=True, check=False)

    return run


def to_pem(certificate: bytes) -> bytes:
    """A certificate as other programs want it."""
    return x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)


@pytest.mark.parametrize(
    "command", [["cms", "-sign"], ["cms", "-sign", "-keyid"], ["smime", "-sign"], ["cms", "-sign", "-cades"]]
)
def test_openssl_signs_and_we_verify(openssl, tmp_path: Path, command: list[str]) -> None:
    """What OpenSSL signs, in each of its forms, is accepted for its document and for no other."""
    person, document = PEOPLE["rsa"], b"%PDF-1.7 the byte range\r\n"
    assert isinstance(person.key, RsaKey)
    (tmp_path / "document").write_bytes(document)
    (tmp_path / "person.pem").write_bytes(to_pem(person.certificate))
    (tmp_path / "key.pem").write_bytes(person.key.pem())
    done = openssl(
        *command, "-binary", "-in", "document", "-signer", "person.pem", "-inkey", "key.pem", "-md", "sha256",
        "-outform", "DER", "-out", "signature", "-nosmimecap",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    made = (tmp_path / "signature").read_bytes()
    digest = hashlib.sha256(document).digest()
    signer, signed_at = verify_document("rsa", made, digest=digest)
    assert signer.certificate == person.certificate
    assert signed_at is not None
    assert document_refused("rsa", made, digest=HASH) == ("signature", "mismatch")


def test_we_sign_and_openssl_verifies(openssl, tmp_path: Path) -> None:
    """The messages of these tests are lawful to OpenSSL too: certificates, path and signature."""
    person, document = PEOPLE["rsa"], b"%PDF-1.7 the byte range\r\n"
    (tmp_path / "document").write_bytes(document)
    (tmp_path / "signature").write_bytes(person.sign_document(hashlib.sha256(document).digest()))
    (tmp_path / "root.pem").write_text(RSA.anchor_pem)
    done = openssl(
        "cms", "-verify", "-binary", "-inform", "DER", "-in", "signature", "-content", "document", "-CAfile", "root.pem",
        "-purpose", "any", "-attime", str(int(NOW.timestamp())), "-out", "out",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_openssl_accepts_the_authorities(openssl, tmp_path: Path, kind: str) -> None:
    """The certificates of these tests, SM2 ones too, make a path to OpenSSL as they do to us."""
    # OpenSSL 3.0 takes the id of SM2 for the person's certificate only, so there is nobody between.
    above = AUTHORITIES[kind] if kind == "sm2" else AUTHORITIES[kind].issuing()
    identity = ["-vfyopt", "distid:1234567812345678"] if kind == "sm2" else []
    (tmp_path / "root.pem").write_text(AUTHORITIES[kind].anchor_pem)
    (tmp_path / "above.pem").write_text(above.anchor_pem)
    (tmp_path / "person.pem").write_bytes(to_pem(above.person().certificate))
    at = str(int(NOW.timestamp()))
    command = ["-CAfile", "root.pem", "-untrusted", "above.pem", "-attime", at, "person.pem"]
    done = openssl("verify", *identity, *command)
    assert done.returncode == 0, done.stderr
