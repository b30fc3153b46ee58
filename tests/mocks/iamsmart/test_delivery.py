"""The callback that answers a request: what it says, when it leaves, how often, and where it may go (dossier 8.2, 3.4)."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from werkzeug.test import Client

from tests.mocks.iamsmart.online_service import ALL_SCOPES, ASK, NOTIFY
from xbridge_mocks.iamsmart.courier import CallbackRequest, Courier

KINDS = tuple(ASK)
OUTCOME = {
    ("profile", "refuse"): "D50001", ("profile", "fail"): "D50002", ("form", "cancel"): "D60000",
    ("form", "refuse"): "D60001", ("form", "fail"): "D60002", ("step_up", "refuse"): "D80001",
    ("step_up", "fail"): "D80002",
}  # fmt: skip
TIMED_OUT = {"profile": "D50003", "form": "D60003", "step_up": "D80003"}


@pytest.mark.parametrize("kind", KINDS)
def test_approval(world, service, kind):
    """The answer carries businessID, state and the fields asked for, sealed under the key beside it."""
    service.ask(kind)
    assert world.iamsmart.decide("b-1") == (200,)
    callback = service.received[0]
    envelope = json.loads(callback.content)
    assert set(envelope) == {"txID", "code", "message", "secretKey", "content"}
    assert (callback.method, callback.url, envelope["message"]) == ("POST", NOTIFY, "SUCCESS")
    assert callback.headers["Content-Type"] == "application/json"
    code, content = service.open_callback()
    fields = {
        "profile": {"idNo": {"Identification": "ZZ000101", "CheckDigit": "4"}, "enName": {"UnstructuredName": "CHAN, Tai Man"}},
        "form": {
            "mobileNumber": {"CountryCode": "852", "SubscriberNumber": "10000301"},
            "idNo": {"Identification": "ZZ000101", "CheckDigit": "4"},
        },
        "step_up": {},
    }  # fmt: skip
    assert (code, content) == ("D00000", {"businessID": "b-1", "state": "state-2", **fields[kind]})
    assert world.iamsmart.requests() == ()


@pytest.mark.parametrize(("kind", "decision"), OUTCOME)
def test_declining(world, service, kind, decision):
    """Each way of not agreeing has its code, and the content only says which request it was."""
    service.ask(kind)
    world.iamsmart.decide("b-1", decision)
    assert service.open_callback() == (OUTCOME[kind, decision], {"businessID": "b-1", "state": "state-2"})


@pytest.mark.parametrize("kind", KINDS)
def test_time_runs_out(world, service, kind):
    """After eighteen minutes, and not before, the service hears that the time is over."""
    service.ask(kind)
    world.clock.advance(18 * 60 - 1)
    world.iamsmart.settle()
    assert service.received == []
    world.clock.advance(1)
    world.iamsmart.settle()
    assert service.open_callback() == (TIMED_OUT[kind], {"businessID": "b-1", "state": "state-2"})
    with pytest.raises(KeyError, match="b-1"):
        world.iamsmart.decide("b-1")
    world.iamsmart.settle()
    assert len(service.received) == 1


def test_any_request_lets_time_pass(world, service):
    """Whoever talks to the mock next, the overdue callback leaves."""
    service.ask("profile")
    world.clock.advance(18 * 60)
    service.browser.get("/")
    assert len(service.received) == 1


def test_decide_refuses_what_nobody_could_do(world, service):
    """No such request, no such choice for this kind, or decided before: each is an error of the test."""
    service.ask("profile")
    for word in ("cancel", "maybe", "approved"):
        with pytest.raises(ValueError, match="approve, refuse, fail"):
            world.iamsmart.decide("b-1", word)
    with pytest.raises(KeyError, match="b-2"):
        world.iamsmart.decide("b-2")
    world.iamsmart.decide("b-1")
    with pytest.raises(KeyError, match="b-1"):
        world.iamsmart.decide("b-1")
    assert len(service.received) == 1


def test_one_business_id_of_two_services(world, service, make_service):
    """Where two services chose one businessID, the client says whose request is meant."""
    other = make_service(world)
    for asking in (service, other):
        asking.ask("profile")
    with pytest.raises(KeyError):
        world.iamsmart.decide("b-1")
    world.iamsmart.decide("b-1", client_id=other.credentials.client_id)
    assert [waiting.client_id for waiting in world.iamsmart.requests()] == [service.credentials.client_id]


def test_a_live_content_key_is_used_again(world, service):
    """While the content key lives, the callback wraps that same key."""
    service.ask("profile")
    world.iamsmart.decide("b-1")
    before = service.cek
    service.get_key()
    assert service.cek == before


def test_an_expired_content_key_is_replaced(world_with, make_service):
    """When the content key has expired the callback carries a new one, which getKey then returns too (3.4)."""
    world = world_with(cek_ttl_ms=60_000)
    service = make_service(world)
    service.ask("profile")
    old = service.cek
    world.clock.advance(60)
    world.iamsmart.decide("b-1")
    assert service.open_callback()[1]["businessID"] == "b-1"
    service.get_key()
    assert service.cek != old
    envelope = json.loads(service.received[-1].content)
    assert service.open(envelope["content"])["businessID"] == "b-1"


@pytest.mark.parametrize("kek", ["newest", "own"])
def test_key_rotation(world_with, make_service, stranger_key, kek):
    """Which KEK wraps a content key in a callback after a rotation is UNKNOWN, so it can be chosen."""
    world = world_with(callback_kek=kek)
    service = make_service(world)
    service.ask("profile")
    newer = stranger_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    world.iamsmart.add_kek(service.credentials.client_id, newer)
    world.iamsmart.decide("b-1")
    service.private_key = stranger_key if kek == "newest" else service.private_key
    assert service.open_callback()[0] == "D00000"


def test_every_callback_has_its_own_iv(world, service):
    """Two callbacks under one content key never share an IV (H5)."""
    token = service.token(scope=ALL_SCOPES)
    for number in range(20):
        service.ask("profile", token, businessID=f"b-{number}")
        world.iamsmart.decide(f"b-{number}")
    assert len({json.loads(one.content)["content"][:24] for one in service.received}) == 20


def test_tries(world_with, make_service):
    """A callback that is not taken is tried as often as the setting says, once by default."""
    for tries in (1, 3):
        world = world_with(callback_tries=tries)
        service = make_service(world)
        world.iamsmart.deliver = lambda _: 503
        service.ask("profile")
        assert world.iamsmart.decide("b-1") == (503,) * tries
    answers = iter([503, 0, 200, 200])
    world.iamsmart.deliver = lambda _: next(answers)
    service.ask("profile", businessID="b-2")
    assert world.iamsmart.decide("b-2") == (503, 0, 200)


def test_delivered_again(world, service):
    """A test can have the very same bytes sent once more, and only bytes that exist."""
    service.ask("profile")
    with pytest.raises(KeyError, match="b-1"):
        world.iamsmart.deliver_again("b-1")
    world.iamsmart.decide("b-1")
    assert world.iamsmart.deliver_again("b-1") == (200, 200)
    assert service.received[0] == service.received[1]
    assert [one.statuses for one in world.iamsmart.deliveries()] == [[200, 200]]


def test_out_of_order(world, service):
    """Callbacks that are held back can be released in any order."""
    token = service.token(scope=ALL_SCOPES)
    world.iamsmart.faults.add("callback_late", times=2)
    for number in ("b-1", "b-2"):
        service.ask("profile", token, businessID=number)
        assert world.iamsmart.decide(number) == ()
    for number in ("b-2", "b-1"):
        world.iamsmart.deliver_again(number)
    assert [service.open_callback(one)[1]["businessID"] for one in service.received] == ["b-2", "b-1"]


def test_the_service_may_call_back_while_it_listens(world, service):
    """The mock's lock is free while a callback is carried, for another thread of the service too."""
    seen = []

    def listen(callback: CallbackRequest) -> int:
        caller = threading.Thread(target=lambda: seen.append(service.post("/api/v1/security/getKey").status_code))
        caller.start()
        caller.join(timeout=5)
        return 200

    service.ask("profile")
    world.iamsmart.deliver = listen
    world.iamsmart.decide("b-1")
    assert seen == [200]


def test_the_journal_knows_deliveries(world, service):
    """Each attempt is journalled with where it went and what came back, and nothing of its content."""
    service.ask("profile", redirectURI="https://svc.example/cb?tenant=1")
    world.iamsmart.decide("b-1", "refuse")
    world.iamsmart.deliver = lambda _: 500
    world.iamsmart.deliver_again("b-1")
    first, second = [one for one in world.iamsmart.journal.entries() if one.operation == "delivery"]
    assert (first.outcome, first.code, first.path) == ("ok", "D50001", "https://svc.example/cb?tenant=***")
    assert (second.outcome, second.checks[-1].detail) == ("refused", "HTTP 500")


def test_reset_forgets_requests(world, service):
    """After a reset nothing waits, and a businessID is new again."""
    service.ask("profile")
    world.iamsmart.decide("b-1")
    service.ask("profile", businessID="b-2")
    world.iamsmart.reset()
    assert (world.iamsmart.requests(), world.iamsmart.deliveries()) == ((), ())
    service.get_key()
    assert service.ask("profile")["code"] == "D00000"


def control(world, method, path, document=None, secret=None):
    """One call of the control API."""
    reply = Client(world.iamsmart).open(
        f"/__mock__/{path}", method=method, data=b"" if document is None else json.dumps(document).encode(),
        headers={"X-Mock-Secret": world.control_secret if secret is None else secret},
    )  # fmt: skip
    return reply.status_code, reply.get_json()


def test_control(world, service):
    """The same can be done over HTTP: list, decide, list what was delivered, deliver again."""
    service.ask("form")
    status, body = control(world, "GET", "requests")
    assert (status, body["requests"][0]["business_id"]) == (200, "b-1")
    assert control(world, "POST", "decisions", {"business_id": "b-1"}) == (200, {"statuses": [200]})
    assert control(world, "POST", "deliveries", {"business_id": "b-1"}) == (200, {"statuses": [200, 200]})
    status, body = control(world, "GET", "deliveries")
    assert [(one["business_id"], one["code"]) for one in body["deliveries"]] == [("b-1", "D00000")]


def test_control_moves_the_clock_and_time_passes(world, service):
    """When the clock is moved over HTTP, what is overdue then happens at once."""
    service.ask("form")
    control(world, "POST", "clock", {"advance_s": 18 * 60})
    assert service.open_callback()[0] == "D60003"


@pytest.mark.parametrize(("method", "path"), [("GET", "requests"), ("POST", "decisions"), ("POST", "deliveries")])
def test_control_is_closed_and_strict(world, service, method, path):
    """Without the secret nothing; a wrong body 400; a wrong method 405."""
    service.ask("form")
    assert control(world, method, path, {"business_id": "b-1"}, secret="wrong")[0] == 403
    if method == "POST":
        bodies: tuple[Any, ...] = (
            {},
            {"business_id": 1},
            {"business_id": "b-9"},
            {"business_id": "b-1", "more": 1},
            [],
        )
        for body in bodies:
            assert control(world, method, path, body)[0] == 400
    assert control(world, "DELETE", path)[0] == 405
    assert len(world.iamsmart.requests()) == 1


class _Listener(BaseHTTPRequestHandler):
    """Takes callbacks: 200 at /ok, a redirect at /moved."""

    def do_POST(self) -> None:
        cast(Any, self.server).seen.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(302 if self.path == "/moved" else 200)
        self.send_header("Location", "/ok")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Write nothing."""


@pytest.fixture
def listener():
    """A real server on loopback, and what it received."""
    server: Any = HTTPServer(("127.0.0.1", 0), _Listener)
    server.seen = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def callback_to(url):
    """A small callback."""
    return CallbackRequest(url=url, headers={"Content-Type": "application/json"}, content=b"{}")


def test_courier(listener):
    """Over real HTTP a callback arrives as it was written, and a redirect is not followed."""
    courier = Courier(timeout_s=5, anywhere=False)
    base = f"http://127.0.0.1:{listener.server_port}"
    assert courier(callback_to(f"{base}/ok?a=1")) == 200
    assert courier(callback_to(f"{base}/moved")) == 302
    assert listener.seen == [("/ok?a=1", b"{}"), ("/moved", b"{}")]


@pytest.mark.parametrize(
    "url", ["http://svc.example/x", "https://192.0.2.1/", "http://127.0.0.1.evil.example/", "http://10.0.0.1/", "http://[::2]/"]
)  # fmt: skip
def test_courier_stays_on_this_machine(url, monkeypatch):
    """Nothing outside this machine is even looked up, unless that was allowed."""
    asked = []

    def refuse(*address, **_options):
        asked.append(address)
        raise OSError

    monkeypatch.setattr("socket.create_connection", refuse)
    assert Courier(timeout_s=1, anywhere=False)(callback_to(url)) == 0
    assert asked == []
    assert Courier(timeout_s=1, anywhere=True)(callback_to(url)) == 0
    assert len(asked) == 1


def test_the_default_way_is_real_http(world, make_service, listener):
    """Unless a test puts its own function there, the mock posts over HTTP to loopback."""
    address = f"http://127.0.0.1:{listener.server_port}/ok"
    by_default = world.iamsmart.deliver
    service = make_service(world, redirect_uris=["https://svc.example/cb/hk", address])
    world.iamsmart.deliver = by_default
    service.ask("profile", redirectURI=address)
    assert world.iamsmart.decide("b-1") == (200,)
    ((path, raw),) = listener.seen
    assert path == "/ok"
    assert service.open_callback(CallbackRequest(url=address, headers={}, content=raw))[1]["businessID"] == "b-1"
