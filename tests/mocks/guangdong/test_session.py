"""The platform's own session: a second service asks nothing, until it ends."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from tests.mocks.guangdong.relying_service import BASE, LOGIN, RelyingService, account_of, callback_values
from tests.mocks.guangdong.test_page import open_login, submit
from xbridge_mocks.guangdong.session import SESSION_COOKIE


@pytest.fixture
def browser(service):
    """A browser in which chan-tai-man is signed in."""
    resident = service.mock.browser("https://tyrz.example")
    resident.log_in(service.authorize_url(), "chan-tai-man")
    return resident


def who(service, callback):
    """The account a callback leads to."""
    token = service.access_token(callback_values(callback)["code"][0]).get_json()["access_token"]
    return service.tokeninfo(token).get_json()["userobj"]["useridcode"]


def test_second_login_asks_nothing(service, browser):
    """With a live session authorize answers with a code at once, for the person who signed in."""
    callback = browser.log_in(service.authorize_url(), "lee-siu-ming")
    assert who(service, callback) == account_of("chan-tai-man").useridcode


def test_session_serves_other_services(service, browser):
    """Single sign-on: another service gets its own code without a page."""
    address = "https://other.example/cb"
    credentials = service.mock.register_client(name="Other", redirect_uris=[address])
    other = RelyingService(service.mock, credentials, address)
    assert browser.log_in(other.authorize_url(), "-").startswith(f"{address}?code=")


@pytest.mark.parametrize(("seconds", "alive"), [(1799, True), (1800, False)])
def test_session_expires_by_the_clock(service, browser, seconds, alive):
    """A session lasts 30 minutes from sign-in."""
    service.mock.clock.advance(seconds)
    callback = browser.log_in(service.authorize_url(), "lee-siu-ming")
    expected = "chan-tai-man" if alive else "lee-siu-ming"
    assert who(service, callback) == account_of(expected).useridcode


def test_session_does_not_slide(service, browser):
    """Using a session does not lengthen it."""
    service.mock.clock.advance(1700)
    browser.log_in(service.authorize_url(), "-")
    service.mock.clock.advance(200)
    callback = browser.log_in(service.authorize_url(), "lee-siu-ming")
    assert who(service, callback) == account_of("lee-siu-ming").useridcode


def test_wrong_request_gets_a_page_in_spite_of_a_session(service):
    """A live session never turns a refusal into a redirect."""
    resident = service.mock.browser("https://tyrz.example")
    resident.log_in(service.authorize_url(), "chan-tai-man")
    with pytest.raises(ValueError, match="refused"):
        resident.log_in(service.authorize_url(redirect_uri="https://evil.example/"), "chan-tai-man")


def test_planted_cookie_is_not_taken_over(service):
    """Session fixation: a value the browser brought along is not the session that its login opens."""
    victim, _, mark = open_login(service)
    victim.set_cookie(SESSION_COOKIE, "planted")
    assert submit(service, victim, form_mark=mark, persona="chan-tai-man").status_code == 302
    assert victim.get_cookie(SESSION_COOKIE).value != "planted"
    attacker = Client(service.mock)
    attacker.set_cookie(SESSION_COOKIE, "planted")
    reply = attacker.get(f"{BASE}/authorize", query_string=service.authorize_params())
    assert reply.headers["Location"].startswith(LOGIN)


def test_signing_in_again_ends_the_session_before(service):
    """A browser holds one session: the value of the earlier one is dead once another person signs in."""
    client, _, mark = open_login(service)
    submit(service, client, form_mark=mark, persona="chan-tai-man")
    earlier = client.get_cookie(SESSION_COOKIE).value
    submit(service, client, form_mark=mark, persona="lee-siu-ming")
    copy = Client(service.mock)
    copy.set_cookie(SESSION_COOKIE, earlier)
    reply = copy.get(f"{BASE}/authorize", query_string=service.authorize_params())
    assert reply.headers["Location"].startswith(LOGIN)


def test_reset_signs_everybody_out(service, browser):
    """After a reset sessions, codes and tokens are gone, and the service is still registered."""
    code = service.code()
    token = service.access_token(service.code()).get_json()["access_token"]
    service.mock.reset()
    assert service.access_token(code).get_json()["errcode"] == 40029
    assert service.tokeninfo(token).get_json()["errcode"] == 40014
    callback = browser.log_in(service.authorize_url(), "lee-siu-ming")
    assert who(service, callback) == account_of("lee-siu-ming").useridcode
