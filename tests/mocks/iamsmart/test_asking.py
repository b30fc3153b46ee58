"""Asking a person after login: every parameter rule, whose token it is, and what the reply says (dossier 7, 8.1)."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.mocks.iamsmart.online_service import ALL_SCOPES, ASK, NOTIFY

KINDS = tuple(ASK)
NEEDED = {"profile": "eidapi_profiles", "form": "eidapi_formFilling", "step_up": "eidapi_fr"}


@pytest.mark.parametrize("kind", KINDS)
def test_the_reply_after_a_qr_login(world, service, kind):
    """After a login by QR code the person is told on the phone, so there is no ticket; the request waits."""
    reply = service.ask(kind)
    assert (reply["code"], reply["message"]) == ("D00000", "SUCCESS")
    assert service.open(reply["content"]) == {"authByQR": True}
    (waiting,) = world.iamsmart.requests()
    assert (waiting.business_id, waiting.kind, waiting.persona) == ("b-1", kind, "chan-tai-man")
    assert (waiting.auth_by_qr, waiting.ticket_id) == (True, "")
    assert waiting.expires_ms == world.clock.now_ms() + 18 * 60 * 1000


@pytest.mark.parametrize("kind", KINDS)
def test_the_reply_after_a_login_on_the_same_device(service, kind):
    """After a login on the phone itself there is a ticket that opens the app."""
    token = service.token(scope=ALL_SCOPES, source="iOS_Safari")
    content = service.open(service.ask(kind, token, source="iOS_Safari")["content"])
    assert set(content) == {"authByQR", "ticketID"}
    assert content["authByQR"] is False


def test_both_addresses_of_form_filling(service):
    """The address of another known client is served too (dossier 8.1)."""
    token = service.token(scope=ALL_SCOPES)
    other = "/api/v1/account/auth/eme/initiateRequest"
    assert service.call(other, service.question("form", token))["code"] == "D00000"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("bent", "code"),
    [
        ({"accessToken": ...}, "D20001"),
        ({"accessToken": ""}, "D20002"),
        ({"accessToken": 5}, "D20003"),
        ({"accessToken": "0" * 32}, "D20009"),
        ({"openID": ...}, "D20001"),
        ({"openID": "x"}, "D20010"),
        ({"businessID": ...}, "D20001"),
        ({"businessID": ""}, "D20002"),
        ({"businessID": "b" * 37}, "D20003"),
        ({"businessID": "a b"}, "D20003"),
        ({"businessID": 1}, "D20003"),
        ({"source": ...}, "D20001"),
        ({"source": ""}, "D20002"),
        ({"source": "Netscape"}, "D20007"),
        ({"redirectURI": ...}, "D20001"),
        ({"redirectURI": "https://evil.example/"}, "D20008"),
        ({"redirectURI": quote(quote(NOTIFY, safe=""), safe="")}, "D20008"),
        ({"redirectURI": NOTIFY + "/"}, "D20008"),
        ({"state": "a b"}, "D20003"),
        ({"state": "s" * 37}, "D20003"),
        ({"state": 1}, "D20003"),
        ({"lang": "fr"}, "D20003"),
    ],
)
def test_parameters_of_all(world, service, kind, bent, code):
    """Every missing, empty or unlawful common parameter has its code, and nothing then waits for anybody."""
    assert service.ask(kind, **bent)["code"] == code
    assert world.iamsmart.requests() == ()


@pytest.mark.parametrize(
    ("kind", "bent", "code"),
    [
        ("profile", {"profileFields": ...}, "D20002"),
        ("profile", {"profileFields": []}, "D20002"),
        ("profile", {"profileFields": "idNo"}, "D20003"),
        ("profile", {"profileFields": ["mobileNumber"]}, "D20003"),
        ("profile", {"profileFields": ..., "eMEFields": ["idNo"]}, "D20002"),
        ("form", {"eMEFields": ...}, "D20002"),
        ("form", {"eMEFields": []}, "D20002"),
        ("form", {"eMEFields": ["shoeSize"]}, "D20003"),
        ("form", {"eMEFields": [["idNo"]]}, "D20003"),
        ("form", {"profileFields": []}, "D20002"),
        ("form", {"formName": ...}, "D20001"),
        ("form", {"formName": ""}, "D20002"),
        ("form", {"formName": "n" * 256}, "D20003"),
        ("form", {"formNum": "1" * 21}, "D20003"),
        ("form", {"formDesc": "d" * 256}, "D20003"),
        ("form", {"formDesc": 1}, "D20003"),
        ("form", {"callbackContentType": "multipart/mixed"}, "D20003"),
        ("form", {"callbackContentType": None}, "D20003"),
    ],
)
def test_parameters_of_one(service, kind, bent, code):
    """Field arrays and the texts about a form have their rules."""
    assert service.ask(kind, **bent)["code"] == code


def test_longest_lawful_values(service):
    """Every limit includes its last value, a state may be missing, and numbers and purposes of forms are optional."""
    token = service.token(scope=ALL_SCOPES)
    lawful = {
        "businessID": "b" * 36,
        "state": "s" * 36,
        "formName": "表" * 255,
        "formNum": "1" * 20,
        "formDesc": "d" * 255,
    }
    assert service.ask("form", token, **lawful)["code"] == "D00000"
    sparse = {"businessID": "b-2", "state": ..., "lang": ..., "formNum": ..., "formDesc": ...}
    assert service.ask("form", token, **sparse)["code"] == "D00000"


def test_texts_needed_are_a_setting(world_with, make_service):
    """Which texts about a form are needed is UNKNOWN, so it can be chosen."""
    service = make_service(world_with(form_texts_needed=("formName", "formDesc")))
    assert service.ask("form", formDesc=...)["code"] == "D20001"


@pytest.mark.parametrize("source", ["App_Link", "App_Package", "App_Scheme", "Android_Samsung"])
def test_app_sources(service, source):
    """Asking from an app is lawful, other than for getQR."""
    assert service.ask("profile", source=source)["code"] == "D00000"


def test_percent_encoded_once(service):
    """An address that was percent-encoded once inside the JSON is understood (dossier 8.1)."""
    service.ask("profile", redirectURI=quote(NOTIFY, safe=""))
    service.world.iamsmart.decide("b-1")
    assert service.received[-1].url == NOTIFY


def test_one_field_in_both_arrays(world, service):
    """A field named in both arrays counts as a profile field, once (dossier 8.1)."""
    service.ask("form", profileFields=["idNo", "gender"], eMEFields=["mobileNumber", "idNo"])
    assert world.iamsmart.requests()[0].fields == ("idNo", "gender", "mobileNumber")


@pytest.mark.parametrize("kind", KINDS)
def test_business_id_is_used_once(world, service, make_service, kind):
    """A businessID is good once for one client, whatever became of the request; another client may use it too."""
    token = service.token(scope=ALL_SCOPES)
    assert service.ask(kind, token)["code"] == "D00000"
    assert service.ask(kind, token)["code"] == "D20011"
    world.iamsmart.decide("b-1")
    for other in KINDS:
        assert service.ask(other, token)["code"] == "D20011"
    assert make_service(world).ask(kind)["code"] == "D00000"


def test_a_refused_request_uses_no_business_id(service):
    """Only an accepted request uses its businessID up."""
    token = service.token(scope=ALL_SCOPES)
    assert service.ask("profile", token, source="Netscape")["code"] == "D20007"
    assert service.ask("profile", token)["code"] == "D00000"


@pytest.mark.parametrize("kind", KINDS)
def test_consent_and_permission(world, service, make_service, kind):
    """The login must have included the scope (D20015), and the service must be approved for it (D20012)."""
    assert service.ask(kind, service.token(scope="eidapi_auth"))["code"] == "D20015"
    narrow = make_service(world, scopes=[scope for scope in ALL_SCOPES.split() if scope != NEEDED[kind]])
    assert narrow.ask(kind, narrow.token(scope="eidapi_auth"))["code"] == "D20012"


def test_token_rules(world, service, make_service):
    """The token must live, be this client's, and go with its own openID, byte for byte."""
    token = service.token(scope=ALL_SCOPES)
    other = make_service(world)
    other.get_key()
    assert other.ask("profile", token)["code"] == "D20009"
    decoded = {**token, "openID": token["openID"].replace("%3D", "=")}
    assert service.ask("profile", decoded)["code"] == "D20010"
    world.clock.advance(4 * 3600)
    assert service.ask("profile", token)["code"] == "D20009"


def test_order_of_refusals(service):
    """Forms, token, openID, scope, businessID, source, address: each refusal hides those after it."""
    token = service.token(scope=ALL_SCOPES)
    service.ask("form", token, businessID="used")
    bent = {"businessID": "used", "source": "x", "redirectURI": "x", "accessToken": "x", "openID": "x", "lang": "x"}
    good = {"lang": "en-US", "accessToken": token["accessToken"], "openID": token["openID"], "businessID": "new"}
    good |= {"source": "PC_Browser", "redirectURI": NOTIFY}
    seen = []
    for name in ("", *good):
        bent |= {name: good[name]} if name else {}
        seen.append(service.ask("form", token, **bent)["code"])
    assert seen == ["D20003", "D20009", "D20010", "D20011", "D20007", "D20008", "D00000"]
