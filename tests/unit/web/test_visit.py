"""What is kept about a browser: little, in one place, and worth nothing to another."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.unit.web.desk_stage import IPHONE, Browser, DeskStage
from xbridge.core.errors import CallbackInvalid, LinkRefused
from xbridge.core.identity import LoginHop
from xbridge.core.request import PendingRequest, StepUp
from xbridge.testing.world import NOON
from xbridge.web.visit import KEY, MAX_HOPS, MAX_WAITING, Visit, Waiting

END = NOON + timedelta(minutes=18)


def visit(session: dict[str, Any] | None = None) -> Visit:
    """A visit of a new browser."""
    return Visit({} if session is None else session)


def hop(state: str, *, path: str = "/qr") -> LoginHop:
    """A browser that is sent away."""
    return LoginHop(url=f"https://p.test{path}?state={state}", pending=f"sealed-{state}", expires_at=END)


def test_looking_keeps_nothing() -> None:
    """A browser that is only looked at gets no session, so crawlers fill no store."""
    session: dict[str, Any] = {}
    seen = visit(session)
    assert (seen.language, seen.proof(), seen.waiting("x"), seen.returning("/cb?state=s", now=NOON)) == (
        "zh-Hant", "", None, None,
    )  # fmt: skip
    assert session == {}


def test_every_change_sets_the_key() -> None:
    """Frameworks save a session when a key is set, so each change sets it anew and never alters what is inside."""
    session: dict[str, Any] = {}
    seen = visit(session)
    kept: list[object] = []
    for change in (lambda: seen.guard, lambda: seen.id, lambda: seen.send("login", hop("1"), next="/", now=NOON)):
        change()
        assert all(session[KEY] is not each for each in kept)
        kept.append(session[KEY])
    assert list(session) == [KEY]
    assert json.loads(json.dumps(session)) == session


def test_the_guard_is_this_sessions() -> None:
    """A form passes with the session's own token only; a session without one lets nothing pass."""
    ours = visit()
    ours.verify_guard(ours.guard)
    for given in ("", "x", visit().guard, ours.guard + "x", ours.guard[:-1]):
        with pytest.raises(CallbackInvalid, match="guard"):
            ours.verify_guard(given)
    with pytest.raises(CallbackInvalid):
        visit().verify_guard("")


def test_two_tabs_come_back_to_their_own_login() -> None:
    """The state in the address tells them apart; an unknown state finds nothing rather than somebody else's."""
    seen = visit()
    for state in ("one", "two"):
        seen.send("login", hop(state), next=f"/{state}", now=NOON)
    first, second = (seen.returning(f"/cb?code=x&state={state}", now=NOON) for state in ("one", "two"))
    assert first
    assert second
    assert (first.next, first.sealed, second.next, second.sealed) == ("/one", "sealed-one", "/two", "sealed-two")
    assert seen.returning("/cb?state=three", now=NOON) is None
    assert seen.returning("/cb?state=one&state=one", now=NOON) is None
    seen.arrived(first, now=NOON)
    assert seen.returning("/cb?state=one", now=NOON) is None
    assert seen.returning("/cb?state=two", now=NOON) == second


def test_a_platform_without_state_gets_the_last_login() -> None:
    """Where the address carries no state (Guangdong may be such), the last one that was sent away comes back."""
    seen = visit()
    for name in ("one", "two"):
        seen.send("login", LoginHop(url="https://p.test/a", pending=name, expires_at=END), next="/", now=NOON)
    found = seen.returning("/cb?code=x", now=NOON)
    assert found
    assert found.sealed == "two"


def test_what_is_kept_stays_small_and_ends() -> None:
    """No more than a few logins and requests at once, none longer than it lasts: a signed cookie must hold it."""
    seen = visit()
    for number in range(9):
        seen.send("login", hop(str(number)), next="/" + "n" * 60, now=NOON)
        pending = PendingRequest(business_id=f"{number:032x}", auth_by_qr=True, expires_at=END)
        seen.wait(pending, next="/", now=NOON)
    kept = seen.session.get(KEY)
    assert (len(kept["hops"]), len(kept["waiting"])) == (MAX_HOPS, MAX_WAITING)
    assert seen.waiting(f"{8:032x}")
    assert seen.returning("/cb?state=8", now=END - timedelta(seconds=1))
    assert seen.returning("/cb?state=8", now=END) is None


def test_what_is_over_makes_room_first() -> None:
    """A request that ended, or is out of time, is dropped before an older one that still waits."""
    seen, late = visit(), NOON + timedelta(minutes=5)

    def ask(number: int, *, until: datetime = END) -> Waiting:
        asked = PendingRequest(business_id=str(number), auth_by_qr=True, expires_at=until)
        return seen.wait(asked, next="/", now=late if number > 2 else NOON)

    ask(0)
    ask(1, until=late)
    seen.ended(ask(2), "done", next="/")
    kept = []
    for number in (3, 4, 5):
        ask(number)
        kept.append("".join(each["business_id"] for each in seen.session.get(KEY)["waiting"]))
    assert kept == ["023", "034", "345"]


def test_a_signed_cookie_can_hold_it() -> None:
    """Somebody who is logged in, logs in again in another tab and waits for an answer fits into 4,096 characters."""
    stage = DeskStage()
    browser = Browser(stage, user_agent=IPHONE)
    browser.log_in()
    pending = stage.request_form(browser)
    stage.desk.wait_for(stage.desk.visit(browser.session), pending, next="/form/done", label="card")
    browser.press_login()
    assert len(b64encode(json.dumps(browser.session).encode())) < 3500


@pytest.mark.parametrize("kept", [None, 7, "x", [], {"hops": 3, "waiting": {"a": 1}}, {"hops": [{"kind": "login"}]}])
def test_what_an_older_version_kept_is_dropped(kept: Any) -> None:
    """A session from before an update is read as an empty one, not as an error."""
    seen = visit({KEY: kept})
    assert seen.waiting("x") is None
    assert seen.returning("/cb?state=1", now=NOON) is None
    assert seen.guard


def test_a_code_is_kept_as_long_as_it_is_compared() -> None:
    """The identification code of a signature is on the wait page, and forgotten with the end."""
    seen = visit()
    pending = PendingRequest(business_id="1", auth_by_qr=True, identification_code="2417", expires_at=END)
    waiting = seen.wait(pending, next="/", now=NOON)
    assert waiting.code == "2417"
    assert seen.ended(waiting, "done", next="/").code == ""
    assert "2417" not in json.dumps(seen.session.get(KEY))


def test_the_state_itself_is_not_kept() -> None:
    """A digest is enough to tell tabs apart; the state stays in the sealed text."""
    seen = visit()
    seen.send("login", LoginHop(url="https://p.test/?state=a-state", pending="p", expires_at=END), next="/", now=NOON)
    assert "a-state" not in json.dumps(seen.session.get(KEY))


def test_a_login_changes_the_guard() -> None:
    """A token that somebody planted before the login opens nothing after it."""
    stage = DeskStage()
    browser = Browser(stage)
    before = browser.guard
    assert browser.log_in().status == 303
    assert stage.desk.visit(browser.session).proof()
    with pytest.raises(CallbackInvalid):
        stage.desk.visit(browser.session).verify_guard(before)


def test_forgetting_ends_everything_but_the_language() -> None:
    """After logging out the session has another id, under which no old proof counts."""
    stage = DeskStage()
    browser = Browser(stage)
    browser.log_in()
    seen = stage.desk.visit(browser.session)
    seen.language = "zh-Hans"
    before, proof = seen.id, seen.proof()
    seen.forget()
    assert (seen.proof(), seen.language) == ("", "zh-Hans")
    assert seen.id != before
    with pytest.raises(LinkRefused):
        stage.bridge.request_step_up(proof, session=seen.id)


def test_a_step_up_takes_the_place_of_the_login() -> None:
    """The fresh proof is kept under the provider that gave the old one."""
    stage = DeskStage()
    browser = Browser(stage)
    browser.log_in()
    seen = stage.desk.visit(browser.session)
    fresh = StepUp(proof="fresh", assurance=stage.hooks.last("identity").assurance, authenticated_at=NOON)
    seen.keep(fresh, provider="iamsmart")
    assert seen.proof() == "fresh"


@pytest.mark.parametrize(("persona", "kept"), [("chan-tai-man", True), ("lee-siu-ming", False)])
def test_another_persons_login_drops_what_waited(persona: str, kept: bool) -> None:
    """What one person was asked is not answered into the session of the next; the same person keeps it."""
    stage = DeskStage()
    browser = Browser(stage)
    browser.log_in()
    seen = stage.desk.visit(browser.session)
    stage.desk.wait_for(seen, stage.request_form(browser), next="/")
    seen.doubt(stage.hooks.last("identity"), next="/", until=int(END.timestamp()))
    business_id = browser.session[KEY]["waiting"][0]["business_id"]
    browser.log_in(persona=persona)
    after = browser.session[KEY]
    assert (bool(after["waiting"]), bool(after["doubt"])) == (kept, kept)
    assert (stage.desk.visit(browser.session).waiting(business_id) is not None) == kept


def test_printing_a_visit_shows_nothing() -> None:
    """A visit in a log line is just a visit."""
    assert repr(visit({KEY: {"guard": "secret"}})) == "Visit(…)"
