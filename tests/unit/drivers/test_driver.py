"""Both drivers: each effect performed, foreign failures translated, bodies bounded, flows always closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from xbridge.core import effects
from xbridge.core.errors import (
    ConfigError,
    ProtocolError,
    ProviderUnavailable,
    SignerUnavailable,
    StoreConflict,
    XBridgeError,
)
from xbridge.core.http import HTTPReply, HTTPRequest
from xbridge.drivers.aio import AsyncDriver
from xbridge.drivers.sync import SyncDriver
from xbridge.stores.memory import MemoryStore

NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
REQUEST = HTTPRequest(method="GET", url="https://svc.test/x?secret=s3cret", label="getThing", max_reply_bytes=100)
Handler = Callable[[httpx.Request], httpx.Response]


class Chunks(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that arrives in pieces, counts them, and knows whether it was closed."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self.pieces = pieces
        self.given = 0
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        """Give the pieces, or fail."""
        for piece in self.pieces:
            if isinstance(piece, Exception):
                raise piece
            self.given += 1
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The same, awaited."""
        for piece in self:
            yield piece

    def close(self) -> None:
        """Note it."""
        self.closed = True

    async def aclose(self) -> None:
        """Note it."""
        self.closed = True


class Rig:
    """A driver of one colour over a fresh store and a transport that is a function."""

    def __init__(self, colour: str, handler: Handler | None = None) -> None:
        transport = httpx.MockTransport(handler or (lambda request: httpx.Response(200)))
        self.store = MemoryStore()
        self.now = NOON
        options: dict[str, Any] = {
            "clock": lambda: self.now, "entropy": lambda size: bytes(range(size)), "transport": transport,
        }  # fmt: skip
        self._sync = SyncDriver(self.store, **options) if colour == "sync" else None
        self._async = AsyncDriver(self.store, **options) if colour == "async" else None
        self._runner = asyncio.Runner() if colour == "async" else None

    def run(self, flow: Any) -> Any:
        """Run a flow to its end."""
        if self._sync is not None:
            return self._sync.run(flow)
        assert self._async is not None
        assert self._runner is not None
        return self._runner.run(self._async.run(flow))

    def close(self) -> None:
        """Close the driver, and the loop of the asynchronous one."""
        if self._sync is not None:
            self._sync.close()
        if self._runner is not None and self._async is not None:
            self._runner.run(self._async.close())
            self._runner.close()


@pytest.fixture(params=["sync", "async"])
def rig(request: pytest.FixtureRequest) -> Iterator[Callable[..., Rig]]:
    """Makes rigs of one colour and closes them."""
    made: list[Rig] = []

    def make(handler: Handler | None = None) -> Rig:
        made.append(Rig(request.param, handler))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_every_effect(rig):
    """Each effect is performed and answered; memory and store see the driver's own clock."""
    driver = rig(lambda request: httpx.Response(201, headers={"X-A": "b"}, content=b"body"))
    driver.store.bind_log(origin="svc.test/log", sign=lambda size, root: b"note %d" % size)

    async def flow() -> tuple[Any, ...]:
        reply = await effects.send("p", REQUEST)
        row = effects.Write(key="row", value=b"v", expected=0)
        appended = await effects.append(b"entry", writes=(row,), marks=(("mark", 0),))
        stamps = [await effects.take_stamp("client") for _ in range(2)]
        await effects.remember("k", b"secret", expires_at=NOON + timedelta(seconds=1))
        spent = [await effects.spend("m", expires_at=NOON + timedelta(days=1)) for _ in range(2)]
        return (
            reply, appended, stamps, spent, await effects.read("row"), await effects.scan("ma"),
            await effects.recall("k"), await effects.recall("other"), await effects._perform(effects.ReadLog((0,))),
        )  # fmt: skip

    reply, appended, stamps, spent, row, found, known, unknown, view = driver.run(flow())
    assert (reply.status, reply.content) == (201, b"body")
    assert ("x-a", "b") in reply.headers
    assert (appended.first_index, appended.size, row.value, found[0].value) == (0, 1, b"v", b"0")
    assert [stamp.nonce for stamp in stamps] == [bytes(range(16)).hex()] * 2
    assert stamps[0].timestamp_ms <= stamps[1].timestamp_ms
    assert (spent, known, unknown, view.size) == ([True, False], b"secret", None, 1)
    driver.now += timedelta(seconds=1)

    async def later() -> bytes | None:
        return await effects.recall("k")

    assert driver.run(later()) is None


class Elsewhere:
    """A signer outside this process."""

    kid, alg = "kid", "EdDSA"

    def __init__(self, answer: bytes | Exception) -> None:
        self.answer = answer

    def sign(self, message: bytes) -> bytes:
        """Answer, or fail."""
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer + message


def test_a_signer_elsewhere(rig):
    """It is asked for the exact message; whatever it raises becomes our retryable error, and our own errors stay."""

    def signing(answer: bytes | Exception) -> Any:
        async def flow() -> bytes:
            return await effects.sign(Elsewhere(answer), b"message")

        return rig().run(flow())

    assert signing(b"signed ") == b"signed message"
    for foreign in (OSError("s3cret"), TimeoutError(), RuntimeError("s3cret"), KeyError("s3cret")):
        with pytest.raises(SignerUnavailable) as caught:
            signing(foreign)
        assert caught.value.retryable
        assert caught.value.__cause__ is foreign
        assert "s3cret" not in f"{caught.value} {caught.value!r} {caught.value.diagnostics()}"
    with pytest.raises(ConfigError):
        signing(ConfigError("gone"))


def test_the_exact_request(rig):
    """Method, URL, headers and body go out as given; nothing is followed, compressed or remembered."""
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(302, headers={"Location": "https://elsewhere.test/", "Set-Cookie": "a=b"})

    driver = rig(handler)
    request = HTTPRequest(
        method="POST", url="https://svc.test/a%2Fb?x=%2B", headers=(("Signature", "s=="), ("X", "1"), ("X", "2")),
        content=b'{"b": 1, "a":2}', timeout_s=3.5,
    )  # fmt: skip

    async def flow() -> list[HTTPReply]:
        return [await effects.send("p", request) for _ in range(2)]

    assert [reply.status for reply in driver.run(flow())] == [302, 302]
    for sent in seen:
        assert (sent.method, str(sent.url), sent.content) == ("POST", "https://svc.test/a%2Fb?x=%2B", request.content)
        assert sent.headers.get_list("x") == ["1", "2"]
        assert sent.headers["accept-encoding"] == "identity"
        assert "cookie" not in sent.headers
        assert set(sent.extensions["timeout"].values()) == {3.5}


def fetch(driver: Rig) -> HTTPReply:
    """Send the request."""

    async def flow() -> HTTPReply:
        return await effects.send("p", REQUEST)

    reply: HTTPReply = driver.run(flow())
    return reply


def test_body_at_the_limit(rig):
    """A body of exactly the limit is read, and its connection given back."""
    body = Chunks(b"x" * 60, b"x" * 40)
    assert len(fetch(rig(lambda request: httpx.Response(200, stream=body))).content) == 100
    assert body.closed


def test_body_over_the_limit(rig):
    """Reading stops at the first piece over the limit, whatever length was announced, and the rest is not read."""
    body = Chunks(b"x" * 60, b"x" * 41, b"x" * 1000, b"x" * 1000)
    with pytest.raises(ProtocolError) as caught:
        fetch(rig(lambda request: httpx.Response(200, headers={"Content-Length": "1"}, stream=body)))
    assert (caught.value.reason, caught.value.step, body.given, body.closed) == ("too_large", "getThing", 2, True)


def test_compressed_body_is_not_unpacked(rig):
    """A body that comes compressed all the same is handed over as it came: no bomb goes off here (lesson C8)."""
    body = Chunks(b"\x1f\x8b" + b"x" * 50)
    reply = fetch(rig(lambda request: httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=body)))
    assert reply.content == b"\x1f\x8b" + b"x" * 50


def raising(failure: Exception) -> Handler:
    """A transport that fails before it answers."""

    def handler(request: httpx.Request) -> httpx.Response:
        raise failure

    return handler


@pytest.mark.parametrize("failure", [
    httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.ReadTimeout("x"), httpx.WriteError("x"),
    httpx.PoolTimeout("x"), httpx.RemoteProtocolError("x"), httpx.ProxyError("x"), OSError(28, "x"), ConnectionResetError("x"),
])  # fmt: skip
@pytest.mark.parametrize("while_reading", [False, True])
def test_outage(rig, failure, while_reading):
    """Whatever the network does, before or in the middle of a reply, is unavailable and safe to retry."""
    body = Chunks(b"x", failure)
    handler = (lambda request: httpx.Response(200, stream=body)) if while_reading else raising(failure)
    with pytest.raises(ProviderUnavailable) as caught:
        fetch(rig(handler))
    assert (caught.value.provider, caught.value.retryable) == ("p", True)
    assert caught.value.__cause__ is failure
    assert "s3cret" not in str(caught.value)
    assert not while_reading or body.closed


def test_anything_else(rig):
    """A failure that is not the network's is a protocol error, its cause kept; a URL that cannot be sent is one."""
    with pytest.raises(ProtocolError) as caught:
        fetch(rig(raising(RuntimeError("boom"))))
    assert caught.value.reason == "transport"

    async def flow() -> HTTPReply:
        return await effects.send("p", HTTPRequest(method="GET", url="https://svc.test:port/?secret=s3cret"))

    with pytest.raises(ProtocolError) as caught:
        rig().run(flow())
    assert "s3cret" not in f"{caught.value} {caught.value.__cause__}"


def test_errors_are_thrown_into_the_flow(rig):
    """An effect that fails raises inside the flow, which may handle it and go on."""

    async def flow() -> str:
        try:
            await effects.send("p", REQUEST)
        except ProviderUnavailable:
            return f"down, and {await effects.recall('k')!r}"
        return "up"

    assert rig(raising(httpx.ConnectError("x"))).run(flow()) == "down, and None"


def test_store_errors_are_thrown_too(rig):
    """A conflict in the store is the flow's to handle."""
    driver = rig()

    async def flow() -> str:
        try:
            await effects.append(writes=(effects.Write(key="a", value=b"", expected=5),))
        except StoreConflict as conflict:
            return conflict.code
        return "written"

    assert driver.run(flow()) == "store_conflict"


@pytest.mark.parametrize("failure", [XBridgeError("x"), ConfigError("x"), ValueError("x"), KeyboardInterrupt()])
def test_what_the_flow_raises_comes_out(rig, failure):
    """What a flow raises reaches the caller as it is."""

    async def flow() -> None:
        await effects.recall("k")
        raise failure

    with pytest.raises(type(failure)) as caught:
        rig().run(flow())
    assert caught.value is failure


def test_a_flow_is_always_closed(rig):
    """When a driver fails in a way no flow can handle, the flow is closed and not left half way."""
    closed: list[bool] = []

    async def flow() -> None:
        try:
            await effects._perform("no effect")  # type: ignore[arg-type]
        finally:
            closed.append(True)

    with pytest.raises(TypeError, match="no driver performs str"):
        rig().run(flow())
    assert closed == [True]


def test_cancellation_closes_the_flow():
    """A cancelled flow is only closed: it gets no answer, performs nothing more, and the cancellation goes on."""
    reached: list[str] = []

    async def main() -> None:
        started = asyncio.Event()

        async def handler(request: httpx.Request) -> httpx.Response:
            started.set()
            await asyncio.Event().wait()
            raise AssertionError

        driver = AsyncDriver(MemoryStore(), clock=lambda: NOON, entropy=bytes, transport=httpx.MockTransport(handler))

        async def flow() -> None:
            try:
                await effects.send("p", REQUEST)
            except XBridgeError:
                reached.append("handled")
            except GeneratorExit:
                reached.append("closed")
                raise

        task = asyncio.create_task(driver.run(flow()))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await driver.close()

    asyncio.run(main())
    assert reached == ["closed"]


def test_values_do_not_show_urls_or_bodies():
    """Requests and replies, which hold secrets, show their label, host and size only."""
    assert repr(REQUEST) == "HTTPRequest('getThing', host='svc.test', 0 bytes)"
    assert repr(HTTPReply(status=200, headers=(("a", "s3cret"),), content=b"s3cret")) == "HTTPReply(200, 6 bytes)"
