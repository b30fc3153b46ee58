"""A door into the mock for a fuzzer: what is sent here in clear is signed, sealed and sent on; the reply comes back opened.

It uses the independent service of these tests, so what it does is what any service could do. Result codes become HTTP
statuses (200, 409 for a businessID used before, 400 for every other refusal), because that is what a fuzzer can read.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from werkzeug.test import TestResponse
from werkzeug.wrappers import Request, Response

from tests.mocks.fuzz import operations
from tests.mocks.iamsmart import clear_document as clear
from tests.mocks.iamsmart.online_service import OnlineService
from tests.mocks.iamsmart.signing_journey import signed_anonymously
from tests.mocks.stand_in import SECRET, as_it_came, pass_on, put

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Live = dict[str, str]
_NUMBERS = itertools.count()


class ClearDoor:
    """A WSGI application in front of the mock of ``service``."""

    def __init__(self, service: OnlineService, document: dict[str, Any]) -> None:
        self._service = service
        self._token = service.token(scope=clear.SCOPE)
        self._anonymous = anonymous_token(service)
        self._operations = [
            (re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), method, operation["operationId"])
            for path, method, operation in operations(document)
        ]
        self._sealed = {each["operationId"] for _, _, each in operations(document) if "x-plaintext" in each}
        self._signed = self._sealed | {"getKey", "revokeKey"}
        self.codes: list[str] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        request = Request(environ)
        name = self._name(request)
        live = self._live(name)
        signed = name in self._signed
        answer = self._call(name, request, live) if signed else pass_on(request, self._service.browser, live)
        return answer(environ, start_response)

    def _name(self, request: Request) -> str:
        found = [
            name for path, method, name in self._operations if path.fullmatch(request.path) and method == request.method
        ]
        return found[-1] if found else ""

    def _live(self, name: str) -> Live:
        """What stands behind the constants of this request."""
        return {
            clear.ACCESS_TOKEN: self._token["accessToken"],
            clear.OPEN_ID: self._token["openID"],
            clear.ANONYMOUS_TOKEN: self._anonymous["accessToken"],
            clear.ANONYMOUS_OPEN_ID: self._anonymous["openID"],
            clear.CLIENT: self._service.credentials.client_id,
            SECRET: self._service.world.control_secret,
            **SCENES.get(name, lambda service: {})(self._service),
        }

    def _call(self, name: str, request: Request, live: Live) -> Response:
        """Sign the request, sealed where it is that kind, and open the reply."""
        raw = put(request.get_data(), live)
        body = self._service.seal(raw) if name in self._sealed else raw
        reply = self._service.browser.open(
            request.path, method=request.method, data=body, content_type=request.content_type,
            headers=self._service.headers(body),
        )  # fmt: skip
        if reply.status_code != 200:
            return as_it_came(reply)
        envelope = reply.get_json()
        self.codes.append(envelope["code"])
        if name == "revokeKey" and envelope["code"] == "D00000":
            self._service.get_key()
        elif isinstance(envelope.get("content"), str):
            envelope["content"] = self._service.open(envelope["content"])
        status = {"D00000": 200, "D20011": 409}.get(envelope["code"], 400)
        return Response(json.dumps(envelope), status=status, content_type=reply.content_type)


def anonymous_token(service: OnlineService) -> dict[str, Any]:
    """The token that somebody's anonymous form ended in."""
    asked = service.open(service.anonymous(businessID="b-anonymous", eMEFields=["mobileNumber"])["content"])
    back = service.world.iamsmart.log_in(service.ticket_url(asked["ticketID"]), "lee-siu-ming")
    return service.open(service.get_token(parse_qs(urlsplit(back).query)["code"][0])["content"])


def _ticket(service: OnlineService) -> Live:
    asked = service.anonymous(businessID=f"fuzz-{next(_NUMBERS)}")
    return {clear.TICKET: service.open(asked["content"])["ticketID"]}


def _login(service: OnlineService) -> Live:
    page = service.browser.get(service.login_url())
    (token,) = set(re.findall(r"/mock/phone/([\w-]+)/scan", page.text))
    return {clear.TOKEN: token, clear.WORD: _word(page)}


def _scanned(service: OnlineService) -> Live:
    live = _login(service)
    pressed = {"csrf": live[clear.WORD], "at": "desk", "persona": "chan-tai-man"}
    service.browser.post(f"/mock/phone/{live[clear.TOKEN]}/scan", data=pressed)
    return live


def _decided(service: OnlineService) -> Live:
    live = _scanned(service)
    pressed = {"csrf": live[clear.WORD], "at": "desk", "decision": "approve"}
    service.browser.post(f"/mock/phone/{live[clear.TOKEN]}/decision", data=pressed)
    return live


def _question(service: OnlineService) -> Live:
    """A request that waits on the phone whose browser asked."""
    token = service.token(source="iOS_Safari", scope=clear.SCOPE)
    asked = service.open(service.ask("form", token, businessID=f"fuzz-{next(_NUMBERS)}")["content"])
    page = service.browser.get(f"/mock/app/form-filling?ticketID={asked['ticketID']}", follow_redirects=True)
    return {clear.TOKEN: page.request.path.rpartition("/")[2], clear.WORD: _word(page)}


def _step_up_ticket(service: OnlineService) -> Live:
    token = service.token(source="iOS_Safari", scope=clear.SCOPE)
    return {
        clear.TICKET: service.open(service.ask("step_up", token, businessID=f"fuzz-{next(_NUMBERS)}")["content"])[
            "ticketID"
        ]
    }


def _visit(service: OnlineService) -> Live:
    address = service.world.iamsmart.direct_login(service.credentials.client_id, "chan-tai-man", version=1)
    back = parse_qs(urlsplit(address).query)["redirectURI"][0]
    return {clear.TOKEN: urlsplit(back).path.rpartition("/")[2]}


def _signed(service: OnlineService) -> Live:
    """What somebody signed after login, of which nobody has said yet what became of it."""
    number = f"fuzz-{next(_NUMBERS)}"
    service.ask_to_sign(businessID=number)
    service.world.iamsmart.decide(number)
    return {clear.SIGNED: number}


def _bulk_token(service: OnlineService) -> Live:
    """A token for a bulk order, and the person it is for."""
    token = service.open(service.bulk_token(department=...)["content"])["bsqcToken"]
    person = service.tokens["lee-siu-ming"]
    return {
        clear.BULK_TOKEN: token, clear.ACCESS_TOKEN: person["accessToken"], clear.OPEN_ID: person["openID"],
    }  # fmt: skip


def _bulk_order(*, signed: bool) -> Callable[[OnlineService], Live]:
    """A bulk order, waiting or signed."""

    def order(service: OnlineService) -> Live:
        number = f"fuzz-{next(_NUMBERS)}"
        service.ask_bulk(businessID=number)
        if signed:
            service.world.iamsmart.decide(number)
        return {clear.SIGNED: number}

    return order


def _signed_anonymously(kind: str) -> Callable[[OnlineService], Live]:
    """What somebody signed without a login, waiting to be fetched."""

    def sign(service: OnlineService) -> Live:
        number = f"fuzz-{next(_NUMBERS)}"
        token = signed_anonymously(service, kind, businessID=number)
        return {
            clear.ANONYMOUS_TOKEN: token["accessToken"], clear.ANONYMOUS_OPEN_ID: token["openID"], clear.SIGNED: number,
        }  # fmt: skip

    return sign


SCENES: dict[str, Callable[[OnlineService], Live]] = {
    "getToken": lambda service: {clear.CODE: service.code(scope=clear.SCOPE)},
    "getQR": _ticket,
    "appAuth": _ticket,
    "desk": _login,
    "status": _login,
    "phone": _login,
    "scan": _login,
    "decision": _scanned,
    "callback": _decided,
    "request": _question,
    "answer": _question,
    "app": _step_up_ticket,
    "directLogin": lambda service: {clear.WORD: _word(service.browser.get("/mock/catalogue"))},
    "getState": _visit,
    "signAck": _signed,
    "bulkSignRequest": _bulk_token,
    "bulkSignAck": _bulk_order(signed=True),
    "bulkSignStatus": _bulk_order(signed=True),
    "bulkSignCancel": _bulk_order(signed=False),
    "anonymousHashSignResult": _signed_anonymously("hash_signing"),
    "anonymousPdfSignResult": _signed_anonymously("pdf_signing"),
}
"""What must have happened before an operation has something to do."""


def _word(page: TestResponse) -> str:
    (word,) = set(re.findall(r'name="csrf" value="(\w+)"', page.text))
    return str(word)
