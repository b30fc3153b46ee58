"""Lessons of group H: what a public client of this wire format once got wrong, or could.

One pair of tests for each lesson: ``library`` is ours before the mock, ``http`` is a service of our own before the mock.
"""

from __future__ import annotations

import ast
import hashlib
import hmac
import json
import os
import struct
import threading
from base64 import b64decode, b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from hypothesis import given
from hypothesis import strategies as st

from tests.mocks.iamsmart.online_service import BASE, OnlineService
from tests.negative.refusal import refused
from tests.negative.stage import Stage
from tests.unit.flows.request_stage import RequestStage
from xbridge import FormTitle
from xbridge.core.effects import Stamp
from xbridge.core.errors import ConfigError, TamperDetected, XBridgeError
from xbridge.protocols import content_envelope, enveloped_call
from xbridge.protocols.content_envelope import IV_BYTES, open_content, seal_content, unwrap_content_key
from xbridge.protocols.signed_http import sign_request
from xbridge.testing import World
from xbridge_mocks import IamSmartMockSettings, MockClock, MockWorld
from xbridge_mocks.random_source import RandomSource, SeededRandomSource

KEY, TOKEN = "/api/v1/security/getKey", "/api/v1/auth/getToken"
REVOKE, PROFILES = "/api/v1/security/revokeKey", "/api/v1/profiles"
SRC = Path(__file__).parents[2] / "src" / "xbridge"
DAY_S = 24 * 60 * 60


def begun(stage: Stage) -> tuple[str, str]:
    """A login that waits to be finished, and its callback."""
    hop = stage.begin("iamsmart")
    return hop.pending, stage.visit("iamsmart", hop.url)


def code_of(reply: Any) -> str:
    """The result code of an HTTP answer."""
    assert reply.status_code == 200
    return str(reply.get_json()["code"])


# --- H1: the signed text has no separators ---------------------------------------------------------------------------


@given(
    st.integers(10**12, 10**13 - 1),
    st.from_regex(r"[A-Za-z0-9-]{16,36}", fullmatch=True),
    st.sampled_from([b"", b'{"content":"AAAAD"}', b"{}"]),
)
def test_h1_library_signs_only_what_can_be_taken_apart_again(timestamp_ms: int, nonce: str, body: bytes) -> None:
    """H1: what is signed can be cut in one way only: thirteen digits, a nonce that no body can begin, and the body."""
    stamp = Stamp(timestamp_ms=timestamp_ms, nonce=nonce)
    head = dict(sign_request(client_id="c" * 32, client_secret="s", stamp=stamp, body=body))
    text = "".join(head[name] for name in ("clientID", "signatureMethod", "timestamp", "nonce")).encode() + body
    rest = text.removeprefix(b"c" * 32 + b"HmacSHA256")
    end = next((place for place, byte in enumerate(rest) if byte == ord("{")), len(rest))
    assert (rest[:13], rest[13:end], rest[end:]) == (head["timestamp"].encode(), nonce.encode(), body)
    assert unquote(head["signature"]) == b64encode(hmac.new(b"s", text, hashlib.sha256).digest()).decode()


@pytest.mark.parametrize(
    ("timestamp_ms", "nonce"),
    [(155704890618, "0" * 32), (15570489061830, "0" * 32), (-1, "0" * 32), (1557048906183, "0" * 31 + "{"),
     (1557048906183, "0" * 15), (1557048906183, "0" * 37), (1557048906183, "0" * 31 + "é"), (1557048906183, "")],
)  # fmt: skip
def test_h1_library_refuses_a_stamp_that_could_be_read_otherwise(timestamp_ms: int, nonce: str) -> None:
    """H1: a time of another length, or a nonce that could pass for a part of its neighbours, is not signed."""
    with pytest.raises(ConfigError):
        sign_request(
            client_id="c", client_secret="s", stamp=Stamp(timestamp_ms=timestamp_ms, nonce=nonce), body=b"{}"
        )  # fmt: skip


@pytest.mark.parametrize("count", [1, 2, 5])
def test_h1_http_characters_that_move_between_the_parts(service: OnlineService, count: int) -> None:
    """H1, over HTTP: characters moved across each border leave the signed bytes as they are, and are still refused."""
    head = service.headers(b"{}")
    client, time, nonce = head["clientID"], head["timestamp"], head["nonce"]
    method = head["signatureMethod"]
    moved: list[tuple[dict[str, str], bytes]] = [
        ({"clientID": client + method[:count], "signatureMethod": method[count:]}, b"{}"),
        ({"clientID": client[:-count], "signatureMethod": client[-count:] + method}, b"{}"),
        ({"signatureMethod": method + time[:count], "timestamp": time[count:]}, b"{}"),
        ({"signatureMethod": method[:-count], "timestamp": method[-count:] + time}, b"{}"),
        ({"timestamp": time + nonce[:count], "nonce": nonce[count:]}, b"{}"),
        ({"timestamp": time[:-count], "nonce": time[-count:] + nonce}, b"{}"),
        ({"nonce": nonce + "{}"[:count]}, b"{}"[count:]),
        ({"nonce": nonce[:-count]}, nonce[-count:].encode() + b"{}"),
    ]
    for change, body in moved:
        bent = {**head, **change}
        joined = "".join(bent[name] for name in ("clientID", "signatureMethod", "timestamp", "nonce")).encode() + body
        assert joined == (client + method + time + nonce).encode() + b"{}", "the same bytes are signed"
        assert code_of(service.post(KEY, body, head=bent)) in ("D20003", "D20005", "D20012")
    assert code_of(service.post(KEY, b"{}", head=head)) == "D00000"


# --- H2: time window and replay --------------------------------------------------------------------------------------


def test_h2_library_never_goes_back_and_never_repeats(fresh_stage: Stage) -> None:
    """H2: with a clock that steps back, what goes out bears times that never fall and nonces that never come twice."""
    stage, seen = fresh_stage, list[tuple[int, str]]()

    def keep(environ: dict[str, Any]) -> None:
        if "HTTP_NONCE" in environ:
            seen.append((int(environ["HTTP_TIMESTAMP"]), environ["HTTP_NONCE"]))

    stage.wires["iamsmart"].before = keep
    for step_s in (0.0, 0.4, -3.0, 7.0, -60.0, 0.001):
        stage.world.clock.advance(step_s)
        stage.log_in("iamsmart")
    assert [time for time, _ in seen] == sorted(time for time, _ in seen)
    assert len({nonce for _, nonce in seen}) == len(seen) >= 12


@pytest.mark.parametrize("skew_s", [-301, 302])
def test_h2_library_reports_a_time_outside_the_window(fresh_stage: Stage, skew_s: int) -> None:
    """H2: a clock that is minutes away from the platform's is a typed refusal, not a loop."""
    stage = fresh_stage
    stage.world.clock = MockClock(stage.world.clock.now() + timedelta(seconds=skew_s))
    pending, callback = begun(stage)
    with refused(stage, "provider_rejected", provider_code="D20004", step="getKey"):
        stage.finish(pending, callback)
    assert stage.wires["iamsmart"].count("getKey") == enveloped_call.MAX_SIGNINGS


def test_h2_http_replays_and_old_times(world: MockWorld, service: OnlineService, make_service: Any) -> None:
    """H2, over HTTP: the same bytes again, a used nonce, an earlier time and a time outside the window are refused."""
    head = service.headers(b"")
    assert code_of(service.post(KEY, head=head)) == "D00000"
    assert code_of(service.post(KEY, head=head)) == "D20004"
    assert code_of(service.post(KEY, nonce=head["nonce"])) == "D20004"
    now = world.clock.now_ms()
    for offset_ms, code in ((-1, "D20004"), (-300_001, "D20004"), (300_001, "D20004"), (300_000, "D00000")):
        assert code_of(service.post(KEY, timestamp=str(now + offset_ms))) == code
    assert code_of(service.post(KEY)) == "D20004", "the clock caught up with nothing yet"
    assert code_of(make_service(world).post(KEY)) == "D00000", "another client has times of its own"
    world.clock.advance(300)
    assert code_of(service.post(KEY)) == "D00000"
    # A forged request spends neither the nonce nor the time of the client that it names.
    forged = service.headers(b"")
    bad = {**forged, "signature": quote(b64encode(bytes(32)).decode(), safe="")}
    assert code_of(service.post(KEY, head=bad)) == "D20006"
    assert code_of(service.post(KEY, head=forged)) == "D00000"


# --- H3: the signature is URL-encoded exactly once -------------------------------------------------------------------


def test_h3_library_encodes_the_signature_once(stage: Stage) -> None:
    """H3: every signature that goes out is base64, percent-encoded once in capitals, over the bytes that went out."""
    secret = str(stage.world.config.providers["iamsmart"]["client_secret"]).encode()
    sent: list[str] = []

    def check(environ: dict[str, Any]) -> None:
        if "HTTP_SIGNATURE" not in environ:
            return
        stream = environ["wsgi.input"]
        body = stream.read(int(environ.get("CONTENT_LENGTH") or 0))
        stream.seek(0)
        names = ("HTTP_CLIENTID", "HTTP_SIGNATUREMETHOD", "HTTP_TIMESTAMP", "HTTP_NONCE")
        text = "".join(environ[name] for name in names).encode() + body
        expected = b64encode(hmac.new(secret, text, hashlib.sha256).digest()).decode()
        sent.append(environ["HTTP_SIGNATURE"])
        assert sent[-1] == expected.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")

    stage.wires["iamsmart"].before = check
    for _ in range(5):
        stage.log_in("iamsmart")
    assert len(sent) >= 10


def test_h3_http_other_encodings_of_the_signature(service: OnlineService) -> None:
    """H3, over HTTP: none, twice, half, in small letters, with blanks for plus signs: all refused; once is right."""
    for _ in range(40):
        head = service.headers(b"")
        right = head["signature"]
        raw = unquote(right)
        if "+" in raw and "/" in raw:
            break
    wrong = [
        raw, quote(right, safe=""), right.replace("%3D", "="), right.replace("%2F", "/"), right.replace("%2B", "+"),
        right.replace("%2B", "%20"), right.replace("%2F", "%2f"), right.removesuffix("%3D"), right + "%3D",
        raw.replace("+", "-").replace("/", "_"), right.lower(), " " + right[1:],
        "".join(f"%{byte:02X}" for byte in raw.encode()),
    ]  # fmt: skip
    for signature in wrong:
        assert code_of(service.post(KEY, head={**head, "signature": signature})) == "D20006", signature
    assert code_of(service.post(KEY, head=head)) == "D00000"


# --- H4: the frame ---------------------------------------------------------------------------------------------------


def frames(key: bytes, plaintext: bytes) -> dict[str, bytes]:
    """Frames that lie about the IV or lack a part; those of another IV length are sealed rightly for that length."""
    iv = bytes(range(12))
    sealed = AESGCM(key).encrypt(iv, plaintext, None)
    right = struct.pack(">I", 12) + iv + sealed
    found = {
        f"IV length {length}": struct.pack(">I", length)
        + bytes(length)
        + AESGCM(key).encrypt(bytes(length), plaintext, None)
        for length in (8, 11, 13, 16)
    }
    lies = (0, 1, 11, 13, 16, 2**31 - 1, 2**31, 2**32 - 12, 2**32 - 1)
    found |= {f"announces {length}": struct.pack(">I", length) + iv + sealed for length in lies}
    found |= {f"tag without {cut} bytes": right[:-cut] for cut in (1, 2, 4, 8, 12, 15, 16)}
    found |= {
        "little-endian length": struct.pack("<I", 12) + iv + sealed, "no frame": iv + sealed, "nothing": b"",
        "length alone": right[:4], "length and IV": right[:16], "an empty text without a tag": right[:16],
        "a byte behind": right + b"\0",
    }  # fmt: skip
    return found


@pytest.mark.parametrize("name", sorted(frames(bytes(32), b"{}")))
def test_h4_library_opens_one_frame_only(stage: Stage, name: str) -> None:
    """H4: a reply whose frame is not length 12, IV, ciphertext, tag, is refused before any of it is read."""
    key = bytes(range(32))
    content = b64encode(frames(key, b'{"a":1}')[name]).decode()
    with pytest.raises(TamperDetected) as caught:
        open_content(key, content)
    assert (caught.value.claim, caught.value.reason) == ("envelope", "unreadable")

    def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps({"code": "D00000", "message": "SUCCESS", "content": content}).encode()]

    stage.log_in("iamsmart")
    pending, callback = begun(stage)
    stage.wires["iamsmart"].instead = answer
    with refused(stage, "protocol_error", reason="envelope" if content else "shape", step="getToken"):
        stage.finish(pending, callback)


def test_h4_http_frames_of_another_form(service: OnlineService) -> None:
    """H4, over HTTP: the mock refuses each of those frames in a signed request, with one code for all."""
    service.get_key()
    plaintext = json.dumps({"code": "0" * 32, "grantType": "authorization_code"}).encode()
    for name, frame in frames(service.cek, plaintext).items():
        body = json.dumps({"content": b64encode(frame).decode()}).encode()
        code = code_of(service.post(TOKEN, body))
        assert code == ("D20002" if name == "nothing" else "D30004"), name
    assert service.call(TOKEN, json.loads(plaintext))["code"] == "D40004", "the right frame is looked into"


# --- H5: no IV twice under one key -----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("seeded", [False, True], ids=["os", "seeded"])
def test_h5_library_draws_a_new_iv_each_time(seeded: bool) -> None:
    """H5: a hundred thousand envelopes under one content key bear a hundred thousand IVs, from the Bridge's own source.

    Seeded as well, because a source that repeats after a while would not show in one run of the system's.
    """
    entropy = SeededRandomSource(2026).bytes if seeded else World().bridge._entropy
    assert seeded or entropy is os.urandom
    key, ivs = bytes(range(32)), set[bytes]()
    for _ in range(100_000):
        ivs.add(b64decode(seal_content(key, b"", iv=entropy(IV_BYTES))[:24])[4:16])
    assert len(ivs) == 100_000


def test_h5_library_seals_with_nothing_but_a_fresh_iv(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """H5: each call takes its IV from the source once, also when it is repeated after a lost key; none goes out twice."""
    ivs: list[bytes] = []

    def noting(key: bytes, plaintext: bytes, *, iv: bytes) -> str:
        ivs.append(iv)
        return content_envelope.seal_content(key, plaintext, iv=iv)

    monkeypatch.setattr(enveloped_call, "seal_content", noting)
    for number in range(12):
        if number % 3 == 0:
            stage.mock("iamsmart").faults.add("cek_unknown", operation="getToken")
        stage.log_in("iamsmart")
    assert len(set(ivs)) == len(ivs) == 28


@pytest.mark.slow
@pytest.mark.parametrize("random", [RandomSource(), SeededRandomSource(2026)], ids=["os", "seeded"])
def test_h5_http_the_mock_never_repeats_one_either(
    random: RandomSource, world: MockWorld, service: OnlineService
) -> None:
    """H5: the mock's own hundred thousand IVs under one key are all different, also from those that it received."""
    service.get_key()
    keys = world.iamsmart._parts._keys
    keys._random = random
    held = keys.live(service.credentials.client_id)
    assert held is not None
    seen = {keys.new_iv(held) for _ in range(100_000)}
    assert len(seen) == 100_000
    assert held.ivs == seen


def test_h5_http_an_iv_that_was_used_before(service: OnlineService) -> None:
    """H5, over HTTP: a second message under one IV is refused, whatever it says, and after a new key it is not."""
    document = {"code": "0" * 32, "grantType": "authorization_code"}
    service.get_key()
    iv = bytes(range(50, 62))
    assert code_of(service.post(TOKEN, service.seal(document, iv=iv))) == "D40004"
    assert code_of(service.post(TOKEN, service.seal({**document, "code": "1" * 32}, iv=iv))) == "D30004"
    service.post(REVOKE)
    service.get_key()
    assert code_of(service.post(TOKEN, service.seal(document, iv=iv))) == "D40004"


# --- H6: expiry, revocation and races of the content key --------------------------------------------------------------


def test_h6_library_replaces_a_key_that_ended_or_was_revoked(fresh_stage: Stage) -> None:
    """H6: an ended key, one that the platform lost and one that we revoked are each replaced by one getKey.

    A key that ended here is not tried, one that ends within a minute is not kept, and only a loss costs a second call.
    """
    stage = fresh_stage
    wire = stage.wires["iamsmart"]

    def called() -> tuple[int, int]:
        wire.paths.clear()
        stage.log_in("iamsmart")
        return wire.count("getKey"), wire.count("getToken") + wire.count("profiles")

    assert [called(), called()] == [(1, 2), (0, 2)]
    stage.world.clock.advance(DAY_S - 30)
    assert [called(), called()] == [(2, 2), (2, 2)]
    stage.world.clock.advance(30)
    assert [called(), called()] == [(1, 2), (0, 2)]
    stage.world.clock.advance(DAY_S)
    assert [called(), called()] == [(1, 2), (0, 2)]
    stage.mock("iamsmart").faults.add("cek_unknown", operation="profiles")
    assert [called(), called()] == [(1, 3), (0, 2)]
    stage.run(stage.bridge.revoke_key("iamsmart"))
    assert [called(), called()] == [(1, 2), (0, 2)]
    # A revocation that nobody confirmed still ends the use of the key here.
    stage.mock("iamsmart").faults.add("http_503", operation="revokeKey")
    with pytest.raises(XBridgeError):
        stage.run(stage.bridge.revoke_key("iamsmart"))
    assert [called(), called()] == [(1, 2), (0, 2)]


@pytest.mark.slow
def test_h6_library_many_logins_race_for_a_lost_key() -> None:
    """H6: sixteen threads whose key is revoked under their hands all log in; nobody is lost, and nobody loops."""
    world = World()
    bridge, crowd = world.bridge, 16
    start = threading.Barrier(crowd)
    hops = [bridge.begin_login("iamsmart", return_to=world.return_to["iamsmart"], session=str(n)) for n in range(crowd)]
    backs = [world.visit(hop.url, "chan-tai-man") for hop in hops]
    client_id = str(world.config.providers["iamsmart"]["client_id"])
    world.log_in("iamsmart", "chan-tai-man")

    def finish(number: int) -> str:
        if number == 0:
            world.mocks.iamsmart._parts._keys.revoke(client_id)
        start.wait()
        identity = bridge.finish_login(hops[number].pending, callback_url=backs[number], session=str(number))
        return str(identity.subject)

    with ThreadPoolExecutor(crowd) as pool:
        subjects = list(pool.map(finish, range(crowd)))
    assert len(set(subjects)) == 1
    asked = [entry.operation for entry in world.mocks.iamsmart.journal.entries()]
    assert asked.count("getToken") <= 1 + 2 * crowd


def test_h6_http_ended_lost_and_revoked_keys(world: MockWorld, service: OnlineService) -> None:
    """H6, over HTTP: one key lives per client; after its end, its loss or its revocation it opens nothing more."""
    first = service.get_key()
    key = service.cek
    world.clock.advance(60)
    assert (service.get_key()["issueAt"], service.cek) == (first["issueAt"], key)
    question = {"code": "0" * 32, "grantType": "authorization_code"}
    world.clock.advance(DAY_S - 61)
    assert service.call(TOKEN, question)["code"] == "D40004"
    world.clock.advance(1)
    assert service.call(TOKEN, question)["code"] == "D30002"
    service.get_key()
    assert service.cek != key
    key = service.cek
    assert code_of(service.post(REVOKE)) == "D00000"
    assert service.call(TOKEN, question)["code"] == "D30002"
    service.get_key()
    new = service.cek
    assert new != key
    service.cek = key
    assert service.call(TOKEN, question)["code"] == "D30004", "the old key opens nothing under the new one"


# --- H7: one padding -------------------------------------------------------------------------------------------------

SCHEMES: dict[str, Any] = {
    "pkcs1v15": padding.PKCS1v15(),
    "oaep-sha1": padding.OAEP(mgf=padding.MGF1(SHA1()), algorithm=SHA1(), label=None),
    "oaep-sha256": padding.OAEP(mgf=padding.MGF1(SHA256()), algorithm=SHA256(), label=None),
}


@pytest.mark.parametrize("ours", sorted(SCHEMES))
def test_h7_library_unwraps_with_one_padding(private_key: RSAPrivateKey, ours: Any) -> None:
    """H7: only the configured padding opens; every other failure looks the same, to the last letter."""
    key, public = bytes(range(32)), private_key.public_key()
    assert unwrap_content_key(private_key, public.encrypt(key, SCHEMES[ours]), kek_padding=ours) == key
    stranger = generate_private_key(65537, 2048).public_key()
    wrong = [public.encrypt(key, scheme) for name, scheme in SCHEMES.items() if name != ours]
    wrong += [
        stranger.encrypt(key, SCHEMES[ours]),
        public.encrypt(key[:31], SCHEMES[ours]),
        bytes(256),
        b"",
        b"x" * 257,
    ]
    wrong += [public.encrypt(key + b"\0", SCHEMES[ours]), public.encrypt(b"=" * 44, SCHEMES[ours])]
    seen = set()
    for blob in wrong:
        # A padding that fails by design gives random bytes instead; now and then they are 32, and then not our key.
        with suppress(TamperDetected):
            assert unwrap_content_key(private_key, blob, kek_padding=ours) != key
            continue
        with pytest.raises(TamperDetected) as caught:
            unwrap_content_key(private_key, blob, kek_padding=ours)
        seen.add((str(caught.value), repr(caught.value), tuple(caught.value.diagnostics().items())))
    assert len(seen) == 1


class PaddedWorld(World):
    """A world whose platform wraps with one padding and whose service expects another."""

    def __init__(self, platform: Any, ours: str) -> None:
        self._paddings = platform, ours
        super().__init__()

    def _document(self, jwks: Any) -> dict[str, Any]:
        platform, ours = self._paddings
        self.mocks = MockWorld(clock=self.clock, iamsmart_settings=IamSmartMockSettings(kek_padding=platform))
        document = super()._document(jwks)
        document["providers"]["iamsmart"]["kek_padding"] = ours
        return document


@pytest.mark.slow
@pytest.mark.parametrize("platform", sorted(SCHEMES))
@pytest.mark.parametrize("ours", sorted(SCHEMES))
def test_h7_http_another_padding_opens_nothing(
    private_key: RSAPrivateKey, make_service: Any, platform: Any, ours: Any
) -> None:
    """H7, over HTTP: the mock wraps with its one padding; a service that opens with another gets no login."""
    service = make_service(MockWorld(iamsmart_settings=IamSmartMockSettings(kek_padding=platform)))
    wrapped = b64decode(service.post(KEY).get_json()["content"]["secretKey"])
    opened = b""
    with suppress(ValueError):
        opened = private_key.decrypt(wrapped, SCHEMES[ours])
    service.cek = opened if len(opened) == 32 else bytes(32)
    answer = service.call(TOKEN, {"code": "0" * 32, "grantType": "authorization_code"})
    assert answer["code"] == ("D40004" if platform == ours else "D30004")
    world = PaddedWorld(platform, ours)
    if platform == ours:
        assert world.log_in("iamsmart", "chan-tai-man").profile.name
        return
    with pytest.raises(XBridgeError) as caught:
        world.log_in("iamsmart", "chan-tai-man")
    shown = caught.value.diagnostics()
    # Random bytes of the right length pass here and are refused by the platform; which of the two says no shows nothing.
    assert shown.get("reason") == "envelope" or shown.get("provider_code") == "D30004"


# --- H8: unknown codes -----------------------------------------------------------------------------------------------

UNKNOWN = ("D99999", "D20013", "D20022", "D30005", "D40005", "D79001", "M20001", "Z00000")


def sealed_reply(code: str, *, status: str = "200 OK") -> Any:
    """An application that answers everything with ``code``."""

    def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps({"txID": "<T=0>", "code": code, "message": "of the future"}).encode()]

    return answer


@pytest.mark.parametrize("code", UNKNOWN)
def test_h8_library_keeps_a_code_that_nobody_told_it_about(stage: Stage, code: str) -> None:
    """H8: an unknown code is a typed error with the number as it came, in a reply, in the browser and in a callback."""
    pending, callback = begun(stage)
    stage.wires["iamsmart"].instead = sealed_reply(code)
    with refused(stage, "provider_rejected", provider_code=code):
        stage.finish(pending, callback)
    stage.wires["iamsmart"].instead = None
    hop = stage.begin("iamsmart")
    state = parse_qs(urlsplit(hop.url).query)["state"][0]
    back = f"{stage.world.return_to['iamsmart']}?error_code={code}&state={state}"
    with refused(stage, "provider_rejected", provider_code=code, step="login"):
        stage.finish(hop.pending, back)


def test_h8_library_shows_an_unknown_code_of_a_callback() -> None:
    """H8: a request that ends with an unknown code has failed, and the page gets the code."""
    stage = RequestStage()
    pending = stage.bridge.request_form(stage.sign_in(), fields=("idNo",), title=FormTitle(name="F"), session="s")
    stage.mocks.iamsmart.faults.add("unknown_error_code", operation="delivery")
    stage.mocks.iamsmart.decide(pending.business_id)
    collected = stage.bridge.collect(pending, session="s")
    assert (collected.status, collected.provider_code, collected.data) == ("failed", "D99999", None)


@pytest.mark.parametrize(
    "code", ["", "D9999", "d99999", "D999999", "D99999\n", "D٩٩٩٩٩", "A123456(3)", None, 99999, ["D99999"]]
)
def test_h8_library_passes_nothing_on_that_is_no_code(stage: Stage, code: Any) -> None:
    """H8: what is no code by its form might be anything, and is a broken reply without it."""
    pending, callback = begun(stage)
    stage.wires["iamsmart"].instead = sealed_reply(code)
    with refused(stage, "protocol_error", reason="shape") as caught:
        stage.finish(pending, callback)
    if isinstance(code, str) and code.strip():
        assert code not in f"{caught.value} {caught.value!r} {caught.value.diagnostics()}"


def test_h8_http_the_mock_speaks_of_the_future(world: MockWorld, service: OnlineService) -> None:
    """H8, over HTTP: the mock can answer every operation with a code of no table, and then gives nothing away."""
    token = service.token()
    calls = {
        "getKey": lambda: service.post(KEY).get_json(),
        "revokeKey": lambda: service.post(REVOKE).get_json(),
        "getToken": lambda: service.get_token(service.code()),
        "profiles": lambda: service.profiles(token),
    }
    for operation, call in calls.items():
        world.iamsmart.faults.add("unknown_error_code", operation=operation)
        reply = call()
        assert (reply["code"], "content" in reply) == ("D99999", False), operation
        service.get_key()
    world.iamsmart.faults.add("unknown_error_code", operation="callback")
    back = parse_qs(urlsplit(world.iamsmart.log_in(service.login_url(), "chan-tai-man")).query)
    assert back == {"error_code": ["D99999"], "state": ["state-1"]}


# --- H9: parameters of the callback ----------------------------------------------------------------------------------


def pairs_of(callback: str) -> tuple[str, list[str]]:
    """The address of a callback and its pairs as they stand."""
    address, _, query = callback.partition("?")
    return address, query.split("&")


@pytest.mark.parametrize("name", ["code", "state"])
@pytest.mark.parametrize("spelling", ["{name}=", "%{first:02X}{rest}=", "%{first:02x}{rest}="])
@pytest.mark.parametrize("place", ["first", "last"])
def test_h9_library_refuses_a_parameter_that_comes_twice(stage: Stage, name: str, spelling: str, place: str) -> None:
    """H9: twice is refused wherever the second stands and however its name is spelt, before anything is sent."""
    pending, callback = begun(stage)
    address, pairs = pairs_of(callback)
    value = next(pair.partition("=")[2] for pair in pairs if pair.startswith(f"{name}="))
    again = spelling.format(name=name, first=ord(name[0]), rest=name[1:]) + value
    query = "&".join([again, *pairs] if place == "first" else [*pairs, again])
    stage.wires["iamsmart"].paths.clear()
    with refused(stage, "callback_invalid", claim=name, reason="duplicated"):
        stage.finish(pending, f"{address}?{query}")
    assert stage.wires["iamsmart"].paths == []


def test_h9_library_does_not_care_for_the_order(stage: Stage) -> None:
    """H9: the same parameters in another order, percent-encoded needlessly, or beside strangers, are the same login."""
    for change in (
        lambda pairs: list(reversed(pairs)),
        lambda pairs: ["x=1", *pairs, "y="],
        lambda pairs: [
            f"{pair.partition('=')[0]}=" + "".join(f"%{ord(letter):02X}" for letter in pair.partition("=")[2])
            for pair in pairs
        ],
        lambda pairs: [pair.replace("code=", "%63ode=") for pair in pairs],
    ):
        pending, callback = begun(stage)
        address, pairs = pairs_of(callback)
        assert stage.finish(pending, f"{address}?{'&'.join(change(pairs))}").provider == "iamsmart"


@pytest.mark.parametrize(
    ("value", "claim"),
    [("%ff", "url"), ("%c0%ae", "url"), ("%ed%a0%80", "url"), ("a%00b", "url"), ("%0d%0aX:1", "url"), ("a\tb", "url"),
     ("%E2%80%8B", "url"), ("%252e", "state"), ("%2B+", "state")],
)  # fmt: skip
def test_h9_library_decodes_once_and_strictly(stage: Stage, value: str, claim: str) -> None:
    """H9: bytes that are no UTF-8, overlong forms, surrogates, invisible characters, and a second layer of encoding."""
    pending, callback = begun(stage)
    address, pairs = pairs_of(callback)
    code = next(pair for pair in pairs if pair.startswith("code="))
    with refused(stage, "callback_invalid", claim=claim):
        stage.finish(pending, f"{address}?{code}&state={value}")
    assert stage.finish(pending, callback).provider == "iamsmart", "a stranger's callback spends nothing"


def test_h9_http_parameters_of_get_qr(service: OnlineService) -> None:
    """H9, over HTTP: the mock takes parameters in any order and encoding, once, and refuses each that comes twice."""
    address = service.login_url().removeprefix(BASE)
    path, _, query = address.partition("?")
    pairs = query.split("&")
    for changed in (
        list(reversed(pairs)),
        [pair.replace("eidapi_auth+eidapi_profiles", "eidapi_auth%20eidapi_profiles") for pair in pairs],
        [pair.replace("clientID=", "%63lientID=") for pair in pairs],
        [pair.replace("%3A", "%3a") for pair in pairs],
    ):
        assert service.browser.get(f"{path}?{'&'.join(changed)}").status_code == 200
    for pair in pairs:
        name = pair.partition("=")[0]
        for again in (pair, pair.replace(name, f"%{ord(name[0]):02X}{name[1:]}"), f"{name}="):
            for doubled in ([*pairs, again], [again, *pairs]):
                page = service.browser.get(f"{path}?{'&'.join(doubled)}")
                assert (page.status_code, "Location" in page.headers) == (400, False), again


# --- H10: nothing is decrypted before it is verified -----------------------------------------------------------------


def test_h10_library_has_no_way_to_plaintext_but_through_the_tag() -> None:
    """H10: no module but SM4's own decrypts with a cipher that lacks a tag, and what opens a message gives all or nothing.

    The medical-insurance platform demands ECB, under a signature: ``insecure_`` stands before its name, and one module asks.
    """
    users: dict[str, set[str]] = {}
    insecure: set[str] = set()
    for file in sorted(SRC.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            assert not (isinstance(node, ast.Import) and any("ciphers" in alias.name for alias in node.names))
            if isinstance(node, ast.ImportFrom) and node.module and "ciphers" in node.module and file.name != "sm4.py":
                users.setdefault(node.module, set()).update(alias.name for alias in node.names)
            if isinstance(node, ast.ImportFrom) and node.module == "xbridge.crypto.sm4":
                insecure |= {
                    file.name for alias in node.names if alias.name.startswith("insecure_") or "cbc" in alias.name
                }
    assert users == {"cryptography.hazmat.primitives.ciphers.aead": {"AESGCM", "AESGCMSIV"}} or users == {
        "cryptography.hazmat.primitives.ciphers.aead": {"AESGCM"}
    }
    assert insecure == {"medical_insurance.py"}
    key, plaintext = bytes(range(32)), b'{"accessToken":"0"}'
    blob = bytearray(b64decode(seal_content(key, plaintext, iv=bytes(12))))
    for place in range(len(blob)):
        for bit in range(8):
            blob[place] ^= 1 << bit
            with pytest.raises(TamperDetected) as caught:
                open_content(key, b64encode(blob).decode())
            assert not any(
                part in f"{caught.value!r} {caught.value.__cause__!r}" for part in ("accessToken", "plaintext")
            )
            blob[place] ^= 1 << bit
    assert open_content(key, b64encode(blob).decode()) == plaintext


@pytest.mark.slow
def test_h10_library_uses_nothing_of_a_reply_that_was_changed(stage: Stage) -> None:
    """H10: whichever byte of a true reply is changed on its way, the login is refused and no part of it is used."""
    wire = stage.wires["iamsmart"]
    stage.log_in("iamsmart")
    true = wire._application
    length = 0
    for place in range(0, 4096, 7):
        pending, callback = begun(stage)

        def changed(environ: dict[str, Any], start_response: Any, place: int = place) -> list[bytes]:
            nonlocal length
            raw = b"".join(true(environ, start_response))
            document = json.loads(raw)
            if not environ["PATH_INFO"].endswith("getToken"):
                return [raw]
            blob = bytearray(b64decode(document["content"]))
            length = len(blob)
            if place < length:
                blob[place] ^= 0x20
            return [json.dumps({**document, "content": b64encode(blob).decode()}).encode()]

        wire.instead = changed
        if length and place >= length:
            break
        with refused(stage, "protocol_error", reason="envelope", step="getToken"):
            stage.finish(pending, callback)
    assert place >= length > 200


def test_h10_http_a_changed_request_is_not_opened(service: OnlineService) -> None:
    """H10, over HTTP: whichever byte of a sealed request is changed, the mock answers that it could not decrypt it."""
    code = service.code()
    service.get_key()
    plaintext = json.dumps({"code": code, "grantType": "authorization_code"}).encode()
    iv = bytes(range(12))
    blob = bytearray(struct.pack(">I", 12) + iv + AESGCM(service.cek).encrypt(iv, plaintext, None))
    for place in range(len(blob)):
        blob[place] ^= 1
        body = json.dumps({"content": b64encode(blob).decode()}).encode()
        assert code_of(service.post(TOKEN, body)) == "D30004"
        blob[place] ^= 1
    body = json.dumps({"content": b64encode(blob).decode()}).encode()
    assert code_of(service.post(TOKEN, body)) == "D00000", "the code was not spent by any of them"
