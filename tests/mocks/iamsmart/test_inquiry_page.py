"""The mock phone after login: who asks for what, in three languages, decided once and from this phone only."""

from __future__ import annotations

import re
from html import unescape

import pytest
from werkzeug.test import Client

from tests.mocks.iamsmart.online_service import ALL_SCOPES, ASK
from xbridge_mocks.iamsmart.profile import FORM_FIELDS
from xbridge_mocks.iamsmart.text import TEXTS
from xbridge_mocks.text import SHARED

LANGS = [("en-US", "en"), ("zh-HK", "zh-Hant"), ("zh-CN", "zh-Hans")]
SCRIPT = "\"'><script>alert(1)</script>{{7*7}}"
APP_PATH = {"profile": "profile", "form": "form-filling", "step_up": "re-auth"}


def page_of(world, service, kind="form", browser=None, **bent):
    """Ask, look into the phone, and open the request; returns the phone, its page and the address of the page."""
    browser = browser or Client(world.iamsmart)
    assert service.ask(kind, **bent)["code"] == "D00000"
    inbox = browser.get("/mock/phone?persona=chan-tai-man").text
    address = re.findall(r'href="(/mock/request/[0-9a-f]+)"', inbox)[-1]
    return browser, browser.get(address), address


def press(browser, page, address, decision, word=None):
    """Press one of the buttons."""
    csrf = word if word is not None else re.findall('name="csrf" value="([^"]+)"', page.text)[0]
    return browser.post(f"{address}/decision", data={"csrf": csrf, "decision": decision})


@pytest.mark.parametrize("kind", tuple(ASK))
@pytest.mark.parametrize(("decision", "phase"), [("approve", "approved"), ("refuse", "refused"), ("fail", "failed")])
def test_pressing(world, service, kind, decision, phase):
    """A press on the page decides, the callback leaves at once, and the page says so."""
    browser, page, address = page_of(world, service, kind)
    assert press(browser, page, address, decision).status_code == 303
    assert len(service.received) == 1
    assert (service.open_callback()[0] == "D00000") is (decision == "approve")
    done = browser.get(f"{address}?lang=en-US").text
    assert TEXTS.say(f"done.{phase}", "en") in done
    assert "<form" not in done


def test_only_a_form_can_be_cancelled(world, service):
    """There is no code for turning back from the other two, and so no button and no way."""
    browser, page, address = page_of(world, service, "step_up")
    assert 'value="cancel"' not in page.text
    assert press(browser, page, address, "cancel").status_code == 400
    assert press(browser, page, address, "maybe").status_code == 400
    browser, page, address = page_of(world, service, "form", businessID="b-2")
    assert press(browser, page, address, "cancel").status_code == 303
    assert service.open_callback()[0] == "D60000"


@pytest.mark.parametrize(("lang", "key"), LANGS)
@pytest.mark.parametrize("kind", tuple(ASK))
def test_languages(world, service, lang, key, kind):
    """List, request and outcome are in the language asked for, with the banner."""
    browser, _, address = page_of(world, service, kind)
    inbox = unescape(browser.get(f"/mock/phone?persona=chan-tai-man&lang={lang}").text)
    shown = unescape(browser.get(f"{address}?lang={lang}").text)
    for page in (inbox, shown):
        assert TEXTS.say(f"ask.{kind}", key, service="Test service") in page
        assert SHARED.say("banner", key) in page
    for word in ("approve", "refuse", "beware", "answer_to", "time"):
        assert TEXTS.say(word, key) in shown
    world.iamsmart.decide("b-1", "refuse")
    assert TEXTS.say("done.refused", key) in unescape(browser.get(f"{address}?lang={lang}").text)
    empty = unescape(browser.get(f"/mock/phone?persona=chan-tai-man&lang={lang}").text)
    assert TEXTS.say("inbox_empty", key) in empty


@pytest.mark.parametrize(("lang", "key"), LANGS)
def test_every_field_has_a_label(world, service, lang, key):
    """The person sees every field by name and value, with what they keep nothing of, before agreeing."""
    browser, _, address = page_of(world, service, eMEFields=list(FORM_FIELDS), profileFields=["idNo"])
    shown = unescape(browser.get(f"{address}?lang={lang}").text)
    for name in FORM_FIELDS:
        assert TEXTS.say(f"field.{name}", key) in shown
        assert f"<code>{name}</code>" in shown
    for value in ("ZZ000101", "陳大文", "10000301", "SAMPLE GARDEN", "24700", "svc.example", "2025-06-02 04:00:00 UTC"):
        assert value in shown
    assert shown.count(TEXTS.say("from_account", key)) == 1


def test_what_is_not_held_is_said(world, service):
    """A field the person keeps nothing of is shown as such, and is not sent."""
    token = service.token("ng-wing-sze", scope=ALL_SCOPES)
    service.ask("form", token, eMEFields=["mobileNumber"])
    browser = Client(world.iamsmart)
    inbox = browser.get("/mock/phone?persona=ng-wing-sze&lang=en-US").text
    shown = browser.get(re.findall(r'href="(/mock/request/[0-9a-f]+)"', inbox)[0]).text
    assert TEXTS.say("not_held", "en") in shown
    world.iamsmart.decide("b-1")
    assert set(service.open_callback()[1]) == {"businessID", "state"}


def test_the_list_is_one_persons(world, service):
    """The phone of one person shows no request to another; nobody without an account has a phone."""
    service.ask("profile")
    browser = Client(world.iamsmart)
    assert "/mock/request/" in browser.get("/mock/phone?persona=chan-tai-man").text
    for address in ("/mock/phone", "/mock/phone?persona=lee-siu-ming"):
        assert "/mock/request/" not in browser.get(address).text
    for nobody in ("yip-suk-fan", SCRIPT):
        page = browser.get("/mock/phone", query_string={"persona": nobody})
        assert page.status_code == 400
        assert "<script>alert" not in page.text


@pytest.mark.parametrize("kind", tuple(ASK))
def test_ticket(world, service, kind):
    """A ticket opens its request through its own function of the app, and the list does not show it."""
    token = service.token(scope=ALL_SCOPES, source="Android_Chrome")
    ticket = service.open(service.ask(kind, token)["content"])["ticketID"]
    phone = Client(world.iamsmart)
    assert "/mock/request/" not in phone.get("/mock/phone?persona=chan-tai-man").text
    for path in {*APP_PATH.values(), "hash-sign"} - {APP_PATH[kind]}:
        assert phone.get(f"/mock/app/{path}?ticketID={ticket}").status_code == 400
    away = phone.get(f"/mock/app/{APP_PATH[kind]}?ticketID={ticket}")
    address = away.headers["Location"]
    assert press(phone, phone.get(address), address, "approve").status_code == 303
    assert service.open_callback()[0] == "D00000"


def test_ticket_life(world, service):
    """A ticket lives eighteen minutes; unknown and empty ones open nothing."""
    token = service.token(scope=ALL_SCOPES, source="iOS_Chrome")
    ticket = service.open(service.ask("profile", token)["content"])["ticketID"]
    phone = Client(world.iamsmart)
    world.clock.advance(18 * 60 - 1)
    assert phone.get(f"/mock/app/profile?ticketID={ticket}").status_code == 303
    world.clock.advance(1)
    for value in (ticket, "", "0" * 32, SCRIPT):
        assert phone.get("/mock/app/profile", query_string={"ticketID": value}).status_code == 400


def test_decided_once(world, service):
    """The second press changes nothing and sends nothing; nor does one after the time is over."""
    browser, page, address = page_of(world, service)
    press(browser, page, address, "refuse")
    assert press(browser, page, address, "approve").status_code == 400
    assert len(service.received) == 1
    browser, page, address = page_of(world, service, businessID="b-2")
    world.clock.advance(18 * 60)
    assert press(browser, page, address, "approve").status_code == 400
    assert [service.open_callback(one)[0] for one in service.received] == ["D60001", "D60003"]


def test_csrf(world, service):
    """A form without its word, with another request's or another phone's word is refused."""
    browser, page, address = page_of(world, service)
    _, other, _ = page_of(world, service, browser=browser, businessID="b-2")
    foreign = re.findall('name="csrf" value="([^"]+)"', other.text)[0]
    for word in ("", "0" * 64, foreign, "é"):
        assert press(browser, page, address, "approve", word).status_code == 400
    assert press(Client(world.iamsmart), page, address, "approve").status_code == 400
    assert service.received == []


def test_hostile_texts(world, make_service):
    """The texts of a form and the name of a service are shown as text."""
    service = make_service(world, name=SCRIPT)
    _, page, _ = page_of(world, service, formName=SCRIPT, formDesc=SCRIPT, formNum="<b>")
    assert "<script>alert" not in page.text
    assert unescape(page.text).count(SCRIPT) >= 3
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "script-src" not in page.headers["Content-Security-Policy"]


def test_unknown_requests(service):
    """An address nobody was given, or of an anonymous form, is an error page."""
    service.anonymous()
    for token in ("0" * 32, SCRIPT):
        assert service.browser.get(f"/mock/request/{token}").status_code in (400, 404)


def test_the_journal_hides_what_opens_a_request(world, service):
    """Neither the page's name nor the ticket is written down."""
    _, _, address = page_of(world, service)
    token = service.token(scope=ALL_SCOPES, source="iOS_Chrome")
    ticket = service.open(service.ask("profile", token, businessID="b-2")["content"])["ticketID"]
    service.browser.get(f"/mock/app/profile?ticketID={ticket}")
    written = " ".join(entry.path for entry in world.iamsmart.journal.entries())
    assert address.rpartition("/")[2] not in written
    assert ticket not in written
    assert "/mock/request/***" in written
