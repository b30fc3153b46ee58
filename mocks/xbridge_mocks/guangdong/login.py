"""The platform's login page: a person signs in, and the browser goes back to the service with a code.

Ways to sign in: a login name and password, picking one of the invented people, scanning with 粤省事 (``scan_page``), and
iAM Smart once the mock is connected to one. A failed login stays on the page, as on the platform, where no error
redirect was ever seen (dossier 2.1). The form of the POST is the mock's own; the platform's is UNKNOWN.
"""

from __future__ import annotations

import hmac
from urllib.parse import parse_qsl, urlsplit

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from xbridge_mocks.guangdong.account import PASSWORD
from xbridge_mocks.guangdong.authorize import verify_words
from xbridge_mocks.guangdong.callback import finish_login, verify_destination
from xbridge_mocks.guangdong.destination import Destination
from xbridge_mocks.guangdong.platform import Platform
from xbridge_mocks.guangdong.route import AM, TIF
from xbridge_mocks.guangdong.scan_page import begin_scan
from xbridge_mocks.guangdong.setting import Kind
from xbridge_mocks.guangdong.visit import Visit
from xbridge_mocks.guangdong.wording import WORDING
from xbridge_mocks.page import negotiate, render
from xbridge_mocks.persona import Persona


def login(platform: Platform, visit: Visit) -> Response:
    """Show the login page (GET) or take the form (POST).  Raises Refused.

    (1) method   (2) client and redirect address, again: the page can be reached without authorize
    (3) the form belongs to this browser and service   (4) another way in   (5) the person
    """
    # (1) and (2) The page names the service, so it must know it.
    visit.require("method", visit.request.method in {"GET", "HEAD", "POST"}, Kind.METHOD, "only GET and POST")
    destination = login_destination(platform, visit)
    if visit.request.method != "POST":
        return _page(platform, visit, destination)
    # (3) Before the password, so that another site cannot even try one.
    platform.require_form(visit, *_about(destination))
    # (4) Ways that lead over other pages come back to ``finish_login``.
    way = visit.optional(visit.request.form, "way")
    if way == "scan":
        return begin_scan(platform, visit, destination)
    if way == "iamsmart" and platform.iamsmart is not None:
        return platform.iamsmart.begin(platform, visit)
    visit.require("way", way is None, Kind.REQUEST, "no such way to sign in")
    # (5) A wrong password shows the page again and says no more than that.
    person = chosen_person(platform, visit)
    if person is None:
        visit.refused = Kind.LOGIN
        return _page(platform, visit, destination, problem="login_failed", status=403)
    if platform.plays(visit, "user_leaves"):
        return _page(platform, visit, destination, problem="login_unfinished")
    return finish_login(platform, visit, destination, person.key, account_type=PASSWORD)


def login_destination(platform: Platform, visit: Visit) -> Destination:
    """Return where a login page may lead: its address repeats authorize as each generation does.  Raises Refused."""
    query: MultiDict[str, str] = visit.request.args
    if visit.generation is AM:
        query = _authorize_query(visit)
    destination = verify_destination(platform, visit, query)
    if visit.generation in (AM, TIF):
        verify_words(platform, visit, query)
    return destination


def chosen_person(platform: Platform, visit: Visit) -> Persona | None:
    """Return who signed in with a form, or None: by persona key, or by login name and password."""
    form = visit.request.form
    picked = visit.optional(form, "persona")
    if picked is not None:
        found = platform.holder(picked)
    else:
        found = _by_password(platform, visit.optional(form, "username") or "", visit.optional(form, "password") or "")
    if found is None:
        visit.failed("person", "unknown person or wrong password")
    else:
        visit.passed("person", found.key)
    return found


def _authorize_query(visit: Visit) -> MultiDict[str, str]:
    """Return the query of the authorize address in ``gotoUrl``, of whatever host.  Raises Refused."""
    path, _, query = visit.single(visit.request.args, "gotoUrl").partition("?")
    # The address is read and never followed; its host is the platform's own business.
    known = path.removesuffix("/").endswith(AM.authorize)
    visit.require("gotoUrl", known, Kind.REQUEST, "gotoUrl is no authorize address")
    return MultiDict(parse_qsl(query, keep_blank_values=True, errors="replace"))


def _by_password(platform: Platform, username: str, password: str) -> Persona | None:
    """Return the holder of the account with this login name and password."""
    for person in platform.account_holders():
        account = person.guangdong
        if account is not None and account.uid == username:
            right = hmac.compare_digest(account.password.encode(), password.encode("utf-8", "replace"))
            return person if right else None
    return None


def _about(destination: Destination) -> tuple[str, str]:
    """Return what a login form is about: one service at one address."""
    return destination.service.client_id, destination.requested


def _page(
    platform: Platform, visit: Visit, destination: Destination, *, problem: str = "", status: int = 200
) -> Response:
    """Return the login page in the person's language, with forms that belong to this browser."""
    lang, device = negotiate(visit.request), platform.device(visit)
    response = render(
        "guangdong/login.html",
        lang,
        request=visit.request,
        status=status,
        catalogue=WORDING,
        service=destination.service.name.in_language(lang),
        host=urlsplit(destination.registered).netloc,
        people=platform.account_holders(),
        form_mark=platform.guard.mark(device, *_about(destination)),
        problem=problem,
        connected=platform.iamsmart is not None,
    )
    return platform.keep_device(visit, response, device)
