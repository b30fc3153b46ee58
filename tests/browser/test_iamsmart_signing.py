"""A person signs with the iAM Smart mock in a real browser: reads who asks, compares the code, signs, refuses, cancels."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from tests.browser.conftest import MakePerson
from tests.browser.person import Person
from tests.browser.relying_service import RelyingService
from tests.mocks.iamsmart.conftest import spki
from tests.mocks.iamsmart.online_service import (
    BASE,
    DIGEST,
    DOCUMENT,
    NOTIFY,
    SIGN_SCOPES,
    SIGNED,
    OnlineService,
    documents,
    hkic_hash,
)
from tests.mocks.iamsmart.signature_check import check_hash_signature, check_pdf_signature
from xbridge_mocks import RunningMocks
from xbridge_mocks.iamsmart.identification_code import anonymous_identification_code, identification_code
from xbridge_mocks.iamsmart.text import TEXTS
from xbridge_mocks.text import LANGUAGE_NAME, LANGUAGES, SHARED, Language

pytestmark = pytest.mark.slow

SIGNER = "lee-siu-ming"
SPELLING: dict[Language, str] = {"en": "en-US", "zh-Hant": "zh-HK", "zh-Hans": "zh-CN"}
NAME = "Library card"


@pytest.fixture(scope="module")
def private_key() -> RSAPrivateKey:
    """The service's key, under which answers come."""
    return generate_private_key(65537, 2048)


@pytest.fixture
def signing(mocks: RunningMocks, service: RelyingService, private_key: RSAPrivateKey) -> OnlineService:
    """A service that asks for signatures, and to which people come back on loopback."""
    credentials = mocks.world.iamsmart.register_client(
        name=NAME, redirect_uris=[service.callback, NOTIFY], kek_public_keys=[spki(private_key)],
        scopes=SIGN_SCOPES.split(),
    )  # fmt: skip
    online = OnlineService(mocks.world, credentials, private_key)
    log_in = online.login_url
    online.login_url = lambda **bent: log_in(**{"redirectURI": service.callback, **bent})  # type: ignore[method-assign]
    return online


def say(person: Person, key: str, **values: object) -> str:
    """What the mock says to this person."""
    return TEXTS.say(key, person.language, **values)


def open_request(person: Person, mocks: RunningMocks, kind: str = "hash_signing", who: str = SIGNER) -> None:
    """Look at the phone of ``who`` and open the one request that waits there."""
    person.open(f"{mocks.iamsmart_url}/mock/phone?persona={who}&lang={SPELLING[person.language]}")
    person.press(say(person, f"ask.{kind}", service=NAME), "link")
    person.sees(SHARED.say("banner", person.language))


def read_order(person: Person, code: str) -> None:
    """Read what is to be signed, that it binds, and the code to compare."""
    for text in ("Fishing licence", "Licences", "Application", say(person, "sign.weight"), code):
        person.sees(text)
    person.sees(say(person, "sign.compare", code=code))


def code_of(signing: OnlineService) -> str:
    """The digits that the service works out after login."""
    return identification_code(DIGEST, signing.tokens[SIGNER]["openID"])


def begin_anonymously(person: Person, mocks: RunningMocks, signing: OnlineService, kind: str = "hash_signing") -> str:
    """Open the login page of an anonymous signature, scan on it, and return the digits the service works out."""
    ticket = signing.open(signing.ask_anonymously_to_sign(kind)["content"])["ticketID"]
    person.open(signing.sign_url(ticket, lang=SPELLING[person.language]).replace(BASE, mocks.iamsmart_url))
    person.field(say(person, "who")).select_option(SIGNER)
    person.press(say(person, "scan"))
    return anonymous_identification_code(DIGEST, hkic_hash("ZZ000102"), signing.credentials.client_id)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["hash_signing", "pdf_signing"])
def test_read_compare_and_sign(
    make_person: MakePerson, mocks: RunningMocks, signing: OnlineService, language: Language, kind: str
) -> None:
    """Who reads the order, compares the code and signs has signed what the service sent, and is told so."""
    signing.ask_to_sign(kind)
    person = make_person(language)
    open_request(person, mocks, kind)
    read_order(person, code_of(signing))
    person.press(say(person, "sign"))
    person.sees(say(person, "done.signed"))
    code, content = signing.open_callback()
    assert code == "D00000"
    if kind == "hash_signing":
        check_hash_signature(content, "SHA256withRSA")
    else:
        check_pdf_signature(content, DOCUMENT)


@pytest.mark.parametrize(
    ("word", "code", "language"),
    [("refuse", "D70001", "zh-Hant"), ("cancel", "D70000", "zh-Hans"), ("fail", "D70002", "en")],
)
def test_say_no(
    make_person: MakePerson, mocks: RunningMocks, signing: OnlineService, word: str, code: str, language: Language
) -> None:
    """Who refuses, cancels or cannot has signed nothing, and the service hears which of them it was."""
    signing.ask_to_sign()
    person = make_person(language)
    open_request(person, mocks)
    person.press(say(person, word))
    person.sees(say(person, {"refuse": "done.refused", "cancel": "done.cancelled", "fail": "done.failed"}[word]))
    assert signing.open_callback() == (code, {"businessID": "b-1", "state": "state-2"})


def test_with_the_keyboard_alone(make_person: MakePerson, mocks: RunningMocks, signing: OnlineService) -> None:
    """Tab and Enter lead from the list of requests to a signature; "sign" is reached before "refuse" and "cancel"."""
    signing.ask_to_sign()
    person = make_person("en")
    person.open(f"{mocks.iamsmart_url}/mock/phone?persona={SIGNER}&lang=en-US")
    keys = person.page.keyboard
    for name in (say(person, "ask.hash_signing", service=NAME), say(person, "sign")):
        person.tab_to(name)
        with person.arrival():
            keys.press("Enter")
        person.look()
    person.sees(say(person, "done.signed"))
    assert signing.open_callback()[0] == "D00000"


def test_another_language_in_the_middle(make_person: MakePerson, mocks: RunningMocks, signing: OnlineService) -> None:
    """The language can be changed before signing; order and code stay as they were."""
    signing.ask_to_sign()
    person = make_person("en")
    open_request(person, mocks)
    for language in ("zh-Hant", "zh-Hans"):
        person.language = language
        person.press(LANGUAGE_NAME[person.language], "link")
        read_order(person, code_of(signing))
    person.press(say(person, "sign"))
    person.sees(say(person, "done.signed"))


def test_a_small_phone_without_scripts(make_person: MakePerson, mocks: RunningMocks, signing: OnlineService) -> None:
    """The app link opens the order on a phone of 320 px without scripts, with the longest names a service may use."""
    signing.login_from = "Android_Chrome"
    order: dict[str, Any] = {
        "serviceName": "s" * 255, "documentName": "d" * 255, "department": "p" * 100,
        "stepupAuthMethod": '{"and":["FR","NFC"]}', "stepupAuthPeriod": 720,
    }  # fmt: skip
    ticket = signing.open(signing.ask_to_sign(**order)["content"])["ticketID"]
    person = make_person(
        "zh-Hant", java_script_enabled=False, is_mobile=True, has_touch=True, viewport={"width": 320, "height": 640}
    )
    person.page.goto(f"{mocks.iamsmart_url}/mock/app/hash-sign?ticketID={ticket}")
    person.look()
    for text in ("d" * 255, say(person, "sign.step_up.FR"), say(person, "sign.step_up.NFC")):
        person.sees(text)
    person.press(say(person, "sign"))
    person.sees(say(person, "done.signed"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["hash_signing", "pdf_signing"])
def test_sign_without_a_login(
    make_person: MakePerson, mocks: RunningMocks, service: RelyingService, signing: OnlineService, language: Language,
    kind: str,
) -> None:  # fmt: skip
    """Who scans sees the order and its code on the login page, signs, and goes back with a code for the signature."""
    person = make_person(language)
    code = begin_anonymously(person, mocks, signing, kind)
    read_order(person, code)
    person.leave(say(person, "sign"))
    [returned] = service.returned
    assert set(returned) == {"code", "businessID", "state"}
    token = signing.open(signing.get_token(returned["code"])["content"])
    given = {name: token[name] for name in ("accessToken", "openID")}
    content = signing.open(signing.call(SIGNED[kind], given)["content"])
    if kind == "hash_signing":
        check_hash_signature(content, "SHA256withRSA")
    else:
        check_pdf_signature(content, DOCUMENT)


@pytest.mark.parametrize(("word", "code"), [("refuse", "D70001"), ("cancel", "D70000")])
def test_say_no_without_a_login(
    make_person: MakePerson, mocks: RunningMocks, service: RelyingService, signing: OnlineService, word: str, code: str
) -> None:
    """Who refuses or cancels goes back with the code that says so, and there is nothing to fetch."""
    person = make_person("zh-Hans")
    begin_anonymously(person, mocks, signing)
    person.leave(say(person, word))
    assert service.returned == [{"error_code": code, "businessID": "b-1", "state": "state-1"}]


def test_the_signing_phone_is_another_device(
    make_person: MakePerson, mocks: RunningMocks, service: RelyingService, signing: OnlineService
) -> None:
    """A phone of its own scans, reads and signs; it says so there, and the desk goes on with its button."""
    ticket = signing.open(signing.ask_anonymously_to_sign("pdf_signing")["content"])["ticketID"]
    desk = make_person("en", java_script_enabled=False)
    phone = make_person("zh-Hant", is_mobile=True, has_touch=True, viewport={"width": 320, "height": 640})
    desk.open(signing.sign_url(ticket, lang="en-US").replace(BASE, mocks.iamsmart_url))
    phone.open(str(desk.find("link", say(desk, "qr_link")).get_attribute("href")))
    phone.field(say(phone, "who")).select_option(SIGNER)
    phone.press(say(phone, "scan"))
    read_order(phone, anonymous_identification_code(DIGEST, hkic_hash("ZZ000102"), signing.credentials.client_id))
    phone.press(say(phone, "sign"))
    phone.sees(say(phone, "done.signed"))
    assert service.returned == []
    desk.press(say(desk, "check"))
    desk.sees(say(desk, "done.signed"))
    desk.leave(say(desk, "return"), "link")
    assert set(service.returned[0]) == {"code", "businessID", "state"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("who", "reason", "code"), [("chan-tai-man", "not_plus", "D70004"), ("ng-wing-sze", "other_card", "D70005")]
)
def test_who_may_not_sign(
    make_person: MakePerson, mocks: RunningMocks, signing: OnlineService, language: Language, who: str, reason: str,
    code: str,
) -> None:  # fmt: skip
    """Who may not sign reads why, has one way on, and the service is told."""
    signing.ask_to_sign(persona=who)
    person = make_person(language)
    open_request(person, mocks, who=who)
    person.sees(say(person, f"sign.{reason}"))
    assert person.page.get_by_role("button").count() == 1
    person.press(say(person, "sign.understood"))
    person.sees(say(person, f"done.{reason}"))
    assert signing.open_callback()[0] == code


@pytest.mark.parametrize("language", LANGUAGES)
def test_many_documents(
    make_person: MakePerson, mocks: RunningMocks, signing: OnlineService, language: Language
) -> None:
    """The first of many documents are listed with how many there are, the longest names fit, and all are signed."""
    many = [*documents(11), {**documents(12)[11], "documentName": "n" * 255}]
    many[0]["documentName"] = "w" * 255
    signing.ask_bulk(documents=many)
    person = make_person(language)
    open_request(person, mocks, "bulk_signing")
    for text in (say(person, "sign.documents", count=12), say(person, "sign.more", count=2), "w" * 255, "Document 9"):
        person.sees(text)
    person.press(say(person, "sign"))
    person.sees(say(person, "done.signed"))
    code, content, file = signing.open_parts("sigMetada", "sigFile")
    assert code == "D00000"
    assert file is not None
    assert len(file["signatures"]) == 12
    check_hash_signature({**file["signatures"][11], "cert": content["cert"]}, "SHA256withRSA")


def test_time_runs_out_on_the_page(make_person: MakePerson, mocks: RunningMocks, signing: OnlineService) -> None:
    """A page left open until the time is over signs nothing any more, and says so in the person's language."""
    signing.ask_to_sign()
    person = make_person("zh-Hans")
    open_request(person, mocks)
    mocks.world.clock.advance(18 * 60)
    person.press(say(person, "sign"))
    person.sees(say(person, "error_title"))
    assert [signing.open_callback(one)[0] for one in signing.received] == ["D70003"]


def test_nothing_of_the_order_is_in_an_address(
    make_person: MakePerson, mocks: RunningMocks, signing: OnlineService
) -> None:
    """No address the browser visits names the service, the document, the person or the code."""
    signing.ask_to_sign()
    person = make_person("en")
    visited: list[str] = []
    note: Callable[[object], None] = lambda frame: visited.append(getattr(frame, "url", ""))  # noqa: E731
    person.page.on("framenavigated", note)
    open_request(person, mocks)
    person.press(say(person, "sign"))
    inside = [urlsplit(url) for url in visited if "/mock/request/" in url]
    assert inside
    for parts in inside:
        assert re.fullmatch(r"/mock/request/[0-9a-f]{32}", parts.path)
        assert parts.query == ""
