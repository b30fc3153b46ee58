"""The control API as this mock fills it: registration, clock, faults, reset; never without the secret."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from tests.mocks.guangdong.relying_service import RelyingService

PATHS = [("GET", "personas"), ("GET", "journal"), ("GET", "clock"), ("GET", "faults"), ("POST", "clients"),
         ("POST", "clock"), ("POST", "faults"), ("POST", "reset")]  # fmt: skip


def call(mock, method, name, body=None, secret=True):
    """One control request."""
    headers = {"X-Mock-Secret": mock.control_secret} if secret is True else {"X-Mock-Secret": secret} if secret else {}
    return Client(mock).open(f"/__mock__/{name}", method=method, json=body, headers=headers)


@pytest.mark.parametrize(("method", "name"), PATHS)
@pytest.mark.parametrize("secret", [None, "", "wrong"])
def test_secret_is_needed(mock, method, name, secret):
    """Without the secret of this run nothing is told and nothing done."""
    assert call(mock, method, name, {} if method == "POST" else None, secret).status_code == 403


def test_registered_service_can_log_in(mock):
    """A service registered over HTTP goes the whole way."""
    address = "http://127.0.0.1:5000/cb"
    made = call(mock, "POST", "clients", {"name": "Test", "redirect_uris": [address], "name_texts": {"en": "T"}})
    document = made.get_json()
    assert set(document) == {"client_id", "client_secret"}
    from xbridge_mocks.client import ClientCredentials

    assert RelyingService(mock, ClientCredentials(**document), address).log_in()["userobj"]["uid"] == "chan_tai_man"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "x"},
        {"name": 1, "redirect_uris": ["https://a.example/"]},
        {"name": "x", "redirect_uris": "https://a.example/"},
        {"name": "x", "redirect_uris": [1]},
        {"name": "x", "redirect_uris": ["http://a.example/"]},
        {"name": "x", "redirect_uris": ["https://a.example/"], "name_texts": {"fr": "x"}},
        {"name": "x", "redirect_uris": ["https://a.example/"], "name_texts": {"en": 1}},
        {"name": "x", "redirect_uris": ["https://a.example/"], "secret": "mine"},
    ],
)
def test_incomplete_registration_is_refused(mock, body):
    """A registration that is not complete and exact is refused."""
    assert call(mock, "POST", "clients", body).status_code == 400


def test_clock_moves_the_expiry(service):
    """Advancing the clock over HTTP expires a code."""
    code = service.code()
    assert call(service.mock, "POST", "clock", {"advance_s": 60}).status_code == 200
    assert service.access_token(code).get_json()["errcode"] == 40029


def test_fault_armed_over_http_strikes(service):
    """A fault armed over HTTP strikes; an unknown one is refused and the known ones are listed."""
    assert call(service.mock, "POST", "faults", {"name": "code_missing"}).status_code == 200
    assert "code" not in service.mock.log_in(service.authorize_url(), "chan-tai-man").partition("?")[2]
    assert call(service.mock, "POST", "faults", {"name": "no_such_fault"}).status_code == 400
    assert call(service.mock, "POST", "faults", {"name": "get_405", "operation": "login"}).status_code == 400
    known = {fault["name"] for fault in call(service.mock, "GET", "faults").get_json()["known"]}
    assert {"user_leaves", "swapped_user"} <= known


def test_reset_keeps_services(service):
    """A reset over HTTP forgets the journal and keeps the service."""
    code = service.code()
    assert call(service.mock, "POST", "reset", {}).get_json() == {"reset": True}
    assert service.mock.journal.entries() == ()
    assert service.access_token(code).get_json()["errcode"] == 40029
    assert service.log_in()["userobj"]["uid"] == "chan_tai_man"


def test_control_answers_carry_the_mark(mock):
    """Every answer of the mock says that it is one, these too."""
    assert call(mock, "GET", "clock").headers["X-Xbridge-Mock"] == "guangdong"


def test_scripted_login_over_http(service):
    """A login can be scripted over HTTP; one that ends on the platform is refused as such."""
    body = {"login_url": service.authorize_url(), "persona": "chan-tai-man"}
    assert call(service.mock, "POST", "logins", body).get_json()["callback_url"].startswith(f"{service.redirect_uri}?")
    assert call(service.mock, "POST", "logins", body | {"decision": "leave"}).status_code == 400
