"""A person signs in to the Guangdong mock in a real browser: with a password, by picking somebody, and wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import MakePerson
from tests.browser.person import Person
from tests.browser.relying_service import RelyingService
from xbridge_mocks import RunningMocks
from xbridge_mocks.guangdong.wording import WORDING
from xbridge_mocks.persona import persona
from xbridge_mocks.text import LANGUAGE_NAME, LANGUAGES, Language

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = pytest.mark.slow

RESIDENT = persona("chan-tai-man")
NAMES: dict[Language, str] = {
    "en": RESIDENT.name_en,
    "zh-Hant": RESIDENT.name_zh_hant,
    "zh-Hans": RESIDENT.name_zh_hans,
}
assert RESIDENT.guangdong is not None
ACCOUNT = RESIDENT.guangdong


def card(person: Person) -> Locator:
    """The resident among the invented people: by login name, since another one has the same name."""
    return person.page.get_by_role("article", name=ACCOUNT.uid, exact=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_a_password_after_a_wrong_one(
    make_person: MakePerson, service: RelyingService, language: Language
) -> None:
    """A wrong password is told and the person stays; the right one leads back to the service with a code."""
    person = make_person(language)
    person.open(service.guangdong_login())
    for password, right in ((ACCOUNT.password + "x", False), (ACCOUNT.password, True)):
        person.field(WORDING.say("username", language)).fill(ACCOUNT.uid)
        person.field(WORDING.say("password", language)).fill(password)
        if right:
            person.leave(WORDING.say("sign_in", language))
        else:
            person.press(WORDING.say("sign_in", language))
            person.sees(WORDING.say("login_failed", language), within=person.page.get_by_role("alert"))
            assert service.returned == []
    assert service.returned[0]["code"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_by_picking_somebody(make_person: MakePerson, service: RelyingService, language: Language) -> None:
    """One press on an invented person leads back with a code; the next login needs no press at all."""
    person = make_person(language)
    person.open(service.guangdong_login())
    person.leave(WORDING.say("sign_in_as", language, name=NAMES[language]), within=card(person))
    person.page.goto(service.guangdong_login())
    first, second = service.returned
    assert first["code"] != second["code"]


def test_with_the_keyboard_alone(make_person: MakePerson, service: RelyingService) -> None:
    """Tab, letters and Enter are enough to sign in."""
    person = make_person("en")
    person.open(service.guangdong_login())
    for field, typed in (("username", ACCOUNT.uid), ("password", ACCOUNT.password)):
        person.tab_to(WORDING.say(field, "en"))
        person.page.keyboard.type(typed)
    with person.arrival():
        person.page.keyboard.press("Enter")
    assert service.returned[0]["code"]


def test_another_language_in_the_middle(make_person: MakePerson, service: RelyingService) -> None:
    """The language can be changed on the login page, without JavaScript, and the login goes on."""
    person = make_person("en", java_script_enabled=False)
    person.open(service.guangdong_login())
    person.language = "zh-Hans"
    person.press(LANGUAGE_NAME["zh-Hans"], "link")
    person.leave(WORDING.say("sign_in_as", "zh-Hans", name=NAMES["zh-Hans"]), within=card(person))
    assert service.returned[0]["code"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_around_a_login(make_person: MakePerson, mocks: RunningMocks, language: Language) -> None:
    """The front page, a refusal and the page after signing out are whole pages in each language."""
    person = make_person(language)
    for path, text in (
        ("/", "home_intro"),
        ("/pscp/sso/static/?client_id=nobody&redirect_uri=http://127.0.0.1/a-rather-long-address-that-nobody-registered",
         "refused_client"),
        ("/_tif_sso_logout_/", "signed_out_more"),
    ):  # fmt: skip
        person.open(mocks.guangdong_url + path)
        person.sees(WORDING.say(text, language))


INFO, REALNAME = (
    "/pscp/sso/static/manage/info",
    "/pscp/sso/static/manage/realname?key=realname",
)
# The waiting page asks how things stand after two seconds; its clock is moved a little further than that.
PATIENCE_MS = 2_100


def show_code(person: Person, service: RelyingService) -> None:
    """Start a login and choose to scan."""
    person.open(service.guangdong_login())
    person.press(WORDING.say("show_code", person.language))


def scan_as(person: Person, who: str) -> None:
    """Scan with the mock phone that is open, and read what is asked."""
    person.field(WORDING.say("whose_phone", person.language)).select_option(who)
    person.press(WORDING.say("scan_now", person.language))
    person.sees(WORDING.say("scan_beware", person.language))


def enter(person: Person, mocks: RunningMocks, place: str, login_name: str) -> None:
    """Open one of the account's pages and sign in on it as the holder of an account."""
    person.open(mocks.guangdong_url + place)
    chosen = person.page.get_by_role("article", name=login_name, exact=True)
    with person.arrival():
        chosen.get_by_role("button").click()
    person.look()


@pytest.mark.parametrize("language", LANGUAGES)
def test_by_scanning(make_person: MakePerson, service: RelyingService, language: Language) -> None:
    """Who scans with the phone on the page and confirms is sent back with a code."""
    person = make_person(language)
    show_code(person, service)
    scan_as(person, RESIDENT.key)
    person.leave(WORDING.say("scan_confirm", language))
    assert service.returned[0]["code"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_scan_refused_leads_to_another_way(
    make_person: MakePerson, service: RelyingService, language: Language
) -> None:
    """Who refuses on the phone is told, goes nowhere, and can sign in another way."""
    person = make_person(language)
    show_code(person, service)
    scan_as(person, RESIDENT.key)
    person.press(WORDING.say("scan_refuse", language))
    person.sees(WORDING.say("scan_refused", language))
    person.press(WORDING.say("other_way", language), "link")
    assert service.returned == []
    person.leave(WORDING.say("sign_in_as", language, name=NAMES[language]), within=card(person))
    assert service.returned[0]["code"]


@pytest.mark.parametrize("scripts", [True, False], ids=["with-javascript", "without-javascript"])
def test_the_phone_is_another_device(make_person: MakePerson, service: RelyingService, scripts: bool) -> None:
    """A narrow phone of its own confirms; the desk goes on by itself, or with its button where scripts are off."""
    desk = make_person("zh-Hans", java_script_enabled=scripts)
    if scripts:
        desk.stop_the_clock()
    phone = make_person("zh-Hant", is_mobile=True, has_touch=True, viewport={"width": 320, "height": 640})
    show_code(desk, service)
    phone.open(str(desk.find("link", WORDING.say("open_phone", "zh-Hans")).get_attribute("href")))
    scan_as(phone, RESIDENT.key)
    phone.press(WORDING.say("scan_confirm", "zh-Hant"))
    phone.sees(WORDING.say("phone_go_back", "zh-Hant"))
    assert service.returned == []
    if scripts:
        with desk.arrival():
            desk.wait(PATIENCE_MS)
    else:
        desk.press(WORDING.say("scan_check", "zh-Hans"))
        desk.leave(WORDING.say("scan_return", "zh-Hans"), "link")
    assert service.returned[0]["code"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_raising_a_level_for_a_service(
    make_person: MakePerson, mocks: RunningMocks, service: RelyingService, language: Language
) -> None:
    """Told L1, a service that wants L2 sends the person to raise it; after a failed and a passed face check it is L2."""
    person, name = make_person(language), "ho_chi_keung"
    enter(person, mocks, REALNAME, name)
    person.page.goto(service.guangdong_login())
    assert service.guangdong_level() == "L1"
    person.open(mocks.guangdong_url + REALNAME)
    person.press(WORDING.say("do_face_fails", language))
    person.sees(WORDING.say("proof_no_face", language), within=person.page.get_by_role("alert"))
    person.press(WORDING.say("do_face", language))
    person.sees(WORDING.say("level_L2", language), within=person.page.get_by_role("region").first)
    person.page.goto(service.guangdong_login())
    assert service.guangdong_level() == "L2"


@pytest.mark.parametrize("scripts", [True, False], ids=["with-javascript", "without-javascript"])
def test_from_the_bottom_to_the_top(
    make_person: MakePerson, mocks: RunningMocks, service: RelyingService, scripts: bool
) -> None:
    """Name and number, a face, a certificate: three proofs stand in the account centre, and a service is told L3."""
    person = make_person("zh-Hant", java_script_enabled=scripts)
    enter(person, mocks, REALNAME, "cheung_ka_yan")
    person.field(WORDING.say("full_name", "zh-Hant")).fill("張嘉欣")
    person.field(WORDING.say("document_number", "zh-Hant")).fill("H00000104")
    for method in ("match", "face", "certificate"):
        person.press(WORDING.say(f"do_{method}", "zh-Hant"))
    person.press(WORDING.say("back_to_centre", "zh-Hant"), "link")
    person.sees(WORDING.say("level_L3", "zh-Hant"))
    assert person.page.get_by_role("listitem").count() == 3
    person.page.goto(service.guangdong_login())
    assert service.guangdong_level() == "L3"


def test_scanning_and_proving_with_the_keyboard_alone(
    make_person: MakePerson, mocks: RunningMocks, service: RelyingService
) -> None:
    """Tab, the arrow keys and Enter are enough to sign in by scanning, and to raise a level."""
    person = make_person("en")
    keys = person.page.keyboard
    person.open(service.guangdong_login())
    for button in ("show_code", "scan_now", "scan_confirm"):
        if button == "scan_now":
            person.tab_to(WORDING.say("whose_phone", "en"))
            keys.press("ArrowDown")
        person.tab_to(WORDING.say(button, "en"))
        with person.arrival():
            keys.press("Enter")
    assert service.guangdong_level() == "L3"
    person.open(mocks.guangdong_url + REALNAME)
    person.tab_to(WORDING.say("do_counter", "en"))
    with person.arrival():
        keys.press("Enter")
    person.sees(WORDING.say("proved", "en", way=WORDING.say("method_counter", "en")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_about_an_account(make_person: MakePerson, mocks: RunningMocks, language: Language) -> None:
    """Signing in on the centre, the centre of each kind of account, and signing out are whole pages in each language."""
    person = make_person(language)
    for login_name, words in (("mock_agency", "company_at_counter"), ("leung_wai_han", "way_SG-GASMHS")):
        enter(person, mocks, INFO, login_name)
        person.sees(WORDING.say(words, language))
        person.press(WORDING.say("sign_out", language), "link")
        person.sees(WORDING.say("signed_out_more", language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_forgotten_login_name(make_person: MakePerson, mocks: RunningMocks, language: Language) -> None:
    """From the link on a sign-in page to the answer, which is the same for everybody."""
    person = make_person(language)
    person.open(mocks.guangdong_url + INFO)
    person.press(WORDING.say("forgot", language), "link")
    for number in ("H00000101", "H99999999"):
        person.field(WORDING.say("document_number", language)).fill(number)
        person.press(WORDING.say("send_name", language))
        person.sees(WORDING.say("found_or_not", language))
    assert [message.login_name for message in mocks.world.guangdong.messages()] == ["chan_tai_man"]
