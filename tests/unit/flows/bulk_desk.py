"""The desk of the signing tests, for many documents: a Bridge, and a platform that the test writes."""

from __future__ import annotations

from typing import Any

from tests.unit.flows.signing_desk import SigningDesk
from tests.unit.protocols.certificate_authority import Person
from tests.unit.providers.bulk_answer import PARTS, bulk_callback, documents, metadata, rows
from tests.unit.providers.iamsmart_side import callback, reply
from tests.unit.providers.signing_person import HKID
from xbridge import PendingRequest
from xbridge.core.http import HTTPReply

TOKEN = "/api/v1/bdss/getBSQCToken"
INITIATE = "/api/v1/bdss/initiateRequest"
ACK = "/api/v1/bdss/ackResult"
STATUS = "/api/v1/bdss/enquireStatus"
CANCEL = "/api/v1/bdss/cancelRequest"
DOCUMENTS = documents()


class BulkDesk(SigningDesk):
    """A service that may sign in bulk."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"scopes": ["eidapi_auth", "eidapi_bulksign"], **settings})

    def _usual(self, path: str) -> HTTPReply:
        if path == TOKEN:
            return reply({"bsqcToken": "t" * 32, "issueAt": 0, "expiresIn": 600_000})
        if path in (ACK, CANCEL):
            return reply()
        return super()._usual(path)

    def ask_many(self, person: str | None = None, **options: Any) -> PendingRequest:
        """Ask for the signatures of the documents."""
        wanted = {
            "documents": DOCUMENTS, "hkid": HKID, "service_name": "Sample service", "department": "Sample office",
            "session": "s", **options,
        }  # fmt: skip
        return self.bridge.request_bulk_signing(person or self.person(), **wanted)

    def ties(self) -> dict[str, Any]:
        """What ties a callback to the request that was sent last."""
        asked = [plain for path, plain in self.calls if path == INITIATE][-1]
        return {"businessID": asked["businessID"], "state": asked["state"]}

    def answer_many(
        self, signatures: list[dict[str, Any]] | None = None, *, signer: Person | None = None, **changes: Any
    ) -> bytes:
        """The callback with every signature; ``changes`` replace members of the document."""
        ties = self.ties()
        content = {**metadata(signer, at_ms=int(self.clock.now().timestamp() * 1000)), **ties, **changes}
        file = {"businessID": ties["businessID"], "signatures": rows(DOCUMENTS) if signatures is None else signatures}
        return bulk_callback(content, file)

    def refusal(self, code: str) -> bytes:
        """The callback of somebody who did not sign."""
        return callback(self.ties(), code=code)

    def receive_parts(self, body: bytes) -> None:
        """Take a callback in parts."""
        self.bridge.receive_callback("iamsmart", body, content_type=PARTS)
