"""The control calls that only this platform has: accounts and what they proved, scans waiting for a phone, messages.

The shared control API is asked first, and with it the secret is checked; what it does not know is looked up here. Each
call is a method of the mock under another name, so a test in another process can do what one in this process can.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from xbridge_mocks.control import CONTROL_PREFIX, answer_control, read_body, refuse_method, refuse_unknown
from xbridge_mocks.guangdong.account import ways_of
from xbridge_mocks.persona import AccountWay, GuangdongAccount, Level

if TYPE_CHECKING:
    from xbridge_mocks.guangdong.mock import GuangdongMock

_LEVELS: dict[str, Level] = {"L1": "L1", "L2": "L2", "L3": "L3"}


def answer_steering(mock: GuangdongMock, request: Request) -> Response:
    """Answer one control request: as the shared API does, and for the addresses of this platform."""
    shared = answer_control(mock, request)
    routes = CALLS.get(request.path.removeprefix(CONTROL_PREFIX))
    if shared.status_code != 404 or routes is None:
        return shared
    handler = routes.get(request.method)
    if handler is None:
        return refuse_method(routes)
    try:
        return _json(handler(mock, read_body(request) if request.method == "POST" else {}))
    except ValueError as exc:
        return _json({"error": "bad_request", "message": str(exc)}, 400)


def _json(document: object, status: int = 200) -> Response:
    response = Response(json.dumps(document, ensure_ascii=False), status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _accounts(mock: GuangdongMock, _: dict[str, object]) -> object:
    return {"accounts": [_shown(key, mock.account(key)) for key in mock.subjects("")]}


def _prove(mock: GuangdongMock, body: dict[str, object]) -> object:
    refuse_unknown(body, ("persona", "method"))
    key = _text(body, "persona")
    return _shown(key, mock.prove(key, _text(body, "method")))


def _set_ways(mock: GuangdongMock, body: dict[str, object]) -> object:
    refuse_unknown(body, ("persona", "ways"))
    key, rows = _text(body, "persona"), body.get("ways")
    if not isinstance(rows, list):
        raise ValueError("ways is a list")
    return _shown(key, mock.set_ways(key, [_way(row) for row in rows]))


def _way(row: object) -> AccountWay:
    if not isinstance(row, dict):
        raise ValueError("a way is an object")
    refuse_unknown(row, ("level", "way_code", "at", "number"))
    level = _LEVELS.get(_text(row, "level"))
    if level is None:
        raise ValueError("the level of a way is L1, L2 or L3")
    return AccountWay(
        level=level, code=_text(row, "way_code"), at=_text(row, "at"), number=_text(row, "number", default="")
    )


def _scans(mock: GuangdongMock, _: dict[str, object]) -> object:
    return {"scans": [asdict(waiting) for waiting in mock.scans()]}


def _decide(mock: GuangdongMock, body: dict[str, object]) -> object:
    refuse_unknown(body, ("token", "persona", "decision"))
    decision = _text(body, "decision", default="confirm")
    mock.decide_scan(_text(body, "token"), _text(body, "persona"), decision=decision)
    return {"decided": True}


def _messages(mock: GuangdongMock, _: dict[str, object]) -> object:
    return {"messages": [{**asdict(each), "at": each.at.isoformat()} for each in mock.messages()]}


def _shown(key: str, account: GuangdongAccount) -> dict[str, object]:
    ways = [{"level": way.level, "way_code": way.code, "at": way.at, "number": way.number} for way in ways_of(account)]
    return {"persona": key, "level": account.level, "ways": ways}


def _text(body: dict[str, object], name: str, *, default: str | None = None) -> str:
    value = body.get(name, default)
    if not isinstance(value, str):
        raise ValueError(f"{name} is text")
    return value


_Handler = Callable[["GuangdongMock", dict[str, object]], object]
CALLS: dict[str, dict[str, _Handler]] = {
    "accounts": {"GET": _accounts},
    "proofs": {"POST": _prove},
    "ways": {"POST": _set_ways},
    "scans": {"GET": _scans, "POST": _decide},
    "messages": {"GET": _messages},
}
