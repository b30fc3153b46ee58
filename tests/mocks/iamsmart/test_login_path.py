"""The whole login path, as an honest service walks it."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from xbridge_mocks.persona import POPULATION, persona

WITH_IAMSMART = [person.key for person in POPULATION if person.iamsmart]


def test_from_qr_to_profile(world, service):
    """A person logs in, the service learns who it is, in the shapes of the dossier (6.4, 6.5, 8.3)."""
    back = urlsplit(world.iamsmart.log_in(service.login_url(), "chan-tai-man"))
    assert f"{back.scheme}://{back.netloc}{back.path}" == "https://svc.example/cb/hk"
    query = parse_qs(back.query, strict_parsing=True)
    assert query["state"] == ["state-1"]
    assert set(query) == {"code", "state"}
    reply = service.get_token(query["code"][0])
    assert (reply["code"], reply["message"]) == ("D00000", "SUCCESS")
    assert reply["txID"].startswith("<T=")
    assert len(reply["txID"]) == len("<T=>") + 32
    token = service.open(reply["content"])
    assert {name: token[name] for name in token if name not in ("accessToken", "openID")} == {
        "tokenType": "Bearer",
        "issueAt": world.clock.now_ms(),
        "expiresIn": 14_400_000,
        "lastModifiedDate": 1_700_000_000_000,
        "userType": "default",
        "scope": "eidapi_auth eidapi_profiles",
    }
    assert service.open(service.profiles(token)["content"]) == {
        "idNo": {"Identification": "ZZ000101", "CheckDigit": "4"},
        "enName": {"UnstructuredName": "CHAN, Tai Man"},
        "chName": {"ChineseName": "陳大文"},
        "chNameVerified": "陳大文",
        "birthDate": "19900101",
        "gender": "M",
    }


@pytest.mark.parametrize("key", WITH_IAMSMART)
def test_everybody_can_log_in(service, key):
    """Each person with iAM Smart logs in as that person and nobody else."""
    token = service.token(key)
    profile = service.open(service.profiles(token)["content"])
    person = persona(key)
    assert profile["idNo"]["Identification"] == person.hkid
    assert token["userType"] == (person.iamsmart and person.iamsmart.user_type)


def test_open_id_is_pairwise_and_stable(world, service, make_service):
    """The same person has one openID at one service and another at the next; its form is percent-encoded base64."""
    other = make_service(world, name="Another service")
    first, again, elsewhere = service.token()["openID"], service.token()["openID"], other.token()["openID"]
    assert first == again != elsewhere
    assert "%3D" in first
    assert len(unquote(first)) == 44
    assert len(first) <= 64
    assert service.token("chan-tai-man-2")["openID"] != first


def test_fields_a_person_does_not_hold_are_left_out(service):
    """Somebody without a Chinese name has no chName at all."""
    profile = service.open(service.profiles(service.token("fernandes-maria"))["content"])
    assert "chName" not in profile
    assert "chNameVerified" not in profile


def test_only_asked_fields_come(service):
    """The profile holds what was asked for and no more, whichever array asked."""
    token = service.token()
    reply = service.profiles(token, profileFields=["gender"], eMEFields=["birthDate", "gender", "prefix"])
    assert service.open(reply["content"]) == {"gender": "M", "birthDate": "19900101", "prefix": "Mr"}


@pytest.mark.parametrize(("decision", "code"), [("refuse", "D40001"), ("cancel", "D40000")])
def test_saying_no(world, service, decision, code):
    """A refusal comes back as an error code with the state, and no code."""
    back = world.iamsmart.log_in(service.login_url(), "chan-tai-man", decision=decision)
    assert parse_qs(urlsplit(back).query) == {"error_code": [code], "state": ["state-1"]}


def test_no_state_in_no_state_out(world, service):
    """The platform invents no state."""
    back = world.iamsmart.log_in(service.login_url(state=None), "chan-tai-man")
    assert set(parse_qs(urlsplit(back).query)) == {"code"}


def test_the_query_of_the_redirect_uri_is_kept(world, service):
    """The code is appended to a query that was registered."""
    back = world.iamsmart.log_in(service.login_url(redirectURI="https://svc.example/cb?tenant=1"), "chan-tai-man")
    assert back.startswith("https://svc.example/cb?tenant=1&code=")


def test_many_logins_do_not_mix(service):
    """Forty people logging in by turns each get their own state and identity."""
    keys = (WITH_IAMSMART * 4)[:40]
    codes = [(key, service.code(key, state=f"s-{place}")) for place, key in enumerate(keys)]
    for key, code in reversed(codes):
        token = service.open(service.get_token(code)["content"])
        profile = service.open(service.profiles(token, profileFields=["idNo"])["content"])
        assert profile["idNo"]["Identification"] == persona(key).hkid


def test_subjects_are_the_open_ids_a_service_will_see(world, service):
    """A service's own data can be seeded beforehand with the openIDs that logins will bring."""
    subjects = world.iamsmart.subjects(service.credentials.client_id)
    assert set(subjects) == set(WITH_IAMSMART)
    assert subjects["lee-siu-ming"] == service.token("lee-siu-ming")["openID"]
