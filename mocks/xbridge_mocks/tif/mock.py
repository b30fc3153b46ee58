"""The TIF gateway mock as one WSGI application: the gate, the services behind it, and the way to your own service.

Strict: every call below the gateway's prefixes is judged by the gate before its route is looked up. More services go into
``route.ROUTES`` and ``service.ENDPOINTS``.
"""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Request, Response

from xbridge_mocks.client import ClientCredentials, ServiceName
from xbridge_mocks.clock import MockClock
from xbridge_mocks.control import CONTROL_PREFIX, refuse_unknown
from xbridge_mocks.fault import Faults
from xbridge_mocks.journal import Journal, Outcome
from xbridge_mocks.openapi import document_reply
from xbridge_mocks.persona import Persona
from xbridge_mocks.random_source import RandomSource
from xbridge_mocks.request import FORM_LIMIT, MockRequest, unreadable
from xbridge_mocks.sm_envelope import Enrolment, EnvelopePeer
from xbridge_mocks.strict_json import StrictJsonError, load_object
from xbridge_mocks.tif.account import account_of, forwarded_user, in_base64
from xbridge_mocks.tif.forwarding import Forwarder, User
from xbridge_mocks.tif.gate import Gate
from xbridge_mocks.tif.handle import CodeKind, Handles
from xbridge_mocks.tif.misbehaviour import FORWARD, KNOWN_FAULTS
from xbridge_mocks.tif.refusal import NOT_FOUND, REFUSED, TROUBLE, Refused, Trail
from xbridge_mocks.tif.registry import PaasRegistry
from xbridge_mocks.tif.reply import outage, refusal, success
from xbridge_mocks.tif.route import FORWARD_PREFIX, GATEWAY_PREFIXES, OWN, ROUTES
from xbridge_mocks.tif.service import ENDPOINTS, Call, Platform
from xbridge_mocks.tif.setting import TifMockSettings
from xbridge_mocks.tif.steering import answer_steering
from xbridge_mocks.tif.visitor import Visitors

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["TifMock"]

_SERVICE_ID = re.compile(r"[A-Za-z0-9-]{0,64}", re.ASCII)
_FORWARD_LIMIT = 1024 * 1024


class TifMock:
    """A strict stand-in for the TIF gateway. Thread-safe; it knows no service until one is registered.

    ``forwarder.send`` may be replaced by a test that wants no socket.
    """

    def __init__(
        self,
        *,
        clock: MockClock,
        personas: Sequence[Persona],
        random: RandomSource,
        settings: TifMockSettings | None = None,
        control_secret: str | None = None,
    ) -> None:
        self.clock = clock
        self.personas = tuple(personas)
        self.settings = settings or TifMockSettings()
        self.control_secret = random.token(24) if control_secret is None else control_secret
        self.faults = Faults(KNOWN_FAULTS)
        self.journal = Journal()
        self.forwarder = Forwarder(clock=clock, random=random, settings=self.settings, faults=self.faults)
        self._handles = Handles(clock=clock, random=random, settings=self.settings)
        self._envelopes = EnvelopePeer(clock=clock, random=random)
        self.platform = Platform(
            clock=clock, settings=self.settings, personas=self.personas, handles=self._handles, faults=self.faults,
            envelopes=self._envelopes,
        )  # fmt: skip
        self._registry = PaasRegistry(random)
        self._gate = Gate(clock=clock, settings=self.settings, registry=self._registry)
        self._visitors = Visitors(platform=self.platform, random=random)
        self._lock = threading.RLock()

    def register_client(self, *, name: str, upstream: str = "") -> ClientCredentials:
        """Register a service: its id is the paasid, its secret the paas token.

        ``upstream`` is where it listens, if requests are to be forwarded to it. Raises ValueError.
        """
        return self._registry.register(name=name, upstream=upstream).credentials

    def register_from(self, document: Mapping[str, object]) -> ClientCredentials:
        """Register a service described in JSON.

        One form serves all mocks: a gateway redirects nobody and shows no name, so addresses to come back to and names in
        other languages are checked and not used. Raises ValueError.
        """
        refuse_unknown(document, ("name", "upstream", "redirect_uris", "name_texts"))
        name, upstream = document.get("name"), document.get("upstream", "")
        uris, texts = document.get("redirect_uris", []), document.get("name_texts", {})
        if not isinstance(name, str) or not isinstance(upstream, str):
            raise ValueError("name is text, and so is upstream where given")
        if not isinstance(uris, list) or not all(isinstance(uri, str) and urlsplit(uri).netloc for uri in uris):
            raise ValueError("redirect_uris is a list of addresses")
        if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
            raise ValueError("name_texts maps languages to texts")
        return self.register_client(name=ServiceName.of(name, texts).en, upstream=upstream)

    def enrol_envelope(self, *, signing_key: str, encryption_key: str) -> Enrolment:
        """Be the other side of enveloped calls for a client with these public SM2 keys, as PEM. Raises ValueError."""
        with self._lock:
            return self._envelopes.enrol(signing_key=signing_key, encryption_key=encryption_key)

    def issue_one_off(self, persona: str) -> str:
        """A one-off token (``ryz_access_token``) for a persona. Raises ValueError for somebody without an account."""
        return self.issue_code("one_off", persona)

    def issue_code(self, kind: CodeKind, persona: str) -> str:
        """A code of ``kind`` for a persona, as the platform's front end would get it. Raises ValueError."""
        person = self.platform.holder(persona)
        if kind == "company" and account_of(person).usertype != "2":
            raise ValueError("a company's code is for somebody whose account is a company's")
        with self._lock:
            return self._handles.issue(kind, persona)

    def sign_in(self, persona: str, *, face: bool = False, realname: bool = True) -> str:
        """Log a persona in at the gateway and return the value of its cookie; two flags say what was proved just now."""
        person = self.platform.holder(persona)
        with self._lock:
            return self._handles.open_session(person.key, "mp", face=face, realname=realname).sid

    def log_in(self, login_url: str, persona: str, *, decision: str = "approve", base_url: str | None = None) -> str:
        """Log a persona in; return an address that gives a browser the cookie and sends it on to ``login_url``, once.

        ``login_url`` lies below this mock. ``decision`` is "approve". Raises ValueError.
        """
        if decision != "approve":
            raise ValueError("a gateway asks nobody for a decision but approve")
        parts = urlsplit(login_url)
        sid = self.sign_in(persona)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        with self._lock:
            path = self._visitors.ticket(sid, target)
        origin = base_url or (f"{parts.scheme}://{parts.netloc}" if parts.netloc else "http://localhost")
        return f"{origin.rstrip('/')}{path}"

    def subjects(self, client_id: str) -> dict[str, str]:
        """Return each persona's uid, which is the same towards every service, by persona key."""
        return {person.key: account_of(person).useridcode for person in self.platform.holders()}

    def reset(self) -> None:
        """Forget codes, sessions, nonces, faults and the journal; keep the services."""
        with self._lock:
            for part in (self._handles, self._visitors, self._gate, self._envelopes, self.faults, self.journal):
                part.clear()

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        request = MockRequest(environ)
        if request.path.startswith(CONTROL_PREFIX):
            response = answer_steering(self, request)
        elif request.path.startswith(FORWARD_PREFIX):
            response = self._forward(request)
        else:
            response = self._answer(request)
        response.headers["X-Xbridge-Mock"] = "tif"
        return response(environ, start_response)

    __call__ = wsgi

    # --- Calls and pages ---------------------------------------------------------------------------------------------

    def _answer(self, request: Request) -> Response:
        operation, ticket, missed = _matched(request)
        trail = Trail(operation=operation)
        code = ""
        try:
            # Read before the lock, so that a slow sender holds up nobody but itself.
            request.max_content_length = FORM_LIMIT
            request.get_data(cache=True, parse_form_data=operation in OWN)
            with self._lock:
                response = self._serve(request, trail, ticket, missed)
        except Refused as refused:
            response, code = refusal(refused, status=self.settings.refusal_status), str(refused.errcode)
        except HTTPException as failure:
            response, code = unreadable(failure), f"HTTP {failure.code}"
        if isinstance(missed, MethodNotAllowed):
            response.headers["Allow"] = ", ".join(sorted(missed.valid_methods or ()))
        self._record(request, trail, code)
        return response

    def _serve(self, request: Request, trail: Trail, ticket: str, missed: HTTPException | None) -> Response:
        if trail.operation in OWN:
            return self._page(request, trail.operation, ticket)
        if isinstance(missed, MethodNotAllowed):
            raise Refused(NOT_FOUND, "api not found.", status=405)
        if not request.path.startswith(GATEWAY_PREFIXES):
            raise Refused(NOT_FOUND, "api not found.", status=404)
        instead = outage(self.faults, trail) if missed is None else None
        if instead is not None:
            return instead
        service = self._gate.admit(request, trail)
        for fault, text in (("out_of_date", "timestamp is out of date."), ("invalid_nonce", "invalid nonce.")):
            if self.faults.take(fault, trail.operation):
                trail.faults.append(fault)
                raise Refused(REFUSED, text)
        if missed is not None:
            raise Refused(NOT_FOUND, "api not found.", status=404)
        call = Call(service=service, request=request, body=self._body(request, trail), trail=trail)
        return success(self.faults, trail, ENDPOINTS[trail.operation](self.platform, call))

    def _body(self, request: Request, trail: Trail) -> dict[str, object]:
        refused = Refused(self.settings.request_code, "invalid request body.")
        service_id = request.headers.get("x-tif-serviceId", "")
        trail.require("service_id", _SERVICE_ID.fullmatch(service_id) is not None, refused)
        trail.require("content_type", request.mimetype == "application/json", refused)
        try:
            return load_object(request.get_data())
        except StrictJsonError:
            trail.refuse("json", refused)

    def _page(self, request: Request, operation: str, ticket: str) -> Response:
        if operation == "document":
            return document_reply("tif")
        if operation == "enter":
            return self._visitors.enter(request, ticket)
        pages = {"index": self._visitors.index, "signIn": self._visitors.sign_in, "signOut": self._visitors.sign_out}
        return pages[operation](request)

    # --- Proxy mode --------------------------------------------------------------------------------------------------

    def _forward(self, request: Request) -> Response:
        trail = Trail(operation=FORWARD)
        code = ""
        paasid, slash, rest = request.path.removeprefix(FORWARD_PREFIX).partition("/")
        try:
            request.max_content_length = _FORWARD_LIMIT
            content = request.get_data()
            service = self._registry.find(paasid)
            if service is None or not service.upstream or not slash:
                trail.refuse("service", Refused(NOT_FOUND, "api not found.", status=404))
            with self._lock:
                session = self._visitors.who(request)
                user = None if session is None else forwarded_user(
                    self.platform.holder(session.persona), session, proof_s=self.settings.proof_s
                )  # fmt: skip
                another = self._somebody_else("" if session is None else session.persona)
            # Without the lock: the developer's service may call this mock while it answers.
            reply = self.forwarder.forward(
                service, method=request.method, path=f"/{rest}", query=request.query_string.decode("latin-1"),
                headers=tuple(request.headers.items()), content=content, user=user, another=another, trail=trail,
            )  # fmt: skip
            response = Response(reply.content, status=reply.status)
            del response.headers["Content-Type"]
            for name, value in reply.headers:
                response.headers.add(name, value)
        except Refused as refused:
            response, code = refusal(refused, status=self.settings.refusal_status), str(refused.errcode)
        except (OSError, http.client.HTTPException):
            response, code = refusal(Refused(TROUBLE, "internal error."), status=502), str(TROUBLE)
        except HTTPException as failure:
            response, code = unreadable(failure), f"HTTP {failure.code}"
        self._record(request, trail, code)
        return response

    def _somebody_else(self, persona: str) -> User:
        """Another user than ``persona``, for faults that mix people up."""
        other = next((person for person in self.platform.holders() if person.key != persona), None)
        if other is None:
            return "0" * 32, "", in_base64({"name": ""})
        session = self._handles.open_session(other.key, "mp")
        return forwarded_user(other, session, proof_s=self.settings.proof_s)

    def _record(self, request: Request, trail: Trail, code: str) -> None:
        failed = any(not check.passed for check in trail.checks) or bool(code)
        outcome: Outcome = "fault" if trail.faults else "refused" if failed else "ok"
        # A developer's path, a ticket and what was never served may hold anything, so only the platform's own are shown.
        shown = request.path if trail.operation in ENDPOINTS else f"({trail.operation})"
        self.journal.record(
            at=self.clock.now(), method=request.method, path=shown, operation=trail.operation, outcome=outcome,
            checks=trail.checks, code=code or None,
        )  # fmt: skip


def _matched(request: Request) -> tuple[str, str, HTTPException | None]:
    """The operation of a request, what its path names, and why it has none."""
    try:
        operation, values = ROUTES.bind("localhost").match(request.path, method=request.method)
    except HTTPException as missed:
        return "unknown", "", missed
    return str(operation), str(values.get("ticket", "")), None
