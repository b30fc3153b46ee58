"""The portal's pages: jinja2 templates with everything escaped, in the session's language."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from werkzeug.wrappers import Response

from xbridge.consent import wording
from xbridge.core.language import LANGUAGES
from xbridge.demo.visitor import Visitor
from xbridge.demo.wording import word
from xbridge.web.button import ButtonKind, button_text, more_info

NAMES = {"en": "English", "zh-Hant": "繁體中文", "zh-Hans": "简体中文"}
_SECURITY = {
    "Content-Security-Policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "form-action 'self' http://127.0.0.1:*; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("xbridge.demo", "template"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )


def render(name: str, visitor: Visitor, **details: Any) -> Response:
    """Return the page ``name`` for ``visitor``."""
    html = (
        _environment()
        .get_template(f"{name}.html")
        .render(
            visitor=visitor,
            lang=visitor.language,
            languages=[(code, NAMES[code]) for code in LANGUAGES],
            t=partial(_word, visitor),
            category=partial(_category, visitor),
            more_info=more_info(visitor.language),
            button=partial(_button, visitor),
            colon=": " if visitor.language == "en" else "：",
            **details,
        )
    )
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers.extend(_SECURITY)
    return response


def _category(visitor: Visitor, code: str) -> str:
    return wording.word(wording.CATEGORIES, code, visitor.language)


def _button(visitor: Visitor, kind: ButtonKind) -> str:
    return button_text(kind, visitor.language)


def _word(visitor: Visitor, key: str) -> str:
    return word(key, visitor.language)
