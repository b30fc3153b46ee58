"""Signing a PDF document: a detached CMS for a digest whose document the platform never sees (dossier 10, RFC 5652)."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess

import pytest

from tests.mocks.iamsmart.online_service import DIGEST, DOCUMENT
from tests.mocks.iamsmart.signature_check import check_issued, check_pdf_signature, read_cms

NEEDS_OPENSSL = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl binary to ask for its opinion")


def signed(service, **bent):
    """Ask, let the person sign, and open the answer."""
    assert service.ask_to_sign("pdf_signing", **bent)["code"] == "D00000"
    service.world.iamsmart.decide("b-1")
    code, content = service.open_callback()
    assert code == "D00000"
    return content


def test_what_comes_back(world, signing):
    """The answer holds the digest that was sent and a CMS over it, with the certificate and the time of signing."""
    content = signed(signing)
    assert set(content) == {"businessID", "state", "docDigest", "pdfSignature"}
    assert (content["state"], content["docDigest"]) == ("state-2", DIGEST)
    certificate = check_pdf_signature(content, DOCUMENT)
    check_issued(certificate, world.iamsmart.trust_anchors()[0])
    cms = read_cms(base64.b64decode(content["pdfSignature"]))
    assert (cms["time"], cms["type"]) == ("250602040000Z", bytes.fromhex("2a864886f70d010701"))


def test_no_algorithm_is_chosen(signing):
    """A PDF signature has the one algorithm of its filter: sigAlgo says nothing there, and hashCode is no docDigest."""
    check_pdf_signature(signed(signing, sigAlgo="SM3withSM2"), DOCUMENT)
    without = signing.ask_to_sign("pdf_signing", businessID="b-2", docDigest=..., hashCode=DIGEST)
    assert without["code"] == "D20001"


@NEEDS_OPENSSL
def test_openssl_agrees(world, signing, tmp_path):
    """OpenSSL accepts the signature for the document under the mock's root, and for no other document."""
    (tmp_path / "signature").write_bytes(base64.b64decode(signed(signing)["pdfSignature"]))
    (tmp_path / "root").write_text(world.iamsmart.trust_anchors()[0])
    (tmp_path / "document").write_bytes(DOCUMENT)
    (tmp_path / "other").write_bytes(DOCUMENT + b"!")
    at = str(int(world.clock.now().timestamp()))

    def verify(name):
        asked = [
            "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", tmp_path / "signature", "-content",
            tmp_path / name, "-CAfile", tmp_path / "root", "-purpose", "any", "-attime", at, "-out", tmp_path / "out",
        ]  # fmt: skip
        return subprocess.run(asked, capture_output=True, check=False).returncode

    assert (verify("document"), verify("other")) == (0, 4)


def test_the_digest_is_what_is_signed(signing):
    """Another digest gives another signature: nothing of a document is invented."""
    other = base64.b64encode(hashlib.sha256(b"another").digest()).decode()
    content = signed(signing, docDigest=other)
    assert content["docDigest"] == other
    check_pdf_signature(content, b"another")
    with pytest.raises(AssertionError):
        check_pdf_signature(content, DOCUMENT)
