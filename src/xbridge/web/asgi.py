"""The router for Starlette and FastAPI.  Needs the extra ``web``.

``Starlette(routes=[*routes(desk), …])``, or ``app.router.routes.extend(routes(desk))`` in FastAPI.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import partial

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from xbridge.web.front_desk import AsyncFrontDesk
from xbridge.web.message import WebReply, WebRequest
from xbridge.web.visit import Session

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
MAX_LENGTH_DIGITS = 12


def _own_session(request: Request) -> Session:
    """Return the session that Starlette's ``SessionMiddleware`` keeps."""
    return request.session


def routes(desk: AsyncFrontDesk, *, session_of: Callable[[Request], Session] = _own_session) -> list[BaseRoute]:
    """Return the routes of every endpoint of ``desk``.

    ``session_of`` says where the application keeps a browser's session: Starlette's ``SessionMiddleware`` unless told
    otherwise.  It is not called for what the platform POSTs.
    """

    async def endpoint(request: Request) -> Response:
        return to_response(await desk.answer(await _read(desk, request, session_of)))

    # The desk itself says which methods an address takes; a HEAD, for one, must not finish a login.
    named = {desk.paths.ask, desk.paths.wait, desk.paths.status, desk.paths.static}
    # Each address by itself: a desk at the root of a site must not answer for the whole site.
    return [
        Route(
            f"{desk.prefix}{path}{'/{name}' if path in named else ''}",
            endpoint,
            methods=METHODS,
            include_in_schema=False,
        )
        for path in asdict(desk.paths).values()
    ]


def to_response(reply: WebReply) -> Response:
    """Return ``reply`` as a Starlette response; for what :meth:`Desk.wait_for` and :meth:`Desk.send_away` return."""
    response = Response(reply.body, status_code=reply.status)
    for name, value in reply.headers:
        response.headers.append(name, value)
    return response


async def _read(desk: AsyncFrontDesk, request: Request, session_of: Callable[[Request], Session]) -> WebRequest:
    path = request.scope["path"]
    return WebRequest(
        method=request.method,
        path=path,
        query=request.scope.get("query_string", b"").decode("ascii", "replace"),
        headers={name: ", ".join(request.headers.getlist(name)) for name in set(request.headers.keys())},
        body=await read_body(request, limit=desk.body_limit(path)),
        session=partial(session_of, request),
        peer=request.client.host if request.client else "",
    )


async def read_body(request: Request, *, limit: int) -> bytes | None:
    """Return the body, or None when it is larger than ``limit``; what is too much is not read to its end."""
    announced = request.headers.get("content-length", "0")
    # No number of so many digits is within a limit, and making one of thousands is an error.
    if not (announced.isascii() and announced.isdigit() and len(announced) <= MAX_LENGTH_DIGITS):
        return None
    if int(announced) > limit:
        return None
    raw = bytearray()
    try:
        async for piece in request.stream():
            raw += piece
            if len(raw) > limit:
                return None
    except ClientDisconnect:
        return None
    return bytes(raw)
