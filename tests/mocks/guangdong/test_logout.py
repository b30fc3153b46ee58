"""Logout ends the session and never becomes an open redirect."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from tests.mocks.guangdong.relying_service import BASE, LOGIN
from tests.mocks.guangdong.test_page import open_login, submit
from xbridge_mocks.guangdong.session import SESSION_COOKIE

LOGOUT = "/_tif_sso_logout_/"


@pytest.fixture
def browser(service):
    """A browser in which chan-tai-man is signed in."""
    client, _, mark = open_login(service)
    assert submit(service, client, form_mark=mark, persona="chan-tai-man").status_code == 302
    return client


def is_signed_in(service, browser) -> bool:
    """Whether authorize answers with a code at once."""
    reply = browser.get(f"{BASE}/authorize", query_string=service.authorize_params())
    return not reply.headers["Location"].startswith(LOGIN)


@pytest.mark.parametrize(
    "address", ["https://service.example/", "https://service.example/bye?a=1", "https://service.example:443/x"]
)
def test_registered_origin_is_followed(service, browser, address):
    """The browser goes back to any address at the origin of a registered service, signed out."""
    assert is_signed_in(service, browser)
    reply = browser.get(LOGOUT, query_string={"redirect_uri": address})
    assert (reply.status_code, reply.headers["Location"]) == (302, address)
    assert browser.get_cookie(SESSION_COOKIE) is None
    assert not is_signed_in(service, browser)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "https://service.example.evil.example/",
        "https://service.example@evil.example/",
        "https://service.example:8443/",
        "http://service.example/",
        "https://service.example\\.evil.example/",
        "https://service.example\r\nX: y",
        "//evil.example/",
        "/\\evil.example",
        "https:evil.example",
        "https:///evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://localhost:80@evil.example/",
        "https://[::1]evil.example/",
        "https://[evil.example/",
        "https://service.example:x/",
        "",
    ],
)
def test_other_addresses_are_not_followed(service, browser, address):
    """Anything that is not at a registered origin gets a page; the session ends all the same."""
    reply = browser.get(LOGOUT, query_string={"redirect_uri": address})
    assert (reply.status_code, reply.mimetype) == (400, "text/html")
    assert "Location" not in reply.headers
    assert not is_signed_in(service, browser)


def test_repeated_address_is_not_followed(service, browser):
    """Two addresses are one too many, even if both are registered."""
    reply = browser.get(LOGOUT, query_string={"redirect_uri": ["https://service.example/", "https://service.example/"]})
    assert reply.status_code == 400


def test_without_address_a_page_says_so(service, browser):
    """Signing out needs no address."""
    assert browser.get(LOGOUT).status_code == 200
    assert not is_signed_in(service, browser)


def test_stolen_cookie_is_dead_after_logout(service, browser):
    """The session ends on the platform's side, not only in the browser."""
    value = browser.get_cookie(SESSION_COOKIE).value
    browser.get(LOGOUT)
    thief = Client(service.mock)
    thief.set_cookie(SESSION_COOKIE, value)
    assert not is_signed_in(service, thief)


def test_only_get(service, browser):
    """Another method is refused with a page."""
    assert browser.post(LOGOUT).status_code == 405
