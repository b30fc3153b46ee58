"""The control API of a mock: ``/__mock__/...``, for test suites that drive it over HTTP.

Every call needs the per-run secret in ``X-Mock-Secret``; a page open in somebody's browser cannot send that header to
another origin, so it cannot steer the mock. It is no part of either real platform.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from xbridge_mocks.client import ClientCredentials, ServiceName
from xbridge_mocks.clock import MockClock
from xbridge_mocks.fault import Faults
from xbridge_mocks.journal import Journal
from xbridge_mocks.persona import Persona
from xbridge_mocks.strict_json import StrictJsonError, load_object

__all__ = [
    "CONTROL_PREFIX",
    "SECRET_HEADER",
    "Controlled",
    "answer_control",
    "name_in",
    "read_body",
    "refuse_method",
    "refuse_unknown",
]

CONTROL_PREFIX = "/__mock__/"
SECRET_HEADER = "X-Mock-Secret"
_BODY_LIMIT = 1_000_000


class Controlled(Protocol):
    """What the control API needs of a mock."""

    clock: MockClock
    personas: tuple[Persona, ...]
    faults: Faults
    journal: Journal
    control_secret: str

    def register_from(self, document: Mapping[str, object]) -> ClientCredentials:
        """Register a client described in JSON. Raises ValueError for a description that is not complete and exact."""

    def log_in(self, login_url: str, persona: str, *, decision: str = "approve", base_url: str | None = None) -> str:
        """Walk through a login as the person would. Returns the address the browser is sent to at the end."""

    def subjects(self, client_id: str) -> dict[str, str]:
        """Return what the platform calls each persona towards ``client_id``: persona key to subject."""

    def reset(self) -> None:
        """Forget sessions, codes, tokens, faults and the journal; keep the clients."""


def answer_control(mock: Controlled, request: Request) -> Response:
    """Answer one control request: 403 without the secret, 404 or 405 off the map, 400 for a bad body."""
    given = request.headers.get(SECRET_HEADER, "")
    if not hmac.compare_digest(given.encode("utf-8", "replace"), mock.control_secret.encode()):
        return _json({"error": "forbidden", "message": f"{SECRET_HEADER} is missing or wrong"}, 403)
    routes = _ROUTES.get(request.path.removeprefix(CONTROL_PREFIX))
    if routes is None:
        return _json({"error": "not_found", "known": sorted(_ROUTES)}, 404)
    handler = routes.get(request.method)
    if handler is None:
        return refuse_method(routes)
    try:
        return _json(handler(mock, read_body(request) if request.method == "POST" else {}))
    except ValueError as exc:
        return _json({"error": "bad_request", "message": str(exc)}, 400)


def refuse_method(allowed: Iterable[str]) -> Response:
    """The answer to a method that an address does not take: 405 with the ones it does."""
    response = _json({"error": "method_not_allowed", "allowed": sorted(allowed)}, 405)
    response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def refuse_unknown(document: Mapping[str, object], known: Sequence[str]) -> None:
    """Raise ValueError when ``document`` has a member that is not in ``known``."""
    unknown = sorted(set(document) - set(known))
    if unknown:
        raise ValueError(f"unknown members: {', '.join(unknown)}; known: {', '.join(known)}")


def name_in(document: Mapping[str, object]) -> ServiceName:
    """Return the name in a registration at a mock that sends nobody anywhere.

    One form serves all mocks, so addresses to come back to are checked and not used. Raises ValueError.
    """
    refuse_unknown(document, ("name", "redirect_uris", "name_texts"))
    name, uris, texts = document.get("name"), document.get("redirect_uris"), document.get("name_texts", {})
    if not isinstance(name, str):
        raise ValueError("name is text")
    if not isinstance(uris, list) or not uris or not all(isinstance(uri, str) and urlsplit(uri).netloc for uri in uris):
        raise ValueError("redirect_uris is a list of at least one address")
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise ValueError("name_texts maps languages to texts")
    return ServiceName.of(name, texts)


def read_body(request: Request) -> dict[str, object]:
    """Return the members of a control call's JSON body, none of an empty one. Raises ValueError."""
    try:
        request.max_content_length = _BODY_LIMIT
        raw = request.get_data()
    except HTTPException as failure:
        raise ValueError(f"the body cannot be read: {failure.name}") from None
    if not raw:
        return {}
    try:
        return load_object(raw)
    except StrictJsonError as exc:
        raise ValueError(str(exc)) from exc


def _json(document: object, status: int = 200) -> Response:
    text = json.dumps(document, ensure_ascii=False, default=_plain)
    response = Response(text, status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} does not go into JSON")


def _register(mock: Controlled, body: dict[str, object]) -> object:
    return asdict(mock.register_from(body))


def _personas(mock: Controlled, _: dict[str, object]) -> object:
    return {"personas": [asdict(person) for person in mock.personas]}


def _journal(mock: Controlled, _: dict[str, object]) -> object:
    return {"entries": [asdict(entry) for entry in mock.journal.entries()]}


def _clock(mock: Controlled, _: dict[str, object]) -> object:
    return {"now": mock.clock.now().isoformat(), "now_ms": mock.clock.now_ms()}


def _move_clock(mock: Controlled, body: dict[str, object]) -> object:
    refuse_unknown(body, ("advance_s", "set"))
    if len(body) != 1:
        raise ValueError("give advance_s or set, not both and not neither")
    advance = body.get("advance_s")
    moment = body.get("set")
    if isinstance(advance, int | float) and not isinstance(advance, bool) and abs(advance) <= 3.2e9:
        mock.clock.advance(advance)
    elif isinstance(moment, str):
        mock.clock.set(datetime.fromisoformat(moment))
    else:
        raise ValueError("advance_s is a number of seconds; set is an ISO 8601 time with its offset")
    return _clock(mock, {})


def _faults(mock: Controlled, _: dict[str, object]) -> object:
    return {
        "known": [asdict(fault) for fault in mock.faults.KNOWN],
        "armed": [asdict(fault) for fault in mock.faults.armed()],
    }


def _arm(mock: Controlled, body: dict[str, object]) -> object:
    refuse_unknown(body, ("name", "times", "operation"))
    name, times, operation = body.get("name"), body.get("times", 1), body.get("operation")
    if not isinstance(name, str) or not (operation is None or isinstance(operation, str)):
        raise ValueError("name is text, and so is operation where given")
    if not (times is None or (isinstance(times, int) and not isinstance(times, bool))):
        raise ValueError("times is a whole number, or null for always")
    mock.faults.add(name, times=times, operation=operation)
    return _faults(mock, {})


def _log_in(mock: Controlled, body: dict[str, object]) -> object:
    refuse_unknown(body, ("login_url", "persona", "decision"))
    login_url, persona, decision = body.get("login_url"), body.get("persona"), body.get("decision", "approve")
    if not (isinstance(login_url, str) and isinstance(persona, str) and isinstance(decision, str)):
        raise ValueError("login_url, persona and decision are text")
    return {"callback_url": mock.log_in(login_url, persona, decision=decision)}


def _subjects(mock: Controlled, body: dict[str, object]) -> object:
    refuse_unknown(body, ("client_id",))
    client_id = body.get("client_id")
    if not isinstance(client_id, str):
        raise ValueError("client_id is text")
    return {"subjects": mock.subjects(client_id)}


def _reset(mock: Controlled, body: dict[str, object]) -> object:
    refuse_unknown(body, ())
    mock.reset()
    return {"reset": True}


_Handler = Callable[[Controlled, dict[str, object]], object]
_ROUTES: dict[str, dict[str, _Handler]] = {
    "clients": {"POST": _register},
    "logins": {"POST": _log_in},
    "personas": {"GET": _personas},
    "journal": {"GET": _journal},
    "clock": {"GET": _clock, "POST": _move_clock},
    "faults": {"GET": _faults, "POST": _arm},
    "reset": {"POST": _reset},
    "subjects": {"POST": _subjects},
}
