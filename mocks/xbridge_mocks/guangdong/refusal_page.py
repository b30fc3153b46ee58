"""The pages that are not the login page: a refusal, and the front door for somebody who just opens the mock.

A refusal is always a page and never a redirect (dossier 2.4). It says in the person's language what is wrong, and to
a developer which check failed; values that arrived are shown escaped, and no secret is among them.
"""

from __future__ import annotations

from werkzeug.wrappers import Response

from xbridge_mocks.guangdong.platform import Platform
from xbridge_mocks.guangdong.route import GENERATIONS, LOGOUT
from xbridge_mocks.guangdong.setting import Kind
from xbridge_mocks.guangdong.visit import Refused, Visit
from xbridge_mocks.guangdong.wording import WORDING
from xbridge_mocks.page import negotiate, render

_STATUS = {Kind.PATH: 404, Kind.METHOD: 405, Kind.FORM: 403, Kind.LOGIN: 403}
_FORMS = frozenset({"login", "info", "realname", "find_account", "iamsmart_binding"})
_ONLY_FORMS = frozenset({"scan_pick", "scan_decide"})


def refusal_page(platform: Platform, visit: Visit, refused: Refused) -> Response:
    """Return the page for a refused browser request, with the mock's number for it."""
    given = visit.request.args.getlist("redirect_uri") if refused.kind is Kind.REDIRECT else []
    response = render(
        "guangdong/refusal.html",
        negotiate(visit.request),
        request=visit.request,
        status=_STATUS.get(refused.kind, 400),
        catalogue=WORDING,
        kind=refused.kind.value,
        number=platform.settings.error_codes[refused.kind],
        detail=refused.detail,
        given=given,
    )
    if refused.kind is Kind.METHOD:
        response.headers["Allow"] = _allowed(visit.operation)
    return response


def _allowed(operation: str) -> str:
    """Return the methods that a page takes."""
    if operation in _ONLY_FORMS:
        return "POST"
    return "GET, POST" if operation in _FORMS else "GET"


def home_page(platform: Platform, visit: Visit) -> Response:
    """Return the front door: what this is and where its endpoints are."""
    visit.require("method", visit.request.method in {"GET", "HEAD"}, Kind.METHOD, "only GET")
    own = ((each.authorize, each.login, each.access_token, each.tokeninfo) for each in GENERATIONS.values())
    paths = [*(path for paths in own for path in paths), LOGOUT]
    return render(
        "guangdong/home.html", negotiate(visit.request), request=visit.request, catalogue=WORDING, paths=paths
    )
