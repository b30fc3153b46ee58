"""The signature that goes into a PDF document: a detached CMS SignedData with signed attributes (RFC 5652).

The platform sees the digest of a document and never the document, so the message digest is an input here. Encoding
only; what may be wrong with it on request is decided in ``signer``.
"""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from xbridge_mocks.iamsmart.der import (
    NULL,
    explicit,
    implicit,
    integer,
    octet_string,
    oid,
    sequence,
    set_of,
    time,
)

__all__ = ["signed_data"]

_DATA, _SIGNED_DATA = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2"
_CONTENT_TYPE, _MESSAGE_DIGEST, _SIGNING_TIME = (
    "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.5",
)  # fmt: skip
_SHA256 = sequence(oid("2.16.840.1.101.3.4.2.1"), NULL)
_RSA = sequence(oid("1.2.840.113549.1.1.1"), NULL)


def signed_data(
    digest: bytes,
    key: RSAPrivateKey,
    certificate: bytes,
    *,
    at: datetime,
    with_certificate: bool = True,
    attached: bytes | None = None,
    spoil: bool = False,
) -> bytes:
    """The ContentInfo in DER for a document whose SHA-256 is ``digest``, signed ``at`` that time.

    ``certificate`` is the signer's, in DER. ``attached`` puts a content inside, ``spoil`` cuts the signature short.
    """
    attributes = set_of(
        _attribute(_CONTENT_TYPE, oid(_DATA)),
        _attribute(_MESSAGE_DIGEST, octet_string(digest)),
        _attribute(_SIGNING_TIME, time(at)),
    )
    # What is signed is the SET OF; what is sent has the context tag in its place (RFC 5652, 5.4).
    signature = key.sign(attributes, padding.PKCS1v15(), SHA256())
    held = x509.load_der_x509_certificate(certificate)
    signer = sequence(
        integer(1),
        sequence(held.issuer.public_bytes(), integer(held.serial_number)),
        _SHA256,
        implicit(0, attributes),
        _RSA,
        octet_string(signature[:-1] if spoil else signature),
    )
    content = [] if attached is None else [explicit(0, octet_string(attached))]
    certificates = [implicit(0, set_of(certificate))] if with_certificate else []
    return sequence(
        oid(_SIGNED_DATA),
        explicit(
            0,
            sequence(integer(1), set_of(_SHA256), sequence(oid(_DATA), *content), *certificates, set_of(signer)),
        ),
    )


def _attribute(name: str, value: bytes) -> bytes:
    return sequence(oid(name), set_of(value))
