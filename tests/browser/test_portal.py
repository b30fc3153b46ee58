"""The demonstration, clicked by a person in a real browser: the whole journey in each language, and a no."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import MakePerson
from tests.browser.person import Person
from xbridge.cli.verification import run_verify
from xbridge.core.language import LANGUAGES, Language
from xbridge.demo.page import NAMES
from xbridge.demo.portal import FLOWS
from xbridge.demo.stage import Stage, open_stage
from xbridge.demo.wording import word
from xbridge.evidence.trust import parse_trust
from xbridge.flows.verification import verify_bundle
from xbridge.web.button import button_text
from xbridge_mocks.iamsmart.text import TEXTS
from xbridge_mocks.persona import persona

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = pytest.mark.slow

ENQUIRY, DELIVERY = FLOWS
# Each language has its own person, because an account can be linked once.
RESIDENTS: dict[Language, str] = {"en": "chan-tai-man", "zh-Hant": "chow-kat-cheung", "zh-Hans": "lee-siu-ming"}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Everything that runs in the demonstration."""
    with open_stage(tmp_path_factory.mktemp("stage") / "ledger.db") as opened:
        yield opened


class Resident:
    """What one person does at the portal, in the words of their language."""

    def __init__(self, person: Person, stage: Stage, *, as_persona: str = "") -> None:
        self.person = person
        self.persona = as_persona or RESIDENTS[person.language]
        # The portal speaks Traditional Chinese until it is told otherwise.
        person.page.goto(stage.portal_url)
        person.press(NAMES[person.language], "link")

    def says(self, *keys: str, service: str = "") -> None:
        """Expect the page, or the part about ``service``, to say each of these."""
        part = self.part(service) if service else None
        for key in keys:
            self.person.sees(word(key, self.person.language), within=part)

    def press(self, key: str, *, service: str = "", link: bool = False) -> None:
        """Press a button or a link of the page, or of the part about ``service``."""
        self.person.press(
            word(key, self.person.language),
            "link" if link else "button",
            within=self.part(service) if service else None,
        )

    def part(self, service: str) -> Locator:
        """The part of the page about one service."""
        return self.person.page.get_by_role("article", name=word(service, self.person.language))

    def log_in_with_iamsmart(self, decision: str = "approve") -> None:
        """Log in and decide on the mock phone beside the QR code."""
        language = self.person.language
        self.press("login_iamsmart")
        self.person.field(TEXTS.say("who", language)).select_option(self.persona)
        self.person.press(TEXTS.say("scan", language))
        self.person.sees(word("title", language))
        self.person.press(TEXTS.say(decision, language))

    def log_in_with_guangdong(self) -> None:
        """Sign in by picking the resident on the platform's page; names may repeat there, login names do not."""
        self.press("login_guangdong")
        account = persona(self.persona).guangdong
        assert account is not None
        card = self.person.page.get_by_role("article", name=account.uid, exact=True)
        with self.person.arrival():
            card.get_by_role("button").click()
        self.person.look()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_resident_walks_the_whole_journey(
    make_person: MakePerson, stage: Stage, language: Language, tmp_path: Path
) -> None:
    """Both logins, the link, consent, use, delivery, withdrawal, the dead token, and evidence that verifies."""
    person = make_person(language)
    resident = Resident(person, stage)
    resident.says("banner", "step_login")
    resident.log_in_with_iamsmart()
    resident.says("logged_in")
    resident.log_in_with_guangdong()
    resident.press("show_link", link=True)
    resident.press("agree")
    resident.says("linked", "step_use")
    for service in FLOWS:
        resident.press("read_notice", service=service, link=True)
        resident.press("agree")
        resident.says("state_given", service=service)
    resident.press("use", service=ENQUIRY)
    resident.says("decided", "outcome_permit_with_obligations", "received", service=ENQUIRY)
    resident.part(ENQUIRY).locator("summary").click()
    person.look()
    resident.press("use", service=DELIVERY)
    resident.says("delivered", service=DELIVERY)
    resident.press("withdraw", service=ENQUIRY)
    resident.says("state_withdrawn", service=ENQUIRY)
    resident.press("again", service=ENQUIRY)
    resident.says("refused", service=ENQUIRY)
    person.sees("invalid_token", within=resident.part(ENQUIRY))
    bundle = person.download(word("evidence", language), tmp_path, within=resident.part(ENQUIRY))
    trust = person.download(word("trust", language), tmp_path, within=resident.part(ENQUIRY))
    assert trust.read_bytes() == stage.trust
    assert run_verify(bundle, trust, language="en", show_signer=False, as_json=True) == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_resident_says_no(make_person: MakePerson, stage: Stage, language: Language) -> None:
    """A refusal on the phone comes back as a page that says nothing was sent, with the way on."""
    resident = Resident(make_person(language), stage)
    resident.log_in_with_iamsmart("refuse")
    resident.says("said_no")
    resident.press("back", link=True)
    resident.says("step_login", "login_iamsmart")


def test_a_resident_does_not_agree_to_a_notice(make_person: MakePerson, stage: Stage) -> None:
    """Who reads a notice and does not agree is told so, and may read it again."""
    resident = Resident(make_person("en"), stage, as_persona="chan-tai-man-2")
    resident.log_in_with_iamsmart()
    resident.log_in_with_guangdong()
    resident.press("show_link", link=True)
    resident.press("agree")
    resident.press("read_notice", service=ENQUIRY, link=True)
    resident.press("refuse")
    resident.says("state_refused", "read_notice", service=ENQUIRY)


def on_the_phone(resident: Resident, kind: str, press: str) -> str:
    """Walk to the mock phone, open the request that waits there, and press a button; return what the page showed."""
    person, language = resident.person, resident.person.language
    resident.press("mock_phone", link=True)
    person.field(TEXTS.say("who", language)).select_option(resident.persona)
    person.press(TEXTS.say("inbox_look", language))
    service = {"en": "Cross-boundary Services Portal (sample)", "zh-Hant": "跨境服務入門網站（示例）",
               "zh-Hans": "跨境服务门户（示例）"}[language]  # fmt: skip
    person.press(TEXTS.say(f"ask.{kind}", language, service=service), "link")
    shown = person.page.locator("body").inner_text()
    person.press(TEXTS.say(press, language))
    return shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_resident_signs_a_consent(make_person: MakePerson, stage: Stage, language: Language, tmp_path: Path) -> None:
    """The same four digits on page and phone, a signature, a record that both signed, and evidence that says so."""
    person = make_person(language)
    resident = Resident(person, stage, as_persona="lee-siu-ming")
    resident.log_in_with_iamsmart()
    resident.log_in_with_guangdong()
    resident.press("show_link", link=True)
    resident.press("agree")
    resident.press("read_notice", service=ENQUIRY, link=True)
    person.sees(word("sign_means", language))
    person.press(button_text("sign", language))
    resident.says("waiting_title", "code_compare")
    code = person.page.locator(".code").inner_text()[-4:]
    assert code.isdigit()
    assert code in on_the_phone(resident, "hash_signing", "sign")
    person.open(f"{stage.portal_url}/sign/{ENQUIRY}/answer")
    resident.says("signature_done", "signature_certificate")
    resident.press("record_signed")
    resident.says("state_given", "signed_by_both", service=ENQUIRY)
    bundle = person.download(word("evidence", language), tmp_path, within=resident.part(ENQUIRY))
    trust = person.download(word("trust", language), tmp_path, within=resident.part(ENQUIRY))
    found = verify_bundle(bundle.read_bytes(), parse_trust(trust.read_bytes()))
    assert found.everybody_known
    assert found.resident is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_resident_lets_a_form_be_filled(make_person: MakePerson, stage: Stage, language: Language) -> None:
    """What is asked for is named, the phone asks, the form comes back; and a resident who says no is told so."""
    person = make_person(language)
    resident = Resident(person, stage, as_persona="lee-siu-ming")
    resident.log_in_with_iamsmart()
    resident.press("form_name", link=True)
    resident.says("form_purpose", "field_residentialAddress")
    for decision, says in (("approve", "answer_done"), ("refuse", "answer_declined")):
        person.press(button_text("form", language))
        resident.says("waiting_title", "waiting_phone")
        on_the_phone(resident, "form", decision)
        person.open(f"{stage.portal_url}/form/answer")
        resident.says(says)
        person.open(f"{stage.portal_url}/form")
