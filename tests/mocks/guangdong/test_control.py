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


WAY = {"level": "L1", "way_code": "IDV", "at": "20240102030105"}


def test_accounts_and_proofs_over_http(service):
    """What a person proves over HTTP shows in the list and in the next reply to a service."""
    mock = service.mock
    assert call(mock, "POST", "proofs", {"persona": "ho-chi-keung", "method": "face"}).get_json()["level"] == "L2"
    (row,) = [row for row in call(mock, "GET", "accounts").get_json()["accounts"] if row["persona"] == "ho-chi-keung"]
    assert row["ways"] == [
        {**WAY, "number": ""},
        {"level": "L2", "way_code": "SG-GASMHS", "at": "20300102110405", "number": ""},
    ]
    assert service.log_in("ho-chi-keung")["userobj"]["creditable_level_of_account"] == "L2"


def test_a_history_over_http(service):
    """A whole history can be given; the level is its highest."""
    body = {"persona": "chan-tai-man", "ways": [WAY, {**WAY, "level": "L3", "way_code": "GW", "number": "H00000101"}]}
    assert call(service.mock, "POST", "ways", body).get_json() == {
        "persona": "chan-tai-man", "level": "L3",
        "ways": [{**WAY, "number": ""}, {**WAY, "level": "L3", "way_code": "GW", "number": "H00000101"}],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("proofs", {}),
        ("proofs", {"persona": "chan-tai-man", "method": 1}),
        ("proofs", {"persona": "nobody", "method": "face"}),
        ("proofs", {"persona": "cheung-ka-yan", "method": "counter"}),
        ("proofs", {"persona": "chan-tai-man", "method": "face", "at": "now"}),
        ("ways", {"persona": "chan-tai-man"}),
        ("ways", {"persona": "chan-tai-man", "ways": {}}),
        ("ways", {"persona": "nobody", "ways": []}),
        ("ways", {"persona": "chan-tai-man", "ways": ["L1"]}),
        ("ways", {"persona": "chan-tai-man", "ways": [{}]}),
        ("ways", {"persona": "chan-tai-man", "ways": [{**WAY, "level": "L0"}]}),
        ("ways", {"persona": "chan-tai-man", "ways": [{**WAY, "level": "L4"}]}),
        ("ways", {"persona": "chan-tai-man", "ways": [{**WAY, "way_code": "A@B"}]}),
        ("ways", {"persona": "chan-tai-man", "ways": [{**WAY, "way_code": ""}]}),
        ("ways", {"persona": "chan-tai-man", "ways": [{**WAY, "at": "20241302030105"}]}),
        ("ways", {"persona": "chan-tai-man", "ways": [{**WAY, "at": "2024-01-02"}]}),
        ("ways", {"persona": "chan-tai-man", "ways": [{**WAY, "number": 1}]}),
        ("ways", {"persona": "chan-tai-man", "ways": [{**WAY, "more": 1}]}),
        ("scans", {}),
        ("scans", {"token": "never-shown", "persona": "chan-tai-man"}),
        ("scans", {"token": "never-shown", "persona": "chan-tai-man", "decision": "approve"}),
    ],
)
def test_a_call_that_is_not_exact_changes_nothing(mock, name, body):
    """A call with a member too few, too many or wrong is refused, and no account changes."""
    before = call(mock, "GET", "accounts").get_json()
    assert call(mock, "POST", name, body).status_code == 400
    assert call(mock, "GET", "accounts").get_json() == before


@pytest.mark.parametrize("name", ["accounts", "proofs", "ways", "scans", "messages"])
def test_these_calls_need_the_secret_and_their_method(mock, name):
    """They are behind the same door as the shared ones."""
    assert call(mock, "GET", name, secret="wrong").status_code == 403
    assert call(mock, "PUT", name, {}).status_code == 405


def test_a_scan_and_a_message_over_http(service):
    """A waiting code can be found and decided, and a message read, from another process."""
    from tests.mocks.guangdong.test_scan import Desk, mark_of
    from xbridge_mocks.guangdong.route import FIND_ACCOUNT

    desk = Desk(service)
    assert call(service.mock, "GET", "scans").get_json() == {
        "scans": [{"token": desk.token, "service": "Social insurance enquiry", "phase": "waiting"}]
    }
    body = {"token": desk.token, "persona": "chan-tai-man"}
    assert call(service.mock, "POST", "scans", body).get_json() == {"decided": True}
    assert desk.go_on().status_code == 302
    mark = mark_of(desk.browser.get(FIND_ACCOUNT))
    desk.browser.post(FIND_ACCOUNT, data={"form_mark": mark, "number": "H00000101"})
    (message,) = call(service.mock, "GET", "messages").get_json()["messages"]
    assert message == {
        "persona": "chan-tai-man", "phone": "10000000101", "login_name": "chan_tai_man", "at": "2030-01-02T03:04:05+00:00",
    }  # fmt: skip
