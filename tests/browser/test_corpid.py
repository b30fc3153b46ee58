"""A company logs in with the CorpID mock in a real browser: a person scans, agrees, and chooses for whom to act."""

from __future__ import annotations

import pytest

from tests.browser.conftest import MakePerson
from tests.browser.person import Person
from tests.browser.relying_service import STATE, RelyingService
from xbridge_mocks import CorpIdMockSettings, RunningMocks
from xbridge_mocks.corpid.text import TEXTS
from xbridge_mocks.iamsmart.text import TEXTS as PERSON_TEXTS
from xbridge_mocks.persona import persona
from xbridge_mocks.text import HTML_LANG, LANGUAGE_NAME, LANGUAGES, Language

pytestmark = pytest.mark.slow

OFFICER = persona("lee-siu-ming")


def agree(person: Person, service: RelyingService, who: str = OFFICER.key) -> None:
    """Begin, scan and agree on the phone that is on the page, and come to the companies."""
    language = person.language
    person.open(service.corpid_login(language))
    person.field(PERSON_TEXTS.say("who", language)).select_option(who)
    person.press(PERSON_TEXTS.say("scan", language))
    person.press(PERSON_TEXTS.say("approve", language))
    person.sees(TEXTS.say("company_asks", person.language, service="Library card"))


def button(language: Language, number: int = 1) -> str:
    """What the button of a company is called."""
    company = OFFICER.companies[number]
    name = {"en": company.name_en, "zh-Hant": company.name_zh_hant, "zh-Hans": company.name_zh_hans}[language]
    return f"{name} · {TEXTS.say('company_number', language)} {company.number}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_choose_a_company(make_person: MakePerson, service: RelyingService, language: Language) -> None:
    """Who agrees and chooses a company is sent back with a code of each platform and the service's own state."""
    person = make_person(language)
    agree(person, service)
    person.leave(button(language))
    [returned] = service.returned
    assert set(returned) == {"code", "cCode", "state"}
    assert returned["state"] == STATE


def test_choose_none(make_person: MakePerson, service: RelyingService) -> None:
    """Who turns back at the companies is sent back without any code, also somebody who has none to choose."""
    for who in (OFFICER.key, "ng-wing-sze"):
        person = make_person("zh-Hant")
        agree(person, service, who)
        person.leave(TEXTS.say("company_cancel", "zh-Hant"))
    assert service.returned == [{"error_code": CorpIdMockSettings().cancel_code, "state": STATE}] * 2


def test_another_language_at_the_companies(make_person: MakePerson, service: RelyingService) -> None:
    """The language can be changed where the company is chosen, and the names of the companies change with it."""
    person = make_person("en")
    agree(person, service)
    person.language = "zh-Hans"
    person.press(LANGUAGE_NAME["zh-Hans"], "link")
    person.leave(button("zh-Hans", 0))
    assert "cCode" in service.returned[0]


def test_with_the_keyboard_alone(make_person: MakePerson, service: RelyingService) -> None:
    """Tab and Enter are enough to choose a company."""
    person = make_person("en")
    agree(person, service)
    person.tab_to(button("en"))
    with person.arrival():
        person.page.keyboard.press("Enter")
    assert "cCode" in service.returned[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_front_page(make_person: MakePerson, mocks: RunningMocks, language: Language) -> None:
    """The front page is a whole page in each language."""
    person = make_person(language)
    person.open(f"{mocks.corpid_url}/?lang={HTML_LANG[language]}")
    person.sees(TEXTS.say("index.title", language))
