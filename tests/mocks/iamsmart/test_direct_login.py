"""Direct login from the app's catalogue, both versions, and the app links that begin a login (dossier 6.6, 6.7)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.mocks.iamsmart.online_service import CALLBACK
from xbridge_mocks.iamsmart import LoginRefused
from xbridge_mocks.iamsmart.text import TEXTS

V1, V2, APP = "https://svc.example/get-state?x=1", "https://svc.example/direct", "https://svc.example/app"
TOKEN = "/api/v1/auth/getToken"


@pytest.fixture
def service(world, make_service):
    """A service that takes both versions of direct login."""
    return make_service(world, direct_login_uri=V2, get_state_uri=V1)


def query(address):
    """The query of an address, each name once."""
    found = parse_qs(urlsplit(address).query)
    assert all(len(values) == 1 for values in found.values())
    return {name: values[0] for name, values in found.items()}


def exchange(service, code, **extra):
    """The envelope of getToken."""
    return service.call(TOKEN, {"code": code, "grantType": "authorization_code", **extra})


@pytest.mark.parametrize("mark", [True, "true"])
def test_version_2(world, service, mark):
    """The callback has code and RefID and no state; the code needs isDirectLoginV2, as a boolean or as text."""
    back = world.iamsmart.direct_login(service.credentials.client_id, "lee-siu-ming")
    assert back.startswith(f"{V2}?")
    assert set(query(back)) == {"code", "RefID"}
    for wrong in ({}, {"isDirectLoginV2": False}, {"isDirectLoginV2": "false"}):
        assert exchange(service, query(back)["code"], **wrong)["code"] == "D40004"
    reply = exchange(service, query(back)["code"], isDirectLoginV2=mark)
    assert service.open(reply["content"])["userType"] == "sign"
    assert exchange(service, query(back)["code"], isDirectLoginV2=mark)["code"] == "D40004"


def test_an_ordinary_code_is_no_direct_one(service):
    """The mark does not fit an ordinary code, and trying does not use the code up."""
    code = service.code()
    assert exchange(service, code, isDirectLoginV2=True)["code"] == "D40004"
    assert exchange(service, code)["code"] == "D00000"


def test_a_direct_login_is_on_the_same_device(world, service):
    """Who logged in from the app is asked in the app: with a ticket."""
    back = world.iamsmart.direct_login(service.credentials.client_id, "chan-tai-man")
    token = service.open(exchange(service, query(back)["code"], isDirectLoginV2=True)["content"])
    assert service.open(service.ask("profile", token)["content"])["authByQR"] is False


@pytest.fixture
def app_service(world, make_service):
    """A service whose own app takes direct logins."""
    return make_service(world, direct_login_app_uri=APP)


def open_app(service, **chosen):
    """What the app is opened with."""
    mock = service.world.iamsmart
    return query(mock.direct_login(service.credentials.client_id, "chan-tai-man", into_app=True, **chosen))


def test_version_2_into_an_app(app_service):
    """The app gets a code and a verifier of its own; only both together give a token, and only once."""
    first, second = open_app(app_service), open_app(app_service)
    assert set(first) == {"code", "code_verifier"}
    assert re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", first["code_verifier"])
    assert first["code_verifier"] != second["code_verifier"]
    for wrong in ({}, {"code_verifier": second["code_verifier"]}, {"code_verifier": "A" * 43}):
        assert exchange(app_service, first["code"], isDirectLoginV2=True, **wrong)["code"] == "D40004"
    right = {"isDirectLoginV2": True, "code_verifier": first["code_verifier"]}
    assert exchange(app_service, first["code"], **{**right, "isDirectLoginV2": False})["code"] == "D40004"
    assert exchange(app_service, first["code"], **right)["code"] == "D00000"
    assert exchange(app_service, first["code"], **right)["code"] == "D40004"


@pytest.mark.parametrize(
    ("verifier", "code"),
    [("A" * 42, "D20003"), ("A" * 129, "D20003"), ("A" * 42 + "=", "D20003"), ("", "D20002"), (None, "D20003"),
     (1, "D20003"), (["A" * 43], "D20003"), ("\ud800" * 43, "D20003")],
)  # fmt: skip
def test_a_verifier_has_the_form_of_one(app_service, verifier, code):
    """Something else in its place is refused before the code is looked at."""
    found = open_app(app_service)
    assert exchange(app_service, found["code"], isDirectLoginV2=True, code_verifier=verifier)["code"] == code


def test_a_verifier_without_a_challenge(service):
    """Where none was sent along, none is taken (lesson B5), neither by a direct code nor by an ordinary one."""
    code = query(service.world.iamsmart.direct_login(service.credentials.client_id, "lee-siu-ming"))["code"]
    assert exchange(service, code, isDirectLoginV2=True, code_verifier="A" * 43)["code"] == "D40004"
    ordinary = service.code()
    assert exchange(service, ordinary, code_verifier="A" * 43)["code"] == "D40004"
    assert exchange(service, ordinary)["code"] == "D00000"


def test_the_field_of_the_verifier_is_a_setting(world_with, make_service):
    """Which field carries it is UNKNOWN; under another name it is not there."""
    service = make_service(world_with(verifier_field="pkce"), direct_login_app_uri=APP)
    found = open_app(service)
    right = {"isDirectLoginV2": "true"}
    assert exchange(service, found["code"], **right, code_verifier=found["code_verifier"])["code"] == "D40004"
    assert exchange(service, found["code"], **right, pkce=found["code_verifier"])["code"] == "D00000"


def test_verifier_faults(app_service):
    """The verifier is missing, or of another login; either way there is no token."""
    faults = app_service.world.iamsmart.faults
    for fault in ("verifier_missing", "verifier_wrong"):
        faults.add(fault, operation="directLogin")
        found = open_app(app_service)
        assert ("code_verifier" in found) is (fault == "verifier_wrong")
        given = {name: found[name] for name in found if name != "code"}
        assert exchange(app_service, found["code"], isDirectLoginV2=True, **given)["code"] == "D40004"


def test_an_app_in_the_catalogue(app_service, service):
    """The page says which entry opens an app, and opens it; services without one have no such entry."""
    page = app_service.browser.get("/mock/catalogue?lang=en-US")
    assert page.text.count(TEXTS.say("catalogue_app", "en")) == 1
    word = re.findall('name="csrf" value="([^"]+)"', page.text)[0]
    chosen = {"persona": "chan-tai-man", "service": f"{app_service.credentials.client_id}:2app", "csrf": word}
    away = app_service.browser.post("/mock/catalogue", data=chosen)
    assert away.headers["Location"].startswith(f"{APP}?")
    with pytest.raises(LoginRefused, match="D20008"):
        open_app(service)
    with pytest.raises(LoginRefused, match="D20008"):
        open_app(app_service, version=1)


def resumed(asked, **bent):
    """The address a service's getState redirects to."""
    echo = {
        "state": "s-1",
        "clientID": asked["ClientID"],
        "scope": asked["scope"],
        "eserviceName": asked["eserviceName"],
    }
    echo = {name: value for name, value in {**echo, **bent}.items() if value is not ...}
    return asked["redirectURI"] + "?" + urlencode(echo)


def test_version_1(world, service):
    """The service is asked for a state first; the callback then is an ordinary one, with that state."""
    away = world.iamsmart.direct_login(service.credentials.client_id, "chan-tai-man", version=1)
    assert away.startswith(f"{V1}&")
    asked = query(away)
    assert set(asked) == {"x", "redirectURI", "eserviceName", "ClientID", "scope"}
    assert asked["ClientID"] == service.credentials.client_id
    back = world.iamsmart.finish_direct_login(resumed(asked))
    assert back.startswith(f"{CALLBACK}?")
    assert set(query(back)) == {"code", "state"}
    assert query(back)["state"] == "s-1"
    assert exchange(service, query(back)["code"])["code"] == "D00000"
    with pytest.raises(LoginRefused, match="D20000"):
        world.iamsmart.finish_direct_login(resumed(asked))


@pytest.mark.parametrize(
    "bent",
    [
        {"state": ...}, {"state": ""}, {"state": "s" * 37}, {"state": "a b"}, {"clientID": ...}, {"clientID": "x"},
        {"scope": "eidapi_auth"}, {"eserviceName": "Other"},
    ],
)  # fmt: skip
def test_version_1_echo(world, service, bent):
    """A state that is unlawful, or an echo that is not the same, ends the visit."""
    asked = query(world.iamsmart.direct_login(service.credentials.client_id, "chan-tai-man", version=1))
    with pytest.raises(LoginRefused, match="D20003"):
        world.iamsmart.finish_direct_login(resumed(asked, **bent))
    with pytest.raises(LoginRefused, match="D20000"):
        world.iamsmart.finish_direct_login(resumed(asked))


def test_version_1_state_twice_or_too_late(world, service):
    """A state given twice is refused, and so is a visit after eighteen minutes."""
    client_id = service.credentials.client_id
    asked = query(world.iamsmart.direct_login(client_id, "chan-tai-man", version=1))
    with pytest.raises(LoginRefused, match="D20003"):
        world.iamsmart.finish_direct_login(resumed(asked) + "&state=s-2")
    asked = query(world.iamsmart.direct_login(client_id, "chan-tai-man", version=1))
    world.clock.advance(18 * 60)
    with pytest.raises(LoginRefused, match="D20000"):
        world.iamsmart.finish_direct_login(resumed(asked))


@pytest.mark.parametrize(
    ("persona", "version", "code"), [("yip-suk-fan", 2, "D20003"), ("nobody", 1, "D20003"), ("chan-tai-man", 3, "D20008")]
)  # fmt: skip
def test_not_in_the_catalogue(world, service, persona, version, code):
    """Without an account, or for a version that does not exist, nothing opens."""
    with pytest.raises(LoginRefused, match=code):
        world.iamsmart.direct_login(service.credentials.client_id, persona, version=version)


def test_only_registered_services(world, make_service):
    """A service without these addresses is not in the catalogue; an unknown client has no place there."""
    plain = make_service(world)
    assert TEXTS.say("catalogue_empty", "en") in plain.browser.get("/mock/catalogue?lang=en-US").text
    for client_id, code in ((plain.credentials.client_id, "D20008"), ("0" * 32, "D20012")):
        with pytest.raises(LoginRefused, match=code):
            world.iamsmart.direct_login(client_id, "chan-tai-man")


@pytest.mark.parametrize("bad", ["javascript:alert(1)", "svc.example", "https://u@svc.example/"])
@pytest.mark.parametrize("name", ["direct_login_uri", "get_state_uri", "direct_login_app_uri"])
def test_registration_is_strict(world, make_service, name, bad):
    """The addresses follow the rules of redirect URIs."""
    with pytest.raises(ValueError, match="redirect URI"):
        make_service(world, **{name: bad})


@pytest.mark.parametrize("lang", ["en-US", "zh-HK", "zh-CN"])
def test_the_catalogue_page(service, lang):
    """The page lists both versions, needs its own word, and sends the browser on without a referrer."""
    page = service.browser.get(f"/mock/catalogue?lang={lang}")
    key: Any = {"en-US": "en", "zh-HK": "zh-Hant", "zh-CN": "zh-Hans"}[lang]
    assert TEXTS.say("catalogue_title", key) in page.text
    assert re.findall(r"V[12]", page.text) == ["V2", "V1"]
    chosen = {"persona": "chan-tai-man", "service": f"{service.credentials.client_id}:2"}
    assert service.browser.post("/mock/catalogue", data=chosen).status_code == 400
    word = re.findall('name="csrf" value="([^"]+)"', page.text)[0]
    away = service.browser.post("/mock/catalogue", data={**chosen, "csrf": word})
    assert (away.status_code, away.headers["Referrer-Policy"]) == (302, "no-referrer")
    assert set(query(away.headers["Location"])) == {"code", "RefID"}


def test_code_faults(world, service):
    """The code is missing, was never issued, or is too old."""
    for fault in ("code_missing", "code_wrong", "code_expired"):
        world.iamsmart.faults.add(fault, operation="directLogin")
        found = query(world.iamsmart.direct_login(service.credentials.client_id, "chan-tai-man"))
        assert ("code" in found) is (fault != "code_missing")
        if "code" in found:
            assert exchange(service, found["code"], isDirectLoginV2=True)["code"] == "D40004"


@pytest.mark.parametrize("scheme", ["hk.gov.iamsmart", "hk.gov.iamsmart.testapp"])
@pytest.mark.parametrize("source", ["App_Scheme", "App_Link"])
def test_app_link(world, service, scheme, source):
    """A first-generation app link logs in on the same device; getQR does not take its sources, nor it getQR's."""
    link = service.login_url(source=source, scope="eidapi_auth eidapi_profiles").partition("?")[2]
    back = world.iamsmart.log_in(f"{scheme}://auth?{link}", "chan-tai-man")
    assert set(query(back)) == {"code", "state"}
    token = service.open(service.get_token(query(back)["code"])["content"])
    assert service.open(service.ask("profile", token)["content"])["authByQR"] is False
    for address in (f"/api/v1/auth/getQR?{link}", f"/mock/app/auth?{link.replace(source, 'PC_Browser')}"):
        page = service.browser.get(address)
        assert (page.status_code, page.headers["X-Xbridge-Mock-Code"]) == (400, "D20007")


def test_registration_in_json(world):
    """A description in JSON may name both addresses, as text."""
    document = {"name": "S", "redirect_uris": [CALLBACK], "direct_login_uri": V2, "get_state_uri": V1}
    made = world.iamsmart.register_from(document)
    for version, address in ((1, V1), (2, V2)):
        assert world.iamsmart.direct_login(made.client_id, "chan-tai-man", version=version).startswith(address)
    with pytest.raises(ValueError, match="direct_login_uri"):
        world.iamsmart.register_from({**document, "direct_login_uri": 1})
