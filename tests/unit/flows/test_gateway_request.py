"""Requests that the gateway forwards: the order of the checks, the nonce's one use, and every fault of the proxy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from xbridge import errors
from xbridge.core.config import parse_config
from xbridge.core.effects import Effect, Send, Spend, WasSpent
from xbridge.core.gateway import GatewayUser
from xbridge.flows.gateway import call_gateway, verify_gateway_request
from xbridge.protocols.tif_gateway import signature_of
from xbridge.testing import World
from xbridge.testing.world import NOON
from xbridge_mocks.tif.forwarding import Forwarded, ForwardReply
from xbridge_mocks.tif.gate import Gate
from xbridge_mocks.tif.misbehaviour import FORWARD_FAULTS

PERSON = "chan-tai-man"


@pytest.fixture(scope="module")
def place() -> World:
    """A service behind the gateway, for all tests of this module."""
    return World(gateway=True)


@pytest.fixture
def world(place: World) -> World:
    """The same at noon, with a gateway that has forgotten everything but the service."""
    place.mocks.tif.reset()
    place.clock.set(NOON)
    return place


def gateway(world: World) -> Any:
    """The settings of the gateway."""
    return world.bridge._deps.provider("guangdong")[1].gateway


def signed(world: World, nonce: str, *, age: int = 0, **user: Any) -> list[tuple[str, str]]:
    """The headers of a forwarded request, signed ``age`` seconds ago."""
    settings = gateway(world)
    timestamp = str(int(world.clock.now().timestamp()) - age)
    token = settings.token.get_secret_value()
    values = {
        "paasid": settings.paasid, "timestamp": timestamp, "nonce": nonce,
        "signature": signature_of(token, timestamp=timestamp, nonce=nonce, **user), **user,
    }  # fmt: skip
    return [(f"x-tif-{name}", value) for name, value in values.items()]


def with_value(headers: list[tuple[str, str]], name: str, value: str) -> list[tuple[str, str]]:
    """The same headers, one with another value."""
    return [(each, value if each == f"x-tif-{name}" else old) for each, old in headers]


def refused(world: World, headers: list[tuple[str, str]]) -> tuple[str, str]:
    """Claim and reason for which the request is refused."""
    with pytest.raises(errors.TokenInvalid) as caught:
        world.bridge.verify_gateway_request(headers)
    return caught.value.claim, caught.value.reason


def forwarded(world: World) -> list[list[tuple[str, str]]]:
    """The headers of every request that the mock forwards now, in order."""
    seen: list[list[tuple[str, str]]] = []

    def keep(request: Forwarded) -> ForwardReply:
        seen.append(list(request.headers))
        return ForwardReply(status=204, headers=(), content=b"")

    world.mocks.tif.forwarder.send = keep
    return seen


def visit(world: World, sid: str = "") -> None:
    """Open the service through the gateway, logged in under ``sid``."""
    from werkzeug.test import Client

    browser = Client(world.mocks.tif)
    browser.set_cookie("xbridge_mock_tif_sid", sid)
    assert browser.get(f"/app/{gateway(world).paasid}/").status_code == 204


def test_the_user_of_a_forwarded_request(world: World) -> None:
    """Who is logged in at the gateway arrives with number, name and the end of each proof; nobody is None."""
    seen = forwarded(world)
    visit(world, world.mocks.tif.sign_in(PERSON, face=True))
    user = world.bridge.verify_gateway_request(seen[0])
    assert isinstance(user, GatewayUser)
    person = world.mocks.tif.platform.holder(PERSON)
    assert person.guangdong is not None
    assert (user.uid, user.document_number, user.name) == (
        person.guangdong.useridcode, person.guangdong.idcardnumber, person.name_zh_hant
    )  # fmt: skip
    assert user.face_expires_at == user.realname_expires_at == NOON + timedelta(seconds=300)
    visit(world)
    assert world.bridge.verify_gateway_request(seen[1]) is None


# What each fault of the proxy is refused for; None is borne.
REFUSALS: dict[str, tuple[str, str] | None] = {
    "wrong_signature": ("signature", "mismatch"),
    "stale_timestamp": ("timestamp", "expired"),
    "future_timestamp": ("timestamp", "not_yet_valid"),
    "replayed_nonce": ("nonce", "replayed"),
    "missing_header": ("headers", "missing"),
    "swapped_user": ("signature", "mismatch"),
    "two_uids": ("headers", "duplicated"),
    "unsigned_user": ("user", "unsigned"),
    "user_in_nonce": ("headers", "duplicated"),
    "garbled_ext": ("user", "malformed"),
    "predecessor_headers": ("headers", "missing"),
    "upper_case_hex": None,
}


@pytest.mark.parametrize("fault", [name for name, _, _ in FORWARD_FAULTS])
def test_every_fault_of_the_proxy(world: World, fault: str) -> None:
    """Each misbehaviour of a gateway is refused for its own reason, or borne."""
    seen = forwarded(world)
    world.mocks.tif.faults.add(fault, operation="forward")
    visit(world, world.mocks.tif.sign_in(PERSON))
    if fault == "replayed_nonce":
        assert world.bridge.verify_gateway_request(seen[0])
    expected = REFUSALS[fault]
    if expected is None:
        assert world.bridge.verify_gateway_request(seen[-1])
    else:
        assert refused(world, seen[-1]) == expected


def test_the_table_of_refusals_is_complete() -> None:
    """Every fault of the proxy has a row."""
    assert set(REFUSALS) == {name for name, _, _ in FORWARD_FAULTS}


def test_the_order_of_the_checks(world: World) -> None:
    """Headers, caller, window, nonce, signature: of several faults at once the first in this order is named."""
    good = signed(world, "order-of-checks", uid="u", uinfo="i", ext="")
    world.bridge.verify_gateway_request(good)
    bad = with_value(good, "signature", "0" * 64)
    assert refused(world, bad) == ("nonce", "replayed")
    world.clock.advance(181)
    assert refused(world, bad) == ("timestamp", "expired")
    assert refused(world, with_value(bad, "paasid", "other")) == ("paasid", "unknown")
    assert refused(world, with_value(with_value(bad, "paasid", "other"), "nonce", "")) == ("headers", "missing")


def test_a_forged_request_does_not_burn_the_nonce_of_the_real_one(world: World) -> None:
    """Whoever sees a nonce but holds no token cannot use it up: the real request still passes, once."""
    real = signed(world, "nonce-on-its-way", uid="u", uinfo="i", ext="")
    for forged in (with_value(real, "signature", "f" * 64), with_value(real, "uid", "somebody-else")):
        assert refused(world, forged) == ("signature", "mismatch")
    assert world.bridge.verify_gateway_request(real)
    assert refused(world, real) == ("nonce", "replayed")


def step(world: World, headers: list[tuple[str, str]], *answers: Any) -> tuple[list[Effect], Any]:
    """Step the flow by hand; return the effects it asked for, and its result or error."""
    asked: list[Effect] = []
    flow = verify_gateway_request(world.bridge._deps, headers, provider_id="guangdong", now=NOON)
    answer: Any = None
    given = list(answers)
    try:
        while True:
            asked.append(flow.send(answer))
            answer = given.pop(0)
    except StopIteration as stop:
        return asked, stop.value
    except errors.XBridgeError as error:
        return asked, error
    finally:
        flow.close()


def test_effect_by_effect(world: World) -> None:
    """The nonce is looked at before the signature and spent after it; a forged request leaves nothing in the store."""
    real = signed(world, "effect-by-effect", uid="u", uinfo="i", ext="")
    marker = f"gateway/{gateway(world).paasid}/effect-by-effect"
    asked, user = step(world, real, False, True)
    assert asked == [WasSpent(marker), Spend(marker, NOON + timedelta(seconds=600))]
    assert isinstance(user, GatewayUser)
    # A copy that came as far as the signature at the same time loses here.
    asked, error = step(world, real, False, False)
    assert (error.claim, error.reason) == ("nonce", "replayed")
    asked, error = step(world, with_value(real, "signature", "0" * 64), False)
    assert (asked, error.claim) == ([WasSpent(marker)], "signature")
    asked, error = step(world, real, True)
    assert (asked, error.reason) == ([WasSpent(marker)], "replayed")


def test_the_nonce_outlives_the_window(world: World) -> None:
    """A request signed ahead of our clock is a replay for as long as its time is good, to the last second."""
    early = signed(world, "ahead-of-the-clock", age=-180)
    assert world.bridge.verify_gateway_request(early) is None
    world.clock.advance(360)
    assert refused(world, early) == ("nonce", "replayed")
    world.clock.advance(1)
    assert refused(world, early) == ("timestamp", "expired")


def overheard(world: World, monkeypatch: pytest.MonkeyPatch, call: Callable[[], Any]) -> list[tuple[str, str]]:
    """The gateway's headers of the call that ``call`` makes, as somebody on its way sees them."""
    seen: list[Any] = []
    admit = Gate.admit

    def listen(gate: Gate, request: Any, trail: Any) -> Any:
        seen.append(request)
        return admit(gate, request, trail)

    monkeypatch.setattr(Gate, "admit", listen)
    call()
    return [(name, value) for name, value in seen[-1].headers.items() if name.lower().startswith("x-tif-")]


def test_a_call_of_ours_does_not_come_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who saw a call of ours cannot send it to us as the gateway's request for nobody, in no family, to its last second."""
    token = world.mocks.tif.issue_one_off(PERSON)
    sent = overheard(world, monkeypatch, lambda: world.bridge.one_off_user(token))
    assert len(sent) == 4
    assert refused(world, sent) == ("nonce", "replayed")
    world.clock.advance(180)
    assert refused(world, sent) == ("nonce", "replayed")


def test_our_nonces_are_spent_before_they_leave(world: World) -> None:
    """The nonce is in the store before the call is sent; one that is not new is drawn again, and no more than thrice."""
    drawn = [b"\1" * 8, b"\1" * 8, b"\2" * 8]

    def start() -> Any:
        left = iter(drawn)
        return call_gateway(
            world.bridge._deps, "/ebus/x", body={}, service_id="", provider_id="guangdong", now=NOON,
            entropy=lambda size: next(left),
        )  # fmt: skip

    paasid, until = gateway(world).paasid, NOON + timedelta(seconds=600)
    flow = start()
    assert flow.send(None) == Spend(f"gateway/{paasid}/{'01' * 8}", until)
    assert flow.send(False) == Spend(f"gateway/{paasid}/{'01' * 8}", until)
    assert flow.send(False) == Spend(f"gateway/{paasid}/{'02' * 8}", until)
    sent = flow.send(True)
    assert isinstance(sent, Send)
    assert dict(sent.request.headers)["x-tif-nonce"] == "02" * 8
    flow.close()
    flow = start()
    flow.send(None)
    flow.send(False)
    flow.send(False)
    with pytest.raises(errors.ConfigError):
        flow.send(False)


def test_a_request_for_nobody_may_be_refused() -> None:
    """Where every request has a user, one without is refused although its signature holds; the default takes it."""
    world = World(gateway=True, overrides=settings(userless="refuse"))
    assert refused(world, signed(world, "for-nobody-at-all")) == ("user", "missing")
    assert world.bridge.verify_gateway_request(signed(world, "for-somebody", uid="u"))


Change = Callable[[dict[str, Any]], None]


def settings(**changes: Any) -> Change:
    """A change of the gateway's settings."""
    return lambda document: document["providers"]["guangdong"]["gateway"].update(changes)


def test_a_nonce_is_remembered_for_the_whole_window() -> None:
    """A configuration that forgets nonces while their requests are still good is refused when it is read."""
    World(gateway=True, overrides=settings(window_s=400, future_s=199))
    for bad in (
        {"window_s": 400, "future_s": 200},
        {"nonce_ttl_s": 360},
        {"nonce_lengths": (7, 36)},
        {"token": "tooshrt"},
    ):
        with pytest.raises(errors.ConfigError) as caught:
            _ = World(gateway=True, overrides=settings(**bad)).bridge
        assert "tooshrt" not in str(caught.value)


def test_what_is_looser_is_a_setting() -> None:
    """The predecessor's headers, a missing paasid, a user that nobody signed: each passes by its own setting only."""
    world = World(gateway=True, overrides=settings(inbound_paasid="any", unsigned_user="drop", accept_rio=True))
    bare = [(name, value) for name, value in signed(world, "without-paasid") if name != "x-tif-paasid"]
    assert world.bridge.verify_gateway_request(bare) is None
    unsigned = [*signed(world, "unsigned-user"), ("x-tif-uinfo", "810000199001010019"), ("x-tif-ext", "e30=")]
    assert world.bridge.verify_gateway_request(unsigned) is None
    rio = [(name.replace("tif", "rio"), value) for name, value in signed(world, "rio-headers", uid="u")]
    assert world.bridge.verify_gateway_request(rio)
    strict = World(gateway=True)
    bare = [(name, value) for name, value in signed(strict, "without-paasid") if name != "x-tif-paasid"]
    assert refused(strict, bare) == ("paasid", "missing")


def test_the_settings_hide_the_token(world: World) -> None:
    """Neither the settings nor an event of a refused request shows the token, the nonce or the user."""
    token = gateway(world).token.get_secret_value()
    headers = signed(world, "not-in-any-event", uid="u-4711", uinfo="810000199001010019", ext="")
    refused(world, with_value(headers, "signature", "0" * 64))
    shown = f"{gateway(world)!r} {world.config!r} {world.events[-1]!r}"
    assert not any(secret in shown for secret in (token, "not-in-any-event", "u-4711", "8100001990"))
    assert (world.events[-1].operation, world.events[-1].code) == ("verify_gateway_request", "token_invalid")


def test_parse_config_reads_the_nested_address() -> None:
    """In production the gateway's address must be https, like every other."""
    documents: list[dict[str, Any]] = []
    World(gateway=True, overrides=documents.append)
    document = documents[0]
    document["providers"]["guangdong"]["gateway"]["base_url"] = "ftp://sg.test"
    with pytest.raises(errors.ConfigError, match="gateway"):
        parse_config(document)
