"""The four digits that the page and the app both show, so that people sign what they mean to (iamsmart.md section 10).

VERIFIED for a hash after login, with one check value; for a PDF and for anonymous signing the inputs are INFERRED or
UNKNOWN.  It protects against a mix-up of two requests and against nobody who can choose what is signed: ten thousand
values are few.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from typing import Literal

DIGITS = 4


def identification_code(digest_text: str, open_id: str) -> str:
    """Return the code for a request after login; ``digest_text`` is ``hashCode`` or ``docDigest`` as it is sent."""
    return _digits(hashlib.sha256(digest_text.encode()).digest() + hashlib.sha256(open_id.encode()).digest())


def anonymous_identification_code(
    digest_text: str, hkic_hash_text: str, client_id: str, *, code_input: Literal["text", "bytes"]
) -> str:
    """Return the code for a request without login, where no openID is known yet.

    Whether the base64 texts go in or the bytes that they spell is UNKNOWN: ``code_input`` says.
    """
    parts = [digest_text.encode(), hkic_hash_text.encode()]
    if code_input == "bytes":
        parts = [b64decode(part) for part in parts]
    return _digits(b"".join(parts) + client_id.encode())


def _digits(message: bytes) -> str:
    """Return four decimal digits: the high half of every fourth byte of MD5(SHA-512(message)), modulo ten."""
    # MD5 is the platform's choice; what protects the signature is the signature.
    short = hashlib.md5(hashlib.sha512(message).digest(), usedforsecurity=False).digest()
    return "".join(str((short[4 * place] >> 4) % 10) for place in range(DIGITS))
