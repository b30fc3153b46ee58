"""The blocking driver: steps a flow and performs each effect in this thread."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, TypeVar, cast

import httpx

from xbridge.core.effects import Effect, ReadClock, Recall, Remember, Send, Sign
from xbridge.core.errors import XBridgeError
from xbridge.core.http import HTTPReply, HTTPRequest
from xbridge.core.ports import Entropy, Store
from xbridge.drivers.memory import ProcessMemory
from xbridge.drivers.signer import perform_signing
from xbridge.drivers.storage import perform_on_store
from xbridge.drivers.wire import new_ssl_context, to_httpx, to_reply, too_large, translated

T = TypeVar("T")


class SyncDriver:
    """Performs effects one after the other, blocking."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Callable[[], datetime],
        entropy: Entropy,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """``transport`` defaults to one pooled TLS transport; tests pass ``httpx.WSGITransport``."""
        self._store = store
        self._clock = clock
        self._entropy = entropy
        self._transport = transport or httpx.HTTPTransport(verify=new_ssl_context(), trust_env=False)
        self._memory = ProcessMemory()

    def run(self, flow: Coroutine[Effect, Any, T]) -> T:
        """Step ``flow`` to its end and return its result.  Raises what the flow raises."""
        answer: Any = None
        failure: XBridgeError | None = None
        try:
            while True:
                effect = flow.send(answer) if failure is None else flow.throw(failure)
                answer, failure = None, None
                try:
                    answer = self._perform(effect)
                except XBridgeError as exc:
                    failure = exc
        except StopIteration as stop:
            result: T = stop.value
            return result
        finally:
            flow.close()

    def close(self) -> None:
        """Close the transport; the store belongs to whoever opened it."""
        self._transport.close()

    def _perform(self, effect: Effect) -> Any:
        match effect:
            case Send(provider, request):
                return self._send(provider, request)
            case ReadClock():
                return self._clock()
            case Recall(key):
                return self._memory.recall(key, now=self._clock())
            case Remember(key, value, expires_at):
                return self._memory.remember(key, value, expires_at=expires_at)
            case Sign():
                return perform_signing(effect)
            case _:
                return perform_on_store(self._store, effect, now=self._clock(), entropy=self._entropy)

    def _send(self, provider: str, request: HTTPRequest) -> HTTPReply:
        try:
            response = self._transport.handle_request(to_httpx(request))
            try:
                content = bytearray()
                # The stream itself: it is bounded here, and a reply that a test made from bytes can be read too.
                for chunk in cast(httpx.SyncByteStream, response.stream):
                    content += chunk
                    if len(content) > request.max_reply_bytes:
                        raise too_large(provider, request)
                return to_reply(response, bytes(content))
            finally:
                response.close()
        except XBridgeError:
            raise
        except Exception as exc:
            raise translated(provider, request, exc) from exc
