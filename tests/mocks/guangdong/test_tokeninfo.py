"""The tokeninfo request: which tokens it takes and for how long."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from tests.mocks.guangdong.relying_service import BASE


def refused(reply, status=400):
    """The platform's number for a refusal."""
    assert reply.status_code == status
    return reply.get_json()["errcode"]


@pytest.mark.parametrize(("seconds", "good"), [(59.9, True), (60, False)])
def test_token_expires_by_the_clock(service, seconds, good):
    """A token dies after 60 seconds, on the stroke."""
    token = service.access_token(service.code()).get_json()["access_token"]
    service.mock.clock.advance(seconds)
    reply = service.tokeninfo(token)
    assert reply.status_code == 200 if good else refused(reply) == 40014


def test_unknown_token(service):
    """A token nobody issued is refused."""
    assert refused(service.tokeninfo("00000000-0000-0000-0000-000000000000")) == 40014


def test_code_is_no_token(service):
    """A code in place of a token is refused."""
    assert refused(service.tokeninfo(service.code())) == 40014


@pytest.mark.parametrize("query", [{}, {"access_token": ""}, {"access_token": ["a", "b"]}])
def test_parameter_is_required_once(service, query):
    """Missing, empty and repeated tokens are bad requests."""
    assert refused(Client(service.mock).get(f"{BASE}/tokeninfo", query_string=query)) == 40035


@pytest.mark.parametrize("method", ["POST", "PUT", "HEAD"])
def test_only_get(service, method):
    """The platform serves this as GET only."""
    token = service.access_token(service.code()).get_json()["access_token"]
    reply = Client(service.mock).open(f"{BASE}/tokeninfo", method=method, query_string={"access_token": token})
    assert reply.status_code == 405


def test_token_serves_until_it_dies(service):
    """Nothing says that a token is single use, so a second call gets the same account."""
    token = service.access_token(service.code()).get_json()["access_token"]
    first, second = service.tokeninfo(token).get_json(), service.tokeninfo(token).get_json()
    assert first["userobj"] == second["userobj"]


def test_media_type_is_a_setting(make):
    """Some clients see text/plain; whoever checks the media type finds out here."""
    service = make(reply_media_type="text/plain;charset=UTF-8")
    assert service.access_token(service.code()).mimetype == "text/plain"
