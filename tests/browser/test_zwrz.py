"""A civil servant logs in with the zwrz mock in a real browser: at once, or through the office app."""

from __future__ import annotations

import pytest

from tests.browser.conftest import MakePerson
from tests.browser.relying_service import STATE, RelyingService
from xbridge_mocks.persona import persona
from xbridge_mocks.text import LANGUAGE_NAME, LANGUAGES, Language
from xbridge_mocks.zwrz.officer import officers_among
from xbridge_mocks.zwrz.wording import WORDING

pytestmark = pytest.mark.slow

OFFICER = officers_among([persona("lee-siu-ming")])["lee-siu-ming"]


def button(key: str, language: Language) -> str:
    """What the officer's button is called."""
    return WORDING.say(key, language, name=OFFICER.name_in(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_through_the_office_app(make_person: MakePerson, service: RelyingService, language: Language) -> None:
    """Who confirms in the app is sent back with a code and the service's own state; every page is a whole page."""
    person = make_person(language)
    person.open(service.zwrz_login())
    person.sees(WORDING.say("beware", language))
    person.press(button("with_app_as", language))
    person.sees(WORDING.say("app_title", language))
    person.leave(WORDING.say("app_confirm", language))
    [returned] = service.returned
    assert set(returned) == {"code", "state"}
    assert returned["state"] == STATE


def test_at_once_in_another_language(make_person: MakePerson, service: RelyingService) -> None:
    """The language can be changed on the login page, and signing in there is one press."""
    person = make_person("en")
    person.open(service.zwrz_login())
    person.language = "zh-Hans"
    person.press(LANGUAGE_NAME["zh-Hans"], "link")
    person.leave(button("sign_in_as", "zh-Hans"))
    assert set(service.returned[0]) == {"code", "state"}
