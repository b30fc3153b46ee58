"""The buttons say what the platform's guide prints, lead where it says, and hold nothing that is not theirs."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from jinja2 import Template

from xbridge.core.language import LANGUAGES, Language
from xbridge.web.button import (
    COLOUR,
    FORM_TEXTS,
    HTML,
    RADIUS,
    TEXTS,
    ButtonKind,
    app_link,
    button_form,
    button_text,
    more_info,
    more_info_link,
)

# The table of the dossier (iamsmart.md section 11), typed again: Traditional, Simplified, English.
GUIDE: dict[ButtonKind, tuple[str, str, str]] = {
    "login": ("智方便登入", "智方便登入", "Login with iAM Smart"),
    "sign": ("智方便數碼簽署", "智方便数码签署", "Signing with iAM Smart"),
    "reauth": ("智方便認證", "智方便认证", "Authentication with iAM Smart"),
    "open_app": ("開啟智方便", "开启智方便", "Open iAM Smart"),
    "anonymous": ("以智方便繼續", "以智方便继续", "Continue with iAM Smart"),
}
HOSTILE = "\"><script>alert(1)</script>&'<img src=x onerror=y>"


class Tags(HTMLParser):
    """The tags of a snippet with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.found.append((tag, dict(attrs)))

    def one(self, tag: str) -> dict[str, str | None]:
        """The attributes of the one ``tag``."""
        (attributes,) = [attributes for name, attributes in self.found if name == tag]
        return attributes


def form(kind: ButtonKind = "login", language: Language = "en", **fields: str) -> HTML:
    """A button that posts to the login."""
    return button_form(kind, language, action="/iamsmart/login", fields={"guard": "g", **fields})


def test_texts_are_those_of_the_guide() -> None:
    """Every text of the guide, letter by letter; the Simplified login as printed there."""
    assert set(TEXTS) == set(GUIDE)
    for kind, (hant, hans, english) in GUIDE.items():
        assert [button_text(kind, language) for language in ("zh-Hant", "zh-Hans", "en")] == [hant, hans, english]


def test_the_unknown_text_can_be_given() -> None:
    """Form filling shows what one live service shows, until somebody says what it should."""
    assert button_text("form", "en") == FORM_TEXTS["en"] == "Form filling with iAM Smart e-ME"
    assert set(FORM_TEXTS) == set(LANGUAGES)
    assert button_text("form", "zh-Hant", form_texts={"zh-Hant": "別的"}) == "別的"
    shown = button_form("form", "en", action="/x", fields={}, form_texts={"en": HOSTILE})
    assert "<script" not in shown


@pytest.mark.parametrize(("language", "folder"), [("en", "en"), ("zh-Hant", "tc"), ("zh-Hans", "sc")])
def test_the_link_leads_to_the_platform(language: Language, folder: str) -> None:
    """The required link, in each language, with the words in its accessible name."""
    address, words = more_info(language)
    assert address == f"https://www.iamsmart.gov.hk/{folder}/"
    assert words == ("More info" if language == "en" else "了解更多")
    link = Tags(more_info_link(language)).one("a")
    assert link["href"] == address
    assert (link["aria-label"] or "").startswith(words)
    assert link["lang"] == link["hreflang"] == language


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [*TEXTS, "form"])
def test_every_button_comes_with_the_link(kind: ButtonKind, language: Language) -> None:
    """No page can show the button and forget the link; the button posts, because nothing is asked before it is pressed."""
    html = form(kind, language)
    tags = Tags(html)
    assert tags.one("form")["method"] == "post"
    assert tags.one("button")["type"] == "submit"
    assert tags.one("button")["lang"] == language
    assert f">{button_text(kind, language)}</button>" in html
    assert more_info_link(language) in html
    assert "style=" not in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_escapes(language: Language) -> None:
    """Actions, names and values of fields are text, whatever they hold (lessons.md B10)."""
    html = button_form("login", language, action=HOSTILE, fields={HOSTILE: HOSTILE})
    tags = Tags(html)
    assert [tag for tag, _ in tags.found] == ["div", "form", "input", "button", "a"]
    assert tags.one("form")["action"] == HOSTILE
    assert (tags.one("input")["name"], tags.one("input")["value"]) == (HOSTILE, HOSTILE)
    assert not any(name.startswith("on") for _, attributes in tags.found for name in attributes)


def test_the_app_is_opened_by_a_link() -> None:
    """The address of a ticket becomes a link; anything else becomes nothing."""
    link = Tags(app_link("en", "hk.gov.iamsmart://profile?ticketID=a&b=c")).one("a")
    assert link["href"] == "hk.gov.iamsmart://profile?ticketID=a&b=c"
    assert app_link("en", "javascript:alert(1)") == ""


def test_template_engines_take_it_as_it_is() -> None:
    """Jinja2 and Django ask for ``__html__``; neither a filter nor a mark is needed, and none can be forgotten."""
    html = form()
    assert Template("{{ button }}", autoescape=True).render(button=html) == html
    assert html.__html__() == html
    assert type(html.__html__()) is str


def test_an_unknown_language_is_refused() -> None:
    """A tag that is none of the three does not reach an attribute."""
    with pytest.raises(KeyError):
        more_info_link(HOSTILE)  # type: ignore[arg-type]
    with pytest.raises(KeyError):
        form(language=HOSTILE)  # type: ignore[arg-type]


def test_the_look_is_the_one_observed_and_can_be_read() -> None:
    """Colour and roundness are in the style sheet; white words on it have a contrast of at least 4.5 to 1 (WCAG 1.4.3)."""
    css = files("xbridge.web").joinpath("static/web.css").read_text("utf-8")
    rule = re.search(r"\.iamsmart-button \{(.*?)\}", css, re.DOTALL)
    assert rule
    assert f"background: {COLOUR};" in rule[1]
    assert f"border-radius: {RADIUS};" in rule[1]
    assert "color: #ffffff;" in rule[1]
    assert contrast("#ffffff", COLOUR) >= 4.5
    pairs = [("#235e54", "#ffffff"), ("#4a5561", "#ffffff"), ("#1c2530", "#f3f6f8"), ("#235e54", "#f3f6f8")]
    assert all(contrast(*pair) >= 4.5 for pair in pairs)
    assert ":focus-visible" in css


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (WCAG 2.2)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
