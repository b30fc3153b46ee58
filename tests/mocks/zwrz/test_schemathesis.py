"""Whatever is sent to the zwrz mock, it answers as its own OpenAPI document says, and never with a server error."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from schemathesis import Case
from werkzeug.test import Client
from werkzeug.wrappers import Request

import xbridge_mocks.zwrz
from tests.mocks.fuzz import api, beside_the_point
from tests.mocks.stand_in import SECRET, Known, pass_on, with_stand_ins
from tests.mocks.zwrz.office_console import BACK, OfficeConsole
from xbridge_mocks.zwrz.route import LOGIN, LOGIN_BY_CODE, LOGOUT, VALIDATE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CLIENT, CLIENT_SECRET, CODE, APP_CODE, STORE, TOKEN, MARK = (
    "clientofthisrun", "clientsecret", "codeofthisrun", "appofthisrun", "storeofthisrun", "tokenofthisrun", "f" * 64,
)  # fmt: skip
KNOWN: Known = {
    "client_id": {"const": CLIENT},
    "client_secret": {"const": CLIENT_SECRET},
    "redirect_uri": {"const": BACK},
    "backurl": {"const": BACK},
    "code": {"const": CODE},
    "store_code": {"const": STORE},
    "access_token": {"const": TOKEN},
    "form_mark": {"const": MARK},
    "persona": {"enum": ["chan-tai-man", "tsang-ho-yin"]},
    "app": {"enum": ["chan-tai-man"]},
}
ELSEWHERE: dict[str, Known] = {
    "validyzycode": {"code": {"const": APP_CODE}},
    "control-subjects": {"client_id": {"type": "string"}},
}
DOCUMENT = json.loads((Path(xbridge_mocks.zwrz.__path__[0]) / "openapi.json").read_text("utf-8"))
OUTSIDE_API = api(DOCUMENT, stranger=True)


def _lawful(document: dict[str, Any]) -> dict[str, Any]:
    """The document with what the mock demands beyond a schema: one way in, and both parameters of a logout."""
    login = document["paths"][LOGIN]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    login["required"] = ["form_mark", "persona"]
    del login["properties"]["app"]
    for parameter in document["paths"][LOGOUT]["get"]["parameters"]:
        parameter["required"] = True
    return document


INSIDE_API = api(with_stand_ins(_lawful(json.loads(json.dumps(DOCUMENT))), KNOWN, ELSEWHERE))


class Door:
    """A WSGI application in front of the mock: it gives every request a live code, token and form."""

    def __init__(self, console: OfficeConsole) -> None:
        self._console = console
        self._browser = Client(console.mock)
        self._token = console.token(console.code()).get_json()["data"]["access_token"]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass a request on with the real things in it, and the answer back."""
        request = Request(environ)
        given = self._console.credentials
        live = {
            CLIENT: given.client_id, CLIENT_SECRET: given.client_secret, TOKEN: self._token,
            SECRET: self._console.mock.control_secret,
            APP_CODE: f"yzy-{self._console.mock.subjects('x')['chan-tai-man']}",
        }  # fmt: skip
        if CODE.encode() in request.get_data():
            live[CODE] = self._console.code()
        if MARK.encode() in request.get_data():
            page = self._browser.get(LOGIN, query_string=self._console.question())
            live[MARK] = re.findall(r'name="form_mark" value="([0-9a-f]{64})"', page.text)[0]
        if request.path == LOGIN_BY_CODE:
            asked = {**self._console.question(), "code": live[APP_CODE]}
            live[STORE] = self._browser.post(VALIDATE, data=asked).get_json()["data"]["store_code"]
        return pass_on(request, self._browser, live)(environ, start_response)


@pytest.fixture
def door(console: OfficeConsole) -> Door:
    """The way in for a registered service."""
    return Door(console)


@OUTSIDE_API.parametrize()
def test_a_stranger(case: Case[Any], console: OfficeConsole) -> None:
    """Without any secret every operation refuses in the described form, whatever comes."""
    case.call_and_validate(app=console.mock, excluded_checks=beside_the_point(case, outside=True))


@INSIDE_API.parametrize()
def test_a_service(case: Case[Any], door: Door) -> None:
    """Every lawful request of a registered service is taken, every unlawful one refused, and each reply is as described."""
    case.call_and_validate(app=door, excluded_checks=beside_the_point(case, outside=False))
