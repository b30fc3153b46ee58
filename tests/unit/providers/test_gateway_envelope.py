"""Enveloped gateway calls: both profiles against an independent other side, and everything in a reply that must not pass."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from tests.unit.crypto.binding import require_binding
from xbridge.core.effects import Send, Spend
from xbridge.core.errors import ConfigError, ProtocolError, ProviderRejected, Unsupported
from xbridge.core.gateway import GatewayReply
from xbridge.core.http import HTTPReply, HTTPRequest
from xbridge.crypto.sm2_encryption import Sm2DecryptionKey
from xbridge.crypto.sm2_key import write_public_pem
from xbridge.crypto.sm2_signing import Sm2SigningKey
from xbridge.providers.guangdong import PROVIDER
from xbridge.providers.guangdong.gateway_call import call
from xbridge.providers.guangdong.gateway_settings import GatewaySettings
from xbridge_mocks.clock import MockClock
from xbridge_mocks.random_source import SeededRandomSource
from xbridge_mocks.sm_envelope import FAULTS, Enrolment, EnvelopePeer, EnvelopeRefused

require_binding(whole_module=True)

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
BODY = {"name": "陳大文", "page": 2, "empty": "", "deep": [{"b": True, "a": None}]}
ENTROPY = random.Random(11).randbytes
SIGNS, OPENS = Sm2SigningKey.generate(), Sm2DecryptionKey.generate()
PEER = EnvelopePeer(clock=MockClock(NOON), random=SeededRandomSource(5))


def spki(key: Sm2SigningKey) -> str:
    """The public half as PEM."""
    return write_public_pem(key._private.public()).decode()


MOCK: Enrolment = PEER.enrol(signing_key=spki(SIGNS), encryption_key=OPENS.public().to_pem().decode())
COMMON: dict[str, Any] = {"signing_key": SIGNS.to_pem().decode(), "peer_signing_key": MOCK.signing.to_pem()}
TABLES: dict[str, dict[str, Any]] = {
    "nhsa": {**COMMON, "profile": "nhsa", "app_code": MOCK.app_code, "app_secret": MOCK.app_secret},
    "xbridge-1": {
        **COMMON, "profile": "xbridge-1", "decryption_key": OPENS.to_pem().decode(),
        "peer_encryption_key": MOCK.encryption.to_pem(),
    },
}  # fmt: skip


def gateway(table: dict[str, Any] | None) -> GatewaySettings:
    """A gateway's settings with this envelope."""
    return GatewaySettings(base_url="https://gw.example", paasid="paas", token=SecretStr("t" * 16), sm_envelope=table)  # type: ignore[arg-type]


GATEWAYS = {name: gateway(table) for name, table in TABLES.items()}
Answer = Callable[[HTTPRequest], object]


def exchange(settings: GatewaySettings, answer: Answer, *, status: int = 200) -> GatewayReply:
    """Make one call of :data:`BODY` and return what it gives, where the other side's JSON is ``answer``'s."""
    flow = call(
        settings, "/ebus/x", body=BODY, step="call_gateway", now=NOON, entropy=ENTROPY, envelope=settings.sm_envelope
    )
    effect = flow.send(None)
    # Our own nonce is spent before the call leaves, so that nobody can send it back to us.
    assert isinstance(effect, Spend)
    effect = flow.send(True)
    assert isinstance(effect, Send)
    try:
        flow.send(HTTPReply(status=status, headers=(), content=json.dumps(answer(effect.request)).encode()))
    except StopIteration as stop:
        reply: GatewayReply = stop.value
        return reply
    raise AssertionError("one call is one request")


def answer(profile: str, fault: str = "", /, **wrapping: object) -> Answer:
    """The mock's own answer: what it received, enveloped, inside the gateway's success."""

    def made(request: HTTPRequest) -> object:
        body = json.loads(request.content)
        if profile == "nhsa":
            client, data = PEER.open_medical_insurance(body)
            return {
                **(wrapping or {"errcode": 0}),
                "data": PEER.answer_medical_insurance(client, {"received": data}, fault),
            }
        client, name, data = PEER.open_ours(body)
        return {**(wrapping or {"errcode": 0}), "data": PEER.answer_ours(client, name, {"received": data}, fault)}

    return made


@pytest.mark.slow
@pytest.mark.parametrize(
    ("profile", "wrapping"),
    [("nhsa", {"errcode": 0}), ("nhsa", {"code": 0, "type": "success"}), ("xbridge-1", {"errcode": 0, "errmsg": "ok"})],
)
def test_a_call_and_its_reply_travel_enveloped(profile: str, wrapping: dict[str, object]) -> None:
    """The other side reads the body as it was given, we read its answer, and neither stands on the wire."""
    seen: list[HTTPRequest] = []

    def watched(request: HTTPRequest) -> object:
        seen.append(request)
        return answer(profile, **wrapping)(request)

    assert exchange(GATEWAYS[profile], watched).data == {"received": BODY}
    assert "陳大文".encode() not in seen[0].content
    assert b"u9673" not in seen[0].content


@pytest.mark.slow
def test_the_medical_insurance_caller_has_no_name() -> None:
    """Its headers hold the literal ``undefined``, and a signature under an empty token (section 6)."""
    from hashlib import sha256

    def check(request: HTTPRequest) -> object:
        headers = dict(request.headers)
        stamp, nonce = headers["x-tif-timestamp"], headers["x-tif-nonce"]
        assert headers["x-tif-paasid"] == "undefined"
        assert headers["x-tif-signature"].lower() == sha256(f"{stamp}{nonce}{stamp}".encode()).hexdigest()
        return answer("nhsa")(request)

    exchange(GATEWAYS["nhsa"], check)
    named = gateway(TABLES["nhsa"] | {"anonymous_caller": False})
    exchange(
        named, lambda request: (answer("nhsa") if dict(request.headers)["x-tif-paasid"] == "paas" else fail)(request)
    )


def fail(request: HTTPRequest) -> object:
    """Not reached."""
    raise AssertionError("another caller")


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("profile", TABLES)
def test_a_spoilt_reply_is_refused(profile: str, fault: str) -> None:
    """A bad signature, another key, a cut text, an old reply and one to another call are breaches of the protocol."""
    if (profile, fault) == ("nhsa", "envelope_other_call"):
        # The profile has nothing that says which call a reply answers (specs/providers/sm.md).
        assert exchange(GATEWAYS[profile], answer(profile, fault)).data == {"received": BODY}
        return
    with pytest.raises(ProtocolError) as caught:
        exchange(GATEWAYS[profile], answer(profile, fault))
    assert (caught.value.step, caught.value.reason) == ("call_gateway", "envelope")


@pytest.mark.parametrize("profile", TABLES)
@pytest.mark.parametrize("data", [None, {"received": BODY}, "text", [1.5]])
def test_a_reply_without_an_envelope_is_refused(profile: str, data: object) -> None:
    """Plain data is not believed where an envelope was agreed."""
    with pytest.raises(ProtocolError, match="envelope"):
        exchange(GATEWAYS[profile], answered({"errcode": 0, "data": data}))


@pytest.mark.slow
@pytest.mark.parametrize("profile", TABLES)
def test_a_reply_without_a_code_is_nobody_s_success(profile: str) -> None:
    """A sound envelope does not stand for a success that nobody stated."""
    with pytest.raises(ProtocolError, match="shape"):
        exchange(GATEWAYS[profile], answer(profile, kind="reply"))


@pytest.mark.parametrize("profile", TABLES)
@pytest.mark.parametrize(("document", "code"), [({"errcode": 400000400}, "400000400"), ({"code": 1001}, "1001")])
def test_a_refusal_needs_no_envelope(profile: str, document: dict[str, object], code: str) -> None:
    """The gateway's own refusal is told as such."""
    with pytest.raises(ProviderRejected) as caught:
        exchange(GATEWAYS[profile], lambda request: document)
    assert caught.value.provider_code == code


def recorded(profile: str) -> tuple[HTTPRequest, object]:
    """One call and the answer it got."""
    seen: list[tuple[HTTPRequest, object]] = []

    def record(request: HTTPRequest) -> object:
        seen.append((request, answer(profile)(request)))
        return seen[0][1]

    exchange(GATEWAYS[profile], record)
    return seen[0]


@pytest.mark.slow
def test_our_reply_is_not_another_profile_s() -> None:
    """What one profile sealed does not open under the other."""
    for profile, other in (("nhsa", "xbridge-1"), ("xbridge-1", "nhsa")):
        _, reply = recorded(other)
        with pytest.raises(ProtocolError, match="envelope"):
            exchange(GATEWAYS[profile], answered(reply))


def answered(reply: object) -> Answer:
    """Always the same answer."""
    return lambda request: reply


@pytest.mark.slow
def test_a_reply_is_good_for_its_call_alone() -> None:
    """Under our own profile an answer that was recorded does not answer the next call."""
    _, reply = recorded("xbridge-1")
    with pytest.raises(ProtocolError, match="envelope"):
        exchange(GATEWAYS["xbridge-1"], answered(reply))


@pytest.mark.slow
def test_the_other_side_answers_a_call_once() -> None:
    """The mock refuses a second copy of a call, and a call that another key signed."""
    request, _ = recorded("xbridge-1")
    with pytest.raises(EnvelopeRefused, match="replayed"):
        answer("xbridge-1")(request)
    for profile in TABLES:
        strange = gateway(TABLES[profile] | {"signing_key": Sm2SigningKey.generate().to_pem().decode()})
        with pytest.raises(EnvelopeRefused, match=r"sender|envelope_signature"):
            exchange(strange, answer(profile))


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("nhsa", {"app_code": "SHORT"}, "app_code"),
    ("nhsa", {"app_code": "EXAMPLE&APPCODE=01"}, "application code"),
    ("nhsa", {"signing_key": "text"}, "SM2 private key"),
    ("nhsa", {"peer_signing_key": "text"}, "peer_signing_key"),
    ("nhsa", {"decryption_key": "x"}, "decryption_key"),
    ("nhsa", {"profile": "xbridge-2"}, "sm_envelope"),
    ("xbridge-1", {"peer_encryption_key": "text"}, "peer_encryption_key"),
    ("xbridge-1", {"peer_encryption_key": MOCK.signing.to_pem()}, "one key, one job"),
    ("xbridge-1", {"decryption_key": SIGNS.to_pem().decode()}, "one key, one job"),
    ("xbridge-1", {"lifetime_s": 601}, "lifetime_s"),
]


def section(table: dict[str, Any]) -> dict[str, Any]:
    """A Guangdong section with this envelope."""
    return {
        "client_id": "c", "client_secret": "s" * 16, "redirect_uris": ["https://svc.example/cb"],
        "gateway": {"paasid": "paas", "token": "t" * 16, "sm_envelope": table},
    }  # fmt: skip


@pytest.mark.parametrize(("profile", "change", "words"), WRONG)
def test_a_wrong_setting_is_found_with_the_configuration(profile: str, change: dict[str, Any], words: str) -> None:
    """A key that cannot be read, or does two jobs, is a wrong setting when the configuration is read, and not quoted."""
    with pytest.raises(ConfigError, match=words) as caught:
        PROVIDER.read_settings(section(TABLES[profile] | change))
    assert MOCK.app_secret not in str(caught.value)


def test_without_the_extra_the_configuration_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """An envelope that could never be signed is refused at the start."""
    monkeypatch.setitem(sys.modules, "gmssl_pyx", None)
    for table in TABLES.values():
        with pytest.raises(Unsupported, match=r"xbridge-gba\[gm\]"):
            PROVIDER.read_settings(section(table))


@pytest.mark.parametrize("profile", TABLES)
def test_a_body_that_is_no_plain_json_is_not_sent(profile: str) -> None:
    """Fractions have no agreed text; the error comes before anything is sent."""
    settings = GATEWAYS[profile]
    flow = call(settings, "/x", body={"a": 1.5}, step="s", now=NOON, entropy=ENTROPY, envelope=settings.sm_envelope)
    with pytest.raises(ConfigError, match="whole numbers"):
        flow.send(None)


@pytest.mark.parametrize("profile", TABLES)
def test_the_settings_hide(profile: str) -> None:
    """Neither secret nor key stands in the settings' text."""
    text = repr(GATEWAYS[profile])
    for secret in (MOCK.app_secret, COMMON["signing_key"], OPENS.to_pem().decode()):
        assert secret not in text
