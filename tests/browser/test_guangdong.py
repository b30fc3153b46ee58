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
