"""``/pscp/sso/static/manage/info``: the account centre, where a person sees who the platform takes them for.

Its address is VERIFIED, its contents are not: who am I, the level in words, each way with its time, whether iAM Smart is
bound, and the way out. Whoever is not signed in signs in on the page itself, without any service.
"""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.wrappers import Response

from xbridge_mocks.guangdong.account import PASSWORD, auth_time, ways_of
from xbridge_mocks.guangdong.display_name import display_name, hidden
from xbridge_mocks.guangdong.login import chosen_person
from xbridge_mocks.guangdong.platform import Platform
from xbridge_mocks.guangdong.route import FIND_ACCOUNT, INFO, LOGOUT, REALNAME
from xbridge_mocks.guangdong.session import SignedIn
from xbridge_mocks.guangdong.setting import Kind
from xbridge_mocks.guangdong.visit import Visit
from xbridge_mocks.guangdong.wording import WORDING
from xbridge_mocks.page import negotiate, render
from xbridge_mocks.persona import GuangdongAccount, Persona

_ABOUT = "centre"
_PLACES = {"info": INFO, "realname": f"{REALNAME}?key=realname"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WayRow:
    """One proof as a page shows it; ``label`` is the key of its name, or empty for a code without one."""

    level: str
    code: str
    label: str
    time: str


def info(platform: Platform, visit: Visit) -> Response:
    """Show the account centre (GET), or sign in to it (POST).  Raises Refused."""
    who, answer = entered(platform, visit)
    if who is None or visit.request.method == "POST":
        return answer
    person, account = held(platform, visit, who)
    lang = negotiate(visit.request)
    return render(
        "guangdong/centre.html",
        lang,
        request=visit.request,
        catalogue=WORDING,
        name=account.cn or display_name(person, lang),
        person=person,
        account=account,
        number=hidden(account.idcardnumber),
        phone=hidden(account.telephonenumber),
        ways=way_rows(account),
        may_raise=bool(platform.accounts.may_prove(person.key)),
        connected=platform.iamsmart is not None,
        bound=platform.iamsmart is not None and platform.iamsmart.is_bound(person.key),
        binding_path=platform.iamsmart.binding_path if platform.iamsmart is not None else "",
        realname_path=_PLACES["realname"],
        logout_path=LOGOUT,
    )


def entered(platform: Platform, visit: Visit) -> tuple[SignedIn | None, Response]:
    """Return who is signed in, if anybody, and what to answer otherwise: the page to sign in on, or the way back from it.

    On the account centre itself a form always signs in; elsewhere it is for the page once somebody is.

    Raises Refused for another method or a form of another browser.
    """
    visit.require("method", visit.request.method in {"GET", "HEAD", "POST"}, Kind.METHOD, "only GET and POST")
    who = platform.signed_in(visit)
    if visit.request.method != "POST":
        return who, Response() if who is not None else _sign_in_page(platform, visit)
    if who is not None and visit.operation != "info":
        return who, Response()
    platform.require_form(visit, _ABOUT)
    person = chosen_person(platform, visit)
    if person is None:
        visit.refused = Kind.LOGIN
        return None, _sign_in_page(platform, visit, problem="login_failed", status=403)
    cookie, _ = platform.sign_in(visit, person.key, account_type=PASSWORD)
    onward = Response(status=303, headers={"Location": _PLACES[visit.operation], "Cache-Control": "no-store"})
    return None, platform.keep_session(visit, onward, cookie)


def held(platform: Platform, visit: Visit, who: SignedIn) -> tuple[Persona, GuangdongAccount]:
    """Return the person signed in and their account as it is now."""
    person = platform.holder(who.persona)
    if person is None or person.guangdong is None:
        visit.refuse("person", Kind.LOGIN, "no such account")
    return person, person.guangdong


def way_rows(account: GuangdongAccount) -> list[WayRow]:
    """Return the proofs of an account, oldest first."""
    return [
        WayRow(
            level=way.level,
            code=way.code,
            label=f"way_{way.code}" if f"way_{way.code}" in WORDING else "",
            time=auth_time(way),
        )
        for way in ways_of(account)
    ]


def _sign_in_page(platform: Platform, visit: Visit, *, problem: str = "", status: int = 200) -> Response:
    device, lang = platform.device(visit), negotiate(visit.request)
    response = render(
        "guangdong/enter.html",
        lang,
        request=visit.request,
        status=status,
        catalogue=WORDING,
        problem=problem,
        people=platform.account_holders(),
        form_mark=platform.guard.mark(device, _ABOUT),
        find_path=FIND_ACCOUNT,
    )
    return platform.keep_device(visit, response, device)
