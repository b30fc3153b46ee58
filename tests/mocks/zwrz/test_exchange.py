"""The two server-to-server calls: what they want, what they refuse, and what is spent by that."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from tests.mocks.zwrz.office_console import callback_values
from xbridge_mocks.persona import persona
from xbridge_mocks.zwrz.officer import OFFICE
from xbridge_mocks.zwrz.route import TOKEN, USER


def refusal(reply):
    """The number of a refusal in the platform's envelope."""
    document = reply.get_json()
    assert reply.status_code in (400, 405)
    assert set(document) == {"message", "status", "data"}
    assert document["data"] is None
    assert document["status"] != 0
    return document["status"]


def test_the_whole_login(console):
    """Code, token, officer: each reply an envelope with status 0; the officer is known by another id than the resident."""
    document = console.log_in("lee-siu-ming")
    assert (document["status"], set(document)) == (0, {"message", "status", "data"})
    data = document["data"]
    assert data["userid"] == console.mock.subjects("any")["lee-siu-ming"]
    resident = persona("lee-siu-ming").guangdong
    assert resident is not None
    assert data["userid"] != resident.useridcode
    assert (data["username"], data["orgname"]) == ("李小明", OFFICE)


def test_state_comes_back(console):
    """What the service gave as state is in the callback, byte for byte, and nothing where it gave none."""
    values = callback_values(console.mock.log_in(console.url(state="a&b=c/?é"), "chan-tai-man"))
    assert values["state"] == ["a&b=c/?é"]
    assert set(callback_values(console.mock.log_in(console.url(state=None), "chan-tai-man"))) == {"code"}


@pytest.mark.parametrize(("changes", "number"), [
    ({"client_id": "zwrz_other"}, 4002), ({"client_secret": "wrong"}, 4003), ({"client_secret": "\u00e9"}, 4003),
    ({"grant_type": "implicit"}, 4001), ({"code": "wrong"}, 4004), ({"redirect_uri": "https://console.example/cb/"}, 4005),
    ({"client_id": None}, 4001), ({"code": ["a", "b"]}, 4001), ({"redirect_uri": ""}, 4001),
])  # fmt: skip
def test_wrong_token_requests(console, changes, number):
    """Each wrong parameter is refused for its own reason, one that is missing, empty or repeated for that."""
    assert refusal(console.token(console.code(), **changes)) == number


def test_a_code_is_good_once(console):
    """A second use is refused, and revokes the token of the first."""
    code = console.code()
    token = console.token(code).get_json()["data"]["access_token"]
    assert refusal(console.token(code)) == 4004
    assert refusal(console.user(token)) == 4006


def test_a_thief_cannot_burn_a_code(console):
    """Presented by another service a code is refused and stays good; its own service with a wrong secret spends nothing."""
    code = console.code()
    other = console.mock.register_client(name="Other", redirect_uris=["https://other.example/cb"])
    stolen = {"client_id": other.client_id, "client_secret": other.client_secret}
    assert refusal(console.token(code, **stolen)) == 4004
    assert refusal(console.token(code, client_secret="wrong")) == 4003
    assert console.token(code).get_json()["status"] == 0


@pytest.mark.parametrize(("wait_s", "status"), [(59, 0), (60, 4004)])
def test_a_code_ends_on_the_stroke(console, wait_s, status):
    """At the last second of its lifetime a code is dead."""
    code = console.code()
    console.mock.clock.advance(wait_s)
    assert console.token(code).get_json()["status"] == status


def test_a_token_ends(console):
    """An access token lives as long as the setting says, and no longer; one that was never issued never did."""
    token = console.token(console.code()).get_json()["data"]["access_token"]
    console.mock.clock.advance(119)
    assert console.user(token).get_json()["status"] == 0
    console.mock.clock.advance(1)
    assert refusal(console.user(token)) == 4006
    assert refusal(console.user("other")) == 4006


def test_parameters_have_one_place(console):
    """What stands in the query of a POSTed form is refused, and a GET of either call answered with 405 and an envelope."""
    browser = Client(console.mock)
    assert refusal(browser.post(f"{TOKEN}?code=x", data={"client_id": "x"})) == 4001
    for path in (TOKEN, USER):
        reply = browser.get(path)
        assert (reply.status_code, reply.headers["Allow"], refusal(reply)) == (405, "POST", 4009)


def test_settings_answer_the_unknowns(make):
    """The names of members, the numbers and the HTTP status are what somebody decided, so they can be changed."""
    console = make(token_member="token", subject_member="uid", name_member="cn", error_status=200)
    token = console.token(console.code()).get_json()["data"]["token"]
    assert {"uid", "cn"} <= set(console.user(token).get_json()["data"])
    assert console.user("wrong").status_code == 200


@pytest.mark.parametrize("bad", [{"code_lifetime_s": 0}, {"error_codes": {}}, {"error_status": 99}])
def test_settings_that_cannot_be(make, bad):
    """Settings under which the mock could not keep its own rules are refused."""
    with pytest.raises(ValueError, match=r"must be|error_codes"):
        make(**bad)


def test_the_journal_shows_no_value(console):
    """Every request is written down with what was checked, and without a code, a token, a state or a secret."""
    console.log_in()
    entries = console.mock.journal.entries()
    assert [entry.operation for entry in entries] == ["authorize", "loginPage", "login", "token", "user"]
    shown = repr(entries)
    assert console.credentials.client_secret not in shown
    assert "state=***" in shown
    assert "console.example" not in shown
