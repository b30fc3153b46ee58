"""The addresses of the zwrz mock (dossier guangdong.md section 8).  A table only."""

from __future__ import annotations

from werkzeug.routing import Map, Rule

from xbridge_mocks.openapi import DOCUMENT_PATH

__all__ = ["AUTHORIZE", "LOGIN", "LOGIN_BY_CODE", "LOGOUT", "ROUTES", "SERVER_OPERATIONS", "TOKEN", "USER", "VALIDATE"]

AUTHORIZE = "/zwrz/rz/sso/oauth/authorize"
TOKEN = "/zwrz/rz/sso/oauth/token"
USER = "/zwrz/rz/sso/openapi/user/getuserinfodetail"
LOGOUT = "/zwrz/rz/sso/logout"
VALIDATE = "/zwrz/rz/oauthidentity/validyzycode"
LOGIN_BY_CODE = "/zwrz/rz/sso/rzloginbycode"
LOGIN = "/mock/login"
"""The login page's own address is UNKNOWN, so it is the mock's."""

_TABLE = {
    "/": ("index", ["GET"]),
    DOCUMENT_PATH: ("document", ["GET"]),
    AUTHORIZE: ("authorize", ["GET"]),
    TOKEN: ("token", ["POST"]),
    USER: ("user", ["POST"]),
    LOGOUT: ("logout", ["GET"]),
    VALIDATE: ("validyzycode", ["POST"]),
    LOGIN_BY_CODE: ("rzloginbycode", ["POST"]),
    LOGIN: ("loginPage", ["GET"]),
}
ROUTES = Map(
    [
        *(Rule(path, endpoint=operation, methods=methods) for path, (operation, methods) in _TABLE.items()),
        Rule(LOGIN, endpoint="login", methods=["POST"]),
    ],
    strict_slashes=True,
    merge_slashes=False,
)
SERVER_OPERATIONS = frozenset({"token", "user", "validyzycode"})
"""Operations that answer in envelopes, refusals included; those of the others are pages."""
