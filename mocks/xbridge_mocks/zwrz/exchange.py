"""The two server-to-server calls: code to token, and token to officer, each a POSTed form.

Strict where the platform may be loose: every parameter once and in the form only, the secret in constant time, the code
once, for the service and address it was issued for.
"""

from __future__ import annotations

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from xbridge_mocks.zwrz.officer import OFFICE, Officer
from xbridge_mocks.zwrz.reply import JSONObject, answer
from xbridge_mocks.zwrz.setting import Kind
from xbridge_mocks.zwrz.vault import GrantRefused
from xbridge_mocks.zwrz.visit import Visit

__all__ = ["token", "user"]


def token(visit: Visit) -> Response:
    """Answer one token request, refusals included."""
    return answer(visit, lambda: _exchange(visit), kind=Kind.CODE)


def user(visit: Visit) -> Response:
    """Answer one request for the officer behind a token, refusals included."""
    return answer(visit, lambda: _account(visit), kind=Kind.TOKEN)


def _exchange(visit: Visit) -> JSONObject:
    """Check the request and return the token document.  Raises Refused.

    (1) a form   (2) client   (3) secret   (4) fixed word   (5) code and address, which are spent by this
    """
    # (1)
    form = _form(visit)
    given = {name: visit.single(form, name) for name in ("client_id", "client_secret", "code", "redirect_uri")}
    # (2) and (3) The caller is known before the code is touched: a stranger cannot spend one.
    service = visit.platform.services.find(given["client_id"])
    if service is None:
        visit.refuse("client_id", Kind.CLIENT, "unknown client")
    visit.passed("client_id")
    visit.require("client_secret", service.holds_secret(given["client_secret"]), Kind.SECRET, "wrong secret")
    # (4)
    visit.fixed(form, "grant_type", "authorization_code")
    # (5)
    try:
        issued = visit.platform.vault.redeem(
            given["code"], client_id=service.client_id, redirect_uri=given["redirect_uri"]
        )
    except GrantRefused as refused:
        kind = Kind.REDIRECT if refused.reason == "other_address" else Kind.CODE
        visit.refuse("code", kind, refused.reason)
    visit.passed("code")
    settings = visit.platform.settings
    document: JSONObject = {settings.token_member: issued, "expires_in": settings.token_lifetime_s}
    if visit.plays("access_token_missing"):
        del document[settings.token_member]
    return document


def _account(visit: Visit) -> JSONObject:
    """Check the request and return the officer.  Raises Refused."""
    try:
        grant = visit.platform.vault.lookup(visit.single(_form(visit), "access_token"))
    except GrantRefused as refused:
        visit.refuse("access_token", Kind.TOKEN, refused.reason)
    visit.passed("access_token")
    officers = visit.platform.officers
    officer = officers[grant.persona]
    if visit.plays("swapped_user"):
        officer = next(other for other in officers.values() if other != officer)
    document = _document(visit, officer)
    if visit.plays("subject_missing"):
        del document[visit.platform.settings.subject_member]
    if visit.plays("subject_not_text"):
        document[visit.platform.settings.subject_member] = {"id": officer.userid}
    return document


def _document(visit: Visit, officer: Officer) -> JSONObject:
    """The officer as ``data``; what the real members are called is UNKNOWN."""
    settings = visit.platform.settings
    return {
        settings.subject_member: officer.userid,
        settings.name_member: officer.name,
        "account": officer.account,
        "orgname": OFFICE,
    }


def _form(visit: Visit) -> MultiDict[str, str]:
    """The parameters of the form.  Raises Refused for anything in the query: a second place is a second truth."""
    visit.require("query", not visit.request.args, Kind.REQUEST, "parameters in the query")
    return visit.request.form
