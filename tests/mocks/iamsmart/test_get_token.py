"""Codes and tokens: single use, short life, one client (dossier 6.5)."""

from __future__ import annotations

import pytest

TOKEN = "/api/v1/auth/getToken"


def test_code_life(world, service):
    """A code lives less than sixty seconds from the redirect."""
    codes = [service.code(), service.code()]
    service.get_key()
    world.clock.advance(59)
    assert service.get_token(codes[0])["code"] == "D00000"
    world.clock.advance(1)
    assert service.get_token(codes[1])["code"] == "D40004"


def test_code_life_setting(world_with, make_service):
    """The other documented lifetime, thirty seconds, is a setting."""
    world = world_with(auth_code_ttl_s=30)
    service = make_service(world)
    code = service.code()
    world.clock.advance(30)
    assert service.get_token(code)["code"] == "D40004"


def test_code_is_used_once_and_its_replay_kills_the_token(service):
    """The second use of a code is refused and the token of the first use dies (B6)."""
    code = service.code()
    token = service.open(service.get_token(code)["content"])
    assert service.profiles(token)["code"] == "D00000"
    assert service.get_token(code)["code"] == "D40004"
    assert service.profiles(token)["code"] == "D20009"


def test_code_of_another_client(world, service, make_service):
    """A code works for the client it was issued to; another's attempt does not use it up."""
    other = make_service(world)
    code = service.code()
    assert other.get_token(code)["code"] == "D40004"
    assert service.get_token(code)["code"] == "D00000"


@pytest.mark.parametrize(
    "bend", [str.upper, lambda c: c[:-1], lambda c: c + "0", lambda c: " " + c, lambda c: "0" * 32]
)
def test_code_is_compared_exactly(service, bend):
    """A code in another spelling is another code."""
    code = service.code()
    assert service.get_token(bend(code))["code"] == "D40004"
    assert service.get_token(code)["code"] == "D00000"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"grantType": "authorization_code"}, "D20001"),
        ({"code": "", "grantType": "authorization_code"}, "D20002"),
        ({"code": 7, "grantType": "authorization_code"}, "D20003"),
        ({"code": "0" * 32}, "D20001"),
        ({"code": "0" * 32, "grantType": ""}, "D20002"),
        ({"code": "0" * 32, "grantType": "refresh_token"}, "D20003"),
        ({"code": "0" * 32, "grantType": "authorization_code", "isDirectLoginV2": "yes"}, "D20003"),
        ({"code": "0" * 32, "grantType": "authorization_code", "isDirectLoginV2": 1}, "D20003"),
        ({"code": "0" * 32, "grantType": "authorization_code", "isDirectLoginV2": "true"}, "D40004"),
    ],
)
def test_parameters(service, document, code):
    """Each parameter is missing, empty or wrong in its own way."""
    assert service.call(TOKEN, document)["code"] == code


def test_an_ordinary_code_is_not_a_direct_login(service):
    """An ordinary code is taken with isDirectLoginV2 false, in both spellings, and not with true."""
    code = service.code()
    document = {"code": code, "grantType": "authorization_code"}
    assert service.call(TOKEN, {**document, "isDirectLoginV2": True})["code"] == "D40004"
    assert service.call(TOKEN, {**document, "isDirectLoginV2": "false"})["code"] == "D00000"


def test_scope_is_what_was_consented(service):
    """The token carries the scopes of this login, not all the client may have."""
    assert service.token(scope="eidapi_auth")["scope"] == "eidapi_auth"


def test_reset_forgets_tokens_and_keeps_clients(world, service):
    """After a reset old tokens are unknown and the client can start again; openIDs stay."""
    token = service.token()
    world.iamsmart.reset()
    service.get_key()
    assert service.profiles(token)["code"] == "D20009"
    assert service.token()["openID"] == token["openID"]
