"""A certification authority for tests, and people who sign: everything made at run time, nothing of xbridge inside.

``Authority(kind, now=…)`` is a root, ``.issuing(name)`` an authority below it, ``.person(name)`` somebody with a certificate who
signs hashes (the four algorithms of iamsmart.md section 10) and documents (detached CMS).  Whatever an argument names can be
made wrong.  The DER is written here once more, and SM2 is gmalg's: a second opinion of what the library reads.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal

import gmalg
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.x509.oid import NameOID

Kind = Literal["rsa", "sm2"]
SM2_ID = b"1234567812345678"
DAY = timedelta(days=1)


# --- DER -----------------------------------------------------------------------------------------------------------


def tlv(tag: int, *parts: bytes) -> bytes:
    """One element."""
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    width = (size.bit_length() + 7) // 8
    return bytes([tag, 0x80 + width]) + size.to_bytes(width, "big") + body


def sequence(*parts: bytes) -> bytes:
    """A SEQUENCE."""
    return tlv(0x30, *parts)


def set_of(*parts: bytes) -> bytes:
    """A SET OF in DER's order."""
    return tlv(0x31, *sorted(parts))


def integer(value: int) -> bytes:
    """An INTEGER from zero up."""
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def bits(raw: bytes) -> bytes:
    """A BIT STRING of whole bytes."""
    return tlv(3, b"\0", raw)


def octets(raw: bytes) -> bytes:
    """An OCTET STRING."""
    return tlv(4, raw)


NULL = tlv(5)


def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER."""
    arcs = [int(arc) for arc in dotted.split(".")]
    body = b""
    for arc in [arcs[0] * 40 + arcs[1], *arcs[2:]]:
        chunk = bytes([arc & 127])
        while arc := arc >> 7:
            chunk = bytes([128 | (arc & 127)]) + chunk
        body += chunk
    return tlv(6, body)


def utc(moment: datetime) -> bytes:
    """A UTCTime."""
    return tlv(0x17, moment.astimezone(UTC).strftime("%y%m%d%H%M%SZ").encode())


def signature_pair(r: bytes, s: bytes) -> bytes:
    """An SM2 signature as X.509 carries it."""
    return sequence(*(integer(int.from_bytes(number, "big")) for number in (r, s)))


# --- Keys ----------------------------------------------------------------------------------------------------------


class RsaKey:
    """An RSA key and its ways to sign."""

    def __init__(self, bits_: int) -> None:
        """A new key of this size."""
        self._private = rsa.generate_private_key(public_exponent=65537, key_size=bits_)
        self.spki = self._private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def pem(self) -> bytes:
        """The private key, for other programs."""
        return self._private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def sign(self, message: bytes) -> bytes:
        """PKCS #1 v1.5 with SHA-256."""
        return self._private.sign(message, padding.PKCS1v15(), hashes.SHA256())

    def sign_digest(self, digest: bytes) -> bytes:
        """The same for a digest that was made elsewhere."""
        return self._private.sign(digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))

    def sign_bare(self, raw: bytes) -> bytes:
        """Padding type 1 around the bytes, without DigestInfo, by arithmetic."""
        numbers = self._private.private_numbers()
        n, size = numbers.public_numbers.n, self._private.key_size // 8
        block = b"\0\1" + b"\xff" * (size - 3 - len(raw)) + b"\0" + raw
        return pow(int.from_bytes(block, "big"), numbers.d, n).to_bytes(size, "big")


class Sm2Key:
    """An SM2 key and its ways to sign, by gmalg."""

    def __init__(self, seed: str) -> None:
        """The key of a label."""
        self._secret = hashlib.sha256(seed.encode()).digest()
        self._secret = b"\1" + self._secret[1:]
        self.point: bytes = gmalg.SM2(self._secret).generate_pk(self._secret)
        self._signers: dict[bytes, gmalg.SM2] = {}
        self.spki = sequence(sequence(oid("1.2.840.10045.2.1"), oid("1.2.156.10197.1.301")), bits(self.point))

    def sign(self, message: bytes, sm2_id: bytes = SM2_ID) -> bytes:
        """SM2 over SM3(Z ‖ message), in DER."""
        signer = self._signers.get(sm2_id)
        if signer is None:
            signer = self._signers[sm2_id] = gmalg.SM2(self._secret, sm2_id, self.point)
        return signature_pair(*signer.sign(message))

    def sign_digest(self, digest: bytes) -> bytes:
        """SM2 over 32 bytes taken as e, from the formulas of guangdong.md section 10.1."""
        n = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
        k = secrets.randbelow(n - 1) + 1
        x = int.from_bytes(gmalg.SM2(self._secret).generate_pk(k.to_bytes(32, "big"))[1:33], "big")
        d = int.from_bytes(self._secret, "big")
        r = (int.from_bytes(digest, "big") + x) % n
        s = pow(1 + d, -1, n) * (k - r * d) % n
        return signature_pair(r.to_bytes(32, "big"), s.to_bytes(32, "big"))


class EcKey:
    """A P-256 key: an authority may have one, a person may not."""

    def __init__(self) -> None:
        """A new key."""
        self._private = ec.generate_private_key(ec.SECP256R1())
        self.spki = self._private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, message: bytes) -> bytes:
        """ECDSA with SHA-256."""
        return self._private.sign(message, ec.ECDSA(hashes.SHA256()))


Key = RsaKey | Sm2Key | EcKey


@cache
def key_of(kind: str, label: str, bits_: int = 2048) -> Key:
    """The key of a label: made once in a process, because making RSA keys is slow."""
    if kind == "sm2":
        return Sm2Key(label)
    return EcKey() if kind == "ec" else RsaKey(bits_)


# --- Certificates --------------------------------------------------------------------------------------------------

SIGNED_WITH = {
    "rsa": sequence(oid("1.2.840.113549.1.1.11"), NULL),
    "sm2": sequence(oid("1.2.156.10197.1.501")),
    "ec": sequence(oid("1.2.840.10045.4.3.2")),
}
Extension = tuple[x509.ExtensionType, bool]


def usage(*names: str) -> x509.KeyUsage:
    """A ``keyUsage`` with these bits."""
    known = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign crl_sign "
        "encipher_only decipher_only"
    ).split()
    return x509.KeyUsage(**{name: name in names for name in known})


def name_of(text: str) -> bytes:
    """A distinguished name with a country and this common name."""
    return x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "HK"), x509.NameAttribute(NameOID.COMMON_NAME, text)]
    ).public_bytes()


def key_id(key: Key) -> bytes:
    """The id of a key."""
    return hashlib.sha256(key.spki).digest()[:20]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What goes into a certificate; every part may be made wrong with :func:`dataclasses.replace`."""

    subject: bytes
    issuer: bytes
    spki: bytes
    start: datetime
    end: datetime
    extensions: Sequence[Extension]
    serial: int = field(default_factory=lambda: secrets.randbits(96) | 1 << 95)
    version: int = 3

    def signed(self, kind: str, sign: Callable[[bytes], bytes], *, inside: bytes | None = None) -> bytes:
        """The certificate in DER, signed; ``inside`` is another algorithm in the part that is signed."""
        algorithm = SIGNED_WITH[kind]
        extensions = sequence(
            *(
                sequence(
                    oid(value.oid.dotted_string), tlv(1, b"\xff") if critical else b"", octets(value.public_bytes())
                )
                for value, critical in self.extensions
            )
        )
        body = sequence(
            tlv(0xA0, integer(self.version - 1)) if self.version > 1 else b"",
            integer(self.serial),
            inside or algorithm,
            self.issuer,
            sequence(utc(self.start), utc(self.end)),
            self.subject,
            self.spki,
            tlv(0xA3, extensions) if self.extensions and self.version == 3 else b"",
        )
        return sequence(body, algorithm, bits(sign(body)))


class Authority:
    """A certification authority: a root, or one below another."""

    def __init__(
        self,
        kind: Literal["rsa", "sm2", "ec"] = "rsa",
        *,
        now: datetime,
        name: str = "Test Root CA",
        above: Authority | None = None,
        key: Key | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        extensions: Sequence[Extension] | None = None,
        path_length: int | None = None,
        version: int = 3,
    ) -> None:
        """An authority valid from a year before ``now`` to five years after it."""
        self.kind, self.now, self.name = kind, now, name
        self.key = key or key_of(kind, name)
        issuer = above or self
        usual: list[Extension] = [
            (x509.BasicConstraints(True, path_length), True),
            (usage("key_cert_sign", "crl_sign"), True),
            (x509.SubjectKeyIdentifier(key_id(self.key)), False),
            (x509.AuthorityKeyIdentifier(key_id(issuer.key), None, None), False),
        ]
        draft = Draft(
            subject=name_of(name),
            issuer=name_of(issuer.name),
            spki=self.key.spki,
            start=start or now - 365 * DAY,
            end=end or now + 5 * 365 * DAY,
            extensions=usual if extensions is None else extensions,
            version=version,
        )
        self.certificate = draft.signed(issuer.kind, issuer.key.sign)

    @property
    def anchor_pem(self) -> str:
        """Its certificate, as an operator is given it."""
        parsed = x509.load_der_x509_certificate(self.certificate)
        return parsed.public_bytes(serialization.Encoding.PEM).decode()

    def issuing(self, name: str = "Test Issuing CA", **different: object) -> Authority:
        """An authority of the same kind below this one."""
        return Authority(self.kind, now=self.now, name=name, above=self, **different)  # type: ignore[arg-type]

    def person(
        self,
        name: str = "CHAN Tai Man",
        *,
        kind: str | None = None,
        bits_: int = 2048,
        key: Key | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        key_usage: x509.KeyUsage | None = usage("digital_signature", "content_commitment"),  # noqa: B008 - frozen
        extensions: Sequence[Extension] = (),
        **different: object,
    ) -> Person:
        """Somebody with a certificate of this authority, valid from yesterday for three years."""
        key = key or key_of(kind or self.kind, f"{name} of {self.name}", bits_)
        usual: list[Extension] = [
            (x509.SubjectKeyIdentifier(key_id(key)), False),
            (x509.AuthorityKeyIdentifier(key_id(self.key), None, None), False),
        ]
        if key_usage is not None:
            usual.insert(0, (key_usage, True))
        draft = Draft(
            subject=name_of(name),
            issuer=name_of(self.name),
            spki=key.spki,
            start=start or self.now - DAY,
            end=end or self.now + 3 * 365 * DAY,
            extensions=[*usual, *extensions],
            **different,  # type: ignore[arg-type]
        )
        return Person(key=key, draft=draft, certificate=draft.signed(self.kind, self.key.sign), now=self.now)


# --- People --------------------------------------------------------------------------------------------------------

SHA256 = sequence(oid("2.16.840.1.101.3.4.2.1"), NULL)
SM3 = sequence(oid("1.2.156.10197.1.401"))
RSA_SIGNATURE = sequence(oid("1.2.840.113549.1.1.1"), NULL)
DATA = oid("1.2.840.113549.1.7.1")


def attribute(kind: str, *values: bytes) -> bytes:
    """One signed attribute."""
    return sequence(oid(kind), set_of(*values))


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who signs."""

    key: Key
    draft: Draft
    certificate: bytes
    now: datetime

    def sign_hash(self, hash_code: bytes, algorithm: str) -> bytes:
        """The signature of one of the platform's four algorithms; the SM2 ones in DER."""
        match algorithm, self.key:
            case ("SHA256withRSA", RsaKey() as key):
                return key.sign(hash_code)
            case ("NONEwithRSA", RsaKey() as key):
                return key.sign_digest(hash_code)
            case ("SM3withSM2", Sm2Key() as key):
                return key.sign(hash_code)
            case ("NONEwithSM2", Sm2Key() as key):
                return key.sign_digest(hash_code)
        raise ValueError(f"this person does not sign with {algorithm}")

    @property
    def issuer_and_serial(self) -> bytes:
        """How a CMS names this person's certificate."""
        return sequence(self.draft.issuer, integer(self.draft.serial))

    @property
    def digest_algorithm(self) -> bytes:
        """What this person's documents are hashed with."""
        return SM3 if isinstance(self.key, Sm2Key) else SHA256

    @property
    def signature_algorithm(self) -> bytes:
        """How this person's signature is called."""
        return SIGNED_WITH["sm2"] if isinstance(self.key, Sm2Key) else RSA_SIGNATURE

    def attributes(
        self, digest: bytes, *, signing_time: datetime | None = None, pinned: bytes | None = None
    ) -> list[bytes]:
        """The usual signed attributes; ``pinned`` is the certificate that signing-certificate-v2 names."""
        pin = hashlib.sha256(pinned or self.certificate).digest()
        return [
            attribute("1.2.840.113549.1.9.3", DATA),
            attribute("1.2.840.113549.1.9.4", octets(digest)),
            attribute("1.2.840.113549.1.9.5", utc(signing_time or self.now)),
            attribute("1.2.840.113549.1.9.16.2.47", sequence(sequence(sequence(octets(pin))))),
        ]

    def sign_document(
        self,
        digest: bytes,
        *,
        certificates: Sequence[bytes] | None = None,
        attributes: Sequence[bytes] | None = None,
        signing_time: datetime | None = None,
    ) -> bytes:
        """A detached CMS for the document of this digest; ``attributes`` are taken as they are, ready sorted."""
        chosen = sorted(self.attributes(digest, signing_time=signing_time)) if attributes is None else attributes
        content = b"".join(chosen)
        signature = self.key.sign(tlv(0x31, content))
        return signed_data(
            certificates=[self.certificate] if certificates is None else certificates,
            digest_algorithm=self.digest_algorithm,
            signers=[self.signer_info(content, signature)],
        )

    def signer_info(
        self,
        attributes: bytes,
        signature: bytes,
        *,
        version: int = 1,
        identifier: bytes | None = None,
        digest_algorithm: bytes | None = None,
        signature_algorithm: bytes | None = None,
        unsigned: bytes = b"",
        tagged: bool = True,
    ) -> bytes:
        """The information about the signer, part by part."""
        return sequence(
            integer(version),
            identifier or self.issuer_and_serial,
            digest_algorithm or self.digest_algorithm,
            tlv(0xA0, attributes) if tagged else b"",
            signature_algorithm or self.signature_algorithm,
            octets(signature),
            unsigned,
        )


def signed_data(
    *,
    certificates: Sequence[bytes],
    digest_algorithm: bytes,
    signers: Sequence[bytes],
    version: int = 1,
    content: bytes = b"",
    kind: str = "1.2.840.113549.1.7.2",
    lists: bytes = b"",
    content_type: bytes = DATA,
    more_digests: Sequence[bytes] = (),
    beside: bytes = b"",
    behind: bytes = b"",
) -> bytes:
    """A CMS SignedData, part by part; ``beside`` stands after SignedData, and ``behind`` after what wraps it."""
    return sequence(
        oid(kind),
        tlv(
            0xA0,
            sequence(
                integer(version),
                set_of(digest_algorithm, *more_digests),
                sequence(content_type, content),
                tlv(0xA0, *certificates),
                lists,
                tlv(0x31, *signers),
            ),
            beside,
        ),
        behind,
    )
