"""The page on which a company is chosen: whose it is, what it offers, when it ends."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from werkzeug.test import Client

from tests.mocks.corpid.corporate_service import BASE, CALLBACK

WORDS = {"en-US": "Choose the company", "zh-HK": "選擇公司", "zh-CN": "选择公司"}


class Visit:
    """A browser that has agreed on its phone page and now sees the companies."""

    def __init__(self, service, persona="lee-siu-ming", lang="en-US"):
        self.browser = Client(service.world.corpid)
        page = self._get(service.login_url(lang=lang))
        self.token = re.findall(r'data-qr-token="([^"]+)"', page.text)[0]
        self._post(f"/mock/phone/{self.token}/scan", page, persona=persona, at="desk")
        page = self._get(f"/mock/qr/{self.token}")
        self._post(f"/mock/phone/{self.token}/decision", page, decision="approve", at="desk")
        self.page = self._get(self.continued)

    @property
    def continued(self):
        """Where the browser goes after the decision."""
        return f"/mock/qr/{self.token}/continue"

    def choose(self, company, *, browser=None, csrf=None):
        """Press the button of a company."""
        word = csrf or re.findall(r'name="csrf" value="([^"]+)"', self.page.text)[-1]
        where = f"/mock/company/{self.token}"
        return (browser or self.browser).post(where, data={"csrf": word, "company": company}, base_url=BASE)

    def finish(self):
        """Go on and return the callback's parameters."""
        reply = self._get(self.continued)
        assert reply.status_code == 302
        assert reply.headers["Location"].startswith(CALLBACK)
        return dict(parse_qsl(urlsplit(reply.headers["Location"]).query))

    def _get(self, path):
        parts = urlsplit(path)
        return self.browser.get(parts.path, query_string=parts.query, base_url=BASE)

    def _post(self, path, page, **pressed):
        word = re.findall(r'name="csrf" value="([^"]+)"', page.text)[-1]
        reply = self.browser.post(path, data={"csrf": word, **pressed}, base_url=BASE)
        assert reply.status_code == 303


@pytest.mark.parametrize("lang", WORDS)
def test_the_page_says_who_asks_for_what(service, lang):
    """The page names service, person, companies, scopes and where it leads, in each language."""
    page = Visit(service, lang=lang).page
    text = page.text
    assert page.status_code == 200
    assert WORDS[lang] in text
    assert {"Test service", "svc.example", "corpidapi_auth", "00000101", "00000110"} <= set(
        re.findall(r"Test service|svc\.example|corpidapi_auth|\d{8}", text)
    )
    assert "Content-Security-Policy" in page.headers
    assert not re.search(r"<script", text)


def test_one_company_once(service):
    """The choice counts once; after it the browser goes back with both codes, once."""
    visit = Visit(service)
    assert visit.choose("sample-trading").status_code == 303
    assert visit.choose("sample-noodles").status_code == 400
    assert set(visit.finish()) == {"code", "state", "corpMockCode"}
    assert visit._get(visit.continued).status_code == 400


def test_without_a_choice_there_is_no_way_back(service):
    """Going on without a choice shows the companies again."""
    visit = Visit(service)
    assert visit._get(visit.continued).status_code == 200
    visit.choose("")
    assert visit.finish() == {"error_code": "M40000", "state": "state-1"}


def test_somebody_who_acts_for_nobody(service):
    """A person without a company is told so, and can only turn back."""
    visit = Visit(service, persona="ng-wing-sze")
    assert "may not act for any company" in visit.page.text
    assert visit.choose("sample-trading").status_code == 400
    visit.choose("")
    assert visit.finish()["error_code"] == "M40000"


def test_the_choice_is_the_browser_s_own(service):
    """Another browser, and a form that this one was not given, choose nothing."""
    visit = Visit(service)
    assert visit.choose("sample-trading", browser=Client(service.world.corpid)).status_code == 400
    assert visit.choose("sample-trading", csrf="0" * 64).status_code == 400
    assert visit.choose("sample-trading").status_code == 303


def test_the_phone_does_not_choose(service):
    """A phone of its own has a word for its own forms, and with it chooses nothing: the browser that began does."""
    phone = Client(service.world.corpid)
    browser = Client(service.world.corpid)
    token = re.findall(r'data-qr-token="([^"]+)"', browser.get(service.login_url()).text)[0]
    here = f"{BASE}/mock/phone/{token}"

    def press(step, **pressed):
        word = re.findall(r'name="csrf" value="([^"]+)"', phone.get(here).text)[-1]
        return word, phone.post(f"{here}/{step}", data={"csrf": word, "at": "phone", **pressed}).status_code

    assert press("scan", persona="lee-siu-ming")[1] == 303
    word, status = press("decision", decision="approve")
    assert status == 303
    choice = {"csrf": word, "company": "sample-trading"}
    assert phone.post(f"{BASE}/mock/company/{token}", data=choice).status_code == 400
    assert browser.get(f"{BASE}/mock/qr/{token}/continue").status_code == 200


def test_the_choice_waits_eighteen_minutes(service):
    """Somebody who walks away from the companies has timed out, whatever is pressed afterwards."""
    early, late = Visit(service), Visit(service)
    service.world.clock.advance(18 * 60 - 1)
    early.choose("sample-trading")
    assert "corpMockCode" in early.finish()
    service.world.clock.advance(1)
    assert late.finish() == {"error_code": "M40003", "state": "state-1"}
    assert late.choose("sample-trading").status_code == 400


def test_the_phone_is_asked_first(service):
    """Before the decision on the phone nobody can choose a company."""
    browser = Client(service.world.corpid)
    page = browser.get(service.login_url())
    token = re.findall(r'data-qr-token="([^"]+)"', page.text)[0]
    word = re.findall(r'name="csrf" value="([^"]+)"', page.text)[-1]
    assert browser.post(f"{BASE}/mock/company/{token}", data={"csrf": word, "company": "x"}).status_code == 400
    assert browser.get(f"{BASE}/mock/qr/{token}/continue").status_code == 303


def test_the_first_page_names_who_lives_here(service):
    """The index lists those who may act for a company, with the companies."""
    text = service.browser.get("/?lang=en").text
    assert "Sample Noodles Limited" in text
    assert "ng-wing-sze" not in text


def test_the_journal_hides_what_opens_something(service):
    """Addresses in the journal show scopes, and neither tokens nor codes nor the state."""
    visit = Visit(service)
    visit.choose("sample-trading")
    back = visit.finish()
    paths = " ".join(entry.path for entry in service.mock.journal.entries())
    assert "corpMock=true" in paths
    assert not [secret for secret in (visit.token, "state-1", back["code"], back["corpMockCode"]) if secret in paths]
