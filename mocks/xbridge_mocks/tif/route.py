"""The paths behind the gateway that this mock serves, and its own pages (dossier 5.5).

A service is one line in ``ROUTES`` and one endpoint in ``service.ENDPOINTS`` under the same name. What is forwarded lies
below ``FORWARD_PREFIX`` and has no table: those paths are the developer's own.
"""

from __future__ import annotations

from werkzeug.routing import Map, Rule

__all__ = [
    "ENVELOPED",
    "FORWARD_PREFIX",
    "GATEWAY_PREFIXES",
    "LOGIN",
    "MEDICAL",
    "ONE_OFF",
    "OWN",
    "PUBLIC_LOGIN",
    "ROUTES",
    "SWAP",
    "TIANJIN",
]

GATEWAY_PREFIXES = ("/ebus/", "/dgdyssrz/", "/tif/")
"""Everything below these passes the gate first: services, and the public paths of some."""
FORWARD_PREFIX = "/app/"
ONE_OFF = "/ebus/tif/sso/connect/page/oneoffcode2yrzuserinfo"
TIANJIN = "/ebus/tifapi/user/getuserinfo"
LOGIN = "/ebus/minshengwxmp/api/r"
PUBLIC_LOGIN = "/tif/yss/app/login"
SWAP = "/dgdyssrz/sidtosession/"
MEDICAL = "/ebus/fuwu/api/nthl/api/CommQuery/queryFixedHospital"
ENVELOPED = "/ebus/mock/xbridge-1"
OWN = frozenset({"index", "document", "signIn", "signOut", "enter"})
"""Operations of the mock itself: no gateway stands before them."""

ROUTES = Map(
    [
        Rule("/", endpoint="index", methods=["GET"]),
        Rule("/openapi.json", endpoint="document", methods=["GET"]),
        Rule("/mock/sign-in", endpoint="signIn", methods=["POST"]),
        Rule("/mock/sign-out", endpoint="signOut", methods=["POST"]),
        Rule("/mock/enter/<ticket>", endpoint="enter", methods=["GET"]),
        Rule(ONE_OFF, endpoint="oneOffUser", methods=["POST"]),
        Rule(f"{LOGIN}/yssmplogin/MiniProgramLogin", endpoint="miniProgramLogin", methods=["POST"]),
        Rule(f"{LOGIN}/ysslogin/app/login", endpoint="appLogin", methods=["POST"]),
        Rule(f"{LOGIN}/ysslogin/app/getSession", endpoint="getSession", methods=["POST"]),
        Rule(f"{LOGIN}/yssuser/GetCorpCode", endpoint="getCorpCode", methods=["POST"]),
        Rule(f"{LOGIN}/yssuser/CorpCodeToSession_OtherSeverRoom", endpoint="corpCodeToSession", methods=["POST"]),
        Rule(f"{LOGIN}/yssuser/CodeToSession_OtherSeverRoom", endpoint="codeToSession", methods=["POST"]),
        Rule(PUBLIC_LOGIN, endpoint="publicAppLogin", methods=["POST"]),
        Rule(SWAP, endpoint="sidToSession", methods=["POST"]),
        Rule(TIANJIN, endpoint="tianjinUser", methods=["POST"]),
        Rule(MEDICAL, endpoint="medicalInsurance", methods=["POST"]),
        Rule(ENVELOPED, endpoint="xbridgeEnvelope", methods=["POST"]),
    ],
    strict_slashes=True,
    merge_slashes=False,
)
