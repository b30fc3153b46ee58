"""The asynchronous driver: the same steps, awaiting the network, with the store in one worker thread.

SQLite has one writer, so one slot is enough; anyio lets the same code run under asyncio and trio.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime
from functools import partial
from typing import Any, TypeVar, cast

import httpx
from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from xbridge.core.effects import Effect, ReadClock, Recall, Remember, Send, Sign
from xbridge.core.errors import XBridgeError
from xbridge.core.http import HTTPReply, HTTPRequest
from xbridge.core.ports import Entropy, Store
from xbridge.drivers.memory import ProcessMemory
from xbridge.drivers.signer import perform_signing
from xbridge.drivers.storage import perform_on_store
from xbridge.drivers.wire import new_ssl_context, to_httpx, to_reply, too_large, translated

T = TypeVar("T")


class AsyncDriver:
    """Performs effects without blocking the event loop."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Callable[[], datetime],
        entropy: Entropy,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """``transport`` defaults to one pooled TLS transport; tests pass ``testing.AsyncWSGITransport``."""
        self._store = store
        self._clock = clock
        self._entropy = entropy
        self._transport = transport or httpx.AsyncHTTPTransport(verify=new_ssl_context(), trust_env=False)
        self._memory = ProcessMemory()
        self._store_slot = CapacityLimiter(1)

    async def run(self, flow: Coroutine[Effect, Any, T]) -> T:
        """Step ``flow`` to its end and return its result.  A cancelled flow is only closed."""
        answer: Any = None
        failure: XBridgeError | None = None
        try:
            while True:
                effect = flow.send(answer) if failure is None else flow.throw(failure)
                answer, failure = None, None
                try:
                    answer = await self._perform(effect)
                except XBridgeError as exc:
                    failure = exc
        except StopIteration as stop:
            result: T = stop.value
            return result
        finally:
            flow.close()

    async def close(self) -> None:
        """Close the transport; the store belongs to whoever opened it."""
        await self._transport.aclose()

    async def _perform(self, effect: Effect) -> Any:
        match effect:
            case Send(provider, request):
                return await self._send(provider, request)
            case ReadClock():
                return self._clock()
            case Recall(key):
                return self._memory.recall(key, now=self._clock())
            case Remember(key, value, expires_at):
                return self._memory.remember(key, value, expires_at=expires_at)
            case Sign():
                return await run_sync(partial(perform_signing, effect))
            case _:
                on_store = partial(perform_on_store, self._store, effect, now=self._clock(), entropy=self._entropy)
                return await run_sync(on_store, limiter=self._store_slot)

    async def _send(self, provider: str, request: HTTPRequest) -> HTTPReply:
        try:
            response = await self._transport.handle_async_request(to_httpx(request))
            try:
                content = bytearray()
                # The stream itself: it is bounded here, and a reply that a test made from bytes can be read too.
                async for chunk in cast(httpx.AsyncByteStream, response.stream):
                    content += chunk
                    if len(content) > request.max_reply_bytes:
                        raise too_large(provider, request)
                return to_reply(response, bytes(content))
            finally:
                await response.aclose()
        except XBridgeError:
            raise
        except Exception as exc:
            raise translated(provider, request, exc) from exc
