"""The router for Starlette: whole requests in, replies out, sessions fetched only where somebody has one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.unit.web.desk_stage import OWN_URL, PERSON, AsyncDeskStage
from xbridge.web import AsyncFrontDesk
from xbridge.web.asgi import routes, to_response
from xbridge.web.message import WebReply

SESSIONS: dict[str, dict[str, Any]] = {}


def session_of(request: Request) -> dict[str, Any]:
    """A session in memory, by a header that stands for the cookie."""
    return SESSIONS.setdefault(request.headers["x-session"], {})


@pytest.fixture
def stage() -> AsyncDeskStage:
    """An asynchronous service."""
    SESSIONS.clear()
    return AsyncDeskStage()


def use(stage: AsyncDeskStage, play: Callable[[httpx.AsyncClient], Awaitable[None]]) -> None:
    """Play with a client at the service, in one loop."""

    async def main() -> None:
        application = Starlette(routes=routes(stage.desk, session_of=session_of))
        transport = httpx.ASGITransport(app=application, client=("192.0.2.7", 1))
        async with httpx.AsyncClient(transport=transport, base_url="https://svc.test") as http:
            await play(http)

    asyncio.run(main())


def test_a_person_logs_in_over_asgi(stage: AsyncDeskStage) -> None:
    """From the button to the way back, with the session that the application keeps."""

    async def play(http: httpx.AsyncClient) -> None:
        me = {"x-session": "me"}
        guard = stage.desk.visit(SESSIONS.setdefault("me", {})).guard
        hop = await http.post("/iamsmart/login", data={"guard": guard, "next": "/after?x=%20"}, headers=me)
        back = stage.visit(hop.headers["location"], PERSON)
        done = await http.get(back, headers=me)
        assert (done.status_code, done.headers["location"]) == (303, "https://svc.test/after?x=%20")
        assert (await http.get(back, headers={"x-session": "you"})).status_code == 400

    use(stage, play)
    assert stage.desk.visit(SESSIONS["me"]).proof()


def test_what_the_platform_posts_needs_no_session(stage: AsyncDeskStage) -> None:
    """The callback endpoint works where no session middleware is, and sets no cookie."""

    async def play(http: httpx.AsyncClient) -> None:
        reply = await http.post("/iamsmart/result", json={})
        assert (reply.status_code, reply.content) == (400, b"")
        assert "set-cookie" not in reply.headers

    use(stage, play)
    assert SESSIONS == {}


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_that_is_too_large_is_not_read_to_its_end(stage: AsyncDeskStage, announced: bool) -> None:
    """With a length it is refused at once, in chunks at the limit: the sender is not heard out."""
    stage.desk.callback_max_bytes = 10_000
    sent: list[int] = []

    async def pieces() -> AsyncGenerator[bytes, None]:
        for number in range(1000):
            sent.append(number)
            yield b"x" * 1000

    async def receive() -> dict[str, Any]:
        async for piece in source:
            return {"type": "http.request", "body": piece, "more_body": True}
        return {"type": "http.request", "body": b"", "more_body": False}

    said: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        said.append(dict(message))

    length = [(b"content-length", b"1000000")] if announced else [(b"transfer-encoding", b"chunked")]
    scope = {
        "type": "http", "method": "POST", "path": "/iamsmart/result", "raw_path": b"/iamsmart/result", "query_string": b"",
        "headers": [(b"content-type", b"application/json"), *length], "client": ("192.0.2.7", 1), "root_path": "",
        "scheme": "https", "server": ("svc.test", 443),
    }  # fmt: skip
    source = pieces()

    async def main() -> None:
        await Starlette(routes=routes(stage.desk))(scope, receive, send)
        await source.aclose()

    asyncio.run(main())
    assert said[0]["status"] == 400
    assert len(sent) <= (0 if announced else 11)


def test_a_length_of_thousands_of_digits_is_too_large(stage: AsyncDeskStage) -> None:
    """It is refused like any other that is too large, not an error of ours."""

    async def play(http: httpx.AsyncClient) -> None:
        reply = await http.post("/iamsmart/result", content=b"{}", headers={"Content-Length": "9" * 5000})
        assert (reply.status_code, reply.content) == (400, b"")

    use(stage, play)


def test_a_sender_who_leaves_is_refused(stage: AsyncDeskStage) -> None:
    """What came before somebody hung up counts for nothing, even where it could be read."""
    said: list[dict[str, Any]] = []
    guard = stage.desk.visit(SESSIONS.setdefault("me", {})).guard
    heard = iter(
        [{"type": "http.request", "body": f"guard={guard}".encode(), "more_body": True}, {"type": "http.disconnect"}]
    )

    async def receive() -> Any:
        return next(heard)

    async def send(message: Any) -> None:
        said.append(dict(message))

    scope = {
        "type": "http", "method": "POST", "path": "/iamsmart/login", "raw_path": b"/iamsmart/login", "query_string": b"",
        "headers": [(b"content-type", b"application/x-www-form-urlencoded"), (b"x-session", b"me")], "client": None,
        "root_path": "", "scheme": "https", "server": ("svc.test", 443),
    }  # fmt: skip
    asyncio.run(Starlette(routes=routes(stage.desk, session_of=session_of))(scope, receive, send))
    assert said[0]["status"] == 400


def test_the_desk_says_which_methods_it_takes(stage: AsyncDeskStage) -> None:
    """HEAD is not GET here, and an unknown name is our own page."""

    async def play(http: httpx.AsyncClient) -> None:
        assert (await http.head("/iamsmart/callback", headers={"x-session": "me"})).status_code == 405
        assert (await http.put("/iamsmart/result")).status_code == 405
        missing = await http.get(
            "/iamsmart/wait/y", headers={"x-session": "me", "Accept-Language": "fr, zh-CN;q=0.9, en"}
        )
        assert missing.status_code == 404
        assert '<html lang="zh-Hans">' in missing.text
        assert (await http.get("/elsewhere")).status_code == 404

    use(stage, play)


def test_a_desk_at_the_root_leaves_the_rest_of_the_site_alone(stage: AsyncDeskStage) -> None:
    """Routes that stand behind the desk's are reached, and each address of the desk is still its own."""
    desk = AsyncFrontDesk(stage.bridge, own_url="https://svc.test", hooks=stage.hooks)
    own = Route("/catalogue/{page}", lambda _: PlainTextResponse("ours"))
    application = Starlette(routes=[*routes(desk, session_of=session_of), own])

    async def main() -> None:
        transport = httpx.ASGITransport(app=application)
        me = {"x-session": "me"}
        async with httpx.AsyncClient(transport=transport, base_url="https://svc.test", headers=me) as http:
            assert (await http.get("/catalogue/1")).text == "ours"
            exact = ("login", "callback", "result", "direct", "direct-state", "confirm")
            for path in (*exact, "ask/x", f"wait/{'0' * 32}", f"status/{'0' * 32}", "static/wait.js"):
                assert (await http.put(f"/{path}")).status_code == 405, path

    asyncio.run(main())


def test_doubled_headers_are_seen(stage: AsyncDeskStage) -> None:
    """Two content types are no content type."""

    async def play(http: httpx.AsyncClient) -> None:
        headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("content-type", "text/plain"),
            ("x-session", "me"),
        ]
        reply = await http.post("/iamsmart/login", content=b"guard=x", headers=headers)
        assert reply.status_code == 400

    use(stage, play)


def test_a_peer_is_whoever_connected(stage: AsyncDeskStage) -> None:
    """The address of the connection reaches the application's check."""
    seen: list[str] = []
    stage.hooks.check_peer = lambda request: seen.append(request.peer)  # type: ignore[method-assign]

    async def play(http: httpx.AsyncClient) -> None:
        await http.post("/iamsmart/result", json={}, headers={"X-Forwarded-For": "198.51.100.1"})

    use(stage, play)
    assert seen == ["192.0.2.7"]


def test_a_reply_keeps_its_headers() -> None:
    """Every header is sent as it is, and none is invented but the length."""
    reply = WebReply(status=303, headers=(("Location", f"{OWN_URL}/x"), ("Set-Cookie", "a=b"), ("Set-Cookie", "c=d")))
    raw = [(name, value) for name, value in to_response(reply).raw_headers if name != b"content-length"]
    assert raw == [(b"location", f"{OWN_URL}/x".encode()), (b"set-cookie", b"a=b"), (b"set-cookie", b"c=d")]
