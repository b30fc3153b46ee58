"""One service's settings at iAM Smart, and the platform's side of a callback, from plain values and fresh keys."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import strategies as st

from xbridge.core.http import HTTPReply
from xbridge.protocols.content_envelope import seal_content
from xbridge.providers.iamsmart import PROVIDER
from xbridge.providers.iamsmart.settings import IamSmartSettings
from xbridge.testing.world import new_kek

NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
CONTENT_KEY = bytes(range(32))
CALLBACK_KEY = bytes(range(100, 132))
RETURN_TO = "https://svc.test/cb"
CALLBACK_URI = "https://svc.test/push/hk"
OPEN_ID = "liR14%2BvX%2F5hSum5uf4ERczu0KcDnIJA5BM7FoM1ag9c%3D"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
"""Any JSON value."""


def kek(number: int = 0) -> tuple[str, bytes]:
    """A key-encryption key, private and public PEM: the same for the same number in one run."""
    return _made(number)


@cache
def _made(number: int) -> tuple[str, bytes]:
    return new_kek()


def settings(**changes: Any) -> IamSmartSettings:
    """The settings of a service."""
    section = {
        "base_url": "https://iamsmart.example",
        "client_id": "edae2e2529ff46228af1e4d18c8405d1",
        "client_secret": "0123456789abcdef0123456789abcdef",
        "kek_private_keys": [kek()[0]],
        "redirect_uris": [RETURN_TO],
        "callback_uri": CALLBACK_URI,
        **changes,
    }
    return PROVIDER.read_settings({name: value for name, value in section.items() if value is not ...})


def wrapped(key: bytes, *, number: int = 0) -> str:
    """``key`` wrapped for a key-encryption key."""
    public = load_pem_public_key(kek(number)[1])
    assert isinstance(public, RSAPublicKey)
    return b64encode(public.encrypt(key, padding.PKCS1v15())).decode()


def callback(
    content: object, /, *, code: str = "D00000", key: bytes = CALLBACK_KEY, number: int = 0, **changes: object
) -> bytes:
    """The body of a callback whose encrypted content is ``content`` (bytes are taken as they are)."""
    plaintext = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
    document = {
        "txID": "<T=0>",
        "code": code,
        "message": "SUCCESS" if code == "D00000" else "text for people",
        "secretKey": wrapped(key, number=number),
        "content": seal_content(key, plaintext, iv=b"platform-iv."),
        **changes,
    }
    return json.dumps({name: value for name, value in document.items() if value is not ...}).encode()


def reply(content: object | None = None, *, code: str = "D00000", key: bytes = CONTENT_KEY) -> HTTPReply:
    """A reply to a call, encrypted."""
    document: dict[str, object] = {"txID": "<T=0>", "code": code, "message": "text for people"}
    if content is not None:
        document["content"] = seal_content(key, json.dumps(content).encode(), iv=b"platform-iv.")
    return HTTPReply(status=200, content=json.dumps(document).encode())
