"""Strict base64url and base64 (RFC 4648): every byte string has exactly one spelling here.

Python's own decoder skips junk, and even its strict mode lets non-zero trailing bits through, so that one signature
would have several spellings (dossier protocols.md A13).  Text that is not the one spelling is refused, never repaired.
"""

from __future__ import annotations

from binascii import Error, a2b_base64, b2a_base64

from xbridge.core.errors import VerificationError

_TO_URL = bytes.maketrans(b"+/", b"-_")
# Characters of the other alphabet and padding become "!", which the strict decoder refuses.
_FROM_URL = bytes.maketrans(b"-_+/=", b"+/!!!")
_PADDING = (b"", b"", b"==", b"=")
# The last character of a final group of 2 (3) characters must leave its low 4 (2) bits at zero; no group has only 1.
_LAST = (frozenset(range(256)), frozenset[int](), frozenset(b"AQgw"), frozenset(b"AEIMQUYcgkosw048"))


def encode(data: bytes) -> str:
    """Return ``data`` as unpadded base64url (RFC 7515 section 2)."""
    return b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=").decode("ascii")


def decode(text: str | bytes, *, claim: str = "base64url") -> bytes:
    """Return the bytes that ``text`` spells in unpadded base64url.

    Raises ``VerificationError(claim, reason="malformed")`` for padding, white space, characters of another alphabet,
    an impossible length, and non-zero trailing bits.
    """
    raw = _ascii(text, claim)
    try:
        tail = len(raw) & 3
        if tail and raw[-1] not in _LAST[tail]:
            raise VerificationError(claim, reason="malformed")
        return a2b_base64(raw.translate(_FROM_URL) + _PADDING[tail], strict_mode=True)
    except Error:
        raise VerificationError(claim, reason="malformed") from None


def encode_standard(data: bytes) -> str:
    """Return ``data`` as padded standard base64 on one line (RFC 4648 section 4)."""
    return b2a_base64(data, newline=False).decode("ascii")


def decode_standard(text: str | bytes, *, claim: str = "base64") -> bytes:
    """Return the bytes that ``text`` spells in padded standard base64, on one line and in its one spelling.

    Raises ``VerificationError(claim, reason="malformed")`` for anything else.
    """
    raw = _ascii(text, claim)
    try:
        data = a2b_base64(raw, strict_mode=True)
    except Error:
        raise VerificationError(claim, reason="malformed") from None
    if b2a_base64(data, newline=False) != raw:
        raise VerificationError(claim, reason="malformed")
    return data


def _ascii(text: str | bytes, claim: str) -> bytes:
    """Return the bytes of ``text``.

    Asked first and not tried: an encoder's error holds the text, which may be a token or a person's, and stays in the
    context of ours even where it is dropped as the cause.
    """
    if not text.isascii():
        raise VerificationError(claim, reason="malformed")
    return text.encode("ascii") if isinstance(text, str) else text
