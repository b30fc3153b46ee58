"""Whatever is sent to the national gateway's mock, it answers as its own OpenAPI document says, never with a server error."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from schemathesis import Case
from werkzeug.test import Client
from werkzeug.wrappers import Request

import xbridge_mocks.gjzwfw
from tests.mocks.fuzz import api, beside_the_point
from tests.mocks.stand_in import SECRET, Known, pass_on, with_stand_ins
from xbridge_mocks import GjzwfwMock, GjzwfwMockSettings, MockWorld
from xbridge_mocks.gjzwfw.gate import signature

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

STAND_INS = {name: f"{name}ofthisrun" for name in ("sid", "rid", "rtime", "sign")}
SERVICE = "serviceofthisrun"
KNOWN: Known = {
    "path": {"const": SERVICE},
    **{f"gjzwfwpt_{name}": {"const": stand_in} for name, stand_in in STAND_INS.items()},
}
DOCUMENT = json.loads((Path(xbridge_mocks.gjzwfw.__path__[0]) / "openapi.json").read_text("utf-8"))
OUTSIDE_API = api(DOCUMENT, stranger=True)
INSIDE_API = api(with_stand_ins(DOCUMENT, KNOWN, {"control-subjects": {"client_id": {"type": "string"}}}))


class Door:
    """A WSGI application in front of the mock: it signs every request as a registered caller, each with an rid of its own."""

    def __init__(self, mock: GjzwfwMock) -> None:
        self._mock = mock
        self._browser = Client(mock)
        self._caller = mock.register_caller()
        self._rids = count(1)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        given = self._caller
        rid, rtime = f"rid-{next(self._rids)}", str(self._mock.clock.now_ms())
        sign = signature(given.app_secret, given.sid, rid, rtime)
        live = dict(zip(STAND_INS.values(), (given.sid, rid, rtime, sign), strict=True))
        live |= {SERVICE: "mock/echo", SECRET: self._mock.control_secret}
        return pass_on(Request(environ), self._browser, live)(environ, start_response)


@pytest.fixture
def mock() -> GjzwfwMock:
    """A gateway that refuses with a status that a fuzzer can read."""
    return MockWorld(seed=1, gjzwfw_settings=GjzwfwMockSettings(error_status=400)).gjzwfw


@pytest.fixture
def door(mock: GjzwfwMock) -> Door:
    """The way in for a registered caller."""
    return Door(mock)


@pytest.fixture
def usual() -> GjzwfwMock:
    """A gateway that refuses as it does by default, with HTTP 200."""
    return MockWorld(seed=1).gjzwfw


@OUTSIDE_API.parametrize()
def test_a_stranger(case: Case[Any], usual: GjzwfwMock) -> None:
    """Without any secret every operation refuses in the described form, whatever comes."""
    case.call_and_validate(app=usual, excluded_checks=beside_the_point(case, outside=True))


@INSIDE_API.parametrize()
def test_a_caller(case: Case[Any], door: Door) -> None:
    """Every lawful request of a registered caller is taken, every unlawful one refused, and each reply is as described."""
    case.call_and_validate(app=door, excluded_checks=beside_the_point(case, outside=False))
