"""The route for Starlette and FastAPI at which a peer's matching messages arrive.  Needs the extra ``web``."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from xbridge.bridge.awaiting import AsyncBridge
from xbridge.linking.matching_message import MAX_MESSAGE_BYTES
from xbridge.web.asgi import METHODS, read_body, to_response
from xbridge.web.matching import LookUp, answer_matching_request_async
from xbridge.web.message import WebRequest


def matching_route(bridge: AsyncBridge, look_up: LookUp, *, path: str = "/matching") -> Route:
    """Return the route that answers matching messages at ``path``.

    ``look_up`` is called in the event loop: give it what is there already, or run the blocking Bridge in a thread.
    """

    async def endpoint(request: Request) -> Response:
        body = await read_body(request, limit=MAX_MESSAGE_BYTES)
        headers = {name: ", ".join(request.headers.getlist(name)) for name in set(request.headers.keys())}
        asked = WebRequest(method=request.method, path=request.scope["path"], headers=headers, body=body)
        return to_response(await answer_matching_request_async(bridge, asked, look_up))

    return Route(path, endpoint, methods=METHODS, include_in_schema=False)
