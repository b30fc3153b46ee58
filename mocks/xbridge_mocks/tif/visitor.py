"""Who is logged in at the gateway: its cookie, its one page, and the tickets by which a test puts somebody there.

The login itself happens elsewhere (the identity platform has a mock of its own); here a person is only picked.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import urlsplit

from werkzeug.wrappers import Request, Response

from xbridge_mocks.page import negotiate, render
from xbridge_mocks.random_source import RandomSource
from xbridge_mocks.tif.account import LoginSession
from xbridge_mocks.tif.service import Platform
from xbridge_mocks.tif.wording import WORDING

__all__ = ["SESSION_COOKIE", "Visitors"]

# Cookies ignore ports, and all mocks usually live on 127.0.0.1: the names must differ from every other cookie there.
SESSION_COOKIE = "xbridge_mock_tif_sid"
_FORM_COOKIE = "xbridge_mock_tif_form"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ticket:
    sid: str
    target: str


class Visitors:
    """The browsers that are logged in. Not thread-safe: used under the mock's lock."""

    def __init__(self, *, platform: Platform, random: RandomSource) -> None:
        self._platform = platform
        self._random = random
        self._key = random.bytes(32)
        self._tickets: dict[str, _Ticket] = {}

    def clear(self) -> None:
        """Forget every ticket; the sessions are the handles' business."""
        self._tickets.clear()

    def who(self, request: Request) -> LoginSession | None:
        """The session behind the request's cookie, or None."""
        return self._platform.handles.session(request.cookies.get(SESSION_COOKIE, ""))

    def ticket(self, sid: str, target: str) -> str:
        """The path of an address that gives a browser the session ``sid`` and sends it to ``target``, a local path."""
        parts = urlsplit(target)
        if parts.scheme or parts.netloc or not target.startswith("/") or target.startswith(("//", "/\\")):
            raise ValueError("the address must lie below this mock")
        name = self._random.token(16)
        self._tickets[name] = _Ticket(sid=sid, target=target)
        return f"/mock/enter/{name}"

    def enter(self, request: Request, name: str) -> Response:
        """Use a ticket, once."""
        held = self._tickets.pop(name, None)
        if held is None:
            return Response("no such ticket", status=404, content_type="text/plain; charset=utf-8")
        response = _see(held.target)
        response.set_cookie(SESSION_COOKIE, held.sid, httponly=True, samesite="Lax")
        return response

    def index(self, request: Request) -> Response:
        """The page on which somebody is picked."""
        lang = negotiate(request)
        session = self.who(request)
        cookie = request.cookies.get(_FORM_COOKIE) or self._random.token(16)
        response = render(
            "tif/index.html", lang, request=request, catalogue=WORDING, word=self._word(cookie),
            name=self._name(session.persona, lang) if session else "",
            people=[{"key": each.key, "name": self._name(each.key, lang)} for each in self._platform.holders()],
        )  # fmt: skip
        response.set_cookie(_FORM_COOKIE, cookie, httponly=True, samesite="Strict")
        return response

    def sign_in(self, request: Request) -> Response:
        """Log the picked person in."""
        if not self._is_ours(request):
            return _no_form()
        try:
            person = self._platform.holder(request.form.get("persona", ""))
        except ValueError:
            return _no_form()
        session = self._platform.handles.open_session(person.key, "mp")
        response = _see("/")
        response.set_cookie(SESSION_COOKIE, session.sid, httponly=True, samesite="Lax")
        return response

    def sign_out(self, request: Request) -> Response:
        """Log whoever it is out of this browser."""
        if not self._is_ours(request):
            return _no_form()
        response = _see("/")
        response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="Lax")
        return response

    def _word(self, cookie: str) -> str:
        return hmac.new(self._key, cookie.encode(), hashlib.sha256).hexdigest()

    def _is_ours(self, request: Request) -> bool:
        """Say whether the form comes from our page in this browser: no other page knows the word."""
        cookie = request.cookies.get(_FORM_COOKIE, "")
        given = request.form.get("word", "").encode("utf-8", "replace")
        return bool(cookie) and hmac.compare_digest(self._word(cookie).encode(), given)

    def _name(self, key: str, lang: str) -> str:
        person = self._platform.holder(key)
        name = (
            person.name_zh_hans if lang == "zh-Hans" else person.name_zh_hant if lang == "zh-Hant" else person.name_en
        )
        return name or person.name_en


def _see(target: str) -> Response:
    return Response(status=303, headers={"Location": target, "Cache-Control": "no-store"})


def _no_form() -> Response:
    return Response("not a form of this page", status=403, content_type="text/plain; charset=utf-8")
