"""The iAM Smart mock as one WSGI application: the lock, the journal, and what tests may ask of it.

Every request is handled under one lock, so that "once" means once under load too; callbacks are carried outside it. The
work is done in ``api``, the pages and ``responder``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.wrappers import Request, Response

from xbridge_mocks.client import ClientCredentials
from xbridge_mocks.clock import MockClock
from xbridge_mocks.control import CONTROL_PREFIX
from xbridge_mocks.fault import Faults
from xbridge_mocks.iamsmart.courier import Courier, Deliver
from xbridge_mocks.iamsmart.delivery import Delivery
from xbridge_mocks.iamsmart.inquiry import PendingInquiry
from xbridge_mocks.iamsmart.login import DECISIONS
from xbridge_mocks.iamsmart.misbehaviour import FAULTS
from xbridge_mocks.iamsmart.platform import Platform
from xbridge_mocks.iamsmart.refusal import MEANING, LoginRefused, Refused, Trail
from xbridge_mocks.iamsmart.registry import DEFAULT_SCOPES
from xbridge_mocks.iamsmart.reply import compose
from xbridge_mocks.iamsmart.route import API_OPERATIONS, ROUTES, SHOWN, masked
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings
from xbridge_mocks.iamsmart.steering import answer_steering
from xbridge_mocks.iamsmart.visitor import walk_through
from xbridge_mocks.journal import Journal, Outcome, mask_path
from xbridge_mocks.persona import Persona
from xbridge_mocks.random_source import RandomSource
from xbridge_mocks.request import MockRequest, unreadable

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["IamSmartMock"]


class IamSmartMock:
    """A strict stand-in for iAM Smart, to be called as a WSGI application.

    ``faults`` misbehaves on request, ``journal`` says why something was refused, ``control_secret`` opens the control
    API, ``deliver`` carries callbacks to the service and may be replaced. Raises ValueError when no persona has an iAM
    Smart account.
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
        self.deliver: Deliver = Courier(
            timeout_s=self.settings.callback_timeout_ms / 1000, anywhere=self.settings.callback_anywhere
        )
        self._random = random
        self._lock = threading.RLock()
        self._parts = Platform(
            clock=clock, personas=self.personas, random=random, settings=self.settings, faults=self.faults,
            journal=self.journal, lock=self._lock,
        )  # fmt: skip

    def register_client(
        self,
        *,
        name: str,
        redirect_uris: Sequence[str],
        kek_public_keys: Iterable[bytes] = (),
        scopes: Sequence[str] = DEFAULT_SCOPES,
        name_texts: Mapping[str, str] | None = None,
        direct_login_uri: str = "",
        get_state_uri: str = "",
        direct_login_app_uri: str = "",
    ) -> ClientCredentials:
        """Register an online service with its redirect URIs and its RSA public keys, PEM or DER, newest last.

        ``direct_login_uri`` takes codes of direct login version 2, ``direct_login_app_uri`` those of it that open an app
        of the service; ``get_state_uri`` begins version 1.
        Raises ValueError for an address, key or scope the real portal would not take.
        """
        with self._lock:
            return self._parts.registry.register(
                name=name, redirect_uris=redirect_uris, kek_public_keys=kek_public_keys, scopes=scopes,
                name_texts=name_texts, direct_login_uri=direct_login_uri, get_state_uri=get_state_uri,
                direct_login_app_uri=direct_login_app_uri,
            )  # fmt: skip

    def register_from(self, document: Mapping[str, object]) -> ClientCredentials:
        """Register an online service described in JSON, keys as PEM text. Raises ValueError."""
        with self._lock:
            return self._parts.registry.register_from(document)

    def add_kek(self, client_id: str, kek_public_key: bytes) -> None:
        """Configure a newer key-encryption key; the live content key stays under the old one until it ends."""
        with self._lock:
            self._parts.registry.add_kek(client_id, kek_public_key)

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
        if parts.scheme.startswith("hk.gov.iamsmart"):
            # An app link, with any of the app's schemes: the mock phone opens it on its own page.
            login_url = f"http://iamsmart.mock/mock/app/{parts.netloc}?{parts.query}"
            parts = urlsplit(login_url)
        base = base_url or f"{parts.scheme}://{parts.netloc}"
        return walk_through(self.wsgi, login_url, persona, decision, base)

    def direct_login(
        self,
        client_id: str,
        persona: str,
        *,
        version: int = 2,
        into_app: bool = False,
        base_url: str = "http://iamsmart.mock",
    ) -> str:
        """Open a service from the app's catalogue and return the address the app goes to.

        Version 2: the callback, with ``code`` and ``RefID``; ``into_app`` opens the service's own app, with ``code`` and
        ``code_verifier``. Version 1: the service's getState address; where that
        redirects to, pass to ``finish_direct_login``. Raises LoginRefused.
        """
        with self._lock:
            kind = f"{version}app" if into_app else str(version)
            return self._quietly(lambda t: self._parts.direct.open(client_id, persona, kind, base_url, t))

    def finish_direct_login(self, address: str) -> str:
        """Take where the service's getState redirected to and return the callback. Raises LoginRefused."""
        parts = urlsplit(address)
        with self._lock:
            return self._quietly(lambda t: self._parts.direct.resume(parts.path.rpartition("/")[2], parts.query, t))

    def insist(self, operation: str, code: str | None) -> None:
        """Answer every lawful request of ``operation`` with ``code`` from now on, or with None as ever.

        For codes whose real cause nobody can bring about, or nobody knows. Raises ValueError for an operation or code
        that this mock does not have.
        """
        if operation not in API_OPERATIONS or (code is not None and code not in MEANING):
            raise ValueError(f"no operation {operation!r} or no code {code!r} here")
        with self._lock:
            if code is None:
                self._parts.api.insisted.pop(operation, None)
            else:
                self._parts.api.insisted[operation] = code

    def requests(self) -> tuple[PendingInquiry, ...]:
        """What waits for a person's answer after login, oldest first."""
        self.settle()
        return self._parts.responder.pending()

    def decide(self, business_id: str, decision: str = "approve", *, client_id: str | None = None) -> tuple[int, ...]:
        """Answer a waiting request as its person would, and deliver the callback.

        ``decision`` is "approve" (to sign, where a signature is asked for), "refuse" or "fail", and for a form or a
        signature also "cancel"; ``client_id`` is needed only where two services use one businessID. Returns the HTTP
        statuses the service answered the callback with, none when a fault holds it back. Raises KeyError when nothing
        waits under this businessID, ValueError for another decision, and whatever ``deliver`` raises.
        """
        self.settle()
        delivery = self._parts.responder.decide(business_id, decision, client_id)
        self.settle()
        return tuple(delivery.statuses)

    def deliver_again(self, business_id: str) -> tuple[int, ...]:
        """Carry a callback now: one that is held back, or the very bytes of one that was carried before.

        Returns the HTTP statuses so far. Raises KeyError when there is none.
        """
        return tuple(self._parts.responder.carry_again(business_id, self.deliver).statuses)

    def deliveries(self) -> tuple[Delivery, ...]:
        """Every callback so far: those carried, then those held back."""
        return self._parts.responder.deliveries()

    def settle(self) -> None:
        """Let everything happen whose time has come: requests time out, late callbacks leave."""
        self._parts.responder.settle(self.deliver)

    def trust_anchors(self) -> tuple[str, ...]:
        """The certificates, as PEM texts, that signatures of this mock's people lead up to: an RSA and an SM2 root.

        Made when first asked for, and kept by ``reset``.
        """
        with self._lock:
            return self._parts.authority.trust_anchors()

    def subjects(self, client_id: str) -> dict[str, str]:
        """Return each persona's openID towards ``client_id``, by persona key, to seed a service's own data with."""
        with self._lock:
            return {
                person.key: self._parts.grants.open_id(client_id, person) for person in self.personas if person.iamsmart
            }

    def reset(self) -> None:
        """Forget logins, codes, tokens, content keys, nonces, faults and the journal; keep the clients."""
        with self._lock:
            self._parts.clear()
            self._parts.api.insisted.clear()
            self.faults.clear()
            self.journal.clear()

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The WSGI application."""
        request = MockRequest(environ)
        if request.path.startswith(CONTROL_PREFIX):
            # Control calls take the lock where they need it: some end in a callback, which is carried without it.
            response = answer_steering(self, request)
        else:
            with self._lock:
                response = self._respond(request)
        self.settle()
        response.headers["X-Xbridge-Mock"] = "iamsmart"
        return response(environ, start_response)

    __call__ = wsgi

    def _respond(self, request: Request) -> Response:
        self._parts.responder.expire()
        try:
            operation, values = ROUTES.bind_to_environ(request.environ).match()
        except HTTPException as exc:
            return self._off_the_map(request, exc)
        trail = Trail(operation, self.faults)
        if operation in API_OPERATIONS:
            reply = self._parts.api.answer(request, trail)
            self._record(request, trail, reply.code)
            return Response(reply.raw, status=reply.status, content_type=reply.content_type)
        try:
            response, code = self._serve_page(request, operation, values.get("token", ""), trail)
        except Refused as refused:
            response, code = self._parts.pages.error(request, refused), refused.code
        except HTTPException as failure:
            response, code = unreadable(failure), f"HTTP {failure.code}"
        self._record(request, trail, code)
        return response

    def _quietly(self, step: Callable[[Trail], str]) -> str:
        try:
            return step(Trail("directLogin", self.faults))
        except Refused as refused:
            raise LoginRefused(refused.code, 400) from None

    def _serve_page(self, request: Request, operation: str, token: str, trail: Trail) -> tuple[Response, str]:
        if operation == "callback":
            return self._parts.pages.finish(request, token, trail)
        return self._parts.handlers[operation](request, token, trail), ""

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
        self.journal.record(
            at=self.clock.now(), method=request.method, operation=trail.operation, outcome=outcome or seen,
            path=path or mask_path(masked(request.path), request.query_string.decode("latin-1"), shown=SHOWN),
            checks=trail.checks, code=code or None,
        )  # fmt: skip
