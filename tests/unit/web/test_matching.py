"""Where matching messages arrive: the WSGI application and the route answer alike, and bound what they read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from tests.unit.flows.matching_stage import INITIATOR, RESPONDER, MatchingStage
from xbridge import AsyncBridge
from xbridge.core.errors import ProviderRejected
from xbridge.linking.matching_message import MAX_MESSAGE_BYTES
from xbridge.web.matching import matching_app
from xbridge.web.matching_route import matching_route

Call = Callable[..., httpx.Response]


def by_wsgi(stage: MatchingStage) -> Call:
    """The responder as a WSGI application."""
    client = httpx.Client(
        transport=httpx.WSGITransport(app=matching_app(stage.responder, stage.look_up)), base_url="http://hk.test"
    )
    return client.request


def by_route(stage: MatchingStage) -> Call:
    """The responder as a Starlette application, with an asynchronous Bridge on the same store."""
    bridge = AsyncBridge(stage.config(RESPONDER), store=stage.stores[RESPONDER], clock=stage.clock.now)
    application = Starlette(routes=[matching_route(bridge, stage.look_up)])

    def call(*arguments: Any, **options: Any) -> httpx.Response:
        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(app=application)
            async with httpx.AsyncClient(transport=transport, base_url="http://hk.test") as client:
                return await client.request(*arguments, **options)

        return asyncio.run(run())

    return call


WAYS = {"wsgi": by_wsgi, "route": by_route}


def connected(way: str, **options: Any) -> tuple[MatchingStage, Call]:
    """Return a stage whose messages go over this way, and a way to send others."""
    stage = MatchingStage(**options)
    call = WAYS[way](stage)

    def carry(request: httpx.Request) -> httpx.Response:
        stage.sent.append(request.content)
        reply = call("POST", "/matching", content=request.content, headers=dict(request.headers))
        return httpx.Response(reply.status_code, content=reply.content)

    stage.initiator._driver._transport = httpx.MockTransport(carry)
    return stage, call


@pytest.mark.parametrize("way", WAYS)
def test_a_whole_run(way: str) -> None:
    """Both ways carry a run to its end."""
    stage, _ = connected(way)
    matching = stage.match()
    assert (matching.document, matching.names) == ("agree", "agree")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("method", "options", "status"),
    [
        ("GET", {}, 405),
        ("PUT", {"content": b"{}"}, 405),
        ("POST", {"content": b"{}"}, 400),
        ("POST", {"content": b" " * (MAX_MESSAGE_BYTES + 1)}, 400),
        ("POST", {"content": b"{}", "headers": {"Content-Encoding": "gzip"}}, 400),
    ],
)
def test_refusals(way: str, method: str, options: dict[str, Any], status: int) -> None:
    """Whatever is wrong: a status, no body, nothing to cache."""
    _, call = connected(way)
    reply = call(method, "/matching", **options)
    assert (reply.status_code, reply.content) == (status, b"")
    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("way", WAYS)
def test_the_limit_and_the_store(way: str) -> None:
    """A person matched too often is 429, a store out of order 503 with a time to come back."""

    def forget(document: dict[str, Any]) -> None:
        if document["operator"] == INITIATOR:
            document["limits"] = {"matchings": 10}

    stage, call = connected(way, alter=forget)
    for _ in range(3):
        stage.match()
    with pytest.raises(ProviderRejected) as caught:
        stage.match()
    assert caught.value.provider_code == "http_429"
    stage.clock.advance(1)
    stage.stores[RESPONDER].close()
    reply = call("POST", "/matching", content=stage.sent[-1])
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "5")
