"""Every named fault does what its description says, once, and leaves nothing behind."""

from __future__ import annotations

import base64
import json
import re
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.mocks.iamsmart.online_service import ALL_SCOPES, ANONYMOUS, ASK, RESULT, SIGN_SCOPES
from tests.mocks.iamsmart.signing_journey import leads_to_signing, signing_journey
from xbridge_mocks.iamsmart.misbehaviour import FAULTS, OPERATIONS

KEY, TOKEN, REVOKE, PROFILES = (
    "/api/v1/security/getKey", "/api/v1/auth/getToken", "/api/v1/security/revokeKey", "/api/v1/profiles",
)  # fmt: skip


def arm(world, name, **how):
    """Arm a fault."""
    world.iamsmart.faults.add(name, **how)


def back(world, service):
    """The query of the callback of one login, as pairs of name and values."""
    return parse_qs(urlsplit(world.iamsmart.log_in(service.login_url(), "chan-tai-man")).query)


def token_reply(service):
    """The raw HTTP answer of a getToken that would succeed."""
    if not service.cek:
        service.get_key()
    body = service.seal({"code": service.code(), "grantType": "authorization_code"})
    return service.post(TOKEN, body)


def blob(service):
    """The decoded content of a getToken reply."""
    return base64.b64decode(token_reply(service).get_json()["content"], validate=True)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("user_refuses", "D40001"), ("user_cancels", "D40000"), ("auth_timeout", "D40003"),
        ("unknown_error_code", "D99999"),
    ],
)  # fmt: skip
def test_outcome(world, service, name, code):
    """The callback carries that error code and the state, whatever was pressed; the next login is well."""
    arm(world, name, operation="callback")
    assert back(world, service) == {"error_code": [code], "state": ["state-1"]}
    assert set(back(world, service)) == {"code", "state"}


def test_state_faults(world, service):
    """The state is missing, another one, or there twice with the right one last."""
    arm(world, "state_missing")
    assert set(back(world, service)) == {"code"}
    arm(world, "state_wrong")
    assert back(world, service)["state"] != ["state-1"]
    arm(world, "state_duplicated")
    states = back(world, service)["state"]
    assert (len(states), states[1]) == (2, "state-1")
    assert states[0] != "state-1"


def test_code_faults(world, service):
    """The code is missing, there twice, too old, or was never issued."""
    arm(world, "code_missing")
    assert set(back(world, service)) == {"state"}
    arm(world, "code_duplicated")
    codes = back(world, service)["code"]
    assert [service.get_token(code)["code"] for code in codes] == ["D40004", "D00000"]
    for name in ("code_expired", "code_wrong"):
        arm(world, name)
        assert service.get_token(back(world, service)["code"][0])["code"] == "D40004"


def test_content_key_lost_once(world, service):
    """D30002 until the client fetches a new key; the same code then still works."""
    service.get_key()
    code, old = service.code(), service.cek
    arm(world, "cek_unknown")
    assert service.get_token(code)["code"] == "D30002"
    service.get_key()
    assert service.cek != old
    assert service.get_token(code)["code"] == "D00000"


def test_content_key_lost_for_ever(world, service):
    """Every fetched key is lost again, until the fault is cleared."""
    arm(world, "cek_unknown_always")
    code = service.code()
    for _ in range(5):
        service.get_key()
        assert service.get_token(code)["code"] == "D30002"
    world.iamsmart.faults.clear()
    service.get_key()
    assert service.get_token(code)["code"] == "D00000"


@pytest.mark.parametrize(("name", "length"), [("iv_length_0", 0), ("iv_length_huge", 2**31)])
def test_lying_frames(world, service, name, length):
    """The frame announces an IV length that is not there."""
    arm(world, name)
    assert int.from_bytes(blob(service)[:4], "big") == length


@pytest.mark.parametrize("length", [11, 13])
def test_iv_of_another_length_decrypts(world, service, length):
    """The odd IV fits its ciphertext, so only a check of the length can refuse it."""
    arm(world, f"iv_length_{length}")
    sealed = blob(service)
    assert int.from_bytes(sealed[:4], "big") == length
    plain = AESGCM(service.cek).decrypt(sealed[4 : 4 + length], sealed[4 + length :], None)
    assert json.loads(plain)["tokenType"] == "Bearer"


def test_damaged_envelopes(world, service):
    """A flipped bit and a cut tag fail authentication; content that is not base64 does not decode."""
    for name in ("envelope_bit_flipped", "envelope_truncated"):
        arm(world, name)
        sealed = blob(service)
        with pytest.raises(InvalidTag):
            AESGCM(service.cek).decrypt(sealed[4:16], sealed[16:], None)
    arm(world, "content_not_base64")
    with pytest.raises(ValueError, match="base64"):
        blob(service)


def test_content_shapes(world, service):
    """The content is wrapped once more, or is not there."""
    arm(world, "content_nested")
    inner = service.open(token_reply(service).get_json()["content"])
    assert set(inner) == {"content"}
    assert inner["content"]["tokenType"] == "Bearer"
    arm(world, "content_missing")
    assert token_reply(service).get_json().keys() == {"txID", "code", "message"}


@pytest.mark.parametrize("path", [KEY, REVOKE, TOKEN, PROFILES])
def test_http_errors_do_nothing(world, service, path):
    """HTTP 500 and 503 come before anything is done: no nonce is used up."""
    for status in (500, 503):
        arm(world, f"http_{status}")
        head = service.headers(b"")
        assert service.post(path, head=head).status_code == status
        assert service.post(path, head=head).get_json()["code"] != "D20004"


def test_http_error_leaves_the_code(world, service):
    """A code survives an HTTP 500 of getToken."""
    service.get_key()
    code = service.code()
    arm(world, "http_500", operation="getToken")
    body = service.seal({"code": code, "grantType": "authorization_code"})
    assert service.post(TOKEN, body).status_code == 500
    assert service.get_token(code)["code"] == "D00000"


@pytest.mark.parametrize("operation", ["getKey", "getToken"])
def test_replies_that_are_not_the_protocol(world, service, operation):
    """HTML, cut JSON, doubled members, too much of everything, odd texts: all with HTTP 200."""
    service.get_key()

    def ask(name):
        arm(world, name, operation=operation)
        reply = token_reply(service) if operation == "getToken" else service.post(KEY)
        assert reply.status_code == 200
        return reply

    assert ask("html_instead_of_json").mimetype == "text/html"
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        json.loads(ask("json_truncated").data)
    assert ask("json_duplicate_members").data.count(b'"code":') == 2
    assert len(ask("body_over_limit").data) > 2 * 1024 * 1024
    assert not ask("wrong_tx_shape").get_json()["txID"].startswith("<T=")
    unknown = ask("unknown_error_code").get_json()
    assert (unknown["code"], "content" in unknown) == ("D99999", False)
    odd = ask("message_not_success").get_json()
    assert (odd["code"], "content" in odd) == ("D00000", True)
    assert odd["message"] != "SUCCESS"


def test_key_faults(world, service, private_key):
    """The wrapped key is for somebody else, one byte short, or shown beside a stranger's public key."""
    right = service.get_key()
    arm(world, "kek_wrap_wrong_key")
    content = service.post(KEY).get_json()["content"]
    assert content["pubKey"] == right["pubKey"]
    # A number beyond our modulus is refused; any other opens to something that is not the key.
    wrong = b""
    with suppress(ValueError):
        wrong = private_key.decrypt(base64.b64decode(content["secretKey"]), padding.PKCS1v15())
    arm(world, "cek_31_bytes")
    content = service.post(KEY).get_json()["content"]
    short = private_key.decrypt(base64.b64decode(content["secretKey"]), padding.PKCS1v15())
    arm(world, "pub_key_of_stranger")
    assert service.get_key()["pubKey"] != right["pubKey"]
    assert (len(short), short) == (31, service.cek[:31])
    assert wrong != service.cek


def test_expires_absolute(world, service):
    """ExpiresIn is the moment itself, in both replies that carry one."""
    arm(world, "expires_absolute", operation="getKey")
    content = service.get_key()
    assert content["expiresIn"] == content["issueAt"] + 86_400_000
    arm(world, "expires_absolute", operation="getToken")
    token = service.token()
    assert token["expiresIn"] == token["issueAt"] + 14_400_000


def test_subject_faults(world, service):
    """The openID is missing, or the reply is about another person."""
    arm(world, "openid_missing")
    assert "openID" not in service.token()
    arm(world, "swapped_user", operation="getToken")
    assert service.token()["openID"] != service.token()["openID"]
    arm(world, "swapped_user", operation="profiles")
    token = service.token()
    swapped = service.open(service.profiles(token)["content"])
    assert swapped["idNo"] != service.open(service.profiles(token)["content"])["idNo"]


def test_the_journal_says_fault(world, service):
    """A struck fault is told from a refusal in the journal."""
    world.iamsmart.faults.add("http_503")
    service.post(KEY)
    entry = world.iamsmart.journal.entries()[-1]
    assert (entry.outcome, entry.checks[0].detail) == ("fault", "http_503")


def test_a_fault_waits_for_its_operation(world, service):
    """Armed for getToken, a fault does not touch getKey."""
    world.iamsmart.faults.add("html_instead_of_json", operation="getToken")
    assert service.post(KEY).mimetype == "application/json"
    assert token_reply(service).mimetype == "text/html"


def journey(world, service, operation):
    """Prepare whatever comes before ``operation`` in its journey; returns the step that performs it."""
    if operation == "callback":
        ticket = service.open(service.anonymous()["content"])["ticketID"]
        return lambda: world.iamsmart.log_in(service.ticket_url(ticket), "chan-tai-man")
    if operation == "anonymousRequest":
        return lambda: service.post(
            ANONYMOUS, service.seal({"businessID": "b-1", "eMEFields": ["idNo"], "formName": "F"})
        )
    if operation == "anonymousResult":
        ticket = service.open(service.anonymous()["content"])["ticketID"]
        back = world.iamsmart.log_in(service.ticket_url(ticket), "chan-tai-man")
        code = parse_qs(urlsplit(back).query)["code"][0]
        token = service.open(service.get_token(code)["content"])
        return lambda: service.post(RESULT, service.seal({k: token[k] for k in ("accessToken", "openID")}))
    if operation == "getState":
        away = world.iamsmart.direct_login(service.credentials.client_id, "chan-tai-man", version=1)
        asked = parse_qs(urlsplit(away).query)
        echo = {"state": "s-1", "clientID": asked["ClientID"][0], "scope": asked["scope"][0]}
        return lambda: service.browser.get(
            urlsplit(asked["redirectURI"][0]).path, query_string={**echo, "eserviceName": asked["eserviceName"][0]}
        )
    if operation == "directLogin":
        page = service.browser.get("/mock/catalogue").text
        word = re.findall('name="csrf" value="([^"]+)"', page)[0]
        # Into an app: there a verifier can go wrong as well.
        chosen = {"csrf": word, "persona": "chan-tai-man", "service": f"{service.credentials.client_id}:2app"}
        return lambda: service.browser.post("/mock/catalogue", data=chosen)
    # The source is a phone, so that there is a ticket to go wrong.
    token = service.token(scope=ALL_SCOPES, source="iOS_Safari")
    asking = {"profileRequest": "profile", "formRequest": "form", "stepUpRequest": "step_up"}
    if operation in asking:
        kind = asking[operation]
        return lambda: service.post(ASK[kind], service.seal(service.question(kind, token)))
    if operation == "delivery":
        service.ask("form", token)
        return lambda: world.iamsmart.decide("b-1")
    if operation == "getToken":
        code = service.code()
        return lambda: service.post(TOKEN, service.seal({"code": code, "grantType": "authorization_code"}))
    if operation == "profiles":
        named = {k: token[k] for k in ("accessToken", "openID")}
        return lambda: service.post(PROFILES, service.seal({**named, "profileFields": ["idNo"]}))
    return lambda: service.post({"getKey": KEY, "revokeKey": REVOKE}[operation])


@pytest.mark.parametrize(
    ("name", "operation"), [(fault.name, operation) for fault in FAULTS for operation in fault.operations]
)
def test_every_fault_strikes_where_it_says(world, make_service, name, operation):
    """Armed for any operation it declares, a fault strikes there in one journey, is used up, and is journalled."""
    addresses = {"direct_login_app_uri": "https://svc.example/v2", "get_state_uri": "https://svc.example/v1"}
    service = make_service(world, **addresses, scopes=SIGN_SCOPES.split())
    service.get_key()
    signing = leads_to_signing(name, operation)
    step = signing_journey(service, name, operation) if signing else journey(world, service, operation)
    arm(world, name, operation=operation)
    seen = len(world.iamsmart.journal.entries())
    step()
    world.clock.advance(20 * 60)
    world.iamsmart.settle()
    struck = [entry for entry in world.iamsmart.journal.entries()[seen:] if entry.outcome == "fault"]
    assert {entry.operation for entry in struck} == {operation}
    assert name in [check.detail for entry in struck for check in entry.checks if check.name == "fault"]
    left = [armed.name for armed in world.iamsmart.faults.armed()]
    assert left == (["cek_unknown_always"] if name == "cek_unknown_always" else [])


def test_the_catalogue_is_described():
    """Each fault says what happens, why, and what to do, and names operations that exist."""
    names = [fault.name for fault in FAULTS]
    assert len(set(names)) == len(names)
    for fault in FAULTS:
        assert all((fault.what_happens, fault.why, fault.correct_service_does))
        assert fault.operations
        assert set(fault.operations) <= set(OPERATIONS)
