"""Pages for people: one template environment, language negotiation, and the headers every page carries.

Templates stand in ``template/``; autoescape is always on, and there is no way to switch it off for a value from
outside. Not here: what the pages say (``text`` and each mock's catalogue) and what they do.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from werkzeug.wrappers import Request, Response

from xbridge_mocks.text import HTML_LANG, LANGUAGE_NAME, LANGUAGES, SHARED, Catalogue, Language

__all__ = ["LANGUAGE_COOKIE", "negotiate", "render"]

LANGUAGE_COOKIE = "xbridge_mock_lang"

# The spellings that iAM Smart itself takes, so that a switched address is still a valid request there.
_LINK_SPELLING: dict[Language, str] = {"en": "en-US", "zh-Hant": "zh-HK", "zh-Hans": "zh-CN"}

_SPELLINGS: dict[str, Language] = {
    "en": "en", "en-us": "en", "en-gb": "en", "en-hk": "en",
    "zh-hant": "zh-Hant", "zh-hk": "zh-Hant", "zh-tw": "zh-Hant", "zh-mo": "zh-Hant", "zh-hant-hk": "zh-Hant",
    "zh-hans": "zh-Hans", "zh-cn": "zh-Hans", "zh-sg": "zh-Hans", "zh-hans-cn": "zh-Hans", "zh": "zh-Hans",
}  # fmt: skip


def negotiate(request: Request) -> Language:
    """Choose the language of an answer: ``?lang=``, then the cookie, then Accept-Language, then Traditional Chinese.

    Spellings such as ``en-US``, ``zh-HK`` and ``zh-CN`` count; an unknown one is passed over, never refused.
    """
    wishes = [request.args.get("lang", ""), request.cookies.get(LANGUAGE_COOKIE, "")]
    wishes += [value for value, _ in request.accept_languages]
    for wish in wishes:
        known = _SPELLINGS.get(wish.strip().lower().replace("_", "-"))
        if known is not None:
            return known
    return "zh-Hant"


def render(
    template: str,
    lang: Language,
    *,
    request: Request | None = None,
    status: int = 200,
    catalogue: Catalogue = SHARED,
    here: str = "",
    script: str = "",
    **context: object,
) -> Response:
    """Fill ``template`` (a path below ``template/``) and answer it with the security headers of every mock page.

    Inside, ``t(key, **values)`` says a sentence of ``catalogue`` in ``lang``; ``switch`` lists the links to the other
    languages, which keep the query of ``request`` and lead to the path ``here``
    (empty: the same page). ``script`` is trusted text of ours, admitted by its hash.
    """
    if catalogue is not SHARED and "banner" not in catalogue:
        catalogue = SHARED | catalogue

    def t(key: str, **values: object) -> str:
        return catalogue.say(key, lang, **values)

    style = _style()
    body = _environment().get_template(template).render(
        **context,
        t=t, lang=lang, html_lang=HTML_LANG[lang], switch=_switch(lang, request, here),
        style=Markup(style), script=Markup(script),  # noqa: S704 - both are our own constants
    )  # fmt: skip
    response = Response(body, status=status, mimetype="text/html")
    response.headers["Content-Language"] = HTML_LANG[lang]
    _protect(response, style=style, script=script)
    if request is not None and request.args.get("lang"):
        response.set_cookie(LANGUAGE_COOKIE, lang, httponly=True, samesite="Lax")
    return response


def _switch(lang: Language, request: Request | None, here: str) -> list[dict[str, str]]:
    kept: list[tuple[str, str]] = []
    if request is not None and not here:
        kept = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return [
        {
            "lang": HTML_LANG[other],
            "name": LANGUAGE_NAME[other],
            "href": here + "?" + urlencode([*kept, ("lang", _LINK_SPELLING[other])]),
            "current": "true" if other == lang else "",
        }
        for other in LANGUAGES
    ]


def _protect(response: Response, *, style: str, script: str) -> None:
    # There is no form-action directive: browsers apply it to the redirect that follows a form, and after a decision
    # that redirect leads to the relying service.
    policy = [
        "default-src 'none'",
        f"style-src {_hash(style)}",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
    if script:
        policy.append(f"script-src {_hash(script)}")
    response.headers["Content-Security-Policy"] = "; ".join(policy)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("xbridge_mocks", "template"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> str:
    return files("xbridge_mocks").joinpath("template", "style.css").read_text("utf-8")
