"""JSON replies of the two server-to-server endpoints: success, refusal in three shapes, and garbled on request.

Decides nothing about codes or tokens. The order is fixed: faults that answer instead of working, then the work, then
faults that garble what the work produced.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from werkzeug.wrappers import Response

from xbridge_mocks.guangdong.account import JSONObject
from xbridge_mocks.guangdong.platform import Platform
from xbridge_mocks.guangdong.route import ErrorShape
from xbridge_mocks.guangdong.setting import OAUTH_NAMES, GuangdongMockSettings, Kind
from xbridge_mocks.guangdong.visit import Refused, Visit

_SHAPE_FAULTS: tuple[tuple[str, ErrorShape], ...] = (
    ("errcode_shape", "errcode"),
    ("error_code_shape", "error_code"),
    ("oauth_error_shape", "oauth"),
)
_OVER_LIMIT = 2 * 1024 * 1024 + 1


def answer(
    platform: Platform, visit: Visit, work: Callable[[], JSONObject], *, key_member: str, kind: Kind
) -> Response:
    """Do ``work`` and return its document as the platform's reply.

    ``key_member`` is the member that the duplicate-member fault doubles; ``kind`` is the refusal that a fault
    demanding an error uses when the request itself was right.
    """
    outage = _outage(platform, visit)
    if outage is not None:
        return outage
    own_shape = platform.settings.error_shape or visit.generation.error_shape
    shape = next((form for name, form in _SHAPE_FAULTS if platform.plays(visit, name)), None)
    with_200 = platform.plays(visit, "error_http_200")
    try:
        document = work()
        if shape is not None or with_200:
            raise Refused(kind, "fault demands a refusal")
    except Refused as refused:
        visit.refused = refused.kind
        status = 200 if with_200 else 405 if refused.kind is Kind.METHOD else platform.settings.error_status
        reply = _refusal_reply(platform.settings, refused, shape=shape or own_shape, status=status)
        if status == 405:
            also_post = visit.operation == "access_token" and platform.settings.accept_post_token
            reply.headers["Allow"] = "GET, POST" if also_post else "GET"
        return reply
    return _garbled(platform, visit, document, key_member)


def _refusal_reply(settings: GuangdongMockSettings, refused: Refused, *, shape: ErrorShape, status: int) -> Response:
    """Return a refusal in the chosen shape (dossier 2.4).  Its text names the step and never a value."""
    number = settings.error_codes[refused.kind]
    text = f"{refused.kind.value}: {refused.detail}"
    documents: dict[ErrorShape, JSONObject] = {
        "errcode": {"errcode": number, "errmsg": text},
        "error_code": {"error_code": number, "error_msg": text},
        "oauth": {"error": OAUTH_NAMES.get(refused.kind, "invalid_request"), "error_description": text},
    }
    return _json(settings, json.dumps(documents[shape]), status)


def _outage(platform: Platform, visit: Visit) -> Response | None:
    """Return the answer of a fault that replaces the work, if one is armed."""
    if platform.plays(visit, "http_500"):
        return Response("mock fault http_500", status=500, content_type="text/plain")
    if platform.plays(visit, "http_503"):
        return Response("mock fault http_503", status=503, headers={"Retry-After": "30"}, content_type="text/plain")
    if platform.plays(visit, "redirect_instead_of_json"):
        return Response(status=302, headers={"Location": "https://elsewhere.invalid/"})
    return None


def _garbled(platform: Platform, visit: Visit, document: JSONObject, key_member: str) -> Response:
    """Return the reply, spoilt by whichever garbling fault is armed."""
    settings = platform.settings
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    if platform.plays(visit, "html_instead_of_json"):
        return Response("<!doctype html><title>mock fault html_instead_of_json</title>", mimetype="text/html")
    if platform.plays(visit, "json_duplicate_members"):
        text = _doubled(text, key_member, platform.random.hex(16))
    if platform.plays(visit, "json_not_object"):
        text = f"[{text}]"
    if platform.plays(visit, "body_over_limit"):
        text += " " * (_OVER_LIMIT - len(text.encode()))
    if platform.plays(visit, "json_truncated"):
        text = text[: len(text) // 2]
    return _json(settings, text, 200)


def _doubled(text: str, member: str, other_value: str) -> str:
    """Put a second, different value of ``member`` in front of the real one."""
    mark = f'"{member}":'
    if mark in text:
        return text.replace(mark, f'{mark}"{other_value}",{mark}', 1)
    # The member is hidden inside a string or renamed by another fault: double the first member of the object instead.
    first = text[1 : text.index(":") + 1]
    return f'{{{first}"{other_value}",{text[1:]}'


def _json(settings: GuangdongMockSettings, text: str, status: int) -> Response:
    """Return a JSON text; no cache may keep it, because it holds a token or a person."""
    return Response(
        text.encode(),
        status=status,
        content_type=settings.reply_media_type,
        headers={"Cache-Control": "no-store", "Pragma": "no-cache"},
    )
