"""The two desks that an application uses: ``FrontDesk`` blocks, ``AsyncFrontDesk`` is awaited.

Same names and arguments; a test compares them.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import partial

from xbridge.bridge.awaiting import AsyncBridge
from xbridge.bridge.blocking import Bridge
from xbridge.core.errors import XBridgeError
from xbridge.web import arrival, delivery, waiting
from xbridge.web.colour import run_at_once
from xbridge.web.desk import STATIC, AnyDesk, Desk, body_limit, static_file, visit_of, wrong_method
from xbridge.web.message import WebReply, WebRequest
from xbridge.web.visit import Visit

_BUSINESS_ID = re.compile(r"[0-9a-f]{32}")
_STATE = re.compile(r"[A-Za-z0-9_-]{22}")
_ERRAND = re.compile(r"[a-z0-9-]{1,64}")
_Handler = Callable[[AnyDesk, WebRequest, Visit], Awaitable[WebReply]]
_Named = Callable[[AnyDesk, WebRequest, Visit, str], Awaitable[WebReply]]


class FrontDesk(Desk[Bridge]):
    """The desk for blocking frameworks: give it requests, send what it returns."""

    def body_limit(self, path: str) -> int:
        """Return how many bytes of a request to ``path`` to read at most; with more, pass ``body=None``."""
        return body_limit(self, path)

    def answer(self, request: WebRequest) -> WebReply:
        """Return the reply to ``request``.  Raises what a hook raises, unless it is an ``XBridgeError``."""
        return run_at_once(_answer(self, request))


class AsyncFrontDesk(Desk[AsyncBridge]):
    """The desk for asynchronous frameworks; hooks may be ``async``."""

    def body_limit(self, path: str) -> int:
        """As :meth:`FrontDesk.body_limit`."""
        return body_limit(self, path)

    async def answer(self, request: WebRequest) -> WebReply:
        """As :meth:`FrontDesk.answer`, awaited."""
        return await _answer(self, request)


async def _answer(desk: AnyDesk, request: WebRequest) -> WebReply:
    """Find who answers at this address, and let them."""
    paths = desk.paths
    folder, _, name = request.path.rpartition("/")
    # Machines first: the platform has no session here, and files need none.
    if request.path == desk.place(paths.result):
        return await delivery.receive(desk, request) if request.method == "POST" else wrong_method("POST")
    if folder == desk.place(paths.static) and name in STATIC:
        return static_file(name) if request.method == "GET" else wrong_method("GET")
    visit = visit_of(desk, request)
    exact: dict[str, tuple[str, _Handler]] = {
        paths.login: ("POST", arrival.begin_login),
        paths.callback: ("GET", arrival.finish),
        paths.direct_state: ("GET", arrival.begin_direct),
        paths.direct: ("GET", arrival.finish_direct),
        paths.confirm: ("POST", arrival.confirm),
    }
    named: dict[str, tuple[str, re.Pattern[str], _Named]] = {
        paths.callback: ("GET", _STATE, arrival.finish_in_path),
        paths.ask: ("POST", _ERRAND, waiting.ask),
        paths.wait: ("GET", _BUSINESS_ID, waiting.show),
        paths.status: ("GET", _BUSINESS_ID, waiting.tell),
    }
    for path, (method, handle) in exact.items():
        if request.path == desk.place(path):
            return await _guarded(desk, visit, method, request, partial(handle, desk, request, visit))
    for path, (method, form, handle_named) in named.items():
        if folder == desk.place(path) and form.fullmatch(name):
            return await _guarded(desk, visit, method, request, partial(handle_named, desk, request, visit, name))
    return desk.missing(visit)


async def _guarded(
    desk: AnyDesk, visit: Visit, method: str, request: WebRequest, handle: Callable[[], Awaitable[WebReply]]
) -> WebReply:
    """Return the answer to the one method that an address takes; an error of the library becomes a page."""
    if request.method != method:
        return wrong_method(method)
    try:
        return await handle()
    except XBridgeError as error:
        return await desk.refused(visit, error)
