"""Whatever is sent to the office app's mock, it answers as its own OpenAPI document says, and never with a server error."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from schemathesis import Case
from werkzeug.test import Client
from werkzeug.wrappers import Request

import xbridge_mocks.zwrz.office_app
from tests.mocks.fuzz import api, beside_the_point
from tests.mocks.stand_in import SECRET, Known, pass_on, with_stand_ins
from tests.mocks.zwrz.office_console import OfficeConsole
from xbridge_mocks.zwrz.office_app import OfficeAppMock
from xbridge_mocks.zwrz.office_app.route import TOKEN

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PERSON = "chan-tai-man"
NAMES = ("paasid", "timestamp", "nonce", "signature", "corpid", "corpsecret", "access_token", "code", "userid")
STAND_INS = {name: f"{name}ofthisrun" for name in NAMES}
KNOWN: Known = {
    **{f"x-tif-{name}": {"const": STAND_INS[name]} for name in NAMES[:4]},
    **{name: {"const": STAND_INS[name]} for name in NAMES[4:]},
    "persona": {"enum": [PERSON, "tsang-ho-yin"]},
}
DOCUMENT = json.loads((Path(xbridge_mocks.zwrz.office_app.__path__[0]) / "openapi.json").read_text("utf-8"))
OUTSIDE_API = api(DOCUMENT, stranger=True)


def _with_statuses(document: dict[str, Any]) -> dict[str, Any]:
    """The document as the door answers: refusals, which travel with HTTP 200, bear HTTP 400 there."""
    for path, item in document["paths"].items():
        for operation in item.values() if path.startswith("/ebus/") else ():
            *lawful, refusal = operation["responses"]["200"]["content"]["application/json"]["schema"]["oneOf"]
            for status, schema in (("200", {"oneOf": lawful}), ("400", refusal)):
                reply = {"description": "From inside.", "content": {"application/json": {"schema": schema}}}
                operation["responses"][status] = reply
    return document


INSIDE_API = api(
    with_stand_ins(
        _with_statuses(copy.deepcopy(DOCUMENT)), KNOWN, {"control-subjects": {"client_id": {"type": "string"}}}
    )
)


class Door:
    """A WSGI application in front of the mock: every request is signed, with a live token and code, and statuses tell."""

    def __init__(self, mock: OfficeAppMock) -> None:
        self._mock = mock
        self._browser = Client(mock)
        self._given = mock.register_application()
        self._nonces = count(1)
        asked = {"corpid": self._given.corp_id, "corpsecret": self._given.corp_secret}
        signed = {f"x-tif-{name}": value for name, value in self._signed().items()}
        reply = self._browser.get(f"/ebus/yzyapi/{TOKEN}", query_string=asked, headers=signed)
        self._token = reply.get_json()["access_token"]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        request = Request(environ)
        known = {
            **self._signed(), "corpid": self._given.corp_id, "corpsecret": self._given.corp_secret,
            "access_token": self._token, "code": self._mock.open_page(PERSON), "userid": self._mock.subjects("")[PERSON],
        }  # fmt: skip
        live = {STAND_INS[name]: value for name, value in known.items()} | {SECRET: self._mock.control_secret}
        response = pass_on(request, self._browser, live)
        if request.path.startswith("/ebus/") and response.is_json and json.loads(response.get_data())["errcode"]:
            response.status_code = 400
        return response(environ, start_response)

    def _signed(self) -> dict[str, str]:
        timestamp, nonce = str(self._mock.clock.now_ms() // 1000), f"{next(self._nonces):016x}"
        text = f"{timestamp}{self._given.token}{nonce}{timestamp}"
        signature = hashlib.sha256(text.encode()).hexdigest()
        return {"paasid": self._given.paasid, "timestamp": timestamp, "nonce": nonce, "signature": signature}


@pytest.fixture
def mock(console: OfficeConsole) -> OfficeAppMock:
    """The office app of a fresh world."""
    return console.mock.office_app


@pytest.fixture
def door(mock: OfficeAppMock) -> Door:
    """The way in for a registered application."""
    return Door(mock)


@OUTSIDE_API.parametrize()
def test_a_stranger(case: Case[Any], mock: OfficeAppMock) -> None:
    """Without any secret every operation refuses in the described form, whatever comes."""
    case.call_and_validate(app=mock, excluded_checks=beside_the_point(case, outside=True))


@INSIDE_API.parametrize()
def test_an_application(case: Case[Any], door: Door) -> None:
    """Every lawful request of a registered application is taken, every unlawful one refused, each reply is as described."""
    case.call_and_validate(app=door, excluded_checks=beside_the_point(case, outside=False))
