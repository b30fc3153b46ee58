"""Certificate authorities and people who sign, made on the spot with ``cryptography`` alone.

Nothing here comes from the library's own verifier, so that it is checked against somebody else's arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from ssl import DER_cert_to_PEM_cert

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from xbridge.consent.subject import Subject, hash_code, subject_of
from xbridge.core.signing import HashSignature, SignatureAlgorithm, SignedBy
from xbridge.crypto.digest import sha256_hex
from xbridge.protocols.personal_signature import SignatureForm

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
NOBODY = SignedBy(certificate=b"", fingerprint="", anchor="", checked_at=NOON)


def pem(certificate: bytes) -> str:
    """Return a certificate as PEM text."""
    return DER_cert_to_PEM_cert(certificate)


@cache
def _key(name: str) -> rsa.RSAPrivateKey:
    """Return the key of ``name``; making one is slow, so each is made once in a run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True)
class Signatory:
    """A person with a key and a certificate for it."""

    name: str
    certificate: bytes

    def sign(self, raw: bytes, *, algorithm: SignatureAlgorithm = "SHA256withRSA") -> HashSignature:
        """Sign the hash code of the record ``raw``, as the platform does it."""
        code = hash_code(raw)
        scheme = SHA256() if algorithm == "SHA256withRSA" else Prehashed(SHA256())
        signer = SignedBy(
            certificate=self.certificate, fingerprint=sha256_hex(self.certificate), anchor="", checked_at=NOON
        )
        return HashSignature(
            hash_code=code,
            algorithm=algorithm,
            signature=_key(self.name).sign(code, padding.PKCS1v15(), scheme),
            signed_at=NOON + timedelta(minutes=1),
            signer=signer,
        )

    def subject(self, raw: bytes, *, algorithm: SignatureAlgorithm = "SHA256withRSA") -> Subject:
        """Return what stands beside the record ``raw`` when this person has signed it."""
        return subject_of(raw, self.sign(raw, algorithm=algorithm), SignatureForm())


@dataclass(frozen=True)
class Authority:
    """A certificate authority of its own; two of the same name have the same key and one certificate."""

    name: str = "Sample Authority"

    @property
    def certificate(self) -> bytes:
        """Its own certificate, DER."""
        return _self_signed(self.name)

    def issue(self, name: str, *, begin: datetime = BEGIN, days: int = 365) -> Signatory:
        """Return a person called ``name`` with a certificate for signing."""
        return _issued(self.name, name, begin, days)


def _builder(subject: str, issuer: str, holder: str, begin: datetime, days: int) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(_key(holder).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(_key(holder).public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(_key(issuer).public_key()), critical=False)
    )


def _usage(*, sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=sign, content_commitment=sign, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=not sign, crl_sign=not sign, encipher_only=False, decipher_only=False,
    )  # fmt: skip


@cache
def _self_signed(name: str) -> bytes:
    builder = _builder(name, name, name, BEGIN - timedelta(days=365), 3650)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(_usage(sign=False), critical=True)
    return builder.sign(_key(name), SHA256()).public_bytes(Encoding.DER)


@cache
def _issued(authority: str, name: str, begin: datetime, days: int) -> Signatory:
    builder = _builder(name, authority, name, begin, days)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(sign=True), critical=True)
    return Signatory(name, builder.sign(_key(authority), SHA256()).public_bytes(Encoding.DER))
