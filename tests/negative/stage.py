"""One world behind one blocking face, whichever colour its Bridge has: what the catalogue plays its rows on.

A stage also sits between the Bridge and the mocks, where a test may tamper with requests and replies.  It checks
nothing itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeVar, cast

from xbridge import AsyncBridge, Bridge
from xbridge.bridge.shared import BUILT_IN
from xbridge.core.config import Config
from xbridge.core.identity import Identity, LoginHop
from xbridge.core.provider import Provider
from xbridge.testing import AsyncWorld, World
from xbridge.testing.transport import AsyncInProcessTransport, InProcessTransport

T = TypeVar("T")
Tamper = Callable[[dict[str, Any]], None]
PROVIDERS = tuple(provider.id for provider in BUILT_IN)
COLOURS = ("sync", "async")
PERSONA = "chan-tai-man"


class Wire:
    """A WSGI application in front of a mock: keeps what passes, and lets a test change it.

    ``before`` may change the environment of a request (headers as ``HTTP_…``); ``instead`` answers in its place.
    """

    def __init__(self, application: Any) -> None:
        self._application = application
        self.before: Tamper | None = None
        self.instead: Callable[[dict[str, Any], Any], Iterable[bytes]] | None = None
        self.paths: list[str] = []
        self.replies: list[bytes] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Pass the request on, changed if a test asked for it."""
        self.paths.append(environ["PATH_INFO"])
        if self.before is not None:
            self.before(environ)
        if self.instead is not None:
            return self.instead(environ, start_response)
        chunks = list(self._application(environ, start_response))
        self.replies.append(b"".join(chunks))
        return chunks

    def count(self, ending: str) -> int:
        """How many requests went to a path that ends so."""
        return sum(path.endswith(ending) for path in self.paths)


class Stage:
    """A world of ``colour`` (``"sync"`` or ``"async"``) and a browser that walks for its people, mostly ``persona``."""

    def __init__(self, colour: str, *, persona: str = PERSONA, **options: Any) -> None:
        self.colour = colour
        self.persona = persona
        options = {"providers": PROVIDERS, **options}
        self.world: World | AsyncWorld = World(**options) if colour == "sync" else AsyncWorld(**options)
        self.wires = {name: Wire(getattr(self.world.mocks, name)) for name in PROVIDERS}
        self.world.applications = {f"{name}.test": wire for name, wire in self.wires.items()}
        self._runner = asyncio.Runner() if colour == "async" else None
        self._browsers: dict[str, Any] = {}

    def close(self) -> None:
        """End the event loop, if there is one."""
        if self._runner is not None:
            self._runner.close()

    @property
    def bridge(self) -> Bridge | AsyncBridge:
        """The world's Bridge."""
        return self.world.bridge

    def another_bridge(self, config: Config, providers: tuple[Provider, ...] = ()) -> Bridge | AsyncBridge:
        """A second Bridge on the same store, mocks, clock and audit sink, configured otherwise."""
        world = self.world
        options: dict[str, Any] = {
            "store": world.store, "providers": providers, "clock": world.clock.now, "audit": world.events.append,
        }  # fmt: skip
        if self.colour == "sync":
            return Bridge(config, transport=InProcessTransport(world.applications), **options)
        return AsyncBridge(config, transport=AsyncInProcessTransport(world.applications), **options)

    def run(self, outcome: Coroutine[Any, Any, T] | T) -> T:
        """Return a method's result: as it is in blocking code, awaited in the other colour."""
        if self._runner is None:
            return cast("T", outcome)
        return self._runner.run(cast("Coroutine[Any, Any, T]", outcome))

    def begin(self, provider: str, *, session: str = "session-1", **options: Any) -> LoginHop:
        """Begin a login."""
        return_to = self.world.return_to[provider]
        return self.run(self.bridge.begin_login(provider, return_to=return_to, session=session, **options))

    def finish(self, pending: str, callback: str, *, session: str = "session-1", bridge: Any = None) -> Identity:
        """Finish a login."""
        owner = bridge or self.bridge
        return cast("Identity", self.run(owner.finish_login(pending, callback_url=callback, session=session)))

    def visit(self, provider: str, url: str, *, persona: str = "", signed_in: bool = False) -> str:
        """Log in at ``url`` and return the callback; ``signed_in`` uses a browser with a session at the platform."""
        if not signed_in:
            return self.world.visit(url, persona or self.persona)
        return cast("str", self._browsers[provider].log_in(url, persona or self.persona))

    def sign_in(self, provider: str, url: str, *, persona: str = "") -> None:
        """Open a browser that has a session at the platform afterwards."""
        self._browsers[provider] = self.world.mocks.guangdong.browser("http://guangdong.test")
        self._browsers[provider].log_in(url, persona or self.persona)

    def log_in(self, provider: str, *, persona: str = "", session: str = "session-1") -> Identity:
        """A whole login."""
        hop = self.begin(provider, session=session)
        return self.finish(hop.pending, self.visit(provider, hop.url, persona=persona), session=session)

    def mock(self, provider: str) -> Any:
        """The mock platform called ``provider``."""
        return getattr(self.world.mocks, provider)

    def calm(self) -> None:
        """Make the mocks behave and forget; the Bridge and its store remember what they remember."""
        for provider in PROVIDERS:
            self.mock(provider).reset()
            wire = self.wires[provider]
            wire.before = wire.instead = None
            wire.paths.clear()
            wire.replies.clear()
        self._browsers.clear()

    def state(self) -> tuple[object, ...]:
        """Everything the store holds but markers and stamps: what a refusal must leave alone."""
        # A store has a log once a Bridge opened it; the first question on a worker may be this one.
        assert self.bridge is not None
        store = self.world.store
        return store.scan(""), store.view_log(()).size, store.entries(0, 1 << 30)
