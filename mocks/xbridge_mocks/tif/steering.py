"""The control calls that only this mock has: codes and one-off tokens for a persona.

The shared control API is asked first, and with it the secret is checked; what it does not know is looked up here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from xbridge_mocks.control import CONTROL_PREFIX, answer_control, read_body, refuse_method, refuse_unknown
from xbridge_mocks.tif.handle import CODE_KINDS

if TYPE_CHECKING:
    from xbridge_mocks.tif.mock import TifMock

__all__ = ["answer_steering"]


def answer_steering(mock: TifMock, request: Request) -> Response:
    """Answer one control request: as the shared API does, and for the addresses of this mock."""
    shared = answer_control(mock, request)
    routes = _ROUTES.get(request.path.removeprefix(CONTROL_PREFIX))
    if shared.status_code != 404 or routes is None:
        return shared
    handler = routes.get(request.method)
    if handler is None:
        return refuse_method(routes)
    try:
        return _json(handler(mock, read_body(request)))
    except ValueError as exc:
        return _json({"error": "bad_request", "message": str(exc)}, 400)


def _code(mock: TifMock, body: dict[str, object]) -> object:
    refuse_unknown(body, ("kind", "persona"))
    persona = body.get("persona")
    kind = next((kind for kind in CODE_KINDS if kind == body.get("kind", "one_off")), None)
    if not isinstance(persona, str) or kind is None:
        raise ValueError(f"persona is text, kind is one of {', '.join(CODE_KINDS)}")
    return {"code": mock.issue_code(kind, persona)}


def _json(document: object, status: int = 200) -> Response:
    response = Response(json.dumps(document, ensure_ascii=False), status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


_ROUTES: dict[str, dict[str, Callable[[TifMock, dict[str, object]], object]]] = {"codes": {"POST": _code}}
