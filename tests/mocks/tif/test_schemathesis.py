"""Whatever is sent to the gateway mock, it answers as its own OpenAPI document says, and never with a server error."""

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

import xbridge_mocks.tif
from tests.mocks.fuzz import api, beside_the_point
from tests.mocks.stand_in import SECRET, Known, pass_on, with_stand_ins
from tests.mocks.tif.calling_service import LOGIN, ONE_OFF, PERSON, CallingService
from tests.mocks.tif.conftest import AT
from tests.mocks.tif.enveloped_caller import EnvelopedCaller
from xbridge_mocks.tif.handle import CodeKind
from xbridge_mocks.tif.route import ENVELOPED, MEDICAL, PUBLIC_LOGIN

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

STAND_INS = {
    name: f"{name}ofthisrun"
    for name in (
        "paasid",
        "timestamp",
        "nonce",
        "signature",
        "sid",
        "code",
        "token",
        "uid",
        "word",
        "ticket",
        "application",
        "sealed",
        "signed",
        "raw",
        "kid",
        "value",
    )
}
KNOWN: Known = {
    **{f"x-tif-{name}": {"const": STAND_INS[name]} for name in ("paasid", "timestamp", "nonce", "signature", "sid")},
    "ryz_access_token": {"const": STAND_INS["token"]},
    "code": {"const": STAND_INS["code"]},
    "uid": {"const": STAND_INS["uid"]},
    "word": {"const": STAND_INS["word"]},
    "ticket": {"const": STAND_INS["ticket"]},
    "client_id": {"const": STAND_INS["paasid"]},
    "persona": {"enum": [PERSON, "tsang-ho-yin"]},
}
# The mock's clock stands still, so the time in an envelope is known beforehand; what depends on it is not.
ENVELOPES: dict[str, Known] = {
    "medicalInsurance": {
        "data": {
            "const": {
                "appCode": STAND_INS["application"], "version": "1.0.0", "encType": "SM4", "signType": "SM2",
                "timestamp": int(AT.timestamp()), "data": {"encData": STAND_INS["sealed"]},
                "signData": STAND_INS["signed"],
            }
        }
    },
    "xbridgeEnvelope": {
        "raw": {"const": STAND_INS["raw"]},
        "signatures": {
            "const": [{"alg": "SM2", "kid": STAND_INS["kid"], "role": "sender", "value": STAND_INS["value"]}]
        },
    },
}  # fmt: skip
KINDS: dict[str, CodeKind] = {
    f"{LOGIN}/yssmplogin/MiniProgramLogin": "mini_program",
    f"{LOGIN}/ysslogin/app/login": "app",
    PUBLIC_LOGIN: "app",
    f"{LOGIN}/yssuser/CorpCodeToSession_OtherSeverRoom": "company",
    f"{LOGIN}/yssuser/CodeToSession_OtherSeverRoom": "session",
}
DOCUMENT = json.loads((Path(xbridge_mocks.tif.__path__[0]) / "openapi.json").read_text("utf-8"))
OUTSIDE_API = api(DOCUMENT, stranger=True)
# A person's uid is the same towards every service here, so any will do.
ANYBODY: dict[str, Known] = {"control-subjects": {"client_id": {"type": "string"}}}
INSIDE_API = api(with_stand_ins(DOCUMENT, KNOWN, ANYBODY | ENVELOPES))


class Door:
    """A WSGI application in front of the mock: it gives every request what a registered service would have."""

    def __init__(self, service: CallingService) -> None:
        self._service = service
        self._mock = service.mock
        self._browser = Client(service.mock)
        self._caller = EnvelopedCaller(service.mock)
        holders = service.mock.platform.holders()
        self._company = next(each.key for each in holders if each.guangdong and each.guangdong.usertype == "2")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        request = Request(environ)
        live = {SECRET: self._mock.control_secret, STAND_INS["uid"]: self._mock.subjects("")[PERSON]}
        live |= {STAND_INS[name.removeprefix("x-tif-")]: value for name, value in self._service.headers().items()}
        company = request.path.endswith(("GetCorpCode", "CorpCodeToSession_OtherSeverRoom"))
        live[STAND_INS["sid"]] = self._mock.sign_in(self._company if company else PERSON)
        if request.path in KINDS:
            live[STAND_INS["code"]] = self._mock.issue_code(KINDS[request.path], self._company if company else PERSON)
        if request.path == ONE_OFF:
            live[STAND_INS["token"]] = self._mock.issue_one_off(PERSON)
        # An envelope costs a tenth of a second, and half of what is generated has no place for one.
        if request.path in (ENVELOPED, MEDICAL) and b"ofthisrun" in request.get_data():
            live |= {STAND_INS[name]: part for name, part in self._caller.parts(request.path).items()}
        if request.path.startswith("/mock/sign"):
            live[STAND_INS["word"]] = re.findall(r'name="word" value="([0-9a-f]{64})"', self._browser.get("/").text)[0]
        if request.path.startswith("/mock/enter/"):
            live[STAND_INS["ticket"]] = self._mock.log_in("/app/", PERSON).rpartition("/")[2]
        return pass_on(request, self._browser, live)(environ, start_response)


@pytest.fixture
def door(service: CallingService) -> Door:
    """The way in for a registered service."""
    return Door(service)


@OUTSIDE_API.parametrize()
def test_a_stranger(case: Case[Any], mock: Any) -> None:
    """Without any secret every operation refuses in the described form, whatever comes."""
    case.call_and_validate(app=mock, excluded_checks=beside_the_point(case, outside=True))


@INSIDE_API.parametrize()
def test_a_service(case: Case[Any], door: Door) -> None:
    """Every lawful request of a registered service is taken, every unlawful one refused, and each reply is as described."""
    case.call_and_validate(app=door, excluded_checks=beside_the_point(case, outside=False))
