"""A department's data service: it verifies a token, asks its issuer, and releases only what its categories name.

Both sample services are this, with other records.  It keeps its own signing key, made at start, to say who it is when it
asks (RFC 7523).  A real service would do the same with xbridge's verifier, which is all that it uses of xbridge.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from werkzeug.wrappers import Request, Response

from xbridge.core.errors import TokenInvalid, VerificationError
from xbridge.core.ids import new_handle
from xbridge.crypto.key import KeySet, SigningKey
from xbridge.drivers.clock import utc_now
from xbridge.exchange.access_token import AccessToken, verify_access_token
from xbridge.protocols.client_assertion import ASSERTION_TYPE, build_client_assertion

Records = Mapping[str, Mapping[str, Any]]
"""Account key (on this service's side of the boundary) to category to value."""

KEY_COOL_DOWN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """Who this service is and whose tokens it takes; ``issuer`` is the address of the Bridge that issues them."""

    party: str
    audience: str
    issuer: str
    records: Records


class TokenGate:
    """Decides whether a request may have data: verify the token, then ask its issuer whether it still stands."""

    def __init__(self, settings: ServiceSettings, signer: SigningKey, http: httpx.Client) -> None:
        """``http`` is this process's one client."""
        self._settings = settings
        self._signer = signer
        self._http = http
        self._keys = KeySet([])
        self._fetched_at: datetime | None = None
        self._lock = threading.Lock()

    def admit(self, token: str) -> tuple[AccessToken, dict[str, Any]]:
        """Return the verified token and the issuer's answer.  Raises ``TokenInvalid``."""
        now = utc_now()
        claims = verify_access_token(
            token,
            self._issuer_keys(now),
            expected_issuer=self._settings.issuer,
            expected_audience=self._settings.audience,
            now=now,
        )
        answer = self._introspect(token, now)
        # The two must agree: the token says what was asked for, the issuer says what stands.
        if answer.get("active") is not True or answer.get("sub") != claims.subject:
            raise TokenInvalid("token", reason="inactive")
        if sorted(answer.get("categories", ())) != sorted(claims.categories):
            raise TokenInvalid("categories", reason="mismatch")
        return claims, answer

    def _issuer_keys(self, now: datetime) -> KeySet:
        """Return the issuer's keys, fetched again at most once per cool-down whatever tokens arrive (lesson C11)."""
        with self._lock:
            if self._fetched_at is None or now - self._fetched_at > KEY_COOL_DOWN:
                reply = self._http.get(f"{self._settings.issuer}/.well-known/jwks.json")
                reply.raise_for_status()
                self._keys, self._fetched_at = KeySet.from_jwks(reply.content), now
            return self._keys

    def _introspect(self, token: str, now: datetime) -> dict[str, Any]:
        assertion = build_client_assertion(
            self._signer,
            client_id=self._settings.party,
            issuer=self._settings.issuer,
            assertion_id=new_handle(os.urandom),
            now=now,
        )
        form = {
            "token": token,
            "client_id": self._settings.party,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
        }
        reply = self._http.post(f"{self._settings.issuer}/introspect", data=form)
        if reply.status_code != 200:
            raise TokenInvalid("token", reason="introspection_failed")
        answer = reply.json()
        return answer if isinstance(answer, dict) else {}


class DataService:
    """The WSGI application: ``POST /records`` releases, ``POST /deliveries`` takes a token to another service."""

    def __init__(self, settings: ServiceSettings, signer: SigningKey, http: httpx.Client) -> None:
        """``http`` reaches the issuer and, for deliveries, the other service."""
        self._settings = settings
        self._http = http
        self._gate = TokenGate(settings, signer, http)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer one request (PEP 3333)."""
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        match (request.method, request.path):
            case ("POST", "/records"):
                return self._release(request)
            case ("POST", "/deliveries"):
                return self._receive(request)
            case ("GET", "/"):
                return _json({"service": self._settings.audience, "mock": True})
            case _:
                return _json({"error": "not_found"}, 404)

    def _release(self, request: Request) -> Response:
        """Release the record behind the bearer token, the token's categories and nothing else (RFC 6750)."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not token:
            return _refused("invalid_request", 401)
        try:
            claims, answer = self._gate.admit(token)
        except VerificationError as exc:
            return _refused("invalid_token", 401, claim=exc.claim, reason=exc.reason)
        record = self._settings.records.get(str(answer.get("account", "")))
        if record is None:
            return _json({"error": "no_record"}, 404)
        return _json(
            {
                "audience": claims.audience,
                "purpose": claims.purpose,
                "record": {name: record[name] for name in claims.categories if name in record},
                "mock": True,
            }
        )

    def _receive(self, request: Request) -> Response:
        """Fetch a record from another service with the token we were handed, and keep it; tell only what arrived."""
        body = request.get_json(silent=True)
        if (
            not isinstance(body, dict)
            or not isinstance(body.get("token"), str)
            or not isinstance(body.get("from"), str)
        ):
            return _refused("invalid_request", 400)
        if not body["from"].startswith("http://127.0.0.1:"):
            return _refused("invalid_target", 400)
        reply = self._http.post(f"{body['from']}/records", headers={"Authorization": f"Bearer {body['token']}"})
        if reply.status_code != 200:
            return _json({"error": "refused_by_source", "status": reply.status_code}, 409)
        return _json({"received": sorted(reply.json()["record"]), "mock": True})


def _refused(error: str, status: int, **details: str) -> Response:
    response = _json({"error": error, **details}, status)
    if status == 401:
        response.headers["WWW-Authenticate"] = f'Bearer error="{error}"'
    return response


def _json(document: Mapping[str, Any], status: int = 200) -> Response:
    response = Response(json.dumps(document, ensure_ascii=False), status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
