"""The token request: every check, single use, expiry, and the shapes of refusal."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from werkzeug.test import Client

from tests.mocks.guangdong.relying_service import BASE, RelyingService

OTHER = "https://other.example/cb"


def refusal(reply, status=400):
    """The platform's number for a refusal, after checking its shape."""
    document = reply.get_json()
    assert reply.status_code == status
    assert set(document) == {"errcode", "errmsg"}
    return document["errcode"]


@pytest.mark.parametrize("name", ["client_id", "client_secret", "code", "scope", "redirect_uri", "grant_type"])
@pytest.mark.parametrize("value", ["absent", "", "twice"])
def test_required_parameters(service, name, value):
    """A parameter that is missing, empty or repeated is refused as a bad request."""
    code = service.code()
    right = service.token_params(code)[name]
    given = {"absent": None, "": "", "twice": [right, "other"]}[value]
    assert refusal(service.access_token(code, **{name: given})) == 40035


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"client_id": "tyrz_unknown"}, 40013),
        ({"client_secret": "wrong"}, 40125),
        ({"client_secret": "ü\ud7ff"}, 40125),
        ({"grant_type": "password"}, 40035),
        ({"scope": "openid"}, 40035),
        ({"code": "never-issued"}, 40029),
        ({"redirect_uri": OTHER}, 40030),
        ({"redirect_uri": "https://service.example/cb?state=abc"}, 40030),
    ],
)
def test_wrong_values(service, changes, number):
    """Each wrong value is refused with the number of its own check."""
    assert refusal(service.access_token(service.code(), **changes)) == number


def test_secret_is_checked_before_the_code(service):
    """A stranger who has stolen a code cannot spend it: the right service still gets its token."""
    code = service.code()
    assert refusal(service.access_token(code, client_secret="wrong")) == 40125
    assert service.access_token(code).status_code == 200


def test_second_use_is_refused_and_revokes(service):
    """A code is good once; its second use also kills the token of the first."""
    code = service.code()
    token = service.access_token(code).get_json()["access_token"]
    assert service.tokeninfo(token).status_code == 200
    assert refusal(service.access_token(code)) == 40029
    assert refusal(service.tokeninfo(token)) == 40014


def test_revoking_on_replay_is_a_setting(make):
    """Whether the platform revokes is UNKNOWN; without the setting the first token lives on."""
    service = make(replay_revokes_token=False)
    code = service.code()
    token = service.access_token(code).get_json()["access_token"]
    assert refusal(service.access_token(code)) == 40029
    assert service.tokeninfo(token).status_code == 200


def test_failed_redirect_check_spends_the_code(service):
    """After the right service presented the code wrongly, presenting it rightly is a second use."""
    code = service.code()
    assert refusal(service.access_token(code, redirect_uri=OTHER)) == 40030
    assert refusal(service.access_token(code)) == 40029


def test_code_of_another_service(service):
    """A code is worth nothing to another registered service, and stays good for its own."""
    other = RelyingService(
        service.mock, service.mock.register_client(name="Other", redirect_uris=[service.redirect_uri])
    )
    code = service.code()
    assert refusal(other.access_token(code)) == 40029
    assert service.access_token(code).status_code == 200


@pytest.mark.parametrize(("seconds", "good"), [(59.9, True), (60, False), (3600 * 2, False)])
def test_code_expires_by_the_clock(service, seconds, good):
    """A code dies after 60 seconds, on the stroke."""
    code = service.code()
    service.mock.clock.advance(seconds)
    reply = service.access_token(code)
    assert reply.status_code == 200 if good else refusal(reply) == 40029


def test_lifetimes_are_settings(make):
    """Today's lifetimes are UNKNOWN; expires_in stays one second short of the true one."""
    service = make(code_lifetime_s=10, token_lifetime_s=180)
    code = service.code()
    assert service.access_token(code).get_json()["expires_in"] == 179
    late = service.code()
    service.mock.clock.advance(10)
    assert refusal(service.access_token(late)) == 40029


def test_of_many_takers_one_wins(service):
    """Of fifty requests with one code at the same time exactly one gets a token."""
    code = service.code()
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: service.access_token(code), range(50)))
    assert [reply.status_code for reply in replies].count(200) == 1


def test_added_state_must_be_repeated_by_the_book(service):
    """With state carried in the redirect URI, the token step sends the same string as authorize did."""
    code = service.code(redirect_uri="https://service.example/cb?state=abc")
    assert service.access_token(code, redirect_uri="https://service.example/cb?state=abc").status_code == 200


@pytest.mark.parametrize(
    ("rule", "address", "good"),
    [
        ("registered", "https://service.example/cb?state=other", True),
        ("registered", OTHER, False),
        ("any", OTHER, True),
    ],
)
def test_looser_redirect_rules_are_settings(make, rule, address, good):
    """One live client sends another address at this step, so looser rules can be had."""
    service = make(token_redirect=rule)
    reply = service.access_token(service.code(), redirect_uri=address)
    assert reply.status_code == 200 if good else refusal(reply) == 40030


def test_post_is_accepted_as_form_or_query(service):
    """A client that repeats as POST is served, with its parameters in one place."""
    code = service.code()
    assert Client(service.mock).post(f"{BASE}/access_token", data=service.token_params(code)).status_code == 200
    code = service.code()
    reply = Client(service.mock).post(f"{BASE}/access_token", query_string=service.token_params(code))
    assert reply.status_code == 200


def test_parameters_in_two_places_are_refused(service):
    """Nobody may smuggle a second value in the other place."""
    params = service.token_params(service.code())
    reply = Client(service.mock).post(f"{BASE}/access_token", data=params, query_string={"scope": "all"})
    assert refusal(reply) == 40035


def test_post_can_be_switched_off(make):
    """With accept_post_token off, POST is answered 405 and names the method that works."""
    service = make(accept_post_token=False)
    reply = Client(service.mock).post(f"{BASE}/access_token", data=service.token_params(service.code()))
    assert refusal(reply, 405) == 43001
    assert reply.headers["Allow"] == "GET"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", "OPTIONS"])
def test_other_methods(service, method):
    """No other method reaches the code, HEAD included."""
    code = service.code()
    reply = Client(service.mock).open(f"{BASE}/access_token", method=method, query_string=service.token_params(code))
    assert reply.status_code == 405
    assert service.access_token(code).status_code == 200


def test_oversized_form(service):
    """A form that is too large is refused before it fills the memory."""
    reply = Client(service.mock).post(f"{BASE}/access_token", data={"code": "x" * 100_000})
    assert reply.status_code == 413


@pytest.mark.parametrize(
    ("shape", "members"),
    [
        ("errcode", {"errcode", "errmsg"}),
        ("error_code", {"error_code", "error_msg"}),
        ("oauth", {"error", "error_description"}),
    ],
)
def test_error_shape_is_a_setting(make, shape, members):
    """Each of the three shapes in use can be the mock's own."""
    reply = make(error_shape=shape).access_token("never-issued")
    assert set(reply.get_json()) == members


def test_error_status_and_numbers_are_settings(make):
    """The numbers are invented and the status is UNKNOWN, so both can be changed."""
    from xbridge_mocks.guangdong.setting import INVENTED_CODES, Kind

    service = make(error_status=200, error_codes={**INVENTED_CODES, Kind.CODE: 7})
    assert refusal(service.access_token("never-issued"), 200) == 7


def test_refusal_repeats_no_value(service):
    """A refusal names the check and holds neither secret nor code."""
    code = service.code()
    text = service.access_token(code, client_secret="wrong-canary", redirect_uri=OTHER).get_data(as_text=True)
    assert all(value not in text for value in ("wrong-canary", code, OTHER, service.credentials.client_secret))
