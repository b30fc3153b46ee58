"""The national gateway's mock as one WSGI application: ``POST /sysapi/<path>``, and nothing else of the platform.

Beside it stand what every mock has: a front page, its document and the control API.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from threading import RLock
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Request, Response

from xbridge_mocks.client import ClientCredentials
from xbridge_mocks.clock import MockClock
from xbridge_mocks.control import CONTROL_PREFIX, answer_control, name_in
from xbridge_mocks.fault import Faults
from xbridge_mocks.gjzwfw.gate import Gate, Refused
from xbridge_mocks.gjzwfw.misbehaviour import FAULTS
from xbridge_mocks.gjzwfw.registry import NationalCredentials, Registry, Service
from xbridge_mocks.gjzwfw.route import PREFIX, ROUTES
from xbridge_mocks.gjzwfw.setting import GjzwfwMockSettings
from xbridge_mocks.gjzwfw.wording import WORDING
from xbridge_mocks.journal import Check, Journal, Outcome
from xbridge_mocks.openapi import document_reply
from xbridge_mocks.page import negotiate, render
from xbridge_mocks.persona import Persona
from xbridge_mocks.random_source import RandomSource
from xbridge_mocks.request import MockRequest, unreadable
from xbridge_mocks.strict_json import StrictJsonError, load_object

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["GjzwfwMock"]

_BODY_LIMIT = 1_000_000
_CAPITAL = re.compile("[A-Z]")
_OVER_LIMIT = 2 * 1024 * 1024 + 1


class GjzwfwMock:
    """A strict stand-in for the national gateway, to be called as a WSGI application.  Thread-safe.

    It knows no caller until one is registered. One service is built in, ``/mock/echo``, which answers what it was asked;
    others are put behind it with :meth:`put_service`. ``personas`` are listed by the control API and nowhere else.
    """

    def __init__(
        self,
        *,
        clock: MockClock,
        random: RandomSource,
        personas: Sequence[Persona] = (),
        settings: GjzwfwMockSettings | None = None,
        control_secret: str | None = None,
    ) -> None:
        self.clock = clock
        self.personas = tuple(personas)
        self.settings = settings or GjzwfwMockSettings()
        self.control_secret = random.token(24) if control_secret is None else control_secret
        self.faults = Faults(FAULTS)
        self.journal = Journal()
        self._registry = Registry(random)
        self._gate = Gate(clock=clock, settings=self.settings, registry=self._registry)
        self._lock = RLock()

    def register_caller(self) -> NationalCredentials:
        """Admit a caller and return its credentials."""
        with self._lock:
            return self._registry.register()

    def register_from(self, document: Mapping[str, object]) -> ClientCredentials:
        """Admit a caller described in JSON; its id is the ``sid``, its secret the app's. Raises ValueError."""
        name_in(document)
        made = self.register_caller()
        return ClientCredentials(client_id=made.sid, client_secret=made.app_secret)

    def log_in(self, login_url: str, persona: str, *, decision: str = "approve", base_url: str | None = None) -> str:
        """Raise ValueError: nobody logs in at this gateway."""
        raise ValueError("nobody logs in at this gateway")

    def subjects(self, client_id: str) -> dict[str, str]:
        """Return nobody: the gateway names services, not people."""
        return {}

    def put_service(self, path: str, service: Service) -> None:
        """Put a service at ``/sysapi`` and ``path``: a function of the members of a call. Raises ValueError."""
        with self._lock:
            self._registry.put_service(path, service)

    def reset(self) -> None:
        """Forget which calls were seen, faults and the journal; keep callers and services."""
        with self._lock:
            for part in (self._gate, self.faults, self.journal):
                part.clear()

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        request = MockRequest(environ)
        for_control = request.path.startswith(CONTROL_PREFIX)
        response = answer_control(self, request) if for_control else self._answer(request)
        response.headers["X-Xbridge-Mock"] = "gjzwfw"
        return response(environ, start_response)

    __call__ = wsgi

    def _answer(self, request: Request) -> Response:
        """Answer what the route table has, refuse the rest, and write the journal."""
        checks: list[Check] = []
        played: list[str] = []
        operation, code = "unknown", None
        try:
            operation = str(ROUTES.bind("localhost").match(request.path, method=request.method)[0])
            # Read before the lock, so that a slow sender holds up nobody but itself.
            request.max_content_length = _BODY_LIMIT
            request.get_data()
            if operation == "sysapi":
                with self._lock:
                    response, code = self._serve(request, checks, played)
            else:
                response = document_reply("gjzwfw") if operation == "document" else self._index(request)
        except HTTPException as failure:
            response, code = unreadable(failure), f"HTTP {failure.code}"
            if isinstance(failure, MethodNotAllowed):
                response.headers["Allow"] = ", ".join(sorted(failure.valid_methods or ()))
        self._record(
            request, operation, "fault" if played else "ok" if code in (None, "200") else "refused", checks, code
        )
        return response

    def _record(
        self, request: Request, operation: str, outcome: Outcome, checks: list[Check], code: str | None
    ) -> None:
        # The path of a service here names the service; what was asked of it is in the body, and stays there.
        known = operation != "sysapi" or self._registry.service(request.path.removeprefix(PREFIX)) is not None
        self.journal.record(
            at=self.clock.now(),
            method=request.method if request.method in {"GET", "HEAD", "POST"} else "(other)",
            path=request.path if known and operation != "unknown" else "(unknown)",
            operation=operation,
            outcome=outcome,
            checks=checks,
            code=code,
        )

    def _index(self, request: Request) -> Response:
        paths = [f"POST {PREFIX}{path}" for path in self._registry.paths()]
        return render("home.html", negotiate(request), request=request, catalogue=WORDING, paths=paths)

    def _serve(self, request: Request, checks: list[Check], played: list[str]) -> tuple[Response, str]:
        """Return the answer and its code, for the journal.

        (1) faults that answer instead of working   (2) the signature   (3) the body   (4) the service   (5) faults that garble
        """
        # (1)
        if self._plays("http_500", played):
            return Response("mock fault http_500", status=500, content_type="text/plain"), "HTTP 500"
        if self._plays("redirect_instead_of_json", played):
            return Response(status=302, headers={"Location": "https://elsewhere.invalid/"}), "HTTP 302"
        try:
            # (2)
            self._gate.check(request, checks)
            # (3) and (4)
            data = self._work(request)
            if self._plays("refused", played):
                raise Refused("fault demands a refusal")
        except Refused as refused:
            document = {"code": 300, "message": refused.detail, "data": None}
            return _json(json.dumps(document), self.settings.error_status), "300"
        # (5)
        return self._garbled({"code": 200, "message": "success", "data": data}, played), "200"

    def _work(self, request: Request) -> object:
        """Read the body strictly and let the service answer.  Raises Refused."""
        service = self._registry.service(request.path.removeprefix(PREFIX))
        if service is None:
            raise Refused("no such service")
        if request.mimetype != "application/json":
            raise Refused("not application/json")
        try:
            members = load_object(request.get_data())
        except StrictJsonError:
            raise Refused("not a JSON object") from None
        if any(_CAPITAL.search(name) for name in members):
            raise Refused("a member in capitals")
        try:
            return service(members)
        except ValueError:
            raise Refused("the service refused") from None

    def _garbled(self, document: dict[str, object], played: list[str]) -> Response:
        """The reply, spoilt by whichever garbling fault is armed."""
        if self._plays("code_as_text", played):
            document["code"] = "200"
        if self._plays("code_missing", played):
            del document["code"]
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        if self._plays("html_instead_of_json", played):
            return Response("<!doctype html><title>mock fault html_instead_of_json</title>", mimetype="text/html")
        if self._plays("json_duplicate_members", played):
            text = '{"code":300,' + text[1:]
        if self._plays("body_over_limit", played):
            text += " " * _OVER_LIMIT
        if self._plays("json_truncated", played):
            text = text[: len(text) // 2]
        return _json(text, 200)

    def _plays(self, name: str, played: list[str]) -> bool:
        taken = self.faults.take(name, "sysapi")
        if taken:
            played.append(name)
        return taken


def _json(text: str, status: int) -> Response:
    return Response(
        text.encode(), status=status, content_type="application/json", headers={"Cache-Control": "no-store"}
    )
