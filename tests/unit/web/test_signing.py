"""Signing at the desk: the four digits are on the page before the person signs, and the signature reaches the application."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from html import unescape
from urllib.parse import urlsplit

import pytest

from tests.unit.web.desk_stage import Browser, DeskStage, location, said, text
from xbridge import HashSignature, SigningTitle
from xbridge.core.errors import CallbackInvalid
from xbridge.web import Shown, Visit
from xbridge.web.wording import word
from xbridge_mocks.iamsmart.identification_code import identification_code

SIGNER, HKID = "lee-siu-ming", "ZZ000102(2)"
DIGEST = hashlib.sha256(b"the agreement").digest()
TITLE = SigningTitle(document_name="Tenancy agreement", service_name="Sample service")


@pytest.fixture
def stage() -> DeskStage:
    """A service that asks for signatures."""
    return DeskStage()


def digits(page: str) -> str:
    """The identification code on a page, as a person reads it."""
    found = re.search(r"<dd>(\d) (\d) (\d) (\d)</dd>", page)
    assert found, "no four digits on the page"
    return "".join(found.groups())


def test_a_person_signs(stage: DeskStage) -> None:
    """Pressed, compared, signed, collected, acknowledged: the wait page shows the platform's own four digits."""
    browser = Browser(stage)
    browser.log_in(persona=SIGNER)
    stage.hooks.answers["ask"] = lambda visit: stage.bridge.request_hash_signature(
        visit.proof(), DIGEST, hkid=HKID, title=TITLE, session=visit.id, user_agent=visit.user_agent
    )
    waits = urlsplit(location(browser.post("/iamsmart/ask/sign", {"guard": browser.guard, "next": "/signed"}))).path
    business_id = waits.rpartition("/")[2]
    page = browser.get(waits)
    assert word("wait_code", "zh-Hant") in text(page)
    assert word("wait_code_check", "zh-Hant") in text(page)
    open_id = stage.mocks.iamsmart.subjects(stage.client_id)[SIGNER]
    assert digits(page.body.decode()) == identification_code(b64encode(DIGEST).decode(), open_id)
    assert stage.mocks.iamsmart.decide(business_id) == (200,)
    stage.clock.advance(2)
    assert said(browser.get(f"/iamsmart/status/{business_id}")) == {"status": "done", "next": "/signed"}
    waiting, collected = stage.hooks.last("result")
    assert collected.kind == "hash_signing"
    assert isinstance(collected.data, HashSignature)
    session = stage.desk.visit(browser.session).id
    assert stage.bridge.acknowledge_signature(waiting.business_id, session=session) == "accepted"


def test_somebody_signs_without_a_login(stage: DeskStage) -> None:
    """The digits come first, the button leads to the platform, and the signature comes back with the browser."""
    browser = Browser(stage)

    def begin(visit: Visit) -> object:
        return stage.bridge.begin_anonymous_signature(
            "iamsmart", DIGEST, hkid=HKID, title=TITLE, return_to=stage.desk.callback_url, session=visit.id
        )

    stage.hooks.answers |= {"ask": begin, "result": Shown(next="/thanks")}
    page = browser.post("/iamsmart/ask/sign", {"guard": browser.guard, "next": "/signed"})
    assert page.status == 200
    assert len(digits(page.body.decode())) == 4
    away = re.search(r'class="iamsmart-button" href="([^"]+)"', page.body.decode())
    assert away
    back = stage.visit(unescape(away[1]), SIGNER)
    assert location(browser.get(back)) == "https://svc.test/thanks"
    waiting, collected = stage.hooks.last("result")
    assert isinstance(collected.data, HashSignature)
    session = stage.desk.visit(browser.session).id
    assert stage.bridge.acknowledge_signature(waiting.business_id, session=session) == "accepted"
    stranger = Browser(stage)
    with pytest.raises(CallbackInvalid):
        stage.bridge.acknowledge_signature(waiting.business_id, session=stage.desk.visit(stranger.session).id)


def test_who_cannot_sign_is_told_so(stage: DeskStage) -> None:
    """Somebody without iAM Smart+ gets a page instead of a request that nobody can answer."""
    browser = Browser(stage)
    browser.log_in()
    stage.hooks.answers["ask"] = lambda visit: stage.bridge.request_hash_signature(
        visit.proof(), DIGEST, hkid="ZZ000101(4)", title=TITLE, session=visit.id
    )
    page = browser.post("/iamsmart/ask/sign", {"guard": browser.guard})
    assert page.status == 400
    assert word("failed", "zh-Hant") in text(page)
    assert stage.mocks.iamsmart.requests() == ()
