"""The addresses of 粤政易 behind its gateway (dossier guangdong.md section 8), and the mock's own pages.  A table only."""

from __future__ import annotations

from werkzeug.routing import Map, Rule

from xbridge_mocks.openapi import DOCUMENT_PATH

__all__ = ["ROUTES", "TOKEN", "USER"]

TOKEN = "cgi-bin/gettoken"
USER = "cgi-bin/user/getuserinfo"

ROUTES = Map(
    [
        Rule("/", endpoint="index", methods=["GET"]),
        Rule(DOCUMENT_PATH, endpoint="document", methods=["GET"]),
        # Two flavours of the app, one set of calls.
        *(
            Rule(f"/ebus/<any(yzyapi,wwlapi):flavour>/{path}", endpoint=operation, methods=["GET"])
            for path, operation in ((TOKEN, "officeToken"), (USER, "officeUser"))
        ),
        Rule("/ebus/org/v2/getuserbyuserid", endpoint="directory", methods=["POST"]),
    ],
    strict_slashes=True,
    merge_slashes=False,
)
