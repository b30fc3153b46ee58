"""The gate refuses every request that is not exactly signed, fresh and permitted."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, unquote

import pytest

KEY = "/api/v1/security/getKey"
TOKEN = "/api/v1/auth/getToken"


def code_of(reply) -> str:
    """The result code of an HTTP answer; application errors are HTTP 200."""
    assert reply.status_code == 200
    return str(reply.get_json()["code"])


@pytest.mark.parametrize("name", ["clientID", "signatureMethod", "timestamp", "nonce", "signature"])
def test_each_header_is_needed(service, name):
    """A missing header is D20001 and an empty one D20002, named in the message."""
    missing = service.post(KEY, **{name: None})
    assert code_of(missing) == "D20001"
    assert name in missing.get_json()["message"]
    assert code_of(service.post(KEY, head={**service.headers(b""), name: ""})) == "D20002"


@pytest.mark.parametrize("method", ["HmacSHA1", "hmacsha256", "none", "HmacSHA256,HmacSHA256", "HmacSHA256\u3000"])
def test_one_signature_method(service, method):
    """Only HmacSHA256 is a method."""
    head = {**service.headers(b""), "signatureMethod": method.encode().decode("latin-1")}
    assert code_of(service.post(KEY, head=head)) == "D20005"


def test_unknown_client(service):
    """A client nobody registered has no permission."""
    assert code_of(service.post(KEY, clientID="0" * 32)) == "D20012"


def test_signature_is_url_encoded_exactly_once(service):
    """Raw base64, lower-case escapes and double encoding are refused."""
    head = service.headers(b"")
    raw = unquote(head["signature"])
    for bent in (raw, quote(head["signature"], safe=""), head["signature"].replace("%3D", "%3d"), raw.rstrip("=")):
        assert code_of(service.post(KEY, head={**head, "signature": bent})) == "D20006"
    assert code_of(service.post(KEY, head=head)) == "D00000"


def test_raw_signature_with_the_setting(world_with, make_service):
    """The lenient setting also takes raw base64, and still nothing else."""
    service = make_service(world_with(signature_encoding="either"))
    head = service.headers(b"")
    assert code_of(service.post(KEY, head={**head, "signature": quote(head["signature"], safe="")})) == "D20006"
    assert code_of(service.post(KEY, head={**head, "signature": unquote(head["signature"])})) == "D00000"


def test_signature_covers_the_exact_bytes(service):
    """The same JSON with one more blank is another body."""
    service.get_key()
    body = service.seal({"code": "0" * 32, "grantType": "authorization_code"})
    head = service.headers(body)
    assert code_of(service.post(TOKEN, body.replace(b": ", b":  "), head=head)) == "D20006"
    assert code_of(service.post(TOKEN, body, head=head)) == "D40004"


def test_signature_of_another_secret(service, world, make_service):
    """One client's secret does not sign for another."""
    other = make_service(world)
    head = {**other.headers(b""), "clientID": service.credentials.client_id}
    assert code_of(service.post(KEY, head=head)) == "D20006"


def test_characters_cannot_move_between_the_signed_parts(service):
    """The signature has no separators, so fixed forms must stop a character from crossing each border (H1)."""
    head = service.headers(b"")
    time, nonce = head["timestamp"], head["nonce"]
    for bent in (
        {"timestamp": time[:-1], "nonce": time[-1] + nonce},
        {"timestamp": time + nonce[0], "nonce": nonce[1:]},
        {"clientID": head["clientID"] + "H", "signatureMethod": "macSHA256"},
        {"signatureMethod": "HmacSHA256" + time[0], "timestamp": time[1:]},
    ):
        assert code_of(service.post(KEY, head={**head, **bent})) in ("D20003", "D20005", "D20012")
    body = b"{}"
    head = service.headers(body)
    moved = {**head, "nonce": head["nonce"] + "{"}
    assert code_of(service.post(KEY, b"}", head=moved)) == "D20003"
    # A letter moved from the nonce into the body keeps the signature right, but then the body is no lawful body.
    head = service.headers(b"", nonce="a" * 10)
    assert code_of(service.post(KEY, b"a", head={**head, "nonce": "a" * 9})) == "D20003"


@pytest.mark.parametrize("nonce", ["x" * 37, "a b", "a\tb", "a,b", "a_b", "é", "a{", "0" * 36 + "\x80"])
def test_nonce_form(service, nonce):
    """A nonce is 1 to 36 letters, digits or hyphens."""
    assert code_of(service.post(KEY, head={**service.headers(b""), "nonce": nonce})) == "D20003"


@pytest.mark.parametrize("time", ["1557048906", "01748836800000", "-748836800000", "17488368e0000", "١٧٤٨٨٣٦٨٠٠٠٠٠"])
def test_timestamp_form(service, time):
    """A timestamp is thirteen ASCII digits."""
    head = {**service.headers(b""), "timestamp": time.encode().decode("latin-1")}
    assert code_of(service.post(KEY, head=head)) == "D20003"


@pytest.mark.parametrize(
    ("offset_ms", "code"), [(-300_001, "D20004"), (-300_000, "D00000"), (300_000, "D00000"), (300_001, "D20004")]
)
def test_clock_window(world, service, offset_ms, code):
    """A request may be five minutes off and no more."""
    assert code_of(service.post(KEY, timestamp=str(world.clock.now_ms() + offset_ms))) == code


def test_time_does_not_run_backwards(world, service, make_service):
    """A client's timestamps may repeat but never decrease; other clients are not concerned."""
    now = world.clock.now_ms()
    assert code_of(service.post(KEY, timestamp=str(now))) == "D00000"
    assert code_of(service.post(KEY, timestamp=str(now))) == "D00000"
    assert code_of(service.post(KEY, timestamp=str(now - 1))) == "D20004"
    assert code_of(make_service(world).post(KEY, timestamp=str(now - 1))) == "D00000"


def test_nonce_replay(world, service):
    """A nonce counts once for ten minutes, whatever else changes."""
    assert code_of(service.post(KEY, nonce="once")) == "D00000"
    world.clock.advance(1)
    assert code_of(service.post(KEY, nonce="once")) == "D20004"
    world.clock.advance(600)
    assert code_of(service.post(KEY, nonce="once")) == "D00000"


def test_exact_replay_is_refused_at_every_moment(world, service):
    """There is no moment at which a recorded request works again: the two windows meet."""
    head = service.headers(b"")
    assert code_of(service.post(KEY, head=head)) == "D00000"
    for _ in range(70):
        world.clock.advance(10)
        assert code_of(service.post(KEY, head=head)) == "D20004"


def test_a_forgery_burns_nothing(service):
    """A badly signed request uses up no nonce and moves no clock (D5)."""
    head = service.headers(b"")
    assert code_of(service.post(KEY, head={**head, "signature": "AAAA"})) == "D20006"
    assert code_of(service.post(KEY, head=head)) == "D00000"


def test_permission_comes_before_the_content_key(world, make_service):
    """A client without the scope is told so even when it has no content key."""
    service = make_service(world, scopes=["eidapi_auth"])
    assert code_of(service.post("/api/v1/profiles", b"{}")) == "D20012"
    assert code_of(make_service(world, scopes=["eidapi_profiles"]).post(TOKEN, b"{}")) == "D20012"


def test_no_content_key(service):
    """Sealed calls without a live content key are D30002."""
    service.cek = bytes(32)
    assert service.get_token("0" * 32)["code"] == "D30002"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "D20003"),
        (b"{}", "D20001"),
        (b'{"content":""}', "D20002"),
        (b'{"content":null}', "D20003"),
        (b'{"content":["AAAA"]}', "D20003"),
        (b'{"content":"AAAA","more":1}', "D20003"),
        (b'{"content":"AAAA","content":"AAAA"}', "D20003"),
        (b'["content"]', "D20003"),
        (b"not json", "D20003"),
        (b'{"content":"\xff"}', "D20003"),
        (b'{"content":"\\ud800"}', "D20003"),
        (b'{"content":NaN}', "D20003"),
        (b'{"content":' + b"[" * 5000 + b"]" * 5000 + b"}", "D20003"),
        (b'{"content":"AAAA"}', "D30004"),
        (b'{"content":"%%%%"}', "D30004"),
    ],
)
def test_body_form(service, body, code):
    """The body is one object with the member content, once, in strict JSON."""
    service.get_key()
    assert code_of(service.post(TOKEN, body)) == code


def test_content_type_is_needed(service):
    """A sealed body that does not call itself JSON is refused."""
    service.get_key()
    body = service.seal({})
    reply = service.browser.post(TOKEN, data=body, content_type="text/plain", headers=service.headers(body))
    assert code_of(reply) == "D20003"


@pytest.mark.parametrize("prefix", [0, 11, 13, 2**31, 2**32 - 1])
def test_iv_length(service, prefix):
    """A frame that announces any IV length but 12 is refused (H4)."""
    service.get_key()
    blob = bytearray(base64.b64decode(json.loads(service.seal({}))["content"]))
    blob[:4] = prefix.to_bytes(4, "big")
    body = json.dumps({"content": base64.b64encode(bytes(blob)).decode()}).encode()
    assert code_of(service.post(TOKEN, body)) == "D30004"


def test_iv_is_never_used_twice_under_one_key(service):
    """The second use of an IV is refused, in a new request and with other content (H5)."""
    service.get_key()
    assert code_of(service.post(TOKEN, service.seal({"a": 1}, iv=b"same iv here"))) == "D20001"
    assert code_of(service.post(TOKEN, service.seal({"b": 2}, iv=b"same iv here"))) == "D30004"


def test_the_mocks_own_iv_counts_too(service):
    """An IV the platform used under the key is used."""
    service.get_key()
    reply = service.get_token(service.code())
    iv = base64.b64decode(reply["content"])[4:16]
    assert code_of(service.post(TOKEN, service.seal({}, iv=iv))) == "D30004"


def test_plaintext_is_strict_json(service):
    """What is inside the envelope is held to the same strictness."""
    service.get_key()
    assert code_of(service.post(TOKEN, service.seal(b'{"code":"a","code":"b"}'))) == "D20003"
    assert code_of(service.post(TOKEN, service.seal(b"[]"))) == "D20003"


def test_entity_limit(world_with, make_service):
    """A body over the limit is HTTP 413, before any other check."""
    service = make_service(world_with(body_limit=1000))
    reply = service.post(TOKEN, b"x" * 1001)
    assert reply.status_code == 413
    assert reply.get_json()["code"] == "D20000"


def test_off_the_map(service):
    """Unknown paths are 404 and wrong methods 405, in JSON, with the mock's mark."""
    missing = service.browser.get("/api/v1/nothing")
    assert (missing.status_code, missing.mimetype) == (404, "application/json")
    wrong = service.browser.get(TOKEN)
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "POST")
    assert service.browser.post(TOKEN + "/").status_code == 404
    assert wrong.headers["X-Xbridge-Mock"] == missing.headers["X-Xbridge-Mock"] == "iamsmart"


def test_the_journal_says_which_check_refused(world, service):
    """Every refusal can be explained from the journal, which holds no secret."""
    service.post(KEY, nonce="a" * 8)
    service.post(KEY, nonce="a" * 8)
    entry = world.iamsmart.journal.entries()[-1]
    assert (entry.operation, entry.outcome, entry.code) == ("getKey", "refused", "D20004")
    assert [check.name for check in entry.checks if not check.passed] == ["nonce_fresh"]
    assert service.credentials.client_secret not in repr(world.iamsmart.journal.entries())


def test_a_code_can_be_insisted_on(world, service):
    """A lawful request is answered with the code that a test insists on; an unlawful one as ever; a reset ends it."""
    world.iamsmart.insist("getKey", "D30001")
    assert code_of(service.post(KEY)) == "D30001"
    assert code_of(service.post(KEY, signature="x")) == "D20006"
    world.iamsmart.insist("getKey", None)
    assert code_of(service.post(KEY)) == "D00000"
    world.iamsmart.insist("getKey", "D20000")
    world.iamsmart.reset()
    assert code_of(service.post(KEY)) == "D00000"
    for operation, code in (("nothing", "D20000"), ("getKey", "D12345")):
        with pytest.raises(ValueError, match="no operation"):
            world.iamsmart.insist(operation, code)
