"""Replies of the gateway: ``{errcode, errmsg, data}``, refusals in the same shape, and garbled on request."""

from __future__ import annotations

import json

from werkzeug.wrappers import Response

from xbridge_mocks.fault import Faults
from xbridge_mocks.tif.refusal import TROUBLE, Refused, Trail
from xbridge_mocks.tif.service import Outcome

__all__ = ["outage", "refusal", "success"]

_OVER_LIMIT = 2 * 1024 * 1024 + 1


def outage(faults: Faults, trail: Trail) -> Response | None:
    """The answer of a fault that answers instead of working, or None."""
    for status in (500, 503):
        if faults.take(f"http_{status}", trail.operation):
            trail.faults.append(f"http_{status}")
            return _json(json.dumps({"errcode": TROUBLE, "errmsg": "internal error."}), status)
    return None


def refusal(refused: Refused, *, status: int) -> Response:
    """A refusal, with the status that was set or that it brings along."""
    return _json(json.dumps({"errcode": refused.errcode, "errmsg": refused.errmsg}), refused.status or status)


def success(faults: Faults, trail: Trail, outcome: Outcome) -> Response:
    """The answer of a service, in the odd shape that an armed fault asks for."""
    played = {name for name in _GARBLED if faults.take(name, trail.operation)}
    trail.faults += sorted(played)
    document: dict[str, object] = {"errcode": 0, "errmsg": "ok", "data": outcome.data}
    if "errcode_text" in played:
        document["errcode"] = "0"
    if "errcode_missing" in played:
        del document["errcode"]
    if "data_missing" in played:
        del document["data"]
    text = json.dumps([document] if "json_not_object" in played else document, ensure_ascii=False)
    if "json_duplicate_members" in played:
        text = '{"errcode":40001,' + text[1:]
    if "json_truncated" in played:
        text = text[: len(text) // 2]
    if "body_over_limit" in played:
        text = text[:-1] + ',"padding":"' + "x" * _OVER_LIMIT + '"}'
    if "html_instead_of_json" in played:
        text = "<!doctype html><title>portal</title>"
    response = _json(text, 200)
    for name, value in outcome.headers:
        response.headers.add(name, value)
    return response


_GARBLED = (
    "errcode_text", "errcode_missing", "data_missing", "json_not_object", "json_duplicate_members", "json_truncated",
    "body_over_limit", "html_instead_of_json",
)  # fmt: skip


def _json(text: str, status: int) -> Response:
    response = Response(text, status=status, content_type="application/json; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
