"""The hash by which the platform checks that the person who signs is the one we mean (iamsmart.md section 10).

Hashed without salt, a number of so few possibilities is found by trying: the hash is personal data like the number
itself, and appears in no ``repr``, log or error.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode

from xbridge.protocols.identity_document.hkid import parse_hkid


def hkic_hash(hkid: str) -> str:
    """Return base64 of the SHA-256 over the identifier without check digit.  Raises ``DocumentInvalid``.

    ``hkid`` comes with its check digit, which must be right: a mistyped number would only cost the person a trip to their
    phone and back.
    """
    identifier = parse_hkid(hkid).partition("(")[0]
    return b64encode(hashlib.sha256(identifier.encode("ascii")).digest()).decode("ascii")
