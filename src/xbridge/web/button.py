"""The official buttons: their texts in three languages, the "More info" link, and the HTML of both (iamsmart.md 11).

Pure functions.  Texts are VERIFIED from the platform's guide, the Simplified Chinese one for login exactly as printed
there, which is the Traditional wording; the one for form filling was not found (UNKNOWN), so it is a parameter.  The
platform is asked only after the person pressed a button (VERIFIED), so a button posts a form.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from types import MappingProxyType
from typing import Literal

from xbridge.core.language import LANGUAGES, Language
from xbridge.web.address import app_address

ButtonKind = Literal["login", "sign", "reauth", "open_app", "anonymous", "form"]


class HTML(str):
    """Text that is HTML already: template engines (Jinja2, Django's) put it into a page as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        """Return itself; whoever asks need not escape it."""
        return str(self)


COLOUR = "#2b7367"
"""The colour of samples (VERIFIED as seen; whether it is required is UNKNOWN)."""

RADIUS = "10px"
"""The roundness of samples (VERIFIED as seen)."""

TEXTS: Mapping[ButtonKind, Mapping[Language, str]] = MappingProxyType({
    "login": {"en": "Login with iAM Smart", "zh-Hant": "智方便登入", "zh-Hans": "智方便登入"},
    "sign": {"en": "Signing with iAM Smart", "zh-Hant": "智方便數碼簽署", "zh-Hans": "智方便数码签署"},
    "reauth": {"en": "Authentication with iAM Smart", "zh-Hant": "智方便認證", "zh-Hans": "智方便认证"},
    "open_app": {"en": "Open iAM Smart", "zh-Hant": "開啟智方便", "zh-Hans": "开启智方便"},
    "anonymous": {"en": "Continue with iAM Smart", "zh-Hant": "以智方便繼續", "zh-Hans": "以智方便继续"},
})  # fmt: skip
"""VERIFIED, all of them."""

FORM_TEXTS: Mapping[Language, str] = MappingProxyType({
    "en": "Form filling with iAM Smart e-ME", "zh-Hant": "智方便填表", "zh-Hans": "智方便填表",
})  # fmt: skip
"""UNKNOWN: the English one is what one live service shows; the Chinese ones are ours, made like the others."""

_MORE: Mapping[Language, tuple[str, str, str]] = MappingProxyType({
    "en": ("https://www.iamsmart.gov.hk/en/", "More info", "More info about iAM Smart"),
    "zh-Hant": ("https://www.iamsmart.gov.hk/tc/", "了解更多", "了解更多有關智方便的資料"),
    "zh-Hans": ("https://www.iamsmart.gov.hk/sc/", "了解更多", "了解更多有关智方便的信息"),
})  # fmt: skip


def button_text(kind: ButtonKind, language: Language, *, form_texts: Mapping[Language, str] = FORM_TEXTS) -> str:
    """Return the words on a button.  ``form_texts`` are those of form filling, once somebody knows them."""
    return form_texts[language] if kind == "form" else TEXTS[kind][language]


def more_info(language: Language) -> tuple[str, str]:
    """Return address and words of the link that every page which starts iAM Smart must carry (VERIFIED)."""
    address, words, _ = _MORE[language]
    return address, words


def more_info_link(language: Language) -> HTML:
    """Return the link as HTML; its accessible name says what about, and begins with the words that are seen."""
    address, words, name = _MORE[language]
    tag = _tag(language)
    return HTML(
        f'<a class="iamsmart-more" href="{address}" lang="{tag}" hreflang="{tag}" rel="noopener noreferrer" '
        f'aria-label="{escape(name)}">{escape(words)}</a>'
    )


def button_form(
    kind: ButtonKind,
    language: Language,
    *,
    action: str,
    fields: Mapping[str, str],
    form_texts: Mapping[Language, str] = FORM_TEXTS,
) -> HTML:
    """Return a form with one button and the "More info" link, as HTML.

    ``action`` is the path it posts to; ``fields`` are hidden, and one of them must be the guard of the session.  The
    look comes from ``web.css``, so no page needs to allow styles inside it.
    """
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items()
    )
    words = escape(button_text(kind, language, form_texts=form_texts))
    return HTML(
        f'<div class="iamsmart"><form method="post" action="{escape(action)}">{hidden}'
        f'<button class="iamsmart-button" type="submit" lang="{_tag(language)}">{words}</button></form>'
        f"{more_info_link(language)}</div>"
    )


def app_link(language: Language, address: str) -> HTML:
    """Return the button that opens the app on this device, as HTML; empty for an address that opens no app."""
    if not app_address(address):
        return HTML()
    words = escape(button_text("open_app", language))
    return HTML(f'<a class="iamsmart-button" href="{escape(address)}" lang="{_tag(language)}">{words}</a>')


def _tag(language: Language) -> str:
    # A tag goes into an attribute unescaped, so it is one of three.
    return LANGUAGES[LANGUAGES.index(language)]
