"""The addresses of the iAM Smart mock, and how an address is written down without what it gives away.

A table only. What happens at each address is ``api`` and the pages.
"""

from __future__ import annotations

from werkzeug.routing import Map, Rule

from xbridge_mocks.openapi import DOCUMENT_PATH

__all__ = ["API_OPERATIONS", "ROUTES", "SHOWN", "masked"]

_API = {
    "/api/v1/auth/getToken": "getToken",
    "/api/v1/security/getKey": "getKey",
    "/api/v1/security/revokeKey": "revokeKey",
    "/api/v1/profiles": "profiles",
    "/api/v1/account/auth/profile/initiateRequest": "profileRequest",
    "/api/v1/account/eme/initiateRequest": "formRequest",
    "/api/v1/account/auth/eme/initiateRequest": "formRequest",
    "/api/v1/account/stepup/initiateRequest": "stepUpRequest",
    "/api/v1/anonymous/eme/initiateRequest": "anonymousRequest",
    "/api/v1/anonymous/eme/getResult": "anonymousResult",
    "/api/v1/account/signing/initiateRequest": "hashSignRequest",
    "/api/v1/account/pdfsigning/initiateRequest": "pdfSignRequest",
    "/api/v1/account/signing/ackResult": "signAck",
    "/api/v1/bdss/getBSQCToken": "bulkToken",
    "/api/v1/bdss/initiateRequest": "bulkSignRequest",
    "/api/v1/bdss/ackResult": "bulkSignAck",
    "/api/v1/bdss/enquireStatus": "bulkSignStatus",
    "/api/v1/bdss/cancelRequest": "bulkSignCancel",
    "/api/v1/anonymous/signing/initiateRequest": "anonymousHashSignRequest",
    "/api/v1/anonymous/signing/getResult": "anonymousHashSignResult",
    "/api/v1/anonymous/pdfsigning/initiateRequest": "anonymousPdfSignRequest",
    "/api/v1/anonymous/pdfsigning/getResult": "anonymousPdfSignResult",
}
API_OPERATIONS = frozenset(_API.values())

ROUTES = Map(
    [
        *(Rule(path, endpoint=operation, methods=["POST"]) for path, operation in _API.items()),
        Rule("/", endpoint="index", methods=["GET"]),
        Rule(DOCUMENT_PATH, endpoint="document", methods=["GET"]),
        Rule("/api/v1/auth/getQR", endpoint="getQR", methods=["GET"]),
        Rule("/mock/qr/<token>", endpoint="desk", methods=["GET"]),
        Rule("/mock/qr/<token>/status", endpoint="status", methods=["GET"]),
        Rule("/mock/qr/<token>/continue", endpoint="callback", methods=["GET"]),
        Rule("/mock/phone", endpoint="inbox", methods=["GET"]),
        Rule("/mock/app/<token>", endpoint="app", methods=["GET"]),
        Rule("/mock/request/<token>", endpoint="request", methods=["GET"]),
        Rule("/mock/request/<token>/decision", endpoint="answer", methods=["POST"]),
        Rule("/mock/app/auth", endpoint="appAuth", methods=["GET"]),
        Rule("/mock/catalogue", endpoint="catalogue", methods=["GET"]),
        Rule("/mock/catalogue", endpoint="directLogin", methods=["POST"]),
        Rule("/mock/direct/<token>", endpoint="getState", methods=["GET"]),
        Rule("/mock/phone/<token>", endpoint="phone", methods=["GET"]),
        Rule("/mock/phone/<token>/scan", endpoint="scan", methods=["POST"]),
        Rule("/mock/phone/<token>/decision", endpoint="decision", methods=["POST"]),
    ],
    strict_slashes=True,
    redirect_defaults=False,
    merge_slashes=False,
)
SHOWN = frozenset({"clientID", "responseType", "source", "scope", "lang", "brokerPage", "error_code", "persona"})
_TOKEN_AFTER = ("/mock/qr/", "/mock/phone/", "/mock/request/", "/mock/direct/")


def masked(path: str) -> str:
    """The path without the token in it, because a token opens what it names."""
    for start in _TOKEN_AFTER:
        if path.startswith(start):
            _, slash, rest = path[len(start) :].partition("/")
            return f"{start}***{slash}{rest}"
    return path
