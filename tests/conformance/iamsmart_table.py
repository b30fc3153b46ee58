"""Every API of iAM Smart (dossier sections 3 and 6 to 10) as one table: who calls it, where it is served, what it answers.

Rows and how to come to each call; ``test_iamsmart_complete`` plays them.  A code that an API can answer is one that the
dossier names for it, or that its gate gives to everybody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from xbridge import BulkDocument, FormTitle, SigningTitle
from xbridge.testing import World
from xbridge_mocks.persona import persona

SIGNER = persona("lee-siu-ming")
HKID = f"{SIGNER.hkid}({SIGNER.hkid_check})"
DIGEST = hashlib.sha256(b"what is signed").digest()
TITLE = SigningTitle(document_name="Tenancy agreement", service_name="Sample service")
FORM = FormTitle(name="Sample form")
DOCUMENTS = (BulkDocument(id="d-1", name="One", hash_code=DIGEST), BulkDocument(id="d-2", name="Two", hash_code=DIGEST))

Call = Callable[[], Any]
GATE = "D20000 D20001 D20002 D20003 D20004 D20005 D20006 D20012"
SEALED = f"{GATE} D30001 D30002 D30003 D30004"
TOKEN = f"{SEALED} D20009 D20010 D20015"
ASKED = f"{TOKEN} D20007 D20008 D20011"
LOGIN_CODES = "D40000 D40001 D40002 D40003"
FORM_CODES = "D60000 D60001 D60002 D60003"
SIGNING_CODES = "D70000 D70001 D70002 D70003 D70004 D70005"
BULK_CODES = "D71000 D71001 D71002 D71003 D71004 D71005"


@dataclass(frozen=True, slots=True, kw_only=True)
class API:
    """One API.

    ``operation`` is its name at the mock, ``provider`` the function of ours that calls it, ``method`` the façade's,
    ``step`` what its errors name.  ``ready`` brings a world to just before the call and returns it.
    """

    operation: str
    section: str
    provider: str
    method: str
    step: str
    codes: str
    ready: Callable[[World], Call]
    generation: int = 2

    def __str__(self) -> str:
        """Name the case in a test report."""
        return self.operation


def person(world: World) -> Any:
    """Somebody who may sign, logged in."""
    return world.log_in("iamsmart", SIGNER.key, session="s")


def login(world: World) -> Call:
    """A login whose code waits to be exchanged."""
    bridge = world.bridge
    hop = bridge.begin_login("iamsmart", return_to=world.return_to["iamsmart"], session="s")
    back = world.visit(hop.url, SIGNER.key)
    return lambda: bridge.finish_login(hop.pending, callback_url=back, session="s")


def keyless_login(world: World) -> Call:
    """The same for a service without a content key."""
    world.bridge.revoke_key("iamsmart")
    return login(world)


def revoking(world: World) -> Call:
    """A key that can be revoked."""
    return lambda: world.bridge.revoke_key("iamsmart")


def profile(world: World) -> Call:
    """Asking for verified data."""
    who = person(world)
    return lambda: world.bridge.request_profile(who, fields=("idNo",), session="s")


def form(world: World) -> Call:
    """Asking to fill a form."""
    who = person(world)
    return lambda: world.bridge.request_form(who, fields=("mobileNumber",), title=FORM, session="s")


def step_up(world: World) -> Call:
    """Asking to authenticate again."""
    who = person(world)
    return lambda: world.bridge.request_step_up(who, session="s")


def hash_signing(world: World) -> Call:
    """Asking for the signature of a digest."""
    who = person(world)
    return lambda: world.bridge.request_hash_signature(who, DIGEST, hkid=HKID, title=TITLE, session="s")


def document_signing(world: World) -> Call:
    """Asking for the signature of a PDF."""
    who = person(world)
    return lambda: world.bridge.request_document_signature(who, DIGEST, hkid=HKID, title=TITLE, session="s")


def bulk_signing(world: World) -> Call:
    """Asking for many signatures."""
    who = person(world)
    return lambda: world.bridge.request_bulk_signing(
        who, DOCUMENTS, hkid=HKID, service_name="Sample service", department="Sample department", session="s"
    )


def collected(world: World, asked: Call) -> Any:
    """A request that was answered and collected."""
    request = asked()
    world.mocks.iamsmart.decide(request.business_id)
    callback = world.mocks.iamsmart.deliveries()[-1].callback
    world.bridge.receive_callback("iamsmart", callback.content, content_type=callback.headers["Content-Type"])
    assert world.bridge.collect(request, session="s").status == "done"
    return request


def acknowledging(world: World) -> Call:
    """A signature that can be acknowledged."""
    request = collected(world, hash_signing(world))
    return lambda: world.bridge.acknowledge_signature(request, session="s")


def acknowledging_bulk(world: World) -> Call:
    """Many signatures that can be acknowledged."""
    request = collected(world, bulk_signing(world))
    return lambda: world.bridge.acknowledge_signature(request, session="s")


def bulk_status(world: World) -> Call:
    """A bulk signing under way."""
    request = bulk_signing(world)()
    return lambda: world.bridge.bulk_signing_status(request, session="s")


def bulk_cancel(world: World) -> Call:
    """A bulk signing that can be taken back."""
    request = bulk_signing(world)()
    return lambda: world.bridge.cancel_bulk_signing(request, session="s")


def anonymous_form(world: World) -> Call:
    """Asking somebody who has not logged in."""
    return lambda: world.bridge.begin_anonymous_form(
        "iamsmart", fields=("idNo",), title=FORM, return_to=world.return_to["iamsmart"], session="s"
    )


def anonymous_form_result(world: World) -> Call:
    """What that person let be filled."""
    hop = anonymous_form(world)()
    back = world.visit(hop.url, SIGNER.key)
    return lambda: world.bridge.finish_anonymous_form(hop.pending, callback_url=back, session="s")


def anonymous_signature(kind: Any) -> Callable[[World], Call]:
    """Asking somebody who has not logged in to sign."""
    return lambda world: (
        lambda: world.bridge.begin_anonymous_signature(
            "iamsmart", DIGEST, kind=kind, hkid=HKID, title=TITLE, return_to=world.return_to["iamsmart"], session="s"
        )
    )


def anonymous_signature_result(kind: Any) -> Callable[[World], Call]:
    """What that person signed."""

    def ready(world: World) -> Call:
        hop = anonymous_signature(kind)(world)()
        back = world.visit(hop.url, SIGNER.key)
        return lambda: world.bridge.finish_anonymous_signature(hop.pending, callback_url=back, session="s")

    return ready


def _api(operation: str, section: str, where: str, method: str, step: str, codes: str, ready: Any, **more: Any) -> API:
    return API(
        operation=operation, section=section, provider=where, method=method, step=step, codes=codes, ready=ready, **more
    )  # fmt: skip


TABLE = (
    _api("getKey", "3.2", "call.content_key", "finish_login", "getKey", f"{GATE} D30001 D30003", keyless_login),
    _api("revokeKey", "3.3", "call.revoke_content_key", "revoke_key", "revokeKey", GATE, revoking),
    _api("getToken", "6.5", "token.exchange_code", "finish_login", "getToken", f"{SEALED} D20015 D40004", login),
    _api("profiles", "8.1", "profile.pull_profile", "finish_login", "profiles", TOKEN, login),
    _api("profileRequest", "8.1", "request.ask_profile", "request_profile", "initiate_profile", ASKED, profile, generation=1),
    _api("formRequest", "8.1", "request.ask_form", "request_form", "initiate_form", ASKED, form),
    _api("stepUpRequest", "7", "request.ask_step_up", "request_step_up", "initiate_step_up", ASKED, step_up),
    _api("anonymousRequest", "9", "anonymous_form.begin_anonymous_form", "begin_anonymous_form", "initiate_anonymous_form",
         f"{SEALED} D20011", anonymous_form),
    _api("anonymousResult", "9", "anonymous_form.finish_anonymous_form", "finish_anonymous_form", "anonymous_form_result",
         f"{TOKEN} {FORM_CODES}", anonymous_form_result),
    _api("hashSignRequest", "10", "signing.ask_signature", "request_hash_signature", "initiate_hash_signing",
         f"{ASKED} D70004 D70005", hash_signing),
    _api("pdfSignRequest", "10", "signing.ask_signature", "request_document_signature", "initiate_document_signing",
         f"{ASKED} D70004 D70005", document_signing),
    _api("signAck", "10", "signing.acknowledge_signature", "acknowledge_signature", "acknowledge_signing", f"{SEALED} D70006",
         acknowledging),
    _api("anonymousHashSignRequest", "10", "anonymous_signing.begin_anonymous_signature", "begin_anonymous_signature",
         "initiate_anonymous_hash_signing", f"{SEALED} D20011 D70005", anonymous_signature("hash_signing")),
    _api("anonymousPdfSignRequest", "10", "anonymous_signing.begin_anonymous_signature", "begin_anonymous_signature",
         "initiate_anonymous_document_signing", f"{SEALED} D20011 D70005", anonymous_signature("document_signing")),
    _api("anonymousHashSignResult", "10", "anonymous_signing.finish_anonymous_signature", "finish_anonymous_signature",
         "anonymous_hash_signing_result", f"{TOKEN} {SIGNING_CODES}", anonymous_signature_result("hash_signing")),
    _api("anonymousPdfSignResult", "10", "anonymous_signing.finish_anonymous_signature", "finish_anonymous_signature",
         "anonymous_document_signing_result", f"{TOKEN} {SIGNING_CODES}", anonymous_signature_result("document_signing")),
    _api("bulkToken", "10", "bulk_signing.ask_bulk_signature", "request_bulk_signing", "bulk_signing_token",
         f"{TOKEN} D71004 D71005", bulk_signing),
    _api("bulkSignRequest", "10", "bulk_signing.ask_bulk_signature", "request_bulk_signing", "initiate_bulk_signing",
         f"{ASKED} D71004 D71005 D71008 D71009", bulk_signing),
    _api("bulkSignAck", "10", "bulk_signing.acknowledge_bulk_signature", "acknowledge_signature", "acknowledge_bulk_signing",
         f"{SEALED} D71006", acknowledging_bulk),
    _api("bulkSignStatus", "10", "bulk_signing.bulk_signing_status", "bulk_signing_status", "bulk_signing_status", SEALED,
         bulk_status),
    _api("bulkSignCancel", "10", "bulk_signing.cancel_bulk_signing", "cancel_bulk_signing", "cancel_bulk_signing",
         f"{SEALED} D71007", bulk_cancel),
)  # fmt: skip
