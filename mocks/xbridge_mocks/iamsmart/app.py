"""The iAM Smart mock as one WSGI application: routes, the lock, and the journal.

Every request is handled under one lock, so that "once" means once under load too. The work is done in ``api`` and
``login_page``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from xbridge_mocks.client import ClientCredentials
from xbridge_mocks.clock import MockClock
from xbridge_mocks.control import CONTROL_PREFIX, answer_control
from xbridge_mocks.fault import Faults
from xbridge_mocks.iamsmart.api import Api
from xbridge_mocks.iamsmart.content_key import ContentKeys
from xbridge_mocks.iamsmart.gate import Gate
from xbridge_mocks.iamsmart.grant import Grants
from xbridge_mocks.iamsmart.login import DECISIONS, Logins
from xbridge_mocks.iamsmart.login_page import LoginPages
from xbridge_mocks.iamsmart.misbehaviour import FAULTS
from xbridge_mocks.iamsmart.refusal import Refused, Trail
from xbridge_mocks.iamsmart.registry import DEFAULT_SCOPES, Registry
from xbridge_mocks.iamsmart.reply import compose
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings
from xbridge_mocks.iamsmart.visitor import walk_through
from xbridge_mocks.journal import Journal, Outcome, mask_path
from xbridge_mocks.persona import Persona
from xbridge_mocks.random_source import RandomSource

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["IamSmartMock"]

_ROUTES = Map(
    [
        Rule("/", endpoint="index", methods=["GET"]),
        Rule("/api/v1/auth/getQR", endpoint="getQR", methods=["GET"]),
        Rule("/api/v1/auth/getToken", endpoint="getToken", methods=["POST"]),
        Rule("/api/v1/security/getKey", endpoint="getKey", methods=["POST"]),
        Rule("/api/v1/security/revokeKey", endpoint="revokeKey", methods=["POST"]),
        Rule("/api/v1/profiles", endpoint="profiles", methods=["POST"]),
        Rule("/mock/qr/<token>", endpoint="desk", methods=["GET"]),
        Rule("/mock/qr/<token>/status", endpoint="status", methods=["GET"]),
        Rule("/mock/qr/<token>/continue", endpoint="callback", methods=["GET"]),
        Rule("/mock/phone/<token>", endpoint="phone", methods=["GET"]),
        Rule("/mock/phone/<token>/scan", endpoint="scan", methods=["POST"]),
        Rule("/mock/phone/<token>/decision", endpoint="decision", methods=["POST"]),
    ],
    strict_slashes=True,
    redirect_defaults=False,
    merge_slashes=False,
)
_SHOWN = frozenset({"clientID", "responseType", "source", "scope", "lang", "brokerPage", "error_code"})


class IamSmartMock:
    """A strict stand-in for iAM Smart, to be called as a WSGI application.

    ``faults`` misbehaves on request, ``journal`` says why something was refused, ``control_secret`` opens the control
    API. Raises ValueError when no persona has an iAM Smart account.
    """

    def __init__(
        self,
        *,
        clock: MockClock,
        personas: Sequence[Persona],
        random: RandomSource,
        settings: IamSmartMockSettings | None = None,
        control_secret: str | None = None,
    ) -> None:
        self.clock = clock
        self.personas = tuple(personas)
        self.settings = settings or IamSmartMockSettings()
        self.control_secret = random.token(24) if control_secret is None else control_secret
        self.faults = Faults(FAULTS)
        self.journal = Journal()
        if not any(person.iamsmart for person in self.personas):
            raise ValueError("nobody in this population has an iAM Smart account")
        self._lock = threading.RLock()
        self._random = random
        self._registry = Registry(random)
        self._keys = ContentKeys(clock=clock, random=random, settings=self.settings)
        self._gate = Gate(clock=clock, settings=self.settings, registry=self._registry, keys=self._keys)
        self._grants = Grants(clock=clock, random=random, settings=self.settings)
        self._logins = Logins(clock=clock, random=random, settings=self.settings)
        self._api = Api(
            personas=self.personas, random=random, settings=self.settings, gate=self._gate, keys=self._keys,
            grants=self._grants,
        )  # fmt: skip
        self._pages = LoginPages(
            clock=clock, personas=self.personas, random=random, settings=self.settings, registry=self._registry,
            logins=self._logins, grants=self._grants,
        )  # fmt: skip

    def register_client(
        self,
        *,
        name: str,
        redirect_uris: Sequence[str],
        kek_public_keys: Iterable[bytes] = (),
        scopes: Sequence[str] = DEFAULT_SCOPES,
        name_texts: Mapping[str, str] | None = None,
    ) -> ClientCredentials:
        """Register an online service with its redirect URIs and its RSA public keys, PEM or DER, newest last.

        Raises ValueError for an address, key or scope the real portal would not take.
        """
        with self._lock:
            return self._registry.register(
                name=name, redirect_uris=redirect_uris, kek_public_keys=kek_public_keys, scopes=scopes,
                name_texts=name_texts,
            )  # fmt: skip

    def register_from(self, document: Mapping[str, object]) -> ClientCredentials:
        """Register an online service described in JSON, keys as PEM text. Raises ValueError."""
        with self._lock:
            return self._registry.register_from(document)

    def add_kek(self, client_id: str, kek_public_key: bytes) -> None:
        """Configure a newer key-encryption key; the live content key stays under the old one until it ends."""
        with self._lock:
            self._registry.add_kek(client_id, kek_public_key)

    def log_in(self, login_url: str, persona: str, *, decision: str = "approve", base_url: str | None = None) -> str:
        """Walk through a login as the person would and return the callback address.

        ``decision`` is "approve", "refuse" or "cancel". Raises LoginRefused when a page refuses, ValueError for a
        person without iAM Smart or an unknown decision.
        """
        if decision not in DECISIONS:
            raise ValueError(f"decision is one of {', '.join(DECISIONS)}")
        if not any(person.key == persona and person.iamsmart for person in self.personas):
            raise ValueError(f"nobody called {persona!r} here has an iAM Smart account")
        parts = urlsplit(login_url)
        base = base_url or f"{parts.scheme}://{parts.netloc}"
        return walk_through(self.wsgi, login_url, persona, decision, base)

    def subjects(self, client_id: str) -> dict[str, str]:
        """Return each persona's openID towards ``client_id``, by persona key, to seed a service's own data with."""
        with self._lock:
            return {person.key: self._grants.open_id(client_id, person) for person in self.personas if person.iamsmart}

    def reset(self) -> None:
        """Forget logins, codes, tokens, content keys, nonces, faults and the journal; keep the clients."""
        with self._lock:
            for part in (self._logins, self._grants, self._keys, self._gate, self.faults, self.journal):
                part.clear()

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The WSGI application."""
        request = Request(environ)
        with self._lock:
            response = self._respond(request)
        response.headers["X-Xbridge-Mock"] = "iamsmart"
        return response(environ, start_response)

    __call__ = wsgi

    def _respond(self, request: Request) -> Response:
        if request.path.startswith(CONTROL_PREFIX):
            return answer_control(self, request)
        try:
            operation, values = _ROUTES.bind_to_environ(request.environ).match()
        except HTTPException as exc:
            return self._off_the_map(request, exc)
        trail = Trail(operation, self.faults)
        if operation in ("getKey", "revokeKey", "getToken", "profiles"):
            reply = self._api.answer(request, trail)
            self._record(request, trail, reply.code)
            return Response(reply.raw, status=reply.status, content_type=reply.content_type)
        try:
            response, code = self._serve_page(request, operation, values.get("token", ""), trail)
        except Refused as refused:
            response, code = self._pages.error(request, refused), refused.code
        self._record(request, trail, code)
        return response

    def _serve_page(self, request: Request, operation: str, token: str, trail: Trail) -> tuple[Response, str]:
        pages = self._pages
        if operation == "index":
            return pages.index(request), ""
        if operation == "getQR":
            return pages.get_qr(request, trail), ""
        if operation == "callback":
            return pages.finish(request, token, trail)
        handlers: dict[str, Callable[[Request, str, Trail], Response]] = {
            "desk": pages.desk, "status": pages.status, "phone": pages.phone, "scan": pages.scan,
            "decision": pages.decide,
        }  # fmt: skip
        return handlers[operation](request, token, trail), ""

    def _off_the_map(self, request: Request, exc: HTTPException) -> Response:
        status = exc.code if isinstance(exc, NotFound | MethodNotAllowed) and exc.code else 404
        trail = Trail("unknown", self.faults)
        message = "method not allowed" if status == 405 else "not found"
        reply = compose(trail, self._random, code="D20000", message=message, status=status)
        self._record(request, trail, f"HTTP {status}", outcome="refused", path="/***")
        response = Response(reply.raw, status=status, content_type=reply.content_type)
        if isinstance(exc, MethodNotAllowed):
            response.headers["Allow"] = ", ".join(sorted(exc.valid_methods or ()))
        return response

    def _record(
        self, request: Request, trail: Trail, code: str, *, outcome: Outcome | None = None, path: str | None = None
    ) -> None:
        failed = any(not check.passed for check in trail.checks)
        seen: Outcome = "fault" if trail.struck else "refused" if failed else "ok"
        shown = request.path
        for part in ("/mock/qr/", "/mock/phone/"):
            if shown.startswith(part):
                # The token in the path opens the login, so only what follows it is written down.
                shown = part + "***" + shown[len(part) :].partition("/")[1] + shown[len(part) :].partition("/")[2]
        self.journal.record(
            at=self.clock.now(), method=request.method, operation=trail.operation, outcome=outcome or seen,
            path=path or mask_path(shown, request.query_string.decode("latin-1"), shown=_SHOWN),
            checks=trail.checks, code=code or None,
        )  # fmt: skip
