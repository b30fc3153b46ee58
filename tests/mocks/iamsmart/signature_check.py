"""Checks signatures the way a service would, apart from the mock's own code: RSA by cryptography, SM2 by gmalg.

The DER is read by hand, so that a mistake in the mock's writing does not read itself back.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import gmalg
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

ID = b"1234567812345678"
Node = tuple[int, bytes]


def nodes(raw: bytes) -> list[Node]:
    """The elements of a DER value's content, each with its tag and content."""
    found = []
    while raw:
        size, start = raw[1], 2
        if size & 0x80:
            start += size & 0x7F
            size = int.from_bytes(raw[2:start], "big")
        found.append((raw[0], raw[start : start + size]))
        raw = raw[start + size :]
    return found


def sm2_point(certificate: bytes) -> bytes:
    """The public point in an SM2 certificate, checked to be on that curve by its OID."""
    [(_, body)] = nodes(certificate)
    (_, tbs), *_ = nodes(body)
    spki = nodes(tbs)[6][1]
    (_, algorithm), (_, bits) = nodes(spki)
    assert algorithm.endswith(bytes.fromhex("06082a811ccf5501822d"))
    return bits[1:]


def rs(signature: bytes) -> tuple[bytes, bytes]:
    """The two numbers of an SM2 signature, 32 bytes each."""
    [(tag, body)] = nodes(signature)
    (_, r), (_, s) = nodes(body)
    assert tag == 0x30
    return tuple(int.from_bytes(part, "big").to_bytes(32, "big") for part in (r, s))  # type: ignore[return-value]


def sm2_fits(point: bytes, message: bytes, signature: bytes, identity: bytes = ID) -> bool:
    """Whether an SM2 signature over ``message`` is right."""
    return bool(gmalg.SM2(uid=identity, pk=point).verify(message, *rs(signature)))


def sm2_fits_digest(point: bytes, digest: bytes, signature: bytes) -> bool:
    """Whether an SM2 signature over ``e`` itself is right."""
    core = gmalg.SM2()._core
    curve, n = core.ecdlp.ec, core.ecdlp.fpn.p
    r, s = (int.from_bytes(part, "big") for part in rs(signature))
    public = (int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big"))
    x, _ = curve.add(core.ecdlp.kG(s), curve.mul((r + s) % n, public))
    return bool((int.from_bytes(digest, "big") + x) % n == r)


def rsa_key(certificate: bytes) -> RSAPublicKey:
    """The key of an RSA certificate."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    assert isinstance(key, RSAPublicKey)
    return key


def check_hash_signature(content: dict[str, Any], algorithm: str, *, form: str = "") -> bytes:
    """Check the signature in an opened answer as ``algorithm`` says; returns the certificate."""
    digest, signature, certificate = (base64.b64decode(content[name]) for name in ("hashCode", "signature", "cert"))
    if algorithm == "SM3withSM2":
        assert sm2_fits(sm2_point(certificate), digest, signature)
    elif algorithm == "NONEwithSM2":
        assert sm2_fits_digest(sm2_point(certificate), digest, signature)
    elif form == "bare":
        assert rsa_key(certificate).recover_data_from_signature(signature, padding.PKCS1v15(), None) == digest
    else:
        how = SHA256() if algorithm == "SHA256withRSA" else Prehashed(SHA256())
        rsa_key(certificate).verify(signature, digest, padding.PKCS1v15(), how)
    return certificate


def check_issued(certificate: bytes, root_pem: str) -> x509.Certificate:
    """Check that the root signed the certificate; returns it, parsed."""
    held, root = x509.load_der_x509_certificate(certificate), x509.load_pem_x509_certificate(root_pem.encode())
    assert held.issuer == root.subject
    if held.signature_algorithm_oid.dotted_string == "1.2.156.10197.1.501":
        point = sm2_point(base64.b64decode("".join(root_pem.splitlines()[1:-1])))
        assert sm2_fits(point, held.tbs_certificate_bytes, held.signature)
    else:
        held.verify_directly_issued_by(root)
    return held


def read_cms(raw: bytes) -> dict[str, Any]:
    """Take a SignedData apart: digest, time, certificates, content, and the signature with what it is over."""
    [(_, info)] = nodes(raw)
    oid, (_, wrapped) = nodes(info)
    assert oid == (0x06, bytes.fromhex("2a864886f70d010702"))
    _version, _digests, (_, encapsulated), *rest = nodes(nodes(wrapped)[0][1])
    certificates = [body for tag, body in rest if tag == 0xA0]
    [(_, signer)] = nodes(rest[-1][1])
    attributes = next(body for tag, body in nodes(signer) if tag == 0xA0)
    values = {nodes(each)[0][1].hex(): nodes(nodes(each)[1][1])[0] for _, each in nodes(attributes)}
    length = len(attributes)
    assert length < 0x80
    return {
        "digest": values["2a864886f70d010904"][1],
        "time": values["2a864886f70d010905"][1].decode(),
        "type": values["2a864886f70d010903"][1],
        "certificates": certificates,
        "content": [body for tag, body in nodes(encapsulated) if tag == 0xA0],
        "signed": bytes((0x31, length)) + attributes,
        "signature": nodes(signer)[-1][1],
    }


def check_pdf_signature(content: dict[str, Any], document: bytes) -> bytes:
    """Check a detached PDF signature for ``document``; returns the certificate in it."""
    cms = read_cms(base64.b64decode(content["pdfSignature"]))
    assert cms["digest"] == hashlib.sha256(document).digest()
    assert cms["content"] == []
    [certificate] = cms["certificates"]
    rsa_key(certificate).verify(cms["signature"], cms["signed"], padding.PKCS1v15(), SHA256())
    return bytes(certificate)
