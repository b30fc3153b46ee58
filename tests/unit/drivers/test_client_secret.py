"""The client secret that the Guangdong platform wants in an address leaves for that platform and for nowhere else.

Real sockets, the transports of a production Bridge, every logger at DEBUG, and a crash reporter that prints the local
variables of every frame (guangdong.md 2.2 and 11.1).
"""

from __future__ import annotations

import asyncio
import logging
import socket
import socketserver
import traceback
from collections.abc import Iterator
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.house.canary import Search, chain
from xbridge import AsyncBridge, Bridge
from xbridge.core.config import parse_config
from xbridge.core.errors import XBridgeError
from xbridge.stores.memory import MemoryStore
from xbridge.testing import World

SECRET, CODE, TOKEN = "canary-secret-5d41402a", "canary-code-7b1de9a0", "canary-token-0cc175b9"
MARKS = (SECRET, CODE, TOKEN)
USER = (
    '{"userobj":{"useridcode":"0123456789abcdef0123456789abcdef","usertype":"1","isreal":"true",'
    '"creditable_level_of_account":"L2"},"pareobj":"null"}'
)


def answer(body: str, *, status: str = "200 OK", headers: str = "") -> bytes:
    """The bytes of a reply."""
    return f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {len(body.encode())}\r\n{headers}\r\n{body}".encode()


GRANTED = answer(f'{{"access_token":"{TOKEN}","expires_in":"59"}}')
REFUSED = answer(f'{{"errcode":40029,"errmsg":"spent: {CODE} {SECRET}"}}', status="400 Bad Request")
FAILURES = {
    "refused": [REFUSED], "refused_after_405": [answer("", status="405 Method Not Allowed"), REFUSED],
    "server_error": [answer("down", status="503 Service Unavailable")], "html": [answer("<html></html>")],
    "cut_at_once": [b""], "cut_in_the_head": [b"HTTP/1.1 200 OK\r\nConte"], "cut_in_the_body": [GRANTED[:-5]],
    "token_broken": [answer(f'{{"access_token":"{TOKEN}","expires_in":"soon"}}')], "no_http": [b"hello\r\n\r\n"],
    "too_large": [answer("x" * (1024 * 1024 + 1))], "odd_header": [answer("", headers="a b\x00: c\r\n")],
    "account_refused": [GRANTED, answer(f'{{"errcode":40014,"errmsg":"{TOKEN}"}}')], "account_cut": [GRANTED, b""],
    "account_broken": [GRANTED, answer(USER.replace("L2", "L9"))],
}  # fmt: skip


class Platform(socketserver.ThreadingTCPServer):
    """Says what it was told to say, one reply for each connection, and keeps what it was asked."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.replies: list[bytes] = []
        self.asked: list[tuple[str, bytes]] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class Conversation(socketserver.StreamRequestHandler):
    """One request and its reply; then the line is cut."""

    server: Platform

    def handle(self) -> None:
        """Read to the end of the request, keep it, answer."""
        first = self.rfile.readline().decode()
        length = 0
        while (line := self.rfile.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode().partition(":")
            length = int(value) if name.lower() == "content-length" else length
        self.server.asked.append((first, self.rfile.read(length)))
        self.wfile.write(self.server.replies.pop(0) if self.server.replies else b"")


@pytest.fixture
def platform() -> Iterator[Platform]:
    """A platform that listens on loopback."""
    with Platform() as serving:
        thread = Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield serving
        serving.shutdown()
        thread.join()


@pytest.fixture(params=["sync", "async"])
def colour(request: pytest.FixtureRequest) -> str:
    """Each colour in turn."""
    return str(request.param)


@pytest.fixture(params=["GET", "POST"])
def method(request: pytest.FixtureRequest) -> str:
    """Each method of the exchange in turn."""
    return str(request.param)


@pytest.fixture(scope="module")
def world() -> World:
    """What the configurations are made from."""
    return World(providers=("guangdong",))


def configured(world: World, url: str, method: str) -> tuple[Any, Any]:
    """A configuration for a platform at ``url``, and the clock of its world."""
    document = world.config.model_dump()
    for name in ("record", "log", "token", "pseudonym"):
        document["keys"][name] = document["keys"][name].get_secret_value()
    document["keys"]["sealing"] = [key.get_secret_value() for key in document["keys"]["sealing"]]
    section = document["providers"]["guangdong"]
    section.update(base_url=url, client_secret=SECRET, token_method=method, timeout_s=2)
    return parse_config(document), world.clock.now


def log_in(colour: str, config: Any, clock: Any) -> Any:
    """Log in with a Bridge of this colour and its own transport."""
    back = config.providers["guangdong"]["redirect_uris"][0]

    def callback(url: str) -> str:
        redirect_uri = parse_qs(urlsplit(url).query)["redirect_uri"][0]
        return f"{redirect_uri}&code={CODE}"

    if colour == "sync":
        with Bridge(config, store=MemoryStore(), clock=clock) as bridge:
            hop = bridge.begin_login("guangdong", return_to=back, session="s")
            return bridge.finish_login(hop.pending, callback_url=callback(hop.url), session="s")

    async def awaited() -> Any:
        async with AsyncBridge(config, store=MemoryStore(), clock=clock) as bridge:
            hop = await bridge.begin_login("guangdong", return_to=back, session="s")
            return await bridge.finish_login(hop.pending, callback_url=callback(hop.url), session="s")

    return asyncio.run(awaited(), debug=True)


def said(search: Search, log: pytest.LogCaptureFixture) -> None:
    """Collect every log record: its text, its arguments, its traceback."""
    for record in log.records:
        search.look(f"log of {record.name}", record.getMessage(), repr(record.args), repr(vars(record)))


def reported(search: Search, error: BaseException) -> None:
    """Collect what a crash reporter finds: texts, attributes, and the local variables of every frame of the chain.

    Frames of this test and of the façade's callers hold the callback address, which is the application's own; of those in
    the library that saw it the client secret is what must not be there.
    """
    search.look_at_error("error", error)
    for each in chain(error):
        search.look("attributes", repr(getattr(each, "__dict__", {})))
        for frame, _ in traceback.walk_tb(each.__traceback__):
            if frame.f_code.co_filename != __file__:
                where = f"{frame.f_code.co_filename.rpartition('/')[2]}:{frame.f_code.co_name}"
                search.look(f"locals of {where}", *(repr(value) for value in frame.f_locals.values()))


def test_the_search_finds_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    """The search itself: a secret in a log line, in a local variable of a cause, and in an attribute is found."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("anybody").debug("GET %s", f"https://x.test/?client_secret={SECRET}")
    search = Search(MARKS)
    said(search, caplog)
    assert search.found() == {("log of anybody", SECRET)}
    search = Search(MARKS)
    code = compile(
        f"def fail():\n    url = 'https://x.test/?s={SECRET}'\n    raise OSError('torn')\n", "elsewhere.py", "exec"
    )
    space: dict[str, Any] = {}
    exec(code, space)
    with pytest.raises(OSError, match="torn") as caught:
        space["fail"]()
    reported(search, caught.value)
    assert search.found() == {("locals of elsewhere.py:fail", SECRET)}


def test_of_a_login(
    colour: str, method: str, platform: Platform, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """A login that succeeds sends each secret where it belongs and writes none of them down, at any level of any logger."""
    caplog.set_level(logging.DEBUG)
    platform.replies = [GRANTED, answer(USER)]
    identity = log_in(colour, *configured(world, platform.url, method))
    (exchange, form), (account, _) = platform.asked
    assert (SECRET in exchange, SECRET.encode() in form) == ((method == "GET"), (method == "POST"))
    assert TOKEN in account
    assert SECRET not in account
    search = Search(MARKS)
    said(search, caplog)
    search.look("identity", repr(identity), repr(identity.account))
    assert search.found() == set()
    assert {"httpcore.connection", "httpcore.http11"} <= {record.name for record in caplog.records}


@pytest.mark.parametrize("failure", FAILURES)
def test_of_a_failure(
    failure: str, colour: str, method: str, platform: Platform, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """However a login fails, no log line, message, cause, traceback or local variable of it holds a secret."""
    if failure == "refused_after_405" and method == "POST":
        return
    caplog.set_level(logging.DEBUG)
    platform.replies = list(FAILURES[failure])
    with pytest.raises(XBridgeError) as caught:
        log_in(colour, *configured(world, platform.url, method))
    search = Search((SECRET, TOKEN))
    said(search, caplog)
    search.look_at_error("error", caught.value)
    assert search.found() == set()
    # What the platform wrote stands in the frame that read it; what we sent stands nowhere.
    search = Search((SECRET,))
    reported(search, caught.value)
    assert search.found() == set()
    assert platform.replies == []


def test_of_a_platform_that_is_not_there(colour: str, world: World, caplog: pytest.LogCaptureFixture) -> None:
    """A connection that is refused is told without the address that was meant."""
    caplog.set_level(logging.DEBUG)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(XBridgeError) as caught:
            log_in(colour, *configured(world, url, "GET"))
    search = Search(MARKS)
    said(search, caplog)
    reported(search, caught.value)
    assert {value for _, value in search.found()} <= {CODE}
    assert not [where for where, value in search.found() if value == CODE and "wire" in where]
    assert caught.value.__cause__ is not None


@pytest.mark.parametrize("status", ["302 Found", "308 Permanent Redirect"])
@pytest.mark.parametrize("step", ["access_token", "tokeninfo"])
def test_no_redirect_is_followed(
    status: str, step: str, colour: str, method: str, platform: Platform, world: World
) -> None:
    """A redirect of the platform leads nowhere: a secret would go with it."""
    elsewhere = answer("", status=status, headers=f"Location: {platform.url}/stolen\r\n")
    platform.replies = [elsewhere] if step == "access_token" else [GRANTED, elsewhere]
    with pytest.raises(XBridgeError) as caught:
        log_in(colour, *configured(world, platform.url, method))
    assert caught.value.diagnostics()["step"] == step
    assert [first for first, _ in platform.asked if "stolen" in first] == []
    assert len(platform.asked) == (1 if step == "access_token" else 2)
