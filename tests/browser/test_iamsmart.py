"""A person logs in with the iAM Smart mock in a real browser: scans, agrees, refuses, cancels, waits too long."""

from __future__ import annotations

import pytest

from tests.browser.conftest import MakePerson
from tests.browser.person import Person
from tests.browser.relying_service import STATE, RelyingService
from xbridge_mocks import RunningMocks
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings
from xbridge_mocks.iamsmart.text import TEXTS
from xbridge_mocks.text import HTML_LANG, LANGUAGE_NAME, LANGUAGES, SHARED, Language

pytestmark = pytest.mark.slow

PERSONA = "chan-tai-man"
# The waiting page asks how things stand after two seconds; its clock is moved a little further than that.
PATIENCE_MS = 2_100
SETTINGS = IamSmartMockSettings()


def begin(person: Person, service: RelyingService) -> None:
    """Start a login and check that the page speaks to the person."""
    person.open(service.iamsmart_login(person.language))
    person.sees(SHARED.say("banner", person.language))
    person.sees(TEXTS.say("qr_title", person.language))


def scan(person: Person) -> None:
    """Scan with the mock phone that is on the page, and read what is asked."""
    person.field(TEXTS.say("who", person.language)).select_option(PERSONA)
    person.press(TEXTS.say("scan", person.language))
    person.sees(TEXTS.say("beware", person.language))
    person.sees(TEXTS.say("scope.eidapi_profiles", person.language))


def phone_address(person: Person) -> str:
    """The address that the QR code holds, from the link beside it."""
    link = person.find("link", TEXTS.say("qr_link", person.language))
    return str(link.get_attribute("href"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_scan_and_agree(make_person: MakePerson, service: RelyingService, language: Language) -> None:
    """Who scans and agrees is sent back to the service with a code and the service's own state."""
    person = make_person(language)
    begin(person, service)
    scan(person)
    person.leave(TEXTS.say("approve", language))
    [returned] = service.returned
    assert set(returned) == {"code", "state"}
    assert returned["state"] == STATE


@pytest.mark.parametrize(
    ("decision", "code", "language"),
    [("refuse", SETTINGS.refuse_code, "zh-Hant"), ("cancel", SETTINGS.cancel_code, "zh-Hans")],
)
def test_say_no(make_person: MakePerson, service: RelyingService, decision: str, code: str, language: Language) -> None:
    """Who refuses or cancels is sent back with the code that says so, and with no authorisation code."""
    person = make_person(language)
    begin(person, service)
    scan(person)
    person.leave(TEXTS.say(decision, language))
    assert service.returned == [{"error_code": code, "state": STATE}]


def test_the_code_expires(make_person: MakePerson, service: RelyingService, mocks: RunningMocks) -> None:
    """A page left open until its QR code has expired goes back to the service by itself and says so there."""
    person = make_person("en")
    person.stop_the_clock()
    begin(person, service)
    mocks.world.clock.advance(SETTINGS.qr_ttl_s + 1)
    with person.arrival():
        person.wait(PATIENCE_MS)
    assert service.returned == [{"error_code": SETTINGS.timeout_code, "state": STATE}]


def test_an_expired_code_cannot_be_scanned(
    make_person: MakePerson, service: RelyingService, mocks: RunningMocks
) -> None:
    """A scan that comes too late is refused on a page in the person's language, and nobody is sent anywhere."""
    person = make_person("zh-Hant")
    begin(person, service)
    mocks.world.clock.advance(SETTINGS.qr_ttl_s + 1)
    person.press(TEXTS.say("scan", "zh-Hant"))
    person.sees(TEXTS.say("error_title", "zh-Hant"))
    # The page answers a form; choosing another language there must lead to a page all the same.
    person.language = "en"
    person.press(LANGUAGE_NAME["en"], "link")
    person.sees(TEXTS.say("done.timed_out", "en"))
    assert service.returned == []


def test_another_language_in_the_middle(make_person: MakePerson, service: RelyingService) -> None:
    """The language can be changed at any step without losing the login, and stays for the steps that follow."""
    person = make_person("en")
    begin(person, service)
    person.language = "zh-Hans"
    person.press(LANGUAGE_NAME["zh-Hans"], "link")
    person.sees(TEXTS.say("qr_title", "zh-Hans"))
    scan(person)
    person.language = "zh-Hant"
    person.press(LANGUAGE_NAME["zh-Hant"], "link")
    person.sees(TEXTS.say("beware", "zh-Hant"))
    person.leave(TEXTS.say("approve", "zh-Hant"))
    assert "code" in service.returned[0]


def test_with_the_keyboard_alone(make_person: MakePerson, service: RelyingService) -> None:
    """Tab, the arrow keys and Enter are enough for a whole login, and the first Tab offers to skip to the content."""
    person = make_person("en")
    begin(person, service)
    keys = person.page.keyboard
    person.tab_to(SHARED.say("skip", "en"))
    keys.press("Enter")
    person.tab_to(TEXTS.say("qr_link", "en"), at_most=1)
    person.tab_to(TEXTS.say("who", "en"))
    keys.press("ArrowDown")
    person.tab_to(TEXTS.say("scan", "en"), at_most=1)
    with person.arrival():
        keys.press("Enter")
    person.sees("LEE, Siu Ming")
    person.tab_to(TEXTS.say("approve", "en"))
    with person.arrival():
        keys.press("Enter")
    assert "code" in service.returned[0]


@pytest.mark.parametrize("scripts", [True, False], ids=["with-javascript", "without-javascript"])
def test_the_phone_is_another_device(make_person: MakePerson, service: RelyingService, scripts: bool) -> None:
    """A phone of its own scans and agrees; the desk goes on by itself, or with its button where scripts are off."""
    desk = make_person("zh-Hans", java_script_enabled=scripts)
    if scripts:
        desk.stop_the_clock()
    phone = make_person("zh-Hant", is_mobile=True, has_touch=True, viewport={"width": 320, "height": 640})
    begin(desk, service)
    phone.open(phone_address(desk))
    scan(phone)
    phone.press(TEXTS.say("approve", "zh-Hant"))
    phone.sees(TEXTS.say("go_back", "zh-Hant"))
    assert service.returned == []
    if scripts:
        with desk.arrival():
            desk.wait(PATIENCE_MS)
    else:
        desk.press(TEXTS.say("check", "zh-Hans"))
        desk.sees(TEXTS.say("done.approved", "zh-Hans"))
        desk.leave(TEXTS.say("return", "zh-Hans"), "link")
    assert set(service.returned[0]) == {"code", "state"}


def test_the_button_without_javascript_may_be_pressed_too_early(
    make_person: MakePerson, service: RelyingService, mocks: RunningMocks
) -> None:
    """Pressed before anything was decided it changes nothing; pressed when time is over it says so."""
    person = make_person("en", java_script_enabled=False)
    begin(person, service)
    person.press(TEXTS.say("check", "en"))
    person.sees(TEXTS.say("qr_title", "en"))
    mocks.world.clock.advance(SETTINGS.qr_ttl_s + 1)
    person.press(TEXTS.say("check", "en"))
    person.sees(TEXTS.say("done.timed_out", "en"))
    person.leave(TEXTS.say("return", "en"), "link")
    assert service.returned == [{"error_code": SETTINGS.timeout_code, "state": STATE}]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_around_a_login(make_person: MakePerson, mocks: RunningMocks, language: Language) -> None:
    """The front page and the refusal of a request that no service may make are whole pages in each language."""
    person = make_person(language)
    person.open(f"{mocks.iamsmart_url}/?lang={HTML_LANG[language]}")
    person.sees(TEXTS.say("index.title", language))
    person.open(f"{mocks.iamsmart_url}/api/v1/auth/getQR?clientID=nobody")
    person.sees(TEXTS.say("error_title", language))
