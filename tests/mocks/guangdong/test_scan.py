"""Signing in by scanning: two devices, one code, one use, and never another browser."""

from __future__ import annotations

import re

import pytest
from werkzeug.test import Client

from tests.mocks.guangdong.relying_service import BASES, account_of, callback_values
from tests.mocks.guangdong.test_page import SCRIPT, outline
from xbridge_mocks.guangdong import LoginUnfinished
from xbridge_mocks.guangdong.wording import WORDING

LANGUAGES = ("en", "zh-Hant", "zh-Hans")


def mark_of(page) -> str:
    """The mark of the first form on a page."""
    return next(field["value"] for field in outline(page).all("input") if field.get("name") == "form_mark")


class Desk:
    """A browser that shows a code, and the address of that code's pages."""

    def __init__(self, service) -> None:
        self.browser = Client(service.mock)
        onward = self.browser.get(f"{service.base}/authorize", query_string=service.authorize_params())
        self.login_page = onward.headers["Location"]
        mark = mark_of(self.browser.get(self.login_page))
        shown = self.browser.post(self.login_page, data={"form_mark": mark, "way": "scan"})
        assert shown.status_code == 303
        self.path = shown.headers["Location"]
        self.token = self.path.rpartition("/")[2]

    def phase(self) -> str:
        """How far it has come, as the waiting page asks."""
        return str(self.browser.get(f"{self.path}/status").get_json()["phase"])

    def go_on(self):
        """Where the browser is sent."""
        return self.browser.get(f"{self.path}/continue")


def press(phone, token, step, **form):
    """Open the mock phone and press a button on it."""
    page = phone.get(f"/mock/phone/{token}")
    return phone.post(f"/mock/phone/{token}/{step}", data={"form_mark": mark_of(page), **form})


def confirm(service, token, persona="lee-siu-ming", decision="confirm"):
    """Scan with a phone of its own and decide there."""
    phone = Client(service.mock)
    assert press(phone, token, "scan", persona=persona).status_code == 303
    assert press(phone, token, "decision", decision=decision).status_code == 303
    return phone


@pytest.mark.parametrize("generation", sorted(BASES))
def test_confirmed_on_a_phone(make, generation):
    """The browser that began goes back to the service with a code for the person with the phone, in any generation."""
    service = make(generation=generation)
    desk = Desk(service)
    assert desk.phase() == "waiting"
    confirm(service, desk.token)
    assert desk.phase() == "confirmed"
    back = desk.go_on()
    assert back.status_code == 302
    token = service.access_token(callback_values(back.headers["Location"])["code"][0]).get_json()["access_token"]
    user = service.tokeninfo(token).get_json()["userobj"]
    assert user["useridcode"] == account_of("lee-siu-ming").useridcode
    assert "accout_type=3" in user["extproperties"]


def test_the_phone_is_not_signed_in(service):
    """A session belongs to the browser that showed the code; the phone that confirmed has none."""
    desk = Desk(service)
    phone = confirm(service, desk.token)
    desk.go_on()
    assert desk.browser.get_cookie("xbridge_mock_gd_sso") is not None
    assert phone.get_cookie("xbridge_mock_gd_sso") is None


def test_refused_on_a_phone(service):
    """Nobody is signed in, the browser is not sent back, and the page offers another way in."""
    desk = Desk(service)
    confirm(service, desk.token, decision="refuse")
    reply = desk.go_on()
    assert (reply.status_code, reply.headers["Location"]) == (303, desk.path)
    page = desk.browser.get(f"{desk.path}?lang=en")
    assert WORDING.say("scan_refused", "en") in page.text
    assert desk.login_page in [link["href"] for link in outline(page).all("a")]
    assert desk.browser.get_cookie("xbridge_mock_gd_sso") is None


@pytest.mark.parametrize("step", ["waiting", "scanned"])
def test_before_the_press_there_is_no_way_on(service, step):
    """A browser that goes on too early comes back to the page with the code."""
    desk = Desk(service)
    if step == "scanned":
        press(Client(service.mock), desk.token, "scan", persona="chan-tai-man")
    assert (desk.phase(), desk.go_on().headers["Location"]) == (step, desk.path)


def test_a_code_is_used_once(service):
    """The way back works once, and no phone can take the code again."""
    desk = Desk(service)
    confirm(service, desk.token)
    assert desk.go_on().status_code == 302
    assert desk.go_on().status_code == 303
    phone = Client(service.mock)
    page = phone.get(f"/mock/phone/{desk.token}?lang=en")
    assert WORDING.say("phone_finished", "en") in page.text
    assert not outline(page).all("form")


@pytest.mark.parametrize("page", ["", "/status", "/continue"])
def test_another_browser_gets_nothing(service, page):
    """A forwarded address of a code shows nothing in another browser and signs nobody in there."""
    desk = Desk(service)
    confirm(service, desk.token)
    thief = Client(service.mock)
    thief.get(f"/mock/phone/{desk.token}")
    reply = thief.get(desk.path + page)
    assert reply.status_code == 403
    assert thief.get_cookie("xbridge_mock_gd_sso") is None
    assert desk.go_on().status_code == 302


def test_a_second_phone_cannot_join(service):
    """Who scanned first decides; another phone is refused and sees why."""
    desk = Desk(service)
    press(Client(service.mock), desk.token, "scan", persona="chan-tai-man")
    other = Client(service.mock)
    page = other.get(f"/mock/phone/{desk.token}?lang=en")
    assert WORDING.say("scan_elsewhere", "en") in page.text
    own = Desk(service)
    mark = mark_of(other.get(f"/mock/phone/{own.token}"))
    for step, form in (("scan", {"persona": "lee-siu-ming"}), ("decision", {"decision": "confirm"})):
        reply = other.post(f"/mock/phone/{desk.token}/{step}", data={"form_mark": mark, **form})
        assert reply.status_code == 403
    assert desk.phase() == "scanned"


def test_a_phone_that_did_not_scan_cannot_decide(service):
    """A mark taken before somebody else scanned decides nothing."""
    desk = Desk(service)
    other = Client(service.mock)
    mark = mark_of(other.get(f"/mock/phone/{desk.token}"))
    press(Client(service.mock), desk.token, "scan", persona="chan-tai-man")
    for step, form in (("decision", {"decision": "confirm"}), ("scan", {"persona": "lee-siu-ming"})):
        reply = other.post(f"/mock/phone/{desk.token}/{step}", data={"form_mark": mark, **form})
        assert reply.status_code == 400
    assert desk.phase() == "scanned"


@pytest.mark.parametrize("until", ["waiting", "scanned", "confirmed"])
def test_a_code_dies_by_the_clock(service, until):
    """After three minutes no press and no way back is left, however far it had come."""
    desk = Desk(service)
    phone = Client(service.mock)
    if until != "waiting":
        press(phone, desk.token, "scan", persona="chan-tai-man")
    if until == "confirmed":
        press(phone, desk.token, "decision", decision="confirm")
    service.mock.clock.advance(179.9)
    assert desk.phase() == until
    service.mock.clock.advance(0.1)
    assert desk.phase() == "timed_out"
    assert desk.go_on().status_code == 303
    assert service.mock.scans() == ()


@pytest.mark.parametrize("form", [{}, {"form_mark": ""}, {"form_mark": "0" * 64}, {"form_mark": "ü"}])
def test_a_press_without_its_mark_is_refused(service, form):
    """Another site cannot press a button on somebody's phone."""
    desk = Desk(service)
    phone = Client(service.mock)
    phone.get(f"/mock/phone/{desk.token}")
    reply = phone.post(f"/mock/phone/{desk.token}/scan", data={"persona": "chan-tai-man", **form})
    assert reply.status_code in {400, 403}
    assert desk.phase() == "waiting"


@pytest.mark.parametrize("persona", ["ng-wing-sze", "nobody", ""])
def test_only_account_holders_have_the_app(service, persona):
    """Somebody without an account cannot scan."""
    desk = Desk(service)
    assert press(Client(service.mock), desk.token, "scan", persona=persona).status_code == 400
    assert desk.phase() == "waiting"


@pytest.mark.parametrize("path", ["/mock/scan/{}", "/mock/scan/{}/status", "/mock/scan/{}/continue", "/mock/phone/{}"])
def test_an_unknown_code_gets_a_page(service, path):
    """A code nobody showed is refused."""
    assert Client(service.mock).get(path.format("abc")).status_code == 400


@pytest.mark.parametrize("lang", LANGUAGES)
def test_pages_in_each_language(service, lang):
    """Desk and phone speak the language, name the service, and the code is one drawing without a script in it."""
    service.credentials = service.mock.register_client(name=SCRIPT, redirect_uris=[service.redirect_uri])
    desk = Desk(service)
    for address in (desk.path, f"/mock/phone/{desk.token}"):
        page = desk.browser.get(f"{address}?lang={lang}")
        assert outline(page).all("html")[0]["lang"].startswith(lang)
        assert WORDING.say("scan_now", lang) in page.text
        assert SCRIPT not in page.text
    assert len(outline(desk.browser.get(desk.path)).all("svg")) == 1


def test_a_scripted_person_scans(service):
    """log_in can go by phone, and a refusal there ends on the platform."""
    callback = service.mock.log_in(service.authorize_url(), "chan-tai-man", decision="scan")
    assert "code" in callback_values(callback)
    with pytest.raises(LoginUnfinished):
        service.mock.log_in(service.authorize_url(), "chan-tai-man", decision="refuse")


@pytest.mark.parametrize(("decision", "phase"), [("confirm", "confirmed"), ("refuse", "refused")])
def test_a_test_decides(service, decision, phase):
    """From code, a waiting scan can be found and decided, once."""
    desk = Desk(service)
    (waiting,) = service.mock.scans()
    assert (waiting.token, waiting.service, waiting.phase) == (desk.token, "Social insurance enquiry", "waiting")
    service.mock.decide_scan(waiting.token, "chan-tai-man", decision=decision)
    assert desk.phase() == phase
    with pytest.raises(ValueError, match="scanned before"):
        service.mock.decide_scan(waiting.token, "chan-tai-man")


@pytest.mark.parametrize(("persona", "decision"), [("nobody", "confirm"), ("chan-tai-man", "approve")])
def test_a_wrong_decision_leaves_the_code_alone(service, persona, decision):
    """An unknown person or word changes nothing."""
    desk = Desk(service)
    with pytest.raises(ValueError, match=r"nobody|confirm or refuse"):
        service.mock.decide_scan(desk.token, persona, decision=decision)
    assert desk.phase() == "waiting"


def test_faults_of_the_callback_strike_after_a_scan(service):
    """Whichever way somebody signed in, a callback can misbehave."""
    service.mock.faults.add("code_missing")
    callback = service.mock.log_in(service.authorize_url(), "chan-tai-man", decision="scan")
    assert "code" not in callback_values(callback)


def test_the_journal_names_no_code(service):
    """A code opens somebody's sign-in, so no line of the journal holds one."""
    desk = Desk(service)
    confirm(service, desk.token)
    desk.go_on()
    text = "\n".join(map(repr, service.mock.journal.entries()))
    assert desk.token not in text
    assert "/mock/phone/<token>/decision" in text


def test_the_page_asks_by_itself_and_works_without(service):
    """One script, admitted by its hash, asks how things stand; without it a button does."""
    desk = Desk(service)
    page = desk.browser.get(desk.path)
    assert len(outline(page).all("script")) == 1
    assert re.search(r"script-src 'sha256-", page.headers["Content-Security-Policy"])
    assert [form["action"] for form in outline(page).all("form") if form.get("method") == "get"] == [desk.path]


def test_reset_forgets_codes(service):
    """After a reset a code is unknown."""
    desk = Desk(service)
    service.mock.reset()
    assert desk.browser.get(desk.path).status_code == 400
