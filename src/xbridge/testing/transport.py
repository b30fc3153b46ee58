"""Transports that reach WSGI applications in this process, in both colours, without a socket.

httpx ships a WSGI transport for blocking code only; the asynchronous one here runs it in a worker thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
from anyio.to_thread import run_sync

WSGIApplication = Any
"""A WSGI callable; the type is left open because frameworks disagree about its exact form."""


class InProcessTransport(httpx.BaseTransport):
    """Sends each request to the WSGI application of its host; an unknown host cannot be reached."""

    def __init__(self, applications: Mapping[str, WSGIApplication]) -> None:
        """``applications`` maps a host name, such as ``iamsmart.test``, to its application."""
        self._transports = {host: httpx.WSGITransport(app=app) for host, app in applications.items()}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer from the application.  Raises ``httpx.ConnectError`` for an unknown host."""
        transport = self._transports.get(request.url.host)
        if transport is None:
            raise httpx.ConnectError("no such host in this process", request=request)
        return transport.handle_request(request)


class AsyncInProcessTransport(httpx.AsyncBaseTransport):
    """The same for asynchronous code."""

    def __init__(self, applications: Mapping[str, WSGIApplication]) -> None:
        """``applications`` maps a host name to its application."""
        self._inner = InProcessTransport(applications)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer from the application, run in a worker thread."""
        await request.aread()
        response = await run_sync(self._inner.handle_request, request)
        content = await run_sync(response.read)
        return httpx.Response(response.status_code, headers=response.headers, content=content, request=request)
