"""The portal as a person meets it: every page in three languages, every wrong turn."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.unit.demo.conftest import Browser
from xbridge.core.language import LANGUAGES
from xbridge.demo.portal import FLOWS
from xbridge.demo.wording import word
from xbridge.web.button import button_text, more_info
from xbridge_mocks.persona import persona

ENQUIRY, DELIVERY = FLOWS


@pytest.mark.slow
@pytest.mark.parametrize("browser", LANGUAGES, indirect=True)
def test_a_person_walks_the_whole_journey(browser: Browser, request: pytest.FixtureRequest) -> None:
    """Every page of the journey is there in each language, and says what happened."""
    language = request.node.callspec.params["browser"]
    # Each language has its own person, because an account can be linked once.
    who = {"en": "chan-tai-man", "zh-Hant": "chow-kat-cheung", "zh-Hans": "lee-siu-ming"}[language]

    def says(page: str, *keys: str) -> None:
        for key in keys:
            assert word(key, language) in page, key

    home = browser.open("/")
    assert home.status_code == 200
    assert f'<html lang="{language}">' in home.text
    says(home.text, "banner", "step_login", "login_iamsmart", "login_guangdong")
    says(browser.log_in("iamsmart", persona=who).text, "logged_in")
    says(browser.log_in("guangdong", persona=who).text, "step_link", "show_link")
    says(browser.open("/link").text, "agree")
    says(browser.press("/link").text, "linked", "step_use", ENQUIRY, DELIVERY)
    for service in FLOWS:
        notice = browser.open(f"/consent/{service}")
        says(notice.text, "agree", "refuse", "back")
        says(browser.press(f"/consent/{service}", answer="given").text, "state_given", "use", "withdraw")
    used = browser.press(f"/use/{ENQUIRY}")
    says(used.text, "decided", "outcome_permit_with_obligations", "received", "why")
    says(browser.press(f"/use/{DELIVERY}").text, "delivered")
    says(browser.press(f"/withdraw/{ENQUIRY}").text, "state_withdrawn", "again", "evidence")
    again = browser.press(f"/again/{ENQUIRY}")
    says(again.text, "refused")
    assert "invalid_token" in again.text
    bundle = browser.open(f"/evidence/{ENQUIRY}")
    assert bundle.headers["content-type"] == "application/zip"
    assert bundle.content.startswith(b"PK")
    refused = browser.press(f"/consent/{ENQUIRY}", answer="refused")
    assert refused.status_code == 409, "an answer needs an offer"
    browser.open(f"/consent/{ENQUIRY}")
    says(browser.press(f"/consent/{ENQUIRY}", answer="refused").text, "state_refused")


@pytest.mark.slow
@pytest.mark.parametrize("browser", LANGUAGES, indirect=True)
def test_a_person_who_says_no_is_told_so(browser: Browser, request: pytest.FixtureRequest) -> None:
    """A refusal on the phone is a normal page with the way back, not an error page."""
    language = request.node.callspec.params["browser"]
    page = browser.log_in("iamsmart", decision="refuse")
    assert page.status_code == 403
    assert word("said_no", language) in page.text
    assert word("back", language) in page.text


def test_forms_need_the_guard_of_their_session(browser: Browser) -> None:
    """A form that another site made for this browser changes nothing."""
    assert browser.http.post("/login/iamsmart", data={"guard": "guessed"}).status_code == 403
    assert browser.http.post("/login/iamsmart").status_code == 403


def test_steps_out_of_order_are_refused(browser: Browser) -> None:
    """Nothing can be used before it was linked and agreed to."""
    assert browser.press("/link").status_code == 409
    assert browser.open(f"/consent/{ENQUIRY}").status_code == 409
    for action in ("use", "again", "withdraw", "consent"):
        assert browser.press(f"/{action}/{ENQUIRY}").status_code == 409, action
    assert browser.open(f"/evidence/{ENQUIRY}").status_code == 409


def test_what_does_not_exist_is_not_found(browser: Browser) -> None:
    """Unknown services, providers and paths end with 404, unknown methods with 405."""
    assert browser.open("/consent/passport-photo").status_code == 404
    assert browser.press("/login/facebook").status_code == 404
    assert browser.open("/nowhere").status_code == 404
    assert browser.open("/introspect").status_code == 405


def test_a_callback_that_nobody_began_is_refused_without_a_trace_of_it(browser: Browser) -> None:
    """A forged callback shows a typed refusal; its parameters are not repeated."""
    page = browser.open("/cb/hk?code=forged-code-value&state=%3Cscript%3Ealert(1)%3C/script%3E")
    assert page.status_code == 400
    assert "callback_invalid" in page.text
    assert "forged-code-value" not in page.text
    assert "<script>" not in page.text


def test_introspection_wants_an_authenticated_service(browser: Browser) -> None:
    """Without a proper client assertion nobody learns anything about a token."""
    assert browser.http.post("/introspect", data={"token": "x"}).json() == {"error": "invalid_request"}
    form = {
        "token": "x",
        "client_id": "gd-hrss",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": "not.a.jwt",
    }
    reply = browser.http.post("/introspect", data=form)
    assert (reply.status_code, reply.json()) == (401, {"error": "invalid_client"})


def test_published_keys_are_public(browser: Browser) -> None:
    """The key set and the trust file hold public members only (lessons.md C13)."""
    for key in browser.open("/.well-known/jwks.json").json()["keys"]:
        assert set(key) <= {"kty", "crv", "x", "y", "kid", "alg", "use"}
    for key in browser.open("/trust.json").json()["keys"]:
        assert set(key["jwk"]) <= {"kty", "crv", "x", "y", "kid", "alg", "use"}


# --- The form --------------------------------------------------------------------------------------------------------


def answer(browser: Browser, decision: str) -> None:
    """Answer the one request that waits on the mock phone."""
    address, headers = browser.stage.mock_urls["iamsmart"], {"X-Mock-Secret": browser.stage.control_secret}
    (waiting,) = httpx.get(f"{address}/__mock__/requests", headers=headers, trust_env=False).json()["requests"]
    document = {"business_id": waiting["business_id"], "decision": decision}
    httpx.post(f"{address}/__mock__/decisions", json=document, headers=headers, trust_env=False).raise_for_status()


@pytest.mark.slow
@pytest.mark.parametrize("browser", LANGUAGES, indirect=True)
def test_a_person_lets_a_form_be_filled(browser: Browser, request: pytest.FixtureRequest) -> None:
    """What is asked for is named first; the page waits, shows the form once, and says so when the person said no."""
    language = request.node.callspec.params["browser"]

    def says(page: str, *keys: str) -> None:
        for key in keys:
            assert word(key, language) in page, key

    assert word("step_form", language) not in browser.open("/").text
    assert browser.press("/form").status_code == 409
    says(browser.log_in("iamsmart", persona="lee-siu-ming").text, "step_form", "form_name")
    says(browser.open("/form").text, "form_purpose", "more_info", "field_residentialAddress")
    assert more_info(language)[0] in browser.open("/form").text
    assert button_text("form", language) in browser.open("/form").text
    says(browser.press("/form").text, "waiting_title", "waiting_phone", "look_again", "mock_phone")
    says(browser.open("/form/answer").text, "waiting_title")
    answer(browser, "approve")
    filled = browser.open("/form/answer").text
    says(filled, "answer_done", "field_enName", "field_residentialAddress")
    assert "九龍油尖旺區樣本里示例街12號模擬大廈A座5樓502室" in filled
    number = persona("lee-siu-ming").hkid
    assert number[:3] in filled
    assert number[:7] not in filled
    assert browser.open("/form/answer").status_code == 409
    browser.press("/form")
    answer(browser, "refuse")
    says(browser.open("/form/answer").text, "answer_declined")


def test_whoever_forges_a_callback_learns_nothing(browser: Browser) -> None:
    """Anything posted to the callback address is answered alike, and shows nowhere."""
    for body in (b"", b"{}", b"\xff" * 100, b'{"code":"D00000","secretKey":"AAAA","content":"AAAA"}'):
        reply = browser.http.post("/push/hk", content=body, headers={"Content-Type": "application/json"})
        assert (reply.status_code, reply.content) == (200, b"")
    assert browser.open("/push/hk").status_code == 405
    assert browser.open("/form/answer").status_code == 409


# --- The signature ---------------------------------------------------------------------------------------------------


def linked(browser: Browser, who: str) -> None:
    """Log in on both sides and link."""
    for provider in ("iamsmart", "guangdong"):
        browser.log_in(provider, persona=who)
    browser.open("/link")
    browser.press("/link")


@pytest.mark.slow
def test_a_person_signs_a_consent(browser: Browser) -> None:
    """The notice offers to sign; the page shows four digits while it waits; the record is signed by both."""
    linked(browser, "lee-siu-ming")
    notice = browser.open(f"/consent/{ENQUIRY}").text
    assert button_text("sign", "en") in notice
    assert word("sign_means", "en") in notice
    assert more_info("en")[0] in notice
    waiting = browser.press(f"/sign/{ENQUIRY}").text
    assert word("code_compare", "en") in waiting
    assert re.search(r"</span>[0-9]{4}</p>", waiting)
    assert browser.press(f"/consent/{ENQUIRY}", answer="signed").status_code == 400
    answer(browser, "approve")
    arrived = browser.open(f"/sign/{ENQUIRY}/answer").text
    assert word("signature_done", "en") in arrived
    assert "sha256:" in arrived
    home = browser.press(f"/consent/{ENQUIRY}", answer="signed").text
    assert word("signed_by_both", "en") in home
    assert browser.press(f"/sign/{ENQUIRY}").status_code == 409
    assert browser.open(f"/sign/{ENQUIRY}/answer").status_code == 409
    assert b"subject/0001.json" in browser.open(f"/evidence/{ENQUIRY}").content
    # A no on the phone leaves the other notice as it was.
    browser.open(f"/consent/{DELIVERY}")
    browser.press(f"/sign/{DELIVERY}")
    answer(browser, "refuse")
    declined = browser.open(f"/sign/{DELIVERY}/answer").text
    assert word("signature_declined", "en") in declined
    assert word("signature_instead", "en") in declined
    assert word("signed_by_us", "en") in browser.press(f"/consent/{DELIVERY}", answer="given").text


@pytest.mark.slow
def test_nobody_without_iam_smart_plus_is_offered_to_sign(browser: Browser) -> None:
    """The page does not offer what the account cannot do, and asking all the same is refused."""
    linked(browser, "wong-mei-ling")
    assert button_text("sign", "en") not in browser.open(f"/consent/{ENQUIRY}").text
    assert browser.press(f"/sign/{ENQUIRY}").status_code == 409
    assert browser.press(f"/consent/{ENQUIRY}", answer="signed").status_code == 409
