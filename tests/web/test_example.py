"""Each example is a real e-service: a person logs in, lets their data fill a form, waits, sees it; or says no.

Starlette, FastAPI, Flask and Django run the same tests, because the desk is the same.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.web.visitor import Page, Visitor

pytestmark = pytest.mark.slow


def card(visitor: Visitor) -> str:
    """What the service shows about the card, as a page or as JSON."""
    shown = visitor.http.get("/card")
    return shown.text if shown.status_code == 200 else visitor.home().words


def test_a_person_gets_a_card(visitor: Visitor) -> None:
    """Log in, ask, answer on the phone, come back: the form holds the person's own data, and the page never did."""
    first = visitor.home()
    assert "智方便登入" in first.words
    assert {"href": "https://www.iamsmart.gov.hk/tc/"}.items() <= first.links[0].items()
    back = visitor.log_in()
    assert (back.status_code, back.headers["location"]) == (303, f"{visitor.url}/")
    assert "智方便填表" in visitor.home().words
    waits = visitor.ask()
    assert visitor.decide(waits) == [200]
    done = visitor.http.get(waits)
    assert done.status_code == 303
    assert done.headers["location"].startswith(visitor.url)
    shown = card(visitor)
    assert "CHAN, Tai Man" in shown
    assert "@" in shown


def test_the_next_person_at_the_browser_sees_nothing_of_the_one_before(visitor: Visitor) -> None:
    """Two people, one browser, without and with logging out in between: each sees what is theirs."""
    visitor.log_in()
    waits = visitor.ask()
    visitor.decide(waits)
    visitor.http.get(waits)
    assert "CHAN, Tai Man" in card(visitor)
    away = visitor.http.post("/iamsmart/login", data=visitor.home().fields).headers["location"]
    said = {"login_url": away, "persona": "lee-siu-ming", "decision": "approve"}
    visitor.http.get(visitor.mocks.control("logins", said)["callback_url"])
    assert "CHAN, Tai Man" not in card(visitor)
    shown = visitor.http.get("/card")
    shown = shown if shown.status_code == 200 else visitor.http.get("/")
    assert "no-store" in shown.headers["cache-control"]
    guard = visitor.home().fields["guard"]
    assert visitor.http.post("/iamsmart/ask/logout", data={"guard": "guessed"}).status_code == 403
    assert "智方便填表" in visitor.home().words
    assert visitor.http.post("/iamsmart/ask/logout", data={"guard": guard}).status_code == 303
    assert "智方便登入" in visitor.home().words


def test_a_person_may_refuse_to_log_in(visitor: Visitor) -> None:
    """A refusal is a page in the person's language with the way back; nobody is logged in."""
    page = visitor.log_in("refuse")
    assert page.status_code == 403
    assert "你已拒絕" in page.text
    assert "智方便登入" in visitor.home().words


def test_a_person_may_refuse_the_form(visitor: Visitor) -> None:
    """No card, and the service knows why; the person may try again."""
    visitor.log_in()
    waits = visitor.ask()
    assert visitor.decide(waits, "refuse") == [200]
    assert visitor.http.get(waits).status_code == 303
    assert "declined" in card(visitor)
    again = visitor.ask()
    assert visitor.decide(again) == [200]


def test_the_page_waits(visitor: Visitor) -> None:
    """Until the person answers: a page that needs no script, and an endpoint that says when to ask again."""
    visitor.log_in()
    waits = visitor.ask()
    page = visitor.http.get(waits, headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert "on your mobile phone" in Page(page).words
    assert "script-src 'self'" in page.headers["content-security-policy"]
    status = visitor.http.get(waits.replace("/wait/", "/status/"))
    assert (status.status_code, status.json()["status"]) == (429, "waiting")
    assert status.headers["cache-control"] == "no-store"
    assert int(status.headers["retry-after"]) >= 1
    assert visitor.http.get("/iamsmart/static/wait.js").status_code == 200


def test_only_the_session_that_asked_hears(visitor: Visitor) -> None:
    """Another browser with the same address learns nothing and takes nothing away."""
    visitor.log_in()
    waits = visitor.ask()
    visitor.decide(waits)
    with Visitor(visitor.url, visitor.mocks) as stranger:
        stranger.log_in()
        assert stranger.http.get(waits).status_code == 404
        assert stranger.http.get(waits.replace("/wait/", "/status/")).json()["status"] == "unknown"
    assert visitor.http.get(waits).status_code == 303


def test_a_form_from_elsewhere_begins_nothing(visitor: Visitor) -> None:
    """Without the guard of this session, or from another site, no button can be pressed."""
    page = visitor.home()
    assert visitor.press(page, guard="guessed").status_code == 403
    assert visitor.http.post(page.action, data=page.fields, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert visitor.press(page, next="//evil.example").status_code == 303
    visitor.log_in()
    assert visitor.http.post("/iamsmart/ask/card", data={"guard": "guessed"}).status_code == 403


def test_a_login_ends_here_whatever_was_asked(visitor: Visitor) -> None:
    """An address in the form that leads elsewhere leads home."""
    away = visitor.press(visitor.home(), next="https://evil.example/")
    said = {"login_url": away.headers["location"], "persona": "chan-tai-man", "decision": "approve"}
    back = visitor.http.get(visitor.mocks.control("logins", said)["callback_url"])
    assert back.headers["location"] == f"{visitor.url}/"


def test_the_session_cookie_is_careful(visitor: Visitor) -> None:
    """Scripts cannot read it, and other sites cannot post with it."""
    cookie = visitor.http.get("/").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_a_forged_result_is_refused_without_a_word(visitor: Visitor) -> None:
    """Whatever is POSTed that nobody asked for: one status, no words, no cookie."""
    for kind, body in (("application/json", b"{}"), ("text/plain", b"x"), ("application/json", b"\xff" * 1000)):
        reply = visitor.http.post("/iamsmart/result", content=body, headers={"Content-Type": kind})
        assert (reply.status_code, reply.content) == (400, b"")
        assert "set-cookie" not in reply.headers
    assert visitor.http.get("/iamsmart/result").status_code == 405


def test_a_result_without_end_is_not_read(visitor: Visitor) -> None:
    """A body over the limit, in chunks or announced, ends with a refusal or a closed door, and the service goes on."""

    def endless() -> Iterator[bytes]:
        for _ in range(200):
            yield b"x" * 65536

    for content in (endless(), b"x" * (11 << 20)):
        try:
            reply = visitor.http.post("/iamsmart/result", content=content, headers={"Content-Type": "application/json"})
            assert (reply.status_code, reply.content) == (400, b"")
        except httpx.TransportError:
            pass
    assert visitor.home().words


def test_a_second_delivery_changes_nothing(visitor: Visitor) -> None:
    """The platform may send its answer again, before and after the page heard it."""
    visitor.log_in()
    waits = visitor.ask()
    assert visitor.decide(waits) == [200]
    business_id = waits.rpartition("/")[2]
    again = visitor.mocks.control("deliveries", {"business_id": business_id})
    assert again["statuses"] == [200, 400]
    assert visitor.http.get(waits).status_code == 303
    assert visitor.mocks.control("deliveries", {"business_id": business_id})["statuses"] == [200, 400, 400]
    assert "CHAN, Tai Man" in card(visitor)
