"""Under parallel requests "once" still means once, and nobody gets another's answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest

from xbridge_mocks.persona import POPULATION, persona


def test_one_of_many_wins_a_code(service):
    """Twenty exchanges of one code at once: exactly one succeeds."""
    service.get_key()
    code = service.code()
    bodies = [service.seal({"code": code, "grantType": "authorization_code"}) for _ in range(20)]
    heads = [service.headers(body) for body in bodies]

    def exchange(place):
        reply = service.browser.post(
            "/api/v1/auth/getToken", data=bodies[place], content_type="application/json", headers=heads[place]
        )
        return reply.get_json()["code"]

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(exchange, range(20))) == ["D00000"] + ["D40004"] * 19


@pytest.mark.slow
def test_two_hundred_logins_at_once(world, service):
    """Two hundred people log in side by side; every callback has its own state and its own person (B11)."""
    keys = [person.key for person in POPULATION if person.iamsmart]
    wanted = [(keys[place % len(keys)], f"state-{place}") for place in range(200)]

    def log_in(one):
        query = parse_qs(urlsplit(world.iamsmart.log_in(service.login_url(state=one[1]), one[0])).query)
        return query["code"][0], query["state"][0]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(log_in, wanted))
    assert [state for _, state in answers] == [state for _, state in wanted]
    assert len({code for code, _ in answers}) == 200
    for (key, _), (code, _) in zip(wanted[:20], answers[:20], strict=True):
        token = service.open(service.get_token(code)["content"])
        profile = service.open(service.profiles(token)["content"])
        assert profile["idNo"]["Identification"] == persona(key).hkid


def test_one_request_is_decided_once(world, service):
    """When many presses race for one request, one decides and one callback leaves."""
    service.ask("profile")

    def press(_):
        try:
            world.iamsmart.decide("b-1")
        except KeyError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(press, range(16))) == 1
    assert len(service.received) == 1
