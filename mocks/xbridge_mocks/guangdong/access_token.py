"""``GET B/oauth2/access_token``: a service turns its code into a token (dossier 2.2).

Strict where the platform may be loose: every parameter once, the secret in constant time, the code once, for the
service and address it was issued for. It never says which person the code stood for.
"""

from __future__ import annotations

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from xbridge_mocks.guangdong.account import JSONObject
from xbridge_mocks.guangdong.platform import Platform
from xbridge_mocks.guangdong.registry import Service
from xbridge_mocks.guangdong.reply import answer
from xbridge_mocks.guangdong.setting import Kind
from xbridge_mocks.guangdong.vault import Grant, GrantRefused
from xbridge_mocks.guangdong.visit import Visit


def access_token(platform: Platform, visit: Visit) -> Response:
    """Answer one token request in the platform's shape, refusals included."""
    if visit.request.method == "GET" and platform.plays(visit, "get_405"):
        visit.refused = Kind.METHOD
        return Response("mock fault get_405", status=405, headers={"Allow": "POST"}, content_type="text/plain")
    return answer(platform, visit, lambda: _exchange(platform, visit), key_member="access_token", kind=Kind.CODE)


def _exchange(platform: Platform, visit: Visit) -> JSONObject:
    """Check the request and return the token document.  Raises Refused.

    (1) method and place of the parameters   (2) client   (3) secret   (4) fixed words   (5) code   (6) redirect address
    """
    settings = platform.settings
    # (1) One place only, so that nobody can smuggle a second value in the other.
    values = _parameters(platform, visit)
    given = {name: visit.single(values, name) for name in ("client_id", "client_secret", "code", "redirect_uri")}
    # (2) and (3) The caller is known before the code is touched: a stranger cannot spend one.
    service = platform.services.find(given["client_id"])
    if service is None:
        visit.refuse("client_id", Kind.CLIENT, "unknown client")
    visit.passed("client_id")
    visit.require("client_secret", service.holds_secret(given["client_secret"]), Kind.SECRET, "wrong secret")
    # (4) Fixed words.
    grant_type = visit.single(values, "grant_type")
    visit.require("grant_type", grant_type == "authorization_code", Kind.REQUEST, "grant_type not authorization_code")
    visit.require("scope", visit.single(values, "scope") == "all", Kind.REQUEST, "scope not all")
    # (5) From here on the code is spent, whatever happens.
    try:
        grant = platform.vault.redeem(
            given["code"],
            client_id=service.client_id,
            generation=platform.accepted_generation(visit),
            revoke_on_replay=settings.replay_revokes_token,
        )
    except GrantRefused as refused:
        visit.refuse("code", Kind.CODE, refused.reason)
    visit.passed("code")
    # (6) By the book the same string as in authorize; one live client differs, hence the setting (dossier 2.2).
    fits = _redirect_fits(platform, visit, service, grant, given["redirect_uri"])
    visit.require("redirect_uri", fits, Kind.REDIRECT, "mismatch")
    suffix = "@node5" if platform.plays(visit, "node_suffix") else ""
    try:
        token = platform.vault.issue_token(given["code"], suffix=suffix)
    except GrantRefused as refused:
        visit.refuse("code", Kind.CODE, refused.reason)
    return _document(platform, visit, token)


def _parameters(platform: Platform, visit: Visit) -> MultiDict[str, str]:
    """Return the parameters: the query of a GET, or the form (or query) of a POST, never both."""
    request = visit.request
    allowed = request.method == "GET" or (request.method == "POST" and platform.settings.accept_post_token)
    visit.require("method", allowed, Kind.METHOD, "method not allowed")
    if request.method == "GET":
        return request.args
    mixed = bool(request.form) and bool(request.args)
    visit.require("parameters", not mixed, Kind.REQUEST, "parameters in query and form")
    return request.form or request.args


def _redirect_fits(platform: Platform, visit: Visit, service: Service, grant: Grant, given: str) -> bool:
    """Say whether the address of the token step is acceptable under the setting ``token_redirect``."""
    rule = platform.settings.token_redirect
    if rule == "same":
        return given == grant.redirect_uri
    if rule == "registered":
        return platform.registered_address(visit, given, service) is not None
    return True


def _document(platform: Platform, visit: Visit, token: str) -> JSONObject:
    """Return the success document.  ``expires_in`` is one second short of the lifetime, as seen on the platform."""
    lifetime: object = platform.settings.token_lifetime_s - 1
    if platform.plays(visit, "expires_in_text"):
        lifetime = str(lifetime)
    if platform.plays(visit, "expires_in_negative"):
        lifetime = -1
    document: JSONObject = {"access_token": token, "expires_in": lifetime, "token_type": "Bearer", "scope": "all"}
    for fault, number in (("errcode_zero", 0), ("errcode_beside_token", platform.settings.error_codes[Kind.CODE])):
        if platform.plays(visit, fault):
            document |= {"errcode": number, "errmsg": f"mock fault {fault}"}
    if platform.plays(visit, "access_token_missing"):
        del document["access_token"]
    return document
