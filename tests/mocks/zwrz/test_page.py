"""What browsers meet: the way in, the two ways to sign in, three languages, the way out, and no open redirect."""

from __future__ import annotations

import re

import pytest
from werkzeug.test import Client

from tests.mocks.guangdong.test_authorize import HOSTILE
from tests.mocks.guangdong.test_page import outline
from tests.mocks.zwrz.office_console import BACK, callback_values
from xbridge_mocks.persona import POPULATION
from xbridge_mocks.zwrz import LoginUnfinished
from xbridge_mocks.zwrz.login import FORM_COOKIE, SESSION_COOKIE
from xbridge_mocks.zwrz.route import AUTHORIZE, LOGIN, LOGIN_BY_CODE, LOGOUT, VALIDATE
from xbridge_mocks.zwrz.wording import WORDING

LANGUAGES = ("en", "zh-Hant", "zh-Hans")


def open_login(console, browser=None, **changes):
    """Open the login page and return the browser and the page's hidden mark."""
    browser = browser or Client(console.mock)
    page = browser.get(LOGIN, query_string=console.question(**changes))
    return browser, next(field["value"] for field in outline(page).all("input") if field.get("name") == "form_mark")


def submit(console, browser, **form):
    """Send the login form."""
    return browser.post(LOGIN, query_string=console.question(), data=form)


def assert_refused(reply, status=400):
    """A refusal is an HTML page without a way out."""
    assert reply.status_code == status
    assert reply.mimetype == "text/html"
    assert "Location" not in reply.headers


@pytest.mark.parametrize("address", [each.replace("service", "console") for each in HOSTILE])
def test_unregistered_addresses_are_never_followed(console, address):
    """An address that is not the registered one, character by character, gets a page: at authorize and at login."""
    for path in (AUTHORIZE, LOGIN):
        assert_refused(Client(console.mock).get(path, query_string=console.question(redirect_uri=address)))


@pytest.mark.parametrize("changes", [
    {"client_id": "zwrz_other"}, {"client_id": None}, {"response_type": "token"}, {"scope": "openid"}, {"scope": None},
    {"redirect_uri": None}, {"redirect_uri": [BACK, BACK]}, {"state": ["a", "b"]}, {"response_type": ""},
])  # fmt: skip
def test_wrong_requests_get_a_page(console, changes):
    """A request that is wrong in any way is not sent back, even though the address is registered."""
    for path in (AUTHORIZE, LOGIN):
        assert_refused(Client(console.mock).get(path, query_string=console.question(**changes)))


def test_a_session_asks_nothing(console):
    """Who is signed in is sent back at once, until the session ends or is over."""
    browser, mark = open_login(console)
    assert submit(console, browser, form_mark=mark, persona="chan-tai-man").status_code == 302
    reply = browser.get(AUTHORIZE, query_string=console.question())
    assert reply.headers["Location"].startswith(f"{BACK}?code=")
    console.mock.clock.advance(1800)
    assert browser.get(AUTHORIZE, query_string=console.question()).headers["Location"].startswith(LOGIN)


@pytest.mark.parametrize("decision", ["approve", "app"])
def test_both_ways_in(console, decision):
    """At once or through the office app, the code stands for the same officer."""
    token = console.token(console.code("wong-mei-ling", decision=decision)).get_json()["data"]["access_token"]
    assert console.user(token).get_json()["data"]["username"] == "黄美玲"
    operations = {entry.operation for entry in console.mock.journal.entries()}
    assert ("rzloginbycode" in operations) is (decision == "app")


def store_code_for(console, browser):
    """A store code for chan-tai-man, by the platform's internal call."""
    asked = {**console.question(), "code": f"yzy-{console.mock.subjects('x')['chan-tai-man']}"}
    return browser.post(VALIDATE, data=asked).get_json()["data"]["store_code"]


def test_the_internal_calls(console):
    """A code of the app becomes a store code, which carries on a login once, for the browser and service of its form."""
    browser, mark = open_login(console)
    form = {**console.question(), "store_code": store_code_for(console, browser), "extend": "", "form_mark": mark}
    assert_refused(Client(console.mock).post(LOGIN_BY_CODE, data=form), 403)
    values = callback_values(browser.post(LOGIN_BY_CODE, data=form).headers["Location"])
    assert (set(values), values["state"]) == ({"code", "state"}, ["st"])
    assert_refused(browser.post(LOGIN_BY_CODE, data=form))
    wrong = browser.post(VALIDATE, data={**console.question(), "code": "yzy-nobody"})
    assert (wrong.status_code, wrong.get_json()["status"]) == (400, 4007)


def test_a_store_code_ends(console):
    """A store code is dead after its lifetime."""
    browser, mark = open_login(console)
    form = {**console.question(), "store_code": store_code_for(console, browser), "form_mark": mark}
    console.mock.clock.advance(120)
    assert_refused(browser.post(LOGIN_BY_CODE, data=form))


def test_forms_belong_to_one_browser(console):
    """A form of another browser, without its cookie, or with a changed mark signs nobody in."""
    browser, mark = open_login(console)
    assert_refused(submit(console, Client(console.mock), form_mark=mark, persona="chan-tai-man"), 403)
    assert_refused(submit(console, browser, form_mark="f" * 64, persona="chan-tai-man"), 403)
    browser.delete_cookie(FORM_COOKIE)
    assert_refused(submit(console, browser, form_mark=mark, persona="chan-tai-man"), 403)


def test_a_planted_session_is_worth_nothing(console):
    """Signing in gives a new session value, so one that was put into the browser before names nobody."""
    browser, mark = open_login(console)
    browser.set_cookie(SESSION_COOKIE, "planted")
    submit(console, browser, form_mark=mark, persona="chan-tai-man")
    assert browser.get_cookie(SESSION_COOKIE).value != "planted"


def test_only_officers_are_offered(console):
    """The page offers people with a personal account, and nobody else can be picked."""
    browser, mark = open_login(console)
    page = browser.get(LOGIN, query_string=console.question())
    offered = [button["value"] for button in outline(page).all("button") if button.get("name") == "persona"]
    assert offered == [each.key for each in POPULATION if each.guangdong and each.guangdong.usertype == "1"]
    assert_refused(submit(console, browser, form_mark=mark, persona="yeung-man-yee"))
    assert_refused(submit(console, browser, form_mark=mark, persona="chan-tai-man", app="lee-siu-ming"))
    with pytest.raises(ValueError, match="does not offer"):
        console.code("yeung-man-yee")


@pytest.mark.parametrize("address", ["https://console.example/", "https://console.example:443/bye?a=1"])
def test_logout_goes_back(console, address):
    """The session ends and the browser goes back to any address at the origin of that service."""
    browser, mark = open_login(console)
    submit(console, browser, form_mark=mark, persona="chan-tai-man")
    reply = browser.get(LOGOUT, query_string={"client_id": console.credentials.client_id, "backurl": address})
    assert (reply.status_code, reply.headers["Location"]) == (302, address)
    assert browser.get(AUTHORIZE, query_string=console.question()).headers["Location"].startswith(LOGIN)


@pytest.mark.parametrize("address", [
    "https://evil.example/", "https://console.example@evil.example/", "//evil.example", "javascript:alert(1)", "",
    "https://console.example\\.evil.example/", "http://console.example/",
])  # fmt: skip
def test_logout_goes_nowhere_else(console, address):
    """Any other address gets a page, and so does an unknown service; the session ends all the same."""
    browser, mark = open_login(console)
    submit(console, browser, form_mark=mark, persona="chan-tai-man")
    assert_refused(browser.get(LOGOUT, query_string={"client_id": console.credentials.client_id, "backurl": address}))
    assert browser.get(AUTHORIZE, query_string=console.question()).headers["Location"].startswith(LOGIN)
    assert_refused(browser.get(LOGOUT, query_string={"client_id": "other", "backurl": "https://console.example/"}))
    assert browser.get(LOGOUT).status_code == 200


@pytest.mark.parametrize("lang", LANGUAGES)
def test_pages_in_each_language(console, lang):
    """Every page speaks one language, names the service in it, and links to the other two."""
    browser, mark = open_login(console)
    pages = [
        browser.get(LOGIN, query_string=console.question(lang=lang)),
        browser.post(LOGIN, query_string=console.question(lang=lang), data={"form_mark": mark, "app": "chan-tai-man"}),
        browser.get(LOGOUT, query_string={"lang": lang}), browser.get("/", query_string={"lang": lang}),
        browser.get(AUTHORIZE, query_string={"lang": lang}),
    ]  # fmt: skip
    for page in pages:
        parsed = outline(page)
        assert parsed.all("html")[0]["lang"].startswith(lang)
        assert len([link for link in parsed.all("a") if link.get("hreflang")]) == 3
        assert WORDING.say("platform", lang) in page.get_data(as_text=True)
        assert not parsed.all("script")
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert page.headers["X-Xbridge-Mock"] == "zwrz"
    name = {"en": "Archive console", "zh-Hant": "檔案系統", "zh-Hans": "档案系统"}[lang]
    assert all(name in page.get_data(as_text=True) for page in pages[:2])


def test_texts_keep_to_their_script():
    """No sentence is missing, and neither Chinese script has characters of the other."""
    hans_only, hant_only = set("录证码认书应户请务专业时为与这统"), set("錄證碼認書應戶請務專業時為與這統")
    for key, text in WORDING.items():
        assert not re.search(r"[\u4e00-\u9fff]", text.en), key
        assert not hans_only & set(text.zh_hant), key
        assert not hant_only & set(text.zh_hans), key


def test_scripted_officers_report_a_refusal(console):
    """log_in says that the platform refused, that the person left, or that a decision is none."""
    with pytest.raises(LoginUnfinished) as caught:
        console.mock.log_in(console.url(scope="x"), "chan-tai-man")
    assert caught.value.status == 400
    with pytest.raises(LoginUnfinished, match="left"):
        console.code(decision="leave")
    with pytest.raises(ValueError, match="one of approve"):
        console.code(decision="refuse")


@pytest.mark.parametrize("document", [
    {"name": 1, "redirect_uris": [BACK]}, {"name": "a", "redirect_uris": BACK}, {"name": "a", "redirect_uris": []},
    {"name": "a", "redirect_uris": ["http://evil.example/"]}, {"name": "a", "redirect_uris": [BACK], "more": 1},
    {"name": "a", "redirect_uris": [BACK], "name_texts": {"en": 1}}, {"name": "a", "redirect_uris": [f"{BACK}?state=x"]},
])  # fmt: skip
def test_registration_is_strict(console, document):
    """A service is registered completely and exactly, or not at all."""
    with pytest.raises(ValueError, match=r"."):
        console.mock.register_from(document)
    assert console.mock.register_from({"name": "a", "redirect_uris": [BACK]}).client_id.startswith("zwrz_")
