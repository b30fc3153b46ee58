"""Where a peer's matching messages arrive: a plain function for any framework, and a WSGI application.

The router for Starlette and FastAPI is in ``matching_route``.  Whoever is refused learns a status and no words: 400, or
429 where the person was matched too often.  Who may reach this address at all (mutual TLS, source addresses) is decided in
front of it; that messages are signed does not make it a public service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from xbridge.bridge.awaiting import AsyncBridge
from xbridge.bridge.blocking import Bridge
from xbridge.core.errors import LinkRefused, XBridgeError
from xbridge.core.matching import MatchSubject
from xbridge.linking.matching_message import MAX_MESSAGE_BYTES
from xbridge.web.colour import run_at_once, settled
from xbridge.web.message import WebReply, WebRequest, bare
from xbridge.web.wsgi import read_request

BUSY_S: Final = 5
LookUp = Callable[[str, str], MatchSubject | None]


def answer_matching_request(bridge: Bridge, request: WebRequest, look_up: LookUp) -> WebReply:
    """Return the reply to one request at the matching address; ``look_up`` as in :meth:`xbridge.Bridge.answer_matching`.

    ``request.body`` is None where there was more than ``MAX_MESSAGE_BYTES`` of it.
    """
    return run_at_once(_answer(bridge, request, look_up))


async def answer_matching_request_async(bridge: AsyncBridge, request: WebRequest, look_up: LookUp) -> WebReply:
    """As :func:`answer_matching_request`, awaited."""
    return await _answer(bridge, request, look_up)


def matching_app(bridge: Bridge, look_up: LookUp) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """Return a WSGI application (PEP 3333) that answers matching messages at whatever path it is mounted."""

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        reply = answer_matching_request(bridge, read_request(environ, limit=MAX_MESSAGE_BYTES), look_up)
        # The server knows the phrase of a status; WSGI wants one all the same.
        headers = [*reply.headers, ("Content-Length", str(len(reply.body)))]
        start_response(f"{reply.status} {_PHRASES[reply.status]}", headers)
        return [reply.body]

    return application


_PHRASES: Final = {
    200: "OK", 400: "Bad Request", 405: "Method Not Allowed", 429: "Too Many Requests", 503: "Service Unavailable",
}  # fmt: skip


async def _answer(bridge: Bridge | AsyncBridge, request: WebRequest, look_up: LookUp) -> WebReply:
    """Answer a POST that holds a message; every refusal is one of four statuses."""
    if request.method != "POST":
        return bare(405, more=(("Allow", "POST"),))
    # What is packed is not unpacked: a small body could hold a very large one.
    if request.body is None or request.headers.get("content-encoding", "identity").lower() != "identity":
        return bare(400)
    try:
        answer = await settled(bridge.answer_matching(request.body, look_up=look_up))
    except LinkRefused as refused:
        return bare(429 if refused.reason == "limit" else 400)
    except XBridgeError as error:
        return bare(503, more=(("Retry-After", str(BUSY_S)),)) if error.retryable else bare(400)
    return WebReply(status=200, headers=(("Content-Type", "application/json"), *bare(200).headers), body=answer)
