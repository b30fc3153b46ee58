"""粤政易 behind the TIF gateway, as the zwrz mock's second address: corporate token, code to UserId, the directory.

Every call is signed for the gateway, and checked here by a second opinion of that (dossier guangdong.md 5.1 to 5.3).  What
WeCom, on which the app is built, would answer is INFERRED; the directory's reply is UNKNOWN and invented.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Request, Response

from xbridge_mocks.client import ClientCredentials
from xbridge_mocks.clock import MockClock
from xbridge_mocks.control import CONTROL_PREFIX, answer_control, name_in
from xbridge_mocks.fault import Faults
from xbridge_mocks.journal import Check, Journal, Outcome
from xbridge_mocks.openapi import document_reply
from xbridge_mocks.page import negotiate, render
from xbridge_mocks.persona import Persona
from xbridge_mocks.random_source import RandomSource
from xbridge_mocks.request import FORM_LIMIT, MockRequest, unreadable
from xbridge_mocks.zwrz.office_app.gate import Gate, OfficeAppCredentials, Refused
from xbridge_mocks.zwrz.office_app.misbehaviour import FAULTS
from xbridge_mocks.zwrz.office_app.route import ROUTES
from xbridge_mocks.zwrz.office_app.wording import WORDING
from xbridge_mocks.zwrz.officer import OFFICE, Officer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["OfficeAppMock", "OfficeClient"]

TOKEN_LIFETIME_S = 7200
CODE_LIFETIME_S = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeClient(ClientCredentials):
    """An application's credentials as the control API tells them: at the gateway, and its office's at the app."""

    corp_client_id: str
    corp_client_secret: str = field(repr=False)


class OfficeAppMock:
    """A strict stand-in for the gateway and the app behind it, to be called as a WSGI application.  Thread-safe."""

    def __init__(
        self,
        *,
        clock: MockClock,
        random: RandomSource,
        officers: Mapping[str, Officer],
        personas: Sequence[Persona],
        control_secret: str,
    ) -> None:
        self.clock = clock
        self.personas = tuple(personas)
        self.control_secret = control_secret
        self.faults = Faults(FAULTS)
        self.journal = Journal()
        self._gate = Gate(clock)
        self._random = random
        self._officers = officers
        self._lock = RLock()
        self._tokens: dict[str, datetime] = {}
        self._codes: dict[str, tuple[str, datetime]] = {}

    def register_application(self) -> OfficeAppCredentials:
        """Register an application of an office and return its credentials."""
        made = OfficeAppCredentials(
            paasid=f"yzy_{self._random.hex(6)}",
            token=self._random.token(24),
            corp_id=f"ww{self._random.hex(8)}",
            corp_secret=self._random.token(24),
        )
        with self._lock:
            self._gate.add(made)
        return made

    def open_page(self, persona: str) -> str:
        """Open the service's page in the app as this officer and return the code that the app gives it, good once.

        Raises ValueError for somebody who is no officer.
        """
        if persona not in self._officers:
            raise ValueError(f"nobody called {persona!r} here is an officer")
        code = self._random.token(24)
        with self._lock:
            self._codes[code] = (persona, self.clock.now() + timedelta(seconds=CODE_LIFETIME_S))
        return code

    def register_from(self, document: Mapping[str, object]) -> ClientCredentials:
        """Register an application described in JSON, for the control API.  Raises ValueError."""
        name_in(document)
        made = self.register_application()
        return OfficeClient(
            client_id=made.paasid,
            client_secret=made.token,
            corp_client_id=made.corp_id,
            corp_client_secret=made.corp_secret,
        )

    def log_in(self, login_url: str, persona: str, *, decision: str = "approve", base_url: str | None = None) -> str:
        """Open the service's page ``login_url`` in the app and return its address with the code.

        That the code comes as the query's ``code`` is INFERRED. ``decision`` is "approve". Raises ValueError.
        """
        if decision != "approve":
            raise ValueError("the app asks nobody for a decision but approve")
        page = urlsplit(login_url)
        added = urlencode({"code": self.open_page(persona)})
        return page._replace(query=f"{page.query}&{added}" if page.query else added).geturl()

    def subjects(self, client_id: str) -> dict[str, str]:
        """Return each officer's UserId, which is the same towards every application, by persona key."""
        return {key: officer.userid for key, officer in self._officers.items()}

    def reset(self) -> None:
        """Forget codes, tokens, nonces, faults and the journal; keep the applications."""
        with self._lock:
            for part in (self._codes, self._tokens, self._gate, self.faults, self.journal):
                part.clear()

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        request = MockRequest(environ)
        for_control = request.path.startswith(CONTROL_PREFIX)
        response = answer_control(self, request) if for_control else self._answer(request)
        response.headers["X-Xbridge-Mock"] = "zwrz"
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
            request.max_content_length = FORM_LIMIT
            request.get_data(parse_form_data=True)
            if operation in ("index", "document"):
                response = document_reply("zwrz/office_app") if operation == "document" else _index(request)
            else:
                with self._lock:
                    response, code = self._serve(request, operation, checks, played)
        except HTTPException as failure:
            response, code = unreadable(failure), f"HTTP {failure.code}"
            if isinstance(failure, MethodNotAllowed):
                response.headers["Allow"] = ", ".join(sorted(failure.valid_methods or ()))
        outcome: Outcome = "fault" if played else "refused" if code else "ok"
        self.journal.record(
            at=self.clock.now(),
            method=request.method if request.method in {"GET", "HEAD", "POST"} else "(other)",
            path="(unknown)" if operation == "unknown" else request.path,
            operation=operation,
            outcome=outcome,
            checks=checks,
            code=code,
        )
        return response

    def _serve(
        self, request: Request, operation: str, checks: list[Check], played: list[str]
    ) -> tuple[Response, str | None]:
        """Answer one call; the second value is the code of a refusal, for the journal.

        (1) the gateway's signature   (2) what is asked   (3) faults that garble
        """
        if self._plays("http_500", played):
            return Response("mock fault http_500", status=500, content_type="text/plain"), "HTTP 500"
        code = None
        try:
            # (1)
            application = self._gate.admit(request)
            checks.append(Check(name="gateway", passed=True))
            # (2)
            if operation == "officeToken":
                document = self._token(request, application)
            else:
                document = self._user(request, played) if operation == "officeUser" else self._directory(request)
            checks.append(Check(name=operation, passed=True))
        except Refused as refused:
            checks.append(Check(name=operation if checks else "gateway", passed=False, detail=refused.errmsg))
            document, code = {"errcode": refused.errcode, "errmsg": refused.errmsg}, str(refused.errcode)
        # (3)
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        if self._plays("json_duplicate_members", played):
            text = '{"errcode":1,' + text[1:]
        if self._plays("json_not_object", played):
            text = f"[{text}]"
        if self._plays("json_truncated", played):
            text = text[: len(text) // 2]
        reply = Response(text.encode(), content_type="application/json", headers={"Cache-Control": "no-store"})
        return reply, code

    def _plays(self, name: str, played: list[str]) -> bool:
        taken = self.faults.take(name, "office_app")
        if taken:
            played.append(name)
        return taken

    def _token(self, request: Request, application: OfficeAppCredentials) -> dict[str, object]:
        """A corporate token for the office's own id and secret."""
        secret = _single(request.args, "corpsecret").encode("utf-8", "replace")
        right = hmac.compare_digest(application.corp_secret.encode(), secret)
        if _single(request.args, "corpid") != application.corp_id or not right:
            raise Refused(40001, "invalid credential")
        token = self._random.token(32)
        self._tokens[token] = self.clock.now() + timedelta(seconds=TOKEN_LIFETIME_S)
        return {"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": TOKEN_LIFETIME_S}

    def _user(self, request: Request, played: list[str]) -> dict[str, object]:
        """The UserId behind a code, once; a token that is over has not used the code."""
        token = _single(request.args, "access_token")
        code = _single(request.args, "code")
        expires = self._tokens.get(token)
        if self._plays("token_over", played):
            self._tokens.pop(token, None)
            raise Refused(42001, "access_token expired")
        if expires is None:
            raise Refused(40014, "invalid access_token")
        if self.clock.now() >= expires:
            raise Refused(42001, "access_token expired")
        persona, until = self._codes.pop(code, ("", self.clock.now()))
        if self.clock.now() >= until:
            raise Refused(40029, "invalid code")
        member = "OpenId" if self._plays("not_of_the_office", played) else "UserId"
        return {"errcode": 0, "errmsg": "ok", member: self._officers[persona].userid, "DeviceId": ""}

    def _directory(self, request: Request) -> dict[str, object]:
        """What the directory says about a user; its members are invented."""
        userid = _single(request.form, "userid")
        officer = next((each for each in self._officers.values() if each.userid == userid), None)
        if officer is None:
            raise Refused(60111, "userid not found")
        return {"errcode": 0, "errmsg": "ok", "userid": userid, "name": officer.name, "department": OFFICE}


def _index(request: Request) -> Response:
    paths = [str(rule) for rule in ROUTES.iter_rules() if str(rule).startswith("/ebus/")]
    return render("home.html", negotiate(request), request=request, catalogue=WORDING, paths=paths)


def _single(values: MultiDict[str, str], name: str) -> str:
    """The one, non-empty value of a parameter.  Raises Refused."""
    found = values.getlist(name)
    if len(found) != 1 or not found[0]:
        raise Refused(41000, f"{name} missing or repeated")
    return found[0]
