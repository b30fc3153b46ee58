"""This platform's line to iAM Smart: the signed and encrypted calls of an online service (dossier iamsmart.md 2 to 6).

Guangdong is an online service of iAM Smart like any other (guangdong.md section 9, INFERRED): it sends the browser to the
QR page and exchanges the code it brings back.  Written for this mock; it believes no reply that it cannot open.
"""

from __future__ import annotations

import base64
import binascii
import http.client
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from xbridge_mocks.clock import MockClock
from xbridge_mocks.iamsmart.envelope import IV_LENGTH, EnvelopeError, open_envelope, seal
from xbridge_mocks.iamsmart.signature import METHOD, expected_signature
from xbridge_mocks.random_source import RandomSource
from xbridge_mocks.strict_json import StrictJsonError, load_object
from xbridge_mocks.text import Language

__all__ = ["IamSmartLine", "LineDown", "Post", "Proved", "over_http"]

Post = Callable[[str, Mapping[str, str], bytes], bytes]
"""Posts bytes to an address and returns the body of the answer.  Raises ``OSError`` where there is none."""

_SUCCESS = "D00000"
_KEY_TROUBLE = frozenset({"D30001", "D30002", "D30003", "D30004"})
_LANG: Mapping[Language, str] = {"en": "en-US", "zh-Hant": "zh-HK", "zh-Hans": "zh-CN"}
_LIMIT = 1 << 20


class LineDown(Exception):
    """iAM Smart did not answer, or not in a way that can be believed.  The message is safe to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """Whom iAM Smart says came back: its name for the person towards this platform, and the kind of account."""

    open_id: str = field(repr=False)
    user_type: str


class IamSmartLine:
    """The calls of one registered online service.  Not thread-safe: the mock takes one request at a time."""

    def __init__(
        self,
        *,
        base_url: str,
        client_id: str,
        client_secret: str,
        kek: RSAPrivateKey,
        clock: MockClock,
        random: RandomSource,
        post: Post,
    ) -> None:
        """``base_url`` is iAM Smart's, without a slash at its end; ``kek`` the private half of what was registered."""
        self._base_url = base_url
        self._client_id = client_id
        self._client_secret = client_secret
        self._kek = kek
        self._clock = clock
        self._random = random
        self._post = post
        self._key = b""
        self._key_ends_ms = 0

    def login_url(self, *, redirect_uri: str, state: str, lang: Language) -> str:
        """Return where to send the browser."""
        query = {
            "clientID": self._client_id,
            "responseType": "code",
            "source": "PC_Browser",
            "redirectURI": redirect_uri,
            "scope": "eidapi_auth",
            "lang": _LANG[lang],
            "state": state,
        }
        return f"{self._base_url}/api/v1/auth/getQR?{urlencode(query, quote_via=quote)}"

    def exchange(self, code: str) -> Proved:
        """Return whose login ``code`` stands for.  Raises LineDown."""
        parameters = {"code": code, "grantType": "authorization_code"}
        for again in (False, True):
            reply = self._call("/api/v1/auth/getToken", self._sealed(parameters))
            # A key that the other side has forgotten is asked for once more, and once only.
            if again or reply["code"] not in _KEY_TROUBLE:
                break
            self._key = b""
        return _proved(self._opened(reply))

    def _sealed(self, parameters: Mapping[str, str]) -> bytes:
        plaintext = json.dumps(parameters).encode()
        content = seal(self._content_key(), self._random.bytes(IV_LENGTH), plaintext)
        return json.dumps({"content": content}).encode()

    def _opened(self, reply: Mapping[str, object]) -> Mapping[str, object]:
        """Return the content of a reply that succeeded.  Raises LineDown."""
        if reply["code"] != _SUCCESS or not isinstance(reply.get("content"), str):
            raise LineDown(f"iAM Smart refused: {reply['code']}")
        try:
            return load_object(open_envelope(self._key, str(reply["content"]))[1])
        except (EnvelopeError, StrictJsonError):
            raise LineDown("the reply cannot be opened") from None

    def _content_key(self) -> bytes:
        """Return the key for contents, fetched anew when there is none or it has ended.  Raises LineDown."""
        now_ms = self._clock.now_ms()
        if self._key and now_ms < self._key_ends_ms:
            return self._key
        reply = self._call("/api/v1/security/getKey", b"")
        content = reply.get("content")
        if reply["code"] != _SUCCESS or not isinstance(content, dict):
            raise LineDown(f"iAM Smart gave no key: {reply['code']}")
        lifetime = content.get("expiresIn")
        try:
            key = self._kek.decrypt(base64.b64decode(str(content.get("secretKey")), validate=True), padding.PKCS1v15())
        except (ValueError, binascii.Error):
            raise LineDown("the key cannot be opened") from None
        if len(key) != 32 or not isinstance(lifetime, int):
            raise LineDown("the key has another form")
        self._key, self._key_ends_ms = key, now_ms + lifetime
        return key

    def _call(self, path: str, body: bytes) -> dict[str, object]:
        """Post signed bytes and return the envelope of the reply.  Raises LineDown."""
        timestamp, nonce = str(self._clock.now_ms()), self._random.hex(16)
        signature = expected_signature(self._client_secret, self._client_id, timestamp, nonce, body)
        headers = {
            "Content-Type": "application/json",
            "clientID": self._client_id,
            "signatureMethod": METHOD,
            "timestamp": timestamp,
            "nonce": nonce,
            "signature": quote(signature, safe=""),
        }
        try:
            reply = load_object(self._post(self._base_url + path, headers, body))
        except (OSError, StrictJsonError):
            raise LineDown("iAM Smart does not answer") from None
        return {**reply, "code": str(reply.get("code", ""))}


def _proved(content: Mapping[str, object]) -> Proved:
    open_id, user_type = content.get("openID"), content.get("userType")
    if not isinstance(open_id, str) or not open_id or not isinstance(user_type, str):
        raise LineDown("the reply names nobody")
    return Proved(open_id=open_id, user_type=user_type)


def over_http(url: str, headers: Mapping[str, str], body: bytes, *, timeout_s: float = 5.0) -> bytes:
    """Post over HTTP(S), following nothing, and return the body.  Raises OSError."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout_s)
    try:
        connection.request("POST", parts.path, body=body, headers=dict(headers))
        return connection.getresponse().read(_LIMIT)
    except http.client.HTTPException as exc:
        raise OSError("no HTTP answer") from exc
    finally:
        connection.close()
