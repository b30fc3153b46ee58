"""Authorities for residents, and people who sign a consent record, from the tests' own certification authority."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from ssl import DER_cert_to_PEM_cert

from tests.unit.protocols import certificate_authority as office
from xbridge.consent.subject import Subject, hash_code, subject_of
from xbridge.core.signing import HashSignature, SignatureAlgorithm, SignedBy
from xbridge.crypto.digest import sha256_hex
from xbridge.protocols.personal_signature import SignatureForm

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)


def pem(certificate: bytes) -> str:
    """Return a certificate as PEM text."""
    return DER_cert_to_PEM_cert(certificate)


@dataclass(frozen=True)
class Signatory:
    """A person with a key and a certificate for it."""

    person: office.Person

    @property
    def certificate(self) -> bytes:
        """Their certificate, DER."""
        return self.person.certificate

    def sign(self, raw: bytes, *, algorithm: SignatureAlgorithm = "SHA256withRSA") -> HashSignature:
        """Sign the hash code of the record ``raw``, as the platform does it."""
        code = hash_code(raw)
        signer = SignedBy(
            certificate=self.certificate, fingerprint=sha256_hex(self.certificate), anchor="", checked_at=NOON
        )
        return HashSignature(
            hash_code=code,
            algorithm=algorithm,
            signature=self.person.sign_hash(code, algorithm),
            signed_at=NOON + timedelta(minutes=1),
            signer=signer,
        )

    def subject(self, raw: bytes, *, algorithm: SignatureAlgorithm = "SHA256withRSA") -> Subject:
        """Return what stands beside the record ``raw`` when this person has signed it."""
        return subject_of(raw, self.sign(raw, algorithm=algorithm), SignatureForm())


@dataclass(frozen=True)
class Authority:
    """An authority for residents; two of the same name and kind are one."""

    name: str = "Sample Authority"
    kind: office.Kind = "rsa"

    @property
    def certificate(self) -> bytes:
        """Its own certificate, DER."""
        return _office(self.name, self.kind).certificate

    def issue(self, name: str, *, begin: datetime = BEGIN, days: int = 365) -> Signatory:
        """Return a person called ``name`` with a certificate for signing."""
        end = begin + timedelta(days=days)
        return Signatory(_office(self.name, self.kind).person(name, start=begin, end=end))


@cache
def _office(name: str, kind: office.Kind) -> office.Authority:
    return office.Authority(kind, now=NOON, name=name)
