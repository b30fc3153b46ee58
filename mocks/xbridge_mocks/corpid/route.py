"""The addresses of the CorpID mock, and how an address is written down without what it gives away.

A table only. iAM Smart's addresses stand at the root, CorpID's below ``/corpid``: on the real platforms they are two hosts.
"""

from __future__ import annotations

from werkzeug.routing import Map, Rule

from xbridge_mocks.corpid.setting import Shape
from xbridge_mocks.openapi import DOCUMENT_PATH

__all__ = ["COMPANY_OPERATIONS", "PERSON_OPERATIONS", "ROUTES", "SHAPE_OF_PATH", "SHOWN", "masked"]

_PERSON = {
    "/api/v1/security/getKey": "getKey",
    "/api/v1/security/revokeKey": "revokeKey",
    "/api/v1/auth/getToken": "getToken",
}
SHAPE_OF_PATH: dict[str, Shape] = {
    "/api/v1/auth/mockCorpId/getQR": "sandbox",
    "/api/v1/auth/corpId/getQR": "v1_0_4",
    "/corpid/api/v1/auth/getToken": "sandbox",
    "/corpid/api/eservice/v1/auth/getToken": "v1_0_4",
}
"""Which variant of the login an address belongs to."""
_COMPANY = {
    "/corpid/api/v1/security/getKey": "corpGetKey",
    "/corpid/api/v1/security/revokeKey": "corpRevokeKey",
    # Whether the paths of the keys change with the shape is UNKNOWN, so both are served.
    "/corpid/api/eservice/v1/security/getKey": "corpGetKey",
    "/corpid/api/eservice/v1/security/revokeKey": "corpRevokeKey",
    "/corpid/api/v1/auth/getToken": "corpGetToken",
    "/corpid/api/eservice/v1/auth/getToken": "corpGetToken",
}
PERSON_OPERATIONS = frozenset(_PERSON.values())
COMPANY_OPERATIONS = frozenset(_COMPANY.values())

ROUTES = Map(
    [
        *(Rule(path, endpoint=operation, methods=["POST"]) for path, operation in (_PERSON | _COMPANY).items()),
        Rule("/", endpoint="index", methods=["GET"]),
        Rule(DOCUMENT_PATH, endpoint="document", methods=["GET"]),
        Rule("/api/v1/auth/mockCorpId/getQR", endpoint="getQR", methods=["GET"]),
        Rule("/api/v1/auth/corpId/getQR", endpoint="getQR", methods=["GET"]),
        Rule("/mock/qr/<token>", endpoint="desk", methods=["GET"]),
        Rule("/mock/qr/<token>/status", endpoint="status", methods=["GET"]),
        Rule("/mock/qr/<token>/continue", endpoint="callback", methods=["GET"]),
        Rule("/mock/company/<token>", endpoint="company", methods=["POST"]),
        Rule("/mock/phone/<token>", endpoint="phone", methods=["GET"]),
        Rule("/mock/phone/<token>/scan", endpoint="scan", methods=["POST"]),
        Rule("/mock/phone/<token>/decision", endpoint="decision", methods=["POST"]),
    ],
    strict_slashes=True,
    redirect_defaults=False,
    merge_slashes=False,
)
SHOWN = frozenset(
    {"clientID", "responseType", "source", "scope", "cScope", "corpMock", "lang", "brokerPage", "error_code", "persona"}
)
_TOKEN_AFTER = ("/mock/qr/", "/mock/phone/", "/mock/company/")


def masked(path: str) -> str:
    """The path without the token in it, because a token opens what it names."""
    for start in _TOKEN_AFTER:
        if path.startswith(start):
            _, slash, rest = path[len(start) :].partition("/")
            return f"{start}***{slash}{rest}"
    return path
