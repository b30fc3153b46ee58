"""One online service's settings at each platform, with keys made for this run, and the platform's side of a reply.

Written for stepping flows by hand: what a transcript answers is built here from plain values, with the library's own
envelope (its correctness is ``tests/vectors/iamsmart``'s business).
"""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime
from functools import cache

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from xbridge.core.http import HTTPReply
from xbridge.protocols.content_envelope import kek_public_der, load_kek, seal_content
from xbridge.providers.guangdong import PROVIDER as GUANGDONG
from xbridge.providers.guangdong.settings import GuangdongSettings
from xbridge.providers.iamsmart import PROVIDER as IAMSMART
from xbridge.providers.iamsmart.settings import IamSmartSettings
from xbridge.testing.world import new_kek

NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
NOON_MS = 1_780_286_400_000
CONTENT_KEY = bytes(range(32))
RETURN_TO = "https://svc.test/cb"


@cache
def kek_pem(number: int = 0) -> str:
    """A key-encryption key, the same for the same number in one run."""
    return new_kek()[0]


def iamsmart_settings(**changes: object) -> IamSmartSettings:
    """The settings of a service at iAM Smart."""
    return IAMSMART.read_settings({
        "base_url": "https://iamsmart.example", "client_id": "edae2e2529ff46228af1e4d18c8405d1",
        "client_secret": "0123456789abcdef0123456789abcdef", "kek_private_keys": [kek_pem()],
        "redirect_uris": [RETURN_TO], **changes,
    })  # fmt: skip


def guangdong_settings(**changes: object) -> GuangdongSettings:
    """The settings of a service at the Guangdong platform."""
    return GUANGDONG.read_settings(
        {"client_id": "tyrz_sample", "client_secret": "sample-secret", "redirect_uris": [RETURN_TO], **changes}
    )


def entropy(size: int) -> bytes:
    """Bytes that count from zero: the same each time."""
    return bytes(range(size))


def reply(document: object, *, status: int = 200) -> HTTPReply:
    """A JSON reply."""
    return HTTPReply(status=status, content=json.dumps(document, ensure_ascii=False).encode())


def envelope(content: object = None, *, code: str = "D00000") -> HTTPReply:
    """A reply of iAM Smart with clear content, or with none."""
    document: dict[str, object] = {"txID": "<T=0>", "code": code, "message": "text for people"}
    return reply(document if content is None else {**document, "content": content})


def sealed(content: object, *, key: bytes = CONTENT_KEY) -> HTTPReply:
    """A reply of iAM Smart with encrypted content."""
    return envelope(seal_content(key, json.dumps(content, ensure_ascii=False).encode(), iv=b"platform-iv."))


def key_reply(
    *,
    key: bytes = CONTENT_KEY,
    kek: RSAPrivateKey | None = None,
    issued_ms: int = NOON_MS,
    lifetime_ms: int = 86_400_000,
) -> HTTPReply:
    """A reply to getKey that wraps ``key`` for ``kek``."""
    kek = kek or load_kek(kek_pem())
    return envelope({
        "secretKey": b64encode(kek.public_key().encrypt(key, padding.PKCS1v15())).decode(),
        "pubKey": b64encode(kek_public_der(kek)).decode(), "issueAt": issued_ms, "expiresIn": lifetime_ms,
    })  # fmt: skip


TOKEN = {
    "accessToken": "0" * 32, "tokenType": "Bearer", "issueAt": NOON_MS, "expiresIn": 14_400_000,
    "openID": "liR14%2BvX%2F5hSum5uf4ERczu0KcDnIJA5BM7FoM1ag9c%3D", "lastModifiedDate": 1_700_000_000_000,
    "userType": "default", "scope": "eidapi_auth eidapi_profiles",
}  # fmt: skip
PROFILE = {
    "idNo": {"Identification": "A123456", "CheckDigit": "3"}, "enName": {"UnstructuredName": "CHAN, Tai Man"},
    "chName": {"ChineseName": "陳大文"}, "birthDate": "19900101", "gender": "M",
}  # fmt: skip
ACCOUNT = {
    "useridcode": "0123456789abcdef0123456789abcdef", "uid": "chan_tai_man", "cn": "陳大文", "usertype": "1",
    "isreal": "true", "sex": "1", "idcardtype": "40", "idcardnumber": "H00000101", "creditable_level_of_account": "L2",
}  # fmt: skip
