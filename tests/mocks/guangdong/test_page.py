"""The pages people see: three languages, escaping, headers, the form guard."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from werkzeug.test import Client

from tests.mocks.guangdong.relying_service import BASE, LOGIN, account_of, callback_values
from xbridge_mocks.guangdong.session import FORM_COOKIE, SESSION_COOKIE
from xbridge_mocks.guangdong.wording import WORDING
from xbridge_mocks.persona import POPULATION

LANGUAGES = ("en", "zh-Hant", "zh-Hans")
SCRIPT = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
SERVICE_NAME = {"en": "Social insurance enquiry", "zh-Hant": "社保查詢", "zh-Hans": "社保查询"}


class Outline(HTMLParser):
    """What a browser would make of a page: its tags, its attributes, its form fields."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep every element."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every element of this kind."""
        return [attrs for name, attrs in self.tags if name == tag]


def outline(reply) -> Outline:
    """Parse a page."""
    parsed = Outline()
    parsed.feed(reply.get_data(as_text=True))
    return parsed


def query(service, **more):
    """The query of the login page."""
    return {"client_id": service.credentials.client_id, "redirect_uri": service.redirect_uri, **more}


def open_login(service, browser=None, **more):
    """Open the login page and return the browser, the page and its hidden mark."""
    browser = browser or Client(service.mock)
    page = browser.get(LOGIN, query_string=query(service, **more))
    mark = next(field["value"] for field in outline(page).all("input") if field.get("name") == "form_mark")
    return browser, page, mark


def submit(service, browser, **form):
    """Send the login form."""
    return browser.post(LOGIN, query_string=query(service), data=form)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_login_page_in_each_language(service, lang):
    """The page speaks one language, names the service in it, and links to the other two."""
    _, page, _ = open_login(service, lang=lang)
    text = page.get_data(as_text=True)
    assert outline(page).all("html")[0]["lang"].startswith(lang)
    assert WORDING.say("sign_in", lang) in text
    assert SERVICE_NAME[lang] in text
    assert "service.example" in text
    assert len([link for link in outline(page).all("a") if link.get("hreflang")]) == 3
    assert page.headers["X-Xbridge-Mock"] == "guangdong"


def test_every_text_is_in_three_languages():
    """No sentence is missing, and Chinese sentences are written twice, not copied."""
    for key, text in WORDING.items():
        assert text.en.strip(), key
        assert text.zh_hant.strip(), key
        assert text.zh_hans.strip(), key
        assert not re.search(r"[\u4e00-\u9fff]", text.en), key
        assert re.search(r"[\u4e00-\u9fff]", text.zh_hant), key


def test_chinese_wording_keeps_to_its_script():
    """Characters that exist in one script only do not appear in the other."""
    hans_only, hant_only = set("录证码认书应户请务专业时为与这"), set("錄證碼認書應戶請務專業時為與這")
    for key, text in WORDING.items():
        assert not hans_only & set(text.zh_hant), key
        assert not hant_only & set(text.zh_hans), key


def test_page_works_without_scripts_and_from_nowhere_else(service):
    """There is no script and no address of another host on the page, and the policy admits none."""
    _, page, _ = open_login(service)
    parsed = outline(page)
    assert not parsed.all("script")
    linked = [attrs.get("src") or attrs.get("href") or "" for tag, attrs in parsed.tags if tag in {"img", "link", "a"}]
    # `data:,` is the empty icon that keeps browsers from asking for one.
    assert all(address == "data:," or not re.match(r"[a-z]+:|//", address) for address in linked)
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Frame-Options"] == "DENY"


def test_every_field_has_a_label(service):
    """Each field a person fills in is named by a label."""
    _, page, _ = open_login(service)
    parsed = outline(page)
    labelled = {label["for"] for label in parsed.all("label")}
    visible = [field for field in parsed.all("input") if field.get("type") != "hidden"]
    assert {field["id"] for field in visible} == labelled == {"username", "password"}


def test_everybody_with_an_account_is_offered(service):
    """The page offers the account holders and nobody else."""
    _, page, _ = open_login(service)
    offered = [button["value"] for button in outline(page).all("button") if button.get("name") == "persona"]
    assert offered == [person.key for person in POPULATION if person.guangdong]


def test_password_login(service):
    """The login name and password shown on the page open the account."""
    account = account_of("lee-siu-ming")
    browser, page, mark = open_login(service)
    assert account.uid in page.get_data(as_text=True)
    assert account.password in page.get_data(as_text=True)
    reply = submit(service, browser, form_mark=mark, username=account.uid, password=account.password)
    assert reply.status_code == 302
    token = service.access_token(callback_values(reply.headers["Location"])["code"][0]).get_json()["access_token"]
    assert service.tokeninfo(token).get_json()["userobj"]["useridcode"] == account.useridcode


@pytest.mark.parametrize(
    "form",
    [
        {"username": "chan_tai_man", "password": "wrong"},
        {"username": "chan_tai_man", "password": ""},
        {"username": "nobody", "password": "mock-101"},
        {"username": "chan_tai_man"},
        {"persona": "nobody"},
        {"persona": "ng-wing-sze"},
        {"persona": ""},
        {},
    ],
)
def test_failed_login_stays_on_the_page(service, form):
    """A failed login shows the page again, says no more than that, and signs nobody in."""
    browser, _, mark = open_login(service)
    reply = submit(service, browser, form_mark=mark, **form)
    assert reply.status_code == 403
    assert 'role="alert"' in reply.get_data(as_text=True)
    assert browser.get_cookie(SESSION_COOKIE) is None


@pytest.mark.parametrize("mark", ["", "0" * 64, "ü", None])
def test_form_without_its_mark_is_refused(service, mark):
    """A form that another site made up is refused before the password is looked at."""
    browser, _, _ = open_login(service)
    form = {"persona": "chan-tai-man"} | ({} if mark is None else {"form_mark": mark})
    reply = submit(service, browser, **form)
    assert reply.status_code in {400, 403}
    assert browser.get_cookie(SESSION_COOKIE) is None


def test_form_of_another_browser_is_refused(service):
    """A mark belongs to the browser it was made for."""
    _, _, mark = open_login(service)
    other, _, _ = open_login(service)
    assert submit(service, other, form_mark=mark, persona="chan-tai-man").status_code == 403
    assert submit(service, Client(service.mock), form_mark=mark, persona="chan-tai-man").status_code == 403


def test_form_of_another_service_is_refused(service):
    """A mark belongs to the service and address it was made for."""
    browser, _, mark = open_login(service)
    other = service.mock.register_client(name="Other", redirect_uris=["https://other.example/cb"])
    reply = browser.post(
        LOGIN,
        query_string={"client_id": other.client_id, "redirect_uri": "https://other.example/cb"},
        data={"form_mark": mark, "persona": "chan-tai-man"},
    )
    assert reply.status_code == 403


def test_cookies_are_out_of_reach_of_scripts(service):
    """Both cookies are HttpOnly and SameSite=Lax, and Secure when the mock is served over https."""
    url = "https://tyrz.example"
    browser = Client(service.mock)
    page = browser.get(LOGIN, query_string=query(service), base_url=url)
    mark = outline(page).all("input")[0]["value"]
    reply = browser.post(
        LOGIN, query_string=query(service), base_url=url, data={"form_mark": mark, "persona": "chan-tai-man"}
    )
    for answer, name in ((page, FORM_COOKIE), (reply, SESSION_COOKIE)):
        (cookie,) = (line for line in answer.headers.getlist("Set-Cookie") if line.startswith(f"{name}="))
        assert {"HttpOnly", "SameSite=Lax", "Secure"} <= {part.strip() for part in cookie.split(";")}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", ["/", f"{BASE}/authorize", LOGIN, "/_tif_sso_logout_/", "/no/such/path"])
@pytest.mark.parametrize("name", ["service", "response_type", "client_id", "scope", "redirect_uri", "state", "other"])
def test_script_in_any_parameter_is_escaped(service, lang, path, name):
    """Lesson B10: whatever arrives in whichever parameter, on every page and in every language, is only text."""
    values = service.authorize_params(lang=lang) | {name: SCRIPT}
    if path.startswith("/_tif") and name != "redirect_uri":
        del values["redirect_uri"]  # A registered address would be followed, and there would be no page to look at.
    reply = Client(service.mock).get(path, query_string=values, follow_redirects=True)
    text = reply.get_data(as_text=True)
    assert reply.mimetype == "text/html"
    assert "<script" not in text
    assert not outline(reply).all("img")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_script_in_the_form_and_the_name_is_escaped(service, lang):
    """The name of a service and what a person typed are text, too."""
    evil = service.mock.register_client(name=SCRIPT, redirect_uris=["https://service.example/cb"])
    service.credentials = evil
    browser, page, mark = open_login(service, lang=lang)
    again = submit(service, browser, form_mark=mark, username=SCRIPT, password=SCRIPT)
    for reply in (page, again):
        assert "<script" not in reply.get_data(as_text=True)
        assert not outline(reply).all("img")


def test_script_as_language_falls_back(service):
    """An unknown language is passed over and never written anywhere."""
    reply = Client(service.mock).get(LOGIN, query_string=query(service, lang=SCRIPT))
    assert reply.status_code == 200
    assert "<script" not in reply.get_data(as_text=True)
    assert outline(reply).all("html")[0]["lang"].startswith("zh-Hant")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_refusal_page_says_what_to_do(service, lang):
    """A refusal names the failed check and, for an address, what arrived."""
    values = query(service, lang=lang) | {"redirect_uri": "https://service.example/cb/"}
    reply = Client(service.mock).get(LOGIN, query_string=values)
    text = reply.get_data(as_text=True)
    assert WORDING.say("refused_redirect", lang) in text
    assert "https://service.example/cb/" in text
    assert "40030" in text


def test_language_survives_the_way_from_authorize(service):
    """A demo that opens authorize in English lands on an English login page."""
    values = service.authorize_params(lang="en-US")
    reply = Client(service.mock).get(f"{BASE}/authorize", query_string=values, follow_redirects=True)
    assert outline(reply).all("html")[0]["lang"] == "en"
