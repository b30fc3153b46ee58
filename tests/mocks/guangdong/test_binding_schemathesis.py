"""Whatever is sent to the pages about iAM Smart, they answer as their OpenAPI document says, and never with a server error."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from schemathesis import Case
from schemathesis.checks import CHECKS
from werkzeug.wrappers import Request

import xbridge_mocks.guangdong
from tests.mocks.fuzz import api
from tests.mocks.guangdong.bound_browser import Browser, Town, form_mark
from tests.mocks.stand_in import Known, pass_on, with_stand_ins
from xbridge_mocks.guangdong.iamsmart_login import CALLBACK_PATH

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

STATE, CODE, INTENT, MARK = "stateofthisrun", "c0de" * 8, "intentofthisrun", "f" * 64
KNOWN: Known = {
    "state": {"const": STATE},
    "code": {"const": CODE},
    "intent": {"const": INTENT},
    "form_mark": {"const": MARK},
    "persona": {"enum": ["chan-tai-man", "lee-siu-ming"]},
}
DOCUMENT = json.loads((Path(xbridge_mocks.guangdong.__path__[0]) / "openapi.json").read_text("utf-8"))
DOCUMENT["paths"] = {path: item for path, item in DOCUMENT["paths"].items() if path.startswith("/mock/iamsmart/")}
OUTSIDE_API = api(DOCUMENT, stranger=True)
INSIDE_API = api(with_stand_ins(DOCUMENT, KNOWN))


class Door:
    """A WSGI application in front of the mock: each request comes from a browser that is as far as its page needs."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        request, town = Request(environ), Town()
        browser = town.browser()
        live = (
            _back(browser) if request.path == CALLBACK_PATH else _reading(browser, with_intent="intent" in request.args)
        )
        return pass_on(request, browser.http, live)(environ, start_response)


def _back(browser: Browser) -> dict[str, str]:
    """A browser that was just sent back from iAM Smart."""
    query = dict(pair.split("=", 1) for pair in browser.use_iamsmart().partition("?")[2].split("&"))
    return {STATE: query["state"], CODE: query["code"]}


def _reading(browser: Browser, *, with_intent: bool) -> dict[str, str]:
    """A browser on the consent page, or on that of a bound account."""
    if not with_intent:
        browser.bind()
        return {MARK: form_mark(browser.status())}
    address = browser.consent_page()
    return {MARK: form_mark(browser.open(address)), INTENT: address.partition("intent=")[2]}


@pytest.fixture
def connected() -> Any:
    """A connected mock that nobody has visited."""
    return Town().world.guangdong


@OUTSIDE_API.parametrize()
def test_a_stranger(case: Case[Any], connected: Any) -> None:
    """Without an attempt and a form of their own, nobody gets further than a page that says so."""
    case.call_and_validate(app=connected)


@INSIDE_API.parametrize()
def test_a_person(case: Case[Any]) -> None:
    """A lawful press is taken or refused as described; which presses a state has is for the other tests."""
    beside: list[Any] = CHECKS.get_by_names(["positive_data_acceptance"])
    case.call_and_validate(app=Door(), excluded_checks=beside)
