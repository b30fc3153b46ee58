"""Real sockets once: both logins over loopback HTTP with the transports a production Bridge has, in both colours."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug.wrappers import Request, Response

from xbridge import AsyncBridge, Bridge
from xbridge.core.config import Config, parse_config
from xbridge.core.errors import ProviderUnavailable
from xbridge.stores.memory import MemoryStore
from xbridge.testing import World
from xbridge_mocks.server import serve

PROVIDERS = ("iamsmart", "guangdong")


def build_world() -> tuple[World, dict[str, Any]]:
    """A world, and the document of its configuration to be changed."""
    documents: list[dict[str, Any]] = []
    return World(overrides=documents.append), documents[0]


def at(document: dict[str, Any], **urls: str) -> Config:
    """The configuration with the platforms at these addresses."""
    for provider, url in urls.items():
        document["providers"][provider]["base_url"] = url
    return parse_config(document)


def log_in_blocking(world: World, config: Config) -> list[str]:
    """Log in at both platforms with a blocking Bridge and its own transport; return the names."""
    names = []
    with Bridge(config, store=MemoryStore(), clock=world.clock.now, audit=world.events.append) as bridge:
        for provider in PROVIDERS:
            hop = bridge.begin_login(provider, return_to=world.return_to[provider], session="s")
            callback = getattr(world.mocks, provider).log_in(hop.url, "chan-tai-man")
            names.append(bridge.finish_login(hop.pending, callback_url=callback, session="s").profile.name)
    return names


async def log_in_awaiting(world: World, config: Config) -> list[str]:
    """The same with the other colour."""
    names = []
    async with AsyncBridge(config, store=MemoryStore(), clock=world.clock.now, audit=world.events.append) as bridge:
        for provider in PROVIDERS:
            hop = await bridge.begin_login(provider, return_to=world.return_to[provider], session="s")
            callback = getattr(world.mocks, provider).log_in(hop.url, "chan-tai-man")
            identity = await bridge.finish_login(hop.pending, callback_url=callback, session="s")
            names.append(identity.profile.name)
    return names


def log_in(colour: str, world: World, config: Config) -> list[str]:
    """Log in at both platforms in one colour."""
    return log_in_blocking(world, config) if colour == "sync" else asyncio.run(log_in_awaiting(world, config))


@contextmanager
def served(world: World) -> Iterator[dict[str, str]]:
    """Both mocks behind their own server; the addresses by platform."""
    with serve(world.mocks) as running:
        yield {"iamsmart": running.iamsmart_url, "guangdong": running.guangdong_url}


@pytest.mark.slow
@pytest.mark.parametrize("colour", ["sync", "async"])
def test_over_the_mocks_own_server(colour: str) -> None:
    """Both logins pass over true HTTP, and the platforms' journals know of no refused request."""
    world, document = build_world()
    with served(world) as urls:
        assert log_in(colour, world, at(document, **urls)) == ["陳大文", "陳大文"]
    for provider in PROVIDERS:
        journal = getattr(world.mocks, provider).journal.entries()
        assert {entry.outcome for entry in journal} == {"ok"}


@pytest.mark.slow
@pytest.mark.parametrize("colour", ["sync", "async"])
def test_under_pytest_httpserver(colour: str, httpserver: HTTPServer) -> None:
    """The mocks are WSGI applications, so they run under pytest-httpserver too, and both logins pass there."""
    world, document = build_world()

    def answer(request: Request) -> Response:
        signed = "clientID" in request.headers
        application = world.mocks.iamsmart if signed else world.mocks.guangdong
        # The server has read the body to match the request, so the application gets it from memory.
        environ = {**request.environ, "wsgi.input": BytesIO(request.get_data())}
        return Response.from_app(application.wsgi, environ)

    httpserver.expect_request(re.compile(".*")).respond_with_handler(answer)
    url = httpserver.url_for("").rstrip("/")
    assert log_in(colour, world, at(document, iamsmart=url, guangdong=url)) == ["陳大文", "陳大文"]
    httpserver.check()


@pytest.mark.slow
@pytest.mark.parametrize("colour", ["sync", "async"])
def test_nobody_listens(colour: str) -> None:
    """A platform whose port is closed is unavailable: a typed error out of a true refused connection."""
    world, document = build_world()
    with served(world) as urls:
        config = at(document, **urls)
    with pytest.raises(ProviderUnavailable) as caught:
        log_in(colour, world, config)
    assert caught.value.__cause__ is not None
    assert world.events[-1].code == "provider_unavailable"


@pytest.mark.slow
@pytest.mark.parametrize("colour", ["sync", "async"])
def test_no_log_shows_a_secret(colour: str, caplog: pytest.LogCaptureFixture) -> None:
    """With every logger at DEBUG, client libraries included, no record holds a secret that went over the wire."""
    caplog.set_level(logging.DEBUG)
    world, document = build_world()
    with served(world) as urls:
        log_in(colour, world, at(document, **urls))
    text = "\n".join(f"{record.getMessage()} {record.args!r}" for record in caplog.records)
    assert "tcp" in text, "the HTTP library did log at this level"
    sections = document["providers"]
    secrets = [sections[provider]["client_secret"] for provider in PROVIDERS]
    for secret in [*secrets, "access_token=", "client_secret", "code=", "陳大文"]:
        assert secret not in text
