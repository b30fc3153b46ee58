"""The content envelope: AES-256-GCM under the content key (dossier iamsmart.md 3.1, VERIFIED).

``uint32_be(12) || IV(12) || ciphertext || tag(16)`` in standard base64. Framing and cipher only: who owns which key,
and whether an IV was seen before, is ``content_key``.
"""

from __future__ import annotations

import base64
import binascii

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["IV_LENGTH", "EnvelopeError", "frame", "open_envelope", "seal"]

IV_LENGTH = 12
_TAG_LENGTH = 16
_PREFIX = IV_LENGTH.to_bytes(4, "big")


class EnvelopeError(Exception):
    """The content is not an envelope that this key opens. The message says which rule it broke, nothing more."""


def seal(key: bytes, iv: bytes, plaintext: bytes) -> str:
    """Encrypt ``plaintext`` under a 32-byte key and a 12-byte IV that this key has never seen; base64 text."""
    return base64.b64encode(frame(iv, AESGCM(key).encrypt(iv, plaintext, None))).decode("ascii")


def frame(iv: bytes, sealed: bytes) -> bytes:
    """Put length and IV in front of ciphertext and tag. It writes whatever length it is given: faults need that."""
    return len(iv).to_bytes(4, "big") + iv + sealed


def open_envelope(key: bytes, content: str) -> tuple[bytes, bytes]:
    """Decrypt ``content`` and return its IV and plaintext.

    Raises EnvelopeError: (1) not canonical base64 (2) too short (3) an IV length other than 12 (4) a tag that fails.
    """
    try:
        blob = base64.b64decode(content.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise EnvelopeError("not base64") from None
    # Two spellings of one blob would let the same message pass as two.
    if base64.b64encode(blob).decode("ascii") != content:
        raise EnvelopeError("not canonical base64")
    if len(blob) < len(_PREFIX) + IV_LENGTH + _TAG_LENGTH:
        raise EnvelopeError("too short")
    if blob[:4] != _PREFIX:
        raise EnvelopeError("IV length is not 12")
    iv, sealed = blob[4 : 4 + IV_LENGTH], blob[4 + IV_LENGTH :]
    try:
        return iv, AESGCM(key).decrypt(iv, sealed, None)
    except InvalidTag:
        raise EnvelopeError("the tag does not fit") from None
