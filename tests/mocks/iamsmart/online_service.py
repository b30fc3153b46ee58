"""An online service for these tests: it signs, seals and logs people in, straight from the dossier.

Written apart from the mock's own code on purpose, so that a mistake made once does not confirm itself. Every step can
be bent by the caller.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import struct
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from werkzeug.test import Client, TestResponse

from xbridge_mocks import MockWorld
from xbridge_mocks.client import ClientCredentials
from xbridge_mocks.iamsmart.courier import CallbackRequest

ALL_SCOPES = "eidapi_auth eidapi_profiles eidapi_formFilling eidapi_fr"
ASK = {
    "profile": "/api/v1/account/auth/profile/initiateRequest",
    "form": "/api/v1/account/eme/initiateRequest",
    "step_up": "/api/v1/account/stepup/initiateRequest",
}
SIGN_SCOPES = f"{ALL_SCOPES} eidapi_sign eidapi_bulksign"
SIGN = {
    "hash_signing": "/api/v1/account/signing/initiateRequest",
    "pdf_signing": "/api/v1/account/pdfsigning/initiateRequest",
}
ANONYMOUS_SIGN = {
    "hash_signing": "/api/v1/anonymous/signing/initiateRequest",
    "pdf_signing": "/api/v1/anonymous/pdfsigning/initiateRequest",
}
SIGNED = {
    "hash_signing": "/api/v1/anonymous/signing/getResult",
    "pdf_signing": "/api/v1/anonymous/pdfsigning/getResult",
}
BULK = {
    "token": "/api/v1/bdss/getBSQCToken",
    "ask": "/api/v1/bdss/initiateRequest",
    "acknowledge": "/api/v1/bdss/ackResult",
    "status": "/api/v1/bdss/enquireStatus",
    "cancel": "/api/v1/bdss/cancelRequest",
}
ACKNOWLEDGE = "/api/v1/account/signing/ackResult"
DOCUMENT = b"%PDF-1.4 what is to be signed"
DIGEST = base64.b64encode(hashlib.sha256(DOCUMENT).digest()).decode()
ANONYMOUS = "/api/v1/anonymous/eme/initiateRequest"
RESULT = "/api/v1/anonymous/eme/getResult"
BASE = "http://iamsmart.mock"
CALLBACK = "https://svc.example/cb/hk"
NOTIFY = "https://svc.example/notify"


def hkic_hash(identifier: str) -> str:
    """The HKICHash of an identity card number without its check digit."""
    return base64.b64encode(hashlib.sha256(identifier.encode()).digest()).decode()


def documents(count: int) -> list[dict[str, str]]:
    """Documents to sign in bulk, each with its own name and digest."""
    return [
        {
            "documentID": f"d-{number}",
            "documentName": f"Document {number}",
            "hashCode": base64.b64encode(hashlib.sha256(str(number).encode()).digest()).decode(),
        }
        for number in range(count)
    ]


def opened_with(key: bytes, text: str) -> dict[str, Any]:
    """What is sealed in ``text`` under ``key``."""
    blob = base64.b64decode(text, validate=True)
    assert struct.unpack(">I", blob[:4]) == (12,)
    return dict(json.loads(AESGCM(key).decrypt(blob[4:16], blob[16:], None)))


ORDER: dict[str, object] = {
    "HKICHash": hkic_hash("ZZ000102"), "department": "Licences", "serviceName": "Fishing licence",
    "documentName": "Application",
}  # fmt: skip


class OnlineService:
    """One registered client of the mock in ``world``."""

    def __init__(self, world: MockWorld, credentials: ClientCredentials, private_key: RSAPrivateKey) -> None:
        self.world = world
        self.credentials = credentials
        self.private_key = private_key
        self.browser = Client(world.iamsmart)
        self._count = 0
        self.cek = b""
        self.tokens: dict[str, dict[str, Any]] = {}
        self.login_from = "PC_Browser"
        self.received: list[CallbackRequest] = []
        world.iamsmart.deliver = self.receive

    def receive(self, callback: CallbackRequest) -> int:
        """Take a callback as it comes."""
        self.received.append(callback)
        return 200

    def headers(self, body: bytes, **bent: str | None) -> dict[str, str]:
        """The five headers for ``body``; a bent one is used instead before signing, None leaves it out after."""
        self._count += 1
        head = {
            "clientID": self.credentials.client_id,
            "signatureMethod": "HmacSHA256",
            "timestamp": str(self.world.clock.now_ms()),
            "nonce": f"{self._count:032x}",
        }
        head.update({name: value for name, value in bent.items() if value is not None and name in head})
        text = head["clientID"] + head["signatureMethod"] + head["timestamp"] + head["nonce"]
        digest = hmac.new(self.credentials.client_secret.encode(), text.encode() + body, hashlib.sha256).digest()
        head["signature"] = bent.get("signature") or quote(base64.b64encode(digest).decode(), safe="")
        for name, value in bent.items():
            if value is None:
                del head[name]
        return head

    def post(
        self, path: str, body: bytes = b"", *, head: dict[str, str] | None = None, **bent: str | None
    ) -> TestResponse:
        """POST exact bytes, signed."""
        kind = "application/json" if body else None
        return self.browser.post(path, data=body, content_type=kind, headers=head or self.headers(body, **bent))

    def get_key(self) -> dict[str, Any]:
        """Fetch and unwrap the content key; returns the content of the reply."""
        content = self.post("/api/v1/security/getKey").get_json()["content"]
        self.cek = self.private_key.decrypt(base64.b64decode(content["secretKey"]), padding.PKCS1v15())
        return dict(content)

    def seal(self, document: object, *, iv: bytes | None = None) -> bytes:
        """The body that carries ``document`` under the content key."""
        plaintext = document if isinstance(document, bytes) else json.dumps(document).encode()
        self._count += 1
        iv = iv or self._count.to_bytes(12, "big")
        blob = struct.pack(">I", 12) + iv + AESGCM(self.cek).encrypt(iv, plaintext, None)
        return json.dumps({"content": base64.b64encode(blob).decode()}).encode()

    def open(self, content: str) -> dict[str, Any]:
        """Decrypt a reply's content."""
        return opened_with(self.cek, content)

    def call(self, path: str, document: object, **bent: str | None) -> dict[str, Any]:
        """POST ``document`` sealed and signed; returns the reply's envelope."""
        if not self.cek:
            self.get_key()
        body = self.seal(document)
        reply = self.post(path, body, head=self.headers(body, **bent))
        assert reply.status_code == 200
        return dict(reply.get_json())

    def login_url(self, **bent: str | None) -> str:
        """A getQR address; a bent parameter replaces or (None) removes one."""
        query: dict[str, str | None] = {
            "clientID": self.credentials.client_id,
            "responseType": "code",
            "source": "PC_Browser",
            "redirectURI": CALLBACK,
            "scope": "eidapi_auth eidapi_profiles",
            "lang": "en-US",
            "state": "state-1",
            **bent,
        }
        return f"{BASE}/api/v1/auth/getQR?" + urlencode({k: v for k, v in query.items() if v is not None})

    def code(self, persona: str = "chan-tai-man", **bent: str | None) -> str:
        """Log a person in and return the code of the callback."""
        back = self.world.iamsmart.log_in(self.login_url(**bent), persona)
        return parse_qs(urlsplit(back).query)["code"][0]

    def get_token(self, code: str) -> dict[str, Any]:
        """Exchange a code; returns the reply's envelope."""
        return self.call("/api/v1/auth/getToken", {"code": code, "grantType": "authorization_code"})

    def token(self, persona: str = "chan-tai-man", **bent: str | None) -> dict[str, Any]:
        """Log a person in and return the opened token reply."""
        reply = self.get_token(self.code(persona, **bent))
        assert reply["code"] == "D00000", reply
        return self.open(reply["content"])

    def profiles(self, token: dict[str, Any], **bent: object) -> dict[str, Any]:
        """Ask for the profile of the token's person; returns the reply's envelope."""
        document: dict[str, object] = {
            "accessToken": token["accessToken"],
            "openID": token["openID"],
            "profileFields": ["idNo", "enName", "chName", "birthDate", "gender"],
            **bent,
        }
        return self.call("/api/v1/profiles", {k: v for k, v in document.items() if v is not ...})

    def question(self, kind: str, token: dict[str, Any], **bent: object) -> dict[str, object]:
        """The plaintext that asks a person; a bent member replaces or (...) removes one."""
        wanted: dict[str, dict[str, object]] = {
            "profile": {"profileFields": ["idNo", "enName"]},
            "form": {"eMEFields": ["mobileNumber", "idNo"], "formName": "Form", "formNum": "F1", "formDesc": "About"},
            "step_up": {},
            "hash_signing": {"hashCode": DIGEST, **ORDER},
            "pdf_signing": {"docDigest": DIGEST, **ORDER},
        }
        document: dict[str, object] = {
            "accessToken": token["accessToken"],
            "openID": token["openID"],
            "businessID": "b-1",
            "source": "PC_Browser",
            "redirectURI": NOTIFY,
            "state": "state-2",
            "lang": "en-US",
            **wanted[kind],
            **bent,
        }
        return {name: value for name, value in document.items() if value is not ...}

    def ask(self, kind: str, token: dict[str, Any] | None = None, **bent: object) -> dict[str, Any]:
        """Ask a person, by default one who just logged in with a QR code; returns the reply's envelope."""
        token = token or self.token(scope=ALL_SCOPES)
        return self.call((ASK | SIGN)[kind], self.question(kind, token, **bent))

    def ask_to_sign(
        self,
        kind: str = "hash_signing",
        persona: str = "lee-siu-ming",
        **bent: object,
    ) -> dict[str, Any]:
        """Ask a person who just logged in, by default one with iAM Smart+, for a signature; returns the envelope."""
        if persona not in self.tokens:
            self.tokens[persona] = self.token(persona, scope=SIGN_SCOPES, source=self.login_from)
        return self.ask(kind, self.tokens[persona], **bent)

    def ask_anonymously_to_sign(self, kind: str = "hash_signing", **bent: object) -> dict[str, Any]:
        """Ask whoever scans the code for a signature; returns the reply's envelope."""
        digest = {"hash_signing": "hashCode", "pdf_signing": "docDigest"}[kind]
        document = {"businessID": "b-1", "lang": "en-US", digest: DIGEST, **ORDER, **bent}
        return self.call(ANONYMOUS_SIGN[kind], {name: value for name, value in document.items() if value is not ...})

    def sign_url(self, ticket: str, **bent: str | None) -> str:
        """The getQR address for the ticket of an anonymous signature."""
        return self.login_url(**{"ticketID": ticket, "scope": "eidapi_auth eidapi_sign", **bent})

    def acknowledge(self, result: object = "SR001", business_id: object = "b-1", **bent: object) -> dict[str, Any]:
        """Say what became of a signature; returns the reply's envelope."""
        document = {"businessID": business_id, "signingResult": result, **bent}
        return self.call(ACKNOWLEDGE, {name: value for name, value in document.items() if value is not ...})

    def bulk_token(self, persona: str = "lee-siu-ming", **bent: object) -> dict[str, Any]:
        """Fetch the token that a bulk order needs; returns the reply's envelope."""
        if persona not in self.tokens:
            self.tokens[persona] = self.token(persona, scope=SIGN_SCOPES, source=self.login_from)
        named = {name: self.tokens[persona][name] for name in ("accessToken", "openID")}
        document = {**named, **{name: ORDER[name] for name in ("HKICHash", "department", "serviceName")}, **bent}
        return self.call(BULK["token"], {name: value for name, value in document.items() if value is not ...})

    def bulk_question(self, bsqc_token: str, persona: str = "lee-siu-ming", **bent: object) -> dict[str, object]:
        """The plaintext of a bulk order for three documents; a bent member replaces or (...) removes one."""
        document = {
            **self.question("step_up", self.tokens[persona]),
            **{name: ORDER[name] for name in ("HKICHash", "department", "serviceName")},
            "bsqcToken": bsqc_token, "documents": documents(3), **bent,
        }  # fmt: skip
        return {name: value for name, value in document.items() if value is not ...}

    def ask_bulk(self, persona: str = "lee-siu-ming", **bent: object) -> dict[str, Any]:
        """Fetch a token and ask for signatures under three documents; returns the reply's envelope."""
        names = {name: bent[name] for name in ("department", "serviceName", "HKICHash") if name in bent}
        token = self.open(self.bulk_token(persona, **names)["content"])["bsqcToken"]
        return self.call(BULK["ask"], self.bulk_question(token, persona, **bent))

    def about_bulk(self, call: str, business_id: object = "b-1", **bent: object) -> dict[str, Any]:
        """Acknowledge, ask how far it is, or cancel; returns the reply's envelope."""
        document = {"businessID": business_id, **bent}
        return self.call(BULK[call], {name: value for name, value in document.items() if value is not ...})

    def parts(self, callback: CallbackRequest | None = None) -> list[tuple[str, bytes]]:
        """The parts of a callback (the last one), by name, in their order."""
        callback = callback or self.received[-1]
        kind, _, boundary = callback.headers["Content-Type"].partition("; boundary=")
        assert kind == "multipart/form-data"
        found = []
        for piece in callback.content.split(f"--{boundary}".encode())[1:-1]:
            head, _, body = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
            found.append((re.findall(rb'; name="([^"]+)"', head)[0].decode(), body.removesuffix(b"\r\n")))
        assert callback.content.endswith(f"--{boundary}--\r\n".encode())
        return found

    def open_parts(self, metadata: str, file: str) -> tuple[str, dict[str, Any], dict[str, Any] | None]:
        """Open the last callback in parts: its code, the content of the metadata, and the file, where there is one."""
        parts = dict(self.parts())
        envelope = json.loads(parts[metadata])
        key = self.private_key.decrypt(base64.b64decode(envelope["secretKey"]), padding.PKCS1v15())
        texts = (envelope["content"], parts[file].decode() if file in parts else None)
        content, opened = (None if text is None else opened_with(key, text) for text in texts)
        assert content is not None
        return envelope["code"], content, opened

    def open_callback(self, callback: CallbackRequest | None = None) -> tuple[str, dict[str, Any]]:
        """Unwrap the key of a callback (the last one), and open its content; returns the code and the content."""
        envelope = json.loads((callback or self.received[-1]).content)
        key = self.private_key.decrypt(base64.b64decode(envelope["secretKey"]), padding.PKCS1v15())
        return envelope["code"], opened_with(key, envelope["content"])

    def anonymous(self, **bent: object) -> dict[str, Any]:
        """Ask somebody not yet known to fill in a form; returns the reply's envelope."""
        document = {
            "businessID": "b-1", "lang": "en-US", "eMEFields": ["mobileNumber"], "profileFields": ["idNo"],
            "formName": "Form", "formNum": "F1", "formDesc": "About", **bent,
        }  # fmt: skip
        return self.call(ANONYMOUS, {name: value for name, value in document.items() if value is not ...})

    def ticket_url(self, ticket: str, **bent: str | None) -> str:
        """The getQR address for the ticket of an anonymous form."""
        return self.login_url(ticketID=ticket, scope="eidapi_auth eidapi_formFilling", **bent)
