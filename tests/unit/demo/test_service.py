"""The sample services: a record leaves only on a token that is theirs, alive, and stands at its issuer."""

from __future__ import annotations

import httpx
import pytest

from xbridge.demo.stage import Stage


def ask(stage: Stage, audience: str, path: str, **request: object) -> httpx.Response:
    """Send one request to a service."""
    return httpx.post(f"{stage.service_urls[audience]}{path}", trust_env=False, **request)  # type: ignore[arg-type]


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer"}, {"Authorization": "Basic eDp5"}])
def test_no_token_no_record(stage: Stage, header: dict[str, str]) -> None:
    """A request without a bearer token is told how to come back (RFC 6750)."""
    reply = ask(stage, "gd:hrss", "/records", headers=header)
    assert reply.status_code == 401
    assert reply.headers["WWW-Authenticate"].startswith("Bearer ")


@pytest.mark.parametrize("token", ["x", "a.b.c", "e30.e30.", "." * 20])
def test_a_forged_token_releases_nothing(stage: Stage, token: str) -> None:
    """What is not a token of the issuer is refused with a reason and without a record."""
    reply = ask(stage, "gd:hrss", "/records", headers={"Authorization": f"Bearer {token}"})
    assert reply.status_code == 401
    assert reply.json()["error"] == "invalid_token"
    assert "record" not in reply.json()


@pytest.mark.parametrize(
    "body", [None, {}, {"token": "x"}, {"token": "x", "from": "http://elsewhere.example"}, {"token": 1, "from": "x"}]
)
def test_a_delivery_needs_a_token_and_a_place_of_ours(stage: Stage, body: object) -> None:
    """The Guangdong service fetches from this demonstration's own addresses only."""
    assert ask(stage, "gd:hrss", "/deliveries", json=body).status_code == 400


def test_a_delivery_that_the_source_refuses_says_so(stage: Stage) -> None:
    """A dead token is refused where the data is, and the answer passes that on."""
    reply = ask(stage, "gd:hrss", "/deliveries", json={"token": "a.b.c", "from": stage.service_urls["hk:address"]})
    assert (reply.status_code, reply.json()["error"]) == (409, "refused_by_source")


def test_services_say_what_they_are(stage: Stage) -> None:
    """Each service answers at its root that it is a mock, and nothing else by GET."""
    for audience, url in stage.service_urls.items():
        assert httpx.get(url, trust_env=False).json() == {"service": audience, "mock": True}
        assert httpx.get(f"{url}/records", trust_env=False).status_code == 404
