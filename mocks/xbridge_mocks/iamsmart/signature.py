"""Request signing: what the five headers must look like and what the signature is over (dossier 2, VERIFIED).

Pure functions over text and bytes. Replay and clock checks need memory and live in ``gate``.
"""

from __future__ import annotations

import base64
import hmac
import re
from urllib.parse import quote

__all__ = ["HEADERS", "METHOD", "NONCE_FORM", "TIMESTAMP_FORM", "expected_signature", "signature_fits"]

HEADERS = ("clientID", "signatureMethod", "timestamp", "nonce", "signature")
METHOD = "HmacSHA256"

# The signed text is joined without separators, so only fixed forms keep a character from moving from one part to the
# next (lessons H1): a time of exactly thirteen digits, and a nonce that cannot begin a JSON body.
TIMESTAMP_FORM = re.compile(r"[1-9][0-9]{12}", re.ASCII)
NONCE_FORM = re.compile(r"[A-Za-z0-9-]{1,36}", re.ASCII)


def expected_signature(secret: str, client_id: str, timestamp: str, nonce: str, body: bytes) -> str:
    """The base64 HMAC-SHA256 over ``clientID + signatureMethod + timestamp + nonce + body``, before URL encoding."""
    message = f"{client_id}{METHOD}{timestamp}{nonce}".encode() + body
    return base64.b64encode(hmac.digest(secret.encode(), message, "sha256")).decode("ascii")


def signature_fits(given: str, expected: str, *, raw_too: bool) -> bool:
    """Compare in constant time with the URL-encoded form, encoded exactly once and in upper-case hexadecimal.

    ``raw_too`` also takes the base64 text as it is, which some clients fall back to.
    """
    seen = given.encode("utf-8", "replace")
    fits = hmac.compare_digest(seen, quote(expected, safe="").encode())
    return fits or (raw_too and hmac.compare_digest(seen, expected.encode()))
