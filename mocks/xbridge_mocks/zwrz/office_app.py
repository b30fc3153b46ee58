"""粤政易 behind the TIF gateway, as the zwrz mock's second address: corporate token, code to UserId, the directory.

Every call is signed for the gateway, and checked here by a second opinion of that (dossier guangdong.md 5.1 to 5.3).  What
WeCom, on which the app is built, would answer is INFERRED; the directory's reply is UNKNOWN and invented.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock
from typing import TYPE_CHECKING

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from xbridge_mocks.clock import MockClock
from xbridge_mocks.fault import Fault, Faults
from xbridge_mocks.random_source import RandomSource
from xbridge_mocks.request import MockRequest, unreadable
from xbridge_mocks.zwrz.officer import OFFICE, Officer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["OfficeAppCredentials", "OfficeAppMock"]

WINDOW_S = 180
TOKEN_LIFETIME_S = 7200
CODE_LIFETIME_S = 300
_GATEWAY_REFUSED = 400000400
_USER_PATH = "/ebus/org/v2/getuserbyuserid"
_CALLS = re.compile(r"/ebus/(?:yzyapi|wwlapi)/cgi-bin/(gettoken|user/getuserinfo)")
_ROWS = (
    ("http_500", "HTTP 500 instead of working", "an outage", "reports the provider as unavailable"),
    ("token_over", "the corporate token is refused as over", "tokens end when they like", "fetches another, once"),
    ("not_of_the_office", "OpenId instead of UserId", "somebody from outside opened the page", "knows nobody"),
    ("json_truncated", "the JSON text ends in the middle", "a broken connection", "refuses the reply"),
    ("json_not_object", "the object stands in a JSON array", "type confusion", "refuses the reply"),
    ("json_duplicate_members", "errcode stands twice, first as 1", "parsers that take the last", "refuses the reply"),
)
FAULTS = tuple(
    Fault(name=name, what_happens=what, why=why, correct_service_does=does, operations=("office_app",))
    for name, what, why, does in _ROWS
)


class _Refused(Exception):
    """The gateway or the app says no, with its number and words."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errmsg)
        self.errcode = errcode
        self.errmsg = errmsg


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeAppCredentials:
    """What an application of an office is given. The secrets are left out of ``repr``."""

    paasid: str
    token: str = field(repr=False)
    corp_id: str
    corp_secret: str = field(repr=False)


class OfficeAppMock:
    """A strict stand-in for the gateway and the app behind it, to be called as a WSGI application.  Thread-safe."""

    def __init__(self, *, clock: MockClock, random: RandomSource, officers: Mapping[str, Officer]) -> None:
        self.clock = clock
        self.faults = Faults(FAULTS)
        self._random = random
        self._officers = officers
        self._lock = RLock()
        self._applications: dict[str, OfficeAppCredentials] = {}
        self._nonces: dict[str, datetime] = {}
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
            self._applications[made.paasid] = made
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

    def clear(self) -> None:
        """Forget codes, tokens, nonces and faults; keep the applications."""
        with self._lock:
            for part in (self._codes, self._tokens, self._nonces, self.faults):
                part.clear()

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        request = MockRequest(environ)
        try:
            with self._lock:
                response = self._answer(request)
        except HTTPException as failure:
            response = unreadable(failure)
        response.headers["X-Xbridge-Mock"] = "zwrz"
        return response(environ, start_response)

    __call__ = wsgi

    def _answer(self, request: Request) -> Response:
        """Answer one call.

        (1) the gateway's signature   (2) what is asked   (3) faults that garble
        """
        if self.faults.take("http_500", "office_app"):
            return Response("mock fault http_500", status=500, content_type="text/plain")
        try:
            # (1)
            application = self._verify(request)
            # (2)
            document = self._asked(request)(request, application)
        except _Refused as refused:
            document = {"errcode": refused.errcode, "errmsg": refused.errmsg}
        # (3)
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        if self.faults.take("json_duplicate_members", "office_app"):
            text = '{"errcode":1,' + text[1:]
        if self.faults.take("json_not_object", "office_app"):
            text = f"[{text}]"
        if self.faults.take("json_truncated", "office_app"):
            text = text[: len(text) // 2]
        return Response(text.encode(), content_type="application/json", headers={"Cache-Control": "no-store"})

    def _asked(self, request: Request) -> Callable[[Request, OfficeAppCredentials], dict[str, object]]:
        """The call behind the path and method.  Raises _Refused."""
        if request.path == _USER_PATH and request.method == "POST":
            return self._directory
        match = _CALLS.fullmatch(request.path)
        if match is None or request.method != "GET":
            raise _Refused(404, "no such call.")
        return self._token if match[1] == "gettoken" else self._user

    def _verify(self, request: Request) -> OfficeAppCredentials:
        """Check the gateway's headers in the order of section 5.2.  Raises _Refused."""
        given = {
            name: request.headers.get(f"x-tif-{name}", "") for name in ("paasid", "timestamp", "nonce", "signature")
        }
        if not all(given.values()):
            raise _Refused(_GATEWAY_REFUSED, "missing headers.")
        application = self._applications.get(given["paasid"])
        if application is None:
            raise _Refused(_GATEWAY_REFUSED, "unknown paas info.")
        now = self.clock.now()
        if not re.fullmatch(r"[0-9]{10}", given["timestamp"], re.ASCII):
            raise _Refused(_GATEWAY_REFUSED, "invalid timestamp.")
        if abs(int(now.timestamp()) - int(given["timestamp"])) > WINDOW_S:
            raise _Refused(_GATEWAY_REFUSED, "timestamp is out of date.")
        self._nonces = {nonce: until for nonce, until in self._nonces.items() if until > now}
        if not 10 <= len(given["nonce"]) <= 36 or given["nonce"] in self._nonces:
            raise _Refused(_GATEWAY_REFUSED, "invalid nonce.")
        text = given["timestamp"] + application.token + given["nonce"] + given["timestamp"]
        expected = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
        if not hmac.compare_digest(expected.encode(), given["signature"].lower().encode("utf-8", "replace")):
            raise _Refused(_GATEWAY_REFUSED, "bad signature.")
        self._nonces[given["nonce"]] = now + timedelta(seconds=600)
        return application

    def _token(self, request: Request, application: OfficeAppCredentials) -> dict[str, object]:
        """A corporate token for the office's own id and secret."""
        secret = _single(request.args, "corpsecret").encode("utf-8", "replace")
        right = hmac.compare_digest(application.corp_secret.encode(), secret)
        if _single(request.args, "corpid") != application.corp_id or not right:
            raise _Refused(40001, "invalid credential")
        token = self._random.token(32)
        self._tokens[token] = self.clock.now() + timedelta(seconds=TOKEN_LIFETIME_S)
        return {"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": TOKEN_LIFETIME_S}

    def _user(self, request: Request, _: OfficeAppCredentials) -> dict[str, object]:
        """The UserId behind a code, once; a token that is over has not used the code."""
        token = _single(request.args, "access_token")
        code = _single(request.args, "code")
        expires = self._tokens.get(token)
        if self.faults.take("token_over", "office_app"):
            self._tokens.pop(token, None)
            raise _Refused(42001, "access_token expired")
        if expires is None:
            raise _Refused(40014, "invalid access_token")
        if self.clock.now() >= expires:
            raise _Refused(42001, "access_token expired")
        persona, until = self._codes.pop(code, ("", self.clock.now()))
        if self.clock.now() >= until:
            raise _Refused(40029, "invalid code")
        member = "OpenId" if self.faults.take("not_of_the_office", "office_app") else "UserId"
        return {"errcode": 0, "errmsg": "ok", member: self._officers[persona].userid, "DeviceId": ""}

    def _directory(self, request: Request, _: OfficeAppCredentials) -> dict[str, object]:
        """What the directory says about a user; its members are invented."""
        userid = _single(request.form, "userid")
        officer = next((each for each in self._officers.values() if each.userid == userid), None)
        if officer is None:
            raise _Refused(60111, "userid not found")
        return {"errcode": 0, "errmsg": "ok", "userid": userid, "name": officer.name, "department": OFFICE}


def _single(values: MultiDict[str, str], name: str) -> str:
    """The one, non-empty value of a parameter.  Raises _Refused."""
    found = values.getlist(name)
    if len(found) != 1 or not found[0]:
        raise _Refused(41000, f"{name} missing or repeated")
    return found[0]
