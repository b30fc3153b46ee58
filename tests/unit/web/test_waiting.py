"""Waiting for an answer: only the session that asked hears, nothing of a result reaches the page, nobody is held."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from tests.unit.web.desk_stage import (
    IPHONE,
    PERSON,
    TITLE,
    AsyncDeskStage,
    Browser,
    DeskStage,
    header,
    location,
    said,
    text,
)
from xbridge.core.errors import LinkRefused, StoreUnavailable
from xbridge.core.request import PendingRequest
from xbridge.web import Hooks, Shown, WebReply, WebRequest
from xbridge.web.wording import word


@pytest.fixture
def stage() -> DeskStage:
    """A blocking service."""
    return DeskStage()


@pytest.fixture
def browser(stage: DeskStage) -> Browser:
    """Somebody who is logged in."""
    made = Browser(stage)
    assert made.log_in().status == 303
    return made


def asked(stage: DeskStage, browser: Browser, *, label: str = "card", next: str = "/form/done") -> PendingRequest:  # noqa: A002
    """Ask for a form and send the person to the wait page."""
    pending = stage.request_form(browser)
    reply = stage.desk.wait_for(stage.desk.visit(browser.session), pending, next=next, label=label)
    assert urlsplit(location(reply)).path == f"/iamsmart/wait/{pending.business_id}"
    return pending


def status(stage: DeskStage, browser: Browser, pending: PendingRequest) -> dict[str, object]:
    """Ask as the script does, two seconds later."""
    stage.clock.advance(2)
    return said(browser.get(f"/iamsmart/status/{pending.business_id}"))


# --- asking ----------------------------------------------------------------------------------------------------------


def press(browser: Browser, what: str = "card", **fields: str) -> WebReply:
    """Press a button of the application."""
    return browser.post(f"/iamsmart/ask/{what}", {"guard": browser.guard, "next": "/form/done", **fields})


def begin_form(stage: DeskStage) -> object:
    """What a hook does: ask the Bridge."""
    return lambda visit: stage.bridge.request_form(
        visit.proof(), fields=["enName"], title=TITLE, session=visit.id, user_agent=visit.user_agent
    )


def test_a_button_of_the_application_asks(stage: DeskStage, browser: Browser) -> None:
    """The hook says what to ask; the person goes to the wait page, and the name of the button comes back at the end."""
    stage.hooks.answers["ask"] = begin_form(stage)
    waits = press(browser, colour="green")
    assert stage.hooks.last("ask") == ("card", {"guard": browser.guard, "next": "/form/done", "colour": "green"})
    assert location(waits).startswith("https://svc.test/iamsmart/wait/")
    (request,) = stage.mocks.iamsmart.requests()
    stage.mocks.iamsmart.decide(request.business_id)
    done = browser.get(urlsplit(location(waits)).path)
    assert location(done) == "https://svc.test/form/done"
    assert stage.hooks.last("result")[0].label == "card"


def test_a_button_may_need_no_login(stage: DeskStage) -> None:
    """What is begun without a login sends the person to the platform and comes back to the desk."""
    browser = Browser(stage)
    stage.hooks.answers["ask"] = lambda visit: stage.bridge.begin_anonymous_form(
        "iamsmart", fields=["enName"], title=TITLE, return_to=stage.desk.callback_url, session=visit.id
    )
    done = browser.get(stage.visit(location(press(browser)), PERSON))
    assert location(done) == "https://svc.test/form/done"
    assert stage.hooks.last("result")[0].label == "card"


@pytest.mark.parametrize(
    ("answer", "status", "where"),
    [
        (None, 404, ""),
        ("/login-first", 303, "https://svc.test/login-first"),
        ("//evil.example", 303, "https://svc.test/home"),
        (WebReply(status=402), 402, ""),
        (LinkRefused("stale", "old"), 400, ""),
    ],
    ids=["no such button", "a path", "an evil path", "a reply", "an error"],
)
def test_a_button_may_lead_elsewhere(
    stage: DeskStage, browser: Browser, answer: object, status: int, where: str
) -> None:
    """The hook may know no such button, send the person somewhere, answer itself, or be refused by the Bridge."""
    stage.hooks.answers["ask"] = answer
    reply = press(browser)
    assert (reply.status, location(reply)) == (status, where)


@pytest.mark.parametrize("what", ["", "UPPER", "a_b", "x" * 65, "a.b", "%3Cscript%3E", "a/b", "大"])
def test_a_button_has_a_plain_name(stage: DeskStage, browser: Browser, what: str) -> None:
    """Any other name is an address where nothing is, and never reaches the hook."""
    assert press(browser, what).status == 404
    assert "ask" not in {name for name, _ in stage.hooks.heard}


def test_by_default_there_is_no_button(stage: DeskStage, browser: Browser) -> None:
    """A service that overrides nothing asks nothing."""
    stage.desk.hooks = Hooks()
    assert press(browser).status == 404


@pytest.mark.parametrize("fields", [{}, {"guard": "x"}])
def test_only_our_own_button_asks(stage: DeskStage, browser: Browser, fields: dict[str, str]) -> None:
    """Without the guard of the session nobody is asked anything (a stranger's page would send push messages)."""
    stage.hooks.answers["ask"] = begin_form(stage)
    assert browser.post("/iamsmart/ask/card", fields).status == 403
    assert browser.post("/iamsmart/ask/card", {"guard": browser.guard}, sec_fetch_site="cross-site").status == 403
    assert stage.mocks.iamsmart.requests() == ()


# --- waiting ---------------------------------------------------------------------------------------------------------


def test_the_page_polls_until_the_answer_is_there(stage: DeskStage, browser: Browser) -> None:
    """Waiting, waiting, done: the result went to the application, the page got a path and nothing else."""
    pending = asked(stage, browser)
    waiting = {"status": "waiting", "retry_after_s": 2}
    assert [status(stage, browser, pending) for _ in range(2)] == [waiting, waiting]
    assert stage.mocks.iamsmart.decide(pending.business_id) == (200,)
    assert status(stage, browser, pending) == {"status": "done", "next": "/form/done"}
    request, collected = stage.hooks.last("result")
    assert (request.business_id, request.label) == (pending.business_id, "card")
    assert collected.data.en_name.unstructured_name == "CHAN, Tai Man"


@pytest.mark.parametrize("decision", ["refuse", "cancel", "fail"])
def test_a_page_hears_how_it_ended(stage: DeskStage, browser: Browser, decision: str) -> None:
    """A refusal and a failure end the waiting as well, and the application hears which."""
    pending = asked(stage, browser)
    stage.mocks.iamsmart.decide(pending.business_id, decision)
    ending = "failed" if decision == "fail" else "declined"
    assert status(stage, browser, pending) == {"status": ending, "next": "/form/done"}
    assert stage.hooks.last("result")[1].status == ending


def test_waiting_ends_by_itself(stage: DeskStage, browser: Browser) -> None:
    """After eighteen minutes without an answer the page goes on."""
    pending = asked(stage, browser)
    stage.mocks.iamsmart.deliver = lambda callback: 0
    stage.clock.advance(18 * 60)
    assert status(stage, browser, pending) == {"status": "expired", "next": "/form/done"}


def test_asking_twice_says_the_same(stage: DeskStage, browser: Browser) -> None:
    """A reload after the end hears the end again, and the application is not told twice."""
    pending = asked(stage, browser)
    stage.mocks.iamsmart.decide(pending.business_id)
    answers = [status(stage, browser, pending) for _ in range(3)]
    assert answers == [{"status": "done", "next": "/form/done"}] * 3
    assert len([name for name, _ in stage.hooks.heard if name == "result"]) == 1
    page = browser.get(f"/iamsmart/wait/{pending.business_id}")
    assert location(page) == "https://svc.test/form/done"


def test_another_session_hears_nothing(stage: DeskStage, browser: Browser) -> None:
    """Whoever knows the id but did not ask gets the same as for an id that never was, and takes nothing away."""
    pending = asked(stage, browser)
    stage.mocks.iamsmart.decide(pending.business_id)
    stranger = Browser(stage)
    stranger.log_in()
    unknown = stranger.get(f"/iamsmart/status/{'0' * 32}")
    theirs = stranger.get(f"/iamsmart/status/{pending.business_id}")
    assert theirs == unknown
    assert (theirs.status, said(theirs)) == (404, {"status": "unknown", "next": "/home"})
    assert stranger.get(f"/iamsmart/wait/{pending.business_id}").status == 404
    assert status(stage, browser, pending)["status"] == "done"


def test_a_stolen_entry_is_worth_nothing(stage: DeskStage, browser: Browser) -> None:
    """Even with the entry copied into another session, the Bridge hands the result to the one that asked only."""
    pending = asked(stage, browser)
    stage.mocks.iamsmart.decide(pending.business_id)
    stranger = Browser(stage)
    stranger.log_in()
    stranger.session["xbridge"]["waiting"] = browser.session["xbridge"]["waiting"]
    assert status(stage, stranger, pending) == {"status": "gone", "next": "/form/done"}
    assert status(stage, browser, pending)["status"] == "done"


def test_two_windows_end_both(stage: DeskStage, browser: Browser) -> None:
    """The window that comes second learns that it is over, not what came."""
    pending = asked(stage, browser)
    stage.mocks.iamsmart.decide(pending.business_id)
    second = Browser(stage)
    second.session = dict(browser.session)
    assert status(stage, browser, pending)["status"] == "done"
    assert status(stage, second, pending) == {"status": "gone", "next": "/form/done"}
    assert len([name for name, _ in stage.hooks.heard if name == "result"]) == 1


def test_who_asks_too_often_is_told_to_wait(stage: DeskStage, browser: Browser) -> None:
    """429 with a time, without a look into the store; a person who reloads sees the page."""
    pending = asked(stage, browser)
    assert status(stage, browser, pending)["status"] == "waiting"
    looked = len(stage.events)
    hasty = browser.get(f"/iamsmart/status/{pending.business_id}")
    assert (hasty.status, header(hasty, "Retry-After"), said(hasty)["retry_after_s"]) == (429, "2", 2)
    page = browser.get(f"/iamsmart/wait/{pending.business_id}")
    assert page.status == 200
    assert len(stage.events) == looked
    stage.mocks.iamsmart.decide(pending.business_id)
    assert status(stage, browser, pending)["status"] == "done"


def test_answers_are_never_kept_by_a_cache(stage: DeskStage, browser: Browser) -> None:
    """Neither the page nor what its script hears is stored, framed, sniffed or read by another site."""
    pending = asked(stage, browser)
    for reply in (
        browser.get(f"/iamsmart/wait/{pending.business_id}"),
        browser.get(f"/iamsmart/status/{pending.business_id}"),
    ):
        assert header(reply, "Cache-Control") == "no-store"
        assert header(reply, "X-Content-Type-Options") == "nosniff"
        assert not header(reply, "Access-Control-Allow-Origin")
    assert header(reply, "Cross-Origin-Resource-Policy") == "same-origin"
    policy = header(browser.get(f"/iamsmart/wait/{pending.business_id}"), "Content-Security-Policy")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy


def test_the_page_shows_what_the_application_allows(stage: DeskStage, browser: Browser) -> None:
    """Data reach the script only when the hook says so, in that one answer, and are not kept in the session."""
    pending = asked(stage, browser)
    stage.hooks.answers["result"] = Shown(data={"greeting": "Hello, 大文"}, next="/thanks?x=1")
    stage.mocks.iamsmart.decide(pending.business_id)
    assert status(stage, browser, pending) == {
        "status": "done", "next": "/thanks?x=1", "data": {"greeting": "Hello, 大文"},
    }  # fmt: skip
    assert status(stage, browser, pending) == {"status": "done", "next": "/thanks?x=1"}
    assert "大文" not in str(browser.session)


def test_the_application_sends_nobody_elsewhere(stage: DeskStage, browser: Browser) -> None:
    """A path from a hook is held to the same rule as one from a form."""
    pending = asked(stage, browser, next="//evil.example")
    stage.hooks.answers["result"] = "https://evil.example/"
    stage.mocks.iamsmart.decide(pending.business_id)
    assert status(stage, browser, pending)["next"] == "/home"


def test_a_result_needs_somebody_to_take_it(stage: DeskStage, browser: Browser) -> None:
    """An application that forgot its hook hears of it loudly instead of losing a person's answer in silence."""
    pending = asked(stage, browser)
    stage.mocks.iamsmart.decide(pending.business_id)
    stage.desk.hooks = Hooks()
    with pytest.raises(NotImplementedError, match="on_result"):
        status(stage, browser, pending)


@pytest.mark.parametrize("error", [StoreUnavailable("locked"), LinkRefused("stale", "old"), RuntimeError("a bug")])
def test_a_result_that_nobody_could_take_is_a_failure(stage: DeskStage, browser: Browser, error: Exception) -> None:
    """It is handed out once: nobody is told to ask again, and the page does not go where success would lead."""
    pending = asked(stage, browser)
    stage.mocks.iamsmart.decide(pending.business_id)
    stage.hooks.answers["result"] = error
    stage.clock.advance(2)
    with suppress(RuntimeError):
        reply = browser.get(f"/iamsmart/status/{pending.business_id}")
        assert (reply.status, header(reply, "Retry-After")) == (400, "")
    assert status(stage, browser, pending) == {"status": "failed", "next": "/home"}
    assert location(browser.get(f"/iamsmart/wait/{pending.business_id}")) == "https://svc.test/home"


def test_a_store_that_is_down_is_waited_for(
    stage: DeskStage, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page hears 503 with a time and nothing is lost."""
    pending = asked(stage, browser)
    stage.mocks.iamsmart.decide(pending.business_id)

    def down(*_: object, **__: object) -> None:
        raise StoreUnavailable("locked")

    with monkeypatch.context() as patch:
        patch.setattr(stage.bridge, "collect", down)
        stage.clock.advance(2)
        reply = browser.get(f"/iamsmart/status/{pending.business_id}")
        assert reply.status == 503
        assert header(reply, "Retry-After")
    assert status(stage, browser, pending)["status"] == "done"


def test_without_scripts_the_page_itself_goes_on(stage: DeskStage, browser: Browser) -> None:
    """Loading the page again does what the script does."""
    pending = asked(stage, browser)
    page = browser.get(f"/iamsmart/wait/{pending.business_id}?lang=en")
    assert word("wait_phone", "en") in text(page)
    stage.mocks.iamsmart.decide(pending.business_id)
    stage.clock.advance(5)
    done = browser.get(f"/iamsmart/wait/{pending.business_id}")
    assert (done.status, location(done)) == (303, "https://svc.test/form/done")


def test_a_phone_is_offered_the_app() -> None:
    """Whoever logged in on the phone gets the ticket as a button, until it is used."""
    stage = DeskStage()
    browser = Browser(stage, user_agent=IPHONE)
    browser.log_in()
    pending = asked(stage, browser)
    assert pending.app_url
    page = browser.get(f"/iamsmart/wait/{pending.business_id}")
    assert f'href="{pending.app_url}"'.encode() in page.body
    stage.mocks.iamsmart.decide(pending.business_id)
    assert status(stage, browser, pending)["status"] == "done"
    assert pending.ticket_id not in str(browser.session)


def test_the_script_is_ours_and_speaks_to_us_only(browser: Browser) -> None:
    """The static files are served as what they are, may be cached, and name no other host."""
    for name, kind in (("wait.js", "text/javascript"), ("web.css", "text/css")):
        reply = browser.get(f"/iamsmart/static/{name}")
        assert reply.status == 200
        assert header(reply, "Content-Type") == f"{kind}; charset=utf-8"
        assert header(reply, "Cache-Control") == "private, max-age=3600"
        assert b"http" not in reply.body
        assert b"eval" not in reply.body
        assert b"innerHTML" not in reply.body


def test_the_asynchronous_desk_waits_the_same_way() -> None:
    """Both colours: ask, be answered, hear it, with hooks that are awaited."""
    stage = AsyncDeskStage()
    browser = Browser(stage)
    browser.log_in()
    visit = stage.desk.visit(browser.session)

    async def ask() -> PendingRequest:
        return await stage.bridge.request_form(visit.proof(), fields=["enName"], title=TITLE, session=visit.id)

    pending = asyncio.run(ask())
    stage.desk.wait_for(visit, pending, next="/done")
    stage.mocks.iamsmart.decide(pending.business_id)
    (callback,) = stage.delivered
    sent = {"content-type": callback.headers["Content-Type"]}
    posted = stage.served(WebRequest(method="POST", path="/iamsmart/result", headers=sent, body=callback.content))
    assert (posted.status, posted.body) == (200, b"")
    assert said(browser.get(f"/iamsmart/status/{pending.business_id}")) == {"status": "done", "next": "/done"}
    assert stage.hooks.last("result")[1].data.en_name.unstructured_name == "CHAN, Tai Man"
