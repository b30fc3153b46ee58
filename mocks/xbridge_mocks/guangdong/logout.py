"""``GET /_tif_sso_logout_/``: end the platform's session and send the browser back (dossier 2.5).

The session ends whatever else is wrong with the request. The browser is sent on only to an origin some registered
service lives at; anything else gets a page. No service is told: a back-channel logout is UNKNOWN.
"""

from __future__ import annotations

from werkzeug.wrappers import Response

from xbridge_mocks.guangdong.platform import Platform
from xbridge_mocks.guangdong.redirect import origin_of
from xbridge_mocks.guangdong.session import SESSION_COOKIE
from xbridge_mocks.guangdong.setting import Kind
from xbridge_mocks.guangdong.visit import Visit
from xbridge_mocks.guangdong.wording import WORDING
from xbridge_mocks.page import negotiate, render


def logout(platform: Platform, visit: Visit) -> Response:
    """Sign the browser out.  Raises Refused for another method.

    (1) method   (2) the session ends   (3) the address belongs to a registered origin
    """
    # (1) and (2) Before the address is looked at: a bad address must not keep a person signed in.
    visit.require("method", visit.request.method == "GET", Kind.METHOD, "only GET")
    platform.sessions.drop(visit.request.cookies.get(SESSION_COOKIE))
    visit.passed("session ended")
    # (3) Compared as (scheme, host, port) of a strictly parsed address.
    asked = visit.request.args.getlist("redirect_uri")
    known = len(asked) == 1 and _is_registered(platform, asked[0])
    if known:
        response = Response(status=302, headers={"Location": asked[0], "Referrer-Policy": "no-referrer"})
    else:
        if asked:
            visit.failed("redirect_uri", "repeated or not of a registered origin")
            visit.refused = Kind.REDIRECT
        response = render(
            "guangdong/signed_out.html",
            negotiate(visit.request),
            request=visit.request,
            status=400 if asked else 200,
            catalogue=WORDING,
            not_followed=bool(asked),
        )
    response.headers["Cache-Control"] = "no-store"
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="Lax")
    return response


def _is_registered(platform: Platform, address: str) -> bool:
    """Say whether an address lives at an origin of a registered service."""
    try:
        return origin_of(address) in platform.services.origins()
    except ValueError:
        return False
