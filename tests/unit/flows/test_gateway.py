"""The gateway's services as the Bridge calls them: each route, each field, each refusal, in both colours where it counts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from xbridge import AsyncBridge, errors
from xbridge.core.gateway import LoginSession, TifUser
from xbridge.stores.memory import MemoryStore
from xbridge.testing import AsyncWorld, World
from xbridge.testing.world import NOON
from xbridge_mocks.tif import TifMock
from xbridge_mocks.tif.gate import Gate
from xbridge_mocks.tif.misbehaviour import KNOWN_FAULTS, TOLERATED

PERSON, COMPANY = "chan-tai-man", "cheung-ka-yan"


@pytest.fixture(scope="module")
def place() -> World:
    """A service behind the gateway, for all tests of this module: making its keys takes longer than a test."""
    return World(gateway=True)


@pytest.fixture
def world(place: World) -> World:
    """The same at noon, with a gateway that has forgotten everything but the service."""
    place.mocks.tif.reset()
    place.clock.set(NOON)
    return place


@pytest.fixture
def tif(world: World) -> TifMock:
    """The gateway mock."""
    return world.mocks.tif


def company(tif: TifMock) -> str:
    """The key of somebody whose account is a company's."""
    return next(each.key for each in tif.platform.holders() if each.guangdong and each.guangdong.usertype == "2")


CALLS: dict[str, Callable[[Any, TifMock], Any]] = {
    "oneOffUser": lambda bridge, tif: bridge.one_off_user(tif.issue_one_off(PERSON)),
    "miniProgramLogin": lambda bridge, tif: bridge.mini_program_login(tif.issue_code("mini_program", PERSON)),
    "appLogin": lambda bridge, tif: bridge.app_login(tif.issue_code("app", PERSON)),
    "getSession": lambda bridge, tif: bridge.login_session(tif.sign_in(PERSON)),
    "getCorpCode": lambda bridge, tif: bridge.company_code(tif.sign_in(company(tif))),
    "corpCodeToSession": lambda bridge, tif: bridge.company_of_code(tif.issue_code("company", company(tif))),
    "codeToSession": lambda bridge, tif: bridge.session_of_code(tif.issue_code("session", PERSON)),
    "sidToSession": lambda bridge, tif: bridge.session_of_sid(tif.sign_in(PERSON)),
}  # fmt: skip


def test_a_one_off_token_is_good_once(world: World, tif: TifMock) -> None:
    """The token tells its person, once; with the switch it may be used again."""
    token = tif.issue_one_off(PERSON)
    user = world.bridge.one_off_user(token)
    account = tif.platform.holder(PERSON).guangdong
    assert account is not None
    assert (user.uid, user.cid, user.mobile, user.level) == (
        account.useridcode, account.idcardnumber, account.telephonenumber, account.level
    )  # fmt: skip
    assert (user.account_type, user.ctype, user.login_type) == ("human", account.idcardtype, 5)
    with pytest.raises(errors.ProviderRejected) as caught:
        world.bridge.one_off_user(token)
    assert (caught.value.provider_code, caught.value.step) == ("40014", "one_off_user")
    again = tif.issue_one_off(PERSON)
    assert world.bridge.one_off_user(again, reusable=True) == world.bridge.one_off_user(again, reusable=True) == user
    assert world.bridge.one_off_user(again) == user
    with pytest.raises(errors.ProviderRejected):
        world.bridge.one_off_user(again, reusable=True)


def test_a_one_off_token_dies_of_age(world: World, tif: TifMock) -> None:
    """A token that nobody used in time tells nobody."""
    token = tif.issue_one_off(PERSON)
    world.clock.advance(300)
    with pytest.raises(errors.ProviderRejected):
        world.bridge.one_off_user(token)


def test_a_person_s_session(world: World, tif: TifMock) -> None:
    """A silent login, the app's login, a look at the session and a swap of its code all give the same person."""
    for name in ("miniProgramLogin", "appLogin", "getSession", "codeToSession"):
        session = CALLS[name](world.bridge, tif)
        assert isinstance(session, LoginSession)
        assert session.uid == tif.subjects("")[PERSON]
        assert session.has_fresh_realname(world.clock.now())
        assert not session.has_fresh_face(world.clock.now())
    sid = CALLS["miniProgramLogin"](world.bridge, tif).sid
    assert world.bridge.login_session(sid).sid == sid
    world.clock.advance(300)
    assert not world.bridge.login_session(sid).has_fresh_realname(world.clock.now())
    world.clock.advance(3300)
    with pytest.raises(errors.ProviderRejected):
        world.bridge.login_session(sid)


def test_a_company_goes_from_room_to_room(world: World, tif: TifMock) -> None:
    """The app's login of a company, a one-time code for its session, and the company again in the other room, once."""
    logged_in = world.bridge.app_login(tif.issue_code("app", company(tif)))
    assert isinstance(logged_in, TifUser)
    assert (logged_in.account_type, logged_in.ctype, logged_in.login_type) == ("corp", "49", "PASSWORD")
    code = world.bridge.company_code(logged_in.sid)
    there = world.bridge.company_of_code(code)
    assert (there.uid, there.cid, there.link_person_name) == (logged_in.uid, logged_in.cid, logged_in.link_person_name)
    assert there.sid != logged_in.sid
    with pytest.raises(errors.ProviderRejected):
        world.bridge.company_of_code(code)
    with pytest.raises(errors.ProviderRejected):
        world.bridge.company_code(tif.sign_in(PERSON))


def test_a_person_s_session_goes_to_another_room(world: World, tif: TifMock) -> None:
    """The other room tells the same person under the app's id, at the same level, with nothing proved just now."""
    here = CALLS["appLogin"](world.bridge, tif)
    there = world.bridge.session_of_sid(here.sid)
    assert (there.sid, there.uid, there.tif_uid) == (here.sid, here.app["auth_uid"], here.app["auth_uid"])
    assert (there.name, there.cid, there.level, there.account_type) == (here.name, here.cid, here.level, "human")
    assert (there.realname_at, there.realname_checked) == (world.clock.now(), True)
    assert not there.has_fresh_realname(world.clock.now())
    proved = world.bridge.session_of_sid(tif.sign_in(PERSON, face=True))
    assert (proved.face_auth_at, proved.has_fresh_face(world.clock.now())) == (world.clock.now(), False)
    for refused in (tif.sign_in(company(tif)), "YSSRZ-nobody"):
        with pytest.raises(errors.ProviderRejected):
            world.bridge.session_of_sid(refused)


def test_the_public_path_of_the_app_s_login(world: World, tif: TifMock) -> None:
    """The app's login is called where it was set, below the login path otherwise."""
    CALLS["appLogin"](world.bridge, tif)
    assert tif.journal.entries()[-1].path == "/ebus/minshengwxmp/api/r/ysslogin/app/login"
    there = World(gateway=True, overrides=lambda document: at_the_public_path(document))
    session = CALLS["appLogin"](there.bridge, there.mocks.tif)
    assert session.uid == there.mocks.tif.subjects("")[PERSON]
    assert there.mocks.tif.journal.entries()[-1].path == "/tif/yss/app/login"


def at_the_public_path(document: dict[str, Any]) -> None:
    """Call the app's login where everybody can."""
    document["providers"]["guangdong"]["gateway"]["app_login_path"] = "/tif/yss/app/login"


def test_device_and_hint_go_along(world: World, tif: TifMock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The calls that take a session id take the device and the hint in their headers, and send neither unasked."""
    seen: list[tuple[str | None, str | None]] = []
    session = tif.platform.handles.session

    def look(gate: Gate, request: Any, trail: Any) -> Any:
        seen.append((request.headers.get("x-tif-did"), request.headers.get("x-ysshint")))
        return admit(gate, request, trail)

    admit = Gate.admit
    monkeypatch.setattr(Gate, "admit", look)
    person, firm = tif.sign_in(PERSON), tif.sign_in(company(tif))
    assert session(person)
    for call, sid in (("login_session", person), ("session_of_sid", person), ("company_code", firm)):
        getattr(world.bridge, call)(sid, device_id="device-1", hint="hint_2")
        getattr(world.bridge, call)(sid)
        for bad in ({"device_id": "a b"}, {"hint": "a\r\nx-tif-uid: b"}, {"hint": "é"}):
            with pytest.raises(errors.ConfigError):
                getattr(world.bridge, call)(sid, **bad)
    assert seen == [("device-1", "hint_2"), (None, None)] * 3


def test_tianjin_is_off_unless_switched_on(world: World) -> None:
    """The sibling's route is not asked until somebody says that it is there."""
    with pytest.raises(errors.Unsupported):
        world.bridge.tianjin_user("u")
    assert world.mocks.tif.journal.entries() == ()
    there = World(gateway=True, overrides=lambda document: tianjin(document))
    uid = there.mocks.tif.subjects("")[PERSON]
    user = there.bridge.tianjin_user(uid)
    assert (user.uid, user.real_name, user.real_at, user.face_at) == (uid, user.name, there.clock.now(), None)
    with pytest.raises(errors.ProviderRejected):
        there.bridge.tianjin_user("0" * 32)


def tianjin(document: dict[str, Any]) -> None:
    """Switch the sibling's route on."""
    document["providers"]["guangdong"]["gateway"]["tianjin"] = True


def test_any_service_can_be_called(world: World, tif: TifMock) -> None:
    """A path and a body of one's own, with a service id; the answer is plain JSON."""
    path = "/ebus/tif/sso/connect/page/oneoffcode2yrzuserinfo"
    reply = world.bridge.call_gateway(path, body={"ryz_access_token": tif.issue_one_off(PERSON)}, service_id="svc")
    assert isinstance(reply.data, dict)
    assert reply.data["uid"] == tif.subjects("")[PERSON]
    assert str(reply.data["uid"]) not in repr(reply)
    with pytest.raises(errors.ProviderRejected) as caught:
        world.bridge.call_gateway("/ebus/nothing/here", body={})
    assert caught.value.provider_code == "400000404"


@pytest.mark.parametrize(
    "path", ["", "ebus", "//elsewhere.test/x", "/a/../b", "/a?b=c", "/a#b", "/a b", "/@x", "/.x", "/a//b"]
)
def test_a_path_stays_behind_the_gateway(world: World, path: str) -> None:
    """Whatever could lead to another host, or be read as more than a path, is refused before anything is sent."""
    with pytest.raises(errors.ConfigError):
        world.bridge.call_gateway(path, body={})
    assert world.mocks.tif.journal.entries() == ()


@pytest.mark.parametrize("sid", ["", "a\r\nx-tif-uid: b", "a b", "s" * 257, "é"])
def test_a_session_id_is_no_header_of_its_own(world: World, sid: str) -> None:
    """What goes into a header is plain, or refused."""
    with pytest.raises(errors.ConfigError):
        world.bridge.login_session(sid)


@pytest.mark.parametrize("body", [{"a": float("nan")}, {"a": {1}}, {"a": b"x"}, {"a": "\ud800"}])
def test_a_body_is_plain_json(world: World, body: dict[str, Any]) -> None:
    """What has no JSON form is refused, and the error quotes none of it."""
    with pytest.raises(errors.ConfigError):
        world.bridge.call_gateway("/ebus/x", body=body)


FAULTS = [(fault.name, operation) for fault in KNOWN_FAULTS for operation in fault.operations if operation in CALLS]
EXPECTED = {
    "http_500": errors.ProviderUnavailable, "http_503": errors.ProviderUnavailable,
    "out_of_date": errors.ProviderRejected, "invalid_nonce": errors.ProviderRejected,
}  # fmt: skip


@pytest.mark.parametrize(("fault", "operation"), FAULTS)
def test_every_fault_of_every_service(world: World, tif: TifMock, fault: str, operation: str) -> None:
    """Outages, refusals and broken replies end as typed errors that hold nothing of the person; odd ones are borne."""
    tif.faults.add(fault, operation=operation)
    if fault in TOLERATED or fault == "swapped_user":
        CALLS[operation](world.bridge, tif)
    else:
        with pytest.raises(EXPECTED.get(fault, errors.ProtocolError)) as caught:
            CALLS[operation](world.bridge, tif)
        assert tif.platform.holder(PERSON).name_zh_hant not in str(caught.value)
    assert tif.journal.entries()[-1].outcome == "fault"
    assert sum(entry.operation == operation for entry in tif.journal.entries()) == 1


def test_another_s_session_is_not_taken(world: World, tif: TifMock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reply about another session than the one that was asked for is refused."""
    other = tif.sign_in("lee-siu-ming")
    handles = tif.platform.handles
    session = handles.session
    monkeypatch.setattr(type(handles), "session", lambda self, sid: session(other))
    with pytest.raises(errors.ProtocolError):
        world.bridge.login_session(tif.sign_in(PERSON))


class Unreachable(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A transport that fails a number of times before it answers, and keeps what it was asked."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.asked: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Fail or answer."""
        self.asked.append(request)
        if self.failures:
            raise self.failures.pop(0)
        return httpx.Response(200, json={"errcode": 0, "data": {"ok": True}})

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The same, awaited."""
        return self.handle_request(request)


def through(world: AsyncWorld, transport: Unreachable) -> Any:
    """A call through ``transport``."""

    async def main() -> Any:
        bridge = AsyncBridge(
            world.config, store=MemoryStore(), clock=world.clock.now, audit=world.events.append, transport=transport
        )
        return await bridge.call_gateway("/ebus/x", body={})

    return asyncio.run(main())


@pytest.mark.parametrize("failure", [httpx.ConnectError("no"), httpx.ConnectTimeout("no")])
def test_a_call_that_never_left_is_repeated_once(failure: Exception) -> None:
    """Without a connection nothing arrived, so the call is made again, with a nonce of its own; then it is given up."""
    world = AsyncWorld(gateway=True)
    transport = Unreachable(failure)
    assert through(world, transport).data == {"ok": True}
    assert len({request.headers["x-tif-nonce"] for request in transport.asked}) == 2
    transport = Unreachable(failure, failure)
    with pytest.raises(errors.ProviderUnavailable):
        through(world, transport)
    assert len(transport.asked) == 2


@pytest.mark.parametrize("failure", [httpx.ReadTimeout("no"), httpx.RemoteProtocolError("no"), httpx.WriteError("no")])
def test_a_call_that_may_have_arrived_is_not_repeated(failure: Exception) -> None:
    """A one-off token is good once: a call that failed on its way is told, not repeated."""
    world = AsyncWorld(gateway=True)
    transport = Unreachable(failure)
    with pytest.raises(errors.ProviderUnavailable):
        through(world, transport)
    assert len(transport.asked) == 1


def test_a_call_as_it_leaves() -> None:
    """A POST of compact JSON with the four headers, a nonce of sixteen hexadecimal digits and an upper-case digest."""
    world = AsyncWorld(gateway=True)
    transport = Unreachable()
    through(world, transport)
    sent = transport.asked[0]
    assert (sent.method, str(sent.url), sent.content) == ("POST", "http://tif.test/ebus/x", b"{}")
    assert sent.headers["content-type"] == "application/json"
    assert len(sent.headers["x-tif-nonce"]) == 16
    assert sent.headers["x-tif-timestamp"] == str(int(world.clock.now().timestamp()))
    assert sent.headers["x-tif-signature"].isupper()
    assert len(sent.headers["x-tif-signature"]) == 64
    assert "x-tif-serviceid" not in sent.headers


def test_without_a_gateway_nothing_is_pretended() -> None:
    """A configuration without the table says so, to whoever calls and to whoever is called."""
    bridge = World().bridge
    with pytest.raises(errors.Unsupported, match=r"providers\.guangdong\.gateway"):
        bridge.one_off_user("t")
    with pytest.raises(errors.Unsupported):
        bridge.verify_gateway_request([])
    with pytest.raises(errors.Unsupported, match="a gateway"):
        bridge.verify_gateway_request([], provider="iamsmart")
