"""The pages: three languages, nothing unescaped, one browser, one phone, no JavaScript needed."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from werkzeug.test import Client

from tests.mocks.iamsmart.online_service import BASE
from xbridge_mocks.iamsmart.text import TEXTS
from xbridge_mocks.text import SHARED

LANGS = [("en-US", "en", "en"), ("zh-HK", "zh-Hant", "zh-Hant-HK"), ("zh-CN", "zh-Hans", "zh-Hans-CN")]
SCRIPT = "\"'><script>alert(1)</script>{{7*7}}"


def start(service, **bent):
    """Open the QR page; returns the page and the token in it."""
    page = service.browser.get(service.login_url(**bent).removeprefix(BASE))
    token = re.search(r'data-qr-token="([^"]+)"', page.text)
    return page, token.group(1) if token else ""


def press(browser, page, path, **fields):
    """Post the form of ``page`` that goes to ``path``."""
    assert f'action="{path}"' in page.text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
    at = re.search(r'name="at" value="([^"]+)"', page.text)
    assert csrf
    assert at
    return browser.post(path, data={"csrf": csrf.group(1), "at": at.group(1), **fields})


@pytest.mark.parametrize(("lang", "key", "html"), LANGS)
def test_languages(service, lang, key, html):
    """Each page is in the language asked for, says so, carries the banner, and links to the other two."""
    page, _ = start(service, lang=lang)
    assert f'<html lang="{html}">' in page.text
    assert page.headers["Content-Language"] == html
    for name in ("qr_title", "phone_title", "who", "scan"):
        assert TEXTS.say(name, key) in unescape(page.text)
    assert SHARED.say("banner", key) in unescape(page.text)
    assert [f"lang={other}" in page.text for other, _, _ in LANGS] == [True] * 3


@pytest.mark.parametrize(("lang", "key", "html"), LANGS)
def test_error_pages_in_each_language(service, lang, key, html):
    """A refusal is explained in the language of the request."""
    page, _ = start(service, lang=lang, redirectURI="https://evil.example/")
    assert page.status_code == 400
    assert f'<html lang="{html}">' in page.text
    assert TEXTS.say("error.redirect", key) in unescape(page.text)


def test_language_lasts(service):
    """A language chosen once stays for the following pages, and Accept-Language decides when none was chosen."""
    _, token = start(service, lang="zh-CN")
    assert 'lang="zh-Hans-CN"' in service.browser.get(f"/mock/qr/{token}").text
    stranger = Client(service.world.iamsmart)
    page = stranger.get(f"/mock/phone/{token}", headers={"Accept-Language": "fr, zh-HK;q=0.9, en;q=0.5"})
    assert '<html lang="zh-Hant-HK">' in page.text
    assert '<html lang="en">' in stranger.get("/", headers={"Accept-Language": "en-GB"}).text
    assert '<html lang="zh-Hant-HK">' in Client(service.world.iamsmart).get("/").text


@pytest.mark.parametrize(("lang", "_key", "_html"), LANGS)
@pytest.mark.parametrize(
    "name",
    ["clientID", "responseType", "source", "redirectURI", "scope", "state", "lang", "brokerPage", "ticketID", SCRIPT],
)
def test_script_in_every_parameter(service, name, lang, _key, _html):
    """A script in any parameter, by value or by name, comes back as text in no page and no language (B10)."""
    bent = {"lang": lang, name: SCRIPT}
    page, _ = start(service, **bent)
    assert "<script>alert" not in page.text
    assert "49" not in re.findall(r"<code>([^<]*)</code>", page.text)
    where = f"/mock/phone/{SCRIPT}"
    assert "<script>alert" not in service.browser.get("/?" + urlencode({**bent, name: SCRIPT})).text
    assert "<script>alert" not in service.browser.get(where).text


@pytest.mark.parametrize(("lang", "key", "_html"), LANGS)
def test_script_in_a_service_name(world, make_service, lang, key, _html):
    """A hostile service name is text on the QR page and on the phone."""
    service = make_service(world, name=SCRIPT, name_texts={"en": SCRIPT, "zh-Hant": SCRIPT, "zh-Hans": SCRIPT})
    page, token = start(service, lang=lang)
    phone = press(service.browser, page, f"/mock/phone/{token}/scan", persona="chan-tai-man")
    asked = service.browser.get(phone.headers["Location"])
    for shown in (page, asked):
        assert "<script>alert" not in shown.text
        assert SCRIPT in unescape(shown.text)
    assert TEXTS.say("approve", key) in asked.text


def test_script_in_forms(service):
    """Hostile form values are refused without being shown."""
    page, token = start(service)
    for fields in ({"persona": SCRIPT}, {"persona": "chan-tai-man", "at": SCRIPT}, {"csrf": SCRIPT}):
        reply = press(service.browser, page, f"/mock/phone/{token}/scan", **fields)
        assert "<script>alert" not in reply.text


def test_security_headers(service):
    """Every page forbids framing, foreign content and caching; the only script is our own, by its hash."""
    page, _ = start(service)
    policy = page.headers["Content-Security-Policy"]
    for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "script-src 'sha256-"):
        assert part in policy
    assert "unsafe" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Xbridge-Mock"] == "iamsmart"
    assert "script-src" not in start(service, redirectURI="x")[0].headers["Content-Security-Policy"]
    for cookie in page.headers.getlist("Set-Cookie"):
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


def test_the_page_needs_nothing_from_elsewhere(service):
    """No address outside the mock is loaded: the QR code is drawn in the page."""
    page, token = start(service)
    assert "<svg" in page.text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//(?!localhost/mock/phone/)', page.text)
    assert f'href="http://localhost/mock/phone/{token}"' in page.text


def test_labels(service):
    """Every visible field has a label, and every region a name."""
    page, _ = start(service)
    fields = re.findall(r"<(?:select|input)(?![^>]*hidden)[^>]*id=\"([^\"]+)\"", page.text)
    assert fields
    assert all(f'for="{field}"' in page.text for field in fields)
    for region in re.findall(r'aria-labelledby="([^"]+)"', page.text):
        assert f'id="{region}"' in page.text


def test_consent_shows_who_asks_and_where_it_leads(service):
    """Before agreeing the person sees the service, the host to return to, the time and every scope (B7, B8)."""
    page, token = start(service)
    press(service.browser, page, f"/mock/phone/{token}/scan", persona="chan-tai-man")
    asked = unescape(service.browser.get(f"/mock/qr/{token}").text)
    for shown in ("Test service", "svc.example", "2025-06-02 04:00:00 UTC", "eidapi_auth", "eidapi_profiles"):
        assert shown in asked
    for decision in ("approve", "refuse", "cancel"):
        assert f'value="{decision}"' in asked


def test_phone_on_another_device(world, service):
    """A phone that followed the code decides; the browser that began is sent back, and the phone is not."""
    _, token = start(service)
    phone = Client(world.iamsmart)
    shown = phone.get(f"/mock/phone/{token}")
    assert press(phone, shown, f"/mock/phone/{token}/scan", persona="lee-siu-ming").status_code == 303
    assert "Another phone has scanned" in service.browser.get(f"/mock/qr/{token}").text
    shown = phone.get(f"/mock/phone/{token}")
    done = press(phone, shown, f"/mock/phone/{token}/decision", decision="approve")
    assert done.headers["Location"].endswith(f"/mock/phone/{token}")
    assert "Go back to the browser" in phone.get(f"/mock/phone/{token}?lang=en-US").text
    assert phone.get(f"/mock/qr/{token}/continue").status_code == 400
    back = service.browser.get(f"/mock/qr/{token}/continue")
    assert back.status_code == 302
    token_reply = service.get_token(parse_qs(urlsplit(back.headers["Location"]).query)["code"][0])
    assert service.open(token_reply["content"])["userType"] == "sign"


def test_a_code_is_scanned_once(world, service):
    """The second phone is refused, and cannot decide for the first."""
    page, token = start(service)
    press(service.browser, page, f"/mock/phone/{token}/scan", persona="chan-tai-man")
    second = Client(world.iamsmart)
    shown = second.get(f"/mock/phone/{token}")
    assert "csrf" not in shown.text
    forged = {"csrf": "0" * 64, "at": "phone", "persona": "lee-siu-ming", "decision": "approve"}
    for step in ("scan", "decision"):
        assert second.post(f"/mock/phone/{token}/{step}", data=forged).status_code == 400
    assert press(service.browser, page, f"/mock/phone/{token}/scan", persona="lee-siu-ming").status_code == 400


def test_forwarded_code(world, service):
    """Somebody else's browser cannot pick up the outcome, see the page or ask for the phase (B7)."""
    _, token = start(service)
    victim = Client(world.iamsmart)
    for path in ("", "/status", "/continue"):
        reply = victim.get(f"/mock/qr/{token}{path}")
        assert (reply.status_code, reply.headers["X-Xbridge-Mock-Code"]) == (400, "D20000")


def test_csrf(service):
    """A form without its word, with another login's or another device's word is refused."""
    page, token = start(service)
    _, other = start(service)
    foreign = re.search(r'name="csrf" value="([^"]+)"', service.browser.get(f"/mock/qr/{other}").text)
    assert foreign
    for word in ("", "0" * 64, foreign.group(1), "é"):
        reply = service.browser.post(
            f"/mock/phone/{token}/scan", data={"persona": "chan-tai-man", "at": "desk", "csrf": word}
        )
        assert reply.status_code == 400
    stranger = Client(service.world.iamsmart)
    assert press(stranger, page, f"/mock/phone/{token}/scan", persona="chan-tai-man").status_code == 400


def test_qr_lifetime(world, service):
    """A code not scanned within 120 seconds is over: the phone is refused and the service hears D40003."""
    page, token = start(service)
    world.clock.advance(119)
    assert "<svg" in service.browser.get(f"/mock/qr/{token}").text
    world.clock.advance(1)
    assert "<svg" not in service.browser.get(f"/mock/qr/{token}").text
    assert press(service.browser, page, f"/mock/phone/{token}/scan", persona="chan-tai-man").status_code == 400
    back = service.browser.get(f"/mock/qr/{token}/continue")
    assert parse_qs(urlsplit(back.headers["Location"]).query) == {"error_code": ["D40003"], "state": ["state-1"]}


def test_decision_lifetime(world, service):
    """A scanned login waits eighteen minutes for the decision, from its beginning."""
    page, token = start(service)
    press(service.browser, page, f"/mock/phone/{token}/scan", persona="chan-tai-man")
    asked = service.browser.get(f"/mock/qr/{token}")
    world.clock.advance(18 * 60)
    assert press(service.browser, asked, f"/mock/phone/{token}/decision", decision="approve").status_code == 400
    assert "D40003" in service.browser.get(f"/mock/qr/{token}/continue").headers["Location"]


def test_outcome_is_delivered_once(service):
    """The way back is open once."""
    page, token = start(service)
    assert service.browser.get(f"/mock/qr/{token}/continue").headers["Location"].endswith(f"/mock/qr/{token}")
    press(service.browser, page, f"/mock/phone/{token}/scan", persona="chan-tai-man")
    asked = service.browser.get(f"/mock/qr/{token}")
    assert press(service.browser, asked, f"/mock/phone/{token}/decision", decision="maybe").status_code == 400
    press(service.browser, asked, f"/mock/phone/{token}/decision", decision="approve")
    assert press(service.browser, asked, f"/mock/phone/{token}/decision", decision="refuse").status_code == 400
    assert service.browser.get(f"/mock/qr/{token}/continue").status_code == 302
    again = service.browser.get(f"/mock/qr/{token}/continue")
    assert (again.status_code, again.headers["X-Xbridge-Mock-Code"]) == (400, "D20004")


def test_polling(world, service):
    """The page may ask for the phase a few times a second at most, and learns nothing but the phase."""
    _, token = start(service)
    first = service.browser.get(f"/mock/qr/{token}/status")
    assert first.get_json() == {"phase": "waiting", "decided": False}
    assert service.browser.get(f"/mock/qr/{token}/status").status_code == 429
    world.clock.advance(0.4)
    assert service.browser.get(f"/mock/qr/{token}/status").status_code == 200


def test_people_without_iam_smart_hold_no_phone(service):
    """Only people with an iAM Smart account can be chosen."""
    page, token = start(service)
    assert "chan-tai-man" in page.text
    assert "yip-suk-fan" not in page.text
    assert press(service.browser, page, f"/mock/phone/{token}/scan", persona="yip-suk-fan").status_code == 400


def test_broker_page(service):
    """On a phone the page says what would happen there."""
    page, _ = start(service, brokerPage="True", source="iOS_Safari")
    assert "would open the iAM Smart app" in page.text


def test_every_text_fills_in_every_language():
    """A sentence has the same places to fill in all three languages."""
    for key, text in TEXTS.items():
        places = [sorted(re.findall(r"{(\w+)}", said)) for said in (text.en, text.zh_hant, text.zh_hans)]
        assert places[0] == places[1] == places[2], key
        assert all((text.en.strip(), text.zh_hant.strip(), text.zh_hans.strip())), key
