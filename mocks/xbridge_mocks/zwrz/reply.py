"""JSON replies in the platform's envelope ``{message, status, data}``: success, refusal, and garbled on request.

Decides nothing about codes or tokens. The order is fixed: faults that answer instead of working, then the work, then
faults that garble what the work produced.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from werkzeug.wrappers import Response

from xbridge_mocks.zwrz.setting import Kind
from xbridge_mocks.zwrz.visit import Refused, Visit

__all__ = ["JSONObject", "answer", "refusal"]

JSONObject = dict[str, object]
_OVER_LIMIT = 2 * 1024 * 1024 + 1


def answer(visit: Visit, work: Callable[[], JSONObject], *, kind: Kind) -> Response:
    """Do ``work`` and return its document as ``data`` of the envelope.

    ``kind`` is the refusal that a fault demanding one uses when the request itself was right.
    """
    outage = _outage(visit)
    if outage is not None:
        return outage
    with_200 = visit.plays("refused_with_200")
    try:
        data = work()
        if with_200:
            raise Refused(kind, "fault demands a refusal")
    except Refused as refused:
        visit.refused = refused.kind
        return refusal(visit, refused, with_200=with_200)
    return _garbled(visit, data)


def refusal(visit: Visit, refused: Refused, *, with_200: bool = False) -> Response:
    """A refusal as an envelope.  Its text names the step and never a value."""
    settings = visit.platform.settings
    document: JSONObject = {
        "message": f"{refused.kind.value}: {refused.detail}",
        "status": settings.error_codes[refused.kind],
        "data": None,
    }
    status = 200 if with_200 else {Kind.METHOD: 405, Kind.PATH: 404}.get(refused.kind, settings.error_status)
    response = _json(json.dumps(document), status)
    if status == 405:
        response.headers["Allow"] = "POST"
    return response


def _outage(visit: Visit) -> Response | None:
    """The answer of a fault that replaces the work, if one is armed."""
    if visit.plays("http_500"):
        return Response("mock fault http_500", status=500, content_type="text/plain")
    if visit.plays("http_503"):
        return Response("mock fault http_503", status=503, headers={"Retry-After": "30"}, content_type="text/plain")
    if visit.plays("redirect_instead_of_json"):
        return Response(status=302, headers={"Location": "https://elsewhere.invalid/"})
    return None


def _garbled(visit: Visit, data: JSONObject) -> Response:
    """The reply, spoilt by whichever garbling fault is armed."""
    document: JSONObject = {"message": "success", "status": 0, "data": data}
    if visit.plays("status_as_text"):
        document["status"] = "0"
    if visit.plays("status_missing"):
        del document["status"]
    if visit.plays("data_missing"):
        del document["data"]
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    if visit.plays("html_instead_of_json"):
        return Response("<!doctype html><title>mock fault html_instead_of_json</title>", mimetype="text/html")
    if visit.plays("json_duplicate_members"):
        text = '{"data":{},' + text[1:]
    if visit.plays("json_not_object"):
        text = f"[{text}]"
    if visit.plays("body_over_limit"):
        text += " " * _OVER_LIMIT
    if visit.plays("json_truncated"):
        text = text[: len(text) // 2]
    return _json(text, 200)


def _json(text: str, status: int) -> Response:
    """A JSON text; no cache may keep it, because it holds a token or a person."""
    return Response(
        text.encode(),
        status=status,
        content_type="application/json;charset=UTF-8",
        headers={"Cache-Control": "no-store", "Pragma": "no-cache"},
    )
