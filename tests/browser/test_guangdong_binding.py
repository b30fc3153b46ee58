"""A person binds iAM Smart to a Guangdong account in a real browser, across both mocks: agrees, refuses, ends it."""

from __future__ import annotations

import pytest

from tests.browser.conftest import MakePerson
from tests.browser.person import Person
from tests.browser.relying_service import RelyingService
from xbridge_mocks import RunningMocks
from xbridge_mocks.guangdong.centre_wording import CENTRE_WORDING
from xbridge_mocks.guangdong.iamsmart_wording import IAMSMART_WORDING
from xbridge_mocks.guangdong.route import INFO
from xbridge_mocks.guangdong.wording import WORDING
from xbridge_mocks.iamsmart.text import TEXTS
from xbridge_mocks.persona import persona
from xbridge_mocks.text import LANGUAGES, Language

pytestmark = pytest.mark.slow

RESIDENT = persona("chan-tai-man")
OTHER = persona("lee-siu-ming")


def say(person: Person, key: str) -> str:
    """A sentence of the binding pages in the person's language."""
    return IAMSMART_WORDING.say(key, person.language)


def use_iamsmart(
    person: Person, service: RelyingService, *, who: str = RESIDENT.key, decision: str = "approve"
) -> None:
    """Press "use iAM Smart" on the login page, scan with the phone beside the code, and answer there."""
    person.open(service.guangdong_login())
    person.press(WORDING.say("use_iamsmart", person.language))
    answer(person, who=who, decision=decision)


def answer(person: Person, *, who: str = RESIDENT.key, decision: str = "approve") -> None:
    """Scan and answer at iAM Smart; whatever page that leads to is looked at."""
    person.sees(TEXTS.say("qr_title", person.language))
    person.field(TEXTS.say("who", person.language)).select_option(who)
    person.press(TEXTS.say("scan", person.language))
    person.press(TEXTS.say(decision, person.language))


def sign_in(person: Person, login: str = "chan_tai_man", password: str = "mock-101") -> None:
    """Sign in on the page that asks for it."""
    person.sees(say(person, "binding_sign_in"))
    person.field(WORDING.say("username", person.language)).fill(login)
    person.field(WORDING.say("password", person.language)).fill(password)
    person.press(WORDING.say("sign_in", person.language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_bound_and_used_from_then_on(
    make_person: MakePerson, service: RelyingService, mocks: RunningMocks, language: Language
) -> None:
    """Use iAM Smart, sign in here, read, agree: back at the service; and another browser needs iAM Smart alone."""
    person = make_person(language)
    use_iamsmart(person, service)
    sign_in(person)
    for key in (
        "binding_use",
        "binding_keeps",
        "binding_matched",
        "binding_single",
        "binding_end",
        "binding_voluntary",
    ):
        person.sees(say(person, key))
    person.leave(say(person, "binding_agree"))
    assert service.returned[-1]["code"]
    other = make_person(language)
    other.open(service.guangdong_login())
    other.press(WORDING.say("use_iamsmart", language))
    other.field(TEXTS.say("who", language)).select_option(RESIDENT.key)
    other.press(TEXTS.say("scan", language))
    other.leave(TEXTS.say("approve", language))
    assert len(service.returned) == 2
    assert "IAMSMART" in {way.code for way in mocks.world.guangdong.account(RESIDENT.key).ways}


@pytest.mark.parametrize("language", LANGUAGES)
def test_not_agreed(make_person: MakePerson, service: RelyingService, language: Language) -> None:
    """Whoever does not agree is told that nothing is bound, and the service hears nothing."""
    person = make_person(language)
    use_iamsmart(person, service)
    sign_in(person)
    person.press(say(person, "binding_refuse"))
    person.sees(say(person, "binding_declined"), within=person.page.get_by_role("alert"))
    assert service.returned == []


@pytest.mark.parametrize("decision", ["refuse", "cancel"])
def test_a_no_at_iam_smart(make_person: MakePerson, service: RelyingService, decision: str) -> None:
    """The no is told on the platform's page, which has nothing to press that would go on."""
    person = make_person("zh-Hant")
    use_iamsmart(person, service, decision=decision)
    person.sees(say(person, "iam_declined"), within=person.page.get_by_role("alert"))
    assert service.returned == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_people_and_a_conflict(
    make_person: MakePerson, service: RelyingService, mocks: RunningMocks, language: Language
) -> None:
    """Another person's account is refused, and so is one that is bound; neither page names anybody."""
    person = make_person(language)
    use_iamsmart(person, service, who=OTHER.key)
    sign_in(person)
    person.sees(say(person, "binding_other_person"), within=person.page.get_by_role("alert"))
    bound = make_person(language)
    use_iamsmart(bound, service)
    sign_in(bound)
    bound.leave(say(bound, "binding_agree"))
    late = make_person(language)
    use_iamsmart(late, service, who=OTHER.key)
    sign_in(late)
    late.sees(say(late, "binding_conflict"), within=late.page.get_by_role("alert"))
    for page in (person, late):
        text = page.page.inner_text("main")
        assert OTHER.name_zh_hant not in text
        assert RESIDENT.name_en not in text


def test_iam_smart_out_of_order(make_person: MakePerson, service: RelyingService, mocks: RunningMocks) -> None:
    """What the person sees when the two platforms cannot speak."""
    person = make_person("zh-Hans")
    mocks.world.iamsmart.faults.add("http_503", times=None)
    use_iamsmart(person, service)
    person.sees(say(person, "iam_down"), within=person.page.get_by_role("alert"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_the_account_centre(
    make_person: MakePerson, service: RelyingService, mocks: RunningMocks, language: Language
) -> None:
    """Bind, suspend, use again, unbind: each press says how it stands then."""
    person = make_person(language)
    person.open(mocks.guangdong_url + INFO)
    person.page.locator(f"button[value='{RESIDENT.key}']").click()
    person.look()
    person.press(CENTRE_WORDING.say("iamsmart_manage", language), "link")
    person.sees(say(person, "binding_state_none"))
    person.press(say(person, "binding_start"))
    answer(person)
    person.press(say(person, "binding_agree"))
    person.sees(say(person, "binding_state_bound"))
    person.press(say(person, "binding_suspend"))
    person.sees(say(person, "binding_state_suspended"))
    person.press(say(person, "binding_resume"))
    person.press(say(person, "binding_unbind"))
    person.sees(say(person, "binding_state_none"))


def test_with_the_keyboard_alone(make_person: MakePerson, service: RelyingService) -> None:
    """Tab, letters and Enter lead from the login page to a bound account; "agree" comes before "do not agree"."""
    person = make_person("en", java_script_enabled=True)
    person.open(service.guangdong_login())
    person.tab_to(WORDING.say("use_iamsmart", "en"))
    with person.arrival():
        person.page.keyboard.press("Enter")
    # The resident is the first of the people on the phone.
    for name in ("scan", "approve"):
        person.tab_to(TEXTS.say(name, "en"))
        with person.arrival():
            person.page.keyboard.press("Enter")
    for field, typed in (("username", "chan_tai_man"), ("password", "mock-101")):
        person.tab_to(WORDING.say(field, "en"))
        person.page.keyboard.type(typed)
    with person.arrival():
        person.page.keyboard.press("Enter")
    person.tab_to(say(person, "binding_agree"))
    person.page.keyboard.press("Tab")
    assert person.page.evaluate("document.activeElement.textContent.trim()") == say(person, "binding_refuse")
    person.page.keyboard.press("Shift+Tab")
    with person.arrival():
        person.page.keyboard.press("Enter")
    assert service.returned[-1]["code"]
