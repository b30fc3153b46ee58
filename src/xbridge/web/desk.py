"""The desk: every address of the web parts, what may be asked there, and what is answered.  One source, two colours.

``front_desk.py`` has the two that an application uses.  Nothing here knows a framework, reads a socket or writes a log;
what a request may hold is personal or secret.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Generic, Literal, TypeVar
from urllib.parse import urlsplit

from xbridge.bridge.awaiting import AsyncBridge
from xbridge.bridge.blocking import Bridge
from xbridge.core.errors import (
    CallbackInvalid,
    ConfigError,
    LinkRefused,
    ProviderError,
    ProviderRejected,
    TamperDetected,
    Unsupported,
    UserDeclined,
    VerificationError,
    XBridgeError,
)
from xbridge.core.language import Language, parse_language
from xbridge.core.ports import Entropy
from xbridge.core.request import Collected, FormHop, PendingRequest
from xbridge.core.signing import SigningHop
from xbridge.core.web_address import check_web_address
from xbridge.providers.iamsmart.reply import TIMED_OUT
from xbridge.web.address import local_path
from xbridge.web.button import FORM_TEXTS, HTML, ButtonKind, button_form
from xbridge.web.colour import settled
from xbridge.web.hook import Answer, Hooks, Shown
from xbridge.web.message import MAX_FORM_BYTES, WebReply, WebRequest, bare, html, redirect
from xbridge.web.pace import Pace
from xbridge.web.page import Frame, code_page, refusal_page
from xbridge.web.visit import DEFAULT_LANGUAGE, Session, Visit, Waiting

AnyBridge = TypeVar("AnyBridge", bound="Bridge | AsyncBridge", covariant=True)
STATIC = {"wait.js": "text/javascript; charset=utf-8", "web.css": "text/css; charset=utf-8"}
BUSY_S = 30
# One table of numbers for the whole family, behind a letter for each platform.
_TIMED_OUT = frozenset(code[1:] for code in TIMED_OUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Where each endpoint lives below the desk's own address; redirect and callback addresses must be registered.

    ``login``, ``ask`` and ``confirm`` take the forms of our buttons; ``callback`` is where browsers come back to;
    ``result`` is where the platform POSTs; ``ask``, ``wait`` and ``status`` are followed by a slash and a name or id;
    ``direct_state`` (V1) and ``direct`` (V2) are for logins from the provider's app; ``static`` holds script and style.
    """

    login: str = "/login"
    callback: str = "/callback"
    ask: str = "/ask"
    result: str = "/result"
    wait: str = "/wait"
    status: str = "/status"
    direct_state: str = "/direct-state"
    direct: str = "/direct"
    confirm: str = "/confirm"
    static: str = "/static"


class Desk(Generic[AnyBridge]):
    """What both colours hold."""

    def __init__(
        self,
        bridge: AnyBridge,
        *,
        own_url: str,
        hooks: Hooks | None = None,
        provider: str = "iamsmart",
        home: str = "/",
        paths: Paths | None = None,
        callback_max_bytes: int = 10 * 1024 * 1024,
        refused_status: Literal[200, 400] = 400,
        poll_interval_s: int = 2,
        form_texts: Mapping[Language, str] = FORM_TEXTS,
        entropy: Entropy = os.urandom,
    ) -> None:
        """``own_url`` is where browsers and the platform reach this desk, like ``https://svc.example/iamsmart``.

        ``home`` is the path that people go back to; ``callback_max_bytes`` bounds what the platform may POST;
        ``refused_status`` is what it is answered when it is not believed (what the platform makes of that is UNKNOWN).
        ``form_texts`` are the words on the button for form filling (UNKNOWN).  Raises ``ConfigError``.
        """
        try:
            check_web_address(own_url, real_host=False)
        except ValueError as exc:
            raise ConfigError(f"own_url {exc}") from None
        parts = urlsplit(own_url)
        if parts.query or own_url.endswith("/"):
            raise ConfigError("own_url has no query and no slash at its end")
        if not home or local_path(home, otherwise="") != home:
            raise ConfigError("home must be a path of this site")
        self.bridge = bridge
        self.hooks = hooks or Hooks()
        self.provider = provider
        self.home = home
        self.paths = paths or Paths()
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.prefix = parts.path
        self.callback_max_bytes = callback_max_bytes
        self.refused_status = refused_status
        self.poll_interval_s = poll_interval_s
        self.form_texts = form_texts
        self.clock = bridge.clock
        self.entropy = entropy
        self.pace = Pace(poll_interval_s, clock=bridge.clock)

    # --- for the application -----------------------------------------------------------------------------------------

    def visit(self, session: Session, *, language: Language = DEFAULT_LANGUAGE) -> Visit:
        """Return what the desk knows about the browser with ``session``."""
        return Visit(session, language=language, entropy=self.entropy)

    @property
    def callback_url(self) -> str:
        """Where browsers come back to: a redirect URI that must be registered."""
        return f"{self.origin}{self.place(self.paths.callback)}"

    def button(self, visit: Visit, kind: ButtonKind = "login", *, ask: str = "", next: str = "") -> HTML:  # noqa: A002
        """Return the official button as HTML, with the "More info" link.

        It logs in; with ``ask``, a word of the application's own (``[a-z0-9-]``), it calls :meth:`Hooks.on_ask`.
        ``next`` is the path where the person goes afterwards.
        """
        action = self.place(f"{self.paths.ask}/{ask}" if ask else self.paths.login)
        fields = {"guard": visit.guard, **({"next": next} if next else {})}
        return button_form(kind, visit.language, action=action, fields=fields, form_texts=self.form_texts)

    def wait_for(self, visit: Visit, pending: PendingRequest, *, next: str, label: str = "") -> WebReply:  # noqa: A002
        """Return the reply that sends the person to the page on which they wait for ``pending``.

        ``next`` is the path they go to when it ended; ``label`` comes back in :meth:`Hooks.on_result`.
        """
        waiting = visit.wait(pending, next=local_path(next, otherwise=self.home), now=self.clock(), label=label)
        return self.send_to(f"{self.place(self.paths.wait)}/{waiting.business_id}")

    def send_away(self, visit: Visit, hop: FormHop | SigningHop, *, next: str, label: str = "") -> WebReply:  # noqa: A002
        """Return the reply that sends somebody who has not logged in to the provider; the result comes as any other.

        Who is to sign sees a page with the identification code first, and leaves from there.
        """
        way, signing = local_path(next, otherwise=self.home), isinstance(hop, SigningHop)
        visit.send("anonymous_signing" if signing else "anonymous_form", hop, next=way, now=self.clock(), label=label)
        if not isinstance(hop, SigningHop):
            return redirect(hop.url)
        return html(code_page(self.frame(visit), code=hop.identification_code, url=hop.url))

    @property
    def stylesheet(self) -> str:
        """The path of the style of the buttons."""
        return f"{self.place(self.paths.static)}/web.css"

    # --- for the handlers --------------------------------------------------------------------------------------------

    def place(self, path: str) -> str:
        """Return the whole path of an endpoint."""
        return f"{self.prefix}{path}"

    def send_to(self, path: str) -> WebReply:
        """Return a reply that sends the browser to a path of this site.

        The address is written out, so that no path, whatever it is, can lead to another site.
        """
        return redirect(f"{self.origin}{local_path(path, otherwise=self.home)}")

    def replied(self, answer: Answer, *, otherwise: str) -> WebReply:
        """Return what a hook answered as a reply."""
        if isinstance(answer, WebReply):
            return answer
        return self.send_to(otherwise if answer is None else answer)

    def frame(self, visit: Visit, *, path: str = "") -> Frame:
        """Return what every page needs; ``path`` is the page's own where it may be loaded again."""
        return Frame(language=visit.language, path=path, static=self.place(self.paths.static), home=self.home)

    async def concluded(self, visit: Visit, waiting: Waiting, collected: Collected) -> Shown:
        """Hand a result to the application, and return what the page may know of it.

        Raises what the hook raises, but nothing retryable: the result is not there a second time.
        """
        try:
            answer = await settled(self.hooks.on_result(visit, waiting, collected))
        except XBridgeError as error:
            if not error.retryable:
                raise
            raise CallbackInvalid("result", reason="lost") from error
        shown = answer if isinstance(answer, Shown) else Shown(next=answer or "")
        return replace(shown, next=local_path(shown.next, otherwise=waiting.next))

    async def refused(self, visit: Visit, error: XBridgeError) -> WebReply:
        """Return the page for ``error``, or what the application says instead."""
        answer = await settled(self.hooks.on_refusal(visit, error))
        if answer is not None:
            return self.replied(answer, otherwise=self.home)
        kind, status = _kind(error)
        more = (("Retry-After", str(BUSY_S)),) if status == 503 else ()
        # What the person did, or did not do, is no error of anything.
        code = "" if kind in ("declined", "timed_out", "guard") else error.code
        return html(refusal_page(self.frame(visit), kind, code=code), status=status, more=more)

    def missing(self, visit: Visit) -> WebReply:
        """Return the page for an address where nothing is."""
        return html(refusal_page(self.frame(visit), "missing"), status=404)


AnyDesk = Desk[Bridge | AsyncBridge]
"""A desk of either colour, as the handlers see it."""


def visit_of(desk: AnyDesk, request: WebRequest) -> Visit:
    """Return the browser's visit; ``?lang=`` changes its language, and else its own preference counts."""
    # Not "callable": a proxy, as Flask's session is, says yes to that.
    session = request.session if hasattr(request.session, "get") else request.session()
    preferred = _preferred(request.headers.get("accept-language", ""))
    visit = Visit(session, language=preferred, user_agent=request.headers.get("user-agent", ""), entropy=desk.entropy)
    with suppress(XBridgeError):
        if wish := request.parameter("lang"):
            visit.language = parse_language(wish)
    return visit


def form_of_ours(request: WebRequest, visit: Visit) -> Mapping[str, str]:
    """Return the fields of a form that a page of this session posted.  Raises ``CallbackInvalid``."""
    # A browser says where a form comes from; nothing of ours is posted from another site.
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise CallbackInvalid("guard", reason="mismatch")
    form = request.form()
    visit.verify_guard(form.get("guard", ""))
    return form


def body_limit(desk: AnyDesk, path: str) -> int:
    """Return how many bytes of a request to ``path`` may be read; one more is too many."""
    return desk.callback_max_bytes if path == desk.place(desk.paths.result) else MAX_FORM_BYTES


@cache
def static_file(name: str) -> WebReply:
    """Return one of our files."""
    raw = files("xbridge.web").joinpath("static", name).read_bytes()
    kept = ("Cache-Control", "private, max-age=3600")
    return WebReply(
        status=200, headers=(("Content-Type", STATIC[name]), kept, ("X-Content-Type-Options", "nosniff")), body=raw
    )


def wrong_method(allowed: str) -> WebReply:
    """Return the reply to a method that an address does not take."""
    return bare(405, more=(("Allow", allowed),))


def _kind(error: XBridgeError) -> tuple[str, int]:
    """Return the wording and the HTTP status for ``error``."""
    if isinstance(error, UserDeclined):
        return "declined", 403
    if isinstance(error, ProviderRejected) and error.provider_code[1:] in _TIMED_OUT:
        return "timed_out", 403
    if isinstance(error, CallbackInvalid):
        return ("guard", 403) if error.claim == "guard" else ("stale", 400)
    if isinstance(error, LinkRefused):
        return "stale", 400
    if isinstance(error, Unsupported):
        return "missing", 404
    if error.retryable:
        return "busy", 503
    # A person who may not do this, or typed a number that is none, is no fault of the service.
    if isinstance(error, VerificationError) and not isinstance(error, TamperDetected):
        return "failed", 400
    return "failed", 502 if isinstance(error, ProviderError) else 500


def _preferred(header: str) -> Language:
    """Return the first language of an ``Accept-Language`` header that we speak."""
    for wish in header[:256].split(","):
        with suppress(ConfigError):
            return parse_language(wish.partition(";")[0])
    return DEFAULT_LANGUAGE
