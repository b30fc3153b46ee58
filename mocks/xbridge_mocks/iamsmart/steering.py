"""The control calls that only this platform has: requests waiting for a person, decisions, deliveries, trust anchors.

The shared control API is asked first, and with it the secret is checked; what it does not know is looked up here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from xbridge_mocks.control import CONTROL_PREFIX, answer_control, read_body, refuse_method, refuse_unknown

if TYPE_CHECKING:
    from xbridge_mocks.iamsmart.app import IamSmartMock

__all__ = ["answer_steering"]


def answer_steering(mock: IamSmartMock, request: Request) -> Response:
    """Answer one control request: as the shared API does, and for the addresses of this platform."""
    shared = answer_control(mock, request)
    routes = _ROUTES.get(request.path.removeprefix(CONTROL_PREFIX))
    if shared.status_code != 404 or routes is None:
        return shared
    handler = routes.get(request.method)
    if handler is None:
        return refuse_method(routes)
    try:
        return _json(handler(mock, read_body(request) if request.method == "POST" else {}))
    except ValueError as exc:
        return _json({"error": "bad_request", "message": str(exc)}, 400)
    except KeyError as exc:
        return _json({"error": "bad_request", "message": str(exc.args[0])}, 400)


def _json(document: object, status: int = 200) -> Response:
    response = Response(json.dumps(document, ensure_ascii=False), status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _requests(mock: IamSmartMock, _: dict[str, object]) -> object:
    return {"requests": [asdict(waiting) for waiting in mock.requests()]}


def _decide(mock: IamSmartMock, body: dict[str, object]) -> object:
    refuse_unknown(body, ("business_id", "decision", "client_id"))
    client_id = None if body.get("client_id") is None else _text(body, "client_id")
    statuses = mock.decide(_text(body, "business_id"), _text(body, "decision", "approve"), client_id=client_id)
    return {"statuses": list(statuses)}


def _deliveries(mock: IamSmartMock, _: dict[str, object]) -> object:
    return {
        "deliveries": [
            {"business_id": one.business_id, "code": one.code, "due_ms": one.due_ms, "statuses": one.statuses}
            for one in mock.deliveries()
        ]
    }


def _deliver(mock: IamSmartMock, body: dict[str, object]) -> object:
    refuse_unknown(body, ("business_id",))
    return {"statuses": list(mock.deliver_again(_text(body, "business_id")))}


def _trust_anchors(mock: IamSmartMock, _: dict[str, object]) -> object:
    return {"trust_anchors": list(mock.trust_anchors())}


def _text(body: dict[str, object], name: str, default: str | None = None) -> str:
    value = body.get(name, default)
    if not isinstance(value, str):
        raise ValueError(f"{name} is text")
    return value


_Handler = Callable[["IamSmartMock", dict[str, object]], object]
_ROUTES: dict[str, dict[str, _Handler]] = {
    "requests": {"GET": _requests},
    "decisions": {"POST": _decide},
    "deliveries": {"GET": _deliveries, "POST": _deliver},
    "trust-anchors": {"GET": _trust_anchors},
}
