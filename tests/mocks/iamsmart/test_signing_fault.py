"""Each fault of signing does what its description says: one thing is wrong, and everything around it is right."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from tests.mocks.iamsmart.online_service import DIGEST, DOCUMENT, SIGNED
from tests.mocks.iamsmart.signature_check import check_hash_signature, check_issued, check_pdf_signature, read_cms
from tests.mocks.iamsmart.signing_journey import signed_anonymously

WAYS = ("posted", "fetched")
KINDS = ("hash_signing", "pdf_signing")


def made(service, way, kind, fault, **bent):
    """What is signed with ``fault`` armed, posted or fetched; the same check passes without it."""
    mock = service.world.iamsmart
    if way == "posted":
        service.ask_to_sign(kind, **bent)
        mock.faults.add(fault, operation="delivery")
        mock.decide("b-1")
        content = service.open_callback()[1]
    else:
        token = signed_anonymously(service, kind, **bent)
        operation = {"hash_signing": "anonymousHashSignResult", "pdf_signing": "anonymousPdfSignResult"}[kind]
        mock.faults.add(fault, operation=operation)
        content = service.open(service.call(SIGNED[kind], token)["content"])
        again = service.open(service.call(SIGNED[kind], token)["content"])
        assert again != content
        check(again, kind)
    assert mock.faults.armed() == ()
    return content


def check(content, kind):
    """Check what is signed, for the document that was meant."""
    if kind == "hash_signing":
        assert content["hashCode"] == DIGEST
        return check_hash_signature(content, "SHA256withRSA")
    assert content["docDigest"] == DIGEST
    return check_pdf_signature(content, DOCUMENT)


def name_on(certificate):
    """The name on a certificate."""
    held = x509.load_der_x509_certificate(certificate)
    return held.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value


def certificate_in(content, kind):
    """The certificate beside a signature or inside it."""
    if kind == "hash_signing":
        return base64.b64decode(content["cert"])
    [certificate] = read_cms(base64.b64decode(content["pdfSignature"]))["certificates"]
    return certificate


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("fault", "name"),
    [
        ("signature_foreign_key", "LEE, Siu Ming"), ("certificate_foreign", "CHAN, Tai Man"),
        ("signature_truncated", "LEE, Siu Ming"),
    ],
)  # fmt: skip
def test_the_signature_does_not_fit(world, signing, way, kind, fault, name):
    """Key and certificate are of two people, or a byte is gone; the certificate itself is a good one."""
    content = made(signing, way, kind, fault)
    certificate = certificate_in(content, kind)
    check_issued(certificate, world.iamsmart.trust_anchors()[0])
    assert name_on(certificate) == name
    with pytest.raises(InvalidSignature):
        check(content, kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fault", ["certificate_expired", "certificate_not_yet_valid", "certificate_other_use"])
def test_the_certificate_is_no_good(world, signing, way, kind, fault):
    """The signature fits; the certificate is the signer's, from the right authority, and past, to come, or for something else."""
    certificate = check(made(signing, way, kind, fault), kind)
    held = check_issued(certificate, world.iamsmart.trust_anchors()[0])
    now, day = world.clock.now(), timedelta(days=1)
    assert (held.not_valid_after_utc == now - day) is (fault == "certificate_expired")
    assert (held.not_valid_before_utc == now + day) is (fault == "certificate_not_yet_valid")
    usage = held.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature is (fault != "certificate_other_use")
    assert name_on(certificate) == "LEE, Siu Ming"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
def test_an_unknown_authority(world, signing, way, kind):
    """The signature fits and the issuer has the right name; only its signature is another's."""
    certificate = check(made(signing, way, kind, "certificate_unknown_authority"), kind)
    root = x509.load_pem_x509_certificate(world.iamsmart.trust_anchors()[0].encode())
    assert x509.load_der_x509_certificate(certificate).issuer == root.subject
    with pytest.raises(InvalidSignature):
        check_issued(certificate, world.iamsmart.trust_anchors()[0])


@pytest.mark.parametrize("way", WAYS)
def test_what_is_missing(signing, way):
    """There is no certificate, or no signature, and everything else is there."""
    posted = {"state"} if way == "posted" else set()
    content = made(signing, way, "hash_signing", "certificate_missing")
    assert set(content) == {"businessID", "hashCode", "timestamp", "signature", *posted}


@pytest.mark.parametrize("way", WAYS)
def test_what_is_missing_of_a_pdf(signing, way):
    """A CMS without certificates is whole apart from that."""
    cms = read_cms(base64.b64decode(made(signing, way, "pdf_signing", "certificate_missing")["pdfSignature"]))
    assert (cms["certificates"], cms["digest"]) == ([], hashlib.sha256(DOCUMENT).digest())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
def test_no_signature(signing, way, kind):
    """A success has the digest and no signature."""
    content = made(signing, way, kind, "signature_missing")
    assert {"signature", "pdfSignature"} & set(content) == set()
    assert {"hashCode", "docDigest"} & set(content)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
def test_another_document(signing, way, kind):
    """The digest is another one, and the signature fits it: nothing but the comparison finds it."""
    content = made(signing, way, kind, "other_document")
    digest = content["hashCode" if kind == "hash_signing" else "docDigest"]
    assert digest != DIGEST
    if kind == "hash_signing":
        check_hash_signature(content, "SHA256withRSA")
    else:
        cms = read_cms(base64.b64decode(content["pdfSignature"]))
        assert cms["digest"] == base64.b64decode(digest)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
def test_the_time_is_far_off(world, signing, way, kind):
    """The time of signing is a year ago, before the certificate began; the signature fits."""
    content = made(signing, way, kind, "signing_time_off")
    check(content, kind)
    if kind == "hash_signing":
        assert content["timestamp"] == world.clock.now_ms() - 365 * 86_400_000
    else:
        assert read_cms(base64.b64decode(content["pdfSignature"]))["time"] == "240602040000Z"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "other"),
    [
        ("SHA256withRSA", "NONEwithRSA"), ("NONEwithRSA", "SHA256withRSA"), ("SM3withSM2", "NONEwithSM2"),
        ("NONEwithSM2", "SM3withSM2"),
    ],
)  # fmt: skip
def test_another_algorithm_of_its_kind(signing, asked, other):
    """The signature is right by the other name of the same kind of key, and wrong by the one that was asked for."""
    content = made(signing, "posted", "hash_signing", "algorithm_other", sigAlgo=asked)
    check_hash_signature(content, other)
    with pytest.raises((InvalidSignature, AssertionError)):
        check_hash_signature(content, asked)


@pytest.mark.slow
@pytest.mark.parametrize(("asked", "other"), [("SHA256withRSA", "SM3withSM2"), ("NONEwithSM2", "SHA256withRSA")])
def test_another_kind_of_key(world, signing, asked, other):
    """Another kind of key signed, with a certificate that is as good: a service that lets the answer choose is content."""
    content = made(signing, "posted", "hash_signing", "algorithm_other_key", sigAlgo=asked)
    check_issued(check_hash_signature(content, other), world.iamsmart.trust_anchors()["SM2" in other])


@pytest.mark.parametrize("way", WAYS)
def test_the_digest_inside(signing, way):
    """The digest beside the CMS is right, the signed one is not, and the signature fits the wrong one."""
    content = made(signing, way, "pdf_signing", "cms_digest_wrong")
    assert content["docDigest"] == DIGEST
    cms = read_cms(base64.b64decode(content["pdfSignature"]))
    assert cms["digest"] != base64.b64decode(DIGEST)
    with pytest.raises(AssertionError):
        check_pdf_signature(content, DOCUMENT)


@pytest.mark.parametrize("way", WAYS)
def test_a_content_inside(signing, way):
    """There is a content where there should be none; digest and signature are those of the document."""
    cms = read_cms(base64.b64decode(made(signing, way, "pdf_signing", "cms_attached")["pdfSignature"]))
    assert cms["content"] == [b"\x04\x10another document"]
    assert cms["digest"] == hashlib.sha256(DOCUMENT).digest()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("request_not_plus", "D70004"), ("request_other_card", "D70005"), ("request_refused", "D70001"),
        ("request_cancelled", "D70000"), ("request_failed", "D70002"), ("request_timed_out", "D70003"),
        ("unknown_error_code", "D99999"),
    ],
)  # fmt: skip
def test_forced_outcomes(world, signing, kind, fault, code):
    """Whatever was pressed, that outcome is reported, and no signature with it."""
    signing.ask_to_sign(kind)
    world.iamsmart.faults.add(fault, operation="delivery")
    world.iamsmart.decide("b-1")
    assert signing.open_callback() == (code, {"businessID": "b-1", "state": "state-2"})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
def test_signed_by_another(world, signing, way, kind):
    """A whole signature of another person: right in itself, and only the name on the certificate tells."""
    content = made(signing, way, kind, "swapped_user")
    certificate = check(content, kind)
    check_issued(certificate, world.iamsmart.trust_anchors()[0])
    assert name_on(certificate) == "CHAN, Tai Man"


def test_acknowledgement_refused(world, signing):
    """The acknowledgement is refused once, and taken then."""
    signing.ask_to_sign()
    world.iamsmart.decide("b-1")
    world.iamsmart.faults.add("acknowledgement_refused")
    assert [signing.acknowledge()["code"] for _ in range(2)] == ["D70006", "D00000"]


def test_faults_of_signing_leave_a_form_alone(world, signing):
    """Where nothing is signed there is nothing to spoil, and the fault waits for a signature."""
    world.iamsmart.faults.add("signature_truncated")
    signing.ask_to_sign("form")
    world.iamsmart.decide("b-1")
    assert signing.open_callback()[0] == "D00000"
    assert [armed.name for armed in world.iamsmart.faults.armed()] == ["signature_truncated"]
