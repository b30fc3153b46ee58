"""What came in and what goes out, in no framework's words.

Values only.  ``wsgi.py`` and ``asgi.py`` make them from what a server hands over; any other framework can too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote

from xbridge.core.errors import CallbackInvalid

MAX_FORM_BYTES = 16 * 1024
_TEXT_FORM = "application/x-www-form-urlencoded"
_ALWAYS = (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"))


@dataclass(frozen=True, slots=True, kw_only=True)
class WebRequest:
    """One request.  ``path`` is decoded and whole (with what the application is mounted under), ``query`` is raw.

    ``headers`` have lower-case names; several of one name are joined by commas.  ``body`` is None when there is more
    of it than :meth:`FrontDesk.body_limit` allows, or when nobody can say where it ends.  ``session`` is the browser's
    session in the application, or a function that returns it; for what a platform POSTs it is not looked at.  ``peer``
    is the address of whoever connected to this server.
    """

    method: str
    path: str
    query: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=b"", repr=False)
    session: Any = field(default=None, repr=False)
    peer: str = ""

    @property
    def url(self) -> str:
        """Path and query as they came, percent-encoded: what :meth:`Bridge.finish_login` reads."""
        path = quote(self.path, safe="/:@!$&'()*+,;=~")
        return f"{path}?{self.query}" if self.query else path

    def parameter(self, name: str) -> str:
        """Return the one value of ``name`` in the query, or empty text.  Raises ``CallbackInvalid``."""
        return _one(self.query, name)

    def form(self) -> Mapping[str, str]:
        """Return the fields of a form that a page of ours posted.  Raises ``CallbackInvalid`` for anything else."""
        if self.body is None or len(self.body) > MAX_FORM_BYTES:
            raise CallbackInvalid("form", reason="too_large")
        if self.media_type != _TEXT_FORM:
            raise CallbackInvalid("form", reason="malformed")
        if not self.body.isascii():
            raise CallbackInvalid("form", reason="malformed")
        pairs = _pairs(self.body.decode("ascii"))
        if len(dict(pairs)) != len(pairs):
            raise CallbackInvalid("form", reason="duplicated")
        return dict(pairs)

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class WebReply:
    """One reply; whoever sends it adds nothing but the length.  Raises ``ValueError`` for a header with a line break."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        """A value that came from outside must not become a second header."""
        if not all(text.isascii() and text.isprintable() for pair in self.headers for text in pair):
            raise ValueError("a header holds printable ASCII only")


def redirect(address: str) -> WebReply:
    """Return a reply that sends the browser to ``address``, which the caller vouches for."""
    return WebReply(status=303, headers=(("Location", address), *_ALWAYS))


def html(text: str, *, status: int = 200, more: tuple[tuple[str, str], ...] = ()) -> WebReply:
    """Return a page that runs no script but ours and can be framed by nobody."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    headers = (("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", policy), *_ALWAYS, *more)
    return WebReply(status=status, headers=headers, body=text.encode())


def document(members: Mapping[str, object], *, status: int = 200, more: tuple[tuple[str, str], ...] = ()) -> WebReply:
    """Return ``members`` as JSON for a script of our own page."""
    headers = (
        ("Content-Type", "application/json"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        *_ALWAYS,
        *more,
    )
    return WebReply(status=status, headers=headers, body=json.dumps(members, ensure_ascii=False).encode())


def bare(status: int, *, more: tuple[tuple[str, str], ...] = ()) -> WebReply:
    """Return a reply without a word."""
    return WebReply(status=status, headers=(*_ALWAYS, *more))


def _one(text: str, name: str) -> str:
    values = [value for key, value in _pairs(text) if key == name]
    if len(values) > 1:
        raise CallbackInvalid(name, reason="duplicated")
    return values[0] if values else ""


def _pairs(text: str) -> list[tuple[str, str]]:
    pairs = _read(text)
    if pairs is None:
        raise CallbackInvalid("form", reason="malformed")
    return pairs


def _read(text: str) -> list[tuple[str, str]] | None:
    """Return the decoded pairs, or None.  Nothing is raised in here: the standard library quotes what it could not read."""
    try:
        return parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), errors="strict", max_num_fields=64)
    except ValueError:
        return None
