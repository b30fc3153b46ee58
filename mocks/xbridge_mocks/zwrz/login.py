"""What browsers meet: authorize, the login page with its two ways in, and logout.

One way is picking an officer. The other goes through the office app 粤政易, by the calls that the platform's own page makes
(VERIFIED paths; their parameters partly UNKNOWN): a code of the app becomes a store code, and the store code a login.
"""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from xbridge_mocks.page import negotiate, render
from xbridge_mocks.zwrz.callback import Destination, send_back, verify_destination
from xbridge_mocks.zwrz.officer import Officer
from xbridge_mocks.zwrz.reply import JSONObject, answer
from xbridge_mocks.zwrz.route import LOGIN, LOGIN_BY_CODE
from xbridge_mocks.zwrz.setting import Kind
from xbridge_mocks.zwrz.vault import GrantRefused
from xbridge_mocks.zwrz.visit import Visit
from xbridge_mocks.zwrz.wording import WORDING

__all__ = ["FORM_COOKIE", "SESSION_COOKIE", "authorize", "login", "login_by_code", "logout", "validate_app_code"]

# Cookies ignore ports, and all mocks usually live on 127.0.0.1: the names must differ from every other cookie there.
SESSION_COOKIE = "xbridge_mock_zwrz_sso"
FORM_COOKIE = "xbridge_mock_zwrz_form"
APP_CODE_PREFIX = "yzy-"


def authorize(visit: Visit) -> Response:
    """Answer a service that sends its user: with a code when the browser is signed in, else with the login page."""
    destination = verify_destination(visit, visit.request.args)
    persona = visit.platform.sessions.persona(visit.request.cookies.get(SESSION_COOKIE))
    if persona is not None and visit.request.method == "GET":
        return send_back(visit, destination, persona)
    onward = {name: value for name, value in visit.request.args.items() if name in _ONWARD}
    return Response(status=302, headers={"Location": f"{LOGIN}?{urlencode(onward)}", "Cache-Control": "no-store"})


_ONWARD = ("client_id", "redirect_uri", "response_type", "scope", "state", "lang")


def login(visit: Visit) -> Response:
    """Show the login page (GET) or take its form (POST).  Raises Refused.

    (1) client and address, again: the page can be reached without authorize   (2) the form belongs to this browser and
    service   (3) the officer, and the way: at once, or through the app
    """
    # (1)
    destination = verify_destination(visit, visit.request.args)
    if visit.request.method != "POST":
        return _page(visit, destination, "zwrz/login.html")
    # (2)
    form = visit.request.form
    _verify_form(visit, destination, form)
    # (3)
    by_app = visit.optional(form, "app")
    one_way = by_app is None or visit.optional(form, "persona") is None
    visit.require("way", one_way, Kind.REQUEST, "persona and app together")
    officer = visit.platform.officers.get(visit.single(form, "app" if by_app is not None else "persona"))
    if officer is None:
        visit.refuse("persona", Kind.REQUEST, "nobody of this name")
    visit.passed("persona", officer.persona.key)
    if by_app is None:
        return _signed_in(visit, destination, officer)
    store_code = visit.platform.vault.issue_store_code(destination.grant(officer.persona.key))
    return _page(visit, destination, "zwrz/app.html", officer=officer, store_code=store_code)


def login_by_code(visit: Visit) -> Response:
    """Take the form that carries on a login through 粤政易: the seven fields of the platform's page.  Raises Refused.

    (1) client, address, fixed words   (2) the form belongs to this browser and service   (3) the store code, spent by this
    """
    form = visit.request.form
    # (1)
    destination = verify_destination(visit, form)
    visit.optional(form, "extend")
    # (2)
    _verify_form(visit, destination, form)
    # (3)
    try:
        grant = visit.platform.vault.redeem_store_code(
            visit.single(form, "store_code"),
            client_id=destination.service.client_id,
            redirect_uri=destination.redirect_uri,
        )
    except GrantRefused as refused:
        visit.refuse("store_code", Kind.STORE_CODE, refused.reason)
    visit.passed("store_code")
    return _signed_in(visit, destination, visit.platform.officers[grant.persona])


def validate_app_code(visit: Visit) -> Response:
    """Turn a code of 粤政易 into a store code, for a page of the platform's own.  The form is partly UNKNOWN."""
    return answer(visit, lambda: _store_code(visit), kind=Kind.STORE_CODE)


def _store_code(visit: Visit) -> JSONObject:
    form = visit.request.form
    destination = verify_destination(visit, form)
    code = visit.single(form, "code")
    officer = next((each for each in visit.platform.officers.values() if code == APP_CODE_PREFIX + each.userid), None)
    if officer is None:
        visit.refuse("code", Kind.STORE_CODE, "no code of the app")
    visit.passed("code")
    return {"store_code": visit.platform.vault.issue_store_code(destination.grant(officer.persona.key))}


def logout(visit: Visit) -> Response:
    """Sign the browser out, whatever else is wrong with the request, and send it on only to the service's own origin."""
    visit.platform.sessions.drop(visit.request.cookies.get(SESSION_COOKIE))
    visit.passed("session ended")
    asked = visit.request.args.getlist("backurl")
    service = visit.platform.services.find(visit.request.args.get("client_id", ""))
    if service is not None and len(asked) == 1 and service.lives_at(asked[0]):
        response = Response(status=302, headers={"Location": asked[0], "Referrer-Policy": "no-referrer"})
    else:
        visit.refused = Kind.REDIRECT if asked else None
        response = render(
            "zwrz/signed_out.html",
            negotiate(visit.request),
            request=visit.request,
            status=400 if asked else 200,
            catalogue=WORDING,
            not_followed=bool(asked),
        )
    response.headers["Cache-Control"] = "no-store"
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="Lax")
    return response


def _signed_in(visit: Visit, destination: Destination, officer: Officer) -> Response:
    """Send the browser back with a code and a session of its own."""
    # A new session value at every login: one that was planted in the browser before is worth nothing.
    visit.platform.sessions.drop(visit.request.cookies.get(SESSION_COOKIE))
    response = send_back(visit, destination, officer.persona.key)
    value = visit.platform.sessions.open(officer.persona.key)
    response.set_cookie(SESSION_COOKIE, value, httponly=True, samesite="Lax", secure=visit.request.is_secure)
    return response


def _verify_form(visit: Visit, destination: Destination, form: MultiDict[str, str]) -> None:
    """Check the hidden field against the form cookie.  Raises Refused."""
    belongs = visit.platform.guard.matches(
        visit.single(form, "form_mark"),
        visit.request.cookies.get(FORM_COOKIE),
        client_id=destination.service.client_id,
        redirect_uri=destination.redirect_uri,
    )
    visit.require("form_mark", belongs, Kind.FORM, "form of another browser or service")


def _page(
    visit: Visit, destination: Destination, template: str, *, officer: Officer | None = None, store_code: str = ""
) -> Response:
    """A page in the person's language, with a form that belongs to this browser and service."""
    lang = negotiate(visit.request)
    guard = visit.platform.guard
    cookie = visit.request.cookies.get(FORM_COOKIE) or guard.new_cookie()
    response = render(
        template,
        lang,
        request=visit.request,
        catalogue=WORDING,
        service=destination.service.name.in_language(lang),
        host=urlsplit(destination.redirect_uri).netloc,
        officers=tuple(visit.platform.officers.values()),
        destination=destination,
        form_mark=guard.mark(cookie, client_id=destination.service.client_id, redirect_uri=destination.redirect_uri),
        officer=officer,
        store_code=store_code,
        action=LOGIN_BY_CODE,
    )
    response.set_cookie(FORM_COOKIE, cookie, httponly=True, samesite="Lax", secure=visit.request.is_secure)
    return response
