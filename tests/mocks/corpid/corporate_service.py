"""A service at both platforms for these tests: it signs, seals and logs people in, straight from the dossier.

Written apart from the mock's own code and from the library on purpose, so that a mistake made once does not confirm
itself. Every step can be bent by the caller.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from werkzeug.test import Client, TestResponse

from xbridge_mocks import MockWorld

BASE = "http://corpid.mock"
CALLBACK = "https://svc.example/cb/corp"
SHAPES = ("sandbox", "v1_0_4")
QR = {"sandbox": "/api/v1/auth/mockCorpId/getQR", "v1_0_4": "/api/v1/auth/corpId/getQR"}
OWN = {"sandbox": {"corpMock": "true"}, "v1_0_4": {"cScope": "corpidapi_auth"}}
CODE_NAME = {"sandbox": "corpMockCode", "v1_0_4": "cCode"}
PERSON_TOKEN = "/api/v1/auth/getToken"
COMPANY_TOKEN = {"sandbox": "/corpid/api/v1/auth/getToken", "v1_0_4": "/corpid/api/eservice/v1/auth/getToken"}


class Side:
    """The service at one platform: its credentials, its content key, its paths."""

    def __init__(self, world: MockWorld, prefix: str, client_id: str, secret: str, private_key: RSAPrivateKey) -> None:
        self.client_id = client_id
        self.prefix = prefix
        self.cek = b""
        self._world = world
        self._secret = secret
        self._private_key = private_key
        self._browser = Client(world.corpid)
        self._count = self._sealed = 0

    def post(self, path: str, body: bytes = b"") -> TestResponse:
        """POST exact bytes, signed."""
        self._count += 1
        text = f"{self.client_id}HmacSHA256{self._world.clock.now_ms()}{self._count:032x}"
        digest = hmac.new(self._secret.encode(), text.encode() + body, hashlib.sha256).digest()
        head = {
            "clientID": self.client_id, "signatureMethod": "HmacSHA256", "timestamp": str(self._world.clock.now_ms()),
            "nonce": f"{self._count:032x}", "signature": quote(base64.b64encode(digest).decode(), safe=""),
        }  # fmt: skip
        return self._browser.post(path, data=body, content_type="application/json" if body else None, headers=head)

    def get_key(self) -> bytes:
        """Fetch the content key and return what was wrapped; text stands for the key that it spells."""
        content = self.post(f"{self.prefix}/api/v1/security/getKey").get_json()["content"]
        wrapped = self._private_key.decrypt(base64.b64decode(content["secretKey"]), padding.PKCS1v15())
        self.cek = base64.b64decode(wrapped) if len(wrapped) == 44 else wrapped
        return wrapped

    def call(self, path: str, document: dict[str, object]) -> dict[str, Any]:
        """POST ``document`` sealed and signed; returns the reply's envelope. A member ``...`` is left out."""
        if not self.cek:
            self.get_key()
        plaintext = json.dumps({name: value for name, value in document.items() if value is not ...}).encode()
        return dict(self.post(path, self.seal(plaintext)).get_json())

    def seal(self, plaintext: bytes) -> bytes:
        """Return the body that carries ``plaintext`` under the content key."""
        self._sealed += 1
        iv = (2**64 + self._sealed).to_bytes(12, "big")
        blob = struct.pack(">I", 12) + iv + AESGCM(self.cek).encrypt(iv, plaintext, None)
        return json.dumps({"content": base64.b64encode(blob).decode()}).encode()

    def open(self, content: str) -> dict[str, Any]:
        """Decrypt a reply's content."""
        blob = base64.b64decode(content, validate=True)
        return dict(json.loads(AESGCM(self.cek).decrypt(blob[4:16], blob[16:], None)))


class CorporateService:
    """One service, registered at both platforms of ``world``."""

    def __init__(self, world: MockWorld, private_key: RSAPrivateKey) -> None:
        self.world = world
        self.mock = world.corpid
        self.browser = Client(world.corpid)
        public = private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.credentials = self.mock.register_client(
            name="Test service", redirect_uris=[CALLBACK], kek_public_keys=[public]
        )
        made = self.credentials
        self.person = Side(world, "", made.client_id, made.client_secret, private_key)
        self.company = Side(world, "/corpid", made.corp_client_id, made.corp_client_secret, private_key)

    def login_url(self, shape: str = "sandbox", **bent: str | None) -> str:
        """A getQR address; a bent parameter replaces or (None) removes one."""
        query: dict[str, str | None] = {
            "clientID": self.credentials.client_id, "responseType": "code", "source": "PC_Browser",
            "redirectURI": CALLBACK, "scope": "eidapi_auth", "lang": "en-US", "state": "state-1",
            **OWN[shape], **bent,
        }  # fmt: skip
        return f"{BASE}{QR[shape]}?" + urlencode({k: v for k, v in query.items() if v is not None})

    def back(self, shape: str = "sandbox", persona: str = "chan-tai-man", **choice: Any) -> dict[str, str]:
        """Log somebody in and return the callback's parameters."""
        return dict(parse_qsl(urlsplit(self.mock.log_in(self.login_url(shape), persona, **choice)).query))

    def person_token(self, code: str) -> dict[str, Any]:
        """Exchange iAM Smart's code; returns the opened content."""
        reply = self.person.call(PERSON_TOKEN, {"code": code, "grantType": "authorization_code"})
        assert reply["code"] == "D00000", reply
        return self.person.open(reply["content"])

    def question(self, shape: str, back: dict[str, str], **bent: object) -> dict[str, object]:
        """The plaintext of CorpID's getToken; a bent member replaces or (...) removes one."""
        code = back[CODE_NAME[shape]]
        if shape == "v1_0_4":
            return {"cAuthCode": code, "grantType": "authorization_code", **bent}
        token = self.person_token(back["code"])
        return {
            "ticketID": code, "grantType": "authorization_code", "iAMSmart_AccessToken": token["accessToken"],
            "iAMSmart_TokenizedID": token["openID"], **bent,
        }  # fmt: skip

    def company_token(self, shape: str, back: dict[str, str], **bent: object) -> dict[str, Any]:
        """Exchange CorpID's code; returns the reply's envelope."""
        return self.company.call(COMPANY_TOKEN[shape], self.question(shape, back, **bent))

    def log_in(self, shape: str = "sandbox", persona: str = "chan-tai-man", **choice: Any) -> dict[str, Any]:
        """A whole login; returns the opened content of CorpID's token."""
        reply = self.company_token(shape, self.back(shape, persona, **choice))
        assert reply["code"] == "M00000", reply
        return self.company.open(reply["content"])
