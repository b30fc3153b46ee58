"""The pages of the web parts: waiting, a refusal, "Is this you?".  Pure functions from values to HTML.

They need no script and no template engine, hold no style and no script inside, and escape whatever they are given.
An application with a look of its own shows its own pages and asks the same endpoints.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from html import escape

from xbridge.core.language import LANGUAGES, Language
from xbridge.web.button import app_link, button_text, more_info_link
from xbridge.web.visit import Waiting
from xbridge.web.wording import NAMES, word

HONG_KONG = timezone(timedelta(hours=8))
RELOAD_S = 5
"""How often a page without scripts asks again, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every page needs: its language, its own path (for the other languages), our files, and the way home."""

    language: Language
    path: str
    static: str
    home: str


def waiting_page(frame: Frame, waiting: Waiting, *, status: str, poll_interval_s: int) -> str:
    """Return the page of a person who answers elsewhere.

    ``status`` is the path that the script asks; without scripts the page loads itself again.  The reload stands in
    ``noscript``, because a page that jumps under a reader is worse than one that does not move.
    """
    t = _Words(frame.language)
    until = datetime.fromtimestamp(waiting.until, tz=HONG_KONG).strftime("%H:%M")
    path = escape(frame.path)
    button = app_link(frame.language, waiting.app_url)
    asked = f"<p>{t('wait_here')}</p><p>{button}</p>" if button else f"<p>{t('wait_phone')}</p>"
    code = _code(t, waiting.code) if waiting.code else ""
    body = (
        f"{asked}{code}<p>{t('wait_until', time=until)}</p>"
        f'<p role="status" class="status" data-status="{escape(status)}" data-seconds="{int(poll_interval_s)}">'
        f"{t('wait_status')}</p>"
        f'<noscript><p><a class="plain-button" href="{path}">{t("wait_look")}</a></p></noscript>'
        f'<p>{more_info_link(frame.language)}</p><p><a href="{escape(frame.home)}">{t("leave")}</a></p>'
    )
    head = (
        f'<noscript><meta http-equiv="refresh" content="{RELOAD_S}"></noscript>'
        f'<script src="{escape(frame.static)}/wait.js" defer></script>'
    )
    return _page(frame, "wait_title", body, head=head)


def code_page(frame: Frame, *, code: str, url: str) -> str:
    """Return the page that shows somebody who signs without a login the identification code, and leads to the provider.

    ``url`` is the provider's own page.
    """
    t = _Words(frame.language)
    words = escape(button_text("sign", frame.language))
    body = (
        f"<p>{t('code_keep')}</p>{_code(t, code)}"
        f'<p><a class="iamsmart-button" href="{escape(url)}" rel="noreferrer">{words}</a></p>'
        f'<p>{more_info_link(frame.language)}</p><p><a href="{escape(frame.home)}">{t("leave")}</a></p>'
    )
    return _page(frame, "code_title", body)


def refusal_page(frame: Frame, kind: str, *, code: str = "") -> str:
    """Return the page for something that did not happen; ``kind`` is a key of the wording, ``code`` is for support."""
    t = _Words(frame.language)
    shown = f'<p class="small">{t("error_code")}: <code>{escape(code)}</code></p>' if code else ""
    body = f'<p>{t(kind)}</p>{shown}<p><a class="plain-button" href="{escape(frame.home)}">{t("back")}</a></p>'
    return _page(frame, f"{kind}_title", body)


def confirm_page(frame: Frame, *, name: str, action: str, fields: Mapping[str, str]) -> str:
    """Return the page that asks whether a login from the provider's app is the person's own doing."""
    t = _Words(frame.language)
    hidden = "".join(
        f'<input type="hidden" name="{escape(field)}" value="{escape(value)}">' for field, value in fields.items()
    )
    body = (
        f'<p>{t("confirm", name=name)}</p><form method="post" action="{escape(action)}">{hidden}'
        f'<button class="plain-button" type="submit">{t("confirm_yes")}</button> '
        f'<a class="plain-button" href="{escape(frame.home)}">{t("confirm_no")}</a></form>'
    )
    return _page(frame, "confirm_title", body)


class _Words:
    """The wording of one language, escaped."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def __call__(self, key: str, **filled: str) -> str:
        """Return the text of ``key`` for HTML."""
        return escape(word(key, self._language, **filled))


def _code(t: _Words, code: str) -> str:
    # With spaces in between, so that it is read out digit by digit and not as thousands.
    digits = escape(" ".join(code))
    return f'<dl class="code"><dt>{t("wait_code")}</dt><dd>{digits}</dd></dl><p>{t("wait_code_check")}</p>'


def _page(frame: Frame, title: str, body: str, *, head: str = "") -> str:
    t = _Words(frame.language)
    return (
        f'<!doctype html>\n<html lang="{frame.language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{t(title)}</title>\n'
        f'<link rel="stylesheet" href="{escape(frame.static)}/web.css">\n{head}\n</head>\n<body class="xbridge-page">\n'
        f"{_languages(frame)}\n<main>\n<h1>{t(title)}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _languages(frame: Frame) -> str:
    """Return the links to the same page in the other languages; none where coming again would do something again."""
    if not frame.path:
        return ""
    links = [
        f'<a href="{escape(frame.path)}?lang={code}" lang="{code}" hreflang="{code}"{_current(code, frame)}>{NAMES[code]}</a>'
        for code in LANGUAGES
    ]
    return f'<nav aria-label="{_Words(frame.language)("languages")}">{" ".join(links)}</nav>'


def _current(code: Language, frame: Frame) -> str:
    return ' aria-current="true"' if code == frame.language else ""
