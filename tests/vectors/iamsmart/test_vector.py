"""Our client reproduces every published vector of iAM Smart (README.md beside this file says where they come from)."""

from __future__ import annotations

import json

import pytest

from xbridge.core.effects import Stamp
from xbridge.protocols.content_envelope import open_content, seal_content
from xbridge.protocols.signed_http import sign_request
from xbridge.providers.iamsmart.hkic_hash import hkic_hash
from xbridge.providers.iamsmart.identification_code import identification_code

KEY, IV = bytes(range(32)), bytes(range(12))
PLAINTEXT = b'{"code":"abc","grantType":"authorization_code"}'
SEALED = "AAAADAABAgMEBQYHCAkKCzwgtXShgOAhryD16JPFWgrxt+lApAIvGRpdx+RoHWjdc3nUnduoffYrxxCJ7aVVYia7oHXt3O0qX8X3gawVHw=="
SIGNATURES = [
    (b"", "yB9mmflyCZYdGGbmsElVDJIG0gSVsKl%2BvwIPKEzAeFg%3D"),
    (b"{}", "gKwFv7BbQnKiufcE%2BZNhuiTeN8FLRTqoh6i1C15i5DY%3D"),
    (
        json.dumps({"content": SEALED}, separators=(",", ":")).encode(),
        "F6kTHrEPeiXan%2Brezfo7tqu3ltO1A66mathjd2Jg3J8%3D",
    ),
]


@pytest.mark.parametrize(("body", "signature"), SIGNATURES, ids=["empty", "braces", "envelope"])
def test_signature(body: bytes, signature: str) -> None:
    """The five headers over the exact body are those of section 2."""
    stamp = Stamp(timestamp_ms=1557048906183, nonce="e893647dc4204eb9b7b8eddd527b687c")
    headers = sign_request(
        client_id="edae2e2529ff46228af1e4d18c8405d1",
        client_secret="0123456789abcdef0123456789abcdef",
        stamp=stamp,
        body=body,
    )
    assert headers == (
        ("clientID", "edae2e2529ff46228af1e4d18c8405d1"),
        ("signatureMethod", "HmacSHA256"),
        ("timestamp", "1557048906183"),
        ("nonce", "e893647dc4204eb9b7b8eddd527b687c"),
        ("signature", signature),
    )


def test_envelope() -> None:
    """The envelope of section 3.1, in both directions."""
    assert seal_content(KEY, PLAINTEXT, iv=IV) == SEALED
    assert open_content(KEY, SEALED) == PLAINTEXT


def test_hkic_hash() -> None:
    """The hash of section 10: the identifier without its check digit, which must be there and right all the same."""
    assert hkic_hash("A123456(3)") == "rDcExehSzsiEp2laLaJqrtaX2ua9sdaugwaY5ONmYwk="


def test_identification_code() -> None:
    """The four digits of section 10."""
    hash_code, open_id = (
        "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
        "liR14%2BvX%2F5hSum5uf4ERczu0KcDnIJA5BM7FoM1ag9c%3D",
    )
    assert identification_code(hash_code, open_id) == "2417"
