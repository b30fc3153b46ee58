"""How a test comes to each step of signing: what is done before, and the step itself, kept back to be performed later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.mocks.iamsmart.online_service import (
    ACKNOWLEDGE,
    ANONYMOUS_SIGN,
    DIGEST,
    ORDER,
    SIGN,
    SIGN_SCOPES,
    SIGNED,
    OnlineService,
)
from xbridge_mocks.iamsmart.signing_fault import SIGNING_FAULTS

OPERATIONS = {
    "hashSignRequest": "hash_signing", "pdfSignRequest": "pdf_signing", "anonymousHashSignRequest": "hash_signing",
    "anonymousPdfSignRequest": "pdf_signing", "anonymousHashSignResult": "hash_signing",
    "anonymousPdfSignResult": "pdf_signing", "signAck": "hash_signing",
}  # fmt: skip


def leads_to_signing(fault: str, operation: str) -> bool:
    """Whether ``fault`` at ``operation`` is met while signing."""
    return operation in OPERATIONS or (operation == "delivery" and fault in {known.name for known in SIGNING_FAULTS})


def signing_journey(service: OnlineService, fault: str, operation: str) -> Callable[[], Any]:
    """Prepare whatever comes before ``operation``; returns the step that performs it."""
    mock = service.world.iamsmart
    kind = OPERATIONS.get(operation, "pdf_signing" if fault.startswith("cms") else "hash_signing")
    digest = {"hash_signing": "hashCode", "pdf_signing": "docDigest"}[kind]
    if operation in ("hashSignRequest", "pdfSignRequest"):
        token = service.token("lee-siu-ming", scope=SIGN_SCOPES, source="iOS_Safari")
        return lambda: service.post(SIGN[kind], service.seal(service.question(kind, token)))
    if operation in ("anonymousHashSignRequest", "anonymousPdfSignRequest"):
        order = {"businessID": "b-1", digest: DIGEST, **ORDER}
        return lambda: service.post(ANONYMOUS_SIGN[kind], service.seal(order))
    if operation in ("anonymousHashSignResult", "anonymousPdfSignResult"):
        token = signed_anonymously(service, kind)
        return lambda: service.post(SIGNED[kind], service.seal(token))
    service.ask_to_sign(kind)
    if operation == "delivery":
        return lambda: mock.decide("b-1")
    mock.decide("b-1")
    return lambda: service.post(ACKNOWLEDGE, service.seal({"businessID": "b-1", "signingResult": "SR001"}))


def signed_anonymously(service: OnlineService, kind: str, **bent: object) -> dict[str, Any]:
    """Let somebody sign without a login at the service; returns the accessToken and openID that fetch the signature."""
    ticket = service.open(service.ask_anonymously_to_sign(kind, **bent)["content"])["ticketID"]
    back = service.world.iamsmart.log_in(service.sign_url(ticket), "lee-siu-ming")
    token = service.open(service.get_token(parse_qs(urlsplit(back).query)["code"][0])["content"])
    return {name: token[name] for name in ("accessToken", "openID")}
