"""What the mock phone shows before a signature: who asks, for what document, by which code, and that it binds."""

from __future__ import annotations

import base64
import hashlib
import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from werkzeug.test import Client

from tests.mocks.iamsmart.online_service import DIGEST, SIGN, SIGN_SCOPES, hkic_hash
from xbridge_mocks.iamsmart.text import TEXTS
from xbridge_mocks.text import SHARED

LANGS = [("en-US", "en"), ("zh-HK", "zh-Hant"), ("zh-CN", "zh-Hans")]
SCRIPT = "\"'><script>alert(1)</script>{{7*7}}"
KINDS = tuple(SIGN)
APP_PATH = {"hash_signing": "hash-sign", "pdf_signing": "pdf-sign"}


def four_digits(mixed):
    """The digits of the dossier's section 10, written out once more."""
    digest = hashlib.md5(hashlib.sha512(mixed).digest()).hexdigest()
    return "".join(str(int(digest[8 * place], 16) % 10) for place in range(4))


def page_of(world, service, kind="hash_signing", persona="lee-siu-ming", **bent):
    """Ask, look into the phone, and open the request; returns the phone, its page and the address of the page."""
    phone = Client(world.iamsmart)
    assert service.ask_to_sign(kind, persona, **bent)["code"] == "D00000"
    inbox = phone.get(f"/mock/phone?persona={persona}").text
    address = re.findall(r'href="(/mock/request/[0-9a-f]+)"', inbox)[-1]
    return phone, phone.get(address), address


def press(phone, page, address, decision):
    """Press one of the buttons."""
    csrf = re.findall('name="csrf" value="([^"]+)"', page.text)[0]
    return phone.post(f"{address}/decision", data={"csrf": csrf, "decision": decision})


def scanned(service, kind, persona, lang="en-US", **bent):
    """The login page of an anonymous signature after ``persona`` scanned; returns its address and its HTML."""
    ticket = service.open(service.ask_anonymously_to_sign(kind, **bent)["content"])["ticketID"]
    page = service.browser.get("/api/v1/auth/getQR", query_string=urlsplit(service.sign_url(ticket, lang=lang)).query)
    place = re.findall('data-qr-token="([^"]+)"', page.text)[0]
    word = re.findall('name="csrf" value="([^"]+)"', page.text)[0]
    service.browser.post(f"/mock/phone/{place}/scan", data={"csrf": word, "at": "desk", "persona": persona})
    return f"/mock/qr/{place}", unescape(service.browser.get(f"/mock/qr/{place}").text)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("lang", "key"), LANGS)
def test_what_is_shown(world, signing, kind, lang, key):
    """Service, department, document, algorithm and legal weight are there in each language, and three ways to answer."""
    phone, _, address = page_of(world, signing, kind)
    shown = unescape(phone.get(f"{address}?lang={lang}").text)
    for text in (
        "Test service",
        "Fishing licence",
        "Licences",
        "Application",
        "SHA256withRSA",
        "svc.example",
        SHARED.say("banner", key),
    ):
        assert text in shown
    for name in ("sign.weight", "sign.unseen", "sign.code", "beware"):
        assert TEXTS.say(name, key) in shown
    assert TEXTS.say(f"ask.{kind}", key, service="Test service") in shown
    assert TEXTS.say(f"ask.{kind}", key, service="Test service") in unescape(
        phone.get(f"/mock/phone?persona=lee-siu-ming&lang={lang}").text
    )
    buttons = re.findall(r'name="decision" value="(\w+)"[^>]*>([^<]+)<', shown)
    assert buttons == [
        ("approve", TEXTS.say("sign", key)), ("refuse", TEXTS.say("refuse", key)), ("cancel", TEXTS.say("cancel", key)),
        ("fail", TEXTS.say("fail", key)),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_the_code_after_login(world, signing, kind):
    """The four digits are those the service works out from the digest it sent and the openID it holds."""
    _, page, _ = page_of(world, signing, kind)
    open_id = signing.tokens["lee-siu-ming"]["openID"]
    mixed = hashlib.sha256(DIGEST.encode()).digest() + hashlib.sha256(open_id.encode()).digest()
    assert re.findall('data-identification-code="([^"]+)"', page.text) == [four_digits(mixed)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("lang", "key"), LANGS)
def test_the_login_page_after_the_scan(signing, kind, lang, key):
    """An anonymous request is shown on the login page as fully, with the code made of digest, card and client."""
    _, shown = scanned(signing, kind, "lee-siu-ming", lang)
    for text in (
        "Fishing licence",
        "Licences",
        "Application",
        TEXTS.say("sign.weight", key),
        TEXTS.say("scope.eidapi_sign", key),
    ):
        assert text in shown
    assert TEXTS.say(f"ask.{kind}", key, service="Test service") in shown
    code = four_digits(f"{DIGEST}{hkic_hash('ZZ000102')}{signing.credentials.client_id}".encode())
    assert re.findall('data-identification-code="([^"]+)"', shown) == [code]
    assert TEXTS.say("sign.compare", key, code=code) in shown
    buttons = re.findall(r'name="decision" value="(\w+)">([^<]+)<', shown)
    assert buttons[:1] == [("approve", TEXTS.say("sign", key))]


def test_the_code_of_bytes(world_with, make_service):
    """Which bytes of an anonymous signature make the code is UNKNOWN, so it can be chosen."""
    service = make_service(world_with(anonymous_code_input="bytes"), scopes=SIGN_SCOPES.split())
    _, shown = scanned(service, "hash_signing", "lee-siu-ming")
    mixed = base64.b64decode(DIGEST) + base64.b64decode(hkic_hash("ZZ000102")) + service.credentials.client_id.encode()
    assert re.findall('data-identification-code="([^"]+)"', shown) == [four_digits(mixed)]


def test_nothing_is_shown_before_the_scan(signing):
    """Until somebody scans, nobody is told what is to be signed."""
    ticket = signing.open(signing.ask_anonymously_to_sign()["content"])["ticketID"]
    page = signing.browser.get("/api/v1/auth/getQR", query_string=urlsplit(signing.sign_url(ticket)).query)
    assert "Fishing licence" not in page.text
    assert "data-identification-code" not in page.text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("decision", "code", "said"),
    [
        ("approve", "D00000", "done.signed"), ("refuse", "D70001", "done.refused"), ("cancel", "D70000", "done.cancelled"),
        ("fail", "D70002", "done.failed"),
    ],
)  # fmt: skip
def test_pressing(world, signing, kind, decision, code, said):
    """A press on the page decides, the callback leaves at once, and the page says so."""
    phone, page, address = page_of(world, signing, kind)
    assert press(phone, page, address, decision).status_code == 303
    assert signing.open_callback()[0] == code
    done = phone.get(f"{address}?lang=en-US").text
    assert TEXTS.say(said, "en") in done
    assert "<form" not in done
    assert press(phone, page, address, "approve").status_code == 400
    assert len(signing.received) == 1


@pytest.mark.parametrize(("lang", "key"), LANGS)
@pytest.mark.parametrize(
    ("persona", "reason", "code"), [("chan-tai-man", "not_plus", "D70004"), ("ng-wing-sze", "other_card", "D70005")]
)
def test_who_may_not_sign(world, signing, lang, key, persona, reason, code):
    """Somebody who may not sign is told why, sees no code and no button to sign, and lets the service know."""
    phone, page, address = page_of(world, signing, persona=persona)
    shown = unescape(phone.get(f"{address}?lang={lang}").text)
    assert TEXTS.say(f"sign.{reason}", key) in shown
    assert "data-identification-code" not in shown
    for name in ("sign.weight", "sign.unseen", "beware"):
        assert TEXTS.say(name, key) not in shown
    assert re.findall(r'name="decision" value="(\w+)"[^>]*>([^<]+)<', shown) == [
        ("approve", TEXTS.say("sign.understood", key))
    ]
    press(phone, page, address, "approve")
    assert signing.open_callback() == (code, {"businessID": "b-1", "state": "state-2"})
    assert TEXTS.say(f"done.{reason}", key) in unescape(phone.get(f"{address}?lang={lang}").text)


@pytest.mark.parametrize(
    ("persona", "reason"), [("chan-tai-man", "not_plus"), ("ng-wing-sze", "other_card"), ("lee-siu-ming", "signed")]
)
def test_the_outcome_on_the_phone(signing, persona, reason):
    """After the decision the phone says what became of the signature, before the browser has gone back."""
    address, shown = scanned(signing, "pdf_signing", persona)
    assert ('value="refuse"' in shown) is (reason == "signed")
    word = re.findall('name="csrf" value="([^"]+)"', shown)[0]
    phone = address.replace("/qr/", "/phone/")
    signing.browser.post(f"{phone}/decision", data={"csrf": word, "at": "phone", "decision": "approve"})
    for page in (address, phone):
        assert TEXTS.say(f"done.{reason}", "en") in unescape(signing.browser.get(page).text)


@pytest.mark.parametrize(("lang", "key"), LANGS)
def test_step_up(world, signing, lang, key):
    """Further checks that the service wants are named, with the accounts they concern."""
    phone, _, address = page_of(
        world, signing, stepupAuthMethod='{"and":["FR","NFC"]}', stepupAuthPeriod=48, sigAlgo="NONEwithSM2"
    )  # fmt: skip
    shown = unescape(phone.get(f"{address}?lang={lang}").text)
    for name in ("sign.step_up", "sign.step_up.FR", "sign.step_up.NFC"):
        assert TEXTS.say(name, key) in shown
    assert TEXTS.say("sign.step_up_period", key, hours=48) in shown
    assert "NONEwithSM2" in shown
    _, plain, _ = page_of(world, signing, businessID="b-2", department=...)
    assert TEXTS.say("sign.step_up", "zh-Hant") not in unescape(plain.text)
    assert TEXTS.say("sign.department", "zh-Hant") not in unescape(plain.text)


@pytest.mark.parametrize("kind", KINDS)
def test_ticket(world, signing, kind):
    """A ticket opens its request through its own function of the app."""
    signing.login_from = "iOS_Safari"
    ticket = signing.open(signing.ask_to_sign(kind)["content"])["ticketID"]
    phone = Client(world.iamsmart)
    for path in {"profile", "form-filling", "re-auth", *APP_PATH.values()} - {APP_PATH[kind]}:
        assert phone.get(f"/mock/app/{path}?ticketID={ticket}").status_code == 400
    address = phone.get(f"/mock/app/{APP_PATH[kind]}?ticketID={ticket}").headers["Location"]
    assert press(phone, phone.get(address), address, "approve").status_code == 303
    assert signing.open_callback()[0] == "D00000"


def test_hostile_texts(world, make_service):
    """Whatever a service calls itself and its documents is shown as text."""
    service = make_service(world, name=SCRIPT, scopes=SIGN_SCOPES.split())
    texts = {"serviceName": SCRIPT, "documentName": SCRIPT, "department": SCRIPT}
    _, page, _ = page_of(world, service, **texts)
    _, login = scanned(service, "hash_signing", "lee-siu-ming", businessID="b-2", **texts)
    assert "<script>alert" not in page.text
    assert unescape(page.text).count(SCRIPT) >= 4
    assert login.count(SCRIPT) >= 4


def test_a_lookout_needs_no_script(world, signing):
    """The page of a request has no script, and its policy lets none run."""
    _, page, _ = page_of(world, signing)
    assert "<script" not in page.text
    assert "script-src" not in page.headers["Content-Security-Policy"]
