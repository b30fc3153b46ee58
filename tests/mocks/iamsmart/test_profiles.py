"""Synchronous profiles: only with a living token, its own openID, and lawful fields (dossier 8.1)."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("bent", "code"),
    [
        ({"accessToken": ...}, "D20001"),
        ({"accessToken": ""}, "D20002"),
        ({"accessToken": 5}, "D20003"),
        ({"accessToken": "0" * 32}, "D20009"),
        ({"openID": ...}, "D20001"),
        ({"openID": "x"}, "D20010"),
        ({"profileFields": ...}, "D20002"),
        ({"profileFields": []}, "D20002"),
        ({"eMEFields": []}, "D20002"),
        ({"profileFields": [], "eMEFields": []}, "D20002"),
        ({"profileFields": "idNo"}, "D20003"),
        ({"profileFields": ["idno"]}, "D20003"),
        ({"profileFields": [1]}, "D20003"),
        ({"profileFields": ["mobileNumber"]}, "D20003"),
        ({"eMEFields": ["shoeSize"]}, "D20003"),
    ],
)
def test_parameters(service, bent, code):
    """Every missing, empty, unknown or misplaced parameter has its code."""
    assert service.profiles(service.token(), **bent)["code"] == code


def test_empty_array_beside_a_full_one_with_the_setting(world_with, make_service):
    """Whether an empty array beside a full one is refused is unknown, so it can be allowed; two empty ones never."""
    service = make_service(world_with(refuse_empty_field_array=False))
    token = service.token()
    assert service.profiles(token, eMEFields=[])["code"] == "D00000"
    assert service.profiles(token, profileFields=[], eMEFields=[])["code"] == "D20002"


def test_open_id_is_compared_byte_for_byte(service):
    """A percent-decoded openID is not the openID."""
    token = service.token()
    assert service.profiles({**token, "openID": token["openID"].replace("%3D", "=")})["code"] == "D20010"


def test_token_of_another_client(world, service, make_service):
    """A token is worth nothing in another client's hands."""
    other = make_service(world)
    other.get_key()
    assert other.profiles(service.token())["code"] == "D20009"


def test_token_of_another_person(service):
    """Token and openID must be of one person."""
    one, two = service.token("chan-tai-man"), service.token("lee-siu-ming")
    assert service.profiles({**one, "openID": two["openID"]})["code"] == "D20010"


def test_token_life(world, service):
    """A token lives four hours and may be used again and again until then."""
    token = service.token()
    world.clock.advance(14_399)
    assert service.profiles(token)["code"] == "D00000"
    assert service.profiles(token)["code"] == "D00000"
    world.clock.advance(1)
    assert service.profiles(token)["code"] == "D20009"


def test_consent_covers_it(service):
    """A login that did not ask for profiles gives none."""
    assert service.profiles(service.token(scope="eidapi_auth"))["code"] == "D20015"


def test_parameters_come_before_the_token(service):
    """The order of refusals is fixed: form first, then the token, then the openID."""
    nobody = {"accessToken": "0" * 32, "openID": "x"}
    assert service.profiles(nobody, profileFields=[])["code"] == "D20002"
    assert service.profiles(nobody)["code"] == "D20009"
