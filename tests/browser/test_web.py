"""The web parts as a person meets them: every page in each language, and a page that moves on by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from examples.stage import Mocks, service_running
from tests.browser.conftest import MakePerson
from tests.browser.person import Person
from xbridge.core.language import LANGUAGES, Language
from xbridge.demo.server import LoopbackServer
from xbridge.web.button import button_form, button_text
from xbridge.web.desk import static_file
from xbridge.web.message import html
from xbridge.web.page import Frame, code_page, confirm_page, refusal_page, waiting_page
from xbridge.web.visit import Waiting
from xbridge.web.wording import word
from xbridge_mocks import RunningMocks

pytestmark = pytest.mark.slow

PERSON = "chan-tai-man"
REFUSALS = ("declined", "timed_out", "stale", "guard", "busy", "failed", "elsewhere", "missing")
FAR_AWAY = 4_000_000_000


def gallery(language: Language) -> dict[str, str]:
    """Every page in one language, by name."""
    frame = Frame(language=language, path="/", static="/static", home="/")
    here = Waiting(
        business_id="1", next="/", until=FAR_AWAY, app_url="hk.gov.iamsmart://hash-sign?ticketID=1", code="2417"
    )
    phone = Waiting(business_id="1", next="/", until=FAR_AWAY)
    buttons = "".join(
        button_form(kind, language, action="/", fields={"guard": "g"})
        for kind in ("login", "sign", "reauth", "anonymous", "form")
    )
    return {
        "here": waiting_page(frame, here, status="/status", poll_interval_s=1000),
        "phone": waiting_page(frame, phone, status="/status", poll_interval_s=1000),
        "code": code_page(frame, code="2417", url="/qr"),
        "confirm": confirm_page(frame, name="CHAN, Tai Man 陳大文", action="/confirm", fields={"guard": "g"}),
        "buttons": f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>x</title>'
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/static/web.css"></head>'
        f"<body><main><h1>x</h1>{buttons}</main></body></html>",
        **{kind: refusal_page(frame, kind, code="callback_invalid") for kind in REFUSALS},
    }


@pytest.fixture(scope="module")
def pages() -> Iterator[str]:
    """A server with every page."""

    def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        _, language, name = f"{environ['PATH_INFO']}/".split("/", 2)
        name = name.rstrip("/")
        if language == "static":
            reply = static_file(name)
        else:
            found = gallery(language).get(name) if language in LANGUAGES else None
            reply = html(found or "", status=200 if found else 404)
        start_response(f"{reply.status} x", list(reply.headers))
        return [reply.body]

    with LoopbackServer(answer) as server:
        yield server.url


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_can_be_used_by_everybody(pages: str, make_person: MakePerson, language: Language) -> None:
    """Names, contrast, focus, the Tab key, 320 px, nothing from elsewhere, no complaint about the policy."""
    person = make_person(language)
    for name in gallery(language):
        person.open(f"{pages}/{language}/{name}")


@pytest.fixture
def library(mocks: RunningMocks, tmp_path: Any) -> Iterator[tuple[str, Mocks]]:
    """The Flask example, beside the mocks of this process."""
    control = Mocks(url=mocks.iamsmart_url, secret=mocks.control_secret)
    with service_running("flask_service", control, tmp_path) as url:
        yield url, control


def asked(person: Person, url: str, control: Mocks) -> str:
    """Log in at the library, press the button of the form, and return the id of the request."""
    person.open(url)
    person.leave(button_text("login", "zh-Hant"))
    said = {"login_url": person.page.url, "persona": PERSON, "decision": "approve"}
    person.page.goto(control.control("logins", said)["callback_url"])
    person.press(button_text("form", "zh-Hant"))
    person.sees(word("wait_phone", "zh-Hant"))
    business_id: str = person.page.url.rpartition("/")[2]
    return business_id


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
@pytest.mark.parametrize(
    ("decision", "words"), [("approve", "Card for CHAN, Tai Man"), ("refuse", "declined")], ids=["yes", "no"]
)
def test_the_page_moves_on_by_itself(
    library: tuple[str, Mocks], make_person: MakePerson, scripts: bool, decision: str, words: str
) -> None:
    """As soon as the person has answered on the phone, and nothing is pressed; with scripts and without."""
    url, control = library
    person = make_person("zh-Hant", java_script_enabled=scripts)
    business_id = asked(person, url, control)
    with person.page.expect_navigation(url=f"{url}/"):
        control.control("decisions", {"business_id": business_id, "decision": decision})
    person.sees(words)
