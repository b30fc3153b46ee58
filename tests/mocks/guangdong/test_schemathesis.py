"""Whatever is sent to the Guangdong mock, it answers as its own OpenAPI document says, and never with a server error."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import pytest
from schemathesis import Case
from werkzeug.test import Client
from werkzeug.wrappers import Request

import xbridge_mocks.guangdong
from tests.mocks.fuzz import api, beside_the_point
from tests.mocks.guangdong.relying_service import BASES, REDIRECT, RelyingService
from tests.mocks.stand_in import SECRET, Known, pass_on, with_stand_ins
from xbridge_mocks.guangdong.route import FIND_ACCOUNT, GENERATIONS, INFO, REALNAME
from xbridge_mocks.guangdong.session import SESSION_COOKIE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CLIENT, CLIENT_SECRET, CODE, TOKEN, GOTO, PLACE, MARK = (
    "clientofthisrun",
    "clientsecret",
    "codeofthisrun",
    "tokenofthisrun",
    "gotoofthisrun",
    "placeofthisrun",
    "f" * 64,
)
KNOWN: Known = {
    "client_id": {"const": CLIENT},
    "client_secret": {"const": CLIENT_SECRET},
    "redirect_uri": {"const": REDIRECT},
    "code": {"const": CODE},
    "access_token": {"const": TOKEN},
    "form_mark": {"const": MARK},
    "gotoUrl": {"const": GOTO},
    "token": {"const": PLACE},
    "persona": {"enum": ["chan-tai-man", "tsang-ho-yin"]},
}
# A person's key is the same towards every service here, so any will do.
ANYBODY: dict[str, Known] = {"control-subjects": {"client_id": {"type": "string"}}}
CENTRE = {FIND_ACCOUNT, INFO, REALNAME}
LOGIN_PAGES = {each.login for each in GENERATIONS.values()}
DOCUMENT = json.loads((Path(xbridge_mocks.guangdong.__path__[0]) / "openapi.json").read_text("utf-8"))
# Those of a mock that is connected to an iAM Smart; ``test_binding_schemathesis`` connects one.
DOCUMENT["paths"] = {path: item for path, item in DOCUMENT["paths"].items() if not path.startswith("/mock/iamsmart/")}
OUTSIDE_API = api(DOCUMENT, stranger=True)
INSIDE_API = api(with_stand_ins(DOCUMENT, KNOWN, ANYBODY))


class Door:
    """A WSGI application in front of the mock: it gives every request a live code, token and form."""

    def __init__(self, service: RelyingService) -> None:
        self._service = service
        self._browser = Client(service.mock)
        self._tokens: dict[str, str] = {}
        for name, base in BASES.items():
            service.base = base
            self._tokens[name] = service.access_token(service.code()).get_json()["access_token"]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        request = Request(environ)
        credentials = self._service.credentials
        live = {
            SECRET: self._service.mock.control_secret,
            CLIENT_SECRET: credentials.client_secret,
            CLIENT: credentials.client_id,
        }
        generation = request.path.split("/")[1]
        if generation in BASES:
            self._service.base = BASES[generation]
            live[TOKEN] = self._tokens[generation]
            live[GOTO] = quote(f"/am/oauth2/authorize?{urlencode(self._service.authorize_params())}", safe="")
        if request.path.rstrip("/").endswith("/access_token"):
            live[CODE] = self._service.code()
        if request.path in LOGIN_PAGES:
            # A browser that nobody has signed in with is shown the way to the login page.
            onward = Client(self._service.mock).get(self._service.authorize_url()).headers["Location"]
            live[MARK] = self._mark(onward)
        elif request.path in CENTRE:
            self._browser.delete_cookie(SESSION_COOKIE)
            live[MARK] = self._mark(request.path)
            if request.path == REALNAME:
                self._browser.post(INFO, data={"form_mark": live[MARK], "persona": "chan-tai-man"})
                live[MARK] = self._mark(REALNAME)
        elif PLACE in request.path:
            live |= self._scan(request.path)
        elif request.path == "/__mock__/scans":
            live[PLACE] = self._shown()
        return pass_on(request, self._browser, live)(environ, start_response)

    def _mark(self, address: str) -> str:
        """The mark of the first form on a page, for this browser."""
        return str(re.findall(r'name="form_mark" value="([0-9a-f]{64})"', self._browser.get(address).text)[0])

    def _shown(self) -> str:
        """A fresh code for a phone, shown in this browser."""
        onward = Client(self._service.mock).get(self._service.authorize_url()).headers["Location"]
        shown = self._browser.post(onward, data={"form_mark": self._mark(onward), "way": "scan"})
        return shown.headers["Location"].rpartition("/")[2]

    def _scan(self, path: str) -> dict[str, str]:
        """A code as far as ``path`` needs it: scanned for a decision, confirmed for the way back."""
        token = self._shown()
        mark = self._mark(f"/mock/phone/{token}")
        for step, form in (("scan", {"persona": "chan-tai-man"}), ("decision", {"decision": "confirm"})):
            if path.endswith(f"/{step}") or not path.endswith(("/decision", "/continue")):
                break
            self._browser.post(f"/mock/phone/{token}/{step}", data={"form_mark": mark, **form})
        return {PLACE: token, MARK: mark}


@pytest.fixture
def door(service: RelyingService) -> Door:
    """The way in for a registered service."""
    return Door(service)


@OUTSIDE_API.parametrize()
def test_a_stranger(case: Case[Any], mock) -> None:
    """Without any secret every operation refuses in the described form, whatever comes."""
    case.call_and_validate(app=mock, excluded_checks=beside_the_point(case, outside=True))


@INSIDE_API.parametrize()
def test_a_service(case: Case[Any], door: Door) -> None:
    """Every lawful request of a registered service is taken, every unlawful one refused, and each reply is as described."""
    case.call_and_validate(app=door, excluded_checks=beside_the_point(case, outside=False))
