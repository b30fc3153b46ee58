"""The pages: three languages, no script and no style inside, and whatever they are given stays text (lessons.md B10)."""

from __future__ import annotations

import re

import pytest

from tests.house.test_translation import HANS_ONLY, HANT_ONLY, SHARED
from tests.unit.web.test_button import HOSTILE, Tags
from xbridge.core.language import LANGUAGES, Language
from xbridge.web.page import Frame, code_page, confirm_page, refusal_page, waiting_page
from xbridge.web.visit import Waiting
from xbridge.web.wording import NAMES, TEXTS, word

REFUSALS = ("declined", "timed_out", "stale", "guard", "busy", "failed", "elsewhere", "missing")
NOON = 1_780_286_400


def frame(language: Language, *, path: str = "/iamsmart/wait/1") -> Frame:
    """What a page needs."""
    return Frame(language=language, path=path, static="/iamsmart/static", home="/home")


def pages(language: Language, evil: str = "x") -> dict[str, str]:
    """Every page with ``evil`` wherever a value goes."""
    odd = Frame(language=language, path=f"/{evil}", static=f"/{evil}", home=f"/{evil}")
    waiting = Waiting(business_id=evil, next=evil, until=NOON, app_url=evil, code=evil, label=evil)
    ticket = Waiting(business_id="1", next="/", until=NOON, app_url=f"hk.gov.iamsmart://x?t={evil.replace(' ', '')}")
    return {
        "waiting": waiting_page(odd, waiting, status=evil, poll_interval_s=2),
        "ticket": waiting_page(odd, ticket, status=evil, poll_interval_s=2),
        "code": code_page(odd, code=evil, url=evil),
        "confirm": confirm_page(odd, name=evil, action=evil, fields={evil: evil}),
        **{kind: refusal_page(odd, kind, code=evil) for kind in REFUSALS},
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_escapes(language: Language) -> None:
    """A script in every value, in every language, on every page: the same tags as with a harmless value."""
    for (name, harmless), evil in zip(pages(language).items(), pages(language, HOSTILE).values(), strict=True):
        assert [tag for tag, _ in Tags(evil).found] == [tag for tag, _ in Tags(harmless).found], name
        assert [list(held) for _, held in Tags(evil).found] == [list(held) for _, held in Tags(harmless).found], name


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_hold_no_script_and_no_style(language: Language) -> None:
    """Only our own files, so that the strictest policy can be sent with every page."""
    for name, page in pages(language).items():
        for tag, held in Tags(page).found:
            assert tag != "style", name
            assert not any(attribute.startswith("on") or attribute == "style" for attribute in held), name
            if tag == "script":
                assert (held["src"] or "").endswith("/wait.js"), name
        assert "javascript:" not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_say_what_language_they_are_in(language: Language) -> None:
    """The document names its language, has one heading, and the words are that language's."""
    for name, page in pages(language).items():
        tags = Tags(page)
        assert tags.one("html")["lang"] == language, name
        assert len([tag for tag, _ in tags.found if tag == "h1"]) == 1, name
        assert "main" in [tag for tag, _ in tags.found], name


def test_a_page_that_can_be_loaded_again_offers_the_other_languages() -> None:
    """The wait page has a link for each language; a page that answers a callback has none, since coming again fails."""
    page = waiting_page(frame("en"), Waiting(business_id="1", next="/", until=NOON), status="/s", poll_interval_s=2)
    links = [
        (held["lang"], held["href"]) for tag, held in Tags(page).found if tag == "a" and "?lang=" in str(held["href"])
    ]
    assert links == [(language, f"/iamsmart/wait/1?lang={language}") for language in LANGUAGES]
    assert all(name in page for name in NAMES.values())
    assert "<nav" not in refusal_page(frame("en", path=""), "stale")


def test_the_wait_page_works_without_scripts() -> None:
    """It loads itself again only where no script runs, so that nobody who reads is thrown back to the top."""
    page = waiting_page(frame("en"), Waiting(business_id="1", next="/", until=NOON), status="/s", poll_interval_s=2)
    assert re.search(r'<noscript><meta http-equiv="refresh" content="\d+"></noscript>', page)
    assert 'data-status="/s" data-seconds="2"' in page
    assert 'role="status"' in page


def test_the_wait_page_says_where_to_answer() -> None:
    """On another device: open the app there.  On this one: a button.  Signing: the four digits, apart, to compare."""
    phone = waiting_page(frame("en"), Waiting(business_id="1", next="/", until=NOON), status="/s", poll_interval_s=2)
    assert "on your mobile phone" in phone
    assert "iamsmart-button" not in phone
    assert "12:00 (Hong Kong time)" in phone
    here = Waiting(business_id="1", next="/", until=NOON, app_url="hk.gov.iamsmart://hash-sign?ticketID=1", code="2417")
    page = waiting_page(frame("en"), here, status="/s", poll_interval_s=2)
    assert 'href="hk.gov.iamsmart://hash-sign?ticketID=1"' in page
    assert "<dd>2 4 1 7</dd>" in page
    assert "https://www.iamsmart.gov.hk/en/" in page


def test_every_text_exists_in_three_languages() -> None:
    """Three different texts for each key, with the same marks to fill; Chinese in its own script."""
    for key, (english, hant, hans) in TEXTS.items():
        assert english, key
        marks = [re.findall(r"\{\w+\}", text) for text in (english, hant, hans)]
        assert marks[0] == marks[1] == marks[2], key
        assert not (set(HANS_ONLY) - SHARED) & set(hant), key
        assert not (set(HANT_ONLY) - SHARED) & set(hans), key
        assert "“" not in hant, key
        assert "「" not in hans, key
    assert set(REFUSALS) <= set(TEXTS)


def test_filling_a_text_fills_nothing_twice() -> None:
    """A value that looks like a mark stays what it is."""
    assert "{time}" in word("confirm", "en", name="{time}")
