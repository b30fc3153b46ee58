"""The zwrz mock as one WSGI application: the lock, the journal, and what tests may ask of it.

The rules of the protocol are in the endpoints; this module knows none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import RLock
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Request, Response

from xbridge_mocks.client import ClientCredentials, ServiceName
from xbridge_mocks.clock import MockClock
from xbridge_mocks.control import CONTROL_PREFIX, answer_control, refuse_unknown
from xbridge_mocks.fault import Faults
from xbridge_mocks.journal import Journal, mask_path
from xbridge_mocks.openapi import document_reply
from xbridge_mocks.page import negotiate, render
from xbridge_mocks.persona import Persona
from xbridge_mocks.random_source import RandomSource
from xbridge_mocks.request import FORM_LIMIT, MockRequest, unreadable
from xbridge_mocks.zwrz.exchange import token, user
from xbridge_mocks.zwrz.login import authorize, login, login_by_code, logout, validate_app_code
from xbridge_mocks.zwrz.misbehaviour import FAULTS
from xbridge_mocks.zwrz.office_app import OfficeAppMock
from xbridge_mocks.zwrz.officer import officers_among
from xbridge_mocks.zwrz.registry import Registry
from xbridge_mocks.zwrz.reply import refusal
from xbridge_mocks.zwrz.route import ROUTES, SERVER_OPERATIONS
from xbridge_mocks.zwrz.session import FormGuard, Sessions
from xbridge_mocks.zwrz.setting import Kind, ZwrzMockSettings
from xbridge_mocks.zwrz.vault import Vault
from xbridge_mocks.zwrz.visit import Platform, Refused, Visit
from xbridge_mocks.zwrz.visitor import Visitor
from xbridge_mocks.zwrz.wording import WORDING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["ZwrzMock"]

# Query values the journal may show, and only when they are these words: any other value could be anything.
_FIXED_WORDS = {"response_type": "code", "scope": "all"}
_NAMES = {*_FIXED_WORDS, "client_id", "redirect_uri", "state", "backurl", "lang"}
_STATUS = {Kind.PATH: 404, Kind.METHOD: 405, Kind.FORM: 403}


class ZwrzMock:
    """A strict stand-in for the civil servants' identity provider, to be called as a WSGI application.  Thread-safe.

    ``settings`` answers what is UNKNOWN about the platform; ``control_secret`` opens the control API. It knows no
    service until one is registered. ``office_app`` is a second application, for another address: 粤政易 behind its gateway.
    """

    def __init__(
        self,
        *,
        clock: MockClock,
        personas: Sequence[Persona],
        random: RandomSource,
        settings: ZwrzMockSettings | None = None,
        control_secret: str | None = None,
    ) -> None:
        self.clock = clock
        self.personas = tuple(personas)
        self.settings = settings or ZwrzMockSettings()
        self.faults = Faults(FAULTS)
        self.journal = Journal()
        self.control_secret = control_secret or random.token(24)
        self._platform = Platform(
            clock=clock,
            random=random,
            settings=self.settings,
            officers=officers_among(self.personas),
            services=Registry(random),
            vault=Vault(clock=clock, random=random, settings=self.settings),
            sessions=Sessions(clock=clock, random=random, lifetime_s=self.settings.session_lifetime_s),
            guard=FormGuard(random),
            faults=self.faults,
        )
        self.office_app = OfficeAppMock(
            clock=clock,
            random=random,
            officers=self._platform.officers,
            personas=self.personas,
            control_secret=self.control_secret,
        )
        # One request at a time, so that "once" means once under load too.
        self._lock = RLock()

    def register_client(
        self, *, name: str, redirect_uris: Sequence[str], name_texts: Mapping[str, str] | None = None
    ) -> ClientCredentials:
        """Register a service and return its credentials.  Raises ValueError."""
        label = ServiceName.of(name, dict(name_texts or {}))
        with self._lock:
            return self._platform.services.register(name=label, redirect_uris=redirect_uris).credentials

    def register_from(self, document: Mapping[str, object]) -> ClientCredentials:
        """Register a service described in JSON, for the control API.  Raises ValueError."""
        refuse_unknown(document, ("name", "redirect_uris", "name_texts"))
        name, uris, texts = document.get("name"), document.get("redirect_uris"), document.get("name_texts", {})
        if not isinstance(name, str):
            raise ValueError("name is text")
        if not isinstance(uris, list) or not all(isinstance(uri, str) for uri in uris):
            raise ValueError("redirect_uris is a list of texts")
        if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
            raise ValueError("name_texts maps languages to texts")
        return self.register_client(name=name, redirect_uris=uris, name_texts=texts)

    def log_in(self, login_url: str, persona: str, *, decision: str = "approve", base_url: str | None = None) -> str:
        """Sign in as ``persona`` in a fresh scripted browser and return the callback address.

        ``decision`` is ``approve``, ``app`` or ``leave``. Raises LoginUnfinished (a ValueError) when the browser stays
        with the platform, ValueError for a persona who is no officer.
        """
        parts = urlsplit(login_url)
        base = base_url or (f"{parts.scheme}://{parts.netloc}" if parts.netloc else "http://localhost")
        return self.browser(base).log_in(login_url, persona, decision=decision)

    def browser(self, base_url: str = "http://localhost") -> Visitor:
        """Return a scripted browser that keeps its cookies from login to login."""
        return Visitor(self.wsgi, base_url=base_url)

    def subjects(self, client_id: str) -> dict[str, str]:
        """Return each officer's id, which is the same towards every service, by persona key."""
        return {key: officer.userid for key, officer in self._platform.officers.items()}

    def reset(self) -> None:
        """Forget sessions, codes, tokens, faults and the journal; keep the services."""
        with self._lock:
            for part in (self._platform.sessions, self._platform.vault, self.faults, self.journal):
                part.clear()
            self.office_app.reset()

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        request = MockRequest(environ)
        for_control = request.path.startswith(CONTROL_PREFIX)
        response = answer_control(self, request) if for_control else self._answer(request)
        response.headers["X-Xbridge-Mock"] = "zwrz"
        return response(environ, start_response)

    __call__ = wsgi

    def _answer(self, request: Request) -> Response:
        """Let the endpoint answer, turn its refusal into what its callers understand, write the journal."""
        operation, stray = _find(request)
        visit = Visit(request=request, operation=operation, platform=self._platform)
        try:
            if stray is not None:
                visit.refuse("route", stray, "not served")
            # Read before the lock, so that a slow sender holds up nobody but itself.
            request.max_content_length = FORM_LIMIT
            request.get_data()
            with self._lock:
                response = _ENDPOINTS[operation](visit)
        except Refused as refused:
            visit.refused = refused.kind
            response = refusal(visit, refused) if operation in SERVER_OPERATIONS else _refusal_page(visit, refused)
        except HTTPException as failure:
            visit.refused = Kind.REQUEST
            response = unreadable(failure)
        if stray is Kind.METHOD:
            response.headers["Allow"] = ", ".join(sorted(_allowed(request)))
        self._write(visit)
        return response

    def _write(self, visit: Visit) -> None:
        """Add the visit to the journal, without values."""
        request = visit.request
        shown = [name for name, word in _FIXED_WORDS.items() if request.args.getlist(name) == [word]]
        # The name of a parameter may be a value, too, when somebody forgot the equals sign.
        pairs = [(name if name in _NAMES else "other", value) for name, value in request.args.items(multi=True)]
        for name in visit.faults:
            visit.passed("fault", name)
        self.journal.record(
            at=self.clock.now(),
            method=request.method if request.method in {"GET", "HEAD", "POST"} else "(other)",
            path=mask_path(request.path, urlencode(pairs), shown=shown)
            if visit.operation != "unknown"
            else "(unknown)",
            operation=visit.operation,
            outcome="fault" if visit.faults else "refused" if visit.refused else "ok",
            checks=visit.checks,
            code=None if visit.refused is None else str(self.settings.error_codes[visit.refused]),
        )


def _find(request: Request) -> tuple[str, Kind | None]:
    """Return the operation a request asks for, and why it is not served where it is not."""
    adapter = ROUTES.bind("localhost")
    try:
        return str(adapter.match(request.path, method=request.method)[0]), None
    except MethodNotAllowed:
        first = sorted(_allowed(request))[0]
        return str(adapter.match(request.path, method=first)[0]), Kind.METHOD
    except HTTPException:
        return "unknown", Kind.PATH


def _allowed(request: Request) -> set[str]:
    return set(ROUTES.bind("localhost").allowed_methods(request.path))


def _index(visit: Visit) -> Response:
    paths = [str(rule) for rule in ROUTES.iter_rules() if str(rule).startswith("/zwrz/")]
    return render("home.html", negotiate(visit.request), request=visit.request, catalogue=WORDING, paths=paths)


def _refusal_page(visit: Visit, refused: Refused) -> Response:
    """A refusal for a person: always a page, never a redirect."""
    return render(
        "zwrz/refusal.html",
        negotiate(visit.request),
        request=visit.request,
        status=_STATUS.get(refused.kind, 400),
        catalogue=WORDING,
        number=visit.platform.settings.error_codes[refused.kind],
        problem=f"{refused.kind.value}: {refused.detail}",
    )


_ENDPOINTS: dict[str, Callable[[Visit], Response]] = {
    "index": _index,
    "document": lambda _: document_reply("zwrz"),
    "authorize": authorize,
    "loginPage": login,
    "login": login,
    "rzloginbycode": login_by_code,
    "validyzycode": validate_app_code,
    "token": token,
    "user": user,
    "logout": logout,
}
