"""Request signing of the iAM Smart family: five headers, HMAC-SHA256 over the exact body (iamsmart.md section 2).

The message is ``clientID + signatureMethod + timestamp + nonce + body`` with no separators, so the fixed formats of
timestamp (13 digits) and nonce (at most 36 of a small alphabet) are what keeps it unambiguous; both are checked here
before anything is signed.  This module signs; verifying is the mock's, written separately as a second opinion.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode
from typing import Literal
from urllib.parse import quote

from xbridge.core.effects import Stamp
from xbridge.core.errors import ConfigError

SIGNATURE_METHOD = "HmacSHA256"
_NONCE = re.compile(r"[A-Za-z0-9-]{16,36}")


def sign_request(
    *, client_id: str, client_secret: str, stamp: Stamp, body: bytes, encoding: Literal["url", "raw"] = "url"
) -> tuple[tuple[str, str], ...]:
    """Return the five signature headers for ``body``, the exact bytes that will be sent.

    ``encoding`` is ``"url"`` for what the integrated testing environment demands (VERIFIED), ``"raw"`` for the plain
    base64 of the prose.  Raises ``ConfigError`` for a stamp whose format would make the signed text ambiguous.
    """
    timestamp = str(stamp.timestamp_ms)
    if len(timestamp) != 13 or stamp.timestamp_ms < 0:
        raise ConfigError("a signed request needs a timestamp of 13 digits (milliseconds since 1970)")
    if not _NONCE.fullmatch(stamp.nonce):
        raise ConfigError("a signed request needs a nonce of 16 to 36 letters, digits or hyphens")
    text = f"{client_id}{SIGNATURE_METHOD}{timestamp}{stamp.nonce}".encode() + body
    signature = b64encode(hmac.digest(client_secret.encode(), text, hashlib.sha256)).decode("ascii")
    return (
        ("clientID", client_id),
        ("signatureMethod", SIGNATURE_METHOD),
        ("timestamp", timestamp),
        ("nonce", stamp.nonce),
        ("signature", quote(signature, safe="") if encoding == "url" else signature),
    )
