"""People who sign, and who vouches for them: keys and certificates made for this run, and what the platform sends back."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
NOON_MS = int(NOON.timestamp()) * 1000
DIGEST = hashlib.sha256(b"what is signed").digest()
HKID = "A123456(3)"
NAME = "CHAN, Tai Man"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Somebody who issues certificates."""

    key: RSAPrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        """The anchor, as an operator configures it."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def der(self) -> bytes:
        """The certificate as a message carries it."""
        return self.certificate.public_bytes(Encoding.DER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who signs."""

    key: RSAPrivateKey
    certificate: bytes

    def sign(self, digest: bytes, *, algorithm: str = "SHA256withRSA") -> bytes:
        """Sign as the platform does under its usual form."""
        hashing = hashes.SHA256() if algorithm == "SHA256withRSA" else Prehashed(hashes.SHA256())
        return self.key.sign(digest, padding.PKCS1v15(), hashing)


@cache
def key(number: int) -> RSAPrivateKey:
    """A key, the same for the same number in one run."""
    return generate_private_key(public_exponent=65537, key_size=2048)


@cache
def authority(number: int = 0) -> Authority:
    """An authority; number 0 is the one that the operator trusts."""
    made = key(number)
    name = _name(f"Sample authority {number}")
    builder = _builder(name, name, made, NOON - timedelta(days=900), NOON + timedelta(days=900))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(_usage(signs=False), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(made.public_key()), critical=False)
    return Authority(key=made, certificate=builder.sign(made, hashes.SHA256()))


@cache
def person(
    number: int = 10,
    *,
    by: int = 0,
    begins: datetime = NOON - timedelta(days=30),
    ends: datetime = NOON + timedelta(days=30),
) -> Person:
    """A person with a certificate of authority ``by``."""
    issuer = authority(by)
    builder = _builder(_name(NAME), issuer.certificate.subject, key(number), begins, ends)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(signs=True), critical=True)
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False
    )
    return Person(key=key(number), certificate=builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER))


def hash_answer(
    digest: bytes = DIGEST,
    *,
    signer: Person | None = None,
    algorithm: str = "SHA256withRSA",
    at_ms: int = NOON_MS,
    **changes: Any,
) -> dict[str, Any]:
    """What comes back for a hash, without its ties; ``...`` leaves a member out."""
    signer = signer or person()
    content = {
        "hashCode": b64encode(digest).decode(),
        "timestamp": at_ms,
        "signature": b64encode(signer.sign(digest, algorithm=algorithm)).decode(),
        "cert": b64encode(signer.certificate).decode(),
        **changes,
    }
    return {name: value for name, value in content.items() if value is not ...}


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    subject: x509.Name, issuer: x509.Name, holder: RSAPrivateKey, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(holder.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs, content_commitment=signs, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=not signs, crl_sign=not signs, encipher_only=False, decipher_only=False,
    )  # fmt: skip
