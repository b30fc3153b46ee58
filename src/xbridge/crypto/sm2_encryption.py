"""SM2 encryption (GB/T 32918.4): to a public key, in the forms that peers write, and back.

For wrapping keys: the binding (the extra ``gm``, ADR 0011) takes 255 bytes at most, and what is longer goes under SM4 with the
wrapped key beside it.  Whoever knows a public key can encrypt to it, so a text that opens says nothing about its sender.  The
arithmetic is gmssl_pyx's; ours are the forms, strict DER and the equation of the curve for C1.

NOTE: where a text does not open, GmSSL prints the name of a function and a line number to stderr.  Nothing in it is secret.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NoReturn

from xbridge.core.errors import TamperDetected, TokenInvalid, Unsupported
from xbridge.crypto.der import INTEGER, OCTET_STRING, SEQUENCE, DerError, read_integer, read_only, write, write_integer
from xbridge.crypto.jwk import members_thumbprint
from xbridge.crypto.sm2 import Sm2PrivateKey, Sm2PublicKey, require_sm2
from xbridge.crypto.sm2_key import read_private_pem, read_public_pem, write_private_pem, write_public_pem
from xbridge.crypto.sm2_signing import public_members

MAX_PLAINTEXT_BYTES: Final = 255
_POINT: Final = 64
_DIGEST: Final = 32


class Sm2CiphertextForm(StrEnum):
    """How C1 (a point), C2 (the text) and C3 (its digest) travel (guangdong.md section 10.1).

    ``C1C3C2`` is today's order and ``C1C2C3`` the one before; ``bare`` leaves out the 04 in front of C1, as the npm package
    ``sm-crypto`` does; ``ASN1`` is SEQUENCE { x, y, C3, C2 }.  A ciphertext does not say which it is: both sides must know.
    """

    C1C3C2 = "C1C3C2"
    C1C2C3 = "C1C2C3"
    BARE_C1C3C2 = "bare C1C3C2"
    BARE_C1C2C3 = "bare C1C2C3"
    ASN1 = "ASN.1"


_BARE: Final = {Sm2CiphertextForm.BARE_C1C3C2, Sm2CiphertextForm.BARE_C1C2C3}
_DIGEST_FIRST: Final = {Sm2CiphertextForm.C1C3C2, Sm2CiphertextForm.BARE_C1C3C2}


def sm2_encrypt(key: Sm2PublicKey, plaintext: bytes, *, form: Sm2CiphertextForm = Sm2CiphertextForm.C1C3C2) -> bytes:
    """Return ``plaintext``, 1 to 255 bytes, encrypted to ``key``; no two ciphertexts are equal.

    Raises ``Unsupported`` for another length, and without the extra ``gm``.
    """
    if not 1 <= len(plaintext) <= MAX_PLAINTEXT_BYTES:
        raise Unsupported("SM2 encrypts 1 to 255 bytes here: put longer text under SM4 and encrypt its key")
    binding = require_sm2()
    try:
        return _write(*_read_der(binding.sm2_encrypt(key.point()[1:], plaintext)), form)
    except binding.GmsslInnerError as exc:
        raise Unsupported("SM2: the binding cannot encrypt") from exc


def sm2_decrypt(key: Sm2PrivateKey, ciphertext: bytes, *, form: Sm2CiphertextForm = Sm2CiphertextForm.C1C3C2) -> bytes:
    """Return what was encrypted to ``key``'s public key.

    (1) the form, exactly   (2) C1 lies on the curve   (3) C3 is the digest of the text, which the binding computes

    Raises ``TamperDetected("ciphertext", …)``: ``malformed`` for (1) and (2), ``mismatch`` for (3), another key included;
    ``Unsupported`` without the extra ``gm``.
    """
    # (1) (2)
    point, digest, text = _read(ciphertext, form)
    # (3)
    binding = require_sm2()
    try:
        plaintext: bytes = binding.sm2_decrypt(key.unsafe_scalar(), _write_der(point, digest, text))
    except binding.GmsslInnerError:
        raise TamperDetected("ciphertext", reason="mismatch") from None
    return plaintext


class Sm2EncryptionKey:
    """A public key that keys are wrapped to: C1C3C2 with its 04.  Signing keys are other keys (one key, one job)."""

    __slots__ = ("_public", "kid")

    def __init__(self, public: Sm2PublicKey) -> None:
        """``kid`` is the thumbprint of the key as a JWK."""
        self._public = public
        self.kid = members_thumbprint(public_members(public))

    @classmethod
    def from_pem(cls, pem: bytes) -> Sm2EncryptionKey:
        """Return the key in a PEM text of a SubjectPublicKeyInfo.  Raises ``TokenInvalid("key", …)``."""
        return cls(read_public_pem(pem))

    def to_pem(self) -> bytes:
        """Return the key as PEM of a SubjectPublicKeyInfo."""
        return write_public_pem(self._public)

    def wrap(self, secret: bytes) -> bytes:
        """Return ``secret`` encrypted to this key.  Raises as :func:`sm2_encrypt`."""
        return sm2_encrypt(self._public, secret)

    def __repr__(self) -> str:
        """Return the kind and id; both are public."""
        return f"Sm2EncryptionKey(kid={self.kid!r})"


class Sm2DecryptionKey:
    """A private key in software that opens what was wrapped to it; an HSM's object with ``kid`` and ``unwrap`` replaces it."""

    __slots__ = ("_private", "_public", "kid")

    def __init__(self, private: Sm2PrivateKey) -> None:
        """``kid`` is the thumbprint of its public key as a JWK."""
        self._private = private
        self._public = Sm2EncryptionKey(private.public())
        self.kid = self._public.kid

    @classmethod
    def generate(cls) -> Sm2DecryptionKey:
        """Return a new key, from the binding's own randomness.  Raises ``Unsupported`` without the extra ``gm``."""
        return cls(Sm2PrivateKey.generate())

    @classmethod
    def from_pem(cls, pem: bytes) -> Sm2DecryptionKey:
        """Return the key in a PEM text; raises as :func:`xbridge.crypto.sm2_key.read_private_pem`."""
        return cls(read_private_pem(pem))

    def to_pem(self) -> bytes:
        """Return the private key as PKCS#8 PEM, not encrypted.  Keep it secret."""
        return write_private_pem(self._private)

    def public(self) -> Sm2EncryptionKey:
        """Return the key that wraps for this one."""
        return self._public

    def unwrap(self, wrapped: bytes) -> bytes:
        """Return what was wrapped to this key.  Raises as :func:`sm2_decrypt`."""
        return sm2_decrypt(self._private, wrapped)

    def __repr__(self) -> str:
        """Return the kind and public id, never the key."""
        return f"Sm2DecryptionKey(kid={self.kid!r})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refuse to be pickled or copied (lesson I4)."""
        raise TypeError("a private key is not copied or pickled")


def _read(ciphertext: bytes, form: Sm2CiphertextForm) -> tuple[Sm2PublicKey, bytes, bytes]:
    """Return C1, C3 and C2 of a ciphertext in ``form``, C1 checked and C2 1 to 255 bytes."""
    if form is Sm2CiphertextForm.ASN1:
        return _read_der(ciphertext)
    if form not in _BARE:
        if ciphertext[:1] != b"\x04":
            raise TamperDetected("ciphertext", reason="malformed")
        ciphertext = ciphertext[1:]
    point, rest = ciphertext[:_POINT], ciphertext[_POINT:]
    at = _DIGEST if form in _DIGEST_FIRST else max(len(rest) - _DIGEST, 0)
    digest, text = (rest[:at], rest[at:]) if form in _DIGEST_FIRST else (rest[at:], rest[:at])
    return _checked(int.from_bytes(point[:32], "big"), int.from_bytes(point[32:], "big"), digest, text)


def _read_der(der: bytes) -> tuple[Sm2PublicKey, bytes, bytes]:
    """Return C1, C3 and C2 of the ASN.1 form."""
    try:
        body = read_only(der, SEQUENCE)
        x, y = read_integer(body.take(INTEGER)), read_integer(body.take(INTEGER))
        digest, text = body.take(OCTET_STRING).body, body.take(OCTET_STRING).body
        body.end()
    except DerError as exc:
        raise TamperDetected("ciphertext", reason="malformed") from exc
    return _checked(x, y, digest, text)


def _checked(x: int, y: int, digest: bytes, text: bytes) -> tuple[Sm2PublicKey, bytes, bytes]:
    """Return the three parts, or refuse sizes and points that no encryption gives."""
    if len(digest) != _DIGEST or not 1 <= len(text) <= MAX_PLAINTEXT_BYTES:
        raise TamperDetected("ciphertext", reason="malformed")
    try:
        return Sm2PublicKey(x, y), digest, text
    except TokenInvalid as exc:
        raise TamperDetected("ciphertext", reason="malformed") from exc


def _write(point: Sm2PublicKey, digest: bytes, text: bytes, form: Sm2CiphertextForm) -> bytes:
    """Return the three parts in ``form``."""
    if form is Sm2CiphertextForm.ASN1:
        return _write_der(point, digest, text)
    first = point.point()[1:] if form in _BARE else point.point()
    return first + (digest + text if form in _DIGEST_FIRST else text + digest)


def _write_der(point: Sm2PublicKey, digest: bytes, text: bytes) -> bytes:
    """Return the three parts as SEQUENCE { x, y, C3, C2 }."""
    numbers = write_integer(point.x), write_integer(point.y)
    return write(SEQUENCE, *numbers, write(OCTET_STRING, digest), write(OCTET_STRING, text))
