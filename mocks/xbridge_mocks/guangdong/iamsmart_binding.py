"""The binding page: what binding means, in three languages, and "agree", "do not agree", "suspend" and "unbind".

Both logins must be of one browser and within ten minutes; the account must be a person's who holds a Home Return Permit
(guangdong.md section 9).  The words and the form are the mock's own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from xbridge_mocks.guangdong.account import PASSWORD
from xbridge_mocks.guangdong.callback import send_back
from xbridge_mocks.guangdong.iamsmart_bindings import Intent, State
from xbridge_mocks.guangdong.iamsmart_line import Proved
from xbridge_mocks.guangdong.iamsmart_wording import IAMSMART_WORDING
from xbridge_mocks.guangdong.login import chosen_person
from xbridge_mocks.guangdong.platform import Platform
from xbridge_mocks.guangdong.session import SESSION_COOKIE, SignedIn
from xbridge_mocks.guangdong.setting import Kind
from xbridge_mocks.guangdong.visit import Visit
from xbridge_mocks.guangdong.wording import WORDING
from xbridge_mocks.page import negotiate, render
from xbridge_mocks.persona import Persona

if TYPE_CHECKING:
    from xbridge_mocks.guangdong.iamsmart_login import IamSmartLogin

__all__ = ["message", "page"]

_HOME_RETURN_PERMIT = "40"  # As in the population: the platform's own code is UNKNOWN.
_WORDS = WORDING | IAMSMART_WORDING
_ABOUT = "iamsmart"


def page(door: IamSmartLogin, platform: Platform, visit: Visit) -> Response:
    """Show the page (GET) or take a press on it (POST).  Raises Refused.

    (1) the attempt, where the page is about one, of this browser   (2) the form is this browser's   (3) the press
    """
    # (1)
    intent_id = visit.optional(visit.request.args, "intent")
    intent = None if intent_id is None else door.own(platform, visit, intent_id)
    if intent is not None:
        _proved(visit, intent)
        visit.generation = intent.generation
    if visit.request.method != "POST":
        return _show(door, platform, visit, intent)
    # (2)
    platform.require_form(visit, _ABOUT, "" if intent is None else intent.id)
    # (3)
    press = visit.single(visit.request.form, "press")
    if intent is not None:
        steps: dict[str, Callable[[], Response]] = {
            "sign_in": lambda: _sign_in(door, platform, visit, intent),
            "agree": lambda: _agree(door, platform, visit, intent),
            "decline": lambda: _decline(door, platform, visit, intent),
        }
    else:
        steps = {
            "start": lambda: _start(door, platform, visit),
            "suspend": lambda: _move(door, platform, visit, "suspended"),
            "resume": lambda: _move(door, platform, visit, "bound"),
            "unbind": lambda: _move(door, platform, visit, "unbound"),
        }
    visit.require("press", press in steps, Kind.REQUEST, "no such button")
    return steps[press]()


def _proved(visit: Visit, intent: Intent) -> Proved:
    """Return who came back from iAM Smart.  Raises Refused where nobody has yet."""
    if intent.proved is None:
        visit.refuse("proved", Kind.BINDING, "not back from iAM Smart yet")
    return intent.proved


def message(platform: Platform, visit: Visit, text: str, intent: Intent | None, *, status: int) -> Response:
    """Return a page that says one thing, with the way back to where the person came from."""
    return _render(platform, visit, "message", intent, status=status, text=text)


def _show(
    door: IamSmartLogin, platform: Platform, visit: Visit, intent: Intent | None, *, problem: str = ""
) -> Response:
    who = _signed_in(platform, visit)
    if intent is None:
        return _status(door, platform, visit, who)
    if who is None or not _fresh(platform, who):
        return _render(platform, visit, "sign_in", intent, status=403 if problem else 200, problem=problem)
    refusal = _impediment(door, platform, _proved(visit, intent), who.persona)
    if refusal:
        return _refused(door, platform, visit, intent, refusal)
    door.bindings.signed_in(intent, who.persona)
    visit.passed("binding", "none to pending, consent shown")
    return _render(platform, visit, "consent", intent, person=platform.holder(who.persona))


def _refused(door: IamSmartLogin, platform: Platform, visit: Visit, intent: Intent, refusal: str) -> Response:
    """End an attempt whose accounts may not be bound, and say why as far as that tells nobody about the other side."""
    door.bindings.end(intent)
    visit.failed("binding", refusal)
    visit.refused = Kind.BINDING
    return message(platform, visit, refusal, intent, status=409 if refusal == "binding_conflict" else 403)


def _status(door: IamSmartLogin, platform: Platform, visit: Visit, who: SignedIn | None) -> Response:
    """Show a signed-in person how their account stands."""
    if who is None:
        visit.failed("session", "nobody is signed in")
        visit.refused = Kind.LOGIN
        return message(platform, visit, "binding_sign_in_first", None, status=403)
    standing = door.bindings.of_persona(who.persona)
    state = "none" if standing is None else standing.state
    return _render(platform, visit, "status", None, person=platform.holder(who.persona), state=state)


def _sign_in(door: IamSmartLogin, platform: Platform, visit: Visit, intent: Intent) -> Response:
    """Sign in on this page, as on the login page, and show what binding means."""
    person = chosen_person(platform, visit)
    if person is None:
        visit.refused = Kind.LOGIN
        return _render(platform, visit, "sign_in", intent, status=403, problem="login_failed")
    cookie, _ = platform.sign_in(visit, person.key, account_type=PASSWORD)
    response = Response(
        status=303,
        headers={"Location": f"{door.binding_path}?intent={intent.id}", "Cache-Control": "no-store"},
    )
    return platform.keep_session(visit, response, cookie)


def _agree(door: IamSmartLogin, platform: Platform, visit: Visit, intent: Intent) -> Response:
    """Bind, on the person's word.  What was true when the page was shown is looked at again."""
    who = _signed_in(platform, visit)
    if who is None or who.persona != intent.persona or not _fresh(platform, who):
        return _show(door, platform, visit, intent, problem="binding_sign_in_again")
    proved = _proved(visit, intent)
    refusal = _impediment(door, platform, proved, who.persona)
    if refusal:
        return _refused(door, platform, visit, intent, refusal)
    door.bindings.bind(intent)
    level = door.add_way(platform, who.persona, proved)
    visit.passed("binding", f"proved to bound, iAM Smart {proved.user_type}, here {level}")
    if intent.destination is None:
        return _see_other(door.binding_path)
    return send_back(platform, visit, intent.destination, who)


def _decline(door: IamSmartLogin, platform: Platform, visit: Visit, intent: Intent) -> Response:
    door.bindings.end(intent)
    visit.passed("binding", "pending to none, the person did not agree")
    return message(platform, visit, "binding_declined", intent, status=200)


def _start(door: IamSmartLogin, platform: Platform, visit: Visit) -> Response:
    who = _signed_in(platform, visit)
    if who is None or door.is_bound(who.persona):
        return _status(door, platform, visit, who)
    return door.depart(platform, visit, None)


def _move(door: IamSmartLogin, platform: Platform, visit: Visit, state: State) -> Response:
    """Suspend, resume or end the binding of whoever is signed in."""
    who = _signed_in(platform, visit)
    if who is None:
        return _status(door, platform, visit, None)
    standing = door.bindings.of_persona(who.persona)
    try:
        moved = door.bindings.move(who.persona, state)
    except ValueError:
        visit.refuse("binding", Kind.BINDING, "no such move from this state")
    before = "" if standing is None else standing.state
    level = platform.accounts.account(who.persona).level
    visit.passed("binding", f"{before} to {state}, iAM Smart {moved.user_type}, here {level}")
    if state == "unbound":
        door.drop_way(platform, who.persona)
    return _see_other(door.binding_path)


def _impediment(door: IamSmartLogin, platform: Platform, proved: Proved, persona: str) -> str:
    """Return why these two accounts may not be bound, as a key of the wording, or nothing."""
    account = platform.accounts.account(persona)
    # A self-declared account shows a number that nobody has checked.
    if account.usertype != "1" or account.idcardtype != _HOME_RETURN_PERMIT or account.level == "L0":
        return "binding_permit"
    # Neither side, nor whose account it is bound to, is told.
    if door.bindings.of_persona(persona) or door.bindings.of_open_id(proved.open_id):
        return "binding_conflict"
    return "" if door.same_person(proved.open_id, persona) else "binding_other_person"


def _signed_in(platform: Platform, visit: Visit) -> SignedIn | None:
    return platform.sessions.who(visit.request.cookies.get(SESSION_COOKIE))


def _fresh(platform: Platform, who: SignedIn) -> bool:
    """Say whether somebody signed in so lately that both logins are within the time of one attempt."""
    return platform.clock.now() - who.at < timedelta(seconds=platform.settings.binding_lifetime_s)


def _render(
    platform: Platform,
    visit: Visit,
    view: str,
    intent: Intent | None,
    *,
    status: int = 200,
    problem: str = "",
    text: str = "",
    person: Persona | None = None,
    state: str = "",
) -> Response:
    """Return one view of the page; its forms belong to this browser and this attempt."""
    lang, device = negotiate(visit.request), platform.device(visit)
    destination = None if intent is None else intent.destination
    intent_id = "" if intent is None else intent.id
    response = render(
        "guangdong/iamsmart_binding.html",
        lang,
        request=visit.request,
        status=status,
        catalogue=_WORDS,
        view=view,
        problem=problem,
        text=text,
        person=person,
        state=state,
        people=platform.account_holders(),
        service="" if destination is None else destination.service.name.in_language(lang),
        form_mark=platform.guard.mark(device, _ABOUT, intent_id),
    )
    return platform.keep_device(visit, response, device)


def _see_other(path: str) -> Response:
    return Response(status=303, headers={"Location": path, "Cache-Control": "no-store"})
