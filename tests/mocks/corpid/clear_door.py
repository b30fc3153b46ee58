"""A door into the CorpID mock for a fuzzer: what comes in clear is signed, sealed and sent on, and the reply is opened.

It uses the independent service of these tests. Result codes become HTTP statuses (400 for every refusal), because that is
what a fuzzer can read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from werkzeug.test import TestResponse
from werkzeug.wrappers import Request, Response

from tests.mocks.corpid import clear_document as clear
from tests.mocks.corpid.corporate_service import BASE, CODE_NAME, COMPANY_TOKEN, PERSON_TOKEN, CorporateService
from tests.mocks.stand_in import SECRET, as_it_came, pass_on, put

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Live = dict[str, str]
SHAPE_OF = {path: shape for shape, path in COMPANY_TOKEN.items()}


class ClearDoor:
    """A WSGI application in front of the mock of ``service``. ``codes`` are the result codes seen so far."""

    def __init__(self, service: CorporateService) -> None:
        self._service = service
        self.codes: list[str] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        request = Request(environ)
        path = request.path
        signed = request.method == "POST" and path.endswith(("/getToken", "/getKey", "/revokeKey"))
        answer = self._call(request) if signed else pass_on(request, self._service.browser, self._live(path))
        return answer(environ, start_response)

    def _live(self, path: str) -> Live:
        """What stands behind the constants of a request to ``path``."""
        service = self._service
        live = {clear.CLIENT: service.credentials.client_id, SECRET: service.mock.control_secret}
        fitting = [scene for pattern, scene in SCENES.items() if re.fullmatch(pattern, path)]
        return live | fitting[0](service, path) if fitting else live

    def _call(self, request: Request) -> Response:
        """Sign the request, sealed where it is that kind, and open the reply."""
        path = request.path
        side = self._service.company if path.startswith("/corpid/") else self._service.person
        body = put(request.get_data(), self._live(path))
        if not side.cek:
            side.get_key()
        reply = side.post(path, side.seal(body) if path.endswith("/getToken") else body)
        if reply.status_code != 200:
            return as_it_came(reply)
        envelope = reply.get_json()
        self.codes.append(envelope["code"][1:])
        if isinstance(envelope.get("content"), str):
            envelope["content"] = side.open(envelope["content"])
        if path.endswith("/revokeKey"):
            side.cek = b""
        status = 200 if self.codes[-1] == "00000" else 400
        return Response(json.dumps(envelope), status=status, content_type=reply.content_type)


def _person_code(service: CorporateService, _: str) -> Live:
    return {clear.CODE: service.back()["code"]}


def _company_code(service: CorporateService, path: str) -> Live:
    """A code of the shape that ``path`` takes, and in the sandbox the token of its person."""
    shape = SHAPE_OF[path]
    back = service.back(shape)
    token = service.person_token(back["code"])
    return {
        clear.COMPANY_CODE: back[CODE_NAME[shape]], clear.ACCESS_TOKEN: token["accessToken"],
        clear.OPEN_ID: token["openID"],
    }  # fmt: skip


def _login(service: CorporateService, _: str) -> Live:
    page = service.browser.get(service.login_url().removeprefix(BASE))
    (token,) = set(re.findall(r"/mock/phone/([\w-]+)/scan", page.text))
    return {clear.TOKEN: token, clear.WORD: _word(page)}


def _scanned(service: CorporateService, path: str) -> Live:
    live = _login(service, path)
    pressed = {"csrf": live[clear.WORD], "at": "desk", "persona": "chan-tai-man"}
    service.browser.post(f"/mock/phone/{live[clear.TOKEN]}/scan", data=pressed)
    return live


def _approved(service: CorporateService, path: str) -> Live:
    live = _scanned(service, path)
    pressed = {"csrf": live[clear.WORD], "at": "desk", "decision": "approve"}
    service.browser.post(f"/mock/phone/{live[clear.TOKEN]}/decision", data=pressed)
    return live


SCENES: dict[str, Callable[[CorporateService, str], Live]] = {
    PERSON_TOKEN: _person_code,
    **{re.escape(path): _company_code for path in SHAPE_OF},
    r"/mock/phone/[^/]+/decision": _scanned,
    r"/mock/qr/[^/]+/continue": _approved,
    r"/mock/company/[^/]+": _approved,
    r"/mock/(qr|phone)/.+": _login,
}
"""What must have happened before an address has something to do; the first that fits."""


def _word(page: TestResponse) -> str:
    (word,) = set(re.findall(r'name="csrf" value="(\w+)"', page.text))
    return str(word)
