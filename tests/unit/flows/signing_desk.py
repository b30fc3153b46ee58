"""A Bridge whose iAM Smart is written by the test: every call is opened, noted and answered, and callbacks are made by hand.

No second opinion of the protocol (that is the mock's business); here the test decides what the platform says.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Any

import httpx

from tests.unit.providers.iamsmart_side import CALLBACK_URI, CONTENT_KEY, NOON, OPEN_ID, RETURN_TO, callback, kek, reply
from tests.unit.providers.signing_person import DIGEST, HKID, anchors, hash_answer
from xbridge import Bridge, PendingRequest, SigningHop, SigningTitle
from xbridge.core.config import Config
from xbridge.core.http import HTTPReply
from xbridge.core.ports import Store
from xbridge.linking.proof import LoginProof, seal_proof
from xbridge.linking.pseudonym import session_ref
from xbridge.protocols.content_envelope import kek_public_der, load_kek, open_content
from xbridge.testing import World

BASE = "https://iamsmart.example"
INITIATE = "/api/v1/account/signing/initiateRequest"
ANONYMOUS = "/api/v1/anonymous/signing/initiateRequest"
RESULT = "/api/v1/anonymous/signing/getResult"
GET_TOKEN = "/api/v1/auth/getToken"
ACK = "/api/v1/account/signing/ackResult"
TITLE = SigningTitle(document_name="Tenancy agreement", service_name="Sample service")
NOON_MS = int(NOON.timestamp() * 1000)
TOKEN = {
    "accessToken": "1" * 32, "tokenType": "Bearer", "issueAt": NOON_MS, "expiresIn": 14_400_000, "openID": OPEN_ID,
    "lastModifiedDate": NOON_MS, "userType": "sign", "scope": "eidapi_auth eidapi_sign",
}  # fmt: skip


class SigningDesk(World):
    """A Bridge, and the platform's side in the test's hands.  ``answers`` maps a path to its next replies."""

    def __init__(self, **settings: Any) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, list[HTTPReply | Exception]] = {}
        self._changes = settings
        super().__init__(at=NOON, overrides=self._configure)

    def _configure(self, document: dict[str, Any]) -> None:
        document["providers"]["iamsmart"] |= {
            "base_url": BASE, "kek_private_keys": [kek()[0]], "redirect_uris": [RETURN_TO],
            "callback_uri": CALLBACK_URI, "signing": {"trust_anchors": anchors()}, **self._changes,
        }  # fmt: skip

    @cached_property
    def bridge(self) -> Bridge:
        """The Bridge."""
        return self.another_bridge()

    def another_bridge(self, config: Config | None = None, *, store: Store | None = None) -> Bridge:
        """One more worker, on the same store unless another is given."""
        return Bridge(
            config or self.config, store=store or self.store, clock=self.clock.now, audit=self.events.append,
            transport=httpx.MockTransport(self._answer),
        )  # fmt: skip

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.endswith("/getKey"):
            return httpx.Response(200, content=_key_reply())
        self.calls.append((path, json.loads(open_content(CONTENT_KEY, json.loads(request.content)["content"]))))
        waiting = self.answers.get(path)
        answer = waiting.pop(0) if waiting else self._usual(path)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status, content=answer.content)

    def _usual(self, path: str) -> HTTPReply:
        if path == ACK:
            return reply()
        if path == GET_TOKEN:
            return reply(TOKEN)
        if path == ANONYMOUS:
            return reply({"businessID": self.calls[-1][1]["businessID"], "ticketID": "t1"})
        return reply({"authByQR": True})

    # --- A person who is logged in -----------------------------------------------------------------------------------

    def person(self, *, source: str = "sign", session: str = "s", **changes: Any) -> str:
        """The proof of a login in ``session``."""
        deps = self.bridge._deps
        provider, settings = deps.provider("iamsmart")
        login = LoginProof(
            access_expires_at=int(NOON.timestamp()) + 14_400, access_token="0" * 32, assurance="L2",
            assurance_source=source, authenticated_at=int(NOON.timestamp()), document_kinds=(), holder="person", id="login",
            issuer=provider.issuer(settings), jurisdiction="HK", provider="iamsmart",
            session_ref=session_ref(deps.pseudonym_key, session=session), started_by="relying_party", subject=OPEN_ID,
            subject_ref="ref", under_14="no", v=1,
        )  # fmt: skip
        return seal_proof(login.model_copy(update=changes), deps.proof_sealer, entropy=self.bridge._entropy)

    def ask(self, person: str | None = None, *, digest: bytes = DIGEST, **options: Any) -> PendingRequest:
        """Ask for a hash signature."""
        wanted = {"hkid": HKID, "title": TITLE, "session": "s", **options}
        return self.bridge.request_hash_signature(person or self.person(), digest, **wanted)

    def answer(self, *, call: int = -1, code: str = "D00000", **changes: Any) -> bytes:
        """The callback that answers a request to sign; ``changes`` replace members of its content."""
        asked = [plain for path, plain in self.calls if path == INITIATE][call]
        content = hash_answer(at_ms=int(self.clock.now().timestamp() * 1000)) if code == "D00000" else {}
        ties = {"businessID": asked["businessID"], "state": asked["state"]}
        merged = {**content, **ties, **changes}
        return callback({name: value for name, value in merged.items() if value is not ...}, code=code)

    def receive(self, body: bytes) -> None:
        """Take a callback."""
        self.bridge.receive_callback("iamsmart", body)

    # --- Somebody who is not -----------------------------------------------------------------------------------------

    def begin(self, **options: Any) -> SigningHop:
        """Begin an anonymous hash signature."""
        wanted = {"hkid": HKID, "title": TITLE, "return_to": RETURN_TO, "session": "s", **options}
        return self.bridge.begin_anonymous_signature("iamsmart", DIGEST, **wanted)

    def back(self, hop: SigningHop, **parameters: str) -> str:
        """The address at which the browser comes back."""
        state = str(httpx.URL(hop.url).params["state"])
        query = {"code": "c" * 32, "state": state, "businessID": hop.business_id, **parameters}
        return str(httpx.URL(RETURN_TO, params=query))

    def result(self, hop: SigningHop, **changes: Any) -> None:
        """Let getResult give a signature."""
        self.answers.setdefault(RESULT, []).append(reply({**hash_answer(), "businessID": hop.business_id, **changes}))

    # --- What the platform was told ----------------------------------------------------------------------------------

    @property
    def told(self) -> list[Mapping[str, Any]]:
        """The acknowledgements."""
        return [plain for path, plain in self.calls if path == ACK]


def _key_reply() -> bytes:
    """A reply to getKey that wraps the content key of this file."""
    from cryptography.hazmat.primitives.asymmetric import padding

    key = load_kek(kek()[0])
    content = {
        "secretKey": b64encode(key.public_key().encrypt(CONTENT_KEY, padding.PKCS1v15())).decode(),
        "pubKey": b64encode(kek_public_der(key)).decode(),
        "issueAt": int((NOON - timedelta(hours=1)).timestamp() * 1000), "expiresIn": 86_400_000,
    }  # fmt: skip
    return json.dumps({"txID": "<T=0>", "code": "D00000", "message": "SUCCESS", "content": content}).encode()
