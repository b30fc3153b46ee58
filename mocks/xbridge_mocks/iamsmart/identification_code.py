"""The four digits that the service's page and the app both show, so that a person sees they mean one signature.

Dossier 10, VERIFIED for generation 1 after login, where its check value is 2417. That a PDF's docDigest stands in
hashCode's place is INFERRED; which bytes of an anonymous signature go in is UNKNOWN, and a setting. It keeps nobody
out: it is there to be compared by eye.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Literal

__all__ = ["anonymous_identification_code", "identification_code"]


def identification_code(digest: str, open_id: str) -> str:
    """The code of a signature after login, from hashCode or docDigest as base64 text and the signer's openID."""
    both = (hashlib.sha256(part.encode()).digest() for part in (digest, open_id))
    return _digits(b"".join(both))


def anonymous_identification_code(
    digest: str, hkic_hash: str, client_id: str, *, form: Literal["text", "bytes"] = "text"
) -> str:
    """The code of an anonymous signature; ``form`` says whether the base64 texts go in as they are or decoded."""
    parts = [part.encode() if form == "text" else base64.b64decode(part) for part in (digest, hkic_hash)]
    return _digits(b"".join((*parts, client_id.encode())))


def _digits(mixed: bytes) -> str:
    digest = hashlib.md5(hashlib.sha512(mixed).digest(), usedforsecurity=False).digest()
    return "".join(str((digest[4 * place] >> 4) % 10) for place in range(4))
