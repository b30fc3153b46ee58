"""ASGI middleware for a service behind the TIF gateway: the verified user on the scope, a refusal for everybody else.

Pure ASGI: it needs no framework.  ``app = GatewayMiddleware(app, bridge)``, or in Starlette and FastAPI
``app.add_middleware(GatewayMiddleware, bridge=bridge)``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, MutableMapping
from typing import Any, Protocol

from xbridge.core.errors import StoreError, VerificationError
from xbridge.core.gateway import GatewayUser
from xbridge.web.gateway_door import STATE_NAME, USER_KEY, Answer, DoorRules

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class AsyncGatekeeper(Protocol):
    """What verifies: an :class:`~xbridge.AsyncBridge`."""

    async def verify_gateway_request(
        self, headers: Iterable[tuple[str, str]], *, provider: str = "guangdong"
    ) -> GatewayUser | None:
        """Return the user, None where the gateway names nobody.  Raises ``TokenInvalid``, ``StoreError``."""
        ...


class GatewayMiddleware:
    """Lets requests through that the gateway signed; ``scope["xbridge.gateway_user"]`` is then the user or None.

    The same stands in ``scope["state"]["gateway_user"]`` (``request.state.gateway_user``).  ``exempt`` are whole paths,
    such as a health check's, that anybody may call and that never have a user.  ``unsigned`` names headers of the
    gateway that the application wants to see although nobody signed them, such as ``"x-tif-sid"``, each once at most;
    all others are taken away.  ``refusal_status`` is the HTTP status of a refusal; the gateway's own is UNKNOWN, and 400
    is how its codes begin (a 401 would owe a challenge that no gateway answers).  Raises ``ConfigError``.
    """

    def __init__(
        self,
        app: Application,
        bridge: AsyncGatekeeper,
        *,
        provider: str = "guangdong",
        exempt: Collection[str] = (),
        unsigned: Collection[str] = (),
        refusal_status: int = 400,
    ) -> None:
        """Check the settings now rather than at the first request."""
        self._app = app
        self._bridge = bridge
        self._provider = provider
        self._rules = DoorRules(exempt=exempt, unsigned=unsigned, refusal_status=refusal_status)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, web socket or lifespan."""
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        headers: list[tuple[bytes, bytes]] = list(scope.get("headers", ()))
        if self._rules.is_exempt(scope.get("path", "")):
            return await self._app(self._inner(scope, headers, None, verified=False), receive, send)
        pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
        try:
            self._rules.verify_unsigned(pairs)
            user = await self._bridge.verify_gateway_request(pairs, provider=self._provider)
        except (VerificationError, StoreError) as error:
            return await _refuse(scope, self._rules.refuse(error), receive, send)
        return await self._app(self._inner(scope, headers, user, verified=True), receive, send)

    def _inner(
        self, scope: Scope, headers: list[tuple[bytes, bytes]], user: GatewayUser | None, *, verified: bool
    ) -> Scope:
        """Return the scope for the application: a copy, because the server's own is also read by others."""
        kept = [
            (name, value) for name, value in headers if self._rules.passes(name.decode("latin-1"), verified=verified)
        ]
        state = {**scope.get("state", {}), STATE_NAME: user}
        return {**scope, "headers": kept, "state": state, USER_KEY: user}


async def _refuse(scope: Scope, answer: Answer, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        # Closed before it was accepted: servers answer the handshake with 403.
        await receive()
        return await send({"type": "websocket.close", "code": 1008})
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    return await send({"type": "http.response.body", "body": answer.body})
