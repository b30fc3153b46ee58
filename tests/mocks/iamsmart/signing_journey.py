"""How a test comes to each step of signing: what is done before, and the step itself, kept back to be performed later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.mocks.iamsmart.online_service import (
    ACKNOWLEDGE,
    ANONYMOUS_SIGN,
    BULK,
    DIGEST,
    ORDER,
    SIGN,
    SIGN_SCOPES,
    SIGNED,
    OnlineService,
)
from xbridge_mocks.iamsmart.bulk_fault import BULK_FAULTS, PART_FAULTS
from xbridge_mocks.iamsmart.signing_fault import SIGNING_FAULTS

OPERATIONS = {
    "hashSignRequest": "hash_signing", "pdfSignRequest": "pdf_signing", "anonymousHashSignRequest": "hash_signing",
    "anonymousPdfSignRequest": "pdf_signing", "anonymousHashSignResult": "hash_signing",
    "anonymousPdfSignResult": "pdf_signing", "signAck": "hash_signing",
}  # fmt: skip
BULK_STEPS = {
    "bulkToken": "token", "bulkSignRequest": "ask", "bulkSignAck": "acknowledge", "bulkSignStatus": "status",
    "bulkSignCancel": "cancel",
}  # fmt: skip
_IN_BULK = {fault.name for fault in (*BULK_FAULTS, *PART_FAULTS)}


def leads_to_signing(fault: str, operation: str) -> bool:
    """Whether ``fault`` at ``operation`` is met while signing."""
    known = {each.name for each in (*SIGNING_FAULTS, *BULK_FAULTS, *PART_FAULTS)}
    return operation in OPERATIONS or operation in BULK_STEPS or (operation == "delivery" and fault in known)


def signing_journey(service: OnlineService, fault: str, operation: str) -> Callable[[], Any]:
    """Prepare whatever comes before ``operation``; returns the step that performs it."""
    mock = service.world.iamsmart
    if operation in BULK_STEPS or fault in _IN_BULK:
        return bulk_journey(service, operation)
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


def bulk_journey(service: OnlineService, operation: str) -> Callable[[], Any]:
    """The same for the steps of bulk signing."""
    service.login_from = "iOS_Safari"
    if operation == "bulkToken":
        service.bulk_token()
        named = {name: service.tokens["lee-siu-ming"][name] for name in ("accessToken", "openID")}
        document = {**named, **{name: ORDER[name] for name in ("HKICHash", "serviceName")}}
        return lambda: service.post(BULK["token"], service.seal(document))
    if operation == "bulkSignRequest":
        token = service.open(service.bulk_token()["content"])["bsqcToken"]
        return lambda: service.post(BULK["ask"], service.seal(service.bulk_question(token)))
    service.ask_bulk()
    if operation == "delivery":
        return lambda: service.world.iamsmart.decide("b-1")
    if operation == "bulkSignAck":
        service.world.iamsmart.decide("b-1")
    said = {"businessID": "b-1", "signingResult": "SR001"}
    return lambda: service.post(BULK[BULK_STEPS[operation]], service.seal(said))


def signed_anonymously(service: OnlineService, kind: str, **bent: object) -> dict[str, Any]:
    """Let somebody sign without a login at the service; returns the accessToken and openID that fetch the signature."""
    ticket = service.open(service.ask_anonymously_to_sign(kind, **bent)["content"])["ticketID"]
    back = service.world.iamsmart.log_in(service.sign_url(ticket), "lee-siu-ming")
    token = service.open(service.get_token(parse_qs(urlsplit(back).query)["code"][0])["content"])
    return {name: token[name] for name in ("accessToken", "openID")}
